//! Sessions of the admin secret: stored as fingerprints of their tokens, each with the fingerprint of the secret.
//!
//! Invariant: a session is in force only while its secret is, and as long as `domain::session` says.

use super::DirectoryDo;
use crate::command::{Reply, SessionCommand};
use crate::failure::Outcome;
use crate::settings::{chance, now};
use crate::store::{int, maybe, text};
use honeyguide_domain::auth::Scope;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{Minter, SessionId};
use honeyguide_domain::session::{self, Life, MOST_OF_A_KEY, Standing};
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// `used_at`: the last use that was noted.
pub(super) const TABLE: &str = "
    CREATE TABLE sessions (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL UNIQUE,
        secret TEXT NOT NULL, agent TEXT, created_at INTEGER NOT NULL, used_at INTEGER NOT NULL);
";

const COLUMNS: &str = "SELECT id, fingerprint, agent, created_at, used_at FROM sessions WHERE secret = ?";

#[derive(Deserialize)]
struct Row {
    id: String,
    fingerprint: String,
    agent: Option<String>,
    created_at: i64,
    used_at: i64,
}

impl Row {
    fn life(&self) -> Life {
        Life { created_at: Timestamp::from_millis(self.created_at), used_at: Timestamp::from_millis(self.used_at) }
    }

    /// As a program's, with neither program nor key.
    fn json(&self, current: Option<&str>) -> Value {
        let life = self.life();
        json!({
            "id": self.id, "program": null, "key": null, "label": null, "scopes": Scope::ALL.map(Scope::as_str),
            "agent": self.agent, "created_at": life.created_at, "used_at": life.used_at,
            "expires_at": life.expires_at(), "current": current == Some(self.fingerprint.as_str()),
        })
    }
}

impl DirectoryDo {
    pub(super) fn sessions(&self, command: SessionCommand) -> Outcome<Reply> {
        let now = now();
        match command {
            SessionCommand::SignIn { secret, token, agent } => {
                let (begun, used) = Life::ended_before(now);
                self.store.run(
                    "DELETE FROM sessions WHERE created_at <= ? OR used_at <= ? OR secret <> ?",
                    vec![int(begun.millis()), int(used.millis()), text(&secret)],
                )?;
                self.store.run(
                    "DELETE FROM sessions WHERE seq <= (SELECT seq FROM sessions ORDER BY seq DESC LIMIT 1 OFFSET ?)",
                    vec![int(MOST_OF_A_KEY - 1)],
                )?;
                let id = SessionId::mint(&mut Minter::new(now, chance()));
                let at = int(now.millis());
                self.store.run(
                    "INSERT INTO sessions (id, fingerprint, secret, agent, created_at, used_at) VALUES (?, ?, ?, ?, ?, ?)",
                    vec![text(&id), text(token), text(secret), maybe(agent), at.clone(), at],
                )?;
                let life = Life { created_at: now, used_at: now };
                Reply::created(&json!({
                    "id": id, "program": null, "scopes": Scope::ALL.map(Scope::as_str), "created_at": life.created_at,
                    "expires_at": life.expires_at(),
                }))
            }
            SessionCommand::Check { secret, token } => {
                let query = format!("{COLUMNS} AND fingerprint = ?");
                let row: Option<Row> = self.store.row(&query, vec![text(secret), text(token)])?;
                let Some(row) = row else { return Err(session::ended().into()) };
                match row.life().at(now) {
                    Standing::Ended => return Err(session::ended().into()),
                    Standing::InForce => {}
                    Standing::ToBeNoted => self
                        .store
                        .run("UPDATE sessions SET used_at = ? WHERE id = ?", vec![int(now.millis()), text(&row.id)])?,
                }
                Ok(Reply::none())
            }
            SessionCommand::List { secret, current } => {
                let mut rows: Vec<Row> = self.store.rows(&format!("{COLUMNS} ORDER BY seq"), vec![text(secret)])?;
                rows.retain(|row| row.life().at(now) != Standing::Ended);
                let data: Vec<Value> = rows.iter().map(|row| row.json(current.as_deref())).collect();
                Reply::ok(&json!({"data": data, "next_cursor": null}))
            }
            SessionCommand::Revoke { id } => {
                if self.store.changed("DELETE FROM sessions WHERE id = ?", vec![text(id)])? == 0 {
                    return Err(Refusal::not_found("session").into());
                }
                Ok(Reply::none())
            }
            // Whether it was still in force or not, it is now not.
            SessionCommand::SignOut { token } => {
                self.store.run("DELETE FROM sessions WHERE fingerprint = ?", vec![text(token)])?;
                Ok(Reply::none())
            }
        }
    }
}
