// When the WebAssembly core is fetched, and what it is told before it is there.

import { granted, touch, write } from './edge.js';
import { emit, guarded, isGone, onWithdraw, warn } from './guard.js';
import { base } from './page.js';
import { answer } from './visit.js';

let core;
let identity = '';
let needed;

// Throws where WebAssembly is missing, or forbidden by the page's Content-Security-Policy.
export const probe = () => {
  if (!window.WebAssembly) throw Error('there is no WebAssembly here');
  new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
};

const wasm = async (address) => {
  const response = await fetch(address);
  if (response.ok) return response.arrayBuffer();
  throw Error('the core answered ' + response.status);
};

// Fetches the core the first time that something is to be drawn; all of it at once.
const need = () =>
  (needed ||= Promise.all([
    answer(),
    import(base + CORE),
    wasm(base + CORE.replace('.js', '_bg.wasm')),
  ]).then(async ([visit, { open }, code]) => {
    core = await open({ emit, granted, guarded, touch, warn, write }, visit, code);
    if (identity) core.identify(identity);
  }));

// Who the visitor is, by a signed identity, or nobody.
export const identify = guarded((jwt) => {
  identity = jwt || '';
  core?.identify(identity);
});

// Draws `kind` into a shadow root if it is still `wanted` once the core is there.
// → the way to forget it again.
export const mount = async (kind, root, wanted) => {
  if (!isGone()) await need();
  if (!isGone() && wanted()) return core.mount(kind, root);
};

// `dismissed` is called when the visitor closes the banner.
export const openBanner = async (dismissed) => {
  if (!isGone()) await need();
  if (!isGone()) core.banner.open(dismissed);
};

export const closeBanner = () => core?.banner.close();
onWithdraw(closeBanner);
