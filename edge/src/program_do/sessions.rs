//! Sessions: stored as fingerprints of their tokens, each with the key that it was made from.
//!
//! Invariant: a session is in force only while its key is, and as long as `domain::session` says.

use super::Turn;
use crate::command::Reply;
use crate::failure::Outcome;
use crate::store::{int, maybe, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::SessionId;
use honeyguide_domain::session::{self, Life, MOST_OF_A_KEY, Standing};
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

const IN_FORCE: &str = "SELECT s.id, s.fingerprint, s.key, k.label, k.scopes, s.agent, s.created_at, s.used_at
    FROM sessions s JOIN keys k ON k.id = s.key AND k.revoked_at IS NULL";

#[derive(Deserialize)]
struct Row {
    id: String,
    fingerprint: String,
    key: String,
    label: Option<String>,
    scopes: String,
    agent: Option<String>,
    created_at: i64,
    used_at: i64,
}

impl Row {
    fn life(&self) -> Life {
        Life { created_at: Timestamp::from_millis(self.created_at), used_at: Timestamp::from_millis(self.used_at) }
    }

    fn json(&self, program: &str, current: Option<&str>) -> Value {
        let life = self.life();
        json!({
            "id": self.id, "program": program, "key": self.key, "label": self.label, "scopes": self.scopes.split(',').collect::<Vec<_>>(),
            "agent": self.agent, "created_at": life.created_at, "used_at": life.used_at,
            "expires_at": life.expires_at(), "current": current == Some(self.fingerprint.as_str()),
        })
    }
}

impl Turn<'_> {
    /// `key` and `token`: their fingerprints.
    pub(super) fn sign_in(&self, key: &str, token: &str, agent: Option<&str>) -> Outcome<Reply> {
        #[derive(Deserialize)]
        struct Key {
            id: String,
            scopes: String,
        }
        let query = "SELECT id, scopes FROM keys WHERE fingerprint = ? AND revoked_at IS NULL";
        let held: Option<Key> = self.store.row(query, vec![text(key)])?;
        let Some(held) = held else { return Err(Refusal::unauthorized().into()) };
        let (begun, used) = Life::ended_before(self.now);
        self.store.run(
            "DELETE FROM sessions WHERE created_at <= ? OR used_at <= ?",
            vec![int(begun.millis()), int(used.millis())],
        )?;
        self.store.run(
            "DELETE FROM sessions WHERE key = ? AND seq <=
             (SELECT seq FROM sessions WHERE key = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)",
            vec![text(&held.id), text(&held.id), int(MOST_OF_A_KEY - 1)],
        )?;
        let id = SessionId::mint(&mut self.minter());
        let at = int(self.now.millis());
        self.store.run(
            "INSERT INTO sessions (id, fingerprint, key, agent, created_at, used_at) VALUES (?, ?, ?, ?, ?, ?)",
            vec![text(&id), text(token), text(&held.id), maybe(agent), at.clone(), at],
        )?;
        let (_, program) = self.program()?;
        let life = Life { created_at: self.now, used_at: self.now };
        Reply::created(&json!({
            "id": id, "program": program.id.as_str(), "scopes": held.scopes.split(',').collect::<Vec<_>>(),
            "created_at": life.created_at, "expires_at": life.expires_at(),
        }))
    }

    /// The scopes of a session that is in force. Its use is noted, now and then.
    pub(super) fn scopes_of_session(&self, token: &str) -> Outcome<String> {
        let row: Option<Row> = self.store.row(&format!("{IN_FORCE} WHERE s.fingerprint = ?"), vec![text(token)])?;
        let Some(row) = row else { return Err(session::ended().into()) };
        match row.life().at(self.now) {
            Standing::Ended => return Err(session::ended().into()),
            Standing::InForce => {}
            Standing::ToBeNoted => self
                .store
                .run("UPDATE sessions SET used_at = ? WHERE id = ?", vec![int(self.now.millis()), text(&row.id)])?,
        }
        Ok(row.scopes)
    }

    pub(super) fn sessions(&self, current: Option<&str>) -> Outcome<Reply> {
        let mut rows: Vec<Row> = self.store.rows(&format!("{IN_FORCE} ORDER BY s.seq"), vec![])?;
        rows.retain(|row| row.life().at(self.now) != Standing::Ended);
        let (_, program) = self.program()?;
        let data: Vec<Value> = rows.iter().map(|row| row.json(program.id.as_str(), current)).collect();
        Reply::ok(&json!({"data": data, "next_cursor": null}))
    }

    pub(super) fn revoke_session(&self, id: &str) -> Outcome<Reply> {
        if self.store.changed("DELETE FROM sessions WHERE id = ?", vec![text(id)])? == 0 {
            return Err(Refusal::not_found("session").into());
        }
        Ok(Reply::none())
    }

    /// Whether it was still in force or not, it is now not.
    pub(super) fn sign_out(&self, token: &str) -> Outcome<Reply> {
        self.store.run("DELETE FROM sessions WHERE fingerprint = ?", vec![text(token)])?;
        Ok(Reply::none())
    }

    /// Those of a key that is revoked.
    pub(super) fn end_sessions_of(&self, key: &str) -> Outcome<()> {
        self.store.run("DELETE FROM sessions WHERE key = ?", vec![text(key)])
    }
}
