//! Tokens: pinned bytes, and properties of forgery.

use super::*;
use proptest::prelude::*;

fn touch(code: &str) -> Touch {
    Touch {
        click: ClickId::new(Timestamp::from_millis(1_763_640_000_000), 3, [1, 2, 3, 4, 5, 6, 7, 8]),
        program: ProgramTag::of("acme"),
        code: Code::parse(code).unwrap(),
        gpc: false,
        consented: true,
    }
}

#[test]
fn version_1_is_pinned_byte_for_byte() {
    let signer = Signer::new(&["a secret of the environment"]);
    let text = signer.sign(&touch("ada"));
    assert_eq!(text, "AacCAZqhIr4AAAMBAgMEBQYHCIIrM62HwUigYWRhq-UmJkHzpAUUsUdXsSmcbQ");
    assert_eq!(signer.check(&text), Ok(touch("ada")));
}

#[test]
fn the_longest_token_is_under_200_characters() {
    let longest = "a".repeat(crate::code::LONGEST);
    assert_eq!(Signer::new(&["x"]).sign(&touch(&longest)).len(), 143);
}

#[test]
fn a_new_key_signs_while_the_old_one_still_checks_and_a_retired_one_does_not() {
    let (old, both, new) = (Signer::new(&["old"]), Signer::new(&["new", "old"]), Signer::new(&["new"]));
    let before = old.sign(&touch("ada"));
    assert_eq!(both.check(&before), Ok(touch("ada")));
    assert_eq!(new.check(&before), Err(TokenError::UnknownKey));
    assert_eq!(new.check(&both.sign(&touch("ada"))), Ok(touch("ada")));
}

#[test]
fn a_cookie_keeps_the_first_touch_and_the_newest() {
    let signer = Signer::new(&["x"]);
    let tokens: Vec<String> = (10..30).map(|n| signer.sign(&touch(&format!("code-{n}")))).collect();
    let cookie = tokens.iter().fold(String::new(), |cookie, token| carry_on(&signer, &cookie, token));
    let kept: Vec<String> = cookie.split('.').map(|t| signer.check(t).unwrap().code.to_string()).collect();
    assert_eq!(kept, ["code-10", "code-23", "code-24", "code-25", "code-26", "code-27", "code-28", "code-29"]);
    let forged = carry_on(&signer, "junk.AAAA", &tokens[0]);
    assert_eq!(forged, tokens[0]);
    let longest =
        (0..9).fold(String::new(), |cookie, _| carry_on(&signer, &cookie, &signer.sign(&touch(&"a".repeat(64)))));
    assert!(longest.len() < 1_500, "{}", longest.len());
}

proptest! {
    #[test]
    fn one_changed_or_missing_character_proves_nothing(at in 0usize..80, to in 0u8..64, cut in 0usize..80) {
        let signer = Signer::new(&["x"]);
        let text = signer.sign(&touch("ada-2026"));
        let mut bytes = text.clone().into_bytes();
        if let Some(byte) = bytes.get_mut(at) {
            *byte = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[usize::from(to)];
        }
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert_eq!(signer.check(&changed).is_ok(), changed == text);
        prop_assume!(cut < text.len());
        prop_assert!(signer.check(&text[..cut]).is_err());
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..150)) {
        let signer = Signer::new(&["x"]);
        prop_assert!(signer.check(&text).is_err());
        prop_assert!(signer.check(&BASE64URL_NOPAD.encode(&bytes)).is_err());
        let _ = carry_on(&signer, &text, "");
    }

    #[test]
    fn another_environment_signs_with_another_key(one in "[a-z]{8,40}", other in "[a-z]{8,40}") {
        prop_assume!(one != other);
        let text = Signer::new(&[one.as_str()]).sign(&touch("ada"));
        prop_assert!(Signer::new(&[other.as_str()]).check(&text).is_err());
    }
}
