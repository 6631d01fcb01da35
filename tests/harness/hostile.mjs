//! Pages that make life hard for a script: `/{trait}` without the widget, `/{trait}?widget` with it. What each does is in
//! `TRAITS`; everything under /r/ goes to the edge, as on any site.
//! Called by the harness (hostile.rs) with PORT, EDGE and IDENTITY in the environment.
import { createServer } from "node:http";
import { createProxy, isFriendPath } from "../../www/demo/proxy.mjs";

const CALM = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:";
const STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'";
const TYPED = "; require-trusted-types-for 'script'; trusted-types 'none'";

/** Of each: the policy, the page's own style, and its script, which runs before anything else. */
const TRAITS = {
  calm: {},
  "odd-boxes": {
    style: `*, *::before, *::after { box-sizing: content-box !important; padding: 3px; border: 2px solid #c33; }
      html { font-size: 9px; line-height: 3; letter-spacing: .3em; text-transform: uppercase; direction: rtl; }`,
  },
  unset: { style: "* { all: unset } *:not(body) { display: inline }" },
  patched: {
    script: `
      for (const name of ["push", "map", "forEach", "includes", "filter", "find", "join", "flatMap", "reduce"]) {
        const before = Array.prototype[name];
        Array.prototype[name] = function (...given) { return before.apply(this, given); };
      }
      Array.prototype.last = function () { return this[this.length - 1]; };
      Object.prototype.extended = function () { return "everywhere"; };
      Array.prototype.toJSON = function () { return "[]"; };
      String.prototype.toJSON = function () { return String(this); };
      Array.from = function (of) { const all = []; for (let at = 0; at < of.length; at++) all[at] = of[at]; return all; };
      Function.prototype.curry = function () { return this; };`,
  },
  broken: { script: `Array.prototype.map = Array.prototype.push = Array.prototype.includes = function () { throw new TypeError("patched"); };` },
  frozen: {
    script: `for (const one of [Object, Array, String, Function, Promise, Map, Set, JSON, Math, Element, HTMLElement, Event, EventTarget])
      Object.freeze(one.prototype ? Object.freeze(one) && one.prototype : one);
      Object.freeze(document); Object.freeze(customElements); Object.freeze(history);`,
  },
  taken: { script: `Object.defineProperty(window, "honeyguide", { value: Object.freeze(function () {}), writable: false, configurable: false });` },
  promise: {
    script: `window.Promise = class { constructor(run) { this.waiting = []; run((value) => { this.value = value; this.waiting.forEach((one) => one(value)); }, () => {}); }
      then(next) { this.waiting.push(next); return this; } };`,
  },
  "fetch-throws": { script: `window.fetch = () => { throw new Error("no fetch here"); };` },
  "fetch-lies": { script: `window.fetch = () => ({ ok: true, status: 200 });` },
  "fetch-blocked": { script: `window.fetch = async () => { throw new TypeError("Failed to fetch"); };` },
  strict: { policy: STRICT },
  typed: { policy: CALM + TYPED },
  "strict-and-typed": { policy: STRICT + TYPED },
  "no-storage": {
    script: `for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
        Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
      Object.defineProperty(document, "cookie", { get() { throw new DOMException("denied", "SecurityError"); } });`,
  },
  "no-webassembly": { script: `delete window.WebAssembly;` },
  "no-observer": { script: `delete window.IntersectionObserver;` },
};

const pass = createProxy({ edge: process.env.EDGE });

createServer((request, response) => {
  if (isFriendPath(request.url)) return pass(request, response);
  const { pathname, searchParams } = new URL(request.url, "http://page");
  if (pathname === "/healthz") return response.end(JSON.stringify(Object.keys(TRAITS)));
  const [, name, file] = pathname.split("/");
  const found = Object.hasOwn(TRAITS, name) && TRAITS[name];
  if (!found) return response.writeHead(404).end();
  const { policy = CALM, style = "", script = "" } = found;
  if (file === "style.css") return send(response, "text/css", policy, `${OWN_STYLE}\n${style}`);
  if (file === "page.js") return send(response, "text/javascript", policy, `(() => {${script}})();\n${OWN_SCRIPT}`);
  return send(response, "text/html", policy, page(name, searchParams.has("widget")));
}).listen(Number(process.env.PORT), "127.0.0.1");

function send(response, type, policy, body) {
  response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "content-security-policy": policy });
  response.end(body);
}

const OWN_STYLE = `#own { display: block; width: 600px; padding: 20px; font-size: 16px }
  #own li { margin: 4px } #own button { border: 1px solid; padding: 4px 8px }`;

/** The page's own work, which anything patched takes part in. */
const OWN_SCRIPT = `
addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("#own button");
  button.addEventListener("click", () => { document.querySelector("#own output").value = "the page works"; });
});
addEventListener("error", () => { document.documentElement.dataset.failed = "error"; });
addEventListener("unhandledrejection", () => { document.documentElement.dataset.failed = "rejection"; });`;

function page(name, widget) {
  const tag = `<script async src="/r/-/widget.js" data-program="hg_pk_acme"></script>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${name}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/${name}/style.css"><script src="/${name}/page.js"></script>
${widget ? tag : ""}</head>
<body><div id="own"><h1>A page of its own</h1><p>With words, <a href="#x">a link</a> and a list.</p>
<ul><li>one</li><li>two</li></ul><form><label>Name <input value="Ada"></label><button type="button">Press</button><output></output></form></div>
<honeyguide-share identity="${process.env.IDENTITY}"><a href="/refer">Refer a friend</a></honeyguide-share>
<honeyguide-offer><a href="/refer">Give $20, get $20</a></honeyguide-offer>
</body></html>`;
}
