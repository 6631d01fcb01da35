//! Requests that wait for what another request does.
//!
//! Invariant: nobody is told by another. Who waits looks again, by a timer of its own. A request that is woken by another
//! may be gone on with in that one's turn; what it begins there, a timer or a call, ends with the other, and so do those
//! that it wakes in turn: under load friends waited for a deadline, or were cut off as if the code had hung.

use crate::settings::now;
use honeyguide_domain::time::Span;
use std::time::Duration;

/// How long until the next look: at first, and at most. Each wait is twice as long as the one before.
const FIRST: u64 = 1;
const LONGEST: u64 = 16;

/// Waits until a look finds something; nothing, where it takes longer than that.
pub(crate) async fn until<T>(longest: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let late = now().after(Span::millis(i64::try_from(longest.as_millis()).unwrap_or(0)));
    let mut step = FIRST;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if now() >= late {
            return None;
        }
        worker::Delay::from(Duration::from_millis(step)).await;
        step = (step * 2).min(LONGEST);
    }
}
