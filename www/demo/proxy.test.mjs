//! The proxy against a real server that notes what reached it.
//! Invariant under test: the edge sees what nginx would have passed, and a link survives a dead edge.
import assert from "node:assert/strict";
import { createServer, request as ask } from "node:http";
import { connect } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { bringHome, createProxy, isFriendPath } from "./proxy.mjs";

let seen;
let reply;
const edge = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  seen = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() };
  reply(response);
});
let shop;
let lonely;

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

before(async () => {
  const port = await listen(edge);
  shop = createServer(createProxy({ edge: `http://127.0.0.1:${port}` }));
  shop.on("clientError", bringHome);
  await listen(shop);
  const unused = createServer();
  const free = await listen(unused);
  await new Promise((resolve) => unused.close(resolve));
  lonely = createServer(createProxy({ edge: `http://127.0.0.1:${free}` }));
  await listen(lonely);
});
beforeEach(() => {
  seen = undefined;
  reply = (response) => response.end("fine");
});
after(() => [edge, shop, lonely].forEach((server) => server.close().closeAllConnections()));

function send(server, path, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = ask({ host: "127.0.0.1", port: server.address().port, path, method, headers }, (answer) => {
      answer.on("error", reject).on("end", () => resolve({ status: answer.statusCode, headers: answer.headers })).resume();
    });
    request.on("error", reject);
    request.end(body);
  });
}

test("the edge sees the host that the browser asked for", async () => {
  await send(shop, "/r/abc?to=/sale", { headers: { host: "shop.localhost:8788" } });
  assert.equal(seen.url, "/r/abc?to=/sale");
  assert.equal(seen.headers.host, "shop.localhost:8788");
});

test("an address that the client claims is replaced by the one that connected", async () => {
  const claimed = { "x-forwarded-for": "203.0.113.9, 198.51.100.1", forwarded: "for=203.0.113.9", "x-real-ip": "203.0.113.9", "x-forwarded-proto": "https" };
  await send(shop, "/r/abc", { headers: claimed });
  assert.equal(seen.headers["x-forwarded-for"], "127.0.0.1");
  assert.equal(seen.headers["x-forwarded-proto"], "http");
  assert.equal(seen.headers.forwarded, undefined);
  assert.equal(seen.headers["x-real-ip"], undefined);
});

test("hop-by-hop headers and those that Connection names stay behind, the others go on", async () => {
  await send(shop, "/r/abc", { headers: { connection: "close, x-private", "x-private": "1", te: "trailers", "keep-alive": "9", cookie: "hg=a; b=c", "sec-fetch-mode": "navigate" } });
  for (const name of ["x-private", "te", "keep-alive"]) assert.equal(seen.headers[name], undefined, name);
  assert.equal(seen.headers.cookie, "hg=a; b=c");
  assert.equal(seen.headers["sec-fetch-mode"], "navigate");
});

test("hop-by-hop headers of the answer stay behind too", async () => {
  reply = (response) => response.writeHead(200, { connection: "close, x-inner", "x-inner": "1", "x-outer": "2" }).end();
  const { headers } = await send(shop, "/r/abc");
  assert.equal(headers["x-inner"], undefined);
  assert.equal(headers["x-outer"], "2");
});

test("a redirect is passed on with every cookie as it was set", async () => {
  const cookies = ["hg=v1.abc-_.x==; HttpOnly; SameSite=Lax; Path=/; Max-Age=7776000", "other=1"];
  reply = (response) => response.writeHead(302, { location: "http://shop.localhost:8788/", "set-cookie": cookies }).end();
  const answer = await send(shop, "/r/abc");
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.location, "http://shop.localhost:8788/");
  assert.deepEqual(answer.headers["set-cookie"], cookies);
});

test("method and body are passed on, chunked or not", async () => {
  await send(shop, "/r/-/v1/touch", { method: "POST", headers: { "content-type": "text/plain", "content-length": 7 }, body: '{"k":1}' });
  assert.deepEqual([seen.method, seen.body, seen.headers["content-length"]], ["POST", '{"k":1}', "7"]);
  await send(shop, "/r/-/v1/touch", { method: "PUT", headers: { "transfer-encoding": "chunked" }, body: "in parts" });
  assert.deepEqual([seen.method, seen.body], ["PUT", "in parts"]);
  await send(shop, "/r/abc", { method: "HEAD" });
  assert.equal(seen.method, "HEAD");
});

test("an odd code arrives as it was sent", async () => {
  for (const path of ["/r/%FF%00%zz", "/r/%", "/r/a;b|c{d}", `/r/${"x".repeat(5000)}`]) {
    await send(shop, path);
    assert.equal(seen.url, path);
  }
});

test("a link with bytes that can't be read brings the friend to the shop's front page", async () => {
  const raw = async (line) => {
    const socket = connect(shop.address().port, "127.0.0.1");
    socket.write(Buffer.from(`${line} HTTP/1.1\r\nHost: shop\r\n\r\n`, "latin1"));
    return (await socket.toArray()).join("");
  };
  assert.match(await raw("GET /r/\xff\xc3\xa9"), /^HTTP\/1.1 302 Found\r\nLocation: \/\r\n/);
  assert.match(await raw("GET /r/-/\xff"), /^HTTP\/1.1 400 /);
  assert.match(await raw("GET /\xff"), /^HTTP\/1.1 400 /);
});

test("a link brings the friend to the shop's front page when the edge is down", async () => {
  for (const path of ["/r/abc", "/r/ABC-DEF/mail?x=1", "/r/-abc"]) {
    const { status, headers } = await send(lonely, path);
    assert.deepEqual([status, headers.location, headers["set-cookie"]], [302, "/", undefined], path);
  }
});

test("all else under the prefix is 502 when the edge is down", async () => {
  const others = [["/r/-/widget.js", "GET"], ["/r/-/v1/touch", "POST"], ["/r/-", "GET"], ["/r/", "GET"], ["/r/abc", "POST"]];
  for (const [path, method] of others) assert.equal((await send(lonely, path, { method })).status, 502, `${method} ${path}`);
});

test("an edge that dies in the middle of its answer ends the answer", async () => {
  reply = (response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("half");
    setImmediate(() => response.destroy());
  };
  await assert.rejects(send(shop, "/r/-/widget.js"));
});

test("nothing outside the prefix can be reached through it", () => {
  for (const path of ["/r/abc", "/r/-/widget.js", "/r/a/../b", "/r/"]) assert.equal(isFriendPath(path), true, path);
  for (const path of ["/r/../v1/programs", "/r/%2e%2e/v1/keys", "/r/%2E./v1", "/r/..\\v1", "/r/a/../../v1", "//edge/r/abc", "/refer", "/r", "http://edge/r/abc"]) {
    assert.equal(isFriendPath(path), false, path);
  }
});
