//! The frame around every page: head, the story's steps, the shop's own bar, footer.
//! Invariant: no page holds an inline script or style, so the strict policy below holds for all.
//! Called by the pages; `POLICY` is sent by shop.mjs with each of them.
import { html } from "./html.mjs";

/** `wasm-unsafe-eval` is what the widget needs to compile its module; nothing else is eased. */
export const POLICY = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' data:",
  "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
].join("; ");

const STEPS = [
  ["Get a link", "/refer"],
  ["Follow it", "/refer#link"],
  ["Buy", "/checkout"],
  ["Both earn", "/orders"],
  ["Webhook", "/inbox"],
];

/**
 * `step` 1 to 5 of the story and `hint`, what to do there; `widget` puts the one script tag on the
 * page; `script` names a script of the shop's own.
 */
export function page({ title, step, hint, main, widget, script, visitor }) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Acme</title>
<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/shop.css">
${script && html`<script type="module" src="/assets/${script}"></script>`}
${widget && html`<script async src="/r/-/widget.js" data-program="${widget}"></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${story(step, hint)}
<header class="bar">
<a class="brand" href="/"><img src="/assets/icon.svg" alt="" width="28" height="28">Acme</a>
<nav aria-label="Shop">
<a href="/">Shop</a>
<a href="/refer">Refer</a>
<a href="/orders">Orders</a>
<a href="/inbox">Webhooks</a>
</nav>
</header>
<main id="main">
${main}
</main>
<footer>
<p>Acme is a demo shop. It is a site of its own and knows Honeyguide only by one script tag,
one proxied path and the public API.${visitor && html` Signed in as ${visitor.name}.`}</p>
</footer>
</body>
</html>
`;
}

function story(current, hint) {
  return html`<nav class="story" aria-label="The demo's story">
<ol>
${STEPS.map(([name, address], at) => html`<li><a href="${address}"${at + 1 === current && html` aria-current="step"`}>
<span class="number">${at + 1}</span> ${name}</a></li>
`)}</ol>
<p>${hint}</p>
</nav>`;
}

/** One labelled field of a form, with its hint and its fault where it has them. */
export function field({ label, name, type = "text", value = "", autocomplete, hint, fault }) {
  const notes = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(" ");
  return html`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}" required
 maxlength="254"${notes && html` aria-describedby="${notes}"`}${fault && html` aria-invalid="true"`}>
${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${fault && html`<p class="fault" id="${name}-fault">${fault}</p>`}
</div>`;
}
