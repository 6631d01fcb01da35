//! The messages: which event sends which, and what is written into their templates. A template is a file of plain text and
//! one of HTML; what they say stands in the files of words, and an owner may set their own in place of both.
//!
//! Invariant: in HTML everything that is filled in is escaped, and is never looked at for places again.

use super::super::adapter::Skip;
use super::super::template::written;
use super::super::told::{Told, money};
use super::own;
use super::spoken::say;
use crate::words::Lang;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The address that takes the person off the list; only a test has none.
    pub unsubscribe: Option<String>,
}

struct Template {
    text: &'static str,
    html: &'static str,
}

macro_rules! template {
    ($name:literal) => {
        Template {
            text: include_str!(concat!("templates/", $name, ".txt")),
            html: include_str!(concat!("templates/", $name, ".html")),
        }
    };
}

/// What stands around every message.
const LAYOUT: Template = template!("layout");

/// The messages' names, as an owner writes them.
pub(super) const MESSAGES: &[&str] = &["your_link", "thank_you", "reward_earned", "reward_paid", "test"];
/// The places that a message may have.
pub(super) const PLACES: &[&str] =
    &["hello", "name", "program", "site", "link", "reward", "sender_address", "unsubscribe"];

/// The message's name, and its template.
fn template(told: &Told<'_>) -> Option<(&'static str, Template)> {
    match told.kind {
        "participant.joined" | "participant.link_requested" => Some(("your_link", template!("your_link"))),
        "conversion.recorded" => Some(("thank_you", template!("thank_you"))),
        "reward.created" => Some(("reward_earned", template!("reward_earned"))),
        "reward.fulfilled" => Some(("reward_paid", template!("reward_paid"))),
        "test" => Some(("test", template!("test"))),
        _ => None,
    }
}

/// The language of a message: the person's, where it is known and there are words in it, else the destination's.
fn language(told: &Told<'_>) -> Lang {
    let own = told.text_at("about.recipient.lang").and_then(Lang::parse);
    own.or_else(|| Lang::parse(told.setting("lang"))).unwrap_or_default()
}

/// The message of an event, or why there is none.
pub fn of(told: &Told<'_>) -> Result<Message, Skip> {
    let (name, template) = template(told).ok_or(Skip::EventNotTaken)?;
    if told.kind == "conversion.recorded" && told.text_at("data.decision.outcome") != Some("credited") {
        return Err(Skip::NotCredited);
    }
    // A test goes to the sender.
    let to = if told.is_test() { sender(told.setting("from")) } else { super::address(told)? };
    let unsubscribe = told.text_at("about.recipient.unsubscribe").filter(|_| !told.is_test()).map(str::to_owned);
    let lang = language(told);
    let mut words = words(told, lang);
    words.insert("unsubscribe", unsubscribe.clone().unwrap_or_default());
    let word = |name: &str| words.get(name).cloned().unwrap_or_default();
    // What is filled in is never looked at again.
    let plain =
        |text: &str| written(text, |place| said(place, lang).map_or_else(|| word(place), |own| written(own, word)));
    let word_in_html = |name: &str| escaped(&word(name));
    let marked = |text: &str| {
        let own = |own: &str| written(&escaped(own), word_in_html);
        written(text, |place| said(place, lang).map_or_else(|| word_in_html(place), own))
    };
    let own = |part: &str| own::part(&told.destination().settings, lang, name, part);
    let subject = plain(own("subject").unwrap_or_else(|| say(lang, &format!("{name}.subject"))));
    let subject: String = subject.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let text = wrapped(LAYOUT.text, plain(own("text").unwrap_or(template.text)).trim(), &plain);
    // An owner who wrote a text alone means it in HTML too.
    let html = match (own("html"), own("text")) {
        (Some(html), _) => marked(html),
        (None, Some(text)) => marked(&paragraphs(text)),
        (None, None) => marked(template.html),
    };
    let html = wrapped(LAYOUT.html, html.trim(), &marked);
    Ok(Message { to, subject, text, html, unsubscribe })
}

/// What a place of ours says in that language: `{{say your_link.body}}`. An owner's own have none.
fn said(place: &str, lang: Lang) -> Option<&'static str> {
    place.strip_prefix("say ").map(|key| say(lang, key.trim()))
}

/// A text as HTML: a blank line begins a paragraph.
fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let all = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let marked = all.map(|paragraph| format!("<p>{}</p>", escaped(paragraph).replace('\n', "<br>\n")));
    marked.collect::<Vec<_>>().join("\n")
}

/// The layout is filled around its content, so that nothing in the content is taken for a place.
fn wrapped(layout: &str, content: &str, fill: &dyn Fn(&str) -> String) -> String {
    match layout.split_once("{{content}}") {
        Some((before, after)) => format!("{}{content}{}", fill(before), fill(after)),
        None => content.to_owned(),
    }
}

/// All that templates may say.
fn words(told: &Told<'_>, lang: Lang) -> BTreeMap<&'static str, String> {
    let text = |path: &str| told.text_at(path).unwrap_or_default().to_owned();
    let name = text("about.recipient.name");
    let program = text("about.program.name");
    let hello = match name.as_str() {
        "" => say(lang, "hello.nobody").to_owned(),
        name => written(say(lang, "hello"), |_| name.to_owned()),
    };
    BTreeMap::from([
        ("hello", hello),
        ("name", name),
        ("program", if program.is_empty() { say(lang, "program.unnamed").to_owned() } else { program }),
        ("site", text("about.program.site")),
        ("link", text("about.recipient.link")),
        ("reward", reward(told, lang)),
        ("sender_address", told.setting("sender_address").to_owned()),
        ("lang", lang.as_str().to_owned()),
        ("dir", if lang.is_right_to_left() { "rtl" } else { "ltr" }.to_owned()),
    ])
}

/// A reward in words: its money, its thing, its months.
fn reward(told: &Told<'_>, lang: Lang) -> String {
    let worth = told.at("data.value").and_then(money).map(|value| value.to_string());
    let months = told.at("data.months").and_then(serde_json::Value::as_i64).map(|months| match months {
        1 => say(lang, "reward.month").to_owned(),
        months => written(say(lang, "reward.months"), |_| months.to_string()),
    });
    let thing = told.text_at("data.item").map(str::to_owned).or(worth).or(months);
    let thing = thing.unwrap_or_else(|| say(lang, "reward.thing").to_owned());
    match told.text_at("data.coupon") {
        Some(coupon) => {
            written(say(lang, "reward.code"), |place| if place == "code" { coupon.to_owned() } else { thing.clone() })
        }
        None => thing,
    }
}

/// The bare address of `Name <name@example.com>`.
fn sender(from: &str) -> String {
    from.strip_suffix('>').and_then(|from| from.rsplit_once('<')).map_or(from, |(_, inner)| inner).to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
