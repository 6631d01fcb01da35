//! What if another program had judged? A job that reads the past conversions in slices and has `domain::whatif` judge
//! them again. It writes nothing but its own place.
//!
//! The simulation is in memory, since it grows with the past. Where it is gone (another process, a slice that failed) it
//! begins again with the first conversion; the past doesn't change, so the answer is the same.

use super::Turn;
use super::jobs::Work;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::settings::chance;
use crate::store::{int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{CustomerId, RewardId};
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::program::{CouponSource, Program, Rule, Side};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::whatif::{Now, Past, Rewarded, Simulation};
use honeyguide_domain::wire::decision::Decision;
use honeyguide_domain::wire::recorded::Recorded;
use honeyguide_domain::wire::whatif::NotRecorded;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::panic::AssertUnwindSafe;

/// Jobs of this kind that may wait at once.
const MOST_WAITING: i64 = 10;
/// Conversions that one job judges again: what is remembered of them fits an object's memory.
const MOST_CONVERSIONS: i64 = 1_000_000;

/// A simulation that is under way: whose it is, and the last conversion that it has judged.
pub(super) struct Running {
    run: String,
    at: i64,
    simulation: Simulation,
}

/// A panic drops the simulation that it came in, so whatever is here is whole.
pub(super) type Memory = AssertUnwindSafe<RefCell<Option<Running>>>;

/// How far a job came.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Replay {
    run: String,
    file: String,
    /// The last conversion and the last refund when it began.
    until: i64,
    refunds_until: i64,
    at: i64,
    done: i64,
    /// Conversions whose facts were not kept.
    guessed: i64,
}

/// A conversion as a list of JSON: read column by column, a hundred thousand would cost more than judging them.
#[derive(Deserialize)]
struct Row {
    seq: i64,
    event: String,
    amount: Option<i64>,
    currency: Option<Currency>,
    occurred_at: i64,
    recorded_at: i64,
    properties: Map<String, Value>,
    facts: Option<Recorded>,
    decision: Option<Decision>,
    customer: String,
    reason: String,
    returns: i64,
    refunded: i64,
    rewards: Vec<(RewardId, String, String, i64, Currency)>,
    credited: Vec<String>,
}

const SLICE: &str =
    "SELECT json_group_array(json_array(seq, event, amount, currency, occurred_at, recorded_at, json(properties),
        json(facts), json(decision), customer, reason,
        EXISTS (SELECT 1 FROM conversions n WHERE n.customer = c.customer AND n.seq > c.seq AND n.seq <= ?1),
        refunded > 0 OR refunded_whole = 1 OR refund_undone = 1,
        json((SELECT json_group_array(json_array(r.id, r.side, r.beneficiary, r.earned, r.currency)) FROM rewards r
            WHERE r.conversion = c.id AND r.settlement = '' AND (r.stage NOT LIKE 'month:%' OR r.stage = 'month:1'))),
        json((SELECT json_group_array(participant) FROM credits WHERE conversion = c.id)))) AS rows
     FROM (SELECT seq, id, event, amount, currency, occurred_at, recorded_at, properties, facts, customer, reason, refunded,
        refunded_whole, refund_undone, IIF(facts IS NULL, decision, NULL) AS decision
        FROM conversions WHERE seq > ?2 AND seq <= ?1 ORDER BY seq LIMIT ?3) c";

#[derive(Deserialize)]
struct RefundRow {
    after: i64,
    number: i64,
    amount: Option<i64>,
    at: i64,
}

#[derive(Deserialize)]
struct JoinRow {
    guest: String,
    account: String,
    after: i64,
}

