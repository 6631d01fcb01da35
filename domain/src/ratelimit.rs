//! How often one visitor, and all visitors behind one address, may call the public endpoints: a token bucket each, in a
//! bounded table. A visitor is an address and an agent, and whoever floods can send another agent each time.
//!
//! The table is one isolate's memory: a courtesy against loops and floods, not a ledger. It never touches a redirect.

use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// Calls that may come at once, and how long one takes to grow back.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    pub burst: u32,
    pub refill: Span,
}

/// How many visitors' worth of calls one address may make: many people share an office's or a mobile network's.
const VISITORS_BEHIND_AN_ADDRESS: u32 = 10;

impl Limit {
    /// What all visitors behind one address may do together.
    fn of_address(self) -> Self {
        let refill = self.refill.as_millis() / i64::from(VISITORS_BEHIND_AN_ADDRESS);
        Self { burst: self.burst * VISITORS_BEHIND_AN_ADDRESS, refill: Span::millis(refill) }
    }
}

/// 60 calls at once, then five a second: far above what a page with the widget does.
pub const BROWSER: Limit = Limit { burst: 60, refill: Span::millis(200) };
/// Joining sends mail: five at once, then one every 12 seconds.
pub const JOIN: Limit = Limit { burst: 5, refill: Span::seconds(12) };

/// Posts in a vendor's name that no secret signed, of one address: 20 at once, then one every three seconds. A vendor whose
/// secret isn't set here yet sends fewer.
pub const FORGED: Limit = Limit { burst: 20, refill: Span::seconds(3) };
/// The same, of all addresses, to one program.
pub const FORGED_AT_A_PROGRAM: Limit = Limit { burst: 200, refill: Span::millis(300) };

/// Visitors that a table remembers; past it, those who have been quiet longest are forgotten.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Default)]
pub struct Buckets {
    /// By visitor or address: when the bucket would be full again.
    full_at: BTreeMap<u64, Timestamp>,
}

impl Buckets {
    /// Takes one call of the visitor's, whose address may be unknown. `Err`: how many seconds to wait before the next is
    /// let through; a call that isn't let through costs nobody anything.
    pub fn take(&mut self, visitor: u64, address: Option<u64>, limit: Limit, now: Timestamp) -> Result<(), u32> {
        let own = self.next(visitor, limit, now)?;
        let shared = address.map(|address| self.next(address, limit.of_address(), now)).transpose()?;
        for (who, full) in [Some((visitor, own)), address.zip(shared)].into_iter().flatten() {
            self.keep(who, full, now);
        }
        Ok(())
    }

    /// How many seconds one of these must wait before its next call, if it must; nothing is taken.
    pub fn wait(&self, whom: &[(u64, Limit)], now: Timestamp) -> Option<u32> {
        whom.iter().filter_map(|(who, limit)| self.next(*who, *limit, now).err()).max()
    }

    /// Takes one call of all of these, or of none where one must wait.
    pub fn take_of_all(&mut self, whom: &[(u64, Limit)], now: Timestamp) -> Result<(), u32> {
        if let Some(wait) = self.wait(whom, now) {
            return Err(wait);
        }
        for (who, limit) in whom {
            if let Ok(full) = self.next(*who, *limit, now) {
                self.keep(*who, full, now);
            }
        }
        Ok(())
    }

    fn keep(&mut self, who: u64, full: Timestamp, now: Timestamp) {
        if self.full_at.len() >= REMEMBERED && !self.full_at.contains_key(&who) {
            self.full_at.retain(|_, full| *full > now);
            if self.full_at.len() >= REMEMBERED {
                self.full_at.clear();
            }
        }
        self.full_at.insert(who, full);
    }

    /// When the bucket would be full again after one more call, or how many seconds that call must wait.
    fn next(&self, who: u64, limit: Limit, now: Timestamp) -> Result<Timestamp, u32> {
        let refill = limit.refill.as_millis().max(1);
        let full = self.full_at.get(&who).copied().unwrap_or(now).max(now);
        let next = full.after(limit.refill);
        let over = next.since(now).as_millis() - i64::from(limit.burst) * refill;
        if over > 0 {
            return Err(u32::try_from((over + 999) / 1_000).unwrap_or(u32::MAX).max(1));
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_wait_is_told_then_calls_grow_back() {
        let limit = Limit { burst: 3, refill: Span::seconds(2) };
        let mut buckets = Buckets::default();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        for _ in 0..3 {
            assert_eq!(buckets.take(1, None, limit, at(0)), Ok(()));
        }
        assert_eq!(buckets.take(1, None, limit, at(0)), Err(2));
        assert_eq!(buckets.take(2, None, limit, at(0)), Ok(()), "another visitor isn't shut out");
        assert_eq!(buckets.take(1, None, limit, at(2)), Ok(()));
        assert_eq!(buckets.take(1, None, limit, at(2)), Err(2));
        assert_eq!(buckets.take(1, None, limit, at(100)), Ok(()));
    }

    #[test]
    fn behind_one_address_ten_visitors_worth_passes_and_what_is_refused_costs_nothing() {
        let mut buckets = Buckets::default();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        let office = Some(1_000_000);
        // One visitor's flood uses up their own calls, and five of the address's fifty.
        for call in 0..100 {
            assert_eq!(buckets.take(0, office, JOIN, at(0)).is_ok(), call < 5);
        }
        let passed = (1..1_000).filter(|visitor| buckets.take(*visitor, office, JOIN, at(0)).is_ok()).count();
        assert_eq!(passed, 45);
        assert_eq!(buckets.take(2_000, office, JOIN, at(0)), Err(2));
        assert_eq!(buckets.take(2_000, None, JOIN, at(0)), Ok(()), "another address isn't shut out");
        assert_eq!(buckets.take(2_001, office, JOIN, at(2)), Ok(()));
    }

    #[test]
    fn forged_posts_spend_their_address_and_their_program_and_looking_spends_nothing() {
        let mut buckets = Buckets::default();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        let from = |address: u64| [(address, FORGED), (1_000_000, FORGED_AT_A_PROGRAM)];
        for _ in 0..100 {
            assert_eq!(buckets.wait(&from(0), at(0)), None);
        }
        let passed = (0..100).filter(|_| buckets.take_of_all(&from(0), at(0)).is_ok()).count();
        assert_eq!((passed, buckets.wait(&from(0), at(0))), (20, Some(3)));
        assert_eq!(buckets.wait(&from(1), at(0)), None, "another address isn't shut out");
        let passed = (1..1_000).filter(|address| buckets.take_of_all(&from(*address), at(0)).is_ok()).count();
        assert_eq!((passed, buckets.wait(&from(5_000), at(0))), (180, Some(1)));
        assert_eq!(buckets.wait(&[(5_000, FORGED), (2_000_000, FORGED_AT_A_PROGRAM)], at(0)), None, "another program");
        assert_eq!(buckets.take_of_all(&from(0), at(3)), Ok(()));
    }

    #[test]
    fn the_table_stays_bounded() {
        let mut buckets = Buckets::default();
        for visitor in 0..50_000 {
            let _ = buckets.take(visitor, Some(visitor + 100_000), BROWSER, Timestamp::from_millis(0));
        }
        assert!(buckets.full_at.len() <= REMEMBERED);
    }
}
