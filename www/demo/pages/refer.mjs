//! The signed-in customer's page: their link to share and the two-sided offer.
//! Invariant: the identity token is on this page only, for the customer who is signed in.
//! Called by shop.mjs.
import { html } from "../html.mjs";
import { field, page } from "../page.mjs";

export function referPage({ publishableKey, visitor, identity, filled = {}, faults = {} }) {
  return page({
    title: "Give $20, get $20",
    step: 1,
    hint: visitor
      ? "Take the link below. Then open it in a private window: that is the friend."
      : "Play Ada, a customer who likes the shop: sign in and take a link.",
    widget: publishableKey,
    visitor,
    main: visitor ? signedIn(visitor, identity) : signIn(filled, faults),
  });
}

function signIn({ name = "Ada", email = "ada@example.com" }, faults) {
  return html`<h1>Give $20, get $20</h1>
<p>Sign in for your own link. A friend who follows it and buys for $50 or more earns $20 of credit, and so do you.</p>
<form class="sheet" method="post" action="/refer/sign-in">
${field({ label: "Your name", name: "name", value: name, autocomplete: "name", fault: faults.name })}
${field({ label: "E-mail", name: "email", type: "email", value: email, autocomplete: "email", fault: faults.email })}
<button class="button">Sign in</button>
<p class="hint">There is no password: this is a demo, and anybody can be anybody.</p>
</form>
<aside class="offer">
<honeyguide-offer></honeyguide-offer>
</aside>`;
}

function signedIn(visitor, identity) {
  return html`<h1>${visitor.name}, share your link</h1>
<div class="refer">
<section id="link" aria-label="Your link">
<honeyguide-share identity="${identity}"></honeyguide-share>
<noscript><p>Your link is drawn by the widget, which needs JavaScript.</p></noscript>
</section>
<section aria-label="The offer">
<honeyguide-offer></honeyguide-offer>
</section>
</div>
<h2>Next: be the friend</h2>
<p>Open the link in a private window, where nobody knows Ada. In one browser it works too: follow the
link here, and buy with another e-mail address. With ${visitor.email} the edge sees that buyer and
referrer are the same person, and refuses the referral.</p>
<form method="post" action="/refer/sign-out"><button class="button quiet">Sign out</button></form>`;
}
