// assets/honeyguide-cart.js: the order will name the visit, so that the edge knows who referred. Shopify hands a cart's
// attributes on with the order; an underscore before the name hides it from the customer.
window.honeyguide = window.honeyguide || function () { (honeyguide.q = honeyguide.q || []).push(arguments); };

honeyguide("reference", (reference) => {
  if (!reference) return;
  fetch((window.Shopify?.routes?.root ?? "/guides/shopify/") + "cart/update.js", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ attributes: { _honeyguide_reference: reference } }),
  });
});
