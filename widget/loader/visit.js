// One visit: asks for the offer in force, confirms the landing, shows the friend's banner when due.

import { closeBanner, openBanner } from './core.js';
import { granted, read, touch } from './edge.js';
import { withdraw } from './guard.js';
import { note, via } from './page.js';

let asked;

// The edge's answer for this visitor, asked for once.
export const answer = () =>
  (asked ||= granted('offer', read('offer', via ? '&via=' + encodeURIComponent(via) : '')));

// Called when the script runs, and again after a consent: the answer may differ then.
export const begin = () => {
  asked = undefined;
  answer()
    .then((visit) => {
      // The click that this visit goes back to, as far as a page may know it.
      const mark = visit.code || '+';
      if (!visit.referred) return closeBanner();
      if (visit.consent !== 'required' || visit.consent_state === 'granted') confirm(mark);
      if (visit.offer && note('localStorage', 'dismissed') !== mark)
        return openBanner(() => note('localStorage', 'dismissed', mark));
    })
    .catch(withdraw);
};

// `landing` once per tab and code; the next page of that tab is `engaged`, once. Nothing is sent, or
// noted in the browser, while a consent that the program requires is missing.
const confirm = (mark) => {
  const [code, landed] = (note('sessionStorage', 'landing') || '').split(' ');
  const here = location.pathname;
  if (code !== mark) report('landing', mark + ' ' + here);
  else if (landed && landed !== here) report('engaged', mark);
};

// When a person can see the page: not while it is prerendered, in a background tab, or in a frame
// that is never painted.
const report = (event, landing) => {
  if (document.visibilityState === 'visible')
    requestAnimationFrame(() => {
      note('sessionStorage', 'landing', landing);
      touch(event);
    });
  else
    document.addEventListener('visibilitychange', () => report(event, landing), { once: true });
};
