// The wall between the widget and the page. Every entry goes through `guarded`, every promise ends
// in `withdraw` or `warn`. After the first failure of the drawing side the widget is gone for good:
// a core that has trapped is in an unknown state, so nothing calls it again.

let gone;
let undo;

// Tells the page, in a turn of its own: its listeners may call us back.
export const emit = (name, detail) =>
  queueMicrotask(() => document.dispatchEvent(new CustomEvent('honeyguide:' + name, { detail })));

// Something didn't work, and the rest goes on. It is told after a while: what a browser breaks off
// because the page is left is no failure, and then there is no page any more to tell it.
export const warn = (error) =>
  setTimeout(() => {
    const reason = error?.message || '' + error;
    console.warn('honeyguide: ' + reason);
    emit('error', { reason });
  }, 1e3);

// What to do when the widget leaves the page.
export const onWithdraw = (work) => (undo = work);

export const withdraw = (error) => {
  if (gone) return;
  gone = true;
  warn(error);
  undo?.();
};

export const guarded =
  (work) =>
  (...given) => {
    if (!gone)
      try {
        return work(...given);
      } catch (error) {
        withdraw(error);
      }
  };
