//! What is put beside an event for an adapter that must know more: whom the event is about, and where they unsubscribe.

use super::told::text_at;
use serde_json::Value;

/// The conversion that an event is of, where it isn't the conversion itself.
pub fn conversion_of(data: &Value) -> Option<&str> {
    text_at(data, "conversion").filter(|_| data.get("decision").is_none())
}

/// The participant or customer whom an event is about: who joined, who is owed the reward, or who has the largest part
/// of the credit for the conversion (the event's own, or the one beside it).
pub fn recipient<'a>(kind: &str, data: &'a Value, conversion: Option<&'a Value>) -> Option<&'a str> {
    match kind.split('.').next()? {
        "participant" => text_at(data, "participant.id").or_else(|| text_at(data, "id")),
        "reward" => text_at(data, "beneficiary"),
        "conversion" => text_at(conversion.unwrap_or(data), "decision.credits.0.participant"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_about_whom_it_concerns() {
        let sale = json!({"id": "cnv_1", "decision": {"credits": [{"participant": "prt_2"}]}});
        for (kind, data, conversion, whom) in [
            ("participant.joined", json!({"id": "prt_1"}), None, Some("prt_1")),
            (
                "participant.link_requested",
                json!({"email": "a@b.c", "participant": {"id": "prt_1"}}),
                None,
                Some("prt_1"),
            ),
            ("participant.link_requested", json!({"email": "a@b.c", "participant": null}), None, None),
            ("reward.created", json!({"id": "rwd_1", "beneficiary": "cus_1"}), None, Some("cus_1")),
            ("conversion.recorded", sale.clone(), None, Some("prt_2")),
            ("conversion.refunded", json!({"conversion": "cnv_1"}), Some(&sale), Some("prt_2")),
            ("conversion.recorded", json!({"decision": {"credits": []}}), None, None),
            ("ledger.head", json!({"head": "x"}), None, None),
        ] {
            assert_eq!(recipient(kind, &data, conversion), whom, "{kind} {data}");
        }
        assert_eq!(conversion_of(&json!({"conversion": "cnv_1"})), Some("cnv_1"));
        assert_eq!(conversion_of(&sale), None);
    }
}
