// A QR code of a link, fetched when the first one is asked for: `draw(text)` → `{ size, path }`.
//
// `qr-….wasm` lies beside this file, and `qr-…-plain.js` for where WebAssembly is missing or forbidden: the same
// module as JavaScript. Nothing here touches the page.

import { trace } from './trace.js';

const beside = (ending) => import.meta.url.slice(0, -3) + ending;

const compiled = async () => {
  const response = await fetch(beside('.wasm'));
  if (!response.ok) throw Error('the QR module answered ' + response.status);
  return (await WebAssembly.instantiate(await response.arrayBuffer())).instance.exports;
};

const module = await compiled().catch(() => import(beside('-plain.js')));

export const draw = (text) => trace(module, text);
