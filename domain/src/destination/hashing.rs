//! Personal data as ad platforms take it: folded as each says, then SHA-256 in lower-case hex.

use crate::token::derive;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hex.
pub(super) fn sha256(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// Trimmed and in lower case: e-mail addresses and ids.
pub(super) fn folded(text: &str) -> String {
    sha256(&text.trim().to_lowercase())
}

/// The digits of a phone number, country code first, without leading zeros. None where there are none.
pub(super) fn digits(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    (!digits.is_empty()).then(|| digits.to_owned())
}

/// A UUID (version 8, RFC 9562) that always stands for this text.
pub(super) fn uuid(text: &str) -> String {
    let mut bytes: [u8; 16] = derive(b"uuid", text.as_bytes()).first_chunk().copied().unwrap_or_default();
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = *version & 0x0f | 0x80;
    *variant = *variant & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_vendors_documents() {
        // The example of the e-mail parameter.
        let address = "542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345";
        assert_eq!(folded(" Person@Example.com "), address);
        // The example of the phone parameter: +44 844 412 4653.
        let phone = "dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383";
        assert_eq!(digits("+44 844 412 4653").as_deref(), Some("448444124653"));
        assert_eq!(sha256("448444124653"), phone);
        assert_eq!(digits("0049 (30) 1"), Some("49301".to_owned()));
        assert_eq!(digits("none"), None);
    }

    #[test]
    fn a_uuid_is_one_and_the_same() {
        let made = uuid("evt_1");
        assert_eq!(made, uuid("evt_1"));
        assert_ne!(made, uuid("evt_2"));
        assert_eq!(made.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(made.chars().nth(14), Some('8'));
    }
}
