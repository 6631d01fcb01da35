//! Identifiers: a prefix that says what they name, then 26 characters that sort by time.
//!
//! Layout of the 16 bytes behind the text: 6 bytes of Unix milliseconds, 2 bytes of a counter (for a click: its shard),
//! 8 bytes of chance. The text is base32hex in lower case, which keeps the order of the bytes.

use crate::time::Timestamp;
use data_encoding::BASE32_DNSSEC;
use std::fmt;

/// Makes the identifiers of one command: all carry its time, and each sorts after the one before.
#[derive(Debug, Clone)]
pub struct Minter {
    at: Timestamp,
    chance: [u8; 8],
    count: u16,
}

impl Minter {
    /// `chance` is 8 fresh random bytes; the same bytes and time give the same identifiers.
    pub fn new(at: Timestamp, chance: [u8; 8]) -> Self {
        Self { at, chance, count: 0 }
    }

    fn next(&mut self) -> [u8; 16] {
        let bytes = layout(self.at, self.count, self.chance);
        if let Some(count) = self.count.checked_add(1) {
            self.count = count;
        } else {
            self.count = 0;
            self.chance = u64::from_be_bytes(self.chance).wrapping_add(1).to_be_bytes();
        }
        bytes
    }
}

fn layout(at: Timestamp, middle: u16, chance: [u8; 8]) -> [u8; 16] {
    let [_, _, t0, t1, t2, t3, t4, t5] = at.millis().max(0).to_be_bytes();
    let [m0, m1] = middle.to_be_bytes();
    let [c0, c1, c2, c3, c4, c5, c6, c7] = chance;
    [t0, t1, t2, t3, t4, t5, m0, m1, c0, c1, c2, c3, c4, c5, c6, c7]
}

/// An identifier's text that doesn't have the right prefix or length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id of that kind")]
pub struct BadId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub struct $name(String);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub fn mint(minter: &mut Minter) -> Self {
                Self(format!("{}{}", $prefix, BASE32_DNSSEC.encode(&minter.next())))
            }

            /// Before every id of its kind that was made at this moment or later, and after those of earlier ones.
            pub fn first_of(at: Timestamp) -> Self {
                Self(format!("{}{}", $prefix, BASE32_DNSSEC.encode(&layout(at, 0, [0; 8]))))
            }

            /// Accepts only the text that `mint` makes.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                let bytes = text.strip_prefix($prefix).ok_or(BadId)?;
                let decoded = BASE32_DNSSEC.decode(bytes.as_bytes()).map_err(|_| BadId)?;
                if decoded.len() == 16 { Ok(Self(text.to_owned())) } else { Err(BadId) }
            }

            pub fn as_str(&self) -> &str { &self.0 }

            /// When it was made.
            pub fn made_at(&self) -> Timestamp {
                let bytes = self.0.strip_prefix($prefix).and_then(|text| BASE32_DNSSEC.decode(text.as_bytes()).ok());
                let begin = bytes.unwrap_or_default().into_iter().take(6);
                Timestamp::from_millis(begin.fold(0, |at, byte| at * 256 + i64::from(byte)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// Someone who refers.
    ParticipantId "prt_",
    /// A friend or customer.
    CustomerId "cus_",
    ConversionId "cnv_",
    RewardId "rwd_",
    /// One entry of the ledger: postings that sum to zero.
    EntryId "ent_",
    PayoutId "pay_",
    DestinationId "dst_",
    DeliveryId "dlv_",
    EventId "evt_",
    KeyId "key_",
    DisputeId "dsp_",
    JobId "job_",
    SessionId "ses_",
    /// An event of a vendor's, as it was received.
    InboundId "inb_",
    ClaimId "clm_",
}

/// One request for a link. Says when it was made, and which shard of clicks keeps it, so that what is learnt later
/// (a landing, a conversion) finds its click however many shards there are by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClickId([u8; 16]);

impl ClickId {
    pub fn new(at: Timestamp, shard: u16, chance: [u8; 8]) -> Self {
        Self(layout(at, shard, chance))
    }

    /// Before every click of a moment and after those of earlier ones, in the order of ids and of their texts.
    pub fn first_of(at: Timestamp) -> Self {
        Self::new(at, 0, [0; 8])
    }

    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub fn at(&self) -> Timestamp {
        let [t0, t1, t2, t3, t4, t5, ..] = self.0;
        Timestamp::from_millis(i64::from_be_bytes([0, 0, t0, t1, t2, t3, t4, t5]))
    }

    pub fn shard(&self) -> u16 {
        let [_, _, _, _, _, _, s0, s1, ..] = self.0;
        u16::from_be_bytes([s0, s1])
    }

    pub fn parse(text: &str) -> Result<Self, BadId> {
        let bytes = text.strip_prefix("clk_").ok_or(BadId)?;
        let decoded = BASE32_DNSSEC.decode(bytes.as_bytes()).map_err(|_| BadId)?;
        <[u8; 16]>::try_from(decoded.as_slice()).map(Self).map_err(|_| BadId)
    }
}

impl fmt::Display for ClickId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "clk_{}", BASE32_DNSSEC.encode(&self.0))
    }
}

impl serde::Serialize for ClickId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ClickId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_command_sort_in_the_order_they_were_made_and_later_commands_sort_after() {
        let mut first = Minter::new(Timestamp::from_millis(1_700_000_000_000), [9; 8]);
        let mut later = Minter::new(Timestamp::from_millis(1_700_000_000_001), [0; 8]);
        let made: Vec<_> = (0..70_000).map(|_| RewardId::mint(&mut first)).collect();
        assert!(made.iter().zip(made.iter().skip(1)).take(65_535).all(|(a, b)| a < b));
        assert!(made.iter().all(|id| *id < RewardId::mint(&mut later.clone())));
        let distinct: std::collections::BTreeSet<_> = made.iter().collect();
        assert_eq!(distinct.len(), made.len());
        assert_eq!(RewardId::mint(&mut later).as_str().len(), 30);
        assert_eq!(RewardId::mint(&mut later).made_at().millis(), 1_700_000_000_001);
    }

    #[test]
    fn a_click_says_when_and_where_it_is_kept() {
        let click = ClickId::new(Timestamp::from_millis(1_763_600_000_123), 513, [7; 8]);
        assert_eq!(click.at().millis(), 1_763_600_000_123);
        assert_eq!(click.shard(), 513);
        assert_eq!(ClickId::parse(&click.to_string()), Ok(click));
    }

    #[test]
    fn another_kind_of_id_is_refused() {
        for text in ["", "prt_", "cus_00000000000000000000000000", "prt_0000000000000000000000000!", "prt_00"] {
            assert_eq!(ParticipantId::parse(text), Err(BadId), "{text}");
        }
    }
}
