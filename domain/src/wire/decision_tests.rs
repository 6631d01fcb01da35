//! A decision as it is stored: pinned, old ones included, and told in words.

use super::*;
use serde_json::json;

/// What was stored before windows, consent and shares were.
const OLD: &str = r#"{"outcome":"credited","reason":"last_touch_within_window","model":"last_touch",
 "credits":[{"participant":"prt_06da28lu000000000000000000","code":"ada","share":"1/1"}],
 "touches":[{"source":"touch","code":"ada","click":null,"at":"2025-11-20T12:00:00.000Z","participant":null,"counted":true,
  "reason":"last_touch_within_window"}],
 "rules":[{"rule":"a","result":"earned"}],"program_version":3,
 "explanation":{"owner":"o","referrer":"r"}}"#;

#[test]
fn a_decision_that_was_stored_before_is_still_read() {
    let decision: Decision = serde_json::from_str(OLD).unwrap();
    assert_eq!((decision.outcome, decision.program_version), (Outcome::Credited, 3));
    assert_eq!((decision.window_days, decision.consent, decision.signals.len()), (None, None, 0));
    assert_eq!(decision.touches[0].share, None);
}

#[test]
fn a_decision_is_pinned() {
    let mut decision: Decision = serde_json::from_str(OLD).unwrap();
    decision.window_days = Some(90);
    decision.consent = Some(ConsentState::NotRequired);
    decision.signals = vec![Reason::Gpc];
    decision.touches[0].share = Some("2/5".to_owned());
    decision.touches[0].gpc = true;
    let pinned = concat!(
        r#"{"outcome":"credited","reason":"last_touch_within_window","model":"last_touch","window_days":90,"#,
        r#""consent":"not_required","signals":["gpc"],"credits":[{"participant":"prt_06da28lu000000000000000000","#,
        r#""code":"ada","share":"1/1"}],"touches":[{"source":"touch","code":"ada","click":null,"#,
        r#""at":"2025-11-20T12:00:00.000Z","participant":null,"counted":true,"share":"2/5","consented":false,"gpc":true,"#,
        r#""reason":"last_touch_within_window"}],"rules":[{"rule":"a","result":"earned"}],"program_version":3,"#,
        r#""explanation":{"owner":"o","referrer":"r"}}"#
    );
    assert_eq!(serde_json::to_string(&decision).unwrap(), pinned);
    assert_eq!(serde_json::from_str::<Decision>(pinned).unwrap(), decision);
}

#[test]
fn the_words_of_a_decision_its_touches_and_its_rules_are_in_the_language_that_was_asked_for() {
    let decision: Decision = serde_json::from_str(OLD).unwrap();
    for lang in Lang::ALL {
        let told = decision.in_words(*lang);
        let own = json!(Explanation::of(Reason::LastTouchWithinWindow, *lang));
        assert_eq!((&told["lang"], &told["explanation"]), (&json!(lang.as_str()), &own));
        assert_eq!(told["touches"][0]["explanation"], own);
        assert_eq!(told["rules"][0]["explanation"], json!(Explanation::of(Reason::Earned, *lang)));
    }
}
