//! The owner's own words: that they stand where a word stands, and keep its places to fill in.

use super::Finding;
use crate::calendar::Day;
use crate::program::Program;
use crate::words::{english, keys, placeholders};

/// How unlike two keys may be for one to be a slip of the other.
const SLIP: usize = 4;

pub(super) fn words(program: &Program, _: Day) -> Vec<Finding> {
    let unknown = program.screen.words.all().filter(|(_, key, _)| english(key).is_none());
    let finding = |(lang, key, _): (crate::words::Lang, &str, &str)| {
        let near = keys().map(|known| (strsim::osa_distance(key, known), known)).min();
        let fix = match near {
            Some((distance, known)) if distance <= SLIP => format!("Did you mean \"{known}\"? Else take it out."),
            _ => "Take it out, or name a word of widget/words/en.json.".to_owned(),
        };
        let why = "Nothing has this word, so these texts are never shown.";
        Finding::warning("unknown_word", format!("words.{}.{key}", lang.as_str()), why, fix)
    };
    unknown.map(finding).collect()
}

pub(super) fn places(program: &Program, _: Day) -> Vec<Finding> {
    let finding = |(lang, key, text): (crate::words::Lang, &str, &str)| {
        let (ours, own) = (placeholders(english(key)?), placeholders(text));
        let listed = |names: Vec<&&str>| names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
        let lost = listed(ours.iter().filter(|name| !own.contains(name)).collect());
        let strange = listed(own.iter().filter(|name| !ours.contains(name)).collect());
        let path = format!("words.{}.{key}", lang.as_str());
        match (lost.as_str(), strange.as_str()) {
            ("", "") => None,
            (_, "") => {
                let why = format!("Our words have {lost} here, and yours leave it out.");
                Some(Finding::hint("place_left_out", path, why, format!("Write {lost} where it belongs.")))
            }
            _ => {
                let why = format!("Nothing is filled in for {strange}, so readers see it as it is.");
                Some(Finding::warning("unknown_place", path, why, "Take it out, or mend its name."))
            }
        }
    };
    program.screen.words.all().filter_map(finding).collect()
}

/// A translation into the program's own language, which the offer is written in.
pub(super) fn translations(program: &Program, _: Day) -> Vec<Finding> {
    let locale = program.screen.locale;
    let doubled = program.offer.as_ref().is_some_and(|offer| offer.translations.contains_key(&locale));
    if !doubled {
        return Vec::new();
    }
    let path = format!("offer.translations.{}", locale.as_str());
    let why = "The offer itself is in this language (\"locale\"), so there are two texts of one thing.";
    vec![Finding::hint(
        "translated_twice",
        path,
        why,
        "Keep one of the two, or set \"locale\" to the offer's language.",
    )]
}
