//! Breaks things on purpose, on a build of its own. The bundle that ships doesn't contain this file.

use crate::failure::{Failure, Outcome};
use honeyguide_domain::time::Span;
use std::cell::{Cell, RefCell};
use std::time::Duration;

/// Longer than any deadline.
const SLOW: Duration = Duration::from_secs(8);

thread_local! {
    /// What is broken from now on: `DIRECTORY`, `PROGRAM` or `CLICKS` can't be reached, `storage` neither; or it is slow.
    static BROKEN: RefCell<String> = const { RefCell::new(String::new()) };

    /// How far our clock is ahead.
    static AHEAD: Cell<i64> = const { Cell::new(0) };
}

/// Panics when the request asked for this fault by name.
pub(crate) fn trip(asked: &str, name: &str) {
    assert!(asked != name, "fault: {name}");
}

/// Fails where an event of a vendor's is taken, while that is switched on.
pub(crate) fn trip_inbound(kind: &str) -> Outcome<()> {
    let broken = BROKEN.with_borrow(|broken| broken == "inbound-fails");
    if broken { Err(Failure::Ours(format!("fault: {kind} can't be taken"))) } else { Ok(()) }
}

/// From now on this isolate has this fault: `directory-down`, `program-down`, `clicks-down`, `storage-down`,
/// `storage-slow`, `slow NAME` for the object of that name, `addresses-unchecked`, `inbound-fails`; or none: `storage-up`.
/// `clock N`: our clock is N milliseconds ahead.
pub(crate) fn switch(asked: &str) {
    if let Some(ahead) = asked.strip_prefix("clock ") {
        return AHEAD.set(ahead.parse().unwrap_or(0));
    }
    match asked {
        "" => {}
        "storage-up" => BROKEN.take().clear(),
        fault => BROKEN.set(fault.to_owned()),
    }
}

/// Whether this is what is broken now.
pub(crate) fn is(fault: &str) -> bool {
    BROKEN.with_borrow(|broken| broken == fault)
}

pub(crate) fn ahead() -> Span {
    Span::millis(AHEAD.get())
}

/// Whether storage answers late: `reach` waits then, and so nothing may go around it.
pub(crate) fn is_slow() -> bool {
    BROKEN.with_borrow(|broken| broken.contains("slow"))
}

/// Fails where the objects of a binding can't be asked.
pub(crate) fn refuse(binding: &str) -> Outcome<()> {
    let broken = BROKEN.with_borrow(Clone::clone);
    let down = broken.strip_suffix("-down").is_some_and(|what| what == "storage" || what.eq_ignore_ascii_case(binding));
    if down { Err(Failure::Ours(format!("fault: {binding} is down"))) } else { Ok(()) }
}

/// Whether the objects of a binding can be asked; late, where storage is slow.
pub(crate) async fn reach(binding: &str, name: &str) -> Outcome<()> {
    let broken = BROKEN.with_borrow(Clone::clone);
    let slow = broken.strip_prefix("slow ").is_some_and(|slow| slow == name);
    if broken == "storage-slow" || slow {
        worker::Delay::from(SLOW).await;
    }
    refuse(binding)
}
