// The baseline of `cargo bench-edge`: the same answer to everyone, with a cookie as long as ours.
export default {
  fetch(request) {
    if (request.url.endsWith("/healthz")) return new Response("ok");
    return new Response(null, {
      status: 302,
      headers: {
        location: "http://shop.localhost:8788/",
        "set-cookie": `hg=${"a".repeat(160)}; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax`,
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
      },
    });
  },
};
