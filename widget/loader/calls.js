// The one global, `honeyguide(name, …)`: what a page may ask of the widget. A page that defines it
// as a queue before the script is there loses no call.

import { identify } from './core.js';
import { granted, read, write } from './edge.js';
import { warn } from './guard.js';
import { base, via } from './page.js';
import { openCard } from './pieces.js';
import { begin } from './visit.js';

const calls = {
  // Who is signed in: the JWT that the site's backend made, or nothing when they sign out.
  identify,

  // A short stand-in for this visitor's touches; null when there is none to be had.
  async reference(callback) {
    let reference = null;
    try {
      ({ reference } = await granted('reference', read('reference')));
    } finally {
      queueMicrotask(() => callback(reference));
    }
  },

  async consent(state) {
    await granted('consent', write('consent', { state, via }, true));
    begin();
  },

  // A conversion that only this browser knows of. It earns nothing until it is confirmed.
  claim: (conversion) => granted('claim', write('claim', conversion, true)),

  // The share card, over the page.
  open: openCard,

  // Calls back with each event's detail: `ready`, `shared`, `joined` or `error`.
  on: (name, callback) =>
    document.addEventListener('honeyguide:' + name, (event) => callback(event.detail)),
};

export const installCalls = () => {
  const before = window.honeyguide?.q || [];
  const call = async (name, ...given) => {
    try {
      if (!Object.hasOwn(calls, name)) throw Error('there is no call "' + name + '"');
      await calls[name](...given);
    } catch (error) {
      warn(error);
    }
  };
  window.honeyguide = (...given) => void call(...given);
  window.honeyguide.base = base;
  for (const given of before) call(...given);
};
