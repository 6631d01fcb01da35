// Types of Honeyguide's widget: the call, the events, and the elements for JSX.
// The edge serves them beside the script, as `/r/-/honeyguide.d.ts`: keep a copy with your sources.

export type HoneyguidePiece =
  | 'share'
  | 'offer'
  | 'banner'
  | 'standing'
  | 'leaderboard'
  | 'testimonials'
  | 'coupon'
  | 'join'
  | 'consent'
  | 'qr'
  | 'launcher';

export type HoneyguideChannel =
  | 'email'
  | 'whatsapp'
  | 'telegram'
  | 'sms'
  | 'x'
  | 'linkedin'
  | 'facebook'
  | 'share';

/** Whole minor units of an ISO 4217 currency. */
export interface HoneyguideMoney {
  amount: number;
  currency: string;
}

/** A conversion that only this browser knows of. It earns nothing until a backend confirms it. */
export interface HoneyguideClaim {
  event: string;
  external_id: string;
  value?: HoneyguideMoney;
}

/** What each event's `detail` has. */
export interface HoneyguideEvents {
  /** A piece is drawn. */
  ready: { piece: HoneyguidePiece };
  /** The visitor shared their link. */
  shared: { channel: HoneyguideChannel };
  /** The visitor has a link; or, where they asked by e-mail, a message that is the same for everybody. */
  joined: { code: string; link: string } | { message: string };
  /** Something didn't work; the page is as it was. */
  error: { reason: string };
}

export interface Honeyguide {
  /** Who is signed in: the JWT that your backend signed; without one, nobody. */
  (call: 'identify', jwt?: string | null): void;
  /** Calls back with a stand-in for this visitor's touches, `ref_…`, or with null. */
  (call: 'reference', callback: (reference: string | null) => void): void;
  (call: 'claim', claim: HoneyguideClaim): void;
  (call: 'consent', state: 'granted' | 'denied'): void;
  /** Opens the share card over the page. */
  (call: 'open'): void;
  /** Calls back with the detail of each event of that name, from now on. */
  <Name extends keyof HoneyguideEvents>(
    call: 'on',
    name: Name,
    callback: (detail: HoneyguideEvents[Name]) => void,
  ): void;
  /** The calls that were made before the script was there. */
  q?: IArguments[];
}

export interface HoneyguideElement extends HTMLElement {}

/** What any element of the widget takes. */
export interface HoneyguideAttributes {
  /** The JWT that your backend signed: who is signed in, on the whole page. */
  identity?: string;
  /** A language tag; else the nearest element's that has one, else the program's. */
  lang?: string;
  /** Else the page's `color-scheme`. */
  theme?: 'light' | 'dark';
  id?: string;
  class?: string;
  className?: string;
  slot?: string;
  hidden?: boolean;
  style?: unknown;
  children?: unknown;
  key?: string | number | null;
  ref?: unknown;
}

export type HoneyguideElements = Record<`honeyguide-${HoneyguidePiece}`, HoneyguideAttributes>;

declare global {
  var honeyguide: Honeyguide;

  interface HTMLElementTagNameMap extends Record<`honeyguide-${HoneyguidePiece}`, HoneyguideElement> {}

  interface DocumentEventMap {
    'honeyguide:ready': CustomEvent<HoneyguideEvents['ready']>;
    'honeyguide:shared': CustomEvent<HoneyguideEvents['shared']>;
    'honeyguide:joined': CustomEvent<HoneyguideEvents['joined']>;
    'honeyguide:error': CustomEvent<HoneyguideEvents['error']>;
  }

  // Preact, Solid and React before version 19.
  namespace JSX {
    interface IntrinsicElements extends HoneyguideElements {}
  }
}

// React 19.
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements extends HoneyguideElements {}
  }
}

// Vue.
declare module 'vue' {
  interface GlobalComponents extends HoneyguideElements {}
}
