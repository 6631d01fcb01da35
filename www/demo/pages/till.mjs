//! The checkout form and the list of orders.
//! Invariant: the form carries the id of the order it will make, so sending it twice makes one;
//! the widget isn't here, so that nothing comes between a buyer and the order.
//! Called by shop.mjs.
import { PRODUCTS } from "../catalogue.mjs";
import { html, money } from "../html.mjs";
import { newOrderId } from "../orders.mjs";
import { field, page } from "../page.mjs";

const QUANTITIES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

export function checkoutPage({ visitor, touch, filled = {}, faults = {} }) {
  const { order = newOrderId(), product = PRODUCTS[0].id, quantity = 1, name, email } = filled;
  const emailHint = visitor
    ? `You are signed in as ${visitor.email}. Use another address to play the friend: a purchase with the
referrer's own is recorded, and refused as self-referral.`
    : "Any address will do: nothing is sent to it.";
  return page({
    title: "Checkout",
    step: 3,
    hint: touch
      ? "Buy as the friend. The shop's backend reports the purchase with the cookie's value."
      : html`This browser has followed no link, so nobody will be credited. <a href="/refer#link">Follow one first</a>.`,
    visitor,
    main: html`<h1>Checkout</h1>
<form class="sheet" method="post" action="/checkout">
<input type="hidden" name="order" value="${order}">
<div class="pair">
<div class="field">
<label for="product">Product</label>
<select id="product" name="product">
${PRODUCTS.map((one) => html`<option value="${one.id}"${one.id === product && html` selected`}>${one.name}, ${money(one.price)}</option>
`)}</select>
</div>
<div class="field">
<label for="quantity">Quantity</label>
<select id="quantity" name="quantity">
${QUANTITIES.map((one) => html`<option${one === quantity && html` selected`}>${one}</option>
`)}</select>
</div>
</div>
${field({ label: "Your name", name: "name", value: name, autocomplete: "name", fault: faults.name })}
${field({ label: "E-mail", name: "email", type: "email", value: email, autocomplete: "email", hint: emailHint, fault: faults.email })}
<button class="button">Place the order</button>
<p class="hint">No payment is taken: this is a demo.</p>
</form>`,
  });
}

const OUTCOMES = { credited: "credited", none: "nobody credited", held: "held for review", refused: "referral refused" };
const STATES = { waiting: "Not reported yet", recorded: "Reported", refused: "Report refused" };

export function ordersPage({ orders, visitor }) {
  return page({
    title: "Orders",
    step: 4,
    hint: "Open an order to see the decision and what both sides earned.",
    visitor,
    main: html`<h1>Orders</h1>
${orders.length === 0 && html`<p>There are no orders yet. <a href="/checkout">Buy something</a> and it will be here.</p>`}
<ul class="rows">
${orders.map((order) => html`<li><a href="/orders/${order.id}">
<span class="name">${order.quantity} × ${order.product} for ${order.name}</span>
<span class="price">${money(order.total)}</span>
<span class="line">${STATES[order.state]}${order.answer?.decision && `: ${OUTCOMES[order.answer.decision.outcome]}`}</span>
</a></li>
`)}</ul>`,
  });
}
