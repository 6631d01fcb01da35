// The further pieces: what they look like, and what they ask of the page and of the edge. Fetched when
// one of them is to be drawn, or the QR code is asked for.

import css from 'honeyguide-style';
import pieces from 'honeyguide-pieces';
import { named } from './core/named.js';
import { writer } from './core/numbers.js';
import { saved } from './core/save.js';

export { css, pieces, writer };

export const effects = ({ loader, known, say, draw, drawAll }) => {
  const { begin, granted, via } = loader;
  const { read, write } = named(loader);

  const all = {
    png: ({ own }) => saved(own, 'png'),
    svg: ({ own }) => saved(own, 'svg'),

    granted: (surface) => all.consent(surface, 'granted'),
    denied: (surface) => all.consent(surface, 'denied'),
    async consent(surface, state) {
      surface.own.answered = '1';
      draw(surface);
      await granted('consent', write('consent', { state, via }));
      begin();
    },

    open(surface) {
      const dialog = surface.stage.querySelector('dialog');
      if (!dialog.open) dialog.showModal();
    },
    close: ({ stage }) => stage.querySelector('dialog').close(),

    async me() {
      const { identity } = known;
      if (known.asked === identity) return;
      known.asked = identity;
      const { status, body } = await read('me', identity);
      if (known.identity !== identity) return;
      known.me_state = { 200: 'known', 404: 'none' }[status] || 'failed';
      known.me = status === 200 && body;
      const tier = known.me?.next_tier;
      if (tier) {
        const currency = tier.unit?.currency;
        tier.part = String(Math.min(1, tier.reached / tier.at || 0));
        if (currency) tier.missing = { amount: tier.missing, currency };
      }
      drawAll();
    },

    async name(surface) {
      const show_name = surface.stage.querySelector('[type=checkbox]').checked;
      const { status } = await write('me', { show_name }, known.identity);
      if (status === 200) known.me.show_name = show_name;
      say(surface, 'named', status);
    },

    async board() {
      if (known.board) return;
      known.board = {};
      known.board = await granted('leaderboard', read('leaderboard'));
      drawAll();
    },
  };
  return all;
};
