//! What goes wrong, in words for the person at the terminal. Used everywhere here; nothing else depends on it.

use std::fmt;

/// A sentence that says what is wrong and, where it can be known, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(String);

pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Puts what was being tried in front of an error's own words.
pub trait Because<T> {
    fn because(self, tried: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> Because<T> for std::result::Result<T, E> {
    fn because(self, tried: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Failure(format!("{}: {error}", tried())))
    }
}

impl<T> Because<T> for Option<T> {
    fn because(self, tried: impl FnOnce() -> String) -> Result<T> {
        self.ok_or_else(|| Failure(tried()))
    }
}
