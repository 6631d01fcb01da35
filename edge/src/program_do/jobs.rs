//! Long work of a program: one slice a transaction, others between slices.
//!
//! Invariant: a slice and the place that it came to are recorded together, so that a job that is cut off anywhere goes on
//! from its last slice. The oldest job goes first. Run by the program's alarm.

use super::verify::Verify;
use super::whatif::Replay;
use super::{ProgramDo, Turn};
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::settings::{Settings, now};
use crate::store::{Store, int, maybe, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::JobId;
use honeyguide_domain::job::{self, FIRST_UNITS, KEPT, MOST_TRIES, STRETCH, State};
use honeyguide_domain::money::LARGEST;
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::jobs::JobAnswer;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;

/// One kind of long work. The value itself is the place that it came to, and is kept as JSON between slices.
pub(super) trait Work: Serialize + DeserializeOwned {
    const KIND: &'static str;

    /// Does at most so many units; the result, when there is nothing left. A refusal ends the job as failed.
    fn step(&mut self, turn: &Turn<'_>, units: i64) -> Outcome<Option<Value>>;

    /// Units that are done.
    fn done(&self) -> i64;
}

const COLUMNS: &str = "SELECT id, kind, state, done, total, result, error, created_at, finished_at FROM jobs";

#[derive(Deserialize)]
struct Row {
    id: String,
    kind: String,
    state: String,
    done: i64,
    total: i64,
    result: Option<String>,
    error: Option<String>,
    created_at: i64,
    finished_at: Option<i64>,
}

impl Row {
    fn answer(self) -> Outcome<JobAnswer> {
        let json = |text: Option<String>| text.map(|text| serde_json::from_str(&text)).transpose();
        Ok(JobAnswer {
            id: JobId::parse(&self.id)?,
            kind: self.kind,
            state: self.state,
            done: self.done,
            total: self.total,
            result: json(self.result)?,
            error: json(self.error)?,
            created_at: Timestamp::from_millis(self.created_at),
            finished_at: self.finished_at.map(Timestamp::from_millis),
        })
    }
}

/// A job that isn't done yet.
#[derive(Deserialize)]
struct Open {
    id: String,
    kind: String,
    place: String,
    units: i64,
    tries: i64,
}

impl Turn<'_> {
    /// Takes on long work; the answer says where to look for it. `total` is in the work's own units.
    pub(super) fn new_job<W: Work>(&self, work: &W, total: i64) -> Outcome<Reply> {
        let id = JobId::mint(&mut self.minter());
        self.store.run(
            "INSERT INTO jobs (id, kind, state, done, total, place, units, created_at) VALUES (?, ?, ?, 0, ?, ?, ?, ?)",
            vec![
                text(&id),
                text(W::KIND),
                text(State::Queued.as_str()),
                int(total),
                text(serde_json::to_string(work)?),
                int(FIRST_UNITS),
                int(self.now.millis()),
            ],
        )?;
        Ok(Reply { status: 202, ..self.job(id.as_str())? })
    }

    /// The job of that kind that is under way, if one is: for work that two needn't do at once.
    pub(super) fn open_job(&self, kind: &str) -> Outcome<Option<Reply>> {
        let query = format!("{COLUMNS} WHERE state IN ('queued', 'running') AND kind = ? ORDER BY seq DESC LIMIT 1");
        let row: Option<Row> = self.store.row(&query, vec![text(kind)])?;
        row.map(|row| Ok(Reply { status: 202, ..Reply::ok(&row.answer()?)? })).transpose()
    }

    pub(super) fn job(&self, id: &str) -> Outcome<Reply> {
        let row: Option<Row> = self.store.row(&format!("{COLUMNS} WHERE id = ?"), vec![text(id)])?;
        Reply::ok(&row.ok_or_else(|| Failure::Refused(Refusal::not_found("job")))?.answer()?)
    }

    /// The table of contents of long work.
    fn slice(&self, open: &Open, units: i64) -> Outcome<()> {
        match open.kind.as_str() {
            Verify::KIND => self.advance::<Verify>(open, units),
            Replay::KIND => self.advance::<Replay>(open, units),
            other => Err(Failure::Ours(format!("there is no work of the kind {other}"))),
        }
    }

    fn advance<W: Work>(&self, open: &Open, units: i64) -> Outcome<()> {
        let mut work: W = serde_json::from_str(&open.place)?;
        let result = work.step(self, units)?;
        let state = if result.is_some() { State::Done } else { State::Running };
        self.store.run(
            "UPDATE jobs SET state = ?, done = MIN(?, total), place = ?, units = ?, tries = 0, result = ?, finished_at = ? WHERE id = ?",
            vec![
                text(state.as_str()),
                int(if result.is_some() { LARGEST } else { work.done() }),
                text(if result.is_some() { String::new() } else { serde_json::to_string(&work)? }),
                int(units),
                maybe(result.as_ref()),
                result.as_ref().map_or(crate::store::Bound::Null, |_| int(self.now.millis())),
                text(&open.id),
            ],
        )
    }

    fn fail(&self, open: &Open, error: &Value) -> Outcome<()> {
        self.store.run(
            "UPDATE jobs SET state = ?, place = '', error = ?, finished_at = ? WHERE id = ?",
            vec![text(State::Failed.as_str()), text(error), int(self.now.millis()), text(&open.id)],
        )
    }
}

/// Works for a stretch; what is left then is left to the next alarm.
pub(super) async fn work(object: &ProgramDo, settings: &Settings) -> Outcome<()> {
    let begun = now();
    let mut pace = None;
    while now().since(begun) < STRETCH {
        let turn = object.turn(settings);
        let query =
            "SELECT id, kind, place, units, tries FROM jobs WHERE state IN ('queued', 'running') ORDER BY seq LIMIT 1";
        let Some(open) = turn.store.row::<Open>(query, vec![])? else { return Ok(()) };
        let units = pace.unwrap_or(open.units);
        match turn.store.transaction(|| turn.slice(&open, units)) {
            Ok(()) => {}
            Err(Failure::Refused(refusal)) => {
                turn.fail(&open, &json!({"code": refusal.code, "message": refusal.message}))?;
            }
            Err(failure) if open.tries + 1 < MOST_TRIES => {
                turn.store.run("UPDATE jobs SET tries = tries + 1 WHERE id = ?", vec![text(&open.id)])?;
                return Err(failure);
            }
            Err(failure) => {
                turn.fail(&open, &json!({"code": "internal", "message": "Something went wrong here."}))?;
                return Err(failure);
            }
        }
        // Whoever came meanwhile is served here. A clock stands still until something is waited for, so the time that
        // the slice took is known after this.
        worker::Delay::from(Duration::from_millis(1)).await;
        let took = now().since(turn.now).as_millis() - 1;
        pace = Some(job::next_units(units, Span::millis(took)));
    }
    Ok(())
}

/// Forgets the jobs that ended long ago.
pub(super) fn forget(store: &Store, now: Timestamp) -> Outcome<()> {
    store.run("DELETE FROM jobs WHERE finished_at < ?", vec![int(now.before(KEPT).millis())])
}
