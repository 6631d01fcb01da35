//! Who followed links on a day that is still open, as it is kept: the visitors' stand-ins that persons are told apart by.
//!
//! Version 1: the version (1 byte), then for each hour, link and channel the hour (4 bytes), the channel (a length of 1
//! byte and its text), the code (a length of 2 bytes and its text), how many visitors (4 bytes) and each of them (8
//! bytes). Numbers are big-endian.

use super::clicks::{Tally, Visitors};

const VERSION: u8 = 1;

/// The visitors of one hour, link and channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persons<'a> {
    /// Hours since 1970.
    pub hour: i64,
    pub channel: &'a str,
    pub code: &'a str,
    visitors: &'a [[u8; 8]],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these are not the persons of a day")]
pub struct BadPersons;

impl Persons<'_> {
    pub fn visitors(&self) -> impl Iterator<Item = u64> + '_ {
        self.visitors.iter().map(|visitor| u64::from_be_bytes(*visitor))
    }

    /// The same as a tally of a person's clicks, but for the counts.
    pub fn tally(&self) -> Tally {
        Tally {
            hour: self.hour,
            code: self.code.to_owned(),
            channel: self.channel.to_owned(),
            quality: String::new(),
            reason: String::new(),
            raw: 0,
            human: 0,
            engaged: 0,
            qualified: 0,
            visitors: Visitors(self.visitors().collect()),
            first: None,
            went_on: Vec::new(),
        }
    }
}

/// Those of the tallies that have visitors. Texts that are too long for their length are cut: names are checked before.
pub fn write<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    for tally in tallies.into_iter().filter(|tally| !tally.visitors.0.is_empty()) {
        let channel = tally.channel.as_bytes();
        let channel = channel.get(..channel.len().min(usize::from(u8::MAX))).unwrap_or_default();
        let code = tally.code.as_bytes();
        let code = code.get(..code.len().min(usize::from(u16::MAX))).unwrap_or_default();
        bytes.extend_from_slice(&u32::try_from(tally.hour).unwrap_or(0).to_be_bytes());
        bytes.push(u8::try_from(channel.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(channel);
        bytes.extend_from_slice(&u16::try_from(code.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend_from_slice(code);
        bytes.extend_from_slice(&u32::try_from(tally.visitors.0.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(tally.visitors.0.iter().flat_map(|visitor| visitor.to_be_bytes()));
    }
    bytes
}

/// All of them, or the first error.
pub fn read(bytes: &[u8]) -> Result<Vec<Persons<'_>>, BadPersons> {
    let Some((&VERSION, mut rest)) = bytes.split_first() else { return Err(BadPersons) };
    let mut all = Vec::new();
    while !rest.is_empty() {
        all.push(one(&mut rest).ok_or(BadPersons)?);
    }
    Ok(all)
}

fn one<'a>(rest: &mut &'a [u8]) -> Option<Persons<'a>> {
    let hour = u32::from_be_bytes(number(rest)?);
    let [channel] = number(rest)?;
    let channel = text(rest, usize::from(channel))?;
    let code = usize::from(u16::from_be_bytes(number(rest)?));
    let code = text(rest, code)?;
    let count = usize::try_from(u32::from_be_bytes(number(rest)?)).ok()?;
    let (visitors, others) = rest.split_at_checked(count.checked_mul(8)?)?;
    *rest = others;
    Some(Persons { hour: i64::from(hour), channel, code, visitors: visitors.as_chunks().0 })
}

fn number<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (number, others) = rest.split_first_chunk()?;
    *rest = others;
    Some(*number)
}

fn text<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a str> {
    let (text, others) = rest.split_at_checked(length)?;
    *rest = others;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(hour: i64, code: &str, channel: &str, visitors: &[u64]) -> Tally {
        let visitors = Visitors(visitors.to_vec());
        Tally { visitors, ..Persons { hour, channel, code, visitors: &[] }.tally() }
    }

    #[test]
    fn what_is_kept_is_pinned() {
        let bytes = write(&[tally(495_000, "ada", "qr", &[1, u64::MAX]), tally(7, "", "", &[])]);
        let expected = [
            &[1][..],
            &[0, 7, 141, 152, 2, b'q', b'r', 0, 3, b'a', b'd', b'a', 0, 0, 0, 2],
            &[0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255],
        ];
        assert_eq!(bytes, expected.concat());
    }

    #[test]
    fn what_is_written_is_read() {
        let tallies = [tally(1, "ada", "", &[3, 4]), tally(2, "bö", "x", &[5])];
        let bytes = write(&tallies);
        let read = read(&bytes).unwrap();
        assert_eq!(read.iter().map(Persons::tally).collect::<Vec<_>>(), tallies);
        assert_eq!(read[0].visitors().collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn nothing_that_is_broken_is_read() {
        let bytes = write(&[tally(1, "ada", "", &[3, 4])]);
        for end in (0..bytes.len()).filter(|end| *end != 1) {
            assert_eq!(read(&bytes[..end]), Err(BadPersons), "{end}");
        }
        assert_eq!(read(&[2]), Err(BadPersons));
        assert_eq!(read(&[1]), Ok(vec![]));
    }
}
