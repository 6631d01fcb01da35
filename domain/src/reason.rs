//! Why a decision came out as it did: a stable word. `words` has its sentences, for the owner and for the referrer.

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($name:ident $word:literal,)*) => {
        #[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Reason { $(#[serde(rename = $word)] $name,)* }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().find(|reason| reason.as_str() == text).copied()
            }

            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }
        }
    };
}

reasons! {
    LastTouchWithinWindow "last_touch_within_window",
    FirstTouchWithinWindow "first_touch_within_window",
    SplitEvenly "split_evenly",
    SplitByPosition "split_by_position",
    SplitByTime "split_by_time",
    SplitByContribution "split_by_contribution",
    CodeGiven "code_given",
    CouponGiven "coupon_given",
    CustomerAlreadyBound "customer_already_bound",
    NoTouch "no_touch",
    WindowExpired "window_expired",
    ConsentDenied "consent_denied",
    TokenInvalid "token_invalid",
    AfterConversion "after_conversion",
    UnknownCode "unknown_code",
    LinkNotActive "link_not_active",
    NotChosen "not_chosen",
    SelfReferral "self_referral",
    ExistingCustomer "existing_customer",
    NotQualified "not_qualified",
    BelowMinimumValue "below_minimum_value",
    NotFirst "not_first",
    AboveMaximumValue "above_maximum_value",
    NoValue "no_value",
    CurrencyDiffers "currency_differs",
    ConditionsNotMet "conditions_not_met",
    NotStarted "not_started",
    PeriodEnded "period_ended",
    MilestoneNotReached "milestone_not_reached",
    ShareTooSmall "share_too_small",
    BudgetSpent "budget_spent",
    CapReached "cap_reached",
    CutToLimit "cut_to_limit",
    PoolEmpty "pool_empty",
    ParticipantPaused "participant_paused",
    Earned "earned",
    SameClick "same_click",
    Gpc "gpc",
    HeldForReview "held_for_review",
    ClaimUnconfirmed "claim_unconfirmed",
    DisputeSettled "dispute_settled",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_word_of_its_own() {
        let words: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(words.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_string(reason).unwrap(), format!("\"{}\"", reason.as_str()));
        }
    }
}
