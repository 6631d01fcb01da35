//! The versions of a program: each change makes one, and none is ever changed.

use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// From 1 on.
    pub number: i64,
    pub since: Timestamp,
}

/// The number of the version in force at a moment; before the first, the first. `versions` rise. Zero where there is
/// none.
pub fn in_force(versions: &[Version], at: Timestamp) -> i64 {
    let started = versions.iter().rev().find(|version| version.since <= at);
    started.or(versions.first()).map_or(0, |version| version.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_in_force_from_its_moment_until_the_next_and_the_first_always_was() {
        let at = Timestamp::from_millis;
        let versions = [(1, 100), (2, 200), (3, 200), (4, 300)];
        let versions = versions.map(|(number, since)| Version { number, since: at(since) });
        for (moment, number) in [(0, 1), (100, 1), (199, 1), (200, 3), (299, 3), (300, 4), (900, 4)] {
            assert_eq!(in_force(&versions, at(moment)), number, "{moment}");
        }
        assert_eq!(in_force(&[], at(1)), 0);
    }
}
