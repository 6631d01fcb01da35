//! What `/v1/stats/overview` and `/v1/stats/clicks` answer, as far as the overview shows it.

use crate::view::Amount;
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Overview {
    pub(super) period: Stretch,
    pub(super) before: Stretch,
    pub(super) owed: Vec<Amount>,
    pub(super) paid: Vec<Amount>,
    pub(super) attention: Vec<Attention>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Stretch {
    pub(super) funnel: Funnel,
    pub(super) stages: Vec<Step>,
    conversions: Vec<ConversionSum>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Funnel {
    pub(super) person: i64,
    pub(super) human: i64,
    pub(super) conversions: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Step {
    pub(super) stage: String,
    pub(super) count: i64,
    /// How many could have come so far.
    pub(super) of: Option<i64>,
    pub(super) time: Option<Took>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Took {
    pub(super) from: String,
    pub(super) median_seconds: i64,
    pub(super) p90_seconds: i64,
    pub(super) count: i64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct ConversionSum {
    value: Option<Amount>,
    refunded: Option<Amount>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Attention {
    pub(super) what: String,
    pub(super) count: i64,
}

/// Clicks of one day in UTC.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct ClickDay {
    key: String,
    pub(super) raw: i64,
    pub(super) person: i64,
    pub(super) human: i64,
}

impl ClickDay {
    /// As `2026-11-21`.
    pub(super) fn day(&self) -> &str {
        self.key.get(..10).unwrap_or(&self.key)
    }
}

impl Stretch {
    /// Whether nothing happened in these days.
    pub(super) fn is_empty(&self) -> bool {
        self.funnel.person + self.funnel.conversions == 0
    }

    /// What conversions were worth, less what was given back, by currency.
    pub(super) fn revenue(&self) -> Vec<Amount> {
        let mut sums: Vec<Amount> = Vec::new();
        for (amount, sign) in self.conversions.iter().flat_map(|sum| [(&sum.value, 1), (&sum.refunded, -1)]) {
            let Some(amount) = amount else { continue };
            let more = amount.amount * sign;
            match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
                Some(sum) => sum.amount = sum.amount.saturating_add(more),
                None => sums.push(Amount { amount: more, currency: amount.currency.clone() }),
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revenue_is_by_currency_and_without_what_was_given_back() {
        let sum = |value: Option<(i64, &str)>, refunded: Option<(i64, &str)>| {
            let amount = |(amount, currency): (i64, &str)| Amount { amount, currency: currency.to_owned() };
            ConversionSum { value: value.map(amount), refunded: refunded.map(amount) }
        };
        let funnel = Funnel { person: 0, human: 0, conversions: 0 };
        let conversions = vec![
            sum(Some((9_000, "USD")), Some((1_000, "USD"))),
            sum(None, None),
            sum(Some((500, "JPY")), None),
            sum(Some((200, "USD")), None),
        ];
        let told = Stretch { funnel, stages: Vec::new(), conversions }.revenue();
        let told: Vec<_> = told.iter().map(|sum| (sum.amount, sum.currency.as_str())).collect();
        assert_eq!(told, [(8_200, "USD"), (500, "JPY")]);
    }
}
