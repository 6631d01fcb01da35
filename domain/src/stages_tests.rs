//! Buckets are as narrow as they are said to be, and what is told of them is as near; parts of hundred are by the nearest rank.

use super::*;
use crate::time::Span;
use proptest::prelude::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn funnel() -> Funnel {
    Funnel { person: 10, human: 7, engaged: 4, conversions: 5, credited: 3, fulfilled: 2 }
}

fn times(stage: What, bucket: i64, times: i64) -> Times {
    Times { stage: stage.as_str().to_owned(), bucket, times }
}

#[test]
fn buckets_begin_at_each_second_and_then_a_quarter_further() {
    let begins: Vec<i64> = begins().collect();
    assert_eq!(&begins[..14], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22]);
    assert!(begins[BUCKETS - 1] > 10 * 365 * 86_400);
    assert!(begins.windows(2).all(|pair| pair[0] < pair[1] && (pair[0] < 4 || 4 * pair[1] <= 5 * pair[0])));
    for (millis, expected) in [(0, 0), (999, 0), (1_000, 1), (9_999, 8), (10_000, 9), (-1, UNKNOWN), (i64::MAX / 4, 95)]
    {
        assert_eq!(bucket(at(0), at(millis)), expected, "{millis}");
    }
}

proptest! {
    #[test]
    fn what_is_told_is_an_eighth_off_at_most_or_a_second(seconds in 0_i64..300_000_000) {
        let told = told(bucket(at(0), at(seconds * 1_000)));
        prop_assert!((told - seconds).abs() * 8 <= seconds.max(8), "{seconds} is told as {told}");
    }

    #[test]
    fn a_median_is_an_eighth_off_at_most(mut all in prop::collection::vec(0_i64..10_000_000, 1..60)) {
        let counted: Vec<Times> =
            all.iter().map(|seconds| times(What::Share, bucket(at(0), at(seconds * 1_000)), 1)).collect();
        all.sort_unstable();
        let took = took(&counted, What::Share, "joined").unwrap();
        for (percent, told) in [(50, took.median_seconds), (90, took.p90_seconds)] {
            let rank = (all.len() * percent).div_ceil(100).max(1) - 1;
            prop_assert!((told - all[rank]).abs() * 8 <= all[rank].max(8));
        }
        prop_assert_eq!(took.count, i64::try_from(all.len()).unwrap());
    }
}

#[test]
fn the_stages_say_what_they_are_a_part_of_and_what_is_not_known_has_no_time() {
    let counted = [
        times(What::Interest, 3, 4),
        times(What::Joined, UNKNOWN, 6),
        times(What::Share, UNKNOWN, 1),
        times(What::Conversion, 20, 1),
        times(What::Conversion, 9, 9),
        times(What::Fulfilled, UNKNOWN, 2),
    ];
    let told = stages(&funnel(), 3, &counted);
    let counts: Vec<_> = told.iter().map(|stage| (stage.stage.as_str(), stage.count, stage.of)).collect();
    assert_eq!(
        counts,
        [
            ("awareness", 10, None),
            ("interest", 4, Some(10)),
            ("share", 1, Some(6)),
            ("conversion", 3, Some(4)),
            ("fulfilled", 2, Some(3))
        ]
    );
    let took: Vec<_> = told.iter().map(|stage| stage.time.clone()).collect();
    let time = |from: &str, median_seconds, p90_seconds, count| {
        Some(Took { from: from.to_owned(), median_seconds, p90_seconds, count })
    };
    assert_eq!(took, [None, time("click", 3, 3, 4), None, time("click", 10, 10, 10), None]);
}

#[test]
fn a_conversion_counts_from_the_last_click_that_earned_and_from_nothing_else() {
    let decision = |outcome: &str, touches: &[(&str, Option<i64>, bool)]| -> Decision {
        let touch = |(source, at, counted): &(&str, Option<i64>, bool)| {
            let at = at.map(|seconds| Timestamp::from_millis(seconds * 1_000));
            serde_json::json!({"source": source, "code": "ada", "click": null, "at": at, "participant": null,
                "counted": counted, "reason": "last_touch_within_window"})
        };
        serde_json::from_value(serde_json::json!({
            "outcome": outcome, "reason": "last_touch_within_window", "model": "last_touch", "credits": [], "rules": [],
            "touches": touches.iter().map(touch).collect::<Vec<_>>(), "program_version": 1,
            "explanation": {"owner": "", "referrer": ""},
        }))
        .unwrap()
    };
    let (early, late) = (("touch", Some(40), true), ("touch", Some(90), true));
    let passed_over = ("touch", Some(95), false);
    for (outcome, touches, expected) in [
        ("credited", vec![early, late, passed_over], Some(10)),
        ("credited", vec![early], Some(60)),
        ("held", vec![early], None),
        ("refused", vec![early], None),
        ("credited", vec![("binding", None, true), passed_over], None),
        ("credited", vec![("code", None, true)], None),
        ("credited", vec![("touch", Some(101), true)], None),
        ("credited", vec![], None),
    ] {
        let expected = expected.map(|seconds: i64| bucket(at(0), at(seconds * 1_000)));
        assert_eq!(to_conversion(&decision(outcome, &touches), at(100_000)), expected, "{outcome} {touches:?}");
    }
}

#[test]
fn a_later_month_of_a_retainer_and_what_ended_before_it_began_have_no_time() {
    let day = Span::days(1);
    let bucket_of_a_day = bucket(at(0), at(0).after(day));
    for (stage, to, expected) in [
        ("", at(0).after(day), Some(bucket_of_a_day)),
        ("month:1", at(0).after(day), Some(bucket_of_a_day)),
        ("month:2", at(0).after(day), None),
        ("signup", at(0).after(day), Some(bucket_of_a_day)),
        ("", at(-1), None),
    ] {
        assert_eq!(to_fulfilment(stage, at(0), to), expected, "{stage}");
    }
}
