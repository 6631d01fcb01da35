// The baseline of `cargo bench-edge`: the same answer to everyone, with headers as long as ours.
const ANSWER = {
  status: 302,
  headers: {
    location: "http://shop.example/",
    "set-cookie": `hg=${"a".repeat(68)}; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax; Domain=shop.example`,
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
  },
};

export default {
  fetch(request) {
    return request.url.endsWith("/healthz") ? new Response("ok") : new Response(null, ANSWER);
  },
};