impl Row {
    fn past(self) -> Outcome<Past> {
        let value = match (self.amount, self.currency) {
            (Some(amount), Some(currency)) => Some(Money::new(amount, currency)?),
            _ => None,
        };
        let recorded = match (self.facts, &self.decision) {
            (Some(facts), _) => facts,
            (None, Some(decision)) => Recorded::of_decision(decision, CustomerId::parse(&self.customer)?),
            (None, None) => return Err(Failure::Ours("a conversion has no decision".to_owned())),
        };
        let rewarded = |(id, side, beneficiary, earned, currency): (RewardId, String, String, i64, Currency)| {
            let side = if side == Side::Friend.as_str() { Side::Friend } else { Side::Referrer };
            Ok(Rewarded { id, side, beneficiary, earned: Money::new(earned, currency)? })
        };
        Ok(Past {
            number: self.seq,
            event: self.event,
            value,
            occurred_at: Timestamp::from_millis(self.occurred_at),
            recorded_at: Timestamp::from_millis(self.recorded_at),
            properties: self.properties,
            recorded,
            returns: self.returns == 1,
            refunded: self.refunded == 1,
            now: Now {
                reason: self.reason,
                credited: self.credited,
                rewards: self.rewards.into_iter().map(rewarded).collect::<Outcome<_>>()?,
            },
        })
    }
}

impl Turn<'_> {
    /// Judges the past again under the program of a file, as a job.
    pub(super) fn what_if(&self, file: &str) -> Outcome<Reply> {
        Program::from_json(file)?;
        let waiting = "SELECT COUNT(*) AS n FROM jobs WHERE state IN ('queued', 'running') AND kind = ?";
        if self.store.number(waiting, vec![text(Replay::KIND)])? >= MOST_WAITING {
            return Err(Refusal::too_often(60).into());
        }
        let count = self.store.number("SELECT COUNT(*) AS n FROM conversions", vec![])?;
        if count > MOST_CONVERSIONS {
            let message = format!("{MOST_CONVERSIONS} conversions at most are judged again; here are {count}.");
            return Err(Refusal::new(422, "too_many_conversions", message).into());
        }
        let replay = Replay {
            run: u64::from_be_bytes(chance()).to_string(),
            file: file.to_owned(),
            until: self.store.number("SELECT MAX(seq) AS n FROM conversions", vec![])?,
            refunds_until: self.store.number("SELECT MAX(seq) AS n FROM refunds", vec![])?,
            at: 0,
            done: 0,
            guessed: 0,
        };
        self.new_job(&replay, count)
    }
}

impl Work for Replay {
    const KIND: &'static str = "program.what_if";

    fn step(&mut self, turn: &Turn<'_>, units: i64) -> Outcome<Option<Value>> {
        let running = turn.simulation.take().filter(|running| running.run == self.run && running.at == self.at);
        let mut simulation = match running {
            Some(running) => running.simulation,
            None => self.begin(turn)?,
        };
        if self.slice(turn, &mut simulation, units)? {
            let missing = self.not_recorded(turn)?;
            return Ok(Some(serde_json::to_value(simulation.result(missing))?));
        }
        turn.simulation.replace(Some(Running { run: self.run.clone(), at: self.at, simulation }));
        Ok(None)
    }

    fn done(&self) -> i64 {
        self.done
    }
}

impl Replay {
    fn begin(&mut self, turn: &Turn<'_>) -> Outcome<Simulation> {
        #[derive(Deserialize)]
        struct Pause {
            participant: String,
            paused: i64,
            after: i64,
        }
        #[derive(Deserialize)]
        struct Described {
            id: String,
            metadata: String,
        }
        (self.at, self.done, self.guessed) = (0, 0, 0);
        let mut simulation = Simulation::new(Program::from_json(&self.file)?);
        let pauses: Vec<Pause> =
            turn.store.rows("SELECT participant, paused, after FROM pauses ORDER BY seq", vec![])?;
        for row in pauses {
            simulation.pause(row.participant, row.after, row.paused == 1);
        }
        if simulation.asks_metadata() {
            let query = "SELECT id, metadata FROM participants WHERE metadata <> '{}'";
            for row in turn.store.rows::<Described>(query, vec![])? {
                simulation.describe(row.id, serde_json::from_str(&row.metadata)?);
            }
        }
        Ok(simulation)
    }

