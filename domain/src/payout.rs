//! Payout batches: what each beneficiary is owed and not being paid already, above a minimum. And what is given up of what
//! they owe back.

use crate::id::{EntryId, Minter};
use crate::ledger::{Account, Entry};
use crate::money::{Currency, Money};
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

/// The lines of a batch: everyone who is owed at least `minimum` minor units, and more than nothing.
pub fn lines(owed: &[Owed], minimum: i64) -> Vec<(String, Money)> {
    let line = |owed: &Owed| {
        let amount = owed.payable.amount() - owed.in_open_batches;
        let value = Money::new(amount, owed.payable.currency()).ok()?;
        (amount > 0 && amount >= minimum).then(|| (owed.beneficiary.clone(), value))
    };
    owed.iter().filter_map(line).collect()
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
        assert_eq!(lines(&all, 1_000), [("a".to_owned(), usd(2_000)), ("e".to_owned(), usd(1_000))]);
        assert_eq!(lines(&all, 0).len(), 3);
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
