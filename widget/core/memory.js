// What the browser remembers for the next page, so that a card is drawn at once: what the edge
// answered last, and the link of whoever is signed in. The edge is asked all the same, and what it
// answers now takes the place. Nothing is noted while a consent that the program requires is missing.

// `note` is the loader's. → `{ kept, keep }`
export const memory = (note) => ({
  kept(name) {
    try {
      return JSON.parse(note('localStorage', name));
    } catch {}
  },
  keep(visit, name, value) {
    if (visit.consent !== 'required' || visit.consent_state === 'granted')
      note('localStorage', name, JSON.stringify(value));
  },
});

// Whom a signed identity names; nothing where it can't be read. The edge is who checks it.
export const subject = (identity) => {
  try {
    const letters = { '-': '+', _: '/' };
    return JSON.parse(atob(identity.split('.')[1].replace(/[-_]/g, (letter) => letters[letter]))).sub;
  } catch {}
};
