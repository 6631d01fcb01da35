//! The owner's API about money, route by route: rewards, coupons, payouts, the ledger and its export; and the jobs that are
//! long work.

use super::routes::{look, tell};
use super::{Asked, exports, many};
use crate::command::ProgramCommand as C;
use crate::failure::Outcome;
use honeyguide_domain::auth::Scope::{Money, Write};
use honeyguide_domain::fault::Refusal;
use worker::Response;

pub(super) async fn answer(asked: &Asked<'_>, segments: &[&str], body: String) -> Outcome<Response> {
    match (asked.method, segments) {
        ("GET", ["rewards"]) => {
            let query = asked.page(&["state", "beneficiary", "side", "conversion", "kind", "automatic", "sort"])?;
            look(asked, C::Rewards { query }).await
        }
        ("GET", ["rewards", id]) => look(asked, C::Reward { id: id.to_string() }).await,
        ("POST", ["rewards", id, action]) => {
            let command = C::ActOnReward { id: id.to_string(), action: action.to_string(), body: body.clone() };
            tell(asked, Money, command, &body).await
        }
        ("POST", ["coupons"]) => tell(asked, Write, C::NewCoupons { body: body.clone() }, &body).await,
        ("GET", ["coupons"]) => look(asked, C::Coupons).await,
        ("POST", ["payouts"]) => {
            asked.only(&["dry_run"])?;
            if asked.is_dry_run()? {
                let program = asked.program().await?;
                return asked.look(&program, Money, C::PlanPayout { body }).await;
            }
            tell(asked, Money, C::NewPayout { body: body.clone() }, &body).await
        }
        ("GET", ["payouts"]) => look(asked, C::Payouts { query: asked.page(&["sort", "lines"])? }).await,
        ("GET", ["payouts", id]) => many::payout(asked, id).await,
        ("POST", ["payouts", id, "confirm" | "fail"]) => {
            let paid = asked.path.ends_with("/confirm");
            tell(asked, Money, C::SettlePayout { id: id.to_string(), paid, body: body.clone() }, &body).await
        }
        ("POST", ["participants" | "beneficiaries", id, "write-off"]) => {
            tell(asked, Money, C::WriteOff { id: id.to_string(), body: body.clone() }, &body).await
        }
        ("GET", ["ledger"]) => {
            let query = asked.page(&["account", "entry", "reward", "cause", "sort"])?;
            look(asked, C::Ledger { query }).await
        }
        ("GET", ["ledger", "verify"]) => look(asked, C::VerifyLedger).await,
        ("GET", ["export", "ledger.ndjson"]) => exports::ledger(asked).await,
        ("GET", ["jobs", id]) => look(asked, C::Job { id: id.to_string() }).await,
        _ => Err(Refusal::not_found("path").into()),
    }
}
