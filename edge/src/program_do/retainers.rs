//! Retainers: the months that are due, given by the alarm without a conversion.

use super::Turn;
use crate::failure::Outcome;
use crate::store::{int, maybe, maybe_int, text};
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::id::{ConversionId, EventId};
use honeyguide_domain::judge;
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::reward::retainer::{self, Due};
use honeyguide_domain::reward::rules::Earned;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::answers::{BudgetWarning, RewardAnswer};
use serde::Deserialize;

/// Months that one alarm gives; the next alarm follows at once.
const SLICE: i64 = 100;

#[derive(Deserialize)]
struct Row {
    seq: i64,
    conversion: String,
    rule: String,
    beneficiary: String,
    amount: Option<i64>,
    currency: Option<String>,
    months: i64,
    done: i64,
    started_at: i64,
    settlement: String,
    refunded_whole: i64,
    paused: i64,
}

impl Turn<'_> {
    /// Keeps the months that follow a reward that was just earned.
    pub(super) fn keep_retainer(&self, conversion: &ConversionId, earned: &Earned, settlement: &str) -> Outcome<()> {
        let Some(retainer) = earned.retainer else { return Ok(()) };
        self.store.run(
            "INSERT INTO retainers (conversion, rule, beneficiary, amount, currency, months, done, started_at, next_at, settlement)
             VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
             ON CONFLICT (conversion, rule, beneficiary) DO UPDATE SET amount = excluded.amount,
             currency = excluded.currency, months = excluded.months, done = 1, started_at = excluded.started_at,
             next_at = excluded.next_at, settlement = excluded.settlement, note = NULL",
            vec![
                text(conversion),
                text(&earned.rule),
                text(&earned.reward.beneficiary),
                maybe_int(retainer.money.map(|money| money.amount())),
                maybe(retainer.money.map(|money| money.currency())),
                int(retainer.months),
                int(earned.created_at.millis()),
                int(retainer.next_at.millis()),
                text(settlement),
            ],
        )
    }

    /// Ends what a conversion gives each month to those whose ids begin with this.
    pub(super) fn end_retainers(&self, conversion: &str, prefix: &str, note: &str) -> Outcome<()> {
        self.store.run(
            "UPDATE retainers SET next_at = NULL, note = ? WHERE conversion = ? AND SUBSTR(beneficiary, 1, ?) = ?",
            vec![text(note), text(conversion), int(i64::try_from(prefix.len()).unwrap_or(0)), text(prefix)],
        )
    }

    /// Goes on with what a whole refund ended, since it came to nothing: the month that wasn't given is due.
    pub(super) fn resume_retainers(&self, conversion: &str) -> Outcome<()> {
        self.store.run(
            "UPDATE retainers SET done = done - 1, next_at = ?, note = NULL WHERE conversion = ? AND note = 'refunded'",
            vec![int(self.now.millis()), text(conversion)],
        )
    }

    /// Gives the months that are due. One that can't be given says why, and the next one comes in its time; a whole
    /// refund of the conversion ends them all.
    pub(super) fn give_due_months(&self) -> Outcome<()> {
        let due: Vec<Row> = self.store.rows(
            "SELECT r.seq, r.conversion, r.rule, r.beneficiary, r.amount, r.currency, r.months, r.done, r.started_at, r.settlement,
                c.refunded_whole, EXISTS (SELECT 1 FROM participants p WHERE p.id = r.beneficiary AND p.state <> 'active') AS paused
             FROM retainers r JOIN conversions c ON c.id = r.conversion WHERE r.next_at <= ? ORDER BY r.next_at LIMIT ?",
            vec![int(self.now.millis()), int(SLICE)],
        )?;
        for row in due {
            let note = self.give_month(&row)?;
            let done = row.done + 1;
            let ended = done >= row.months || row.refunded_whole == 1;
            let next_at = retainer::next_at(Timestamp::from_millis(row.started_at), done).millis();
            self.store.run(
                "UPDATE retainers SET done = ?, next_at = ?, note = ? WHERE seq = ?",
                vec![int(done), maybe_int((!ended).then_some(next_at)), maybe(note), int(row.seq)],
            )?;
        }
        Ok(())
    }

    /// Gives one month, or says why it wasn't given.
    fn give_month(&self, row: &Row) -> Outcome<Option<String>> {
        if row.refunded_whole == 1 || row.paused == 1 {
            return Ok(Some(if row.paused == 1 { "participant_paused" } else { "refunded" }.to_owned()));
        }
        let (_, program) = self.program()?;
        let money = match (row.amount, &row.currency) {
            (Some(amount), Some(currency)) => Some(Money::new(amount, Currency::parse(currency)?)?),
            _ => None,
        };
        let due = Due {
            program: &program,
            rule: &row.rule,
            beneficiary: &row.beneficiary,
            money,
            month: row.done + 1,
            at: self.now,
        };
        let known = self.known(retainer::questions(&due), None, &[])?;
        let mut minter = self.minter();
        let (earned, warnings) = match retainer::give_month(&due, known, &mut minter) {
            Ok(given) => given,
            Err(reason) => return Ok(Some(reason.as_str().to_owned())),
        };
        let conversion = ConversionId::parse(&row.conversion)?;
        self.keep_rewards(&conversion, std::slice::from_ref(&earned), &row.settlement, None)?;
        let entry = judge::accrue(&earned, &mut minter);
        self.book(entry.as_slice())?;
        let answer = RewardAnswer::new(&conversion, &earned);
        let mut events = vec![judge::told(&answer, self.now, &mut minter)];
        events.extend(warnings.iter().map(|warning| {
            let warning = BudgetWarning::new(warning);
            Event::new(EventId::mint(&mut minter), EventKind::BudgetWarning, self.now, &warning)
        }));
        self.publish(&events)?;
        Ok(None)
    }
}
