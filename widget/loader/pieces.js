// The elements `<honeyguide-share>` and `<honeyguide-offer>`.
//
// An element shows the content that the page gave it until the core has drawn, and again when the
// widget withdraws. Its space is reserved as soon as it is defined, and the core is fetched only
// when one comes near the screen.

import { identify, mount } from './core.js';
import { guarded, onWithdraw, withdraw } from './guard.js';

// Each element in the page, with its `forget` once it is drawn.
const places = new Map();

const draw = async (piece, place) => {
  place.forget = await mount(
    piece.localName.slice(11),
    piece.shadowRoot,
    () => places.get(piece) === place,
  );
};

const clear = (piece) => piece.shadowRoot.replaceChildren(document.createElement('slot'));

export const definePieces = () => {
  const reserve = new CSSStyleSheet();
  // As high as the cards mostly turn out at the element's width, which `%` of a padding means.
  reserve.replaceSync(
    ':host{display:grid;grid-template-columns:minmax(0,1fr)}:host([hidden]){display:none}' +
      'slot{display:block;grid-area:1/1}' +
      ':host::before{content:"";grid-area:1/1;padding-top:max(15.5rem,40rem - 90%)}' +
      ':host(honeyguide-offer)::before{padding-top:max(14rem,41rem - 88%)}',
  );

  const near = new IntersectionObserver(
    guarded((seen) => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        draw(target, places.get(target)).catch(withdraw);
      }
    }),
    { rootMargin: '300px' },
  );

  const made = guarded((piece) => {
    piece.attachShadow({ mode: 'open' }).adoptedStyleSheets = [reserve];
    clear(piece);
  });
  const connected = guarded((piece) => {
    places.set(piece, {});
    near.observe(piece);
  });
  const disconnected = guarded((piece) => {
    near.unobserve(piece);
    places.get(piece)?.forget?.();
    places.delete(piece);
  });

  class Piece extends HTMLElement {
    static observedAttributes = ['identity'];

    constructor() {
      super();
      made(this);
    }

    connectedCallback() {
      connected(this);
    }

    disconnectedCallback() {
      disconnected(this);
    }

    attributeChangedCallback(name, before, jwt) {
      identify(jwt);
    }
  }

  onWithdraw(() => places.forEach((place, piece) => clear(piece)));
  customElements.define('honeyguide-share', Piece);
  customElements.define('honeyguide-offer', class extends Piece {});
};
