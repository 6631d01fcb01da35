//! Secret keys, stored as fingerprints, and the secret that signs participants' identities.

use super::Turn;
use super::remembered::remembered;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::settings::chance;
use crate::store::{int, maybe, text};
use honeyguide_domain::auth::{self, Scope};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::KeyId;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::{programs::NewKey, read};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Row {
    id: String,
    hint: String,
    label: Option<String>,
    scopes: String,
    created_at: i64,
    revoked_at: Option<i64>,
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "id": self.id, "hint": self.hint, "label": self.label, "scopes": self.scopes.split(',').collect::<Vec<_>>(),
            "created_at": Timestamp::from_millis(self.created_at),
            "revoked_at": self.revoked_at.map(Timestamp::from_millis),
        })
    }
}

impl Turn<'_> {
    pub(super) fn scopes_of(&self, fingerprint: &str) -> Outcome<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            scopes: String,
        }
        let query = "SELECT scopes FROM keys WHERE fingerprint = ? AND revoked_at IS NULL";
        let read = || Ok(self.store.row::<Row>(query, vec![text(fingerprint)])?.map(|row| row.scopes));
        remembered(self.remembered.map(|all| &all.scopes), fingerprint.to_owned(), read)
    }

    pub(super) fn keys(&self) -> Outcome<Reply> {
        let query = "SELECT id, hint, label, scopes, created_at, revoked_at FROM keys ORDER BY seq";
        let rows: Vec<Row> = self.store.rows(query, vec![])?;
        Reply::ok(&json!({"data": rows.iter().map(Row::json).collect::<Vec<_>>(), "next_cursor": null}))
    }

    /// `held` are the scopes of who asks for it.
    pub(super) fn new_key(&self, body: &str, held: &[Scope]) -> Outcome<Reply> {
        let new: NewKey = if body.trim().is_empty() { NewKey::default() } else { read::body(body)? };
        let scopes = auth::given(held, new.scopes)?;
        let (id, key) = self.add_key(new.label.as_deref(), &scopes)?;
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let body =
            json!({"id": id.as_str(), "secret_key": key, "label": new.label, "scopes": scopes, "created_at": self.now});
        Ok(Reply { secrets: &["secret_key"], ..Reply::new(201, body) })
    }

    pub(super) fn add_key(&self, label: Option<&str>, scopes: &[Scope]) -> Outcome<(KeyId, String)> {
        let (_, program) = self.program()?;
        let key = auth::secret_key(&program.id, program.mode, chance());
        let id = KeyId::mint(&mut self.minter());
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let hint = format!("{}…", key.chars().take(key.len().saturating_sub(28)).collect::<String>());
        self.store.run(
            "INSERT INTO keys (id, fingerprint, hint, label, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            vec![
                text(&id),
                text(auth::fingerprint(&key)),
                text(hint),
                maybe(label),
                text(scopes.join(",")),
                int(self.now.millis()),
            ],
        )?;
        Ok((id, key))
    }

    pub(super) fn revoke_key(&self, id: &str) -> Outcome<Reply> {
        let query = "UPDATE keys SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ?";
        if self.store.changed(query, vec![int(self.now.millis()), text(id)])? == 0 {
            return Err(Refusal::not_found("key").into());
        }
        self.end_sessions_of(id)?;
        Ok(Reply::none())
    }

    pub(super) fn rotate_identity(&self) -> Outcome<Reply> {
        let secret = auth::fingerprint(&format!("{:?}", chance::<32>()));
        let sealed = self.settings.sealer.seal(&secret, chance());
        self.store.run("INSERT OR REPLACE INTO settings (name, value) VALUES ('identity', ?)", vec![text(sealed)])?;
        Ok(Reply { secrets: &["identity_secret"], ..Reply::new(201, json!({"identity_secret": secret})) })
    }

    pub(super) fn identity_secret(&self) -> Outcome<String> {
        #[derive(Deserialize)]
        struct Row {
            value: String,
        }
        let row: Option<Row> = self.store.row("SELECT value FROM settings WHERE name = 'identity'", vec![])?;
        let opened = row.and_then(|row| self.settings.sealer.open(&row.value));
        opened.ok_or_else(|| Failure::Ours("the identity secret is sealed under another key".to_owned()))
    }
}
