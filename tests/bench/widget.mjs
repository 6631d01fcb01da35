//! Times the widget in Chromium under a processor four times slower and a network of 150 ms and 1.6 Mbit/s.
//! `widget.mjs` with EDGE, PROGRAM, IDENTITY_SECRET and ROUNDS in the environment prints a JSON object: for an empty and for
//! a warm cache, each round's milliseconds until the share link is usable, what the main thread was blocked, and the
//! layout's shift; and the same for a bare page on a warm cache, whose script makes one field with a link and no more: what
//! browser and machine need for any widget.
//! Invariant: a round has a browser profile of its own; the warm visit follows the cold one in the same tab. The page itself
//! may be cached, so that a warm visit waits for nothing but what the widget asks.
//! Called by `cargo bench-edge`.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { signIdentity } from "../../www/demo/identity.mjs";
import { createProxy, isFriendPath } from "../../www/demo/proxy.mjs";

const { EDGE, PROGRAM, IDENTITY_SECRET, ROUNDS = "5" } = process.env;
const CUSTOMER = { sub: "bench-widget", email: "ada@example.com", name: "Ada" };
const IDENTITY = signIdentity(CUSTOMER, IDENTITY_SECRET, Math.floor(Date.now() / 1000));
const SLOWER = 4;
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 1.6e6 / 8, connectionType: "cellular4g" };

/** A shop's page with the card in the middle, its space reserved as the widget's README says. */
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Refer</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>body { font: 1rem/1.5 sans-serif } honeyguide-share:not(:defined) { display: flow-root }
honeyguide-share:not(:defined)::before { content: ""; float: left; padding-top: RESERVED }</style>
<script async src="/r/-/widget.js" data-program="hg_pk_${PROGRAM}"></script></head>
<body><h1>Refer a friend</h1><honeyguide-share identity="${IDENTITY}"><a href="/refer">Refer a friend</a></honeyguide-share>
<p>Words below the card.</p></body></html>`;

const BARE = `customElements.define("honeyguide-share", class extends HTMLElement {
  constructor() {
    super();
    const field = document.createElement("input");
    field.setAttribute("part", "field");
    field.value = location.origin + "/r/BARE";
    this.attachShadow({ mode: "open" }).append(field);
  }
});`;

/** Runs before the page: notes when the link is there, what blocks the main thread, and what shifts. */
const WATCH = `
  window.seen = { usable: null, tasks: [], shift: 0 };
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) seen.tasks.push(duration); })
    .observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => { for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) seen.shift += value; })
    .observe({ type: "layout-shift", buffered: true });
  (function look() {
    const field = document.querySelector("honeyguide-share")?.shadowRoot?.querySelector("[part~=field]");
    if (field?.value.includes("/r/")) seen.usable = performance.now();
    else setTimeout(look, 4);
  })();`;

const pass = createProxy({ edge: EDGE });
const reserved = process.env.RESERVED ?? "max(16.5rem, 43rem - 71%)";
const server = createServer((request, response) => {
  if (isFriendPath(request.url)) return squeezed(request, response);
  const send = (kind, body) => {
    response.writeHead(200, { "content-type": `${kind}; charset=utf-8`, "cache-control": "max-age=600" });
    response.end(body);
  };
  if (request.url === "/bare.js") return send("text/javascript", BARE);
  const page = PAGE.replace("RESERVED", reserved);
  return send("text/html", request.url === "/bare" ? page.replace("/r/-/widget.js", "/bare.js") : page);
});

/** Files as they travel, by path: compressed once, as a shop's proxy does it, so that no visit waits for that. */
const files = new Map();

async function file(path) {
  const found = await fetch(new URL(path, EDGE));
  const headers = { "content-type": found.headers.get("content-type"), "content-encoding": "br" };
  headers["cache-control"] = found.headers.get("cache-control");
  return { status: found.status, headers, body: brotliCompressSync(Buffer.from(await found.arrayBuffer())) };
}

/** As a shop's proxy would: files that are text or WebAssembly travel with brotli. */
async function squeezed(request, response) {
  if (!/\.(?:js|wasm|json)$/.test(request.url) || request.url.includes("/v1/")) return pass(request, response);
  if (!files.has(request.url)) files.set(request.url, file(request.url));
  try {
    const { status, headers, body } = await files.get(request.url);
    response.writeHead(status, headers).end(body);
  } catch {
    files.delete(request.url);
    response.writeHead(502).end();
  }
}

/** A browser, spoken to by a pipe: `ask(method, params, session)` → its answer. */
function browser() {
  const profile = mkdtempSync(join(tmpdir(), "honeyguide-bench-"));
  const flags = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe", `--user-data-dir=${profile}`,
  ];
  const child = spawn("chromium", flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const waiting = new Map();
  let [next, rest] = [1, ""];
  child.stdio[4].on("data", (bytes) => {
    const parts = (rest + bytes).split("\0");
    rest = parts.pop();
    for (const { id, result, error } of parts.map((part) => JSON.parse(part))) {
      const wait = waiting.get(id);
      if (error) wait?.reject(new Error(error.message));
      else wait?.resolve(result);
    }
  });
  const ask = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    waiting.set(next, { resolve, reject });
    child.stdio[3].write(`${JSON.stringify({ id: next++, method, params, sessionId })}\0`);
  });
  const end = async () => {
    await ask("Browser.close").catch(() => {});
    await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve()));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { ask, end };
}

/** A tab as slow as a telephone. */
async function slowTab({ ask }) {
  const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
  const tab = (method, params) => ask(method, params, sessionId);
  await tab("Page.enable");
  await tab("Network.enable");
  await tab("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await tab("Network.emulateNetworkConditions", NETWORK);
  await tab("Page.addScriptToEvaluateOnNewDocument", { source: WATCH });
  return tab;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One visit, from the navigation on. */
async function visit(tab, address) {
  const ask = async (expression) => (await tab("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  await tab("Page.navigate", { url: address });
  const end = Date.now() + 20_000;
  while (!(await ask("location.href !== 'about:blank' && window.seen?.usable"))) {
    if (Date.now() > end) throw new Error("The link didn't come within 20 s.");
    await pause(50);
  }
  // What comes after the link counts too: a second of it.
  await pause(1000);
  const seen = await ask("seen");
  await tab("Page.navigate", { url: "about:blank" });
  // Blocked is what a task takes beyond 50 ms, as in Total Blocking Time.
  const blocked = seen.tasks.reduce((sum, duration) => sum + Math.max(0, duration - 50), 0);
  return { usable_ms: seen.usable, blocked_ms: blocked, shift: seen.shift };
}

await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://shop.localhost:${server.address().port}/`;
const rounds = { cold: [], warm: [], bare: [] };
for (let round = 0; round < Number(ROUNDS); round++) {
  const open = browser();
  // The browser's own start is not what is timed.
  const tab = await slowTab(open);
  rounds.cold.push(await visit(tab, address));
  rounds.warm.push(await visit(tab, address));
  await visit(tab, `${address}bare`);
  rounds.bare.push(await visit(tab, `${address}bare`));
  await open.end();
}
server.close();
server.closeAllConnections();
process.stdout.write(`${JSON.stringify(rounds)}\n`);
