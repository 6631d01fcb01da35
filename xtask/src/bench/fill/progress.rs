//! How far long work is: how much of it, how fast, and how long it still takes.

use crate::say;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub(super) struct Progress {
    all: usize,
    begun: Instant,
    /// What was there when it began.
    from: usize,
    said: Instant,
}

impl Progress {
    pub(super) fn of(all: usize) -> Self {
        Self::from(0, all)
    }

    pub(super) fn from(from: usize, all: usize) -> Self {
        let now = Instant::now();
        Self { all, begun: now, from, said: now }
    }

    /// Says it now and then.
    pub(super) fn is_at(&mut self, done: usize) {
        if self.said.elapsed() >= EVERY {
            self.said = Instant::now();
            say::line(told(done, self.from, self.all, self.begun.elapsed()));
        }
    }
}

fn told(done: usize, from: usize, all: usize, time: Duration) -> String {
    let (done_now, left) = (done.saturating_sub(from), all.saturating_sub(done));
    let millis = usize::try_from(time.as_millis()).unwrap_or(usize::MAX).max(1);
    let rate = done_now * 1_000 / millis;
    let wait = (left * millis).checked_div(done_now * 1_000);
    let wait = wait.map_or_else(String::new, |seconds| {
        format!(", {} left", say::duration(Duration::from_secs(u64::try_from(seconds).unwrap_or(0))))
    });
    format!("  {done} of {all}, {rate} a second{wait}")
}

#[cfg(test)]
mod tests {
    use super::told;
    use std::time::Duration;

    #[test]
    fn rate_and_rest_are_of_what_was_done_now() {
        let time = Duration::from_secs(10);
        assert_eq!(told(20_000, 0, 50_000, time), "  20000 of 50000, 2000 a second, 15 s left");
        assert_eq!(told(20_000, 10_000, 50_000, time), "  20000 of 50000, 1000 a second, 30 s left");
        assert_eq!(told(10_000, 10_000, 50_000, time), "  10000 of 50000, 0 a second");
    }
}
