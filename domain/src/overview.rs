//! What an owner sees first: a stretch of days beside as many before it, and what waits for somebody.
//!
//! Counted in whole days of UTC, from sums that are kept by the day. A conversion belongs to the day that it occurred on,
//! a reward to the one that it was earned on, whatever became of it since.

use crate::fault::Refusal;
use crate::money::{Currency, LARGEST, Money};
use crate::reward::State;
use crate::stages::{Times, stages};
use crate::time::{Span, Timestamp};
use crate::wire::decision::Outcome;
use crate::wire::overview::{Attention, ConversionSum, Funnel, Overview, RewardSum, Stretch, Sum};

/// Days that are looked at where nothing is said.
const USUAL: i64 = 30;
/// Days that are looked at at most: three years.
const MOST: i64 = 1_100;
/// 30 December 9999: as late as a time can be written.
const END: i64 = 2_932_895;

/// Days since 1970, the last one left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    pub from: i64,
    pub until: i64,
}

const DAY: i64 = Span::days(1).as_millis();

impl Days {
    /// The days that `from` and `to` lie in or end at; without them, the thirty that end with today.
    pub fn read(from: Option<&str>, to: Option<&str>, now: Timestamp) -> Result<Self, Refusal> {
        let read = |text: &str, name: &str| match Timestamp::parse(text) {
            Ok(at) => Ok(at.millis()),
            Err(bad) => Err(Refusal::new(400, "invalid_time", bad.to_string()).at(name)),
        };
        let to = to.map(|text| read(text, "to")).transpose()?;
        let until = to.unwrap_or(now.day().millis() + DAY).saturating_add(DAY - 1).div_euclid(DAY).min(END);
        let from = from.map(|text| read(text, "from")).transpose()?;
        let from = from.map_or(until - USUAL, |from| from.div_euclid(DAY));
        if (0..until).contains(&from) && until - from <= MOST {
            return Ok(Self { from, until });
        }
        let message = format!("from lies before to, {MOST} days at most, and not before 1970.");
        Err(Refusal::new(400, "invalid_parameter", message).at("from"))
    }

    /// As many days, just before these.
    #[must_use]
    pub const fn before(self) -> Self {
        Self { from: self.from - (self.until - self.from), until: self.from }
    }

    pub fn begin(self) -> Timestamp {
        Timestamp::from_millis(self.from * DAY)
    }

    pub fn end(self) -> Timestamp {
        Timestamp::from_millis(self.until * DAY)
    }
}

/// Clicks of persons, and how far they went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Clicks {
    pub person: i64,
    pub human: i64,
    pub engaged: i64,
}

/// The sums of some days, told. `conversions` are by outcome and currency, `rewards` by state and currency, `took` by stage
/// and bucket.
pub fn stretch(days: Days, clicks: Clicks, conversions: &[Sum], rewards: &[Sum], took: &[Times]) -> Stretch {
    let times = |sums: &[Sum], name: Option<&str>| {
        sums.iter().filter(|sum| name.is_none_or(|name| sum.name == name)).map(|sum| sum.times).sum()
    };
    let outcome = |sum: &Sum| ConversionSum {
        outcome: sum.name.clone(),
        count: sum.times,
        value: money(sum.amount, &sum.currency),
        refunded: money(sum.refunded, &sum.currency),
    };
    let funnel = Funnel {
        person: clicks.person,
        human: clicks.human,
        engaged: clicks.engaged,
        conversions: times(conversions, None),
        credited: times(conversions, Some(CREDITED)),
        fulfilled: times(rewards, Some(State::Fulfilled.as_str())),
    };
    Stretch {
        from: days.begin(),
        to: days.end(),
        stages: stages(&funnel, times(rewards, None), took),
        funnel,
        conversions: conversions.iter().filter(|sum| sum.times > 0).map(outcome).collect(),
        rewards: rewards.iter().filter(|sum| sum.times > 0).map(reward).collect(),
    }
}

/// As it is stored.
pub(crate) const CREDITED: &str = Outcome::Credited.as_str();

fn reward(sum: &Sum) -> RewardSum {
    RewardSum { state: sum.name.clone(), count: sum.times, value: money(sum.amount, &sum.currency) }
}

/// None where nothing of it is money.
fn money(amount: i64, currency: &str) -> Option<Money> {
    let currency = Currency::parse(currency).ok()?;
    Money::new(amount.clamp(-LARGEST, LARGEST), currency).ok()
}

