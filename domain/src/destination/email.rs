//! E-mail through an HTTP mail provider: the messages that a program sends to its own people. One message a delivery, to
//! one person, as plain text and HTML, with a way to unsubscribe that works by one click (RFC 8058).

pub mod message;
mod own;
mod postmark;
mod resend;
mod spoken;
pub mod unsubscribe;

pub(super) use own::check as check_messages;

use super::adapter::{Adapter, Answer, Asks, Concern, Prepared, Reading, Skip};
use super::field::{Shape, optional, required};
use super::told::Told;
use message::Message;
use serde_json::Value;

/// Of the people whose own isn't known.
const LANGUAGES: &[&str] = &["en", "de", "fr", "es", "pt", "ja", "ar", "hi"];

pub const ADAPTER: Adapter = Adapter {
    kind: "email",
    home: |settings| match settings.get("provider").and_then(Value::as_str) {
        Some("postmark") => Some("https://api.postmarkapp.com"),
        Some("resend") => Some("https://api.resend.com"),
        _ => None,
    },
    fields: &[
        required("provider", Shape::Word(&["postmark", "resend"])),
        required("from", Shape::Mailbox),
        optional("reply_to", Shape::Mailbox),
        optional("sender_address", Shape::Text),
        optional("message_stream", Shape::Text),
        optional("lang", Shape::Word(LANGUAGES)),
        optional("messages", Shape::Messages),
        required("token", Shape::Secret),
    ],
    check: |settings, _| match settings.get("provider").and_then(Value::as_str) {
        Some("postmark") => Ok(()),
        _ if settings.contains_key("message_stream") => {
            Err(("settings.message_stream", "Only Postmark has message streams."))
        }
        _ => Ok(()),
    },
    takes: &[
        "participant.joined",
        "participant.link_requested",
        "conversion.recorded",
        "reward.created",
        "reward.fulfilled",
    ],
    concern: Concern::People,
    asks: Asks::Nothing,
    prepare,
    read,
};

fn prepare(told: &Told<'_>) -> Prepared {
    match message::of(told) {
        Ok(message) => Prepared::Send(match told.setting("provider") {
            "resend" => resend::request(told, &message),
            _ => postmark::request(told, &message),
        }),
        Err(skip) => Prepared::Skip(skip),
    }
}

fn read(answer: &Answer<'_>) -> Reading {
    match answer.setting.text("provider") {
        "resend" => resend::read(answer),
        _ => postmark::read(answer),
    }
}

/// The headers of a message, besides the usual ones.
fn headers(message: &Message, id: &str) -> Vec<(&'static str, String)> {
    let mut headers = vec![("X-Honeyguide-Event", id.to_owned())];
    if let Some(unsubscribe) = &message.unsubscribe {
        headers.push(("List-Unsubscribe", format!("<{unsubscribe}>")));
        headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    headers
}

fn set<'a>(told: &Told<'a>, name: &str) -> Option<&'a str> {
    Some(told.setting(name)).filter(|text| !text.is_empty())
}

/// Nothing is sent to those who said no, and to nobody without an address.
fn address(told: &Told<'_>) -> Result<String, Skip> {
    if told.at("about.recipient.erased") == Some(&Value::Bool(true)) {
        return Err(Skip::Erased);
    }
    if told.at("about.recipient.unsubscribed") == Some(&Value::Bool(true)) {
        return Err(Skip::Unsubscribed);
    }
    told.text_at("about.recipient.email").map(str::to_owned).ok_or(Skip::NoAddress)
}

#[cfg(test)]
#[path = "email_tests.rs"]
mod tests;
