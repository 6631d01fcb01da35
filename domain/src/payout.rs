//! Payout batches: what each beneficiary is owed and not being paid already, above a minimum, and what a batch leaves out
//! and why. And what is given up of what they owe back.

use crate::id::{EntryId, Minter};
use crate::ledger::{Account, Entry};
use crate::money::{Currency, Money, MoneyError};
use crate::program::Program;
use crate::reward::{Move, Reward, State};
use crate::time::Timestamp;

/// What one beneficiary is owed in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    pub beneficiary: String,
    /// The balance of `payable:{beneficiary}`; below zero when more was paid than earned.
    pub payable: Money,
    /// What batches that are neither confirmed nor failed hold already.
    pub in_open_batches: i64,
}

/// Why something isn't in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Less than the minimum is owed.
    BelowMinimum,
    /// A batch that is neither confirmed nor failed has it.
    InOpenPayout,
    /// More was paid than was earned.
    OwesBack,
    /// It is owed in another currency than the batch's.
    OtherCurrency,
    /// It was earned, and isn't approved yet.
    NotApproved,
}

impl Skip {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BelowMinimum => "below_minimum",
            Self::InOpenPayout => "in_open_payout",
            Self::OwesBack => "owes_back",
            Self::OtherCurrency => "other_currency",
            Self::NotApproved => "not_approved",
        }
    }
}

/// What isn't in a batch for one reason: of how many, and how much. Of those who owe back, what they owe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub reason: Skip,
    pub beneficiaries: i64,
    pub total: Money,
}

/// What a batch holds, and what it leaves out of what is payable in its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub lines: Vec<(String, Money)>,
    pub total: Money,
    pub skipped: Vec<Skipped>,
}

/// The batch: everyone who is owed at least `minimum` minor units, and more than nothing. Fails where a sum is more than
/// money can be.
pub fn plan(owed: &[Owed], minimum: i64, currency: Currency) -> Result<Plan, MoneyError> {
    let mut lines = Vec::new();
    let mut sum = 0;
    let mut skipped = [Skip::BelowMinimum, Skip::InOpenPayout, Skip::OwesBack].map(|reason| (reason, 0, 0));
    let mut skip = |which: Skip, amount: i64| {
        for (_, beneficiaries, total) in skipped.iter_mut().filter(|(reason, ..)| *reason == which) {
            *beneficiaries += 1;
            *total += amount;
        }
    };
    for one in owed {
        let rest = one.payable.amount() - one.in_open_batches;
        if one.in_open_batches > 0 {
            skip(Skip::InOpenPayout, one.in_open_batches);
        }
        if rest > 0 && rest >= minimum {
            sum += rest;
            lines.push((one.beneficiary.clone(), Money::new(rest, currency)?));
        } else if rest > 0 {
            skip(Skip::BelowMinimum, rest);
        } else if one.payable.amount() < 0 {
            skip(Skip::OwesBack, -one.payable.amount());
        }
    }
    let told = skipped.into_iter().filter(|(_, beneficiaries, _)| *beneficiaries > 0);
    let told = told.map(|(reason, beneficiaries, total)| {
        Ok(Skipped { reason, beneficiaries, total: Money::new(total, currency)? })
    });
    Ok(Plan { lines, total: Money::new(sum, currency)?, skipped: told.collect::<Result<_, MoneyError>>()? })
}

/// What someone must be owed, in minor units: what was asked for, else what the program's file says of the currency.
pub fn minimum(program: &Program, currency: Currency, asked: Option<i64>) -> i64 {
    let filed = program.payout_minimum.filter(|minimum| minimum.currency() == currency);
    asked.or(filed.map(|minimum| minimum.amount())).unwrap_or(0)
}

/// The rewards that a confirmed line has paid for. The line books their money, so that each moves without an entry; one
/// that was taken back meanwhile stays as it is.
pub fn fulfil(rewards: &[Reward]) -> Vec<Move> {
    let approved = rewards.iter().filter(|reward| reward.state == State::Approved);
    approved
        .map(|reward| Move {
            reward: Reward { state: State::Fulfilled, ..reward.clone() },
            cause: Some("fulfilled"),
            entry: None,
        })
        .collect()
}

/// What the ledger books when a line was paid.
pub fn confirm(beneficiary: &str, value: Money, at: Timestamp, minter: &mut Minter) -> Entry {
    let (payable, paid) = (Account::Payable(beneficiary.to_owned()), Account::Paid(beneficiary.to_owned()));
    Entry::transfer(EntryId::mint(minter), at, "paid", payable, paid, value)
}

/// What the ledger books when what someone owes back is given up: the whole of it. Nothing, where nothing is owed back.
/// `payable`: the balance of `payable:{beneficiary}`.
pub fn write_off(beneficiary: &str, payable: Money, at: Timestamp, minter: &mut Minter) -> Option<Entry> {
    let account = Account::Payable(beneficiary.to_owned());
    let given_up = payable.negated();
    (given_up.amount() > 0)
        .then(|| Entry::transfer(EntryId::mint(minter), at, "written_off", Account::WriteOff, account, given_up))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn only_what_is_owed_and_not_in_another_batch_is_paid() {
        let usd = |amount| Money::new(amount, Currency::parse("USD").unwrap()).unwrap();
        let owed = |name: &str, payable, open| Owed {
            beneficiary: name.to_owned(),
            payable: usd(payable),
            in_open_batches: open,
        };
        let all = [
            owed("a", 2_000, 0),
            owed("b", 2_000, 2_000),
            owed("c", -5, 0),
            owed("d", 999, 0),
            owed("e", 3_000, 2_000),
        ];
        let currency = Currency::parse("USD").unwrap();
        let made = plan(&all, 1_000, currency).unwrap();
        assert_eq!(made.lines, [("a".to_owned(), usd(2_000)), ("e".to_owned(), usd(1_000))]);
        assert_eq!(made.total, usd(3_000));
        let skipped: Vec<_> =
            made.skipped.iter().map(|one| (one.reason.as_str(), one.beneficiaries, one.total)).collect();
        let expected = [("below_minimum", 1, usd(999)), ("in_open_payout", 2, usd(4_000)), ("owes_back", 1, usd(5))];
        assert_eq!(skipped, expected);
        let all = plan(&all, 0, currency).unwrap();
        assert_eq!((all.lines.len(), all.skipped.len()), (3, 2), "all that is payable and no more than it");
        assert_eq!(plan(&[], 0, currency).unwrap(), Plan { lines: vec![], total: usd(0), skipped: vec![] });
    }

    #[test]
    fn what_is_owed_back_is_given_up_whole_and_never_what_is_owed() {
        let usd = |amount| Money::new(amount, Currency::parse("USD").unwrap()).unwrap();
        let mut minter = Minter::new(Timestamp::from_millis(0), [1; 8]);
        let mut off = |payable| write_off("prt_1", usd(payable), Timestamp::from_millis(0), &mut minter);
        assert_eq!((off(0), off(2_000)), (None, None));
        let entry = off(-2_000).unwrap();
        assert_eq!(entry.cause, "written_off");
        assert_eq!(entry.lines, [(Account::WriteOff, usd(-2_000)), (Account::Payable("prt_1".to_owned()), usd(2_000))]);
    }
}
