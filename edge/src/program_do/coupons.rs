//! Pools of the owner's coupons: filled by the owner, handed out in their order, each once.

use super::Turn;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::store::{int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::wire::{coupons::NewCoupons, read};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Code {
    code: String,
}

impl Turn<'_> {
    /// Adds codes to a pool. A code that is there already stays as it is.
    pub(super) fn new_coupons(&self, body: &str) -> Outcome<Reply> {
        let new: NewCoupons = read::body(body)?;
        let mut added = 0;
        for code in &new.codes {
            added += self.store.changed(
                "INSERT OR IGNORE INTO coupons (pool, code, created_at) VALUES (?, ?, ?)",
                vec![text(&new.pool), text(code), int(self.now.millis())],
            )?;
        }
        let free = "SELECT COUNT(*) AS n FROM coupons WHERE pool = ? AND used_at IS NULL";
        let free = self.store.number(free, vec![text(&new.pool)])?;
        Reply::created(&json!({"pool": new.pool, "added": added, "free": free}))
    }

    /// How many codes each pool has left.
    pub(super) fn coupons(&self) -> Outcome<Reply> {
        let query = "SELECT pool, SUM(used_at IS NULL) AS free, SUM(used_at IS NOT NULL) AS used FROM coupons
            GROUP BY pool ORDER BY pool";
        Reply::ok(&json!({"data": self.store.rows::<Value>(query, vec![])?, "next_cursor": null}))
    }

    pub(super) fn free_coupons(&self, pool: &str, most: i64) -> Outcome<Vec<String>> {
        let query = "SELECT code FROM coupons WHERE pool = ? AND used_at IS NULL ORDER BY seq LIMIT ?";
        let rows: Vec<Code> = self.store.rows(query, vec![text(pool), int(most)])?;
        Ok(rows.into_iter().map(|row| row.code).collect())
    }

    pub(super) fn use_coupon(&self, code: &str, reward: &str) -> Outcome<()> {
        let values = vec![text(reward), int(self.now.millis()), text(code)];
        self.store.run("UPDATE coupons SET reward = ?, used_at = COALESCE(used_at, ?) WHERE code = ?", values)
    }

    /// The coupon that a held reward waits for.
    pub(super) fn fetch_coupon(&self, pool: &str, reward: &str) -> Outcome<()> {
        let Some(code) = self.free_coupons(pool, 1)?.pop() else {
            let message = format!("The pool \"{pool}\" is empty. Add codes: POST /v1/coupons.");
            return Err(Failure::Refused(Refusal::new(409, "pool_empty", message)));
        };
        self.use_coupon(&code, reward)?;
        self.store.run("UPDATE rewards SET coupon = ? WHERE id = ?", vec![text(&code), text(reward)])
    }
}
