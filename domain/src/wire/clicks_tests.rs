//! Batches: pinned bytes, and what is read of broken ones.

use super::*;
use crate::time::Timestamp;
use proptest::prelude::*;

fn click<'a>(code: &'a str, channel: &'a str) -> Click<'a> {
    Click {
        id: ClickId::new(Timestamp::from_millis(1_763_640_000_000), 3, [1, 2, 3, 4, 5, 6, 7, 8]),
        program: "acme",
        code,
        channel,
        quality: Quality::Person,
        reason: "",
        visitor: 0x0102_0304_0506_0708,
    }
}

#[test]
fn version_1_is_pinned_byte_for_byte() {
    let mut batch = Vec::new();
    append(&mut batch, &click("ada", "whatsapp"));
    assert_eq!(
        data_encoding::HEXLOWER.encode(&batch),
        "0100019aa122be00000301020304050607080102030405060708\
         0461636d65000877686174736170700003616461"
    );
    assert_eq!(read(&batch).collect::<Vec<_>>(), [Ok(click("ada", "whatsapp"))]);
}

#[test]
fn a_tally_is_pinned() {
    let tally = Tally {
        hour: 490_000,
        code: "ada".into(),
        channel: String::new(),
        quality: "person".into(),
        reason: String::new(),
        raw: 3,
        human: 1,
        engaged: 0,
        qualified: 0,
        visitors: Visitors(vec![1, 256]),
        first: None,
        went_on: Vec::new(),
    };
    let text = serde_json::to_string(&tally).unwrap();
    assert_eq!(
        text,
        r#"{"h":490000,"c":"ada","l":"","q":"person","w":"","n":3,"hu":1,"en":0,"qu":0,"v":"AAAAAAAAAAEAAAAAAAABAA=="}"#
    );
    assert_eq!(serde_json::from_str::<Tally>(&text).unwrap(), tally);
    let timed = Tally { first: Some(1_764_000_000_123), went_on: vec![(3, 2)], ..tally };
    let text = serde_json::to_string(&timed).unwrap();
    assert!(text.ends_with(r#","f":1764000000123,"g":[[3,2]]}"#), "{text}");
    assert_eq!(serde_json::from_str::<Tally>(&text).unwrap(), timed);
}

proptest! {
    #[test]
    fn what_was_put_in_is_read_again(codes in prop::collection::vec((".{0,70}", "[a-z]{0,32}", 0usize..6), 0..20)) {
        let made: Vec<Click<'_>> = codes
            .iter()
            .map(|(code, channel, quality)| Click { quality: Quality::ALL[*quality], ..click(code, channel) })
            .collect();
        let mut batch = Vec::new();
        for click in &made {
            append(&mut batch, click);
        }
        prop_assert_eq!(read(&batch).collect::<Result<Vec<_>, _>>(), Ok(made));
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let rows: Vec<_> = read(&bytes).collect();
        prop_assert!(rows.iter().rev().skip(1).all(Result::is_ok));
    }
}
