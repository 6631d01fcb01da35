//! One order: the thanks, the decision in words, what both sides earned, and the edge's raw answer.
//! Invariant: shows what the edge answered and nothing better; an order that isn't reported says so.
//! Called by shop.mjs.
import { describe, explain } from "../decision.mjs";
import { html, money } from "../html.mjs";
import { page } from "../page.mjs";

export function orderPage({ order, visitor }) {
  return page({
    title: `Order for ${order.name}`,
    step: 4,
    hint: order.state === "recorded"
      ? html`The decision is below. Next, see <a href="/inbox">the webhooks that tell the shop's systems</a>.`
      : "The decision will be here when the edge has answered.",
    script: order.state === "waiting" && "order.js",
    visitor,
    main: html`<h1>Thank you, ${order.name}</h1>
<p>${order.quantity} × ${order.product}, ${money(order.total)}. Order <code>${order.id}</code>.</p>
<section class="decision" aria-labelledby="decision" data-state="${order.state}">
<h2 id="decision">What Honeyguide decided</h2>
${SECTIONS[order.state](order)}
</section>
${order.answer && html`<details>
<summary>The edge's answer, as it came</summary>
<pre tabindex="0">${JSON.stringify(order.answer, null, 2)}</pre>
</details>`}`,
  });
}

const SECTIONS = {
  recorded: (order) => {
    const { headline, why, who } = explain(order);
    const { decision, rewards } = order.answer;
    return html`<p class="outcome ${decision.outcome}">${headline}</p>
<p>${why} <code>${decision.reason}</code></p>
<div class="sides">
${side("referrer", who ? `${who}, who referred` : "The referrer", rewards)}
${side("friend", `${order.name}, who bought`, rewards)}
</div>`;
  },
  waiting: (order) => html`<p class="outcome waiting" role="status">Not decided yet.</p>
<p>The order is safe in the shop. ${order.problem ?? "It is being reported."}
${order.attempts > 0 && html`Tries without an answer: ${order.attempts}. The shop keeps trying with the
same idempotency key, so it will count once.`} This page follows.</p>
<noscript><p>Without JavaScript, load this page again to follow.</p></noscript>`,
  refused: (order) => html`<p class="outcome refused">The edge refused the report.</p>
<p>${order.problem} The order stands; nobody was credited.</p>`,
};

function side(name, title, rewards) {
  const earned = rewards.filter((reward) => reward.side === name);
  return html`<div>
<h3>${title}</h3>
${earned.length === 0 && html`<p>Earned nothing.</p>`}
${earned.map((reward) => html`<p>${describe(reward)}</p>`)}
</div>`;
}
