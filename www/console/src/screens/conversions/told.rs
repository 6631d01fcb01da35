//! What the API answers about conversions and rewards, as far as the console shows it, and its words made readable.

use crate::view::Amount;
use crate::view::amounts::{decimal, digits};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Conversion {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) external_id: String,
    pub(crate) value: Option<Amount>,
    pub(crate) refunded: Option<Amount>,
    pub(crate) occurred_at: String,
    pub(crate) recorded_at: String,
    pub(crate) customer: Customer,
    pub(crate) decision: Decision,
    pub(crate) rewards: Vec<Reward>,
    pub(crate) properties: Map<String, Value>,
    /// Who has the credit now. Lists don't tell it.
    #[serde(default)]
    pub(crate) credits: Vec<Credit>,
    #[serde(default)]
    pub(crate) disputes: Vec<Dispute>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) external_id: Option<String>,
    pub(crate) email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Decision {
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) model: String,
    pub(crate) window_days: Option<i64>,
    pub(crate) consent: Option<String>,
    pub(crate) signals: Vec<String>,
    pub(crate) credits: Vec<Credit>,
    pub(crate) touches: Vec<Touch>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) program_version: i64,
    pub(crate) explanation: Explanation,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Explanation {
    pub(crate) owner: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Credit {
    pub(crate) participant: String,
    pub(crate) code: String,
    pub(crate) share: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Touch {
    pub(crate) source: String,
    pub(crate) code: Option<String>,
    pub(crate) at: Option<String>,
    pub(crate) participant: Option<String>,
    pub(crate) counted: bool,
    pub(crate) share: Option<String>,
    pub(crate) consented: bool,
    pub(crate) gpc: bool,
    pub(crate) reason: String,
    pub(crate) explanation: Option<Explanation>,
}

/// What became of a reward rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Rule {
    #[serde(rename = "rule")]
    pub(crate) name: String,
    pub(crate) result: String,
    pub(crate) explanation: Option<Explanation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Reward {
    pub(crate) id: String,
    pub(crate) conversion: String,
    pub(crate) rule: String,
    pub(crate) side: String,
    pub(crate) beneficiary: String,
    pub(crate) kind: String,
    pub(crate) value: Option<Amount>,
    pub(crate) earned: Option<Amount>,
    pub(crate) reversed: Option<Amount>,
    pub(crate) state: String,
    pub(crate) due_at: String,
    pub(crate) created_at: String,
    pub(crate) reason: Option<String>,
    pub(crate) item: Option<String>,
    pub(crate) coupon: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) reason: String,
    pub(crate) state: String,
    pub(crate) opened_at: String,
    pub(crate) settlement: Option<Settlement>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Settlement {
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) credits: Option<Vec<Credit>>,
    pub(crate) at: String,
}

impl Conversion {
    /// The codes that have the credit.
    pub(super) fn codes(&self) -> String {
        self.decision.credits.iter().map(|credit| credit.code.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whoever has or had the credit.
    pub(super) fn earners(&self) -> Vec<Credit> {
        let settled = self.disputes.iter().filter_map(|one| one.settlement.as_ref()?.credits.as_ref()).flatten();
        self.decision.credits.iter().chain(settled).chain(&self.credits).cloned().collect()
    }
}

impl Customer {
    /// What the site calls them.
    pub(super) fn called(&self) -> &str {
        self.email.as_deref().or(self.external_id.as_deref()).unwrap_or(&self.id)
    }
}

impl Touch {
    /// In the order of their time; what came with the conversion itself has none, and is last.
    pub(super) fn in_time(mut touches: Vec<Self>) -> Vec<Self> {
        touches.sort_by(|one, other| (one.at.is_none(), &one.at).cmp(&(other.at.is_none(), &other.at)));
        touches
    }
}

/// One of the API's words as a person writes it: `last_touch_within_window` is `Last touch within window`.
pub(crate) fn plain(word: &str) -> String {
    let word = word.replace('_', " ");
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// An amount for a sheet: `120.00 USD`. Empty where there is none.
pub(crate) fn for_a_sheet(amount: Option<&Amount>) -> String {
    amount.map_or_else(String::new, |of| format!("{} {}", decimal(of.amount, digits(&of.currency)), of.currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_amounts_are_readable() {
        assert_eq!(plain("last_touch_within_window"), "Last touch within window");
        assert_eq!(plain(""), "");
        let amount = |amount, currency: &str| Amount { amount, currency: currency.to_owned() };
        assert_eq!(for_a_sheet(Some(&amount(12_000, "USD"))), "120.00 USD");
        assert_eq!(for_a_sheet(Some(&amount(500, "JPY"))), "500 JPY");
        assert_eq!(for_a_sheet(None), "");
    }

    #[test]
    fn touches_are_in_time_and_what_has_none_is_last() {
        let touch = |code: &str, at: Option<&str>| Touch {
            source: "touch".to_owned(),
            code: Some(code.to_owned()),
            at: at.map(str::to_owned),
            participant: None,
            counted: false,
            share: None,
            consented: true,
            gpc: false,
            reason: "not_chosen".to_owned(),
            explanation: None,
        };
        let touches = vec![
            touch("c", None),
            touch("b", Some("2026-11-21T10:00:00.000Z")),
            touch("a", Some("2026-11-20T10:00:00.000Z")),
        ];
        let order: Vec<_> = Touch::in_time(touches).into_iter().filter_map(|touch| touch.code).collect();
        assert_eq!(order, ["a", "b", "c"]);
    }
}
