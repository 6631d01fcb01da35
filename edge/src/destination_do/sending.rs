//! One round of sending: what is due is claimed, tried side by side, and each outcome recorded on its own.

use super::{COLUMNS, DestinationDo, Row};
use crate::command::{ProgramCall, ProgramCommand, ask};
use crate::failure::Outcome;
use crate::settings::{chance, now};
use crate::store::{int, maybe, maybe_int, text};
use futures_util::future::join_all;
use honeyguide_domain::delivery::{self, Next};
use honeyguide_domain::destination::{self, Prepared, Reading, Request, Skip};
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::destinations::Setting;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A claimed try that was cut off (a crash) is made again after this.
const LEASE: Span = Span::seconds(40);
/// Rounds of one alarm; what is left waits for the next, which follows at once.
const ROUNDS: usize = 20;

/// What came of one try.
struct Tried {
    outcome: delivery::Outcome,
    /// Nothing where there was no answer.
    status: Option<u16>,
    /// As much of it as is read to know what it means; less is kept.
    answer: String,
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
        let request = match destination::prepare(setting, &row.event, &row.kind, &row.body, started) {
            Prepared::Send(request) => request,
            Prepared::Skip(skip) => {
                return self.store.transaction(|| {
                    self.keep_attempt(row, number, started, &Value::Null, &Tried::skipped(skip))?;
                    self.skip(row, number)
                });
            }
        };
        let mut tried = send(&request).await.unwrap_or_else(|error| Tried {
            outcome: delivery::Outcome::Failed,
            status: None,
            answer: String::new(),
            error: Some(error),
        });
        let mut never = false;
        if let Some(status) = tried.status {
            match destination::read(setting, status, &tried.answer) {
                // A status that says it is enough; one of success is not one.
                Reading::Refused(why) if (200..300).contains(&status) => {
                    tried = Tried { outcome: delivery::Outcome::Failed, error: Some(why), ..tried };
                }
                Reading::Taken | Reading::Refused(_) => {}
                Reading::Never(skip) => {
                    never = true;
                    tried.error = Tried::skipped(skip).error;
                }
            }
        }
        tried.answer = request.redacted(&tried.answer);
        tried.error = tried.error.map(|error| request.redacted(&error));
        let [jitter] = chance::<1>();
        let gone = self.store.transaction(|| {
            self.keep_attempt(row, number, started, &request.shown(), &tried)?;
            if never {
                return self.skip(row, number).map(|()| false);
            }
            self.record(row, number, &tried.outcome, jitter)
        })?;
        if gone { self.report_gone(setting).await } else { Ok(()) }
    }

    fn keep_attempt(&self, row: &Row, number: i64, at: Timestamp, request: &Value, tried: &Tried) -> Outcome<()> {
        self.store.run(
            "INSERT OR IGNORE INTO attempts (delivery, number, at, status, answer, error, ms, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                text(&row.id),
                int(number),
                int(at.millis()),
                maybe_int(tried.status.map(i64::from)),
                maybe(tried.status.map(|_| beginning(&tried.answer, delivery::KEPT_ANSWER))),
                maybe(tried.error.as_ref()),
                int(now().since(at).as_millis()),
                text(request),
            ],
        )
    }

    /// What may not be sent, or is never taken, is done with: its attempt says why.
    fn skip(&self, row: &Row, number: i64) -> Outcome<()> {
        self.store.run(
            "UPDATE deliveries SET state = 'skipped', next_at = NULL WHERE id = ? AND tries = ? AND state = 'pending'",
            vec![text(&row.id), int(number)],
        )
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

impl Tried {
    /// No request left: the reason is a word and a sentence.
    fn skipped(skip: Skip) -> Self {
        let error = format!("{}: {}", skip.as_str(), skip.sentence());
        Self { outcome: delivery::Outcome::Failed, status: None, answer: String::new(), error: Some(error) }
    }
}

async fn send(request: &Request) -> Result<Tried, String> {
    let told = |error: JsValue| worker::Error::from(error).to_string();
    let init = web_sys::RequestInit::new();
    init.set_method(request.method);
    init.set_body(&JsValue::from_str(&request.body));
    init.set_redirect(web_sys::RequestRedirect::Manual);
    let timeout = u32::try_from(delivery::TIMEOUT.as_millis()).unwrap_or(20_000);
    init.set_signal(Some(&web_sys::AbortSignal::timeout_with_u32(timeout)));
    let sent = web_sys::Request::new_with_str_and_init(&request.url, &init).map_err(told)?;
    for (name, value) in &request.headers {
        sent.headers().set(name, value).map_err(told)?;
    }
    sent.headers().set("user-agent", "Honeyguide/0.1 (webhooks)").map_err(told)?;
    let global: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    let response = JsFuture::from(global.fetch_with_request(&sent)).await.map_err(told)?;
    let response: web_sys::Response = response.unchecked_into();
    let retry_after =
        response.headers().get("retry-after").ok().flatten().and_then(|value| delivery::retry_after(&value));
    let text = match response.text() {
        Ok(text) => JsFuture::from(text).await.ok().and_then(|text| text.as_string()).unwrap_or_default(),
        Err(_) => String::new(),
    };
    let status = response.status();
    let answer = beginning(&text, destination::READ_ANSWER).to_owned();
    let outcome = delivery::Outcome::Answered { status, retry_after };
    Ok(Tried { outcome, status: Some(status), answer, error: None })
}

/// At most so many bytes of a text, and no half letter.
fn beginning(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}
