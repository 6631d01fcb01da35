//! Passes /r/ and what is below it to Honeyguide's edge, as `location /r/` of nginx would.
//! Invariants: the edge sees the Host that the browser asked for and the address that really
//! connected, whatever the client claims; nothing outside /r/ can be reached through here;
//! a link brings the friend to the shop even when the edge is down.
//! Called by server.mjs for every request that `isFriendPath` takes.
import { request as ask } from "node:http";

/** RFC 9110, section 7.6.1: these belong to one connection and aren't passed on. */
const HOP_BY_HOP = new Set([
  "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization",
  "te", "trailer", "transfer-encoding", "upgrade",
]);
/** What a client says of where it comes from is dropped; we know better. */
const CLAIMS = new Set(["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"]);

/**
 * Is this address below /r/ once dots are resolved? The edge resolves `/r/../v1/` too, and must
 * never be led to the owner's API by a visitor of the shop.
 */
export function isFriendPath(target) {
  try {
    return new URL(`http://shop${target}`).pathname.startsWith("/r/");
  } catch {
    return false;
  }
}

export function createProxy({ edge, timeout = 10_000 }) {
  const { hostname, port } = new URL(edge);

  return function pass(request, response) {
    const onward = ask({
      hostname, port, timeout,
      agent: false,
      method: request.method,
      path: request.url,
      headers: headersFor(request),
    });
    onward.on("timeout", () => onward.destroy(new Error(`no answer in ${timeout} ms`)));
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode, answer.statusMessage, endToEnd(answer.rawHeaders));
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    onward.on("error", () => {
      if (response.headersSent) response.destroy();
      else edgeIsDown(request, response);
    });
    response.on("close", () => {
      if (!response.writableFinished) onward.destroy();
    });
    request.on("error", () => onward.destroy());
    request.pipe(onward);
  };
}

/** The client's own headers in their order and spelling, and the three that a proxy sets. */
function headersFor(request) {
  const { headers, socket } = request;
  const passed = endToEnd(request.rawHeaders, (name) => !CLAIMS.has(name) && name !== "expect");
  passed.push("X-Forwarded-For", socket.remoteAddress.replace(/^::ffff:/, ""));
  passed.push("X-Forwarded-Proto", socket.encrypted ? "https" : "http");
  if (headers["transfer-encoding"]) passed.push("Transfer-Encoding", "chunked");
  passed.push("Connection", "close");
  return passed;
}

/** Headers as a flat list, without the hop-by-hop ones and those that Connection names. */
function endToEnd(raw, keep = () => true) {
  const pairs = [];
  for (let at = 0; at < raw.length; at += 2) pairs.push([raw[at], raw[at + 1]]);
  const named = pairs
    .filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => value.toLowerCase().split(",").map((word) => word.trim()));
  const dropped = new Set([...HOP_BY_HOP, ...named.filter((name) => name !== "host")]);
  return pairs.filter(([name]) => !dropped.has(name.toLowerCase()) && keep(name.toLowerCase())).flat();
}

/** A link still brings the friend to the shop; all else says plainly what is wrong. */
function edgeIsDown(request, response) {
  const isLink = /^\/r\/(?!-(?:\/|$))[^/?#]+/.test(request.url);
  if (isLink && (request.method === "GET" || request.method === "HEAD")) {
    response.writeHead(302, { location: "/", "cache-control": "no-store" }).end();
  } else {
    response.writeHead(502, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
    response.end("Honeyguide's edge does not answer.\n");
  }
}

/**
 * For the server's "clientError": Node can't read an address with raw bytes above 0x7f, which a
 * broken link may have. A friend who asked for a link comes to the shop all the same.
 */
export function bringHome(error, socket) {
  if (!socket.writable) return;
  const isLink = /^GET \/r\/(?!-[/? ])/.test(error.rawPacket?.toString("latin1") ?? "");
  const answer = error.code === "HPE_INVALID_URL" && isLink
    ? "302 Found\r\nLocation: /\r\nCache-Control: no-store"
    : "400 Bad Request";
  socket.end(`HTTP/1.1 ${answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
