//! Requests that many objects answer, or that carry many lines: deliveries over all destinations, batches, and payouts
//! as CSV.

use super::routes::{create_participant, shown};
use super::{Asked, bounded_text};
use crate::command::{DestinationCommand, ProgramCommand as C, Query, ask};
use crate::failure::{Failure, Outcome};
use honeyguide_domain::auth::Scope;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::DeliveryId;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::csv;
use honeyguide_domain::wire::read::LARGEST_BATCH;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use worker::{Request, Response};

const MOST_LINES: usize = 10_000;
/// Lines that an object is asked to do at once.
const SLICE: usize = 200;

/// Confirms that the key may look, before anything else is asked.
pub(super) async fn permitted(asked: &Asked<'_>, scope: Scope) -> Outcome<Result<String, Response>> {
    let program = asked.program().await?;
    let checked = asked.look(&program, scope, C::Permitted).await?;
    Ok(if checked.status_code() == 204 { Ok(program) } else { Err(checked) })
}

pub(super) async fn batch(asked: &Asked<'_>, what: &str, request: &mut Request) -> Outcome<Response> {
    let kind = request.headers().get("content-type")?.unwrap_or_default();
    let text = bounded_text(request, LARGEST_BATCH).await?;
    // What is wrong with a row of a table is that row's result; all others are lines of JSON.
    let lines: Vec<csv::Row> = if csv::is_csv(&kind) {
        csv::rows(&text)?
    } else {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| Ok(line.to_owned())).collect()
    };
    if lines.len() > MOST_LINES {
        return Err(Refusal::new(413, "too_many_lines", format!("A batch has {MOST_LINES} lines at most.")).into());
    }
    let program = match permitted(asked, Scope::Write).await? {
        Ok(program) => program,
        Err(refused) => return Ok(refused),
    };
    let mut results = Vec::with_capacity(lines.len());
    for slice in lines.chunks(SLICE) {
        let good: Vec<String> = slice.iter().filter_map(|line| line.as_ref().ok().cloned()).collect();
        let done = match what {
            "participants" => {
                let mut done = Vec::with_capacity(good.len());
                for line in &good {
                    done.push(to_raw_value(&participant_line(asked, line).await?)?);
                }
                done
            }
            "conversions" => lines_of(asked, &program, C::ConvertMany { lines: good }).await?,
            _ => lines_of(asked, &program, C::Customers { lines: good }).await?,
        };
        let mut done = done.into_iter();
        for line in slice {
            results.push(match line {
                Ok(_) => done.next().ok_or_else(|| Failure::Ours("a line has no result".to_owned()))?,
                Err(refusal) => to_raw_value(&refused_line(refusal)?)?,
            });
        }
    }
    // Each is an object with something in it: its number is put before that.
    let numbered = |(number, result): (usize, Box<RawValue>)| {
        format!("{{\"line\":{number},{}\n", result.get().strip_prefix('{').unwrap_or_default())
    };
    let body: String = (1..).zip(results).map(numbered).collect();
    let response = Response::ok(body)?;
    response.headers().set("content-type", "application/x-ndjson")?;
    response.headers().set("cache-control", "private, no-store")?;
    Ok(response)
}

async fn lines_of(asked: &Asked<'_>, program: &str, command: C) -> Outcome<Vec<Box<RawValue>>> {
    let mut response = asked.look(program, Scope::Write, command).await?;
    let text = response.text().await?;
    match response.status_code() {
        200..=299 => Ok(serde_json::from_str(&text)?),
        500 => Err(Failure::Logged("the program failed".to_owned())),
        _ => Err(Failure::Ours(text)),
    }
}

async fn participant_line(asked: &Asked<'_>, line: &str) -> Outcome<Value> {
    match create_participant(asked, line).await {
        Ok(mut response) => {
            let body: Value = serde_json::from_str(&response.text().await?)?;
            let status = response.status_code();
            Ok(if status < 300 {
                json!({"status": status, "participant": body})
            } else {
                json!({"status": status, "error": body["error"]})
            })
        }
        Err(Failure::Refused(refusal)) => refused_line(&refusal),
        Err(failure) => Err(failure),
    }
}

fn refused_line(refusal: &Refusal) -> Outcome<Value> {
    let body: Value = serde_json::from_str(&refusal.body())?;
    Ok(json!({"status": refusal.status, "error": body["error"]}))
}

async fn destination_ids(asked: &Asked<'_>, program: &str) -> Outcome<Result<Vec<String>, Response>> {
    let query = Query { limit: 1_000, ..Query::default() };
    let mut response = asked.look(program, Scope::Read, C::Destinations { query }).await?;
    if response.status_code() >= 300 {
        return Ok(Err(response));
    }
    let page: Value = serde_json::from_str(&response.text().await?)?;
    let ids = page["data"].as_array().into_iter().flatten().filter_map(|row| row["id"].as_str().map(str::to_owned));
    Ok(Ok(ids.collect()))
}

