//! Vendors' events as they come: each is kept once, by the vendor's own id of it, and taken, left waiting for what belongs
//! to it, skipped, or kept with the reason why it can't be taken.
//!
//! Invariant: an event and all that came of it are recorded in one transaction. What waits is taken when what it waits for
//! is heard of, when its time is over (by the alarm), or when the owner says so. Its body goes when it is done.

use super::Turn;
use super::participants::page;
use super::sources::vendor_of;
use crate::command::{Caller, InwardCommand, Posted, Query, Reply, read_posted};
use crate::failure::{Failure, Outcome};
use crate::store::{Store, int, maybe, maybe_int, text};
use honeyguide_domain::auth::fingerprint;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::InboundId;
use honeyguide_domain::source::waiting::Wait;
use honeyguide_domain::source::{Meaning, Person, Told, Vendor, of_another_mode};
use honeyguide_domain::time::{Span, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

/// How long events are kept; what came of them stays.
const KEPT: Span = Span::days(90);
/// How long a body is kept that may still be of use, and what a request about a person found.
const BODY_KEPT: Span = Span::days(30);
/// What a row can hold, in bytes, with room for the rest of it.
const LARGEST_KEPT: usize = 1_500_000;
/// Events that one alarm takes; the next alarm follows at once.
const SLICE: i64 = 200;

pub(super) const COLUMNS: &str = "SELECT seq, id, vendor, event, kind, shop, body, state, reason, detail, conversion,
    received_at, wait_until FROM inbound";

#[derive(Debug, Clone, Deserialize)]
pub(super) struct InboundRow {
    pub(super) seq: i64,
    id: String,
    vendor: String,
    event: String,
    kind: String,
    pub(super) shop: Option<String>,
    body: Option<String>,
    state: String,
    reason: Option<String>,
    detail: Option<String>,
    conversion: Option<String>,
    pub(super) received_at: i64,
    wait_until: Option<i64>,
}

impl InboundRow {
    fn json(&self) -> Value {
        let detail = self.detail.as_deref().map(|detail| serde_json::from_str(detail).unwrap_or(Value::Null));
        json!({
            "id": self.id, "source": self.vendor, "event": self.event, "type": self.kind, "state": self.state,
            "reason": self.reason, "detail": detail, "conversion": self.conversion, "replayable": self.body.is_some(),
            "received_at": Timestamp::from_millis(self.received_at),
            "wait_until": self.wait_until.map(Timestamp::from_millis),
        })
    }

    fn told(&self, body: &str) -> Outcome<(Vendor, Option<Told>)> {
        let vendor = vendor_of(&self.vendor)?;
        // Shopify's id of an event is its topic and the id of the delivery.
        let webhook = self.event.rsplit_once(' ').map_or("", |(_, webhook)| webhook);
        Ok((vendor, read_posted(vendor, &self.kind, webhook, body)))
    }
}

/// What became of an event.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) state: &'static str,
    pub(super) reason: Option<String>,
    pub(super) detail: Option<Value>,
    pub(super) conversion: Option<String>,
    pub(super) wait: Option<Wait>,
    /// Names that are known from now on: who waits for them goes on.
    pub(super) known: Vec<String>,
}

impl Taken {
    pub(super) fn done(reason: Option<&str>) -> Self {
        Self { state: "done", reason: reason.map(str::to_owned), ..Self::default() }
    }

    fn skipped(why: &str) -> Self {
        Self { state: "skipped", reason: Some(why.to_owned()), ..Self::default() }
    }

    /// What means nothing here is kept without its body: that may name people whom nobody needs to know.
    fn may_be_taken_later(&self) -> bool {
        let other_mode = || matches!(self.reason.as_deref(), Some("test_mode" | "live_mode"));
        matches!(self.state, "waiting" | "failed") || (self.state == "skipped" && other_mode())
    }

    pub(super) fn failed(reason: &str, message: &str) -> Self {
        let detail = Some(json!({"message": message}));
        Self { state: "failed", reason: Some(reason.to_owned()), detail, ..Self::default() }
    }

    pub(super) fn waiting(wait: Wait) -> Self {
        Self { state: "waiting", reason: Some(wait.why.to_owned()), wait: Some(wait), ..Self::default() }
    }
}

