//! Webhooks as they come, and the switch that makes the receiver fail.
//! Invariant: the page draws nothing of a webhook as markup; assets/inbox.js fills the template.
//! Called by shop.mjs.
import { html } from "../html.mjs";
import { page } from "../page.mjs";

export function inboxPage({ down, destination, problem, visitor }) {
  return page({
    title: "Webhooks",
    step: 5,
    hint: "What a business's own systems would receive, signed by Standard Webhooks. New ones come in at the top.",
    script: "inbox.js",
    visitor,
    main: html`<h1>Webhooks</h1>
<form class="switch" method="post" action="/inbox/receiver">
<p class="outcome ${down ? "refused" : "credited"}">${down ? "The receiver is down: it answers 500." : "The receiver is up."}</p>
<button class="button quiet" name="state" value="${down ? "up" : "down"}">${down ? "Bring it back" : "Take it down"}</button>
${!down && destination && html`<button class="button quiet" formaction="/inbox/again">Ask for waiting events now</button>`}
<p class="hint">${down
    ? `Each event is tried again with the same id and a new timestamp: after 5 seconds, then after 5 minutes,
30 minutes, 2 hours and more. Bring the receiver back and see each event arrive once.`
    : `Take it down, buy something, and watch the tries fail. When it is back, the next try delivers; you can
ask for it at once.`}</p>
</form>
${destination
    ? html`<p class="line">Destination <code>${destination.id}</code> sends to <code>${destination.url}</code>.</p>`
    : html`<p class="fault">The edge doesn't send here yet: ${problem ?? "the destination is being made."}</p>`}
<p id="empty" class="line">Nothing has come yet.</p>
<ol id="arrivals" class="arrivals" reversed aria-live="polite" aria-relevant="additions"></ol>
<noscript><p>Webhooks are drawn by a script; without it, read <a href="/inbox.json">/inbox.json</a>.</p></noscript>
<template id="arrival"><li>
<article>
<h2 class="type"></h2>
<p class="marks"><span class="signature"></span> <span class="answer"></span> <span class="repeat"></span></p>
<p class="line"><time></time> <code class="id"></code></p>
<details><summary>Body</summary><pre tabindex="0"></pre></details>
</article>
</li></template>`,
  });
}
