//! Clicks over all shards: raw ones merged by time, and the counts that their program keeps.

use super::many::permitted;
use super::routes::shown;
use super::{Asked, ask_clicks};
use crate::buffer;
use crate::command::{ClickQuery, ClicksCommand, GroupBy, ProgramCall, ProgramCommand as C, fetch};
use crate::failure::Outcome;
use crate::settings::Settings;
use honeyguide_domain::auth::Scope;
use honeyguide_domain::clickcount::{begin_of, hour_of};
use honeyguide_domain::clickquality::Quality;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::ClickId;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::clicks::Tally;
use serde::Deserialize;
use serde_json::{Value, json};
use worker::{Env, Response};

/// The year 9999: as late as a time can be written.
const END: i64 = 253_402_300_799_999;

/// A page of raw clicks, the earliest first or the newest.
pub(super) async fn list(asked: &Asked<'_>) -> Outcome<Response> {
    #[derive(Deserialize)]
    struct Page {
        data: Vec<Value>,
        until: Option<String>,
    }
    let (query, cursor) = asked.page_by_id(&["code", "quality", "from", "to", "sort"])?;
    let newest = query.is_newest_first()?;
    if let Some(cursor) = &cursor {
        ClickId::parse(cursor).map_err(|_| {
            Refusal::new(400, "invalid_parameter", "This cursor isn't one that was given.").at("cursor")
        })?;
    }
    let quality = query.filter("quality").map(str::to_owned);
    if let Some(quality) = &quality
        && Quality::parse(quality).is_none()
    {
        let known = Quality::ALL.map(Quality::as_str).join(", ");
        return Err(Refusal::new(400, "unknown_value", format!("quality is one of {known}.")).at("quality").into());
    }
    let code = query.filter("code").map(str::to_lowercase);
    let (from, to) = (time(query.filter("from"), "from")?.unwrap_or(0), time(query.filter("to"), "to")?.unwrap_or(END));
    let program = match permitted(asked, Scope::Read).await? {
        Ok(program) => program,
        Err(refused) => return Ok(refused),
    };
    buffer::flush(asked.env).await;
    let limit = usize::try_from(query.limit).unwrap_or(0);
    let mut pages = Vec::new();
    for shard in 0..asked.settings.shards {
        let command = ClicksCommand::List {
            program: program.clone(),
            code: code.clone(),
            quality: quality.clone(),
            from,
            to,
            after: cursor.clone(),
            newest,
            limit,
        };
        pages.push(serde_json::from_value::<Page>(ask_clicks(asked.env, shard, &command).await?)?);
    }
    // What lies after the first shard's end may miss clicks of that shard: it is left to the next page.
    let ends = pages.iter().filter_map(|page| page.until.clone());
    let horizon = if newest { ends.max() } else { ends.min() };
    let id = |row: &Value| row["id"].as_str().unwrap_or_default().to_owned();
    let mut rows: Vec<Value> = pages.into_iter().flat_map(|page| page.data).collect();
    rows.retain(|row| horizon.as_ref().is_none_or(|horizon| (id(row) <= *horizon) != newest || id(row) == *horizon));
    rows.sort_by_key(id);
    if newest {
        rows.reverse();
    }
    let next = if rows.len() > limit { rows.get(limit - 1).map(id) } else { horizon };
    rows.truncate(limit);
    shown(&json!({"data": rows, "next_cursor": next}))
}

/// Counts by hour, day, code or channel.
pub(super) async fn stats(asked: &Asked<'_>) -> Outcome<Response> {
    let query = asked.page(&["code", "from", "to", "group_by"])?;
    let group_by = match query.filter("group_by").unwrap_or("day") {
        "hour" => GroupBy::Hour,
        "day" => GroupBy::Day,
        "code" => GroupBy::Code,
        "channel" => GroupBy::Channel,
        _ => {
            let message = "group_by is one of hour, day, code, channel.";
            return Err(Refusal::new(400, "unknown_value", message).at("group_by").into());
        }
    };
    let (from, to) = (time(query.filter("from"), "from")?, time(query.filter("to"), "to")?);
    let code = query.filter("code").map(str::to_lowercase);
    let program = match permitted(asked, Scope::Read).await? {
        Ok(program) => program,
        Err(refused) => return Ok(refused),
    };
    shown(&counted(asked.env, asked.settings, &program, group_by, code, (from, to)).await?)
}

/// Counts by the day, of whole days in milliseconds.
pub(super) async fn by_day(asked: &Asked<'_>, program: &str, from: i64, to: i64) -> Outcome<Value> {
    let between = (Some(from.clamp(0, END)), Some(to.clamp(0, END)));
    counted(asked.env, asked.settings, program, GroupBy::Day, None, between).await
}

/// Raw, person and human clicks of one code.
pub(crate) async fn of_code(env: &Env, settings: &Settings, program: &str, code: &str) -> Outcome<Value> {
    let all = counted(env, settings, program, GroupBy::Code, Some(code.to_owned()), (None, None)).await?;
    let row = all["data"].as_array().and_then(|rows| rows.first()).cloned();
    let count = |name: &str| row.as_ref().map_or(json!(0), |row| row[name].clone());
    Ok(json!({"raw": count("raw"), "person": count("person"), "human": count("human")}))
}

/// Has every shard add up what it has, then asks the program. Hours that are only in part in the time asked for are
/// counted from the raw clicks.
async fn counted(
    env: &Env,
    settings: &Settings,
    program: &str,
    group_by: GroupBy,
    code: Option<String>,
    (from, to): (Option<i64>, Option<i64>),
) -> Outcome<Value> {
    buffer::flush(env).await;
    let begin = |hour: i64| begin_of(hour).millis();
    let (from, to) = (from.unwrap_or(0), to.unwrap_or(END));
    let from_hour = hour_of(Timestamp::from_millis(from + 3_599_999));
    let to_hour = hour_of(Timestamp::from_millis(to));
    let between = if from >= to {
        vec![]
    } else if from_hour > to_hour {
        vec![(from, to)]
    } else {
        [(from, begin(from_hour)), (begin(to_hour), to)]
            .into_iter()
            .filter(|(from, to)| from < to && *to < END)
            .collect()
    };
    let mut edges: Vec<Tally> = Vec::new();
    for shard in 0..settings.shards {
        let command = ClicksCommand::Roll { program: program.to_owned(), between: between.clone() };
        edges.extend(serde_json::from_value::<Vec<Tally>>(ask_clicks(env, shard, &command).await?)?);
    }
    let query = ClickQuery { group_by, code, from_hour, to_hour: to_hour.max(from_hour) };
    let call = ProgramCall::of_deployment(C::ClickStats { query, edges });
    fetch(env, "PROGRAM", program, &call).await
}

/// Has every shard add up what it has, for all programs.
pub(super) async fn add_up(env: &Env, settings: &Settings) -> Outcome<()> {
    buffer::flush(env).await;
    for shard in 0..settings.shards {
        ask_clicks(env, shard, &ClicksCommand::Roll { program: String::new(), between: Vec::new() }).await?;
    }
    Ok(())
}

fn time(text: Option<&str>, name: &str) -> Outcome<Option<i64>> {
    let Some(text) = text else { return Ok(None) };
    let at = Timestamp::parse(text).map_err(|bad| Refusal::new(400, "invalid_time", bad.to_string()).at(name))?;
    Ok(Some(at.millis().clamp(0, END)))
}