/// A page of all destinations' deliveries, in the order of their ids, which sort by time.
pub(super) async fn deliveries(asked: &Asked<'_>) -> Outcome<Response> {
    let (query, after) = asked.page_by_id(&["state", "destination", "type", "event"])?;
    if after.as_ref().is_some_and(|after| DeliveryId::parse(after).is_err()) {
        let message = "This cursor isn't one that was given.";
        return Err(Refusal::new(400, "invalid_parameter", message).at("cursor").into());
    }
    let program = asked.program().await?;
    let ids = match destination_ids(asked, &program).await? {
        Ok(ids) => ids,
        Err(refused) => return Ok(refused),
    };
    let mut rows: Vec<Value> = Vec::new();
    for id in ids.iter().filter(|id| query.filter("destination").is_none_or(|wanted| wanted == id.as_str())) {
        let command = DestinationCommand::Deliveries { query: query.clone(), after: after.clone() };
        let mut response = ask(asked.env, "DESTINATION", id, &command).await?;
        let page: Vec<Value> = serde_json::from_str(&response.text().await?)?;
        rows.extend(page);
    }
    rows.sort_by_key(|row| row["id"].as_str().unwrap_or_default().to_owned());
    let end = usize::try_from(query.limit).unwrap_or(0);
    let more = rows.len() > end;
    rows.truncate(end);
    let next = rows.last().filter(|_| more).map(|row| row["id"].clone());
    shown(&json!({"data": rows, "next_cursor": next}))
}

/// One delivery, wherever it is kept.
pub(super) async fn delivery(asked: &Asked<'_>, command: DestinationCommand, scope: Scope) -> Outcome<Response> {
    let program = match permitted(asked, scope).await? {
        Ok(program) => program,
        Err(refused) => return Ok(refused),
    };
    let ids = match destination_ids(asked, &program).await? {
        Ok(ids) => ids,
        Err(refused) => return Ok(refused),
    };
    for id in ids {
        let response = ask(asked.env, "DESTINATION", &id, &command).await?;
        if response.status_code() != 404 {
            return Ok(response);
        }
    }
    Err(Refusal::not_found("delivery").into())
}

pub(super) async fn replay_destination(asked: &Asked<'_>, id: &str) -> Outcome<Response> {
    let query = asked.page(&["from", "to", "state"])?;
    let program = match permitted(asked, Scope::Write).await? {
        Ok(program) => program,
        Err(refused) => return Ok(refused),
    };
    let found = asked.look(&program, Scope::Read, C::Destination { id: id.to_owned() }).await?;
    if found.status_code() != 200 {
        return Ok(found);
    }
    let at = |name: &str, otherwise: i64| match query.filter(name) {
        None => Ok(otherwise),
        Some(text) => Timestamp::parse(text)
            .map(Timestamp::millis)
            .map_err(|bad| Failure::Refused(Refusal::new(400, "invalid_time", bad.to_string()).at(name))),
    };
    let (from, to) = (at("from", 0)?, at("to", i64::from(u32::MAX) * 1_000)?);
    let command = DestinationCommand::Replay { id: None, from, to, state: query.filter("state").map(str::to_owned) };
    ask(asked.env, "DESTINATION", id, &command).await
}

/// A payout as JSON, or as CSV where the path ends in `.csv`.
pub(super) async fn payout(asked: &Asked<'_>, id: &str) -> Outcome<Response> {
    let program = asked.program().await?;
    let bare = id.strip_suffix(".csv");
    let mut found = asked.look(&program, Scope::Read, C::Payout { id: bare.unwrap_or(id).to_owned() }).await?;
    if bare.is_none() || found.status_code() != 200 {
        return Ok(found);
    }
    let payout: Value = serde_json::from_str(&found.text().await?)?;
    let mut csv = "beneficiary,amount_minor,currency,state\r\n".to_owned();
    // Ids, whole numbers, currencies and our own words: nothing that needs quoting, nothing that a sheet would run.
    for line in payout["lines"].as_array().into_iter().flatten() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (who, state) = (text(&line["beneficiary"]), text(&line["state"]));
        let value = &line["value"];
        csv.extend(
            [who, value["amount"].to_string(), text(&value["currency"]), state].join(",").chars().chain("\r\n".chars()),
        );
    }
    let response = Response::ok(csv)?;
    response.headers().set("content-type", "text/csv; charset=utf-8")?;
    response.headers().set("cache-control", "private, no-store")?;
    Ok(response)
}
