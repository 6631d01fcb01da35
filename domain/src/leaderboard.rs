//! Participants in the order of their conversions, and what is shown of their names.

use serde::{Deserialize, Serialize};

/// How many are shown.
pub const SHOWN: usize = 10;

/// One who is counted. `name` is whole; `shown` says whether they allow it to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub name: Option<String>,
    pub shown: bool,
    pub conversions: i64,
}

/// A place on the board.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Counted from 1; who has as many shares a place, and the next one is left out.
    pub rank: usize,
    /// First name and initial, of those who allow it; else null.
    pub name: Option<String>,
    pub conversions: i64,
}

/// The places of those who have the most, who come in falling order.
pub fn places(counted: &[Counted]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (at, one) in counted.iter().take(SHOWN).enumerate() {
        let same = places.last().filter(|before| before.conversions == one.conversions).map(|before| before.rank);
        let name = one.name.as_deref().filter(|_| one.shown).and_then(short_name);
        places.push(Place { rank: same.unwrap_or(at + 1), name, conversions: one.conversions });
    }
    places
}

const LONGEST: usize = 40;

/// The first name: what stands before the first space, of at most 40 characters. None where there is none, or where what
/// was given as a name is an address.
pub fn first_name(name: &str) -> Option<String> {
    let first = name.split_whitespace().next().filter(|_| !name.contains('@'))?;
    Some(first.chars().take(LONGEST).collect())
}

/// `Ada L.` of `Ada Augusta Lovelace`.
pub fn short_name(name: &str) -> Option<String> {
    let first = first_name(name)?;
    let initial = name.split_whitespace().skip(1).last().and_then(|last| last.chars().find(|c| c.is_alphabetic()));
    Some(initial.map_or_else(|| first.clone(), |initial| format!("{first} {initial}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_in_part_and_an_address_never() {
        for (name, first, short) in [
            ("Ada Augusta Lovelace", Some("Ada"), Some("Ada L.")),
            ("  Grace  ", Some("Grace"), Some("Grace")),
            ("山田 太郎", Some("山田"), Some("山田 太.")),
            ("Ada (Lovelace)", Some("Ada"), Some("Ada L.")),
            ("Ada 1815", Some("Ada"), Some("Ada")),
            ("ada@example.com", None, None),
            ("Ada <ada@example.com>", None, None),
            ("", None, None),
            (" \n", None, None),
        ] {
            assert_eq!((first_name(name).as_deref(), short_name(name).as_deref()), (first, short), "{name:?}");
        }
        assert_eq!(first_name(&"a".repeat(200)).unwrap().len(), LONGEST);
    }

    #[test]
    fn who_has_as_many_shares_a_place_and_who_allows_nothing_has_no_name() {
        let one = |name: &str, shown, conversions| Counted { name: Some(name.to_owned()), shown, conversions };
        let board = places(&[one("Ada L", true, 9), one("Bob", false, 4), one("Cy", true, 4), one("Di", true, 1)]);
        let told: Vec<_> = board.iter().map(|place| (place.rank, place.name.as_deref(), place.conversions)).collect();
        assert_eq!(told, [(1, Some("Ada L."), 9), (2, None, 4), (2, Some("Cy"), 4), (4, Some("Di"), 1)]);
        assert_eq!(places(&vec![one("x", true, 1); 30]).len(), SHOWN);
        assert!(places(&[]).is_empty());
    }
}
