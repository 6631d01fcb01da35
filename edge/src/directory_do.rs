//! Keeps the names of a deployment: programs, their hosts, and which program a code belongs to. One object.
//!
//! Invariant: what isn't here is never asked elsewhere, so a guessed name creates no object. Called by the Worker on a
//! cold cache. It also keeps the day's key for telling visitors apart (keys of past days are deleted), and the sessions of
//! the admin secret.

mod sessions;

use crate::command::{Day, Directory, DirectoryCommand, Known, Reply, Resolved};
use crate::failure::Outcome;
use crate::settings::{chance, now};
use crate::store::{Store, int, text};
use honeyguide_domain::auth::fingerprint;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::json;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE programs (
        id TEXT PRIMARY KEY, site TEXT NOT NULL, host TEXT NOT NULL, mode TEXT NOT NULL, kind TEXT NOT NULL,
        ready INTEGER NOT NULL, created_at INTEGER NOT NULL);
    CREATE INDEX programs_by_host ON programs (host);
    CREATE TABLE codes (code TEXT PRIMARY KEY, program TEXT NOT NULL, owner TEXT NOT NULL);
    CREATE TABLE day_keys (day INTEGER PRIMARY KEY, key TEXT NOT NULL);
",
    // `change`: the number of the last change to where visitors of a program's hosts go.
    "
    ALTER TABLE programs ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX programs_by_change ON programs (change);
",
    sessions::TABLE,
];

/// Codes are never given back and changes are numbered, so that their sum tells of either.
const VERSION: &str = "SELECT COALESCE((SELECT MAX(rowid) FROM codes), 0)
    + COALESCE((SELECT MAX(change) FROM programs), 0) AS n";
const NEXT_CHANGE: &str = "(SELECT MAX(change) + 1 FROM programs)";

#[durable_object]
pub struct DirectoryDo {
    store: Store,
    ready: Outcome<()>,
}

#[derive(Deserialize)]
struct ProgramRow {
    id: String,
    site: String,
    ready: i64,
}

#[derive(Deserialize)]
struct CodeRow {
    program: String,
}

#[derive(Deserialize)]
struct Held {
    ours: i64,
}

impl DurableObject for DirectoryDo {
    fn new(state: State, _env: Env) -> Self {
        let store = Store::new(&state, "directory");
        let ready = store.migrate(MIGRATIONS);
        Self { store, ready }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        self.store.asked();
        let command = request.text().await?;
        if let Err(failure) = &self.ready {
            return crate::failure::Failure::Ours(failure.to_string()).answer();
        }
        let handled = match serde_json::from_str(&command) {
            // Friends wait for this, and it only reads.
            Ok(command @ DirectoryCommand::Resolve { .. }) => self.handle(command),
            Ok(command) => self.store.transaction(|| self.handle(command)),
            Err(error) => Err(error.into()),
        };
        match handled {
            Ok(reply) => reply.answer(),
            Err(failure) => failure.answer(),
        }
    }
}

