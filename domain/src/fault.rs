//! What is said to a caller whose request can't be done: a stable code, a sentence to act on, and the field.

use serde::Serialize;
use std::cell::RefCell;

/// One thing that is wrong in a body, and where.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where in the document, such as `rewards[1].flat.currency`; empty for the whole.
    pub path: String,
    pub code: &'static str,
    pub message: String,
    /// Understood but refused (422), rather than malformed (400).
    #[serde(skip)]
    pub understood: bool,
}

/// An answer of 4xx. Its body is `{"error": {"code", "message", "field"?, "faults"?}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
    pub field: Option<String>,
    pub faults: Vec<Fault>,
    /// Seconds, for 429.
    pub retry_after: Option<u32>,
    /// For 405: the methods that there are, as `GET, POST`.
    pub allow: Option<Box<str>>,
}

#[derive(Serialize)]
struct Body<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    faults: &'a [Fault],
}

impl Refusal {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, faults: Vec::new(), retry_after: None, allow: None }
    }

    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(404, "not_found", format!("There is no {what} here."))
    }

    pub fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "Send a key that is in force: Authorization: Bearer hg_sk_….")
    }

    pub fn too_often(seconds: u32) -> Self {
        let mut refusal = Self::new(429, "too_many_requests", format!("Try again in {seconds} seconds."));
        refusal.retry_after = Some(seconds);
        refusal
    }

    /// One fault speaks for all, and every fault is listed. A field that nobody knows comes first: it is most often the
    /// misspelt one that is missing elsewhere.
    pub fn of(faults: Vec<Fault>) -> Option<Self> {
        let unknown = faults.iter().find(|fault| fault.code == "unknown_field");
        let first =
            unknown.or_else(|| faults.iter().find(|fault| !fault.understood)).or_else(|| faults.first())?.clone();
        let status = if first.understood { 422 } else { 400 };
        let field = (!first.path.is_empty()).then_some(first.path);
        Some(Self { status, code: first.code, message: first.message, field, faults, retry_after: None, allow: None })
    }

    pub fn body(&self) -> String {
        let error =
            Inner { code: self.code, message: &self.message, field: self.field.as_deref(), faults: &self.faults };
        serde_json::to_string(&Body { error }).unwrap_or_default()
    }
}

/// A place in a document that is being read, and the list that its faults go to.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    pub(crate) path: String,
    pub(crate) faults: &'a RefCell<Vec<Fault>>,
    /// Where the reader says what it accepts, when it is asked for that instead. Not in the Worker.
    #[cfg(any(test, feature = "openapi"))]
    pub(crate) sketch: Option<&'a crate::wire::sketch::Sketch>,
}

impl<'a> Place<'a> {
    pub fn root(faults: &'a RefCell<Vec<Fault>>) -> Self {
        Self {
            path: String::new(),
            faults,
            #[cfg(any(test, feature = "openapi"))]
            sketch: None,
        }
    }

    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self { path, ..self.clone() }
    }

    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), ..self.clone() }
    }

    /// Notes what is malformed here (400).
    pub fn malformed(&self, code: &'static str, message: impl Into<String>) {
        self.note(code, message.into(), false);
    }

    /// Notes what is understood but can't be done (422).
    pub fn refused(&self, code: &'static str, message: impl Into<String>) {
        self.note(code, message.into(), true);
    }

    /// How many faults are noted so far, wherever.
    pub fn faults(&self) -> usize {
        self.faults.borrow().len()
    }

    fn note(&self, code: &'static str, message: String, understood: bool) {
        self.faults.borrow_mut().push(Fault { path: self.path.clone(), code, message, understood });
    }
}
