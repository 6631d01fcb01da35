// The other baseline of `cargo bench-edge`: what one writes first. One object, one row per click, and the friend waits
// for it.
import { DurableObject } from "cloudflare:workers";

export class Clicks extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS clicks (at INTEGER, code TEXT, agent TEXT, address TEXT)");
  }

  fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/rows") {
      const since = Number(searchParams.get("since"));
      return Response.json(this.sql.exec("SELECT COUNT(*) AS rows FROM clicks WHERE at >= ?", since).one());
    }
    const code = pathname.slice("/r/".length);
    const headers = request.headers;
    this.sql.exec(
      "INSERT INTO clicks (at, code, agent, address) VALUES (?, ?, ?, ?)",
      Date.now(), code, headers.get("user-agent"), headers.get("x-forwarded-for"),
    );
    return new Response(null, {
      status: 302,
      headers: {
        location: "http://shop.example/",
        "set-cookie": `ref=${code}; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax; Domain=shop.example`,
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
      },
    });
  }
}

export default {
  fetch(request, env) {
    if (request.url.endsWith("/healthz")) return new Response("ok");
    return env.CLICKS.get(env.CLICKS.idFromName("clicks")).fetch(request);
  },
};
