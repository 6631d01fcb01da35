//! An owner's own messages in place of ours: by language, by message, `subject`, `text` and `html`. They are read when they
//! are set, so that a place that nobody knows, or one where what is filled in could do harm, is told then.
//!
//! Invariant: in HTML, what is filled in stands in text or within quotes of an attribute that no script or style is made
//! of; an address is only ever one of ours, or follows the owner's own beginning.

use super::message::{MESSAGES, PLACES};
use crate::fault::Place;
use crate::words::Lang;
use serde_json::{Map, Value};

/// What may be said of one message.
const PARTS: [&str; 3] = ["subject", "text", "html"];
/// Characters of a subject, and of a text or of HTML.
const LONGEST_SUBJECT: usize = 200;
const LONGEST: usize = 20_000;
/// Of all of them together, in bytes.
const LARGEST: usize = 200_000;
/// Places that are addresses.
const ADDRESSES: [&str; 3] = ["link", "site", "unsubscribe"];
/// Attributes that lead somewhere.
const LEADING: [&str; 6] = ["href", "src", "action", "formaction", "background", "poster"];
/// Attributes that are more than text.
const ACTIVE: [&str; 3] = ["style", "srcdoc", "srcset"];
/// Elements whose content isn't text, or that no mail should have.
const REFUSED: [&str; 9] = ["script", "style", "iframe", "object", "embed", "form", "template", "noscript", "textarea"];

/// The owner's own part of a message.
pub(super) fn part<'a>(settings: &'a Map<String, Value>, lang: Lang, message: &str, part: &str) -> Option<&'a str> {
    settings.get("messages")?.get(lang.as_str())?.get(message)?.get(part)?.as_str()
}

/// Notes every fault of an owner's messages at its place.
pub(crate) fn check(messages: &Value, place: &Place<'_>) {
    if messages.to_string().len() > LARGEST {
        place.malformed("too_large", format!("All messages together have {LARGEST} bytes at most."));
        return;
    }
    let languages: Vec<&str> = Lang::ALL.iter().map(|lang| lang.as_str()).collect();
    within(messages, place, "language", &languages, |_, messages, place| {
        within(messages, place, "message", MESSAGES, |_, parts, place| {
            within(parts, place, "part", &PARTS, check_part);
        });
    });
}

/// Each entry of an object whose names are known.
fn within(value: &Value, place: &Place<'_>, what: &str, known: &[&str], each: impl Fn(&str, &Value, &Place<'_>)) {
    let Some(object) = value.as_object() else {
        return place.malformed("wrong_type", format!("Here must be an object: a name for each {what}."));
    };
    for (name, value) in object {
        let place = place.child(name);
        if known.contains(&name.as_str()) {
            each(name, value, &place);
        } else {
            place.malformed("unknown_field", format!("There is no {what} \"{name}\"; {}", nearest(name, known)));
        }
    }
}

fn nearest(name: &str, known: &[&str]) -> String {
    match known.iter().map(|known| (strsim::osa_distance(name, known), known)).min() {
        Some((distance, near)) if distance <= 3 => format!("did you mean \"{near}\"?"),
        _ => format!("there are {}.", known.join(", ")),
    }
}

fn check_part(part: &str, value: &Value, place: &Place<'_>) {
    let Some(text) = value.as_str() else { return place.malformed("wrong_type", "Here must be a text.") };
    let most = if part == "subject" { LONGEST_SUBJECT } else { LONGEST };
    let broken = text.chars().any(|letter| letter.is_control() && (part == "subject" || !"\n\r\t".contains(letter)));
    if text.trim().is_empty() || text.chars().count() > most || broken {
        let lines = if part == "subject" { " on one line" } else { "" };
        place.malformed("invalid_text", format!("Here must be a text of 1 to {most} characters{lines}."));
    }
    for piece in text.split("{{").skip(1) {
        let Some((name, _)) = piece.split_once("}}") else {
            place.malformed("open_placeholder", "A placeholder begins with \"{{\" and has no \"}}\".");
            continue;
        };
        let name = name.trim();
        if !PLACES.contains(&name) {
            let hint = nearest(name, PLACES);
            place.malformed("unknown_placeholder", format!("There is no placeholder \"{name}\"; {hint}"));
        }
    }
    if part == "html" {
        check_html(text, place);
    }
}

/// Where a letter of HTML stands.
enum Standing {
    Text,
    /// Within a tag, outside of quotes; what was written of it since the last blank.
    Tag(String),
    /// Within quotes: the attribute, the quote, and what was written before.
    Quoted(String, char, String),
}

fn check_html(html: &str, place: &Place<'_>) {
    let lower = html.to_ascii_lowercase();
    for name in REFUSED {
        let begins = |rest: &str| rest.chars().next().is_none_or(|next| !next.is_ascii_alphanumeric());
        if lower.split(&format!("<{name}")).skip(1).any(begins) {
            place.malformed("refused_element", format!("A message has no <{name}>."));
        }
    }
    let mut standing = Standing::Text;
    let mut rest = html;
    while let Some(letter) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{") {
            let (name, after) = after.split_once("}}").unwrap_or((after, ""));
            check_place(name.trim(), &standing, place);
            if let Standing::Quoted(_, _, before) = &mut standing {
                before.push_str(name);
            }
            rest = after;
            continue;
        }
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        standing = match (standing, letter) {
            (Standing::Text, '<') => Standing::Tag(String::new()),
            (Standing::Tag(_), '>') | (Standing::Text, _) => Standing::Text,
            (Standing::Tag(written), '"' | '\'') if written.ends_with('=') => {
                Standing::Quoted(written.trim_end_matches('=').to_ascii_lowercase(), letter, String::new())
            }
            (Standing::Tag(written), blank) if blank.is_whitespace() => {
                // A blank may stand beside the sign of equality.
                let goes_on = written.ends_with('=') || rest.trim_start().starts_with('=');
                Standing::Tag(if goes_on { written } else { String::new() })
            }
            (Standing::Tag(mut written), other) => {
                written.push(other);
                Standing::Tag(written)
            }
            (Standing::Quoted(_, quote, _), other) if other == quote => Standing::Tag(String::new()),
            (Standing::Quoted(attribute, quote, mut before), other) => {
                before.push(other);
                Standing::Quoted(attribute, quote, before)
            }
        };
    }
}

fn check_place(name: &str, standing: &Standing, place: &Place<'_>) {
    let fault = match standing {
        Standing::Tag(_) => "has no quotes around it".to_owned(),
        Standing::Quoted(attribute, _, _) if attribute.starts_with("on") || ACTIVE.contains(&attribute.as_str()) => {
            format!("can't stand in \"{attribute}\"")
        }
        Standing::Quoted(attribute, _, before) if LEADING.contains(&attribute.as_str()) => {
            let begun = before.trim_start().to_ascii_lowercase();
            let safe = ["https://", "http://", "mailto:"].iter().any(|begin| begun.starts_with(begin));
            if safe || (begun.is_empty() && ADDRESSES.contains(&name)) || (!begun.is_empty() && ours(&begun)) {
                return;
            }
            format!("is no address: \"{attribute}\" begins with one of {}", ADDRESSES.join(", "))
        }
        Standing::Text | Standing::Quoted(..) => return,
    };
    place.malformed("unsafe_placeholder", format!("\"{{{{{name}}}}}\" {fault}."));
}

/// Whether an address began with one of our places.
fn ours(begun: &str) -> bool {
    ADDRESSES.iter().any(|address| begun.starts_with(address))
}

#[cfg(test)]
#[path = "own_tests.rs"]
mod tests;
