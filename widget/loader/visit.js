// One visit: asks for the offer in force, confirms the landing, shows the friend's banner when due.

import { refresh } from './core.js';
import { granted, read, touch } from './edge.js';
import { withdraw } from './guard.js';
import { languageOf, note, via } from './page.js';
import { showBanner } from './pieces.js';

let asked = {};

// The edge's answer for this visitor, asked for once in each language.
export const answer = (tag) =>
  (asked[tag] ||= granted(
    'offer',
    read('offer', (via ? '&via=' + encodeURIComponent(via) : '') + (tag && '&lang=' + tag)),
  ));

// Called when the script runs, and again after a consent: the answer may differ then.
export const begin = () => {
  asked = {};
  answer(languageOf())
    .then((visit) => {
      const mark = visit.code || '+';
      refresh();
      if (!visit.referred) return;
      if (visit.consent !== 'required' || visit.consent_state === 'granted') confirm(mark);
      if (visit.offer && note('localStorage', 'dismissed') !== mark) showBanner();
    })
    .catch(withdraw);
};

// `landing` once per tab and code; the next page of that tab is `engaged`, once. Nothing is sent, or
// noted in the browser, while a consent that the program requires is missing.
const confirm = (mark) => {
  const noted = note('sessionStorage', 'landing') || '';
  const here = mark + ' ' + location.pathname;
  if (!(noted + ' ').startsWith(mark + ' ')) report('landing', here);
  else if (noted !== mark && noted !== here) report('engaged', mark);
};

// When a person can see the page: not while it is prerendered, in a background tab, or in a frame
// that is never painted.
const report = (event, landing) => {
  if (document.hidden)
    document.addEventListener('visibilitychange', () => report(event, landing), { once: true });
  else
    requestAnimationFrame(() => {
      note('sessionStorage', 'landing', landing);
      touch(event);
    });
};
