//! Where vendors post their events: `POST /v1/in/{vendor}/{program}`. The signature is checked over the body's very bytes
//! by the program's object, which keeps the secrets.

use crate::command::{InwardCommand, Posted, ProgramCall, ProgramCommand, ask};
use crate::failure::Outcome;
use crate::owner::{bounded_text, known_program};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::program::ProgramId;
use honeyguide_domain::source::Vendor;
use worker::{Env, Request, Response};

/// An order with very many lines, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// The vendor and the program of an address; `/v1/in/{id}/replay` is the owner's.
pub(crate) fn post_of(path: &str) -> Option<(Vendor, &str)> {
    let (vendor, program) = path.strip_prefix("/v1/in/")?.split_once('/')?;
    Some((Vendor::parse(vendor)?, program))
}

pub(crate) async fn answer(env: &Env, vendor: Vendor, program: &str, mut request: Request) -> Outcome<Response> {
    let body = bounded_text(&mut request, LARGEST).await?;
    let unknown = || Refusal::not_found("program");
    let program = ProgramId::parse(program).map_err(|_| unknown())?;
    if known_program(env, program.as_str()).await?.is_none() {
        return Err(unknown().into());
    }
    let header = |name: &str| request.headers().get(name).ok().flatten().unwrap_or_default();
    let posted = Posted {
        vendor: vendor.as_str().to_owned(),
        body,
        signature: header(match vendor {
            Vendor::Stripe => "stripe-signature",
            Vendor::Shopify => "x-shopify-hmac-sha256",
        }),
        topic: header("x-shopify-topic"),
        webhook: Some(header("x-shopify-webhook-id"))
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| header("x-shopify-event-id")),
        shop: header("x-shopify-shop-domain"),
    };
    let command = ProgramCommand::Inward(InwardCommand::Receive(Box::new(posted)));
    ask(env, "PROGRAM", program.as_str(), &ProgramCall::of_deployment(command)).await
}
