//! The front page and a product's page.
//! Invariant: both carry the widget, so a friend who lands here sees the offer's banner.
//! Called by shop.mjs.
import { PRODUCTS } from "../catalogue.mjs";
import { html, money } from "../html.mjs";
import { page } from "../page.mjs";

const ARRIVED = "You came by a referral link. The edge counted the click and set a signed cookie. Now buy something.";
const START = html`Start by taking Ada's link: <a href="/refer">sign in as Ada</a>.`;

export function frontPage({ publishableKey, visitor, touch }) {
  return page({
    title: "Plain things for the table",
    step: touch ? 2 : 1,
    hint: touch ? ARRIVED : START,
    widget: publishableKey,
    visitor,
    main: html`<section class="lead">
<h1>Plain things for the table</h1>
<p>Pots, bowls and cloth that are made to be used every day.</p>
</section>
<ul class="shelf">
${PRODUCTS.map((product) => html`<li>
<a href="/products/${product.id}">
<span class="tile ${product.id}"><img src="/assets/${product.id}.svg" alt="" width="200" height="200"></span>
<span class="name">${product.name}</span>
<span class="price">${money(product.price)}</span>
<span class="line">${product.line}</span>
</a>
</li>
`)}</ul>
<aside class="offer">
<honeyguide-offer></honeyguide-offer>
</aside>`,
  });
}

export function productPage({ product, publishableKey, visitor, touch }) {
  return page({
    title: product.name,
    step: touch ? 2 : 1,
    hint: touch ? ARRIVED : START,
    widget: publishableKey,
    visitor,
    main: html`<article class="product">
<div class="tile ${product.id}"><img src="/assets/${product.id}.svg" alt="" width="200" height="200"></div>
<div>
<h1>${product.name}</h1>
<p class="price">${money(product.price)}</p>
<p class="line">${product.line}</p>
<p>${product.story}</p>
<p><a class="button" href="/checkout?product=${product.id}">Buy the ${product.name.toLowerCase()}</a></p>
</div>
</article>`,
  });
}
