//! Sending: what is due is tried side by side, as many at once as may be, and each outcome recorded on its own. One that
//! stalls holds its own place and no other's.

use super::DestinationDo;
use crate::command::{ProgramCall, ProgramCommand, ask};
use crate::failure::{Failure, Outcome};
use crate::outgoing;
use crate::settings::{chance, now};
use crate::store::{int, maybe, maybe_int, text};
use futures_util::future::{Either, LocalBoxFuture, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use honeyguide_domain::approval;
use honeyguide_domain::delivery::{self, Health, Next};
use honeyguide_domain::destination::{self, Prepared, Reading, Request, Skip};
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::destinations::Setting;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// One alarm sends for so long; what is left waits for the next, which follows at once.
const TURN: Span = Span::minutes(5);
/// How often it looks for what has become due while others are under way.
const LOOK: Duration = Duration::from_millis(300);
/// What one look finds at most.
const FOUND: usize = 48;
/// Attempts that are kept of one delivery; a replay adds to them, so there may be many.
const KEPT_ATTEMPTS: i64 = 200;
/// When the program couldn't be told, it is told again after this.
const TOLD_AGAIN: Span = Span::seconds(5);

/// Which deliveries, `d`, are to be tried: in a lane, the first of those that are.
pub(super) const OPEN: &str = "state <> 'delivered' AND state = 'pending' AND (lane IS NULL OR NOT EXISTS (
    SELECT 1 FROM deliveries e WHERE e.lane = d.lane AND e.state = 'pending' AND e.seq < d.seq))";

/// A delivery that is to be tried.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) event: String,
    pub(super) kind: String,
    pub(super) body: String,
    pub(super) tries: i64,
    /// What the decision callback answered, where the program is still to be told.
    verdict: Option<String>,
    /// How often somebody was taken out of it.
    erased: i64,
}

/// What came of one try.
struct Tried {
    outcome: delivery::Outcome,
    /// Nothing where there was no answer.
    status: Option<u16>,
    answer: Option<String>,
    error: Option<String>,
    /// It may not be sent, or is never taken: it is done with, and says nothing of the destination's health.
    skipped: bool,
}

impl Tried {
    /// The reason is a word and a sentence.
    fn skipped(skip: Skip) -> Self {
        let error = format!("{}: {}", skip.as_str(), skip.sentence());
        Self { outcome: delivery::Outcome::Failed, status: None, answer: None, error: Some(error), skipped: true }
    }
}

impl DestinationDo {
    pub(super) async fn send_due(&self) -> Outcome<()> {
        let until = now().after(TURN);
        // There is one alarm at a time: what an earlier one left here was cut off.
        self.under_way().clear();
        let mut failed = None;
        let mut ready: VecDeque<Row> = VecDeque::new();
        let mut erasures = self.erasures.load(Ordering::Relaxed);
        let mut flying: FuturesUnordered<LocalBoxFuture<'_, (String, Outcome<()>)>> = FuturesUnordered::new();
        loop {
            // What was read before somebody was erased may have them in it.
            if erasures != self.erasures.load(Ordering::Relaxed) {
                erasures = self.erasures.load(Ordering::Relaxed);
                ready.clear();
            }
            let standing = self.standing()?.filter(|standing| {
                let held = standing.held_until.is_some_and(|until| until > now());
                standing.setting.enabled && standing.given_up.is_none() && !held && now() < until && failed.is_none()
            });
            match standing {
                None => ready.clear(),
                Some(standing) => {
                    let setting = Rc::new(standing.setting);
                    while flying.len() < delivery::CONCURRENT {
                        if ready.is_empty() {
                            ready.extend(self.due()?);
                        }
                        let Some(row) = ready.pop_front() else { break };
                        self.under_way().insert(row.id.clone());
                        let setting = setting.clone();
                        flying.push(Box::pin(async move {
                            let done = match &row.verdict {
                                Some(verdict) => self.tell_verdict(&setting, &row.id, verdict).await,
                                None => self.try_once(&setting, &row).await,
                            };
                            (row.id, done)
                        }));
                    }
                }
            }
            if flying.is_empty() {
                return failed.map_or(Ok(()), Err);
            }
            let look = worker::Delay::from(LOOK);
            if let Either::Left((Some((id, done)), _)) = select(flying.next(), std::pin::pin!(look)).await {
                self.under_way().remove(&id);
                // Ours, such as storage that is gone: the rest is waited for, and the alarm tries again.
                failed = failed.or(done.err());
            }
        }
    }

