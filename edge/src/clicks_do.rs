//! Keeps one shard of the clicks, in the batches that they came in, and what was learnt of each later (its marks).
//!
//! Invariant: a batch is known by its first click, so one that arrives twice is stored once; marks are facts of their
//! own, so they may arrive before their click. On an alarm it hands what clicks add up to to their programs, in numbered
//! steps that each program takes once. Called by the Worker's buffer, by browsers' beacons and by the owner's reports.

mod batches;
mod listing;
mod rolling;

use crate::command::{ClicksCommand, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::{Settings, now};
use crate::store::{Store, int, text};
use honeyguide_domain::time::{Span, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE clicks (
        id TEXT PRIMARY KEY, program TEXT, code TEXT NOT NULL, channel TEXT, quality TEXT NOT NULL, reason TEXT,
        at INTEGER NOT NULL, visitor TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX clicks_by_program ON clicks (program, at);
    CREATE TABLE marks (click TEXT NOT NULL, mark TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (click, mark)) WITHOUT ROWID;
    CREATE TABLE counts (
        program TEXT NOT NULL, day INTEGER NOT NULL, event TEXT NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (program, day, event, name)) WITHOUT ROWID;
",
    // Clicks are kept in batches from here on; those of the first table are moved over when the object wakes.
    // `step`: none, while it isn't added up; else the number of the step that adds it up.
    "
    CREATE TABLE batches (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, first TEXT NOT NULL UNIQUE, n INTEGER NOT NULL, from_at INTEGER NOT NULL,
        to_at INTEGER NOT NULL, unresolved INTEGER NOT NULL, step INTEGER, rows BLOB NOT NULL);
    CREATE INDEX batches_by_time ON batches (from_at, to_at);
    CREATE INDEX batches_by_step ON batches (step);
    ALTER TABLE marks ADD COLUMN step INTEGER;
    CREATE INDEX marks_by_step ON marks (step);
    CREATE TABLE steps (number INTEGER PRIMARY KEY, done INTEGER NOT NULL);
",
    // A batch is two rows, its own and the one that finds it by its first click; what a step adds up is a stretch of
    // them: all after `after`, up to `upto`, in the order in which they came.
    "
    ALTER TABLE batches RENAME TO old_batches;
    CREATE TABLE batches (
        seq INTEGER PRIMARY KEY, first TEXT NOT NULL UNIQUE, n INTEGER NOT NULL, to_at INTEGER NOT NULL,
        unresolved INTEGER NOT NULL, rows BLOB NOT NULL);
    INSERT INTO batches (seq, first, n, to_at, unresolved, rows)
        SELECT ROW_NUMBER() OVER (ORDER BY step IS NULL, step, seq), first, n, to_at, unresolved, rows FROM old_batches;
    CREATE INDEX batches_unresolved ON batches (seq) WHERE unresolved = 1;
    ALTER TABLE steps ADD COLUMN after INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE steps ADD COLUMN upto INTEGER NOT NULL DEFAULT 0;
    UPDATE steps SET after = (SELECT COUNT(*) FROM old_batches WHERE step < number),
        upto = (SELECT COUNT(*) FROM old_batches WHERE step <= number);
    DROP TABLE old_batches;
",
];

/// How long clicks wait to be added up, where nobody asks before; or until there are so many. Adding up many at once
/// writes fewer rows.
const ROLL_AFTER: Span = Span::minutes(10);
const ROLL_AT: i64 = 200_000;
/// The same for clicks whose program wasn't known when they were made: until then nobody sees them.
const RESOLVE_AFTER: Span = Span::seconds(10);

#[durable_object]
pub struct ClicksDo {
    store: Store,
    env: Env,
    /// Names this shard to programs: the object's own id.
    name: String,
    ready: Outcome<()>,
    /// Clicks that came since they were last added up, as far as this object remembers.
    waiting: AtomicI64,
    /// Until when an alarm is known to be set. Forgetting it sets one too many.
    armed_until: AtomicI64,
}

impl DurableObject for ClicksDo {
    fn new(state: State, env: Env) -> Self {
        let store = Store::new(&state, "clicks");
        let ready = store.migrate(MIGRATIONS).and_then(|()| batches::adopt(&store));
        Self {
            store,
            env,
            name: state.id().to_string(),
            ready,
            waiting: AtomicI64::default(),
            armed_until: AtomicI64::default(),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        self.store.asked();
        let body = request.bytes().await?;
        if let Err(failure) = &self.ready {
            return Failure::Ours(failure.to_string()).answer();
        }
        let outcome = match request.path().strip_prefix("/clicks/") {
            Some(first) => self.take(first, &body).map(|()| Reply::none()),
            None => self.handle(&body).await,
        };
        match outcome {
            Ok(reply) => reply.answer(),
            Err(failure) => failure.answer(),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.store.asked();
        self.armed_until.store(0, Ordering::Relaxed);
        // Re-armed before anything that can fail: alarms are given up after six failures.
        let armed = self.arm(now().after(Span::seconds(30)));
        let rolled = match armed {
            Ok(()) => self.roll().await,
            failed => failed,
        };
        let next = rolled.and_then(|()| {
            let settings = Settings::of(&self.env);
            self.store.transaction(|| batches::forget(&self.store, now().before(settings.click_retention)))?;
            self.armed_until.store(0, Ordering::Relaxed);
            // While there is anything, it looks in once a day for what has been kept long enough.
            let any = self.store.number("SELECT COUNT(*) AS n FROM (SELECT 1 FROM batches LIMIT 1)", vec![])?;
            let waits = rolling::waits(&self.store)?;
            self.arm(now().after(if waits { ROLL_AFTER } else { Span::days(if any > 0 { 1 } else { 3_650 }) }))
        });
        if let Err(failure) = next {
            crate::metrics::error(crate::metrics::What::ClicksRolling, &failure.to_string());
        }
        Response::empty()
    }
}

#[wasm_bindgen]
impl ClicksDo {
    /// Takes a batch, for the entry: nothing, where it is in storage now, else the answer that says why not.
    pub fn keep(&self, first: &str, rows: &[u8]) -> Option<web_sys::Response> {
        self.store.asked();
        let ready = self.ready.as_ref().copied().map_err(|failure| Failure::Ours(failure.to_string()));
        #[cfg(feature = "faults")]
        let ready = ready.and_then(|()| crate::faults::refuse("CLICKS"));
        let failure = ready.and_then(|()| self.take(first, rows)).err()?;
        Some(failure.answer().map_or_else(|_| crate::redirect::plain(500, ""), Into::into))
    }
}

impl ClicksDo {
    /// Keeps a batch, once.
    fn take(&self, first: &str, rows: &[u8]) -> Outcome<()> {
        self.store.transaction(|| {
            let kept = batches::keep(&self.store, first, rows)?;
            let waiting = self.waiting.fetch_add(kept.clicks, Ordering::Relaxed) + kept.clicks;
            let soon = kept.unresolved || waiting >= ROLL_AT;
            self.arm(now().after(if soon { RESOLVE_AFTER } else { ROLL_AFTER }))
        })
    }

    /// Has the alarm ring by then.
    fn arm(&self, at: Timestamp) -> Outcome<()> {
        let armed = Timestamp::from_millis(self.armed_until.load(Ordering::Relaxed));
        if armed > now() && armed <= at {
            return Ok(());
        }
        self.store.wake(at)?;
        self.armed_until.store(at.millis(), Ordering::Relaxed);
        Ok(())
    }

    async fn handle(&self, body: &[u8]) -> Outcome<Reply> {
        match serde_json::from_slice(body)? {
            ClicksCommand::Mark { click, mark, at } => self.store.transaction(|| {
                let values = vec![text(click), text(mark), int(at)];
                self.store.run("INSERT OR IGNORE INTO marks (click, mark, at) VALUES (?, ?, ?)", values)?;
                self.arm(now().after(ROLL_AFTER))?;
                Ok(Reply::none())
            }),
            ClicksCommand::Count { program, name, event, at } => self.store.transaction(|| {
                let day = Timestamp::from_millis(at).day().millis();
                self.store.run(
                    "INSERT INTO counts (program, day, event, name, n) VALUES (?, ?, ?, ?, 1)
                     ON CONFLICT (program, day, event, name) DO UPDATE SET n = n + 1",
                    vec![text(program), int(day), text(event), text(name)],
                )?;
                Ok(Reply::none())
            }),
            ClicksCommand::List { program, code, quality, from, to, after, newest, limit } => {
                let narrow = listing::Narrow { program, code, quality, from, to, newest };
                listing::list(&self.store, &narrow, after.as_deref(), limit)
            }
            ClicksCommand::Roll { program, between } => {
                self.roll().await?;
                let tallies = between
                    .into_iter()
                    .map(|(from, to)| batches::tallied_between(&self.store, &program, from, to))
                    .collect::<Outcome<Vec<_>>>()?;
                Reply::ok(&tallies.concat())
            }
        }
    }

    async fn roll(&self) -> Outcome<()> {
        self.waiting.store(0, Ordering::Relaxed);
        rolling::roll(&self.env, &self.store, &self.name).await
    }
}
