// What the core may ask of the page and of the edge. Each call returns at once; what comes of it is
// told to the core in a later turn, so the core is never entered twice.

import { acted, joined } from 'honeyguide-core';

export const host = (sheet, { emit, granted, guarded, touch, warn, write }) => {
  let turn = 0;

  const shared = (channel, code) => {
    touch('share', { channel, code });
    emit('shared', { channel });
  };

  // → the answer, for the core to put in words.
  const join = async (asked) => {
    const given = await asked;
    granted('join', given).then((body) => emit('joined', body), warn);
    return given;
  };

  return {
    // Whether the browser has a share sheet of its own.
    native: !!navigator.share,

    dress: (css) => sheet.replaceSync(css),

    shared,

    // The visitor's own link, by the signed identity. A newer question makes an older one moot.
    async join(identity) {
      const mine = ++turn;
      const { body } = await join(write('join', {}, true, identity));
      if (mine === turn) guarded(joined)(body?.code || '', body?.link || '');
    },

    // The link by mail. The answer is the same whoever asks.
    async mail(surface, email) {
      const { status } = await join(write('join', { email }, true));
      guarded(acted)(surface, 'mailed', status);
    },

    // Copies what a field holds, lets the core say so, and after a while un-say it.
    async copy(surface, field, code) {
      let copied = true;
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        field.select();
        copied = document.execCommand?.('copy');
      }
      if (copied) touch('copy', { code });
      guarded(acted)(surface, 'copied', copied ? 200 : 0);
      setTimeout(guarded(acted), 2500, surface, 'settle', 200);
    },

    // Closing the share sheet without sharing is no failure.
    share(title, text, url, code) {
      navigator.share({ title, text, url }).then(() => shared('share', code), () => {});
    },
  };
};
