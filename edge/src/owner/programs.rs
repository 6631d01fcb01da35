//! Programs side by side: the deployment sees all of them, a program itself alone.

use super::many::permitted;
use super::routes::shown;
use super::{Asked, clicks};
use crate::command::{DirectoryCommand, ProgramCall, ProgramCommand as C, fetch};
use crate::failure::Outcome;
use crate::settings::now;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use honeyguide_domain::auth::Scope;
use honeyguide_domain::deployment::{AT_ONCE, MOST, by_kind};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::overview::Days;
use honeyguide_domain::program::ProgramId;
use honeyguide_domain::wire::deployment::{Listed, Programs};
use worker::Response;

pub(super) async fn answer(asked: &Asked<'_>) -> Outcome<Response> {
    let (query, after) = asked.page_by_id(&["from", "to"])?;
    let days = Days::read(query.filter("from"), query.filter("to"), now())?;
    if after.as_ref().is_some_and(|after| ProgramId::parse(after).is_err()) {
        let message = "This cursor isn't one that was given.";
        return Err(Refusal::new(400, "invalid_parameter", message).at("cursor").into());
    }
    let names_one = crate::public::parameter(asked.query, "program").is_some();
    let limit = query.limit.min(MOST);
    let mut ids: Vec<String> = if asked.is_admin() && !names_one {
        let command = DirectoryCommand::ProgramsAfter { after, limit: limit + 1 };
        fetch(asked.env, "DIRECTORY", "directory", &command).await?
    } else {
        match permitted(asked, Scope::Read).await? {
            Ok(program) => {
                let is_behind = after.is_none_or(|after| program > after);
                is_behind.then_some(program).into_iter().collect()
            }
            Err(refused) => return Ok(refused),
        }
    };
    let shown_at_most = usize::try_from(limit).unwrap_or(0);
    let is_more = ids.len() > shown_at_most;
    ids.truncate(shown_at_most);
    let next_cursor = ids.last().filter(|_| is_more).cloned();
    clicks::add_up(asked.env, asked.settings).await?;
    let ask = |id: String| async move {
        let call = ProgramCall::of_deployment(C::Sums { from: days.from, until: days.until });
        fetch::<Listed>(asked.env, "PROGRAM", &id, &call).await
    };
    let data: Vec<Listed> = stream::iter(ids.into_iter().map(ask)).buffered(AT_ONCE).try_collect().await?;
    let told = Programs { from: days.begin(), to: days.end(), sums: by_kind(&data), data, next_cursor };
    shown(&serde_json::to_value(told)?)
}
