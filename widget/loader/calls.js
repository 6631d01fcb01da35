// The one global, `honeyguide(name, …)`: what a page may ask of the widget. A page that defines it
// as a queue before the script is there loses no call.

import { call as later, identify } from './core.js';
import { warn } from './guard.js';
import { base } from './page.js';

const calls = {
  // Who is signed in: the JWT that the site's backend made, or nothing when they sign out.
  identify,

  // Calls back with each event's detail: `ready`, `shared`, `joined` or `error`.
  on: (name, callback) =>
    document.addEventListener('honeyguide:' + name, (event) => callback(event.detail)),
};

export const installCalls = () => {
  const before = window.honeyguide?.q || [];
  const call = async (name, ...given) => {
    try {
      await (calls[name] || (await later(name)))(...given);
    } catch (error) {
      warn(error);
    }
  };
  window.honeyguide = (...given) => void call(...given);
  window.honeyguide.base = base;
  for (const given of before) call(...given);
};
