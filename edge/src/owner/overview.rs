//! The overview: clicks are what every shard adds up to, all else is in the program's object.

use super::Asked;
use super::clicks;
use super::many::permitted;
use super::routes::look;
use crate::command::ProgramCommand as C;
use crate::failure::Outcome;
use crate::settings::now;
use honeyguide_domain::auth::Scope;
use honeyguide_domain::overview::{Clicks, Days};
use worker::Response;

pub(super) async fn answer(asked: &Asked<'_>) -> Outcome<Response> {
    let query = asked.page(&["from", "to"])?;
    let days = Days::read(query.filter("from"), query.filter("to"), now())?;
    let program = match permitted(asked, Scope::Read).await? {
        Ok(program) => program,
        Err(refused) => return Ok(refused),
    };
    let counted = clicks::by_day(asked, &program, days.before().begin().millis(), days.end().millis()).await?;
    let begin = days.begin().to_string();
    let mut clicks = [Clicks::default(); 2];
    let [these, earlier] = &mut clicks;
    for row in counted["data"].as_array().into_iter().flatten() {
        let is_before = row["key"].as_str() < begin.get(..10);
        let sum = if is_before { &mut *earlier } else { &mut *these };
        let count = |name: &str| row[name].as_i64().unwrap_or(0);
        sum.person += count("person");
        sum.human += count("human");
        sum.engaged += count("engaged");
    }
    look(asked, C::Overview { from: days.from, until: days.until, clicks }).await
}
