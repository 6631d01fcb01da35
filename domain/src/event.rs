//! What the outside may hear of. An event has one id for all its deliveries and tries.

use crate::id::EventId;
use crate::time::Timestamp;
use serde::Serialize;
use serde_json::Value;

macro_rules! kinds {
    ($($name:ident $word:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EventKind { $($name,)* }

        impl EventKind {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }
            pub fn parse(text: &str) -> Option<Self> { Self::ALL.iter().copied().find(|kind| kind.as_str() == text) }
        }
    };
}

kinds! {
    ParticipantJoined "participant.joined",
    ParticipantLinkRequested "participant.link_requested",
    ConversionRecorded "conversion.recorded",
    ConversionRefunded "conversion.refunded",
    ConversionRefundUndone "conversion.refund_undone",
    RewardCreated "reward.created",
    RewardHeld "reward.held",
    RewardApproved "reward.approved",
    RewardRejected "reward.rejected",
    RewardFulfilled "reward.fulfilled",
    RewardReversed "reward.reversed",
    RewardRestored "reward.restored",
    RewardApprovalAsked "reward.approval_asked",
    LedgerHead "ledger.head",
    BudgetWarning "budget.warning",
    DestinationDisabled "destination.disabled",
    Test "test",
}

/// All words that a destination may ask for.
pub fn patterns() -> Vec<String> {
    let families = EventKind::ALL.iter().filter_map(|kind| Some(format!("{}.*", kind.as_str().split_once('.')?.0)));
    let mut families: Vec<String> = families.collect();
    families.dedup();
    let all = std::iter::once("*".to_owned()).chain(families);
    all.chain(EventKind::ALL.iter().map(|kind| kind.as_str().to_owned())).collect()
}

/// The words that a destination may ask for: one kind, all of a family (`reward.*`), or all (`*`).
pub fn is_pattern(text: &str) -> bool {
    text == "*" || EventKind::ALL.iter().any(|kind| matches(text, kind.as_str()))
}

/// Whether a destination that asked for `pattern` hears of `kind`.
pub fn matches(pattern: &str, kind: &str) -> bool {
    let family = pattern.strip_suffix(".*").is_some_and(|family| kind.split('.').next() == Some(family));
    pattern == "*" || pattern == kind || family
}

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: EventId,
    pub kind: EventKind,
    pub at: Timestamp,
    /// JSON.
    pub data: String,
}

impl Event {
    pub fn new(id: EventId, kind: EventKind, at: Timestamp, data: &impl Serialize) -> Self {
        Self { id, kind, at, data: serde_json::to_string(data).unwrap_or_else(|_| "null".to_owned()) }
    }

    /// The body of a webhook, as Standard Webhooks has it: `{"type", "timestamp", "data"}`.
    pub fn body(&self) -> String {
        format!(r#"{{"data":{},{}}}"#, self.data, self.head())
    }

    /// The same, with what a vendor's adapter must know beside: `about` has `program`, `recipient` and `conversion`, as
    /// far as the adapter asks for them.
    pub fn body_about(&self, about: &Value) -> String {
        format!(r#"{{"about":{about},"data":{},{}}}"#, self.data, self.head())
    }

    fn head(&self) -> String {
        format!(r#""timestamp":"{}","type":"{}""#, self.at, self.kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_destination_hears_what_it_asked_for() {
        for (pattern, kind, heard) in [
            ("*", "reward.created", true),
            ("reward.*", "reward.created", true),
            ("reward.*", "conversion.recorded", false),
            ("reward.created", "reward.created", true),
            ("reward.created", "reward.held", false),
        ] {
            assert_eq!(matches(pattern, kind), heard, "{pattern} {kind}");
        }
        assert!(is_pattern("*") && is_pattern("reward.*") && is_pattern("reward.held"));
        assert!(!is_pattern("rewards.*") && !is_pattern("") && !is_pattern("reward") && !is_pattern(".*"));
    }

    #[test]
    fn the_body_of_a_webhook_is_pinned() {
        let at = Timestamp::from_millis(1_763_640_000_000);
        let mut minter = crate::id::Minter::new(at, [0; 8]);
        let event = Event::new(EventId::mint(&mut minter), EventKind::Test, at, &json!({"a": 1}));
        assert_eq!(event.body(), r#"{"data":{"a":1},"timestamp":"2025-11-20T12:00:00.000Z","type":"test"}"#);
    }
}
