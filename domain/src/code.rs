//! The short name of a referral link: generated with a checksum, or chosen by a person. Case doesn't matter.
//!
//! A generated code has seven characters of chance and one of checksum from an alphabet without look-alikes
//! (no `0 o 1 l i`), so that one mistyped or two swapped characters never name another link.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// 31 characters: a prime, so that the checksum catches every single substitution and every swap of neighbours.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
const CHANCE: usize = 7;
/// The longest code: a longer one in an address is no code at all (404).
pub const LONGEST: usize = 64;

/// A code in its normal form: lower case, 2 to 64 of `a-z 0-9 - _ .`, beginning and ending with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has 2 to 64 letters, digits, '-', '_' or '.', and begins and ends with a letter or digit")]
pub struct BadCode;

impl Code {
    /// Normalises what a person wrote: case is folded, space around it is dropped.
    pub fn parse(text: &str) -> Result<Self, BadCode> {
        let text = text.trim().to_ascii_lowercase();
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let bytes = text.as_bytes();
        let fits = (2..=LONGEST).contains(&bytes.len());
        if fits && edge(bytes.first()) && edge(bytes.last()) && bytes.iter().copied().all(inside) {
            Ok(Self(text))
        } else {
            Err(BadCode)
        }
    }

    /// A new code from chance. 32 bytes are enough but for one time in 10^15; then the last characters are `a`.
    pub fn generate(chance: &[u8; 32]) -> Self {
        // Bytes from 248 on are passed over, so that each of the 31 characters is as likely as any other.
        let mut picks: Vec<usize> =
            chance.iter().filter(|byte| **byte < 248).map(|byte| usize::from(*byte) % 31).take(CHANCE).collect();
        picks.resize(CHANCE, 0);
        picks.push(checksum(&picks));
        Self(picks.iter().filter_map(|pick| ALPHABET.get(*pick)).map(|byte| char::from(*byte)).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Weighted sum modulo 31; the weights 2 to 8 differ and are not zero, which is what catches swaps.
fn checksum(picks: &[usize]) -> usize {
    picks.iter().zip(2..).map(|(pick, weight)| pick * weight).sum::<usize>() % 31
}

/// Whether a text looks like a generated code with one slip in it: right length and alphabet, wrong checksum.
pub fn looks_mistyped(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let picks: Option<Vec<usize>> =
        text.bytes().map(|byte| ALPHABET.iter().position(|letter| *letter == byte)).collect();
    picks.is_some_and(|picks| {
        picks.len() == CHANCE + 1 && picks.split_last().is_some_and(|(last, chance)| checksum(chance) != *last)
    })
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chosen_codes_are_folded_and_odd_ones_are_refused() {
        for (written, code) in [("ADA", "ada"), (" Ada-2026 ", "ada-2026"), ("a.b_c", "a.b_c"), ("42", "42")] {
            assert_eq!(Code::parse(written).map(|c| c.0), Ok(code.to_owned()));
        }
        let long = "a".repeat(65);
        for written in ["", "a", "-a", "a-", "a b", "a/b", "ä1", "a\0b", "a%20b", "..", &long] {
            assert_eq!(Code::parse(written), Err(BadCode), "{written:?}");
        }
    }

    proptest! {
        #[test]
        fn a_generated_code_is_a_code_and_every_slip_shows(
            chance in prop::array::uniform32(any::<u8>()), at in 0usize..8, other in 0usize..31
        ) {
            let code = Code::generate(&chance);
            prop_assert_eq!(Code::parse(code.as_str()), Ok(code.clone()));
            prop_assert!(!looks_mistyped(code.as_str()));
            let mut slip = code.0.clone().into_bytes();
            slip[at] = ALPHABET[other];
            let slip = String::from_utf8(slip).unwrap();
            prop_assert_eq!(looks_mistyped(&slip), slip != code.0);
            if at < 6 {
                let mut swap = code.0.clone().into_bytes();
                swap.swap(at, at + 1);
                let swap = String::from_utf8(swap).unwrap();
                prop_assert_eq!(looks_mistyped(&swap), swap != code.0);
            }
        }

        #[test]
        fn any_text_is_a_code_or_is_refused_and_never_panics(text in any::<String>()) {
            let _ = Code::parse(&text);
            let _ = looks_mistyped(&text);
        }
    }
}
