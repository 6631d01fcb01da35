//! What the API answers of rewards, batches and postings, as far as it is shown; and the words for it.

use crate::view::Amount;
use crate::words;
use serde::Deserialize;

/// One row of `/v1/rewards`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Reward {
    pub(super) id: String,
    pub(super) conversion: String,
    pub(super) rule: String,
    pub(super) side: String,
    pub(super) beneficiary: String,
    pub(super) kind: String,
    /// None for a thing without a money value.
    pub(super) value: Option<Amount>,
    pub(super) reversed: Option<Amount>,
    pub(super) state: String,
    pub(super) due_at: String,
    pub(super) created_at: String,
    pub(super) reason: Option<String>,
    pub(super) item: Option<String>,
    pub(super) coupon: Option<String>,
    pub(super) expires_at: Option<String>,
}

/// One batch of `/v1/payouts`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Payout {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) total: Amount,
    /// In minor units.
    pub(super) minimum: i64,
    pub(super) created_at: String,
    pub(super) beneficiaries: i64,
    /// Nothing in a list, which is asked for without them.
    pub(super) lines: Option<Vec<Line>>,
}

impl Payout {
    pub(super) fn lines(&self) -> &[Line] {
        self.lines.as_deref().unwrap_or_default()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Line {
    pub(super) beneficiary: String,
    pub(super) value: Amount,
    pub(super) state: String,
}

/// One row of `/v1/ledger`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Posting {
    pub(super) seq: i64,
    pub(super) entry: String,
    pub(super) at: String,
    pub(super) account: String,
    pub(super) value: Amount,
    pub(super) reward: Option<String>,
    pub(super) cause: String,
    pub(super) hash: String,
}

/// What `/v1/stats/overview` says of rewards: of some days, and of as many before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Sums {
    period: Stretch,
    before: Stretch,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Stretch {
    rewards: Vec<Sum>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Sum {
    state: String,
    count: i64,
    value: Option<Amount>,
}

/// As many days as the API tells of at once; with those before, six years.
const DAYS: i64 = 1_100;

impl Sums {
    pub(super) fn path() -> String {
        let (from, to) = crate::view::times::days_until_today(DAYS);
        format!("/v1/stats/overview?from={from}T00:00:00Z&to={to}T00:00:00Z")
    }

    fn of<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Sum> {
        self.period.rewards.iter().chain(&self.before.rewards).filter(move |sum| sum.state == state)
    }

    pub(super) fn count(&self, state: &str) -> i64 {
        self.of(state).map(|sum| sum.count).sum()
    }

    /// What rewards in a state are worth, by currency, in whole minor units.
    pub(super) fn worth(&self, state: &str) -> Vec<Amount> {
        let mut sums: Vec<Amount> = Vec::new();
        for amount in self.of(state).filter_map(|sum| sum.value.as_ref()).filter(|value| value.amount != 0) {
            match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
                Some(sum) => sum.amount = sum.amount.saturating_add(amount.amount),
                None => sums.push(amount.clone()),
            }
        }
        sums
    }
}

impl Reward {
    /// What it is worth, or what it is.
    pub(super) fn what(&self) -> String {
        let money = self.value.as_ref().map(crate::view::amounts::money);
        money.or_else(|| self.item.clone()).unwrap_or_else(|| self.kind.clone())
    }

    /// Why it is as it is, where there is more to say than its state.
    pub(super) fn why(&self) -> Option<String> {
        let reason = self.reason.as_deref().filter(|reason| !reason.is_empty());
        match (self.state.as_str(), reason) {
            ("held", None) => Some(words::rewards::why_held().to_owned()),
            (_, None | Some("earned")) => None,
            (_, Some(reason)) => Some(match reason {
                "pool_empty" => words::rewards::why_pool_empty().to_owned(),
                "held_for_review" => words::rewards::why_held_for_review().to_owned(),
                "claim_unconfirmed" => words::rewards::why_claim_unconfirmed().to_owned(),
                "cut_to_limit" => words::rewards::why_cut_to_limit().to_owned(),
                "dispute_settled" => words::rewards::why_dispute_settled().to_owned(),
                "hold ended" => words::rewards::why_hold_ended().to_owned(),
                "expired" => words::rewards::why_expired().to_owned(),
                "the callback didn't answer in time" => words::rewards::why_no_answer().to_owned(),
                other => words::rewards::why_other(other),
            }),
        }
    }
}

/// The state as the screen calls it.
pub(super) fn state(state: &str) -> String {
    match state {
        "held" => words::rewards::held(),
        "pending" => words::rewards::pending(),
        "approved" => words::rewards::approved(),
        "fulfilled" => words::rewards::fulfilled(),
        "rejected" => words::rewards::rejected(),
        "reversed" => words::rewards::reversed(),
        "open" => words::rewards::line_open(),
        "confirmed" => words::rewards::line_confirmed(),
        "failed" => words::rewards::line_failed(),
        "settled" => words::rewards::settled(),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// What one should do about it now.
pub(super) fn what_now(state: &str) -> &'static str {
    match state {
        "held" => words::rewards::now_held(),
        "pending" => words::rewards::now_pending(),
        "approved" => words::rewards::now_approved(),
        "fulfilled" => words::rewards::now_fulfilled(),
        "rejected" => words::rewards::now_rejected(),
        _ => words::rewards::now_reversed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_both_stretches_are_counted() {
        let sum = |state: &str, count, amount: Option<(i64, &str)>| Sum {
            state: state.to_owned(),
            count,
            value: amount.map(|(amount, currency)| Amount { amount, currency: currency.to_owned() }),
        };
        let sums = Sums {
            period: Stretch { rewards: vec![sum("held", 2, Some((4_000, "USD"))), sum("approved", 1, None)] },
            before: Stretch { rewards: vec![sum("held", 1, Some((500, "USD"))), sum("held", 1, Some((7, "JPY")))] },
        };
        assert_eq!((sums.count("held"), sums.count("approved"), sums.count("rejected")), (4, 1, 0));
        let worth: Vec<_> = sums.worth("held").into_iter().map(|sum| (sum.amount, sum.currency)).collect();
        assert_eq!(worth, [(4_500, "USD".to_owned()), (7, "JPY".to_owned())]);
        assert_eq!(sums.worth("approved"), []);
    }
}
