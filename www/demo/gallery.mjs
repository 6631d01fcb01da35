//! The gallery: every element in every state, language and theme, as `/gallery?lang=ar&theme=dark`.
//! Invariant: the widget is the very one that ships; only what the edge would answer is made up, so that each state can
//! be looked at. Every scene is a page of its own, since a page has one visitor.
//! Called by server.mjs for /gallery and what is below it.
import { say } from "./answer.mjs";
import { NEVER, SCENES, answerOf, elementsOf, findScene } from "./gallery/scenes.mjs";
import { LANGUAGES, directionOf } from "./gallery/words.mjs";
import { html } from "./html.mjs";

const THEMES = { auto: "As the system", light: "Light", dark: "Dark" };

/** Only ourselves may show a scene in a frame; nothing inline, as in the shop. */
const POLICY = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' data: blob:",
  "connect-src 'self'", "frame-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'self'",
].join("; ");

export const isGalleryPath = (target) => /^\/gallery(?:[/?]|$)/.test(target);

export function createGallery({ edge, publishableKey }) {
  return async function serve(request, response) {
    const { pathname, searchParams } = new URL(request.url, "http://shop");
    const looks = {
      language: Object.hasOwn(LANGUAGES, searchParams.get("lang") ?? "") ? searchParams.get("lang") : "en",
      theme: Object.hasOwn(THEMES, searchParams.get("theme") ?? "") ? searchParams.get("theme") : "auto",
    };
    const [, , name, ...rest] = pathname.split("/");
    if (!name) return show(response, index(looks));
    if (name === "-") return behind(request, response, rest);
    const scene = rest.length === 0 && findScene(name);
    return scene ? show(response, scenePage(scene, looks, publishableKey)) : say(response, 404, "There is no such scene");
  };

  /** `/gallery/-/{scene}.{language}/…` is to the scene what `/r/-/…` is to a shop. */
  async function behind(request, response, [place, ...rest]) {
    const [name, language] = (place ?? "").split(".");
    const scene = findScene(name);
    const path = rest.join("/");
    if (!scene || !Object.hasOwn(LANGUAGES, language ?? "")) return say(response, 404, "There is no such scene");
    request.resume();
    if (!path.startsWith("v1/")) return file(response, path);
    const answer = answerOf(scene, path, language, request.headers.host);
    // A scene that waits, waits until its page is left.
    if (answer === NEVER) return undefined;
    response.writeHead(answer.status, { "content-type": "application/json", "cache-control": "no-store" });
    return response.end(answer.body && JSON.stringify(answer.body));
  }

  /** A file of the widget, as the edge has it. */
  async function file(response, path) {
    const found = await fetch(new URL(`/r/-/${path}`, edge)).catch(() => null);
    if (!found?.ok) return say(response, found?.status ?? 502, "The edge has no such file");
    response.writeHead(200, {
      "content-type": found.headers.get("content-type"),
      "cache-control": found.headers.get("cache-control"),
    });
    return response.end(Buffer.from(await found.arrayBuffer()));
  }
}

function show(response, markup) {
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY,
    "x-content-type-options": "nosniff", "cache-control": "no-store",
  });
  response.end(String(markup));
}

const addressOf = (place, { language, theme }) => `/gallery${place}?lang=${language}&theme=${theme}`;

function index(looks) {
  const choice = (name, options, chosen, address) => html`<nav aria-label="${name}"><ul>
${Object.entries(options).map(([key, label]) => html`<li><a href="${address(key)}"${key === chosen && html` aria-current="true"`}${name === "Language" && html` lang="${key}"`}>${label}</a></li>
`)}</ul></nav>`;
  return frame({ title: "Gallery", language: "en", theme: looks.theme, script: true }, html`<header>
<h1>Gallery</h1>
<p>Every element of the widget in every state. The widget is real; what the edge answers is made up here.</p>
${choice("Language", LANGUAGES, looks.language, (language) => addressOf("", { ...looks, language }))}
${choice("Theme", THEMES, looks.theme, (theme) => addressOf("", { ...looks, theme }))}
</header>
<main>
${SCENES.map(({ name, title }) => html`<section class="scene">
<h2 id="${name}"><a href="${addressOf(`/${name}`, looks)}">${title}</a></h2>
<iframe title="${title}" src="${addressOf(`/${name}`, looks)}"></iframe>
</section>
`)}</main>`);
}

function scenePage(scene, looks, key) {
  const { name, title } = scene;
  const widget = html`<script async src="/gallery/-/${name}.${looks.language}/widget.js" data-program="${key}"></script>`;
  return frame({ ...looks, title, direction: directionOf(looks.language), widget }, html`<main class="pieces ${name}" aria-label="${title}">
<h1 class="unseen" lang="en">${title}</h1>
${elementsOf(scene, looks)}</main>`);
}

function frame({ title, language, theme, direction = "ltr", script, widget }, body) {
  return html`<!doctype html>
<html lang="${language}" dir="${direction}" class="${theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Acme</title>
<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/gallery.css">
${script && html`<script type="module" src="/assets/gallery.js"></script>`}
${widget}
</head>
<body>
${body}
</body>
</html>
`;
}
