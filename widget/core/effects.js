// What the core may ask of the page and of the edge. What comes of it is told to the core in a later
// turn, so the core is never entered twice.

import { subject } from './memory.js';
import { named } from './named.js';

// `say` tells the core of an act on a surface; `draw` and `drawAll` draw what is known now.
export const effects = ({ loader, known, say, draw, drawAll, more, keep }) => {
  const { emit, granted, note, warn } = loader;
  const { write } = named(loader);
  const touch = (event, more) => loader.write('touch', { event, ...more });

  const copy = async (stage, text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      stage.querySelector('.field')?.select();
      const code = stage.querySelector('.coupon');
      if (code) getSelection().selectAllChildren(code);
      return document.execCommand?.('copy');
    }
  };

  const all = {
    press: (surface, act) => say(surface, act),

    // The visitor's own link, by the signed identity. One that is remembered stays where the edge can't be
    // reached. A newer identity makes the question moot.
    async join({ visit }) {
      const { identity, link: before } = known;
      known.joined = '1';
      if (!before) {
        known.member = 'asking';
        drawAll();
      }
      const given = await write('join', {}, identity);
      granted('join', given).then((body) => emit('joined', body), warn);
      if (identity !== known.identity || (before && !given.status)) return;
      const { code, link } = given.body || {};
      // One that is refused is remembered no more.
      keep(visit, 'link', link ? { sub: subject(identity), code, link } : null);
      Object.assign(known, { member: link ? 'known' : 'refused', code, link });
      drawAll();
    },

    // The link by mail. The answer is the same whoever asks.
    async mail(surface) {
      const email = surface.stage.querySelector('.field').value;
      const { ok, status, body } = await write('join', { email });
      if (ok) emit('joined', body);
      say(surface, 'mailed', status);
    },

    // Copies, lets the core say so, and after a while un-say it.
    async copy(surface, text, own) {
      const copied = await copy(surface.stage, text);
      if (copied && own) touch('copy', { code: known.code });
      say(surface, 'copied', copied ? 200 : 0);
      setTimeout(say, 2500, surface, 'settle');
    },

    select: ({ stage }) => stage.querySelector('.field').select(),

    // Closing the share sheet without sharing is no failure.
    share: (surface, title, text, url) =>
      navigator.share({ title, text, url }).then(() => all.shared(surface, 'share'), () => {}),

    shared(surface, channel) {
      touch('share', { channel, code: known.code });
      emit('shared', { channel });
    },

    async qr(surface, text) {
      try {
        await more(surface);
        draw(surface);
        const { size, path } = await (await import(loader.base + QR)).draw(text);
        Object.assign(surface.own, { qr_size: String(size), qr_path: path });
        draw(surface);
      } catch (error) {
        warn(error);
        say(surface, 'qr_failed');
      }
    },

    dismiss(surface) {
      const { own, piece, visit } = surface;
      own.dismissed = '1';
      note('localStorage', 'dismissed', visit.code || '+');
      if (piece.hasAttribute('floating')) piece.remove();
      else draw(surface);
    },

  };

  // `added` are the further pieces' own.
  return {
    add: (added) => Object.assign(all, added),
    perform: (surface, [name, ...given]) =>
      (async () => all[name]?.(surface, ...given))().catch(warn),
  };
};