/// How many wait for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Rewards that only a hand approves, and of which no callback is asked.
    pub approvals: i64,
    /// Destinations that were switched off since they failed.
    pub destinations: i64,
    /// Destinations that are on and fail just now.
    pub failing: i64,
    pub budgets: i64,
    pub disputes: i64,
    pub unproductive: i64,
}

/// Amounts by currency, added up; what comes to nothing is left out.
pub fn by_currency<'a>(amounts: impl Iterator<Item = (&'a str, i64)>) -> Vec<Money> {
    let mut sums: Vec<(&str, i64)> = Vec::new();
    for (currency, amount) in amounts {
        match sums.iter_mut().find(|(known, _)| *known == currency) {
            Some((_, sum)) => *sum = sum.saturating_add(amount),
            None => sums.push((currency, amount)),
        }
    }
    sums.sort_unstable();
    sums.into_iter()
        .filter_map(|(currency, amount)| money(amount, currency))
        .filter(|money| money.amount() != 0)
        .collect()
}

fn in_states(all: &[Sum], states: &[State]) -> Vec<Money> {
    let those = all.iter().filter(|sum| states.iter().any(|state| state.as_str() == sum.name));
    by_currency(those.map(|sum| (sum.currency.as_str(), sum.amount)))
}

/// What rewards come to that may still be paid.
pub fn owed(all: &[Sum]) -> Vec<Money> {
    in_states(all, &[State::Pending, State::Held, State::Approved])
}

/// What rewards come to that were fulfilled.
pub fn paid(all: &[Sum]) -> Vec<Money> {
    in_states(all, &[State::Fulfilled])
}

/// What waits for somebody; `all` are the rewards of all days.
pub fn attention(all: &[Sum], waiting: Waiting) -> Vec<Attention> {
    let held = all.iter().filter(|sum| sum.name == State::Held.as_str()).map(|sum| sum.times).sum();
    [
        ("held_rewards", held, "/v1/rewards?state=held"),
        ("pending_approvals", waiting.approvals, "/v1/rewards?state=pending&automatic=false"),
        ("disabled_destinations", waiting.destinations, "/v1/destinations"),
        ("failing_destinations", waiting.failing, "/v1/destinations?state=enabled&failing=true"),
        ("budgets_nearly_spent", waiting.budgets, "/v1/program"),
        ("open_disputes", waiting.disputes, "/v1/conversions?dispute=open"),
        ("unproductive_links", waiting.unproductive, "/v1/links?unproductive=true"),
    ]
    .into_iter()
    .map(|(what, count, path)| Attention { what: what.to_owned(), count, path: path.to_owned() })
    .collect()
}

