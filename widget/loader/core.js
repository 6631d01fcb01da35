// When the core is fetched, as WebAssembly or as JavaScript, and what it is told before it is there.
// `CORE` is the name that the build gave to this version's files; `LANGUAGES` those that have words.

import { granted, read, touch, write } from './edge.js';
import { emit, guarded, isGone, warn } from './guard.js';
import { base, note, via } from './page.js';
import { answer, begin } from './visit.js';

let core;
let identity = '';
let needed;
const known = {};

const file = async (name) => {
  const response = await fetch(base + CORE + name);
  if (response.ok) return response;
  throw Error(name + ' answered ' + response.status);
};

// The core's exports. Where WebAssembly is missing, or forbidden by the page's
// Content-Security-Policy, the same core as JavaScript.
const engine = async () => {
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return import(base + CORE + '-plain.js');
  }
  const code = await (await file('.wasm')).arrayBuffer();
  return (await WebAssembly.instantiate(code)).instance.exports;
};

// One of the core's files of words, fetched once.
const json = (name) =>
  (known[name] ||= file(name + '.json').then((response) => response.json()));

// The words of the language of `tag`, or of the program's own, or English. → `[language, words]`
const wordsFor = async (tag) => {
  const of = (tag) => LANGUAGES.find((language) => language === tag?.slice(0, 2).toLowerCase());
  const language = of(tag) || of((await answer(tag)).program?.locale) || 'en';
  return [language, await json('-' + language)];
};

// Fetches the core the first time that something is to be drawn; all of it at once.
const fetched = () =>
  (needed ||= Promise.all([import(base + CORE + '.js'), engine()]).then(([{ open }, exports]) => {
    core = open(
      { answer, base, begin, core: base + CORE, emit, granted, guarded, json, note, read, touch, via, warn, write },
      exports,
    );
    core.identify(identity);
  }));

// Who the visitor is, by a signed identity, or nobody.
export const identify = guarded((jwt) => {
  identity = jwt || '';
  core?.identify(identity);
});

// Draws a piece on its stage if it is still `wanted` once the core is there.
// → `{ act, forget }`.
export const mount = async (piece, stage, tag, wanted) => {
  if (isGone()) return;
  const [visit, words] = await Promise.all([answer(tag), wordsFor(tag), fetched()]);
  if (!isGone()) return core.mount(piece, stage, tag, () => !isGone() && wanted(), visit, ...words);
};

// The edge's answer may be another now.
export const refresh = () => core?.refresh();
