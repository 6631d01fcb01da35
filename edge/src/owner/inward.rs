//! The owner's API about what comes in, route by route: vendors' secrets, their events, and claims.

use super::Asked;
use super::routes::{look, tell};
use crate::command::{InwardCommand as I, ProgramCommand as C};
use crate::failure::Outcome;
use honeyguide_domain::auth::Scope::Write;
use honeyguide_domain::fault::Refusal;
use worker::Response;

pub(super) async fn answer(asked: &Asked<'_>, segments: &[&str], body: String) -> Outcome<Response> {
    match (asked.method, segments) {
        ("GET", ["sources"]) => look(asked, C::Inward(I::Sources)).await,
        ("PUT", ["sources", vendor]) => {
            let command = I::SetSource { vendor: vendor.to_string(), body: body.clone() };
            let answer = tell(asked, Write, C::Inward(command), &body).await;
            crate::inbound::forget_secrets();
            answer
        }
        ("DELETE", ["sources", vendor]) => {
            let answer = tell(asked, Write, C::Inward(I::DropSource { vendor: vendor.to_string() }), "").await;
            crate::inbound::forget_secrets();
            answer
        }
        ("GET", ["in"]) => {
            let query = asked.page(&["source", "state", "type", "reason", "sort"])?;
            look(asked, C::Inward(I::List { query })).await
        }
        ("GET", ["in", id]) => look(asked, C::Inward(I::One { id: id.to_string() })).await,
        ("POST", ["in", id, "replay"]) => tell(asked, Write, C::Inward(I::Replay { id: id.to_string() }), &body).await,
        ("GET", ["claims"]) => {
            let query = asked.page(&["state", "event", "external_id", "sort"])?;
            look(asked, C::Inward(I::Claims { query })).await
        }
        ("POST", ["claims", id, "confirm"]) => {
            let command = I::ConfirmClaim { id: id.to_string(), body: body.clone() };
            tell(asked, Write, C::Inward(command), &body).await
        }
        ("POST", ["claims", id, "reject"]) => {
            tell(asked, Write, C::Inward(I::RejectClaim { id: id.to_string() }), &body).await
        }
        _ => Err(Refusal::not_found("path").into()),
    }
}