impl Turn<'_> {
    /// The commands that are several transactions: what comes in, and what waited for it.
    pub(super) fn receive_or_replay(&self, caller: &Caller, command: &InwardCommand) -> Outcome<Option<Reply>> {
        match command {
            InwardCommand::Receive(posted) => self.receive(posted).map(Some),
            InwardCommand::Replay { id } => {
                self.permit(caller)?;
                self.replay(id).map(Some)
            }
            InwardCommand::Claim { body, touches } => {
                let (reply, names) = self.store.transaction(|| self.claim(body, touches))?;
                Vendor::ALL.into_iter().try_for_each(|vendor| self.wake(vendor, names.clone()))?;
                Ok(Some(reply))
            }
            _ => Ok(None),
        }
    }

    /// The table of contents of what comes in.
    pub(super) fn inward(&self, command: &InwardCommand) -> Outcome<Reply> {
        use InwardCommand as I;
        match command {
            // These are several transactions, before this.
            I::Receive(_) | I::Replay { .. } | I::Claim { .. } => Ok(Reply::none()),
            I::Sealed { vendor } => self.sealed_source(vendor),
            I::List { query } => self.inbound_list(query),
            I::One { id } => Ok(Reply::new(200, self.inbound_row(id)?.json())),
            I::SetSource { vendor, body } => self.set_source(vendor, body),
            I::Sources => self.sources(),
            I::DropSource { vendor } => self.drop_source(vendor),
            I::Claims { query } => self.claims_list(query),
            I::ConfirmClaim { id, body } => self.confirm_claim(id, body),
            I::RejectClaim { id } => self.reject_claim(id),
        }
    }

    /// What isn't signed isn't kept. What is signed is kept and answered with 200, since sending it again would change
    /// nothing; only where we failed is the vendor to send it again.
    fn receive(&self, posted: &Posted) -> Outcome<Reply> {
        let vendor = vendor_of(&posted.vendor)?;
        let secrets = self.source(vendor)?.map(|source| source.secrets).unwrap_or_default();
        posted.check(vendor, &secrets, self.now).map_err(|bad| {
            let why = if secrets.is_empty() {
                format!("No secret is set: PUT /v1/sources/{}", vendor.as_str())
            } else {
                bad.to_string()
            };
            Refusal::new(401, "invalid_signature", format!("{why}."))
        })?;
        let told = read_posted(vendor, &posted.topic, &posted.webhook, &posted.body);
        let row = self.store.transaction(|| self.keep_event(vendor, posted, told.as_ref()))?;
        if !matches!(row.state.as_str(), "received" | "failed") {
            return Ok(Reply::new(200, brief(&row)));
        }
        // What is too large to be kept can't wait.
        let forced = posted.body.len() > LARGEST_KEPT;
        self.take(&row, &posted.body, forced)?;
        Ok(Reply::new(200, brief(&self.inbound_row(&row.id)?)))
    }

    fn keep_event(&self, vendor: Vendor, posted: &Posted, told: Option<&Told>) -> Outcome<InboundRow> {
        let unknown = fingerprint(&posted.body);
        let event = told.map_or(unknown.as_str(), |told| &told.id);
        let kind = told.map_or(if posted.topic.is_empty() { "unknown" } else { &posted.topic }, |told| &told.kind);
        let body = (posted.body.len() <= LARGEST_KEPT).then_some(&posted.body);
        self.store.run(
            "INSERT OR IGNORE INTO inbound (id, vendor, event, kind, shop, body, state, occurred_at, received_at)
             VALUES (?, ?, ?, ?, ?, ?, 'received', ?, ?)",
            vec![
                text(InboundId::mint(&mut self.minter())),
                text(vendor.as_str()),
                text(event),
                text(kind),
                maybe(Some(&posted.shop).filter(|shop| !shop.is_empty())),
                maybe(body),
                maybe_int(told.and_then(|told| told.at).map(Timestamp::millis)),
                int(self.now.millis()),
            ],
        )?;
        let query = format!("{COLUMNS} WHERE vendor = ? AND event = ?");
        let row = self.store.row(&query, vec![text(vendor.as_str()), text(event)])?;
        row.ok_or_else(|| Failure::Ours("the event was not kept".to_owned()))
    }

    /// Takes an event, and then all that waited for what it makes known.
    fn take(&self, row: &InboundRow, body: &str, forced: bool) -> Outcome<()> {
        let (vendor, told) = row.told(body)?;
        if let Some(Meaning::Redact(person)) = told.as_ref().map(|told| &told.meaning) {
            // Whatever still waits for someone is taken while it can be.
            for waiting in self.waiting_about(vendor, person)? {
                let known = self.take_one(&waiting, true)?;
                self.wake(vendor, known)?;
            }
        }
        let known = self.settle_event(row, vendor, told.as_ref(), forced)?;
        self.wake(vendor, known)
    }

    fn take_one(&self, row: &InboundRow, forced: bool) -> Outcome<Vec<String>> {
        let Some(body) = &row.body else {
            // Its body went with someone who was erased; what it said of a sale is kept already.
            let taken = Taken::done(Some("erased"));
            self.store.transaction(|| self.keep_taken(row, vendor_of(&row.vendor)?, &taken))?;
            return Ok(Vec::new());
        };
        let (vendor, told) = row.told(body)?;
        self.settle_event(row, vendor, told.as_ref(), forced)
    }

    fn settle_event(
        &self,
        row: &InboundRow,
        vendor: Vendor,
        told: Option<&Told>,
        forced: bool,
    ) -> Outcome<Vec<String>> {
        let taken = self.store.transaction(|| {
            let taken = match told {
                Some(told) => self.act_on(row, vendor, told, forced)?,
                None => Taken::failed("unreadable", "This is no event of that vendor's."),
            };
            self.keep_taken(row, vendor, &taken)?;
            Ok(taken)
        });
        match taken {
            Ok(taken) => Ok(taken.known),
            Err(Failure::Refused(refusal)) => {
                let taken = Taken::failed(refusal.code, &refusal.message);
                self.store.transaction(|| self.keep_taken(row, vendor, &taken))?;
                Ok(Vec::new())
            }
            Err(failure) => {
                let taken =
                    Taken::failed("internal", "Something went wrong here. The vendor was asked to send it again.");
                self.store.transaction(|| self.keep_taken(row, vendor, &taken))?;
                Err(failure)
            }
        }
    }

    fn act_on(&self, row: &InboundRow, vendor: Vendor, told: &Told, forced: bool) -> Outcome<Taken> {
        let (_, program) = self.program()?;
        if let Some(why) = of_another_mode(told.mode, program.mode) {
            return Ok(Taken::skipped(why));
        }
        #[cfg(feature = "faults")]
        crate::faults::trip_inbound(&told.kind)?;
        match &told.meaning {
            Meaning::Sale(sale) => self.take_sale(row, vendor, told.at, sale, &program, forced),
            Meaning::Names(names) => self.same_sale(vendor, names),
            Meaning::Returned(returns) => self.take_returns(vendor, returns),
            Meaning::Promotion { id, code } => {
                let values = vec![text(vendor.as_str()), text(id), text(code)];
                self.store.run("INSERT OR REPLACE INTO promotions (vendor, id, code) VALUES (?, ?, ?)", values)?;
                Ok(Taken { known: vec![id.clone()], ..Taken::done(None) })
            }
            Meaning::Ended(name) => self.sale_ended(vendor, name),
            Meaning::DataRequest(person) => {
                Ok(Taken { detail: Some(self.tell_of(vendor, person)?), ..Taken::done(Some("answered")) })
            }
            Meaning::Redact(person) => {
                Ok(Taken { detail: Some(self.redact(vendor, person)?), ..Taken::done(Some("redacted")) })
            }
            Meaning::RedactShop(shop) => {
                Ok(Taken { detail: Some(self.redact_shop(vendor, shop)?), ..Taken::done(Some("redacted")) })
            }
            Meaning::Nothing(why) => Ok(Taken::skipped(why)),
            Meaning::Unreadable(why) => Ok(Taken::failed("unreadable", &format!("{why}."))),
        }
    }

    fn keep_taken(&self, row: &InboundRow, vendor: Vendor, taken: &Taken) -> Outcome<()> {
        self.store.run(
            "UPDATE inbound SET state = ?, reason = ?, detail = ?, conversion = ?, wait_until = ?,
             body = IIF(?, NULL, body) WHERE seq = ?",
            vec![
                text(taken.state),
                maybe(taken.reason.as_ref()),
                maybe(taken.detail.as_ref()),
                maybe(taken.conversion.as_ref()),
                maybe_int(
                    taken.wait.as_ref().filter(|wait| wait.until.millis() < i64::MAX).map(|wait| wait.until.millis()),
                ),
                int(i64::from(!taken.may_be_taken_later())),
                int(row.seq),
            ],
        )?;
        self.store.run("DELETE FROM inbound_waits WHERE inbound = ?", vec![int(row.seq)])?;
        for name in taken.wait.iter().flat_map(|wait| &wait.names) {
            let values = vec![text(vendor.as_str()), text(name), int(row.seq)];
            self.store.run("INSERT OR IGNORE INTO inbound_waits (vendor, name, inbound) VALUES (?, ?, ?)", values)?;
        }
        Ok(())
    }

    /// Takes what waited for these names, in the order in which it happened, and what waited for that in turn. One that
    /// fails says so, and holds up no other.
    fn wake(&self, vendor: Vendor, known: Vec<String>) -> Outcome<()> {
        let mut known = known;
        while let Some(name) = known.pop() {
            let query = format!(
                "{COLUMNS} WHERE state = 'waiting' AND seq IN (SELECT inbound FROM inbound_waits WHERE vendor = ? AND name = ?)
                 ORDER BY COALESCE(occurred_at, received_at), seq"
            );
            let waiting: Vec<InboundRow> = self.store.rows(&query, vec![text(vendor.as_str()), text(&name)])?;
            for row in waiting {
                match self.take_one(&row, false) {
                    Ok(names) => known.extend(names),
                    Err(failure) => crate::metrics::error(crate::metrics::What::Request, &failure.to_string()),
                }
            }
        }
        Ok(())
    }

    /// Takes what has waited long enough, with what is known by now. Called by the alarm.
    pub(super) fn take_overdue(&self) -> Outcome<()> {
        let query = format!("{COLUMNS} WHERE state = 'waiting' AND wait_until <= ? ORDER BY wait_until LIMIT ?");
        let due: Vec<InboundRow> = self.store.rows(&query, vec![int(self.now.millis()), int(SLICE)])?;
        for row in due {
            let vendor = vendor_of(&row.vendor)?;
            let known = self.take_one(&row, false)?;
            self.wake(vendor, known)?;
        }
        Ok(())
    }

    fn inbound_row(&self, id: &str) -> Outcome<InboundRow> {
        let row = self.store.row(&format!("{COLUMNS} WHERE id = ?"), vec![text(id)])?;
        row.ok_or_else(|| Failure::Refused(Refusal::not_found("event")))
    }

    fn inbound_list(&self, query: &Query) -> Outcome<Reply> {
        let columns = [("source", "+vendor"), ("state", "+state"), ("type", "kind"), ("reason", "reason")];
        let (clause, values) = query.clause(&[], &columns)?;
        let rows: Vec<InboundRow> = self.store.rows(&format!("{COLUMNS} {clause}"), values)?;
        page(query, &rows, |row| row.seq, |row| Ok(row.json()))
    }

    /// The owner says: now, with what there is.
    fn replay(&self, id: &str) -> Outcome<Reply> {
        let row = self.inbound_row(id)?;
        if row.state != "done" {
            let Some(body) = row.body.clone() else {
                let message = "The body of this event isn't kept any more. Have the vendor send it again.";
                return Err(Refusal::new(409, "nothing_kept", message).into());
            };
            self.take(&row, &body, true)?;
        }
        Ok(Reply::new(200, self.inbound_row(id)?.json()))
    }

    /// Sales that wait and name this person; of another vendor's, by the address.
    fn waiting_about(&self, vendor: Vendor, person: &Person) -> Outcome<Vec<InboundRow>> {
        let query = format!("{COLUMNS} WHERE state = 'waiting' AND body IS NOT NULL ORDER BY seq");
        let rows: Vec<InboundRow> = self.store.rows(&query, vec![])?;
        let about = |row: &InboundRow| {
            let told = row.body.as_deref().and_then(|body| row.told(body).ok()?.1);
            let Some(Meaning::Sale(sale)) = told.map(|told| told.meaning) else { return false };
            sale.is_by(person, row.vendor == vendor.as_str())
        };
        Ok(rows.into_iter().filter(about).collect())
    }
}

/// What a vendor hears: nothing of what is kept.
fn brief(row: &InboundRow) -> Value {
    json!({"id": row.id, "state": row.state, "reason": row.reason})
}

/// Forgets events that are long done, and bodies that nobody asked for.
pub(super) fn forget(store: &Store, now: Timestamp) -> Outcome<()> {
    let old = now.before(KEPT).millis();
    store.run(
        "DELETE FROM inbound_waits WHERE inbound IN (SELECT seq FROM inbound WHERE received_at < ?)",
        vec![int(old)],
    )?;
    store.run("DELETE FROM inbound WHERE received_at < ?", vec![int(old)])?;
    let query = "UPDATE inbound SET body = NULL, detail = NULL
        WHERE received_at < ? AND (body IS NOT NULL OR detail IS NOT NULL) AND state IN ('done', 'skipped')";
    store.run(query, vec![int(now.before(BODY_KEPT).millis())])
}