impl DirectoryDo {
    fn handle(&self, command: DirectoryCommand) -> Outcome<Reply> {
        match command {
            DirectoryCommand::Reserve { program, site, host, mode, kind } => {
                if self.program(&program)?.is_some_and(|row| row.ready == 1) {
                    let message = format!("There is a program \"{program}\" already.");
                    return Err(Refusal::new(409, "program_exists", message).at("id").into());
                }
                self.store.run(
                    "INSERT OR REPLACE INTO programs (id, site, host, mode, kind, ready, created_at) VALUES (?, ?, ?, ?, ?, 0, ?)",
                    vec![text(program), text(site), text(host), text(mode), text(kind), int(now().millis())],
                )?;
                Ok(Reply::none())
            }
            DirectoryCommand::Activate { program } => {
                let ready = format!("UPDATE programs SET ready = 1, change = {NEXT_CHANGE} WHERE id = ?");
                self.store.run(&ready, vec![text(program)])?;
                Ok(Reply::none())
            }
            DirectoryCommand::Moved { program, site, host } => {
                let values = vec![text(site), text(host), text(program)];
                let moved = format!("UPDATE programs SET site = ?, host = ?, change = {NEXT_CHANGE} WHERE id = ?");
                self.store.run(&moved, values)?;
                Ok(Reply::none())
            }
            DirectoryCommand::Program { program } => match self.program(&program)? {
                Some(row) => Reply::ok(&Known { program: row.id, site: row.site, ready: row.ready == 1 }),
                None => Reply::ok(&Known { program, site: String::new(), ready: false }),
            },
            DirectoryCommand::Programs => {
                let query = "SELECT id, site, mode, kind, created_at FROM programs WHERE ready = 1 ORDER BY id";
                let mut rows: Vec<serde_json::Value> = self.store.rows(query, vec![])?;
                for row in &mut rows {
                    row["created_at"] = json!(row["created_at"].as_i64().map(Timestamp::from_millis));
                }
                Reply::ok(&json!({"data": rows, "next_cursor": null}))
            }
            DirectoryCommand::ProgramsAfter { after, limit } => {
                let query = "SELECT id, site, ready FROM programs WHERE ready = 1 AND id > ? ORDER BY id LIMIT ?";
                let values = vec![text(after.unwrap_or_default()), int(limit)];
                let rows: Vec<ProgramRow> = self.store.rows(query, values)?;
                Reply::ok(&rows.into_iter().map(|row| row.id).collect::<Vec<_>>())
            }
            DirectoryCommand::Session(command) => self.sessions(command),
            DirectoryCommand::Resolve { wanted } => {
                let version = self.store.number(VERSION, vec![])?;
                let resolved = wanted.iter().map(|(code, host)| self.resolve(code, host));
                Reply::ok(&Directory { version, resolved: resolved.collect::<Outcome<Vec<_>>>()? })
            }
            DirectoryCommand::Day => {
                let day = now().day().millis();
                Reply::ok(&Day { day, key: self.day_key(day)? })
            }
            DirectoryCommand::Claim { program, wanted } => self.claim(&program, &wanted),
        }
    }

    fn program(&self, id: &str) -> Outcome<Option<ProgramRow>> {
        self.store.row("SELECT id, site, ready FROM programs WHERE id = ?", vec![text(id)])
    }

    fn resolve(&self, code: &str, host: &str) -> Outcome<Resolved> {
        let owner: Option<CodeRow> = self.store.row("SELECT program FROM codes WHERE code = ?", vec![text(code)])?;
        let program = owner.map(|row| row.program);
        let by_host = "SELECT id, site, ready FROM programs WHERE host = ? AND ready = 1 ORDER BY created_at LIMIT 1";
        let mut home: Option<ProgramRow> = match &program {
            Some(program) => self.program(program)?,
            None => self.store.row(by_host, vec![text(host)])?,
        };
        if home.is_none() {
            // Where there is but one program, it is known whatever the host is called.
            let all: Vec<ProgramRow> =
                self.store.rows("SELECT id, site, ready FROM programs WHERE ready = 1 LIMIT 2", vec![])?;
            home = if all.len() == 1 { all.into_iter().next() } else { None };
        }
        let host_program = home.as_ref().map(|row| row.id.clone());
        Ok(Resolved { program, site: home.map(|row| row.site), host_program })
    }

    fn day_key(&self, day: i64) -> Outcome<String> {
        #[derive(Deserialize)]
        struct Row {
            key: String,
        }
        if let Some(row) = self.store.row::<Row>("SELECT key FROM day_keys WHERE day = ?", vec![int(day)])? {
            return Ok(row.key);
        }
        let key = fingerprint(&format!("{:?}", chance::<32>()));
        self.store.run("DELETE FROM day_keys", vec![])?;
        self.store.run("INSERT INTO day_keys (day, key) VALUES (?, ?)", vec![int(day), text(&key)])?;
        Ok(key)
    }

    /// Who is first has a code. One that is claimed and then led nowhere does no harm: its owner finds it again.
    fn claim(&self, program: &str, wanted: &[(String, String)]) -> Outcome<Reply> {
        let all = || text(json!(wanted));
        let claim = "INSERT OR IGNORE INTO codes (code, program, owner)
            SELECT value ->> 0, ?1, value ->> 1 FROM json_each(?2) ORDER BY key";
        self.store.run(claim, vec![text(program), all()])?;
        let held = "SELECT EXISTS (SELECT 1 FROM codes c
                WHERE c.code = each.value ->> 0 AND c.program = ?1 AND c.owner = each.value ->> 1) AS ours
            FROM json_each(?2) AS each ORDER BY each.key";
        let held: Vec<Held> = self.store.rows(held, vec![text(program), all()])?;
        Reply::ok(&held.iter().map(|held| held.ours == 1).collect::<Vec<bool>>())
    }
}
