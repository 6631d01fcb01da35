//! What is said on standard error: each step as it happens, with what it is for and how long it took.

use crate::failure::Result;
use std::time::{Duration, Instant};

pub(crate) fn line(text: impl AsRef<str>) {
    eprintln!("{}", text.as_ref());
}

/// Says the step, does it, and says how long it took. A step that fails says nothing more: its failure does.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    line(format!("> {what}"));
    let begun = Instant::now();
    let made = work()?;
    line(format!("  done in {}", duration(begun.elapsed())));
    Ok(made)
}

/// `0.4 s`, `83 s`, `12 min 5 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
