// The core's JavaScript side, fetched with the WebAssembly and only then: it starts the core, gives
// it shadow roots to draw into, and hands it what happens there.
//
// The core registers no callback of its own. Every way into it starts behind the loader's
// `guarded`, here and in core/host.js, so a trap always ends as a withdrawal and never as an error
// of the page. `honeyguide-core` is what wasm-bindgen made (`--target web`): the build says where,
// and drops what is not imported here by name.

import { acted, identify, initSync, mount as draw, start, unmount } from 'honeyguide-core';
import { banner } from './core/banner.js';
import { host } from './core/host.js';

// → `{ banner, identify, mount }`, called by the loader alone.
export const open = async (loader, visit, code) => {
  initSync({ module: await WebAssembly.compile(code) });
  const sheet = new CSSStyleSheet();
  start(host(sheet, loader), visit);

  let surfaces = 0;
  // → the way to forget the surface again.
  const mount = (kind, root) => {
    const surface = ++surfaces;
    const ear = new AbortController();
    const listen = (type, act) => root.addEventListener(type, loader.guarded(act), ear);
    listen('click', (event) => {
      const act = event.target.closest('[data-act]')?.dataset.act;
      if (act) acted(surface, act, 0);
    });
    listen('submit', (event) => {
      event.preventDefault();
      acted(surface, 'mail', 0);
    });
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
    draw(surface, kind, root);
    loader.emit('ready', { piece: kind });
    return loader.guarded(() => {
      ear.abort();
      unmount(surface);
    });
  };

  return { banner: banner(mount), identify, mount };
};
