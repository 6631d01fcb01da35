//! Why a decision came out as it did: a stable word, and a sentence for the owner and one for the referrer.

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($name:ident $word:literal $owner:literal $referrer:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Reason { $(#[serde(rename = $word)] $name,)* }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// What the owner of the program reads.
            pub const fn for_owner(self) -> &'static str { match self { $(Self::$name => $owner,)* } }

            /// What the referrer reads: nothing about the friend.
            pub const fn for_referrer(self) -> &'static str { match self { $(Self::$name => $referrer,)* } }
        }
    };
}

reasons! {
    LastTouchWithinWindow "last_touch_within_window"
        "This was the newest eligible touch within the window."
        "Your link was the last one that your friend followed in time.",
    CodeGiven "code_given"
        "The site named this code with the conversion."
        "Your friend used your code.",
    CouponGiven "coupon_given"
        "The customer used this coupon."
        "Your friend used your coupon.",
    CustomerAlreadyBound "customer_already_bound"
        "This customer belongs to the participant who was credited first."
        "Your friend was referred by you before.",
    NoTouch "no_touch"
        "There was no touch, code or coupon with this conversion."
        "We saw no visit through your link before this purchase.",
    WindowExpired "window_expired"
        "The touch is older than the program's window."
        "Your friend followed your link too long before.",
    ConsentDenied "consent_denied"
        "The program asks for consent, and the visitor had not given it."
        "Your friend did not agree to be counted.",
    TokenInvalid "token_invalid"
        "The touch could not be proved: it was altered, cut short, or is another program's."
        "The visit could not be verified.",
    AfterConversion "after_conversion"
        "The touch happened after the conversion."
        "Your friend followed your link only afterwards.",
    UnknownCode "unknown_code"
        "No link of this program has that code."
        "The code is not known.",
    LinkNotActive "link_not_active"
        "The link was paused or had expired."
        "Your link was not active.",
    NotChosen "not_chosen"
        "Eligible, but the model chose another touch."
        "Another link was chosen.",
    SelfReferral "self_referral"
        "The customer and the referrer are one person."
        "You can't refer yourself.",
    ExistingCustomer "existing_customer"
        "This customer was known before the referral."
        "This person was a customer already.",
    NotQualified "not_qualified"
        "Credited, but the lead isn't qualified yet."
        "This step does not earn a reward yet.",
    BelowMinimumValue "below_minimum_value"
        "Credited, but the value is below the minimum of the rule."
        "The purchase was below the minimum.",
    NotFirst "not_first"
        "Credited, but only a customer's first such conversion earns."
        "Only a friend's first purchase earns.",
    AboveMaximumValue "above_maximum_value"
        "Credited, but the value is above the maximum of the rule."
        "The purchase was above the maximum.",
    NoValue "no_value"
        "Credited, but the rule needs a value, and the conversion has none."
        "There was no value to reckon with.",
    CurrencyDiffers "currency_differs"
        "Credited, but an amount of the rule is in another currency than the conversion."
        "The purchase was in a currency that does not earn.",
    ConditionsNotMet "conditions_not_met"
        "Credited, but a condition of the rule isn't met."
        "This purchase is not of the kind that earns.",
    NotStarted "not_started"
        "Credited, but the rule earns only from a later day on."
        "The offer had not begun.",
    PeriodEnded "period_ended"
        "Credited, but the time in which the rule earns is over."
        "The time in which this earns is over.",
    MilestoneNotReached "milestone_not_reached"
        "It counts towards a milestone that isn't reached yet."
        "It counts towards your next milestone.",
    ShareTooSmall "share_too_small"
        "Credited, but this part of the credit comes to nothing."
        "Your part was too small to earn.",
    BudgetSpent "budget_spent"
        "Credited, but the budget is spent."
        "The program's budget is spent for now.",
    CapReached "cap_reached"
        "Credited, but this person has had all that one person may have."
        "You have had all that one person may have for now.",
    CutToLimit "cut_to_limit"
        "The rule was met; a cap or budget had only a part of it left."
        "You earned the part that was left of a limit.",
    PoolEmpty "pool_empty"
        "The rule was met, but its pool has no coupon left. Add some, then approve the reward."
        "Your coupon is on its way.",
    ParticipantPaused "participant_paused"
        "The participant is paused."
        "Your participation is paused.",
    Earned "earned"
        "The rule was met."
        "You earned this.",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_word_of_its_own_and_a_sentence_for_both() {
        let words: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(words.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert!(reason.for_owner().ends_with('.') && reason.for_referrer().ends_with('.'));
            assert_eq!(serde_json::to_string(reason).unwrap(), format!("\"{}\"", reason.as_str()));
        }
    }
}
