//! The three kinds of failure: the caller's fault (told in full), ours (logged once, where it happened, and never
//! shown), and, in a batch, one item's.

use honeyguide_domain::fault::Refusal;
use honeyguide_domain::ledger::LedgerError;
use std::fmt;
use worker::{Response, wasm_bindgen::JsValue};

#[derive(Debug)]
pub(crate) enum Failure {
    Refused(Refusal),
    Ours(String),
    /// Ours, in an object, which has logged it.
    Logged(String),
}

/// For the log: in words.
impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(to, "refused with {}: {}", refusal.status, refusal.message),
            Self::Ours(why) | Self::Logged(why) => to.write_str(why),
        }
    }
}

pub(crate) type Outcome<T> = Result<T, Failure>;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

macro_rules! ours {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Failure {
            fn from(error: $kind) -> Self { Self::Ours(error.to_string()) }
        }
    )*};
}

ours!(
    worker::Error,
    serde_json::Error,
    LedgerError,
    honeyguide_domain::id::BadId,
    honeyguide_domain::time::BadTime,
    honeyguide_domain::money::MoneyError,
    honeyguide_domain::code::BadCode,
    honeyguide_domain::program::BadProgramId
);

impl From<JsValue> for Failure {
    fn from(error: JsValue) -> Self {
        Self::Ours(worker::Error::from(error).to_string())
    }
}

impl Failure {
    /// The answer that the caller gets.
    pub(crate) fn answer(self) -> worker::Result<Response> {
        refused(&self.told())
    }

    /// What the caller is told. What is ours is logged here, once, as one structured line.
    pub(crate) fn told(self) -> Refusal {
        match self {
            Self::Refused(refusal) => return refusal,
            Self::Ours(why) => crate::metrics::error(crate::metrics::What::Request, &why),
            Self::Logged(_) => {}
        }
        Refusal::new(500, "internal", "Something went wrong here. Try again; nothing was half done.")
    }
}

fn refused(refusal: &Refusal) -> worker::Result<Response> {
    let response = json(refusal.status, &refusal.body())?;
    if let Some(seconds) = refusal.retry_after {
        response.headers().set("retry-after", &seconds.to_string())?;
    }
    if let Some(methods) = &refusal.allow {
        response.headers().set("allow", methods)?;
    }
    Ok(response)
}

/// An answer of JSON that no cache keeps.
pub(crate) fn json(status: u16, body: &str) -> worker::Result<Response> {
    let response =
        if status == 204 { Response::empty()?.with_status(204) } else { Response::ok(body)?.with_status(status) };
    if status != 204 {
        response.headers().set("content-type", "application/json; charset=utf-8")?;
    }
    response.headers().set("cache-control", "private, no-store")?;
    response.headers().set("x-content-type-options", "nosniff")?;
    Ok(response)
}
