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

// Each element in the page, with its `drawn` once it is.
const places = new Map();

const draw = async (piece) => {
  const place = places.get(piece);
  const still = () => places.get(piece) === place;
  place.drawn = await mount(piece, piece.shadowRoot.firstChild, languageOf(piece), still);
  if (place.opens) place.drawn?.act('open');
};
const start = (piece) => draw(piece).catch(withdraw);

const clear = (piece) =>
  piece.shadowRoot.firstChild.replaceChildren(document.createElement('slot'));

const lay = (kind, attribute) => {
  const piece = document.createElement('honeyguide-' + kind);
  piece.setAttribute(attribute, '');
  document.body.append(piece);
  return piece;
};

// The friend's banner, laid over the page unless the page has a place for it.
export const showBanner = () => {
  if (!document.querySelector('honeyguide-banner')) lay('banner', 'floating');
};

// The share card over the page, by the page's launcher or by one without a button.
export const openCard = () => {
  const piece = document.querySelector('honeyguide-launcher') || lay('launcher', 'quiet');
  const place = places.get(piece);
  if (place?.drawn) place.drawn.act('open');
  else if (place) place.opens = true;
};

export const definePieces = () => {
  const reserve = new CSSStyleSheet();
  // As high as the cards mostly turn out at the element's width, which `%` of a padding means.
  reserve.replaceSync(
    ':host{display:block}:host([hidden]){display:none}' +
      '#s{display:grid;grid-template-columns:minmax(0,1fr)}' +
      'slot{display:block}#s>*,#s::before{grid-area:1/1}' +
      ':host(honeyguide-share) #s::before{content:"";padding-top:max(16.5rem,40rem - 90%)}' +
      ':host(honeyguide-offer) #s::before{content:"";padding-top:max(14rem,41rem - 88%)}',
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
    piece.attachShadow({ mode: 'open' }).adoptedStyleSheets = [reserve];
    piece.shadowRoot.append(document.createElement('div'));
    piece.shadowRoot.firstChild.id = 's';
    clear(piece);
  });
  const left = guarded((piece) => {
    near.unobserve(piece);
    places.get(piece)?.drawn?.forget();
    places.delete(piece);
  });
  const connected = guarded((piece) => {
    places.set(piece, {});
    // What lies over the page is near the screen wherever its element is.
    if (piece.matches('[floating],honeyguide-launcher')) start(piece);
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
