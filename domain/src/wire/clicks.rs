//! Clicks on their way to storage and in it: a batch is rows of bytes, one after the other; and what they add up to.
//!
//! A row, version 1: version (1 byte), quality (1), click id (16), visitor (8), then program, reason, channel (each a
//! length of 1 byte and its text), then the code (a length of 2 bytes and its text). Numbers are big-endian.

use crate::clickquality::Quality;
use crate::id::ClickId;
use crate::time::Span;
use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const VERSION: u8 = 1;

/// The clicks of a batch lie no further apart: so a batch is found by the moment of its first.
pub const LONGEST_BATCH: Span = Span::minutes(1);

/// One click as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Click<'a> {
    pub id: ClickId,
    /// The program's id. `@` and a host: the program wasn't known when the click was made. Empty: there is none.
    pub program: &'a str,
    pub code: &'a str,
    /// Empty: the plain link.
    pub channel: &'a str,
    pub quality: Quality,
    /// Why it was no touch, where it was none; else empty.
    pub reason: &'a str,
    /// A stand-in for the visitor that lasts a day.
    pub visitor: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a batch of clicks")]
pub struct BadBatch;

/// Puts a click at the end of a batch. Texts that are too long for their length are cut: names are checked before.
pub fn append(batch: &mut Vec<u8>, click: &Click<'_>) {
    batch.extend_from_slice(&[VERSION, number(click.quality)]);
    batch.extend_from_slice(click.id.bytes());
    batch.extend_from_slice(&click.visitor.to_be_bytes());
    for text in [click.program, click.reason, click.channel] {
        let text = cut(text, usize::from(u8::MAX));
        batch.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
        batch.extend_from_slice(text.as_bytes());
    }
    let code = cut(click.code, usize::from(u16::MAX));
    batch.extend_from_slice(&u16::try_from(code.len()).unwrap_or(u16::MAX).to_be_bytes());
    batch.extend_from_slice(code.as_bytes());
}

fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn number(quality: Quality) -> u8 {
    (0..).zip(Quality::ALL).find(|(_, known)| *known == quality).map_or(0, |(number, _)| number)
}

/// The clicks of a batch, in order. After a row that can't be read nothing follows.
pub fn read(batch: &[u8]) -> Rows<'_> {
    Rows { rest: batch }
}

#[derive(Debug, Clone)]
pub struct Rows<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Click<'a>, BadBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let row = self.row().ok_or(BadBatch);
        if row.is_err() {
            self.rest = &[];
        }
        Some(row)
    }
}

impl<'a> Rows<'a> {
    fn row(&mut self) -> Option<Click<'a>> {
        let [version, quality] = self.array()?;
        let quality = *Quality::ALL.get(usize::from(quality)).filter(|_| version == VERSION)?;
        let id = ClickId::from_bytes(self.array()?);
        let visitor = u64::from_be_bytes(self.array()?);
        let program = self.short()?;
        let reason = self.short()?;
        let channel = self.short()?;
        let length = u16::from_be_bytes(self.array()?);
        let code = self.text(usize::from(length))?;
        Some(Click { id, program, code, channel, quality, reason, visitor })
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*first)
    }

    fn short(&mut self) -> Option<&'a str> {
        let [length] = self.array()?;
        self.text(usize::from(length))
    }

    fn text(&mut self, length: usize) -> Option<&'a str> {
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }
}

/// What clicks of one hour, link, channel and quality add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Hours since 1970.
    #[serde(rename = "h")]
    pub hour: i64,
    #[serde(rename = "c")]
    pub code: String,
    #[serde(rename = "l")]
    pub channel: String,
    #[serde(rename = "q")]
    pub quality: String,
    #[serde(rename = "w")]
    pub reason: String,
    #[serde(rename = "n")]
    pub raw: i64,
    #[serde(rename = "hu")]
    pub human: i64,
    #[serde(rename = "en")]
    pub engaged: i64,
    #[serde(rename = "qu")]
    pub qualified: i64,
    /// The distinct visitors among persons, in order.
    #[serde(rename = "v")]
    pub visitors: Visitors,
    /// When the first of a person was made, in milliseconds.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub first: Option<i64>,
    /// How long persons took to go on: buckets of `stages`, and how many are in each.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub went_on: Vec<(i64, i64)>,
}

/// Visitors as one text: base64 of eight bytes each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visitors(pub Vec<u64>);

impl Serialize for Visitors {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|visitor| visitor.to_be_bytes()).collect();
        to.serialize_str(&BASE64.encode(&bytes))
    }
}

impl<'de> Deserialize<'de> for Visitors {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = BASE64.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        let (visitors, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(serde::de::Error::custom("visitors have eight bytes each"));
        }
        Ok(Self(visitors.iter().map(|visitor| u64::from_be_bytes(*visitor)).collect()))
    }
}

#[cfg(test)]
#[path = "clicks_tests.rs"]
mod tests;
