//! Languages, own words, leaderboard and testimonials in the program file.

use super::super::{OfferTranslation, Screen, Testimonial};
use super::limits;
use crate::fault::Place;
use crate::wire::read::{self, Fields, Read};
use crate::words::{Lang, Overrides};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const MOST_WORDS: usize = 500;
const MOST_TESTIMONIALS: usize = 10;
const LONGEST_NAME: usize = 80;

impl Read for Lang {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let names: Vec<(&str, Self)> = Self::ALL.iter().map(|lang| (lang.as_str(), *lang)).collect();
        read::one_of(value, place, &names)
    }
}

/// The words of one language, by key.
struct OwnWords(BTreeMap<String, String>);

impl Read for OwnWords {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let about = "Words of the widget and the share page, by their keys.";
        let text = read::text_schema();
        if place.accepts(|| json!({"type": "object", "maxProperties": MOST_WORDS, "additionalProperties": text, "description": about})) {
            return None;
        }
        let words = read::object(value, place)?;
        if words.len() > MOST_WORDS {
            place.malformed("too_large", format!("There are {MOST_WORDS} words at most."));
            return None;
        }
        let one = |(key, text): (&String, &Value)| Some((key.clone(), String::read(text, &place.child(key))?));
        let read: Vec<Option<(String, String)>> = words.iter().map(one).collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }
}

impl Read for Overrides {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        by_language(value, place)
            .map(|all| Self(all.into_iter().map(|(lang, OwnWords(words))| (lang, words)).collect()))
    }
}

/// The offer in other languages.
pub(super) struct Translations(pub(super) BTreeMap<Lang, OfferTranslation>);

impl Read for Translations {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        by_language(value, place).map(Self)
    }
}

fn by_language<T: Read>(value: &Value, place: &Place<'_>) -> Option<BTreeMap<Lang, T>> {
    let fields = Fields::of(value, place)?;
    let read: Vec<_> = Lang::ALL.iter().map(|lang| (*lang, fields.optional::<T>(lang.as_str()))).collect();
    fields.done();
    let mut all = BTreeMap::new();
    for (lang, read) in read {
        if let Some(read) = read? {
            all.insert(lang, read);
        }
    }
    Some(all)
}

impl Read for OfferTranslation {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let [headline, friend, referrer, terms, disclosure] =
            ["headline", "friend", "referrer", "terms", "disclosure"].map(|name| fields.optional(name));
        let call_to_action = fields.or("call_to_action", limits::Words(Vec::new()));
        fields.done();
        Some(Self {
            headline: headline?,
            friend: friend?,
            referrer: referrer?,
            terms: terms?,
            disclosure: disclosure?,
            call_to_action: call_to_action?.0,
        })
    }
}

impl Read for Testimonial {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let name = fields.required::<String>("name");
        let words = fields.required("words");
        fields.done();
        place.accepts(|| json!({"properties": {"name": {"maxLength": LONGEST_NAME}}}));
        let name = name?;
        if name.chars().count() > LONGEST_NAME {
            place.child("name").malformed("invalid_text", format!("This has {LONGEST_NAME} characters at most."));
        }
        Some(Self { name, words: words? })
    }
}

impl Screen {
    pub(super) fn read_from(fields: &Fields<'_>, place: &Place<'_>) -> Option<Self> {
        let locale = fields.or("locale", Lang::default());
        let words = fields.or("words", Overrides::default());
        let leaderboard = fields.or("leaderboard", false);
        let testimonials: Option<Vec<Testimonial>> = fields.or("testimonials", Vec::new());
        place.child("testimonials").accepts(|| json!({"maxItems": MOST_TESTIMONIALS}));
        let testimonials = testimonials?;
        if testimonials.len() > MOST_TESTIMONIALS {
            let message = format!("A program has {MOST_TESTIMONIALS} testimonials at most.");
            place.child("testimonials").refused("too_many_testimonials", message);
        }
        Some(Self { locale: locale?, words: words?, leaderboard: leaderboard?, testimonials })
    }

    pub(super) fn write(&self, fields: &mut Map<String, Value>) {
        fields.insert("locale".to_owned(), json!(self.locale));
        fields.insert("leaderboard".to_owned(), json!(self.leaderboard));
        if !self.words.is_empty() {
            fields.insert("words".to_owned(), json!(self.words));
        }
        if !self.testimonials.is_empty() {
            fields.insert("testimonials".to_owned(), json!(self.testimonials));
        }
    }
}
