//! What the widget and the share page say: the words of `widget/words/{lang}.json`, and an owner's own in their place.
//!
//! Invariant: a word always has a text. An owner's own comes first, then the language's, then English; a key that nobody
//! has stands for itself.

use super::Lang;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A file that can't be read has no words, which the test shows.
pub(super) fn read(file: &str) -> BTreeMap<String, String> {
    let all: Map<String, Value> = serde_json::from_str(file).unwrap_or_default();
    let text = |value: Value| if let Value::String(text) = value { Some(text) } else { None };
    all.into_iter().filter_map(|(key, value)| Some((key, text(value)?))).collect()
}

/// An owner's words in place of ours: by language, by key.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Overrides(pub(crate) BTreeMap<Lang, BTreeMap<String, String>>);

impl Overrides {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of one language.
    pub fn of(&self, lang: Lang) -> BTreeMap<String, String> {
        self.0.get(&lang).cloned().unwrap_or_default()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (Lang, &str, &str)> {
        self.0.iter().flat_map(|(lang, words)| words.iter().map(|(key, text)| (*lang, key.as_str(), text.as_str())))
    }
}

/// The words of one language, with an owner's own among them.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    lang: Lang,
    own: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Shown<'a> {
    pub const fn of(lang: Lang) -> Self {
        Self { lang, own: None }
    }

    #[must_use]
    pub const fn with(self, own: &'a BTreeMap<String, String>) -> Self {
        Self { own: Some(own), ..self }
    }

    pub const fn lang(&self) -> Lang {
        self.lang
    }

    pub fn say(&self, key: &'a str) -> &'a str {
        let own = self.own.and_then(|own| own.get(key));
        own.or_else(|| self.lang.shown().get(key)).or_else(|| Lang::En.shown().get(key)).map_or(key, String::as_str)
    }

    /// The same with each `{name}` filled in, in one pass: what is filled in is not looked at again.
    pub fn fill(&self, key: &'a str, with: &[(&str, &str)]) -> String {
        let mut rest = self.say(key);
        let mut text = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let known = after.split_once('}').and_then(|(name, after)| {
                with.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value, after))
            });
            let (value, after) = known.unwrap_or(("{", after));
            text.push_str(value);
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

/// The English words' keys.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    Lang::En.shown().keys().map(String::as_str)
}

/// The English words of a key.
pub(crate) fn english(key: &str) -> Option<&'static str> {
    of_key(Lang::En.shown(), key)
}

/// What a language calls its numbers' categories, by Unicode's plural rules.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// A plural's key may end with a category that this language hasn't: `.other` stands for it.
fn of_key<'a>(words: &'a BTreeMap<String, String>, key: &str) -> Option<&'a str> {
    let other = || {
        let (stem, _) = key.rsplit_once('.').filter(|(_, last)| CATEGORIES.contains(last))?;
        words.get(&format!("{stem}.other"))
    };
    words.get(key).or_else(other).map(String::as_str)
}

/// The names in `{}` in a text, in order.
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_words_are_there_in_every_language_with_the_same_places_to_fill_in() {
        for lang in Lang::ALL {
            assert!(!lang.shown().is_empty(), "{}.json isn't read", lang.as_str());
            for key in keys().filter(|key| key.starts_with("page.")) {
                let words = lang.shown().get(key).unwrap_or_else(|| panic!("{}.json lacks {key}", lang.as_str()));
                assert_eq!(placeholders(words), placeholders(english(key).unwrap()), "{} {key}", lang.as_str());
                assert!(words.trim() == words && !words.is_empty(), "{} {key}", lang.as_str());
            }
            let strange: Vec<_> =
                lang.shown().keys().filter(|key| key.starts_with("page.") && english(key).is_none()).collect();
            assert!(strange.is_empty(), "{}.json has {strange:?}, which English doesn't have", lang.as_str());
        }
    }

    #[test]
    fn a_plurals_key_is_known_in_every_category() {
        let words = read(r#"{"n.one": "{count} visit", "n.other": "{count} visits", "few": "A few"}"#);
        for (key, text) in [
            ("n.one", Some("{count} visit")),
            ("n.few", Some("{count} visits")),
            ("n.some", None),
            ("m.few", None),
            ("few", Some("A few")),
            ("n", None),
        ] {
            assert_eq!(of_key(&words, key), text, "{key}");
        }
    }

    #[test]
    fn an_owners_word_comes_first_and_what_is_filled_in_is_not_filled_again() {
        let own = BTreeMap::from([("page.from".to_owned(), "{name} of {shop} says {} {open".to_owned())]);
        let words = Shown::of(Lang::De).with(&own);
        assert_eq!(words.fill("page.from", &[("name", "{shop}"), ("shop", "Acme")]), "{shop} of Acme says {} {open");
        assert_eq!(words.say("page.your_link"), Lang::De.shown()["page.your_link"]);
        assert_eq!(words.say("no.such.word"), "no.such.word");
    }
}
