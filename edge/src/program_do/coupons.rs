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

    /// The coupon that a visitor of a link has: the same for the same click, whatever is asked how often. None where the
    /// pool is empty.
    pub(super) fn hand_out(&self, pool: &str, click: &str, link: &str) -> Outcome<Option<String>> {
        let held = "SELECT code FROM coupons WHERE click = ?";
        if let Some(row) = self.store.row::<Code>(held, vec![text(click)])? {
            return Ok(Some(row.code));
        }
        let Some(code) = self.free_coupons(pool, 1)?.pop() else { return Ok(None) };
        let values = vec![text(click), text(link), int(self.now.millis()), text(&code)];
        self.store.run("UPDATE coupons SET click = ?, link = ?, used_at = ? WHERE code = ?", values)?;
        Ok(Some(code))
    }

    /// The link whose visitor was given this coupon at the landing.
    pub(super) fn link_of_coupon(&self, code: &str) -> Outcome<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            link: String,
        }
        let code = code.trim();
        let query = "SELECT link FROM coupons WHERE code IN (?, ?) AND link IS NOT NULL";
        let row: Option<Row> = self.store.row(query, vec![text(code), text(code.to_uppercase())])?;
        Ok(row.map(|row| row.link))
    }

    /// The coupons that the visitor behind a conversion was given at the landing and that no reward is for yet: the one
    /// that was named at the checkout, else that of the newest touch.
    pub(super) fn handed(&self, pool: &str, named: Option<&str>, clicks: &[String]) -> Outcome<Option<String>> {
        let named = named.map(str::trim).unwrap_or_default();
        let query =
            "SELECT code FROM coupons WHERE pool = ? AND click IS NOT NULL AND reward IS NULL AND code IN (?, ?)";
        let row: Option<Code> = self.store.row(query, vec![text(pool), text(named), text(named.to_uppercase())])?;
        if let Some(row) = row {
            return Ok(Some(row.code));
        }
        let query = "SELECT code FROM coupons WHERE pool = ? AND click = ? AND reward IS NULL";
        for click in clicks {
            if let Some(row) = self.store.row::<Code>(query, vec![text(pool), text(click)])? {
                return Ok(Some(row.code));
            }
        }
        Ok(None)
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
