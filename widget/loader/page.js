// What the page says about this visit: our script tag, and the `via` code of its address.
// Read once, while the script runs: `document.currentScript` is null in every later callback.

const tag = document.currentScript || document.querySelector('[data-program]');

// The publishable key.
export const key = tag?.dataset.program;

// The folder of the script's own address, such as `https://shop.example/r/-/`.
export const base = tag?.src && new URL('.', tag.src).href;

// The code that came along in the address, where no cookie could be set.
export const via = new URLSearchParams(location.search).get('via') || undefined;

// False when another copy of this script has taken the page already.
export const first = !window.honeyguide?.base;

// A note that outlives the page, in `localStorage` or `sessionStorage`, either of which may be
// missing, full or forbidden. With a value it is written, without one read.
export const note = (storage, name, value) => {
  try {
    name = 'honeyguide:' + name;
    return value ? window[storage].setItem(name, value) : window[storage].getItem(name);
  } catch {}
};

// The language that an element is in; the page's own without one; empty where none is said.
export const languageOf = (piece = document.documentElement) =>
  piece.closest('[lang]')?.lang || '';
