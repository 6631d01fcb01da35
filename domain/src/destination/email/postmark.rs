//! Postmark: `POST /email`. <https://postmarkapp.com/developer/user-guide/send-email-with-api>
//!
//! Taken is `"ErrorCode": 0`. 406 is an address that bounced or complained: Postmark never delivers to it again.
//! Postmark doesn't know a message again that came twice; its metadata carries the event's id.

use super::super::adapter::{Answer, Reading, Request, Skip};
use super::super::told::{Told, text_at, without_nulls};
use super::message::Message;
use super::{headers, set};
use serde_json::{Value, json};

const INACTIVE_RECIPIENT: i64 = 406;

pub(super) fn request(told: &Told<'_>, message: &Message) -> Request {
    let token = told.secret("token");
    let own = headers(message, told.id).into_iter().map(|(name, value)| json!({"Name": name, "Value": value}));
    let body = json!({
        "From": told.setting("from"),
        "To": message.to,
        "ReplyTo": set(told, "reply_to"),
        "Subject": message.subject,
        "TextBody": message.text,
        "HtmlBody": message.html,
        "MessageStream": set(told, "message_stream").unwrap_or("outbound"),
        "Headers": own.collect::<Vec<Value>>(),
        "Metadata": {"event": told.id},
    });
    Request::post(told.under("/email"), &without_nulls(body))
        .header("accept", "application/json")
        .header("x-postmark-server-token", token)
        .hiding(token)
}

pub(super) fn read(answer: &Answer<'_>) -> Reading {
    let body = answer.json();
    let code = body.get("ErrorCode").and_then(Value::as_i64);
    if code == Some(INACTIVE_RECIPIENT) {
        return Reading::Never(Skip::RecipientRefused);
    }
    let message = text_at(&body, "Message").unwrap_or_default();
    let why =
        code.map_or_else(|| "the answer has no ErrorCode".to_owned(), |code| format!("ErrorCode {code}: {message}"));
    answer.taken_if(code == Some(0), why)
}
