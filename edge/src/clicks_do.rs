//! Keeps one shard of the clicks, and what was learnt of each later (its marks).
//!
//! Invariant: each click has its id, so a batch that arrives twice is stored once; marks are facts of their own, so
//! they may arrive before their click. Called by the Worker's buffer, by browsers' beacons and by the owner's reports.

use crate::command::{ClicksCommand, Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{Bound, Store, int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use worker::{DurableObject, Env, Request, Response, State, durable_object};

const MIGRATIONS: &[&str] = &["
    CREATE TABLE clicks (
        id TEXT PRIMARY KEY, program TEXT, code TEXT NOT NULL, channel TEXT, quality TEXT NOT NULL, reason TEXT,
        at INTEGER NOT NULL, visitor TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX clicks_by_program ON clicks (program, at);
    CREATE TABLE marks (click TEXT NOT NULL, mark TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (click, mark)) WITHOUT ROWID;
    CREATE TABLE counts (
        program TEXT NOT NULL, day INTEGER NOT NULL, event TEXT NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (program, day, event, name)) WITHOUT ROWID;
"];

#[durable_object]
pub struct ClicksDo {
    store: Store,
    ready: Outcome<()>,
}

impl DurableObject for ClicksDo {
    fn new(state: State, _env: Env) -> Self {
        let store = Store::new(&state);
        let ready = store.migrate(MIGRATIONS);
        Self { store, ready }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let command = request.text().await?;
        if let Err(failure) = &self.ready {
            return Failure::Ours(format!("{failure:?}")).answer();
        }
        match self.store.transaction(|| self.handle(serde_json::from_str(&command)?)) {
            Ok(reply) => reply.answer(),
            Err(failure) => failure.answer(),
        }
    }
}

#[derive(Deserialize)]
struct Stored {
    id: String,
    code: String,
    channel: Option<String>,
    quality: String,
    reason: Option<String>,
    at: i64,
    marks: Option<String>,
}

impl ClicksDo {
    fn handle(&self, command: ClicksCommand) -> Outcome<Reply> {
        match command {
            ClicksCommand::Store { rows } => {
                let rows = serde_json::to_string(&rows)?;
                self.store.run(
                    "INSERT OR IGNORE INTO clicks (id, program, code, channel, quality, reason, at, visitor)
                     SELECT value ->> 'id', value ->> 'program', value ->> 'code', value ->> 'channel', value ->> 'quality',
                            value ->> 'reason', value ->> 'at', value ->> 'visitor' FROM json_each(?)",
                    vec![text(rows)],
                )?;
                Ok(Reply::none())
            }
            ClicksCommand::Mark { click, mark, at } => {
                let values = vec![text(click), text(mark), int(at)];
                self.store.run("INSERT OR IGNORE INTO marks (click, mark, at) VALUES (?, ?, ?)", values)?;
                Ok(Reply::none())
            }
            ClicksCommand::Count { program, name, event, at } => {
                let day = Timestamp::from_millis(at).day().millis();
                self.store.run(
                    "INSERT INTO counts (program, day, event, name, n) VALUES (?, ?, ?, ?, 1)
                     ON CONFLICT (program, day, event, name) DO UPDATE SET n = n + 1",
                    vec![text(program), int(day), text(event), text(name)],
                )?;
                Ok(Reply::none())
            }
            ClicksCommand::List { program, query } => self.list(&program, &query),
            ClicksCommand::Stats { program, group_by, query } => self.stats(&program, &group_by, &query),
        }
    }

    fn list(&self, program: &str, query: &Query) -> Outcome<Reply> {
        let (mut clause, mut values) = narrowed(program, query)?;
        clause.push_str(" ORDER BY at, id LIMIT ? OFFSET ?");
        values.extend([int(query.limit + 1), int(query.cursor)]);
        let columns =
            "id, code, channel, quality, reason, at, (SELECT group_concat(mark) FROM marks WHERE click = id) AS marks";
        let mut rows: Vec<Stored> = self.store.rows(&format!("SELECT {columns} FROM clicks WHERE {clause}"), values)?;
        let more = i64::try_from(rows.len()).unwrap_or(0) > query.limit;
        rows.truncate(usize::try_from(query.limit).unwrap_or(0));
        let data: Vec<Value> = rows.iter().map(Stored::json).collect();
        let next = more.then(|| (query.cursor + query.limit).to_string());
        Reply::ok(&json!({"data": data, "next_cursor": next}))
    }

    fn stats(&self, program: &str, group_by: &str, query: &Query) -> Outcome<Reply> {
        let key = match group_by {
            "hour" => "strftime('%Y-%m-%dT%H:00:00.000Z', at / 1000, 'unixepoch')",
            "day" => "strftime('%Y-%m-%d', at / 1000, 'unixepoch')",
            "code" => "code",
            "channel" => "COALESCE(channel, '')",
            _ => {
                let message = "group_by is one of hour, day, code, channel.";
                return Err(Refusal::new(400, "unknown_value", message).at("group_by").into());
            }
        };
        let (clause, values) = narrowed(program, query)?;
        let marked = |mark: &str| {
            format!(
                "SUM(quality = 'person' AND EXISTS (SELECT 1 FROM marks WHERE click = id AND mark = '{mark}')) AS {mark}"
            )
        };
        let is = |quality: &str| format!("SUM(quality = '{quality}') AS {quality}");
        let columns = [
            format!("{key} AS key"),
            "COUNT(*) AS raw".to_owned(),
            is("person"),
            "COUNT(DISTINCT CASE WHEN quality = 'person' THEN at / 86400000 || visitor END) AS \"unique\"".to_owned(),
            marked("human"),
            marked("engaged"),
            marked("qualified"),
            is("bot"),
            is("unfurler"),
            is("prefetch"),
            is("head"),
            is("embedded"),
        ];
        let query = format!("SELECT {} FROM clicks WHERE {clause} GROUP BY 1 ORDER BY 1", columns.join(", "));
        let rows: Vec<Value> = self.store.rows(&query, values)?;
        Reply::ok(&rows)
    }
}

/// The clause for a program's clicks within what a query asks for.
fn narrowed(program: &str, query: &Query) -> Outcome<(String, Vec<Bound>)> {
    let mut clause = "program = ?".to_owned();
    let mut values = vec![text(program)];
    if let Some(code) = query.filter("code") {
        clause.push_str(" AND code = ?");
        values.push(text(code.to_lowercase()));
    }
    for (name, test) in [("from", " AND at >= ?"), ("to", " AND at < ?")] {
        if let Some(at) = query.filter(name) {
            let at = Timestamp::parse(at).map_err(|bad| Refusal::new(400, "invalid_time", bad.to_string()).at(name))?;
            clause.push_str(test);
            values.push(int(at.millis()));
        }
    }
    Ok((clause, values))
}

impl Stored {
    fn json(&self) -> Value {
        let marked = |mark: &str| self.marks.as_deref().is_some_and(|marks| marks.split(',').any(|held| held == mark));
        json!({
            "id": self.id, "code": self.code, "channel": self.channel, "quality": self.quality, "reason": self.reason,
            "at": Timestamp::from_millis(self.at), "human": marked("human"), "engaged": marked("engaged"),
            "qualified": marked("qualified"),
        })
    }
}
