//! Breaks things on purpose, on a build of its own. The bundle that ships doesn't contain this file.

/// Panics when the request asked for this fault by name.
pub(crate) fn trip(asked: &str, name: &str) {
    assert!(asked != name, "fault: {name}");
}
