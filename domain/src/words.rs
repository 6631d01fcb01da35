//! Reasons in words: a sentence for the owner and one for the referrer, in the languages of `domain/words/{lang}.json`.
//!
//! A translator edits those files and nothing else. They are read when this is compiled; a test says what is missing.

mod shown;

pub use shown::{Overrides, Shown, placeholders};
pub(crate) use shown::{english, keys};

use crate::reason::Reason;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A reason in words: one sentence for each reader.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What the owner of the program reads.
    pub owner: String,
    /// What the referrer reads: nothing about the friend.
    pub referrer: String,
}

type Sentences = BTreeMap<String, Explanation>;

macro_rules! languages {
    ($($name:ident $tag:literal $own:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Lang { $($name,)* }

        impl Lang {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// ISO 639-1, as in `lang` and `Accept-Language`.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $tag,)* } }

            fn sentences(self) -> &'static Sentences {
                match self { $(Self::$name => {
                    static READ: OnceLock<Sentences> = OnceLock::new();
                    READ.get_or_init(|| read(include_str!(concat!("../words/", $tag, ".json"))))
                })* }
            }

            /// What the widget and the share page say, by key.
            fn shown(self) -> &'static BTreeMap<String, String> {
                match self { $(Self::$name => {
                    static READ: OnceLock<BTreeMap<String, String>> = OnceLock::new();
                    READ.get_or_init(|| shown::read(include_str!(concat!("../../widget/words/", $tag, ".json"))))
                })* }
            }

            /// What its speakers call it.
            pub const fn own_name(self) -> &'static str { match self { $(Self::$name => $own,)* } }
        }
    };
}

languages! {
    En "en" "English", De "de" "Deutsch", Fr "fr" "Français", Es "es" "Español", Pt "pt" "Português", Ja "ja" "日本語",
    Ar "ar" "العربية", Hi "hi" "हिन्दी",
}

/// A file that can't be read has no words, which the test shows; what is missing falls back to English.
fn read(file: &str) -> Sentences {
    serde_json::from_str(file).unwrap_or_default()
}

#[expect(clippy::derivable_impls, reason = "the variants are made by a macro, which has no place for the attribute")]
impl Default for Lang {
    fn default() -> Self {
        Self::En
    }
}

impl Lang {
    /// The language of a tag such as `de` or `pt-BR`; what follows the first part is passed over.
    pub fn parse(tag: &str) -> Option<Self> {
        let first = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.iter().copied().find(|lang| lang.as_str().eq_ignore_ascii_case(first))
    }

    /// The language that an `Accept-Language` likes best among ours (RFC 9110, 12.5.4): the largest `q`, the first of
    /// equals. English where it names none of them.
    pub fn preferred(accept: &str) -> Self {
        Self::named(accept).unwrap_or_default()
    }

    /// The same, where it names one of ours.
    pub fn named(accept: &str) -> Option<Self> {
        let mut best = (None, 0);
        for range in accept.split(',').take(32) {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let quality = parameters.trim().strip_prefix("q=").map_or(1_000, thousandths);
            if let Some(lang) = Self::parse(tag).filter(|_| quality > best.1) {
                best = (Some(lang), quality);
            }
        }
        best.0
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(self) -> bool {
        self == Self::Ar
    }
}

impl Serialize for Lang {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// `0.85` as 850; what isn't a quality is zero.
fn thousandths(text: &str) -> u32 {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits: String = decimals.chars().chain("000".chars()).take(3).collect();
    let value = format!("{whole}{digits}").parse().unwrap_or(0);
    if value > 1_000 { 0 } else { value }
}

impl Explanation {
    pub fn of(reason: Reason, lang: Lang) -> Self {
        let found = lang.sentences().get(reason.as_str()).or_else(|| Lang::En.sentences().get(reason.as_str()));
        found.cloned().unwrap_or_else(|| Self { owner: String::new(), referrer: String::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_for_both_readers_in_every_language_and_no_file_has_others() {
        for lang in Lang::ALL {
            let sentences = lang.sentences();
            let known: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
            let strange: Vec<_> = sentences.keys().filter(|word| !known.contains(&word.as_str())).collect();
            assert!(strange.is_empty(), "{}.json has {strange:?}, which are no reasons", lang.as_str());
            for reason in Reason::ALL {
                let words = sentences.get(reason.as_str());
                let words = words.unwrap_or_else(|| panic!("{}.json lacks {}", lang.as_str(), reason.as_str()));
                for text in [&words.owner, &words.referrer] {
                    assert!(text.ends_with(['.', '。', '।']), "{} {}: {text}", lang.as_str(), reason.as_str());
                    assert!(text.trim() == text && text.chars().count() <= 200, "{} {text}", lang.as_str());
                }
            }
        }
    }

    #[test]
    fn translations_are_not_the_english_words_again() {
        for lang in Lang::ALL.iter().filter(|lang| **lang != Lang::En) {
            for reason in Reason::ALL {
                let (own, english) = (Explanation::of(*reason, *lang), Explanation::of(*reason, Lang::En));
                assert!(own.owner != english.owner && own.referrer != english.referrer, "{lang:?} {reason:?}");
            }
        }
    }

    #[test]
    fn the_language_is_the_one_that_is_liked_best_among_ours() {
        for (accept, lang) in [
            ("", Lang::En),
            ("de", Lang::De),
            ("de-CH, fr;q=0.9", Lang::De),
            ("en;q=0.5, fr;q=0.85, ar;q=0.849", Lang::Fr),
            ("nl, pt-BR;q=0.7", Lang::Pt),
            ("nl", Lang::En),
            ("*", Lang::En),
            ("ja;q=0, hi;q=0.001", Lang::Hi),
            ("ES", Lang::Es),
            ("de;q=9, fr;q=x", Lang::En),
            ("ja;q=1.0,ar", Lang::Ja),
        ] {
            assert_eq!(Lang::preferred(accept), lang, "{accept}");
        }
    }
}
