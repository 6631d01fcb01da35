//! Where vendors post their events: `POST /v1/in/{vendor}/{program}`. The signature is checked over the body's very bytes
//! by the program's object, which keeps the secrets.
//!
//! Posts that no secret signed are limited by address and by program. Invariant: what is signed is never limited, however
//! many are forged: the signature is looked at first. While a limit is spent it is looked at here, with secrets that are
//! at most a second old, so that a flood costs the program's object one small answer a second.

use crate::command::{InwardCommand, Posted, ProgramCall, ProgramCommand, ask, fetch};
use crate::failure::Outcome;
use crate::owner::{bounded_text, known_program};
use crate::redirect::Seen;
use crate::settings::{Settings, now};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::program::ProgramId;
use honeyguide_domain::ratelimit::{Buckets, FORGED, FORGED_AT_A_PROGRAM, Limit};
use honeyguide_domain::source::Vendor;
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::visitor::{AgentDigest, DayKey};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use worker::{Env, Request, Response};

/// An order with very many lines, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;
/// How old secrets may be that a flood is checked by.
const REMEMBERED: Span = Span::seconds(1);
/// Programs whose secrets are remembered; past it, all are asked for again.
const MOST_REMEMBERED: usize = 1_000;

/// By vendor and program: since when they are known, and the secrets in force.
type Secrets = BTreeMap<String, (Timestamp, Vec<String>)>;

thread_local! {
    static FORGERS: RefCell<Buckets> = RefCell::default();
    static SECRETS: RefCell<Secrets> = RefCell::default();
}

/// One post in a vendor's name.
pub(crate) struct Post<'a> {
    pub(crate) env: &'a Env,
    pub(crate) settings: &'a Settings,
    pub(crate) seen: &'a Seen<'a>,
    pub(crate) vendor: Vendor,
    pub(crate) program: &'a str,
}

/// The vendor and the program of an address; `/v1/in/{id}/replay` is the owner's.
pub(crate) fn post_of(path: &str) -> Option<(Vendor, &str)> {
    let (vendor, program) = path.strip_prefix("/v1/in/")?.split_once('/')?;
    Some((Vendor::parse(vendor)?, program))
}

pub(crate) async fn answer(post: &Post<'_>, mut request: Request) -> Outcome<Response> {
    let body = bounded_text(&mut request, LARGEST).await?;
    let unknown = || Refusal::not_found("program");
    let program = ProgramId::parse(post.program).map_err(|_| unknown())?;
    if known_program(post.env, program.as_str()).await?.is_none() {
        return Err(unknown().into());
    }
    let header = |name: &str| request.headers().get(name).ok().flatten().unwrap_or_default();
    let posted = Posted {
        vendor: post.vendor.as_str().to_owned(),
        body,
        signature: header(match post.vendor {
            Vendor::Stripe => "stripe-signature",
            Vendor::Shopify => "x-shopify-hmac-sha256",
        }),
        topic: header("x-shopify-topic"),
        webhook: Some(header("x-shopify-webhook-id"))
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| header("x-shopify-event-id")),
        shop: header("x-shopify-shop-domain"),
    };
    let forgers = post.forgers();
    if let Some(wait) = FORGERS.with_borrow(|known| known.wait(&forgers, now()))
        && !post.is_signed(&posted).await?
    {
        return Err(Refusal::too_often(wait).into());
    }
    let command = ProgramCommand::Inward(InwardCommand::Receive(Box::new(posted)));
    let answer = ask(post.env, "PROGRAM", program.as_str(), &ProgramCall::of_deployment(command)).await?;
    if answer.status_code() == 401 {
        FORGERS.with_borrow_mut(|known| known.take_of_all(&forgers, now())).map_err(Refusal::too_often)?;
    }
    Ok(answer)
}

/// An owner changed some secrets: none are remembered here. Another isolate learns of it within the second.
pub(crate) fn forget_secrets() {
    SECRETS.with_borrow_mut(Secrets::clear);
}

impl Post<'_> {
    /// Whose limits a forged post spends: the address's, where it is known, and the program's.
    fn forgers(&self) -> Vec<(u64, Limit)> {
        let key = |what: &str| DayKey::new(format!("forged {what}").as_bytes());
        let address = self.seen.neighbours(&key("address")).map(|address| (address, FORGED));
        let program = key(&format!("program {}", self.program)).mark("", AgentDigest::of(""));
        address.into_iter().chain([(program, FORGED_AT_A_PROGRAM)]).collect()
    }

    /// Whether a secret in force signed it, as far as is known here.
    async fn is_signed(&self, posted: &Posted) -> Outcome<bool> {
        let name = format!("{} {}", self.vendor.as_str(), self.program);
        let known = SECRETS.with_borrow(|known| {
            known.get(&name).filter(|(since, _)| now() < since.after(REMEMBERED)).map(|(_, secrets)| secrets.clone())
        });
        let secrets = match known {
            Some(secrets) => secrets,
            None => self.secrets(name).await?,
        };
        Ok(posted.check(self.vendor, &secrets, now()).is_ok())
    }

    async fn secrets(&self, name: String) -> Outcome<Vec<String>> {
        #[derive(Deserialize)]
        struct Source {
            sealed: Option<String>,
        }
        let since = now();
        let command = ProgramCommand::Inward(InwardCommand::Sealed { vendor: self.vendor.as_str().to_owned() });
        let source: Source = fetch(self.env, "PROGRAM", self.program, &ProgramCall::of_deployment(command)).await?;
        let opened = source.sealed.and_then(|sealed| self.settings.sealer.open(&sealed));
        let secrets: Vec<String> = opened.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default();
        SECRETS.with_borrow_mut(|known| {
            if known.len() >= MOST_REMEMBERED {
                known.clear();
            }
            known.insert(name, (since, secrets.clone()));
        });
        Ok(secrets)
    }
}
