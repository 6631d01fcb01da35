//! The widget's words: one file a language, `widget/words/{language}.json`, flat `"key": "text"`.
//!
//! Invariant: what ships has every key. What a language lacks is there in English, and is listed by
//! `cargo run -p xtask -- words`. Keys under `page.` are the edge's own, and don't travel.

use crate::failure::{Because as _, Failure, Result};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where they are: the widget's, and those of the messages.
const WIDGET: &str = "widget/words";
const MESSAGES: &str = "domain/words/mail";
/// The language that every other falls back to.
const FIRST: &str = "en";
/// What share card, offer and banner say; the rest travels with the further pieces.
const FIRST_KEYS: [&str; 6] = ["close", "later", "share.", "join.", "offer.", "banner."];
/// What a language calls its numbers' categories, by Unicode's plural rules.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

type Words = Map<String, Value>;

/// Every language with its words, the first one first.
fn all(folder: &Path) -> Result<Vec<(String, Words)>> {
    let failed = || format!("{} can't be read", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).because(failed)? {
        let path = entry.because(failed)?.path();
        let Some(language) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        let text = fs::read_to_string(&path).because(|| format!("{} can't be read", path.display()))?;
        let words = serde_json::from_str(&text).because(|| format!("{} isn't a JSON object", path.display()))?;
        found.push((language.to_owned(), words));
    }
    found.sort_by_key(|(language, _)| (language != FIRST, language.clone()));
    Ok(found)
}

/// Writes each language as it ships, `{language}.json` and `more-{language}.json` → the languages.
pub(super) fn write(root: &Path, to: &Path) -> Result<Vec<String>> {
    let all = all(&root.join(WIDGET))?;
    let Some((_, english)) = all.first() else { return Err(Failure::new("There are no words in widget/words.")) };
    let mut written = Vec::new();
    for (language, words) in &all {
        let whole = whole(words, english);
        let first = |key: &str| FIRST_KEYS.iter().any(|begin| key.starts_with(begin));
        let (first, more): (Words, Words) = whole.into_iter().partition(|(key, _)| first(key));
        for (name, words) in [(format!("{language}.json"), first), (format!("more-{language}.json"), more)] {
            let file = to.join(name);
            fs::write(&file, Value::Object(words).to_string())
                .because(|| format!("{} can't be written", file.display()))?;
        }
        written.push(language.clone());
    }
    Ok(written)
}

/// The words with English where they have none, and without those of the edge's page.
fn whole(words: &Words, english: &Words) -> Words {
    let mut whole = words.clone();
    for (key, text) in english {
        if !has(words, key) {
            whole.insert(key.clone(), text.clone());
        }
    }
    whole.retain(|key, _| !key.starts_with("page."));
    whole
}

/// Another language may call its numbers otherwise: with `.other`, all of a plural's keys are there.
fn has(words: &Words, key: &str) -> bool {
    let plural = key.rsplit_once('.').filter(|(_, last)| CATEGORIES.contains(last));
    words.contains_key(key) || plural.is_some_and(|(stem, _)| words.contains_key(&format!("{stem}.other")))
}

/// What `{…}` a text has.
fn placeholders(text: &Value) -> BTreeSet<&str> {
    let text = text.as_str().unwrap_or_default();
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// What is wrong with the words, a line each: a key that is missing, that English doesn't have, or whose placeholders
/// aren't those of English.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (folder, of) in [(WIDGET, ""), (MESSAGES, ", messages")] {
        let all = all(&root.join(folder))?;
        let Some((_, english)) = all.first() else {
            return Err(Failure::new(format!("There are no words in {folder}.")));
        };
        for (language, words) in &all {
            found.extend(faults_of(words, english).into_iter().map(|fault| format!("{language}{of}: {fault}")));
        }
    }
    Ok(found)
}

fn faults_of(words: &Words, english: &Words) -> Vec<String> {
    let missing =
        english.iter().filter(|(key, _)| !has(words, key)).map(|(key, text)| format!("{key} is missing: {text}"));
    let strange = words.keys().filter(|key| !has(english, key)).map(|key| format!("{key} is not in English"));
    // A number may be said in words ("a visit", "two visits"), and an owner's own name for a thing left out.
    let empty = words
        .iter()
        .filter_map(|(key, text)| Some((key, text, english.get(key).or_else(|| plural_of(english, key))?)))
        .filter(|(_, text, first)| !placeholders(text).is_subset(&placeholders(first)))
        .map(|(key, text, _)| format!("{key} has a placeholder that English has not: {text}"));
    missing.chain(strange).chain(empty).collect()
}

fn plural_of<'a>(english: &'a Words, key: &str) -> Option<&'a Value> {
    key.rsplit_once('.').and_then(|(stem, _)| english.get(&format!("{stem}.other")))
}

#[cfg(test)]
mod tests {
    use super::{Words, faults_of, whole};
    use serde_json::{Value, json};

    fn words(value: Value) -> Words {
        serde_json::from_value(value).unwrap()
    }

    fn english() -> Words {
        words(json!({"close": "Close", "n.one": "{count} visit", "n.other": "{count} visits", "page.title": "Share"}))
    }

    #[test]
    fn what_a_language_lacks_ships_in_english_and_is_listed() {
        let german = words(json!({"n.other": "{count} Besuche"}));
        assert_eq!(Value::Object(whole(&german, &english())), json!({"close": "Close", "n.other": "{count} Besuche"}));
        assert_eq!(faults_of(&german, &english()), ["close is missing: \"Close\"", "page.title is missing: \"Share\""]);
    }

    #[test]
    fn a_placeholder_and_a_key_that_nobody_fills_are_listed() {
        let wrong = words(json!({"close": "{x}", "n.few": "{count}", "n.other": "", "page.title": "", "new": ""}));
        assert_eq!(
            faults_of(&wrong, &english()),
            ["new is not in English", "close has a placeholder that English has not: \"{x}\""]
        );
    }
}
