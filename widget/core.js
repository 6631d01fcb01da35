// The core's JavaScript side, fetched with the core and only then: it gathers the facts, asks the
// core what to draw or to do, and carries that out.
//
// The core is a pure function from text to text, and the same whether it runs as WebAssembly or as
// JavaScript: `exports` is either. Every way into it starts behind the loader's `guarded`, so a trap
// always ends as a withdrawal and never as an error of the page.

import css from 'honeyguide-style';
import first from 'honeyguide-pieces';
import { effects } from './core/effects.js';
import { asker } from './core/engine.js';
import { flatten } from './core/facts.js';
import { memory, subject } from './core/memory.js';
import { become, read } from './core/surface.js';

// → `{ identify, mount, refresh }`, called by the loader alone.
export const open = (loader, exports) => {
  const { answer, emit, guarded, json, key, note, script } = loader;
  const ask = asker(exports);
  const { kept, keep } = memory(note, key);
  const sheet = (css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  };
  const sheets = [sheet(css)];
  let pieces = first;

  // What is known of the visitor, the same on every surface.
  const known = { identity: '' };
  const surfaces = new Set();
  const drawAll = () => surfaces.forEach((surface) => draw(surface));

  // What the core answers, with all that is known on this surface.
  const asked = ({ language, numbers, own, piece, tag, visit, words }, act, status) => {
    const facts = {
      ...own,
      ...known,
      act,
      status: String(status),
      kind: piece.localName.slice(11),
      words: language,
      lang: tag || language,
      floating: piece.hasAttribute('floating') ? 'floating' : '',
      quiet: piece.hasAttribute('quiet') ? '1' : '',
      native: navigator.share ? '1' : '',
      qr: QR,
      signed: known.identity && '1',
      visit,
    };
    delete facts.identity;
    return read(
      ask(flatten(facts, numbers) + '\x1d' + flatten({ ...words, ...visit.words }) + '\x1d' + pieces),
    );
  };

  const draw = guarded((surface) => {
    if (!surfaces.has(surface)) return;
    const { tree, effects } = asked(surface);
    // Nothing to show: the page's own content is.
    if (!tree.firstChild) tree.append(document.createElement('slot'));
    become(surface.stage, tree);
    surface.piece.shadowRoot.adoptedStyleSheets = [...surface.worn, ...sheets];
    for (const effect of effects) perform(surface, effect);
  });

  // Tells the core of something that happened.
  const say = guarded((surface, act, status = '') => {
    if (!surfaces.has(surface)) return;
    const { effects, memory } = asked(surface, act, status);
    Object.assign(surface.own, memory);
    draw(surface);
    for (const effect of effects) perform(surface, effect);
  });

  // The further pieces, with their words in the surface's language.
  let further;
  const more = async (surface) => {
    const { language, words } = surface;
    further ||= script('-more').then((more) => {
      pieces += '\n' + more.pieces;
      sheets.push(sheet(more.css));
      add(more.effects({ loader, known, say, draw, drawAll }));
      return more;
    });
    const [added, { writer }] = await Promise.all([json('-more-' + language), further]);
    surface.words = { ...words, ...added };
    surface.numbers = writer(surface.tag || language, language);
  };

  const { add, perform } = effects({ loader, known, say, draw, drawAll, more, keep });

  // Draws a piece on its stage, if it is still `wanted`. → the way to forget it again
  const mount = async (piece, stage, tag, wanted, language, words) => {
    const kind = piece.localName.slice(11);
    const answered = answer(tag);
    const visit = kept(tag) || (await answered);
    const surface = { piece, stage, tag, visit, language, words };
    if (visit.coupon || !/^(share|offer|banner)$/.test(kind)) await more(surface);
    // In a task of its own: the core's script has just run, and the page may have its turn.
    await new Promise((go) => setTimeout(go));
    if (!wanted()) return;
    surface.worn = [...piece.shadowRoot.adoptedStyleSheets].slice(0, 1);
    surface.own = { dismissed: note('localStorage', 'dismissed') === (visit.code || '+') ? '1' : '' };
    surfaces.add(surface);

    const ear = new AbortController();
    const listen = (node, type, act) => node.addEventListener(type, guarded(act), ear);
    const press = (target) => {
      const { act, channel } = target.closest('[data-act]')?.dataset || {};
      surface.own.channel = channel;
      if (act) say(surface, act);
    };
    listen(stage, 'click', ({ target }) => {
      if (target.localName === 'dialog') target.close();
      else if (target.type !== 'checkbox') press(target);
    });
    listen(stage, 'change', ({ target }) => press(target));
    listen(stage, 'submit', (event) => {
      event.preventDefault();
      say(surface, 'mail');
    });
    if (piece.hasAttribute('floating'))
      listen(document, 'keydown', (event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) say(surface, 'dismiss');
      });

    draw(surface);
    emit('ready', { piece: kind });
    listen(piece, 'honeyguide-open', () => say(surface, 'open'));
    if (piece.hasAttribute('opens')) say(surface, 'open');
    // A friend's visit is not remembered: whether there is one, only the edge can tell.
    answered.then(
      (visit) => {
        visit.referred || keep(visit, tag, visit);
        if (surface.visit === visit) return;
        surface.visit = visit;
        draw(surface);
      },
      () => {},
    );
    return () => {
      ear.abort();
      surfaces.delete(surface);
    };
  };

  const identify = guarded((identity) => {
    if (identity === known.identity && known.member !== 'refused') return;
    const before = kept('link');
    const mine = before && before.sub === subject(identity) && { ...before, member: 'known' };
    Object.assign(known, { identity, joined: '', member: '', code: '', link: '', me: null, me_state: '', asked: '' }, mine);
    for (const { own } of surfaces) Object.assign(own, { say: '', copied: '', qr_open: '' });
    drawAll();
  });

  // The edge's answers may be others now.
  const refresh = async () => {
    for (const surface of [...surfaces]) {
      surface.visit = await answer(surface.tag);
      draw(surface);
    }
  };

  return { identify, mount, refresh };
};
