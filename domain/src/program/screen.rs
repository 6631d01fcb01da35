//! What friends and referrers see of a program beside its offer: languages, own words, the leaderboard, testimonials.

use super::{Offer, Program, Side};
use crate::words::{Lang, Overrides, Shown};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Screen {
    /// The language that the offer is written in, and of those who ask for none that we have.
    pub locale: Lang,
    /// The owner's words in place of ours.
    pub words: Overrides,
    /// Whether participants are shown in the order of their conversions.
    pub leaderboard: bool,
    pub testimonials: Vec<Testimonial>,
}

/// What somebody says of the program, in the owner's file.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema), schemars(rename = "TestimonialTold"))]
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Testimonial {
    pub name: String,
    pub words: String,
}

/// The offer in another language than the program's own. What is missing is told in the program's own.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema), schemars(rename = "OfferTranslationTold"))]
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct OfferTranslation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub friend: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub call_to_action: Vec<String>,
}

impl Program {
    /// The language to answer in: the one that is asked for, if we have it; else the program's own.
    pub fn lang(&self, asked: Option<&str>) -> Lang {
        asked.and_then(Lang::parse).unwrap_or(self.screen.locale)
    }

    /// The offer as a reader of that language is told it, and without its translations.
    pub fn offer_in(&self, lang: Lang) -> Option<Offer> {
        let offer = self.offer.as_ref()?;
        let own = offer.translations.get(&lang).cloned().unwrap_or_default();
        Some(Offer {
            headline: own.headline.unwrap_or_else(|| offer.headline.clone()),
            friend: own.friend.or_else(|| offer.friend.clone()),
            referrer: own.referrer.or_else(|| offer.referrer.clone()),
            terms: own.terms.or_else(|| offer.terms.clone()),
            disclosure: self.disclosure(lang),
            call_to_action: if own.call_to_action.is_empty() {
                offer.call_to_action.clone()
            } else {
                own.call_to_action
            },
            translations: BTreeMap::new(),
        })
    }

    /// What a referrer's message has to say of their interest, in that language: the owner's sentence where there is one
    /// in it, else ours, so that the reader understands it. None where referrers earn nothing and the owner says nothing.
    pub fn disclosure(&self, lang: Lang) -> Option<String> {
        let offer = self.offer.as_ref();
        let written = offer.and_then(|offer| offer.disclosure.clone());
        let translated = offer.and_then(|offer| offer.translations.get(&lang)?.disclosure.clone());
        let own = translated.or_else(|| written.clone().filter(|_| lang == self.screen.locale));
        let earns = written.is_some() || self.rewards.iter().any(|rule| rule.side == Side::Referrer);
        let words = self.screen.words.of(lang);
        own.or_else(|| earns.then(|| Shown::of(lang).with(&words).say("page.disclosure").to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn program(more: &Value) -> Program {
        let mut file = json!({
            "id": "acme", "name": "Acme", "kind": "referral", "site": "https://shop.example",
            "rewards": [{"id": "r", "side": "referrer", "on": "purchase", "kind": "gift", "item": "Tea"}],
        });
        more.as_object().unwrap().iter().for_each(|(name, value)| file[name] = value.clone());
        Program::from_json(&file.to_string()).unwrap()
    }

    #[test]
    fn an_offer_is_told_in_the_readers_language_as_far_as_its_owner_translated_it() {
        let program = program(&json!({"offer": {"headline": "Give tea", "friend": "Tea", "terms": "Once.",
            "translations": {"de": {"headline": "Tee schenken", "terms": "Einmal."}}}}));
        let german = program.offer_in(Lang::De).unwrap();
        assert_eq!((german.headline.as_str(), german.friend.as_deref()), ("Tee schenken", Some("Tea")));
        assert_eq!(german.terms.as_deref(), Some("Einmal."));
        assert!(german.translations.is_empty());
        assert_eq!(program.offer_in(Lang::Fr).unwrap().headline, "Give tea");
        assert_eq!(
            (program.lang(Some("de-AT")), program.lang(Some("nl")), program.lang(None)),
            (Lang::De, Lang::En, Lang::En)
        );
    }

    #[test]
    fn a_disclosure_is_one_that_its_reader_understands() {
        let ours = |lang: Lang| Some(Shown::of(lang).say("page.disclosure").to_owned());
        let own = |text: &str| Some(text.to_owned());
        let silent = program(&json!({}));
        assert_eq!(silent.disclosure(Lang::Ja), ours(Lang::Ja));
        let written = program(&json!({"locale": "fr", "offer": {"headline": "h", "disclosure": "Je gagne.",
            "translations": {"de": {"disclosure": "Ich verdiene."}}}}));
        for (lang, told) in [(Lang::Fr, own("Je gagne.")), (Lang::De, own("Ich verdiene.")), (Lang::En, ours(Lang::En))]
        {
            assert_eq!(written.disclosure(lang), told);
            assert_eq!(written.offer_in(lang).unwrap().disclosure, told);
        }
        let overridden = program(&json!({"words": {"hi": {"page.disclosure": "own"}}}));
        assert_eq!(overridden.disclosure(Lang::Hi), own("own"));
        let friends_only = program(&json!({"rewards": []}));
        assert_eq!(friends_only.disclosure(Lang::En), None);
    }
}