    /// Judges so many conversions again, with what happened between them; whether there are no more.
    fn slice(&mut self, turn: &Turn<'_>, simulation: &mut Simulation, units: i64) -> Outcome<bool> {
        #[derive(Deserialize)]
        struct Text {
            rows: String,
        }
        let found: Option<Text> = turn.store.row(SLICE, vec![int(self.until), int(self.at), int(units)])?;
        let rows: Vec<Row> = found.map_or_else(|| Ok(Vec::new()), |found| serde_json::from_str(&found.rows))?;
        let Some(last) = rows.last().map(|row| row.seq) else { return Ok(true) };
        let joins: Vec<JoinRow> = turn.store.rows(
            "SELECT id AS guest, joined AS account, joined_after AS after FROM customers
             WHERE joined_after >= ? AND joined_after < ? ORDER BY joined_after, seq",
            vec![int(self.at), int(last)],
        )?;
        let refunds: Vec<RefundRow> = turn.store.rows(
            "SELECT r.applied_after AS after, c.seq AS number, r.amount, r.at
             FROM refunds r JOIN conversions c ON c.event = r.event AND c.external_id = r.external_id
             WHERE r.applied_after > ? AND r.applied_after <= ? AND r.seq <= ? ORDER BY r.applied_after, r.seq",
            vec![int(self.at), int(last), int(self.refunds_until)],
        )?;
        let (mut joins, mut refunds) = (joins.into_iter().peekable(), refunds.into_iter().peekable());
        for row in rows {
            let number = row.seq;
            while let Some(join) = joins.next_if(|join| join.after < number) {
                simulation.join(&join.guest, &join.account);
            }
            self.guessed += i64::from(row.facts.is_none());
            simulation.convert(row.past()?);
            while let Some(refund) = refunds.next_if(|refund| refund.after <= number) {
                simulation.refund(refund.number, refund.amount, Timestamp::from_millis(refund.at));
            }
            self.done += 1;
        }
        self.at = last;
        Ok(false)
    }

    /// What judging again couldn't know, each with how many it is about.
    fn not_recorded(&self, turn: &Turn<'_>) -> Outcome<Vec<NotRecorded>> {
        let other = Program::from_json(&self.file)?;
        let (_, held) = turn.program()?;
        let until = self.until;
        let count = |query: &str| turn.store.number(query, vec![int(until)]);
        // CROSS JOIN: the few are looked through, and each one's conversion is looked up, never the other way round.
        let settled = count(
            "SELECT COUNT(*) AS n FROM disputes d CROSS JOIN conversions c ON c.id = d.conversion
             WHERE d.outcome = 'upheld' AND c.seq <= ?",
        )?;
        let by_hand = count(
            "SELECT COUNT(*) AS n FROM rewards r CROSS JOIN conversions c ON c.id = r.conversion
             WHERE r.state IN ('rejected', 'reversed') AND c.refunded_whole = 0 AND c.seq <= ?",
        )?;
        let months = count(
            "SELECT SUM(r.done - 1) AS n FROM retainers r CROSS JOIN conversions c ON c.id = r.conversion WHERE c.seq <= ?",
        )?;
        let retains = |program: &Program| program.rewards.iter().any(|rule| rule.retainer_months.is_some());
        let pool = |rule: &Rule| rule.gifts().any(|gift| matches!(gift.coupon, Some(CouponSource::Pool { .. })));
        let longer = other.attribution.longest_window() > held.attribution.longest_window();
        let asks = other.rewards.iter().any(|rule| !rule.when.participant.is_empty());
        let all = [
            (
                self.guessed > 0,
                "facts",
                self.guessed,
                "conversions from before facts were kept: their decisions' traces stand for them, without country, segment, import and the account's age",
            ),
            (
                settled > 0,
                "settlements",
                settled,
                "disputes that were upheld: both sides show what judging gave, not what the settlement gave",
            ),
            (
                by_hand > 0,
                "by_hand",
                by_hand,
                "rewards that were rejected, reversed or expired: both sides count them as earned, and no budget is freed by them",
            ),
            (
                months > 0 || retains(&other) || retains(&held),
                "retainer_months",
                months,
                "later months of retainers: both sides have the first month only",
            ),
            (asks, "metadata", 1, "participants' metadata is what it is today"),
            (other.rewards.iter().any(pool), "coupons", 1, "a pool is taken to have a code for everyone"),
            (
                longer,
                "touches",
                1,
                "a longer window brings back only touches that browsers still sent: cookies lasted as long as the old window",
            ),
        ];
        let told = |(_, code, count, what): (bool, &str, i64, &str)| NotRecorded {
            code: code.to_owned(),
            count,
            what: what.to_owned(),
        };
        Ok(all.into_iter().filter(|(there, ..)| *there).map(told).collect())
    }
}
