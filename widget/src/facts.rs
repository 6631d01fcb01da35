//! What is known: the edge's answers, who the visitor is, what stands on this surface, and the words.
//!
//! Entries of `key ␟ value ␞`, as `core/facts.js` has flattened them: `visit.offer.headline` is a key,
//! and so is `me.rewards.0.state`; a list's entry has a key of its own, `me.rewards.0`, too. Numbers,
//! money and dates come as the browser writes them in the visitor's language, and a number's plural
//! category under `key#`. What isn't there is empty.
//!
//! All text is UTF-8 as bytes: it is cut at ASCII characters only, so nothing need be checked again.

/// Ends an entry.
pub(crate) const END: u8 = 0x1e;
/// Between a key and its value, or two values of an effect.
pub(crate) const UNIT: u8 = 0x1f;
/// Between facts, words and pieces.
const GROUP: u8 = 0x1d;

/// Before and after the first `at`; all and nothing without one.
#[inline(never)]
pub(crate) fn cut(text: &[u8], at: u8) -> (&[u8], &[u8]) {
    let mut parts = text.splitn(2, |byte| *byte == at);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

#[inline(never)]
fn find<'a>(mut entries: &'a [u8], key: &[u8]) -> &'a [u8] {
    while !entries.is_empty() {
        let (entry, rest) = cut(entries, END);
        let (name, value) = cut(entry, UNIT);
        if name == key {
            return value;
        }
        entries = rest;
    }
    b""
}

#[inline(never)]
pub(crate) fn join(first: &[u8], then: &[u8]) -> Vec<u8> {
    let mut all = first.to_vec();
    all.extend_from_slice(then);
    all
}

pub(crate) struct Facts<'a> {
    known: &'a [u8],
    words: &'a [u8],
    pub(crate) pieces: &'a [u8],
    /// What follows from the facts, in the same form; the newest first.
    decided: Vec<u8>,
}

impl<'a> Facts<'a> {
    pub(crate) fn read(said: &'a [u8]) -> Self {
        let (known, rest) = cut(said, GROUP);
        let (words, pieces) = cut(rest, GROUP);
        Self { known, words, pieces, decided: Vec::new() }
    }

    /// Adds what follows from the others. It is found before what was known of that key.
    #[inline(never)]
    pub(crate) fn decide(&mut self, key: &[u8], value: &[u8]) {
        let mut entry = join(key, &[UNIT]);
        entry.extend_from_slice(value);
        entry.push(END);
        entry.extend_from_slice(&self.decided);
        self.decided = entry;
    }

    #[inline(never)]
    pub(crate) fn get(&self, key: &[u8]) -> &[u8] {
        let decided = find(&self.decided, key);
        if decided.is_empty() { find(self.known, key) } else { decided }
    }

    #[inline(never)]
    pub(crate) fn has(&self, key: &[u8]) -> bool {
        !self.get(key).is_empty()
    }

    #[inline(never)]
    pub(crate) fn is(&self, key: &[u8], value: &[u8]) -> bool {
        self.get(key) == value
    }

    /// The words of that key, in the visitor's language.
    pub(crate) fn word(&self, key: &[u8]) -> &'a [u8] {
        find(self.words, key)
    }

    /// The words of a key for the number at `number`.
    pub(crate) fn plural(&self, key: &[u8], number: &[u8]) -> &'a [u8] {
        let stem = join(key, b".");
        let words = self.word(&join(&stem, self.get(&join(number, b"#"))));
        if words.is_empty() { self.word(&join(&stem, b"other")) } else { words }
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    const SAID: &[u8] = b"kind\x1fshare\x1en\x1f2\x1en#\x1ftwo\x1e\x1da.one\x1fthing\x1ea.other\x1fthings\x1e";

    #[test]
    fn a_key_is_found_whole_or_not_at_all() {
        let mut facts = Facts::read(SAID);
        assert!(facts.is(b"kind", b"share") && facts.is(b"kin", b"") && !facts.has(b"share"));
        facts.decide(b"state", b"asking");
        facts.decide(b"state", b"known");
        assert!(facts.is(b"state", b"known"));
        assert_eq!((facts.word(b"a.one"), facts.word(b"n")), (b"thing".as_slice(), b"".as_slice()));
    }

    #[test]
    fn a_plural_without_words_of_its_own_takes_the_others() {
        assert_eq!(Facts::read(SAID).plural(b"a", b"n"), b"things");
    }
}
