//! How much memory a process holds, and whether that grows.

use crate::failure::{Because as _, Result};
use serde_json::{Value, json};
use std::fs;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);
/// What is compared at either end, of a run that is long enough for it.
const LONGEST_WINDOW: usize = 60;

/// What a process holds in RAM, in KiB.
pub(super) fn resident(pid: u32) -> Result<u32> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).because(|| format!("{path} can't be read"))?;
    parse(&status).because(|| format!("{path} says nothing of VmRSS"))
}

fn parse(status: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Does the work, and looks at a process every second meanwhile.
pub(super) fn watch<T>(pid: u32, work: impl FnOnce() -> Result<T>) -> Result<(T, Vec<u32>)> {
    let (done, is_done) = channel::<()>();
    thread::scope(|scope| {
        let watcher = scope.spawn(move || {
            let mut samples: Vec<u32> = resident(pid).ok().into_iter().collect();
            while is_done.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                samples.extend(resident(pid).ok());
            }
            samples
        });
        let worked = work();
        drop(done);
        Ok((worked?, watcher.join().unwrap_or_default()))
    })
}

/// A long run, in MiB.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Memory {
    pub(super) seconds: usize,
    /// How long each end is.
    pub(super) window: usize,
    pub(super) first: f64,
    pub(super) last: f64,
    /// The sample after so many seconds: 60, or all there were.
    pub(super) after: usize,
    pub(super) then: f64,
}

impl Memory {
    /// Of samples in KiB, one a second. The ends are a fifth of the whole, at most a minute; the first begins a quarter
    /// of that later, when caches are full. Nothing where there are too few samples.
    pub(super) fn of(samples: &[u32]) -> Option<Self> {
        let window = (samples.len() / 5).clamp(1, LONGEST_WINDOW);
        let first = samples.get(window / 4..window / 4 + window)?;
        let last = samples.get(samples.len().checked_sub(window)?..)?;
        let after = samples.len().min(LONGEST_WINDOW);
        let then = samples.get(after.checked_sub(1)?)?;
        Some(Self { seconds: samples.len(), window, first: mean(first), last: mean(last), after, then: mean(&[*then]) })
    }

    /// 1 is flat.
    pub(super) fn growth(&self) -> f64 {
        self.last / self.first
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "seconds": self.seconds, "window": self.window, "first_mib": self.first, "last_mib": self.last,
            "growth": self.growth(), "after_seconds": self.after, "after_mib": self.then,
        })
    }
}

/// In MiB, of KiB.
pub(super) fn mean(samples: &[u32]) -> f64 {
    let sum: f64 = samples.iter().copied().map(f64::from).sum();
    sum / f64::from(u32::try_from(samples.len()).unwrap_or(u32::MAX).max(1)) / 1024.0
}

#[cfg(test)]
mod tests {
    use super::{Memory, parse, resident};

    #[test]
    fn the_kernels_words_are_read() {
        assert_eq!(parse("Name:\tworkerd\nVmHWM:\t   99 kB\nVmRSS:\t  102400 kB\nThreads:\t9\n"), Some(102_400));
        assert_eq!(parse("Name:\tworkerd\n"), None);
        assert!(resident(std::process::id()).unwrap() > 0);
    }

    #[test]
    fn the_first_minute_is_compared_with_the_last_and_the_start_with_neither() {
        // Fifteen seconds of filling, then flat, then a last minute with a fifth more.
        let samples: Vec<u32> = (0..300)
            .map(|at| {
                if at < 15 {
                    0
                } else if at < 240 {
                    102_400
                } else {
                    122_880
                }
            })
            .collect();
        let memory = Memory::of(&samples).unwrap();
        assert_eq!((memory.window, memory.after), (60, 60));
        assert!((memory.first - 100.0).abs() < 1e-9 && (memory.last - 120.0).abs() < 1e-9, "{memory:?}");
        assert!((memory.growth() - 1.2).abs() < 1e-9);
    }

    #[test]
    fn a_short_run_has_short_ends() {
        let memory = Memory::of(&[1024, 2048, 3072, 4096, 5120]).unwrap();
        assert_eq!((memory.window, memory.after), (1, 5));
        assert!((memory.growth() - 5.0).abs() < 1e-9 && (memory.then - 5.0).abs() < 1e-9);
        assert_eq!(Memory::of(&[]), None);
    }
}
