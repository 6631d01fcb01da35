//! The kinds of answer that the shop gives.
//! Invariant: every page goes out with the strict policy of page.mjs, and none is kept by a cache.
//! Called by shop.mjs and checkout.mjs.
import { readFileSync, readdirSync } from "node:fs";
import { extname } from "node:path";
import { html } from "./html.mjs";
import { POLICY, page } from "./page.mjs";

const TYPES = { ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
const FOLDER = new URL("assets/", import.meta.url);
const ASSETS = new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER))]));

export function show(response, markup, status = 200) {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": POLICY,
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  response.end(String(markup));
}

export function seeOther(response, location, cookie) {
  response.writeHead(303, { location, ...(cookie ? { "set-cookie": cookie } : {}) }).end();
}

export function sendJson(response, status, value) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(value, null, 2)}\n`);
}

export function sendAsset(response, name) {
  const asset = ASSETS.get(name);
  if (!asset) return say(response, 404, "There is no such page");
  const type = `${TYPES[extname(name)]}; charset=utf-8`;
  response.writeHead(200, { "content-type": type, "cache-control": "no-cache", "x-content-type-options": "nosniff" });
  return response.end(asset);
}

/** A page of one sentence: not found, not allowed, too long, our fault. */
export function say(response, status, sentence) {
  const main = html`<h1>${sentence}</h1><p><a href="/">Back to the shop</a></p>`;
  return show(response, page({ title: sentence, hint: html`<a href="/refer">Start with step 1.</a>`, main }), status);
}
