// The calls that few pages make, fetched with the first of them.

import { named } from './core/named.js';

export const open = (loader) => {
  const { begin, granted, read, via } = loader;
  const { write } = named(loader);
  const calls = {
    // A short stand-in for this visitor's touches; null when there is none to be had.
    async reference(callback) {
      let reference = null;
      try {
        ({ reference } = await granted('reference', read('reference', '')));
      } finally {
        queueMicrotask(() => callback(reference));
      }
    },

    async consent(state) {
      await granted('consent', write('consent', { state, via }));
      begin();
    },

    // A conversion that only this browser knows of. It earns nothing until it is confirmed.
    claim: (conversion) => granted('claim', write('claim', conversion)),

    // The share card over the page, by the page's launcher or by one without a button.
    open() {
      let launcher = document.querySelector('honeyguide-launcher');
      if (!launcher) {
        launcher = document.createElement('honeyguide-launcher');
        launcher.toggleAttribute('quiet');
        document.body.append(launcher);
      }
      // For one that isn't drawn yet, and for one that is.
      launcher.toggleAttribute('opens', true);
      launcher.dispatchEvent(new Event('honeyguide-open'));
    },
  };
  return (name) => {
    if (Object.hasOwn(calls, name)) return calls[name];
    throw Error('there is no call "' + name + '"');
  };
};
