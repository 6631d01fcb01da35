//! How often one visitor may call the public endpoints: a token bucket each, in a bounded table.
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

/// 60 calls at once, then five a second: far above what a page with the widget does.
pub const BROWSER: Limit = Limit { burst: 60, refill: Span::millis(200) };
/// Joining sends mail: five at once, then one every 12 seconds.
pub const JOIN: Limit = Limit { burst: 5, refill: Span::seconds(12) };

/// Visitors that a table remembers; past it, those who have been quiet longest are forgotten.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Default)]
pub struct Buckets {
    /// By visitor: when the bucket would be full again.
    full_at: BTreeMap<u64, Timestamp>,
}

impl Buckets {
    /// Takes one call of the visitor's. `Err`: how many seconds to wait before the next is let through.
    pub fn take(&mut self, visitor: u64, limit: Limit, now: Timestamp) -> Result<(), u32> {
        let refill = limit.refill.as_millis().max(1);
        let full = self.full_at.get(&visitor).copied().unwrap_or(now).max(now);
        let next = full.after(limit.refill);
        let over = next.since(now).as_millis() - i64::from(limit.burst) * refill;
        if over > 0 {
            return Err(u32::try_from((over + 999) / 1_000).unwrap_or(u32::MAX).max(1));
        }
        if self.full_at.len() >= REMEMBERED && !self.full_at.contains_key(&visitor) {
            self.full_at.retain(|_, full| *full > now);
            if self.full_at.len() >= REMEMBERED {
                self.full_at.clear();
            }
        }
        self.full_at.insert(visitor, next);
        Ok(())
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
            assert_eq!(buckets.take(1, limit, at(0)), Ok(()));
        }
        assert_eq!(buckets.take(1, limit, at(0)), Err(2));
        assert_eq!(buckets.take(2, limit, at(0)), Ok(()), "another visitor isn't shut out");
        assert_eq!(buckets.take(1, limit, at(2)), Ok(()));
        assert_eq!(buckets.take(1, limit, at(2)), Err(2));
        assert_eq!(buckets.take(1, limit, at(100)), Ok(()));
    }

    #[test]
    fn the_table_stays_bounded() {
        let mut buckets = Buckets::default();
        for visitor in 0..50_000 {
            let _ = buckets.take(visitor, BROWSER, Timestamp::from_millis(0));
        }
        assert!(buckets.full_at.len() <= REMEMBERED);
    }
}
