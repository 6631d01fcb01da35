//! The messages' words, in the languages of `domain/words/mail/{lang}.json`: flat `"key": "text"`, with places such as
//! `{{program}}`. A translator edits those files and nothing else. What a language lacks is said in English, and is listed
//! by `cargo run -p xtask -- words`.

use crate::words::Lang;
use std::collections::BTreeMap;
use std::sync::OnceLock;

type Words = BTreeMap<String, String>;

macro_rules! files {
    ($($lang:ident $tag:literal,)*) => {
        fn words(lang: Lang) -> &'static Words {
            match lang { $(Lang::$lang => {
                static READ: OnceLock<Words> = OnceLock::new();
                READ.get_or_init(|| read(include_str!(concat!("../../../words/mail/", $tag, ".json"))))
            })* }
        }
    };
}

files! { En "en", De "de", Fr "fr", Es "es", Pt "pt", Ja "ja", Ar "ar", Hi "hi", }

/// A file that can't be read has no words, which the test shows.
fn read(file: &str) -> Words {
    serde_json::from_str(file).unwrap_or_default()
}

/// The words of a key; nothing where nobody has them.
pub(super) fn say(lang: Lang, key: &str) -> &'static str {
    words(lang).get(key).or_else(|| words(Lang::En).get(key)).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<&str> =
            text.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0)).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_language_has_every_word_with_the_same_places_and_no_others() {
        assert!(!words(Lang::En).is_empty());
        for lang in Lang::ALL {
            for (key, english) in words(Lang::En) {
                let own = words(*lang).get(key).unwrap_or_else(|| panic!("{}: {key}", lang.as_str()));
                assert_eq!(places(own), places(english), "{} {key}", lang.as_str());
                assert!(own.trim() == own && !own.is_empty(), "{} {key}", lang.as_str());
            }
            assert_eq!(words(*lang).len(), words(Lang::En).len(), "{}", lang.as_str());
        }
    }
}