    /// What may be tried now, the longest due first. In a lane, nothing overtakes.
    fn due(&self) -> Outcome<Vec<Row>> {
        let under_way = self.under_way();
        let rows: Vec<Row> = self.store.rows(
            &format!(
                "SELECT id, event, kind, body, tries, verdict, erased FROM deliveries d
                 WHERE {OPEN} AND next_at <= ? ORDER BY next_at, seq LIMIT ?"
            ),
            vec![int(now().millis()), int(i64::try_from(FOUND + under_way.len()).unwrap_or(i64::MAX))],
        )?;
        Ok(rows.into_iter().filter(|row| !under_way.contains(&row.id)).take(FOUND).collect())
    }

    async fn try_once(&self, setting: &Setting, row: &Row) -> Outcome<()> {
        let started = now();
        let request = match destination::prepare(setting, &row.event, &row.kind, &row.body, started) {
            Prepared::Send(request) => request,
            Prepared::Skip(skip) => return self.record(setting, row, started, &Value::Null, &Tried::skipped(skip)),
        };
        let mut tried = send(&self.env, &request).await.unwrap_or_else(|error| Tried {
            outcome: delivery::Outcome::Failed,
            status: None,
            answer: None,
            error: Some(error),
            skipped: false,
        });
        if let Some(status) = tried.status {
            match destination::read(setting, status, tried.answer.as_deref().unwrap_or_default()) {
                // A status that says it is enough; one of success is not one.
                Reading::Refused(why) if (200..300).contains(&status) => {
                    tried = Tried { outcome: delivery::Outcome::Failed, error: Some(why), ..tried };
                }
                Reading::Taken | Reading::Refused(_) => {}
                Reading::Never(skip) => {
                    tried = Tried { status: tried.status, answer: tried.answer, ..Tried::skipped(skip) }
                }
            }
        }
        tried.answer = tried
            .answer
            .map(|answer| delivery::beginning(&request.redacted(&answer), delivery::KEPT_ANSWER).to_owned());
        tried.error = tried.error.map(|error| request.redacted(&error));
        self.record(setting, row, started, &request.shown(), &tried)?;
        // Others are still under way, maybe for long. Where the program can't be told now, the alarm does it.
        drop(self.report_standing().await);
        Ok(())
    }

    /// Keeps the attempt, and what is next: in one row, and only for the try that this was.
    fn record(&self, setting: &Setting, row: &Row, started: Timestamp, request: &Value, tried: &Tried) -> Outcome<()> {
        let at = now();
        let attempt = json!({
            "number": row.tries + 1, "at": started.millis(), "request": request, "status": tried.status,
            "answer": tried.answer, "error": tried.error, "ms": at.since(started).as_millis(),
        });
        // Kept in its place where somebody was erased while it was under way.
        let bare = json!({
            "number": row.tries + 1, "at": started.millis(), "request": null, "status": tried.status, "answer": null,
            "error": null, "ms": at.since(started).as_millis(),
        });
        let [jitter] = chance::<1>();
        self.store.transaction(|| {
            let in_row = "SELECT tried_in_row + 1 AS n FROM deliveries WHERE id = ?";
            let in_row = u32::try_from(self.store.number(in_row, vec![text(&row.id)])?).unwrap_or(u32::MAX);
            let decided = if setting.decides { approval::read(&tried.outcome, tried.answer.as_deref()) } else { None };
            let next = delivery::next(in_row, &tried.outcome, at, jitter);
            let (state, next_at) = match next {
                _ if tried.skipped => ("skipped", None),
                _ if decided.is_some() => ("pending", Some(at)),
                Next::Done => ("delivered", None),
                Next::RetryAt(at) => ("pending", Some(at)),
                // It waits with the rest of the backlog.
                Next::Disable => ("waiting", None),
                Next::DeadLetter => ("dead", None),
            };
            self.store.run(
                "UPDATE deliveries SET tries = tries + 1, tried_in_row = tried_in_row + 1, verdict = ?3,
                    state = CASE WHEN state = 'waiting' AND ?1 = 'pending' THEN state ELSE ?1 END,
                    next_at = CASE WHEN state = 'waiting' THEN NULL ELSE ?2 END,
                    attempts = json_insert(CASE WHEN json_array_length(attempts) < ?4 THEN attempts
                        ELSE json_remove(attempts, '$[0]') END, '$[#]', json(IIF(erased = ?8, ?5, ?9)))
                 WHERE id = ?6 AND tries = ?7",
                vec![
                    text(state),
                    maybe_int(next_at.map(Timestamp::millis)),
                    maybe(decided.map(|answer| serde_json::to_string(&answer)).transpose()?),
                    int(KEPT_ATTEMPTS),
                    text(&attempt),
                    text(&row.id),
                    int(row.tries),
                    int(row.erased),
                    text(&bare),
                ],
            )?;
            if setting.decides || tried.skipped { Ok(()) } else { self.record_health(next, &tried.outcome, at) }
        })
    }

