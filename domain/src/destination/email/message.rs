//! The messages: which event sends which, and what is written into their templates. A template is a file of plain text
//! whose first line is the subject, and one of HTML.

use super::super::adapter::Skip;
use super::super::template::written;
use super::super::told::{Told, money};
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

fn template(told: &Told<'_>) -> Option<Template> {
    match told.kind {
        "participant.joined" | "participant.link_requested" => Some(template!("your_link")),
        "conversion.recorded" => Some(template!("thank_you")),
        "reward.created" => Some(template!("reward_earned")),
        "reward.fulfilled" => Some(template!("reward_paid")),
        "test" => Some(template!("test")),
        _ => None,
    }
}

/// The message of an event, or why there is none.
pub fn of(told: &Told<'_>) -> Result<Message, Skip> {
    let template = template(told).ok_or(Skip::EventNotTaken)?;
    if told.kind == "conversion.recorded" && told.text_at("data.decision.outcome") != Some("credited") {
        return Err(Skip::NotCredited);
    }
    // A test goes to the sender.
    let to = if told.is_test() { sender(told.setting("from")) } else { super::address(told)? };
    let unsubscribe = told.text_at("about.recipient.unsubscribe").filter(|_| !told.is_test()).map(str::to_owned);
    let mut words = words(told);
    words.insert("unsubscribe", unsubscribe.clone().unwrap_or_default());
    let plain = |text: &str| written(text, |name| words.get(name).cloned().unwrap_or_default());
    let (subject, text) = template.text.split_once('\n').unwrap_or_default();
    let subject = plain(subject.trim_start_matches("Subject:").trim());
    let subject: String = subject.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let text = wrapped(LAYOUT.text, plain(text).trim(), &plain);
    let marked = |text: &str| written(text, |name| escaped(words.get(name).map_or("", String::as_str)));
    let html = wrapped(LAYOUT.html, marked(template.html).trim(), &marked);
    Ok(Message { to, subject, text, html, unsubscribe })
}

/// The layout is filled around its content, so that nothing in the content is taken for a place.
fn wrapped(layout: &str, content: &str, fill: &dyn Fn(&str) -> String) -> String {
    match layout.split_once("{{content}}") {
        Some((before, after)) => format!("{}{content}{}", fill(before), fill(after)),
        None => content.to_owned(),
    }
}

/// All that templates may say.
fn words(told: &Told<'_>) -> BTreeMap<&'static str, String> {
    let text = |path: &str| told.text_at(path).unwrap_or_default().to_owned();
    let name = text("about.recipient.name");
    let program = text("about.program.name");
    BTreeMap::from([
        ("hello", if name.is_empty() { "Hello,".to_owned() } else { format!("Hello {name},") }),
        ("program", if program.is_empty() { "Your referral program".to_owned() } else { program }),
        ("site", text("about.program.site")),
        ("link", text("about.recipient.link")),
        ("reward", reward(told)),
        ("sender_address", told.setting("sender_address").to_owned()),
    ])
}

/// A reward in words: its money, its thing, its months.
fn reward(told: &Told<'_>) -> String {
    let worth = told.at("data.value").and_then(money).map(|value| value.to_string());
    let months = || told.at("data.months").and_then(serde_json::Value::as_i64);
    let months =
        || months().map(|months| if months == 1 { "a free month".to_owned() } else { format!("{months} free months") });
    let thing = told.text_at("data.item").map(str::to_owned).or(worth).or_else(months);
    let thing = thing.unwrap_or_else(|| "a reward".to_owned());
    match told.text_at("data.coupon") {
        Some(coupon) => format!("{thing} (code {coupon})"),
        None => thing,
    }
}

/// The bare address of `Name <name@example.com>`.
fn sender(from: &str) -> String {
    from.strip_suffix('>').and_then(|from| from.rsplit_once('<')).map_or(from, |(_, inner)| inner).to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
