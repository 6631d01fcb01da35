// The elements `<honeyguide-share>`, `<honeyguide-offer>` and so on.
//
// An element shows the content that the page gave it until the core has drawn, and again when the
// widget withdraws. Its space is reserved as soon as it is defined, and the core is fetched only
// when one comes near the screen. Nothing depends on the style of the element itself, which is the
// page's: the stage inside its shadow root carries all.

import { identify, mount } from './core.js';
import { guarded, onWithdraw, withdraw } from './guard.js';
import { languageOf } from './page.js';

const KINDS =
  'share offer banner standing leaderboard testimonials coupon join consent qr launcher'.split(' ');

// Each element in the page, with its `forget` once it is drawn.
const places = new Map();

const draw = async (piece) => {
  const place = places.get(piece);
  const still = () => places.get(piece) === place;
  place.forget = await mount(piece, piece.shadowRoot.firstChild, languageOf(piece), still);
};
const start = (piece) => draw(piece).catch(withdraw);

const clear = (piece) =>
  piece.shadowRoot.firstChild.replaceChildren(document.createElement('slot'));

// The friend's banner, laid over the page unless the page has a place for it.
export const showBanner = () => {
  if (document.querySelector('honeyguide-banner')) return;
  const banner = document.createElement('honeyguide-banner');
  banner.toggleAttribute('floating');
  document.body.append(banner);
};

export const definePieces = () => {
  const reserve = new CSSStyleSheet();
  // As high as the cards mostly turn out at the element's width, which `%` of a padding means.
  reserve.replaceSync(
    ':host(:not([hidden])){display:block}' +
      'x{display:grid}slot{display:block}x>*,x::before{grid-area:1/1}' +
      'x::before{content:"";padding-top:var(--h)}' +
      ':host(honeyguide-share){--h:max(16.5rem,43rem - 71%)}' +
      ':host(honeyguide-offer){--h:max(15.25rem,45rem - 93%)}',
  );

  const near = new IntersectionObserver(
    guarded((seen) => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        start(target);
      }
    }),
    { rootMargin: '300px' },
  );

  const made = guarded((piece) => {
    const root = piece.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [reserve];
    root.append(document.createElement('x'));
    clear(piece);
  });
  const left = guarded((piece) => {
    near.unobserve(piece);
    places.get(piece)?.forget?.();
    places.delete(piece);
  });
  const connected = guarded((piece) => {
    places.set(piece, {});
    // What lies over the page is on the screen wherever its element is. What is seen already needn't
    // wait for the next frame.
    const { top, bottom } = piece.getBoundingClientRect();
    if (piece.matches('[floating],honeyguide-launcher') || (top < innerHeight && bottom > 0))
      start(piece);
    else near.observe(piece);
  });

  class Piece extends HTMLElement {
    static observedAttributes = ['identity', 'lang'];

    constructor() {
      super();
      made(this);
    }

    connectedCallback() {
      connected(this);
    }

    disconnectedCallback() {
      left(this);
    }

    attributeChangedCallback(name, before, value) {
      if (name === 'identity') identify(value);
      else if (places.has(this)) {
        left(this);
        connected(this);
      }
    }
  }

  onWithdraw(() => places.forEach((place, piece) => clear(piece)));
  for (const kind of KINDS) customElements.define('honeyguide-' + kind, class extends Piece {});
};
