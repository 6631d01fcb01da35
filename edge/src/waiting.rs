//! Requests that wait for what another request does.
//!
//! Invariant: no future is woken by another request's. Who waits looks again, by a timer of its own. A request that is woken
//! by another may be gone on with in that one's turn; what it begins there, a timer or a call, ends with the other, and so
//! do those that it wakes in turn: under load friends waited for a deadline, or were cut off as if the code had hung.
//! (In JavaScript, `entry.js` and `posts.js` know how one is told by another.)

use crate::settings::now;
use honeyguide_domain::time::Span;
use std::time::Duration;

/// How long until the next look, in milliseconds: what is asked of an object is mostly there within the first few; who has
/// waited longer looks less often.
const STEPS: [u64; 8] = [1, 1, 1, 1, 2, 4, 8, 16];

/// Waits until a look finds something; nothing, where it takes longer than that.
pub(crate) async fn until<T>(longest: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let late = now().after(Span::millis(i64::try_from(longest.as_millis()).unwrap_or(0)));
    let mut steps = STEPS.into_iter();
    let mut step = 0;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if now() >= late {
            return None;
        }
        step = steps.next().unwrap_or(step);
        worker::Delay::from(Duration::from_millis(step)).await;
    }
}
