//! What `GET /v1/stats/overview` answers, and the sums that it is made of.

use crate::money::Money;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What some days add up to, of one outcome or state in one currency; an empty currency is of what has no value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sum {
    pub name: String,
    pub currency: String,
    pub times: i64,
    /// Minor units.
    pub amount: i64,
    #[serde(default)]
    pub refunded: i64,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    pub period: Stretch,
    /// As many days, just before.
    pub before: Stretch,
    /// What rewards that are pending, held or approved come to, as they stand now, whenever they were earned.
    pub owed: Vec<Money>,
    /// What rewards that are fulfilled come to.
    pub paid: Vec<Money>,
    /// What waits for somebody; what there is none of is here, too.
    pub attention: Vec<Attention>,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stretch {
    pub from: Timestamp,
    /// Not counted.
    pub to: Timestamp,
    pub funnel: Funnel,
    /// `awareness`, `interest`, `share`, `conversion` and `fulfilled`, in this order.
    pub stages: Vec<FunnelStage>,
    /// By outcome and currency, by when they occurred.
    pub conversions: Vec<ConversionSum>,
    /// Those earned in these days, by the state that they are in now, and currency.
    pub rewards: Vec<RewardSum>,
}

/// From a click to a reward that was given.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Funnel {
    /// Clicks of persons.
    pub person: i64,
    /// Of these, those that a landing confirmed.
    pub human: i64,
    /// Those that went on, or stayed.
    pub engaged: i64,
    /// Whatever their outcome.
    pub conversions: i64,
    pub credited: i64,
    /// Rewards that were earned in these days and have been fulfilled since.
    pub fulfilled: i64,
}

/// How far it came, and how long that took.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunnelStage {
    /// `awareness`: clicks of persons. `interest`: those that went on, or stayed. `share`: participants whose link got its
    /// first click of a person in these days. `conversion`: conversions that were credited. `fulfilled`: rewards that were
    /// earned in these days and have been fulfilled since.
    pub stage: String,
    pub count: i64,
    /// How many could have come so far: clicks of persons; participants who joined in these days; clicks that went on; rewards
    /// that were earned in these days. Not a whole that the count is always a part of: who joined before may share now, and
    /// who gives a code has made no click.
    pub of: Option<i64>,
    /// Null where it isn't known of any.
    pub time: Option<Took>,
}

/// How long a stage took, an eighth off at most, or a second.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Took {
    /// What it is counted from: `click`, `joined` or `conversion`.
    pub from: String,
    pub median_seconds: i64,
    /// Nine of ten took no longer.
    pub p90_seconds: i64,
    /// Of how many it is known.
    pub count: i64,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConversionSum {
    pub outcome: String,
    pub count: i64,
    /// Null where they have no value.
    pub value: Option<Money>,
    pub refunded: Option<Money>,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RewardSum {
    pub state: String,
    pub count: i64,
    /// What is left of it after reversals.
    pub value: Option<Money>,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attention {
    /// `held_rewards`, `pending_approvals`, `disabled_destinations`, `failing_destinations`, `budgets_nearly_spent`,
    /// `open_disputes` or `unproductive_links`; more in time.
    pub what: String,
    pub count: i64,
    /// The list that shows them.
    pub path: String,
}
