//! The vendors that a program hears, and the secrets that their signatures are checked with: sealed at rest, never shown.

use super::Turn;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::settings::chance;
use crate::store::{int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::source::Vendor;
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::{read, sources::NewSource};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Row {
    vendor: String,
    secrets: String,
    claim_wait: i64,
    changed_at: i64,
    last_received_at: Option<i64>,
}

const COLUMNS: &str = "SELECT vendor, secrets, claim_wait, changed_at,
    (SELECT MAX(received_at) FROM inbound WHERE inbound.vendor = sources.vendor) AS last_received_at FROM sources";

/// What a vendor's events are taken by.
pub(super) struct Source {
    pub(super) secrets: Vec<String>,
    pub(super) claim_wait: Span,
}

pub(super) fn vendor_of(text: &str) -> Outcome<Vendor> {
    Vendor::parse(text).ok_or_else(|| Refusal::not_found("source of that name").into())
}

impl Turn<'_> {
    /// Nothing where the owner set no secrets.
    pub(super) fn source(&self, vendor: Vendor) -> Outcome<Option<Source>> {
        let query =
            "SELECT vendor, secrets, claim_wait, changed_at, NULL AS last_received_at FROM sources WHERE vendor = ?";
        let Some(row) = self.store.row::<Row>(query, vec![text(vendor.as_str())])? else { return Ok(None) };
        let opened = self.settings.sealer.open(&row.secrets);
        let opened =
            opened.ok_or_else(|| Failure::Ours("a source's secrets don't open: HONEYGUIDE_SECRET changed".into()))?;
        Ok(Some(Source { secrets: serde_json::from_str(&opened)?, claim_wait: Span::minutes(row.claim_wait) }))
    }

    /// The secrets as they are kept, for the Worker to check a flood by; nothing where the owner set none.
    pub(super) fn sealed_source(&self, vendor: &str) -> Outcome<Reply> {
        #[derive(Deserialize)]
        struct Sealed {
            secrets: String,
        }
        let query = "SELECT secrets FROM sources WHERE vendor = ?";
        let row: Option<Sealed> = self.store.row(query, vec![text(vendor_of(vendor)?.as_str())])?;
        Reply::ok(&json!({"sealed": row.map(|row| row.secrets)}))
    }

    fn source_json(&self, row: &Row) -> Outcome<Value> {
        let held = self.settings.sealer.open(&row.secrets).unwrap_or_default();
        let secrets: Vec<String> = serde_json::from_str(&held).unwrap_or_default();
        let (_, program) = self.program()?;
        Ok(json!({
            "source": row.vendor, "secrets": secrets.len(), "claim_wait_minutes": row.claim_wait,
            "path": format!("/v1/in/{}/{}", row.vendor, program.id.as_str()),
            "changed_at": Timestamp::from_millis(row.changed_at),
            "last_received_at": row.last_received_at.map(Timestamp::from_millis),
        }))
    }

    pub(super) fn sources(&self) -> Outcome<Reply> {
        let rows: Vec<Row> = self.store.rows(&format!("{COLUMNS} ORDER BY vendor"), vec![])?;
        let data = rows.iter().map(|row| self.source_json(row)).collect::<Outcome<Vec<_>>>()?;
        Reply::ok(&json!({"data": data, "next_cursor": null}))
    }

    /// All secrets of a vendor at once: what isn't named is no longer in force.
    pub(super) fn set_source(&self, vendor: &str, body: &str) -> Outcome<Reply> {
        let vendor = vendor_of(vendor)?;
        let new: NewSource = read::body(body)?;
        let sealed = self.settings.sealer.seal(&serde_json::to_string(&new.secrets)?, chance());
        self.store.run(
            "INSERT OR REPLACE INTO sources (vendor, secrets, claim_wait, changed_at) VALUES (?, ?, ?, ?)",
            vec![text(vendor.as_str()), text(sealed), int(new.claim_wait_minutes), int(self.now.millis())],
        )?;
        let row: Option<Row> = self.store.row(&format!("{COLUMNS} WHERE vendor = ?"), vec![text(vendor.as_str())])?;
        row.map_or_else(|| Ok(Reply::none()), |row| Ok(Reply::new(200, self.source_json(&row)?)))
    }

    pub(super) fn drop_source(&self, vendor: &str) -> Outcome<Reply> {
        let vendor = vendor_of(vendor)?;
        self.store.run("DELETE FROM sources WHERE vendor = ?", vec![text(vendor.as_str())])?;
        Ok(Reply::none())
    }
}
