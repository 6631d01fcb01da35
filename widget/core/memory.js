// What the browser remembers for the next page, so that a card is drawn at once: what the edge
// answered last, and the link of whoever is signed in. The edge is asked all the same, and what it
// answers now takes the place. Nothing is noted while a consent that the program requires is missing.

// `note` is the loader's; each program's notes are its own. → `{ kept, keep }`
export const memory = (note, key) => ({
  kept(name) {
    try {
      return JSON.parse(note('localStorage', key + name));
    } catch {}
  },
  keep(visit, name, value) {
    if (visit.consent !== 'required' || visit.consent_state === 'granted')
      note('localStorage', key + name, JSON.stringify(value));
  },
});

// Whom a signed identity names; nothing where it can't be read. The edge is who checks it.
export const subject = (identity) => {
  try {
    return JSON.parse(atob(identity.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sub;
  } catch {}
};
