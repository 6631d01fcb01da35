//! The program file and its versions.

use super::Turn;
use super::remembered::remembered;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::store::{int, text};
use honeyguide_domain::auth::{Scope, publishable_key};
use honeyguide_domain::calendar::Day;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::lint;
use honeyguide_domain::program::{self, Program, Version};
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::rc::Rc;

#[derive(Deserialize)]
struct Row {
    version: i64,
    file: String,
    at: i64,
}

impl Row {
    fn json(&self) -> Outcome<Value> {
        let file: Value = serde_json::from_str(&self.file)?;
        Ok(json!({"version": self.version, "at": Timestamp::from_millis(self.at), "file": file}))
    }
}

impl Turn<'_> {
    /// The version in force, and its program.
    pub(super) fn program(&self) -> Outcome<(i64, Program)> {
        let row = self.newest()?.ok_or_else(|| Failure::Refused(Refusal::not_found("program")))?;
        Ok((row.version, Program::from_json(&row.file)?))
    }

    /// The versions, rising, with the moment that each came into force.
    pub(super) fn version_list(&self) -> Outcome<Rc<[Version]>> {
        remembered(self.remembered.map(|remembered| &remembered.versions), (), || self.read_versions())
    }

    fn read_versions(&self) -> Outcome<Rc<[Version]>> {
        #[derive(Deserialize)]
        struct Row {
            version: i64,
            at: i64,
        }
        let rows: Vec<Row> = self.store.rows("SELECT version, at FROM files ORDER BY version", vec![])?;
        let version = |row: Row| Version { number: row.version, since: Timestamp::from_millis(row.at) };
        Ok(rows.into_iter().map(version).collect())
    }

    /// The version that was in force at a moment, and its program.
    pub(super) fn program_at(&self, versions: &[Version], at: Timestamp) -> Outcome<(i64, Rc<Program>)> {
        let number = program::in_force(versions, at);
        Ok((number, self.program_version(number)?))
    }

    pub(super) fn program_version(&self, number: i64) -> Outcome<Rc<Program>> {
        let read = || Ok(Rc::new(Program::from_json(&self.version_row(number)?.file)?));
        remembered(self.remembered.map(|remembered| &remembered.programs), number, read)
    }

    fn version_row(&self, number: i64) -> Outcome<Row> {
        let row = self.store.row("SELECT version, file, at FROM files WHERE version = ?", vec![int(number)])?;
        row.ok_or_else(|| Failure::Refused(Refusal::not_found("version of the program")))
    }

    fn newest(&self) -> Outcome<Option<Row>> {
        self.store.row("SELECT version, file, at FROM files ORDER BY version DESC LIMIT 1", vec![])
    }

    /// Makes the program. A second try, after a first that was cut off, gives new secrets: nobody saw the first ones.
    pub(super) fn create(&self, file: &str) -> Outcome<Reply> {
        let program = Program::from_json(file)?;
        self.store.run("DELETE FROM files", vec![])?;
        self.store.run("DELETE FROM keys", vec![])?;
        self.keep_file(1, &program)?;
        let callback_secret = self.keep_callback(&program)?;
        let (_, secret_key) = self.add_key(Some("first"), &Scope::ALL)?;
        let identity = self.rotate_identity()?;
        let mut body = json!({
            "id": program.id.as_str(), "name": program.name, "site": program.site.as_str(), "kind": program.kind.as_str(),
            "mode": program.mode.as_str(), "version": 1, "secret_key": secret_key,
            "publishable_key": publishable_key(&program.id), "identity_secret": identity.body["identity_secret"],
        });
        if let Some(secret) = callback_secret {
            body["callback_secret"] = json!(secret);
        }
        Ok(Reply { secrets: &["secret_key", "identity_secret", "callback_secret"], ..Reply::new(201, body) })
    }

    fn keep_file(&self, version: i64, program: &Program) -> Outcome<()> {
        self.store.run(
            "INSERT INTO files (version, file, at) VALUES (?, ?, ?)",
            vec![int(version), text(program.to_json()), int(self.now.millis())],
        )?;
        self.keep_ranks(program.screen.leaderboard)
    }

    pub(super) fn file(&self) -> Outcome<Reply> {
        let (version, program) = self.program()?;
        Ok(Reply::new(200, versioned(&program, version)))
    }

    pub(super) fn versions(&self) -> Outcome<Reply> {
        let rows: Vec<Row> = self.store.rows("SELECT version, file, at FROM files ORDER BY version", vec![])?;
        let data = rows.iter().map(Row::json).collect::<Outcome<Vec<_>>>()?;
        Reply::ok(&json!({"data": data, "next_cursor": null}))
    }

    /// One version as it was. A number that there never was is 404.
    pub(super) fn version(&self, number: &str) -> Outcome<Reply> {
        Ok(Reply::new(200, self.version_row(number.parse().unwrap_or(0))?.json()?))
    }

    /// What is found in a program file; in the one in force where none is sent.
    pub(super) fn lint(&self, body: &str) -> Outcome<Reply> {
        let today = Day::of(self.now);
        let findings = match body.trim() {
            "" => lint::lint_program(&self.program()?.1, today),
            file => lint::lint(file, today),
        };
        Reply::ok(&json!({"findings": findings}))
    }

    /// Makes a new version, or refuses the file whole. The same file again makes none.
    pub(super) fn put_file(&self, body: &str) -> Outcome<Reply> {
        let program = Program::from_json(body)?;
        let (version, held) = self.program()?;
        let sent: Value = serde_json::from_str(body)?;
        let fixed = [("id", program.id != held.id), ("mode", program.mode != held.mode)];
        if let Some((field, _)) = fixed.into_iter().find(|(_, changed)| *changed) {
            return Err(Refusal::new(422, "fixed_field", format!("A program's {field} never changes."))
                .at(field)
                .into());
        }
        if sent.get("version").and_then(Value::as_i64).is_some_and(|read| read != version) {
            let message = format!("The program is at version {version} by now. Read it again, then change it.");
            return Err(Refusal::new(409, "stale_version", message).at("version").into());
        }
        if program == held {
            return Ok(Reply::new(200, versioned(&held, version)));
        }
        self.keep_file(version + 1, &program)?;
        let mut body = versioned(&program, version + 1);
        let secret = if program.callback == held.callback { None } else { self.keep_callback(&program)? };
        if let Some(secret) = secret {
            body["callback_secret"] = json!(secret);
        }
        Ok(Reply { secrets: &["callback_secret"], ..Reply::new(200, body) })
    }
}

fn versioned(program: &Program, version: i64) -> Value {
    let mut file = program.to_json();
    if let Value::Object(fields) = &mut file {
        fields.insert("version".to_owned(), json!(version));
    }
    file
}
