//! One round of sending: what is due is claimed, tried side by side, and each outcome recorded on its own.

use super::{COLUMNS, DestinationDo, Row};
use crate::command::{ProgramCall, ProgramCommand, ask};
use crate::failure::Outcome;
use crate::settings::{chance, now};
use crate::store::{int, maybe, maybe_int, text};
use futures_util::future::join_all;
use honeyguide_domain::delivery::{self, Next};
use honeyguide_domain::destination::webhook::{self, Secret};
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::destinations::Setting;
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A claimed try that was cut off (a crash) is made again after this.
const LEASE: Span = Span::seconds(40);
/// Rounds of one alarm; what is left waits for the next, which follows at once.
const ROUNDS: usize = 20;

/// What came of one try.
struct Tried {
    outcome: delivery::Outcome,
    answer: Option<String>,
    error: Option<String>,
}

impl DestinationDo {
    pub(super) async fn send_due(&self) -> Outcome<()> {
        for _ in 0..ROUNDS {
            let Some(setting) = self.setting()?.filter(|setting| setting.enabled) else {
                // Disabled: the backlog waits, and a later hand-over or replay wakes it.
                return self
                    .store
                    .run("UPDATE deliveries SET next_at = NULL, state = 'waiting' WHERE state = 'pending'", vec![]);
            };
            let claimed = self.claim_due()?;
            if claimed.is_empty() {
                return Ok(());
            }
            join_all(claimed.iter().map(|row| self.try_once(&setting, row)))
                .await
                .into_iter()
                .collect::<Outcome<()>>()?;
        }
        Ok(())
    }

    fn claim_due(&self) -> Outcome<Vec<Row>> {
        self.store.transaction(|| {
            let most = i64::try_from(delivery::CONCURRENT).unwrap_or(1);
            let query = format!("{COLUMNS} WHERE state = 'pending' AND next_at <= ? ORDER BY next_at, seq LIMIT ?");
            let rows: Vec<Row> = self.store.rows(&query, vec![int(now().millis()), int(most)])?;
            for row in &rows {
                self.store.run(
                    "UPDATE deliveries SET tries = tries + 1, tried_in_row = tried_in_row + 1, next_at = ? WHERE id = ?",
                    vec![int(now().after(LEASE).millis()), text(&row.id)],
                )?;
            }
            Ok(rows)
        })
    }

    async fn try_once(&self, setting: &Setting, row: &Row) -> Outcome<()> {
        let number = row.tries + 1;
        let started = now();
        let secrets: Vec<Secret> = setting.secrets.iter().filter_map(|secret| Secret::parse(secret)).collect();
        let headers = webhook::headers(&row.event, started, &row.body, &secrets);
        let tried = send(&setting.url, &headers, &row.body).await.unwrap_or_else(|error| Tried {
            outcome: delivery::Outcome::Failed,
            answer: None,
            error: Some(error),
        });
        let status = match &tried.outcome {
            delivery::Outcome::Answered { status, .. } => Some(i64::from(*status)),
            delivery::Outcome::Failed => None,
        };
        let shown = headers.iter().map(|(name, value)| match *name {
            "webhook-signature" => (*name, "(redacted)"),
            _ => (*name, value.as_str()),
        });
        let request = json!({"method": "POST", "url": setting.url, "headers": shown.collect::<std::collections::BTreeMap<_, _>>()});
        let [jitter] = chance::<1>();
        let gone = self.store.transaction(|| {
            self.store.run(
                "INSERT OR IGNORE INTO attempts (delivery, number, at, status, answer, error, ms, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                vec![
                    text(&row.id),
                    int(number),
                    int(started.millis()),
                    maybe_int(status),
                    maybe(tried.answer.as_ref()),
                    maybe(tried.error.as_ref()),
                    int(now().since(started).as_millis()),
                    text(&request),
                ],
            )?;
            self.record(row, number, &tried.outcome, jitter)
        })?;
        if gone { self.report_gone(setting).await } else { Ok(()) }
    }

    /// Records what is next, unless another try of the same delivery came between. Says whether the receiver is gone.
    fn record(&self, row: &Row, number: i64, outcome: &delivery::Outcome, jitter: u8) -> Outcome<bool> {
        let in_row = self.store.number("SELECT tried_in_row AS n FROM deliveries WHERE id = ?", vec![text(&row.id)])?;
        let next = delivery::next(u32::try_from(in_row).unwrap_or(u32::MAX), outcome, now(), jitter);
        let (state, next_at) = match next {
            Next::Done => ("delivered", None),
            Next::RetryAt(at) => ("pending", Some(at)),
            Next::Disable => ("failed", None),
            Next::DeadLetter => ("dead", None),
        };
        self.store.run(
            "UPDATE deliveries SET state = ?, next_at = ? WHERE id = ? AND tries = ? AND state = 'pending'",
            vec![text(state), maybe_int(next_at.map(Timestamp::millis)), text(&row.id), int(number)],
        )?;
        Ok(next == Next::Disable)
    }

    async fn report_gone(&self, setting: &Setting) -> Outcome<()> {
        let disabled = Setting { enabled: false, ..setting.clone() };
        let values = vec![text(serde_json::to_string(&disabled)?)];
        self.store.run("INSERT OR REPLACE INTO setting (one, setting) VALUES (1, ?)", values)?;
        let call = ProgramCall::of_deployment(ProgramCommand::DestinationGone {
            id: setting.id.clone(),
            why: "The receiver answered 410 Gone.".to_owned(),
        });
        ask(&self.env, "PROGRAM", &setting.program, &call).await?;
        Ok(())
    }
}

async fn send(url: &str, headers: &[(&'static str, String)], body: &str) -> Result<Tried, String> {
    let told = |error: JsValue| worker::Error::from(error).to_string();
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(body));
    init.set_redirect(web_sys::RequestRedirect::Manual);
    let timeout = u32::try_from(delivery::TIMEOUT.as_millis()).unwrap_or(20_000);
    init.set_signal(Some(&web_sys::AbortSignal::timeout_with_u32(timeout)));
    let request = web_sys::Request::new_with_str_and_init(url, &init).map_err(told)?;
    for (name, value) in headers {
        request.headers().set(name, value).map_err(told)?;
    }
    request.headers().set("user-agent", "Honeyguide/0.1 (webhooks)").map_err(told)?;
    let global: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    let response = JsFuture::from(global.fetch_with_request(&request)).await.map_err(told)?;
    let response: web_sys::Response = response.unchecked_into();
    let retry_after =
        response.headers().get("retry-after").ok().flatten().and_then(|value| delivery::retry_after(&value));
    let text = match response.text() {
        Ok(text) => JsFuture::from(text).await.ok().and_then(|text| text.as_string()).unwrap_or_default(),
        Err(_) => String::new(),
    };
    let mut end = text.len().min(delivery::KEPT_ANSWER);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let answer = text.get(..end).map(str::to_owned);
    Ok(Tried { outcome: delivery::Outcome::Answered { status: response.status(), retry_after }, answer, error: None })
}
