//! Resend: `POST /emails`. <https://resend.com/docs/api-reference/emails/send-email>
//!
//! Taken is an answer with the message's `id`. The same `Idempotency-Key` sends one message within a day.

use super::super::adapter::{Answer, Reading, Request};
use super::super::told::{Told, text_at, without_nulls};
use super::message::Message;
use super::{headers, set};
use serde_json::{Map, Value, json};

pub(super) fn request(told: &Told<'_>, message: &Message) -> Request {
    let token = told.secret("token");
    let own: Map<String, Value> =
        headers(message, told.id).into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    let body = json!({
        "from": told.setting("from"),
        "to": [message.to],
        "reply_to": set(told, "reply_to"),
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "headers": own,
    });
    Request::post(told.under("/emails"), &without_nulls(body))
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", told.id)
        .hiding(token)
}

pub(super) fn read(answer: &Answer<'_>) -> Reading {
    let body = answer.json();
    let why = text_at(&body, "message").unwrap_or("the answer has no id").to_owned();
    answer.taken_if(text_at(&body, "id").is_some(), why)
}
