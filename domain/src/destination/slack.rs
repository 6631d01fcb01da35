//! Slack: a line for people, by an incoming webhook (whose whole address is a secret) or as a bot by `chat.postMessage`.
//!
//! A webhook answers `ok` as plain text; the API answers 200 whatever happens, and `"ok": true` where it was posted.
//! The event's id stands below the line, so that people can tell a message that came twice.

use super::adapter::{Adapter, Answer, Asks, Concern, Prepared, Reading, Request};
use super::field::{Shape, optional};
use super::told::{Told, money, text_at};
use serde_json::{Value, json};

pub const ADAPTER: Adapter = Adapter {
    kind: "slack",
    home: |_| Some("https://slack.com"),
    fields: &[
        optional("channel", Shape::Text),
        optional("webhook_url", Shape::SecretAddress),
        optional("token", Shape::Secret),
    ],
    check: |settings, secrets| {
        let (webhook, token) = (secrets.contains_key("webhook_url"), secrets.contains_key("token"));
        match (webhook, token, settings.contains_key("channel")) {
            (true, false, false) | (false, true, true) => Ok(()),
            (false, true, false) => Err(("settings.channel", "A bot's token needs a channel.")),
            (true, ..) => Err(("secrets.webhook_url", "Give either a webhook_url, or a token and a channel.")),
            (false, false, _) => Err(("secrets.webhook_url", "Give a webhook_url, or a token and a channel.")),
        }
    },
    takes: &["*"],
    concern: Concern::People,
    asks: Asks::Nothing,
    prepare,
    read,
};

fn prepare(told: &Told<'_>) -> Prepared {
    let text = line(told);
    let blocks = json!([
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": told.id}]},
    ]);
    let webhook = told.secret("webhook_url");
    if !webhook.is_empty() {
        let request = Request::post(webhook.to_owned(), &json!({"text": text, "blocks": blocks}));
        return Prepared::Send(request.hiding(webhook));
    }
    let token = told.secret("token");
    let body = json!({
        "channel": told.setting("channel"), "text": text, "blocks": blocks,
        "metadata": {"event_type": "honeyguide", "event_payload": {"id": told.id, "type": told.kind}},
    });
    let request = Request::post(told.under("/api/chat.postMessage"), &body);
    Prepared::Send(request.header("authorization", format!("Bearer {token}")).hiding(token))
}

/// What happened, in one line. Names of people only; no addresses.
fn line(told: &Told<'_>) -> String {
    let text = |path: &str| escaped(told.text_at(path).unwrap_or_default());
    let worth = told.at("data.value").and_then(money).map(|value| format!(" of {value}")).unwrap_or_default();
    let who = ["about.recipient.name", "about.recipient.external_id", "about.recipient.id", "data.beneficiary"]
        .into_iter()
        .find_map(|path| told.text_at(path))
        .map_or_else(|| "somebody".to_owned(), escaped);
    match told.kind {
        "conversion.recorded" => {
            let credited = told.text_at("data.decision.outcome") == Some("credited");
            let why = text("data.decision.reason");
            let credit = if credited { format!("credited to {who}") } else { "nobody is credited".to_owned() };
            format!("*{}* {}{worth}: {credit} ({why})", text("data.event"), text("data.external_id"))
        }
        "conversion.refunded" => format!("Refund{worth} for {} {}", text("data.event"), text("data.external_id")),
        "conversion.refund_undone" => {
            format!("Refund{worth} undone for {} {}", text("data.event"), text("data.external_id"))
        }
        "participant.joined" => format!("*{who}* joined: {}", text("data.link")),
        "participant.link_requested" => "Somebody asked for their link by e-mail".to_owned(),
        "ledger.head" => format!("The ledger's head is `{}`", text("data.head")),
        "budget.warning" => "A budget is spent to four fifths".to_owned(),
        "destination.disabled" => format!("Destination {} is disabled: {}", text("data.destination"), text("data.why")),
        "test" => text("data.message"),
        kind => match kind.strip_prefix("reward.") {
            Some(state) => format!("Reward{worth} for *{who}*: {state}"),
            None => escaped(kind),
        },
    }
}

/// The three characters that Slack gives a meaning.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn read(answer: &Answer<'_>) -> Reading {
    if answer.setting.credentials.contains_key("webhook_url") {
        let said = answer.body.trim();
        return answer.taken_if(said == "ok", said.chars().take(200).collect::<String>());
    }
    let body = answer.json();
    let why = text_at(&body, "error").unwrap_or("ok isn't true").to_owned();
    answer.taken_if(body.get("ok") == Some(&Value::Bool(true)), why)
}

#[cfg(test)]
#[path = "slack_tests.rs"]
mod tests;