/// The whole: `all` are the rewards of all days.
pub fn overview(period: Stretch, before: Stretch, all: &[Sum], waiting: Waiting) -> Overview {
    Overview { period, before, owed: owed(all), paid: paid(all), attention: attention(all, waiting) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(from: &str, to: &str) -> Result<(String, String), &'static str> {
        let now = Timestamp::parse("2026-11-21T18:00:00Z").unwrap();
        let some = |text: &'static str| (!text.is_empty()).then_some(text);
        let (from, to): (&'static str, &'static str) = (from.to_owned().leak(), to.to_owned().leak());
        let days = Days::read(some(from), some(to), now).map_err(|refusal| refusal.code)?;
        let day = |at: Timestamp| at.to_string()[..10].to_owned();
        Ok((day(days.begin()), day(days.end())))
    }

    #[test]
    fn a_stretch_is_whole_days_and_the_last_thirty_where_nothing_is_said() {
        for (from, to, expected) in [
            ("", "", Ok(("2026-10-23", "2026-11-22"))),
            ("2026-11-20T12:00:00Z", "", Ok(("2026-11-20", "2026-11-22"))),
            ("2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z", Ok(("2026-11-01", "2026-11-08"))),
            ("2026-11-01T00:00:00Z", "2026-11-08T00:00:00.001Z", Ok(("2026-11-01", "2026-11-09"))),
            ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", Err("invalid_parameter")),
            ("2026-11-02T00:00:00Z", "2026-11-01T00:00:00Z", Err("invalid_parameter")),
            ("2020-01-01T00:00:00Z", "", Err("invalid_parameter")),
            ("1969-12-31T00:00:00Z", "1970-01-02T00:00:00Z", Err("invalid_parameter")),
            ("", "9999-12-30T12:00:00.000Z", Ok(("9999-11-30", "9999-12-30"))),
            ("yesterday", "", Err("invalid_time")),
        ] {
            let told = read(from, to);
            let told = told.as_ref().map(|(from, to)| (from.as_str(), to.as_str())).map_err(|code| *code);
            assert_eq!(told, expected, "{from} {to}");
        }
        let days = Days { from: 100, until: 107 };
        assert_eq!(days.before(), Days { from: 93, until: 100 });
    }

    fn sum(name: &str, currency: &str, times: i64, amount: i64) -> Sum {
        Sum { name: name.to_owned(), currency: currency.to_owned(), times, amount, refunded: 0 }
    }

    #[test]
    fn what_is_owed_and_what_is_paid_is_told_by_currency() {
        let days = Days { from: 100, until: 107 };
        let conversions = [sum("credited", "USD", 3, 9_000), sum("none", "", 2, 0), sum("refused", "JPY", 0, 0)];
        let rewards = [sum("fulfilled", "USD", 2, 4_000), sum("pending", "USD", 1, 2_000)];
        let clicks = Clicks { person: 10, human: 7, engaged: 4 };
        let told = stretch(days, clicks, &conversions, &rewards, &[]);
        let all = [
            sum("approved", "JPY", 1, 500),
            sum("fulfilled", "USD", 9, 18_000),
            sum("held", "USD", 2, 4_000),
            sum("pending", "USD", 1, 2_000),
            sum("rejected", "USD", 1, 2_000),
        ];
        let whole =
            overview(told.clone(), stretch(days.before(), Clicks::default(), &[], &[], &[]), &all, Waiting::default());
        let stages = |counts: [i64; 5], of: [i64; 4]| {
            let of = [None, Some(of[0]), Some(of[1]), Some(of[2]), Some(of[3])];
            let names = ["awareness", "interest", "share", "conversion", "fulfilled"];
            let all = names.iter().zip(counts).zip(of);
            all.map(|((stage, count), of)| serde_json::json!({"stage": stage, "count": count, "of": of, "time": null}))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            serde_json::to_value(&whole).unwrap(),
            serde_json::json!({
                "period": {
                    "from": "1970-04-11T00:00:00.000Z", "to": "1970-04-18T00:00:00.000Z",
                    "funnel": {"person": 10, "human": 7, "engaged": 4, "conversions": 5, "credited": 3, "fulfilled": 2},
                    "stages": stages([10, 4, 0, 3, 2], [10, 0, 4, 3]),
                    "conversions": [
                        {"outcome": "credited", "count": 3, "value": {"amount": 9000, "currency": "USD"},
                         "refunded": {"amount": 0, "currency": "USD"}},
                        {"outcome": "none", "count": 2, "value": null, "refunded": null},
                    ],
                    "rewards": [
                        {"state": "fulfilled", "count": 2, "value": {"amount": 4000, "currency": "USD"}},
                        {"state": "pending", "count": 1, "value": {"amount": 2000, "currency": "USD"}},
                    ],
                },
                "before": {
                    "from": "1970-04-04T00:00:00.000Z", "to": "1970-04-11T00:00:00.000Z",
                    "funnel": {"person": 0, "human": 0, "engaged": 0, "conversions": 0, "credited": 0, "fulfilled": 0},
                    "stages": stages([0; 5], [0; 4]),
                    "conversions": [], "rewards": [],
                },
                "owed": [{"amount": 500, "currency": "JPY"}, {"amount": 6000, "currency": "USD"}],
                "paid": [{"amount": 18000, "currency": "USD"}],
                "attention": [
                    {"what": "held_rewards", "count": 2, "path": "/v1/rewards?state=held"},
                    {"what": "pending_approvals", "count": 0, "path": "/v1/rewards?state=pending&automatic=false"},
                    {"what": "disabled_destinations", "count": 0, "path": "/v1/destinations"},
                    {"what": "failing_destinations", "count": 0, "path": "/v1/destinations?state=enabled&failing=true"},
                    {"what": "budgets_nearly_spent", "count": 0, "path": "/v1/program"},
                    {"what": "open_disputes", "count": 0, "path": "/v1/conversions?dispute=open"},
                    {"what": "unproductive_links", "count": 0, "path": "/v1/links?unproductive=true"},
                ],
            })
        );
    }
}
