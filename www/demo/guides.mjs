//! The guides' examples, running: `/guides/{name}` is what www/docs/guides/{name}.md describes.
//! Invariant: what a guide shows is the file that runs here. Frameworks come from the pinned packages and are bundled when
//! one is first asked for; nothing is fetched from elsewhere.
//! Called by server.mjs for /guides and what is below it.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { say, sendJson } from "./answer.mjs";
import { bundle, serverBundle } from "./guides/bundle.mjs";
import { html } from "./html.mjs";
import { signIdentity } from "./identity.mjs";
import { page } from "./page.mjs";
import { readBody } from "./request.mjs";

const FOLDER = new URL("guides/", import.meta.url);
const NAMES = {
  html: "Plain HTML", react: "React", vue: "Vue", next: "Server rendering, as Next does it", wordpress: "A WordPress theme",
  shopify: "A Shopify theme", gtm: "Google Tag Manager",
};
const TYPES = { ".css": "text/css", ".js": "text/javascript", ".html": "text/html" };

const policyWith = (script = "") =>
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'${script}; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

export const isGuidePath = (target) => /^\/guides(?:[/?]|$)/.test(target);

export function createGuides({ identitySecret, publishableKey }) {
  let cart = {};

  /** The customer of all examples. A real backend asks its session who that is. */
  function session() {
    const customer = { sub: "guide-1", email: "ada@example.com", name: "Ada" };
    return { identity: signIdentity(customer, identitySecret, Math.floor(Date.now() / 1000)) };
  }

  return async function serve(request, response) {
    try {
      await route(request, response);
    } catch (error) {
      console.error(`shop: ${request.method} ${request.url}:`, error);
      if (!response.headersSent) say(response, 500, "The example can't be shown");
    }
  };

  async function route(request, response) {
    const { pathname } = new URL(request.url, "http://shop");
    const [, , name = "", ...rest] = pathname.split("/");
    const file = rest.join("/");
    if (name === "") return show(response, index());
    if (name === "session.json") return sendJson(response, 200, session());
    if (name === "example.css" && !file) return show(response, own("example.css"), ".css");
    if (!Object.hasOwn(NAMES, name)) return say(response, 404, "There is no such example");
    if (file) return part(request, response, name, file);
    switch (name) {
      case "next": return show(response, (await serverBundle(FOLDER, "next/server.jsx")).render(session()));
      case "wordpress": return wordpress(response);
      case "shopify": return show(response, await shopify());
      case "gtm": return withNonce(response, own("gtm/index.html"));
      default: return show(response, own(`${name}/index.html`));
    }
  }

  async function part(request, response, name, file) {
    switch (`${name}/${file}`) {
      case "html/signed-in.js":
      case "gtm/container.js":
      case "gtm/tag.html":
      case "shopify/honeyguide-cart.js": return show(response, own(`${name}/${file}`), extname(file));
      case "react/app.js": return show(response, await bundle(FOLDER, "react/app.jsx"), ".js");
      case "next/app.js": return show(response, await bundle(FOLDER, "next/app.jsx"), ".js");
      case "vue/app.js": return show(response, await bundle(FOLDER, "vue/app.js"), ".js");
      case "shopify/cart.js": return sendJson(response, 200, cart);
      case "shopify/cart/update.js":
        cart = JSON.parse((await readBody(request, 4096)).toString("utf8"));
        return sendJson(response, 200, cart);
      default: return say(response, 404, "There is no such file");
    }
  }

  /** As `php` prints it. Where there is none, the page says so. */
  function wordpress(response) {
    const env = { PATH: process.env.PATH, IDENTITY_SECRET: identitySecret };
    execFile("php", [fileURLToPath(new URL("wordpress/wordpress.php", FOLDER))], { env }, (error, printed) => {
      if (error?.code === "ENOENT") return say(response, 501, "This example needs php: apt-get install php-cli");
      return error ? say(response, 500, "php failed") : show(response, printed);
    });
  }

  /** The theme as Liquid draws it, with the objects that Shopify would give it. */
  async function shopify() {
    const { Liquid } = await import("liquidjs");
    const globals = {
      page_title: "Shopify", request: { locale: { iso_code: "en" } }, routes: { account_url: "/refer" },
      settings: { honeyguide_key: publishableKey },
      content_for_header: '<link rel="stylesheet" href="/guides/example.css">',
    };
    const engine = new Liquid({ root: fileURLToPath(new URL("shopify/", FOLDER)), extname: ".liquid", globals });
    engine.registerFilter("asset_url", (asset) => `/guides/shopify/${asset}`);
    const content = await engine.renderFile("page.refer.liquid");
    return engine.renderFile("theme", { content_for_layout: content });
  }
}

const own = (file) => readFileSync(new URL(file, FOLDER), "utf8");

function show(response, text, ending = ".html", policy = policyWith()) {
  response.writeHead(200, {
    "content-type": `${TYPES[ending]}; charset=utf-8`, "content-security-policy": policy,
    "x-content-type-options": "nosniff", "cache-control": "no-store",
  });
  response.end(String(text));
}

function withNonce(response, text) {
  const nonce = randomBytes(16).toString("base64");
  show(response, text.replaceAll("{{nonce}}", nonce), ".html", policyWith(` 'nonce-${nonce}'`));
}

function index() {
  return page({
    title: "Guides",
    hint: "Each of these is a running example; what it is made of is in www/demo/guides.",
    main: html`<h1>Guides</h1>
<ul>
${Object.entries(NAMES).map(([name, title]) => html`<li><a href="/guides/${name}">${title}</a></li>
`)}</ul>`,
  });
}
