//! Signatures against vectors that the vendors' own code made: Stripe's npm library 23.1.0
//! (`webhooks.generateTestHeaderString`), and the lines of Node that Shopify's page shows.

use super::*;
use proptest::prelude::*;

const BODY: &str = r#"{"id":"evt_1","object":"event","type":"invoice.paid","name":"Zoë"}"#;
const AT: i64 = 1_795_000_000;
const FIRST: &str = "ac907f9a9208abaa63f35c6aae89b3547ca8566670440f309cf8541c142d6349";
const SECOND: &str = "1cfce85664f93e7c3ad2e8d084db7ee8ecd36f3ad506c688c61f18efc7fa4824";
const ORDER: &str = r#"{"id":5001,"note":"Zoë ☕"}"#;
const ORDER_SIGNATURE: &str = "px7u7Lcc4lAq4ciKuVThR4L4N1qbE17hI1z6HgoLlQM=";

fn secrets(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn of_stripe(header: &str) -> Result<(), BadSignature> {
    stripe(header, BODY.as_bytes(), &secrets(&["whsec_first_secret"]), at(AT))
}

#[test]
fn what_stripes_own_library_signed_is_accepted_while_a_secret_is_in_force() {
    let (first, second) = (format!("t={AT},v1={FIRST}"), format!("t={AT},v1={SECOND}"));
    let check = |header: &str, names: &[&str]| stripe(header, BODY.as_bytes(), &secrets(names), at(AT));
    assert_eq!(check(&first, &["whsec_first_secret"]), Ok(()));
    for header in [&first, &second] {
        assert_eq!(check(header, &["whsec_first_secret", "whsec_second_secret"]), Ok(()), "while one is replaced");
    }
    assert_eq!(check(&second, &["whsec_first_secret"]), Err(BadSignature::Wrong));
    assert_eq!(check(&first, &[]), Err(BadSignature::Wrong));
    assert_eq!(check(&first, &[""]), Err(BadSignature::Wrong));
    let both = format!("t={AT},v1={SECOND},v1={FIRST},v0=abc");
    assert_eq!(check(&both, &["whsec_first_secret"]), Ok(()), "Stripe signs with both while one is rolled");
}

#[test]
fn a_signature_is_good_for_five_minutes() {
    let header = format!("t={AT},v1={FIRST}");
    for (now, fresh) in [(AT - 301, false), (AT - 300, true), (AT + 300, true), (AT + 301, false)] {
        let checked = stripe(&header, BODY.as_bytes(), &secrets(&["whsec_first_secret"]), at(now));
        assert_eq!(checked, if fresh { Ok(()) } else { Err(BadSignature::Stale) }, "{now}");
    }
    assert_eq!(of_stripe(&format!("t={},v1={FIRST}", AT + 1)), Err(BadSignature::Wrong), "the time is signed too");
}

#[test]
fn a_header_of_stripes_has_one_time_and_a_signature_of_version_1() {
    for header in [
        "",
        FIRST,
        &format!("v1={FIRST}"),
        &format!("t={AT}"),
        &format!("t={AT},v0={FIRST}"),
        &format!("t={AT},v1={}", FIRST.to_uppercase()),
        &format!("t={AT},v1={}", &FIRST[1..]),
        &format!("t={AT},t={AT},v1={FIRST}"),
        &format!("t=now,v1={FIRST}"),
    ] {
        assert_eq!(of_stripe(header), Err(BadSignature::Malformed), "{header}");
    }
    assert_eq!(of_stripe(&format!("t={AT},v1={}", &FIRST[2..])), Err(BadSignature::Wrong));
}

#[test]
fn what_shopifys_page_shows_is_accepted_and_nothing_else() {
    let check = |header: &str, names: &[&str]| shopify(header, ORDER.as_bytes(), &secrets(names));
    assert_eq!(check(ORDER_SIGNATURE, &["shpss_0123456789abcdef"]), Ok(()));
    assert_eq!(check(ORDER_SIGNATURE, &["another", "shpss_0123456789abcdef"]), Ok(()));
    assert_eq!(check(ORDER_SIGNATURE, &["another"]), Err(BadSignature::Wrong));
    for header in ["", "=", "abc", &ORDER_SIGNATURE[1..]] {
        assert_eq!(check(header, &["shpss_0123456789abcdef"]), Err(BadSignature::Malformed), "{header}");
    }
}

proptest! {
    #[test]
    fn each_altered_byte_of_body_or_signature_is_refused(place in 0_usize..1_000, flip in 1_u8..=255) {
        let mut body = BODY.as_bytes().to_vec();
        let there = place % body.len();
        body[there] ^= flip;
        let header = format!("t={AT},v1={FIRST}");
        prop_assert_eq!(stripe(&header, &body, &secrets(&["whsec_first_secret"]), at(AT)), Err(BadSignature::Wrong));
        let mut body = ORDER.as_bytes().to_vec();
        let there = place % body.len();
        body[there] ^= flip;
        prop_assert_eq!(shopify(ORDER_SIGNATURE, &body, &secrets(&["shpss_0123456789abcdef"])), Err(BadSignature::Wrong));
        let mut signature = ORDER_SIGNATURE.as_bytes().to_vec();
        let there = place % signature.len();
        signature[there] ^= flip & 0x7f;
        if let (true, Ok(text)) = (flip & 0x7f != 0, std::str::from_utf8(&signature)) {
            prop_assert!(shopify(text, ORDER.as_bytes(), &secrets(&["shpss_0123456789abcdef"])).is_err());
        }
        let mut header = header.into_bytes();
        let there = place % header.len();
        header[there] ^= flip & 0x7f;
        if let (true, Ok(text)) = (flip & 0x7f != 0, std::str::from_utf8(&header)) {
            prop_assert!(stripe(text, BODY.as_bytes(), &secrets(&["whsec_first_secret"]), at(AT)).is_err());
        }
    }
}