    /// How the destination stands after a try, written where it changed.
    fn record_health(&self, next: Next, outcome: &delivery::Outcome, at: Timestamp) -> Outcome<()> {
        let Some(standing) = self.standing()? else { return Ok(()) };
        if let Some(until) = delivery::held_until(outcome, at) {
            self.store.run("UPDATE setting SET held_until = ?", vec![int(until.millis())])?;
        }
        if next == Next::Disable {
            return self.give_up(&standing.setting, "The receiver answered 410 Gone.");
        }
        match delivery::health(standing.failing_since, outcome, at, delivery::FAILING_FOR) {
            Health::Well if standing.failing_since.is_some() => self.note_failing(None),
            Health::FailingSince(since) if standing.failing_since.is_none() => self.note_failing(Some(since)),
            Health::GivenUp => self.give_up(&standing.setting, "No try has succeeded for five days."),
            Health::Well | Health::FailingSince(_) => Ok(()),
        }
    }

    /// Nothing more is sent, and what was to be sent waits. The program is told by the alarm.
    fn give_up(&self, setting: &Setting, why: &str) -> Outcome<()> {
        if setting.enabled {
            self.keep_setting(&Setting { enabled: false, ..setting.clone() })?;
            self.store.run("UPDATE setting SET given_up = ?", vec![text(why)])?;
        }
        self.suspend()
    }

    /// Tells the program that the destination was given up; told twice, it changes nothing.
    pub(super) async fn report_given_up(&self) -> Outcome<()> {
        let Some(standing) = self.standing()? else { return Ok(()) };
        let Some(why) = standing.given_up else { return Ok(()) };
        let command = ProgramCommand::DestinationGone { id: standing.setting.id.clone(), why };
        self.tell(&standing.setting, command).await?;
        self.store.run("UPDATE setting SET given_up = NULL", vec![])
    }

    /// Tells the program what the decision callback answered; told twice, the first holds.
    async fn tell_verdict(&self, setting: &Setting, id: &str, verdict: &str) -> Outcome<()> {
        let command = ProgramCommand::Decided { delivery: id.to_owned(), answer: serde_json::from_str(verdict)? };
        if let Err(failure) = self.tell(setting, command).await {
            let again = int(now().after(TOLD_AGAIN).millis());
            self.store.run("UPDATE deliveries SET next_at = ? WHERE id = ?", vec![again, text(id)])?;
            return Err(failure);
        }
        let query = "UPDATE deliveries SET state = 'delivered', next_at = NULL WHERE id = ? AND verdict = ?";
        self.store.run(query, vec![text(id), text(verdict)])
    }

    pub(super) async fn tell(&self, setting: &Setting, command: ProgramCommand) -> Outcome<()> {
        let told = ask(&self.env, "PROGRAM", &setting.program, &ProgramCall::of_deployment(command)).await?;
        match told.status_code() {
            200..=299 => Ok(()),
            status => Err(Failure::Ours(format!("the program answered {status}"))),
        }
    }
}

async fn send(env: &worker::Env, request: &Request) -> Result<Tried, String> {
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
    let response = outgoing::fetch(env, &sent).await?;
    let retry_after =
        response.headers().get("retry-after").ok().flatten().and_then(|value| delivery::retry_after(&value, now()));
    let status = response.status();
    let answer = Some(outgoing::beginning(&response, destination::READ_ANSWER).await?);
    let outcome = delivery::Outcome::Answered { status, retry_after };
    Ok(Tried { outcome, status: Some(status), answer, error: None, skipped: false })
}
