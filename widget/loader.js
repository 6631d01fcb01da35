// The loader: what `<script async src="…/r/-/widget.js" data-program="hg_pk_…">` runs.
//
// It owns everything that must work before, or without, the core: the call queue, the elements, the
// offer, and the landing confirmation. Its invariant: nothing that fails here, or in the core,
// reaches the page; it ends as one `console.warn` and the widget withdraws.

import { installCalls } from './loader/calls.js';
import { guarded, withdraw } from './loader/guard.js';
import { base, first, key } from './loader/page.js';
import { definePieces } from './loader/pieces.js';
import { begin } from './loader/visit.js';

guarded(() => {
  if (!first) return;
  if (!key || !base) return withdraw('no data-program');
  installCalls();
  begin();
  definePieces();
})();
