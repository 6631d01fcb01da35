//! A reward rule as the program file says it: to whom, for what, how much of what, how long, and up to which limit.
//!
//! Data only; `reward` holds what a rule gives.

use crate::calendar::{Day, Over};
use crate::money::{Currency, Money, Percent};
use crate::time::Span;
use serde_json::Value;

/// One side's reward for some kinds of event.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub id: String,
    pub side: Side,
    /// The events of conversions that it answers to, such as `purchase`. Empty where the stages name theirs.
    pub on: Vec<String>,
    pub kind: RewardKind,
    pub gives: Gives,
    /// The least and the most money that one conversion gives.
    pub floor: Amounts,
    pub ceiling: Amounts,
    pub bounds: Bounds,
    /// Only a customer's first such conversion (of at least the minimum) earns.
    pub first: bool,
    pub lasts: Lasts,
    pub when: Conditions,
    /// The event that must follow before this earns. A rule on `lead` waits for `qualified`.
    pub qualified_by: Option<String>,
    pub limits: Limits,
    /// The reward is given again each month, this many times in all.
    pub retainer_months: Option<i64>,
    /// How long the reward stays pending.
    pub hold: Span,
    pub approval: Approval,
    /// How long after its hold an approved reward that was not fulfilled is worth something.
    pub expires: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    Referrer,
    Friend,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RewardKind {
    Money,
    Credit,
    Discount,
    Coupon,
    FreeMonths,
    Gift,
    Access,
    Event,
    Recognition,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// When the hold ends.
    Automatic,
    /// By the owner.
    Manual,
}

/// The shape of what a rule gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Gives {
    /// The same for every conversion.
    Always(Gift),
    /// By how large or how many.
    Tiers(Tiers),
    /// Once each, when a count or a total is reached.
    Milestones(Milestones),
    /// Once each for a customer, along the events of a sale.
    Stages(Vec<Stage>),
}

/// What is handed over: money, a thing, or both.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gift {
    pub worth: Option<Worth>,
    /// On top of `worth`.
    pub bonus: Option<Bonus>,
    /// Another kind than the rule's.
    pub kind: Option<RewardKind>,
    /// What a gift, an access, an event or a recognition is, in the owner's words.
    pub item: Option<String>,
    pub months: Option<i64>,
    pub coupon: Option<CouponSource>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    Flat(Money),
    /// Of the conversion's value, in its currency.
    Share(Percent),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Bonus {
    pub worth: Worth,
    pub bounds: Bounds,
}

/// Where a coupon's code comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CouponSource {
    /// The owner's own codes, handed out in their order.
    Pool { name: String, at_landing: bool },
    /// Made here; the text stands before it.
    Generated { prefix: String },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Tiers {
    pub by: TierBy,
    pub over: Over,
    pub mode: TierMode,
    pub boundary: Boundary,
    /// Of the steps' ends, where they are amounts.
    pub currency: Option<Currency>,
    /// Rising; only the last may be without an end.
    pub steps: Vec<Tier>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierBy {
    /// The value of the conversion itself.
    Value,
    /// How many of a participant's conversions met the rule, this one included.
    Count,
    /// What those were worth together, this one included.
    Total,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierMode {
    /// All of the conversion by the step that is reached.
    Whole,
    /// Each part of the value by its own step.
    Graduated,
}

/// Which step a value belongs to that lies exactly on the end of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    Lower,
    Upper,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// A number, or minor units.
    pub up_to: Option<i64>,
    pub gift: Gift,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Milestones {
    /// By count or by total.
    pub by: TierBy,
    pub over: Over,
    pub currency: Option<Currency>,
    /// Rising.
    pub steps: Vec<Milestone>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Milestone {
    pub at: i64,
    pub gift: Gift,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    pub on: String,
    pub gift: Gift,
}

/// Amounts of money, at most one in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Amounts(pub(crate) Vec<Money>);

impl Amounts {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn of(&self, currency: Currency) -> Option<Money> {
        self.0.iter().find(|money| money.currency() == currency).copied()
    }
}

/// Between which values a conversion earns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The smallest value, itself included.
    pub minimum: Amounts,
    /// Only more than this.
    pub above: Amounts,
    /// The largest value, itself included.
    pub maximum: Amounts,
    /// Only less than this.
    pub below: Amounts,
}

/// For how long a rule earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lasts {
    /// Calendar months from a customer's first credited conversion on.
    pub months: Option<i64>,
    /// Conversions of a customer.
    pub periods: Option<i64>,
    /// The first and the last day, in UTC, both included.
    pub from: Option<Day>,
    pub until: Option<Day>,
}

/// What else must be true. A field that isn't there asks nothing; a list asks for one of its values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conditions {
    pub customer_new: Option<bool>,
    pub country: Vec<String>,
    pub segment: Vec<String>,
    pub properties: Vec<(String, Vec<Value>)>,
    /// Of the participant's metadata.
    pub participant: Vec<(String, Vec<Value>)>,
}

/// What a rule, or all rules together, may spend.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// For each person.
    pub caps: Vec<Limit>,
    /// For everyone together.
    pub budget: Vec<Limit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub most: Most,
    pub over: Over,
    /// Whether what is left is given when it is less than what was earned.
    pub partial: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    Amount(Money),
    Times(i64),
}
