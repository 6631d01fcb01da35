// When the core is fetched, as WebAssembly or as JavaScript, and what it is told before it is there.
// `CORE` is the name that the build gave to this version's files; `LANGUAGES` those that have words,
// with commas.

import { granted, read, write } from './edge.js';
import { emit, guarded, warn } from './guard.js';
import { base, key, note, via } from './page.js';
import { answer, begin } from './visit.js';

let core;
let identity = '';
let needed;
const known = {};

// One of the core's files of words, fetched once.
const json = (name) => (known[name] ||= file(name + '.json').then((found) => found.json()));

const file = async (name) => {
  const found = await fetch(base + CORE + name);
  if (found.ok) return found;
  throw Error(name + ': ' + found.status);
};

const script = (name) => import(base + CORE + name + '.js');

// What the loader lends to the other scripts.
const lent = () => ({
  answer,
  base,
  begin,
  emit,
  granted,
  guarded,
  json,
  key,
  note,
  read,
  script,
  via,
  warn,
  write,
});

// The calls that aren't the loader's own. → the call of that name
export const call = async (name) => (await script('-calls')).open(lent())(name);

// The core's exports. Where WebAssembly is missing, or forbidden by the page's
// Content-Security-Policy, those of the same core as JavaScript.
const engine = async () => {
  try {
    return (await WebAssembly.instantiateStreaming(file('.wasm'))).instance.exports;
  } catch {
    return script('-plain');
  }
};

// The words of the language of `tag`, or of the program's own, or English. → `[language, words]`
const wordsFor = async (tag) => {
  const of = (tag) => LANGUAGES.split(',').find((known) => known === tag?.slice(0, 2).toLowerCase());
  const language = of(tag) || of((await answer(tag)).program.locale) || 'en';
  return [language, await json('-' + language)];
};

// Fetches the core the first time that something is to be drawn; all of it at once.
const fetched = () =>
  (needed ||= Promise.all([script(''), engine()]).then(([{ open }, exports]) => {
    core = open(lent(), exports);
    core.identify(identity);
  }));

// Who the visitor is, by a signed identity, or nobody.
export const identify = guarded((jwt) => {
  identity = jwt || '';
  core?.identify(identity);
});

// Draws a piece on its stage if it is still `wanted` once the core is there.
// → the way to forget it again
export const mount = guarded(async (piece, stage, tag, wanted) => {
  const [words] = await Promise.all([wordsFor(tag), fetched()]);
  return core.mount(piece, stage, tag, wanted, ...words);
});

// The edge's answer may be another now.
export const refresh = () => core?.refresh();
