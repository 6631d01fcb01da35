//! Requests that many objects answer, or that carry many lines: deliveries over all destinations, batches, and payouts
//! as CSV.

use super::routes::{code_owner, shown};
use super::{Asked, bounded_text, claim_codes};
use crate::command::{About, DestinationCommand, ProgramCommand as C, Query, ask};
use crate::failure::{Failure, Outcome};
use crate::redirect;
use honeyguide_domain::auth::Scope;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::DeliveryId;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::csv;
use honeyguide_domain::wire::participants::NewParticipant;
use honeyguide_domain::wire::read::{self, LARGEST_BATCH};
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use std::collections::HashSet;
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
            "participants" => participants(asked, &program, good).await?,
            "conversions" => lines_of(asked, &program, C::ConvertMany { lines: good }).await?,
            _ => lines_of(asked, &program, C::Customers { lines: good }).await?,
        };
        let mut done = done.into_iter();
        for line in slice {
            results.push(match line {
                Ok(_) => done.next().ok_or_else(no_result)?,
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

async fn lines_of<T: DeserializeOwned>(asked: &Asked<'_>, program: &str, command: C) -> Outcome<Vec<T>> {
    let mut response = asked.look(program, Scope::Write, command).await?;
    let text = response.text().await?;
    match response.status_code() {
        200..=299 => Ok(serde_json::from_str(&text)?),
        500 => Err(Failure::Logged("the program failed".to_owned())),
        _ => Err(Failure::Ours(text)),
    }
}

/// Makes participants in pieces in which each external id stands once, so that a line finds whom another made before it.
async fn participants(asked: &Asked<'_>, program: &str, lines: Vec<String>) -> Outcome<Vec<Box<RawValue>>> {
    let mut results = Vec::with_capacity(lines.len());
    let (mut piece, mut named) = (Vec::new(), HashSet::new());
    for line in lines {
        let new = read::body::<NewParticipant>(&line);
        if new.as_ref().is_ok_and(|new| !named.insert(new.external_id.clone())) {
            results.extend(make_participants(asked, program, std::mem::take(&mut piece)).await?);
            named.clear();
            named.extend(new.as_ref().map(|new| new.external_id.clone()));
        }
        piece.push((line, new));
    }
    results.extend(make_participants(asked, program, piece).await?);
    Ok(results)
}

/// All codes are claimed by one call, and everyone is made by another. Where it breaks off between the two, codes are
/// claimed that lead nowhere: the same line sent again finds its own.
async fn make_participants(
    asked: &Asked<'_>,
    program: &str,
    lines: Vec<(String, Result<NewParticipant, Refusal>)>,
) -> Outcome<Vec<Box<RawValue>>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let read = lines.iter().filter(|(_, new)| new.is_ok()).map(|(line, _)| line.clone()).collect();
    let found: Vec<Option<Box<RawValue>>> = lines_of(asked, program, C::FindParticipants { lines: read }).await?;
    let mut found = found.into_iter();
    let (mut results, mut wanted) = (Vec::with_capacity(lines.len()), Vec::new());
    for (_, new) in &lines {
        results.push(match new {
            Err(refusal) => Some(to_raw_value(&refused_line(refusal)?)?),
            Ok(new) => {
                let found = found.next().ok_or_else(no_result)?;
                if found.is_none() {
                    wanted.push((new.code.clone(), code_owner(new)));
                }
                found
            }
        });
    }
    let mut claimed = claim_codes(asked.env, asked.settings, program, &wanted).await?.into_iter();
    let mut made = Vec::with_capacity(wanted.len());
    for (result, (line, _)) in results.iter_mut().zip(lines).filter(|(result, _)| result.is_none()) {
        match claimed.next().ok_or_else(no_result)? {
            Ok(code) => made.push((line, code)),
            Err(refusal) => *result = Some(to_raw_value(&refused_line(&refusal)?)?),
        }
    }
    if !made.is_empty() {
        let made = lines_of(asked, program, C::CreateParticipants { lines: made }).await?;
        let without = results.iter_mut().filter(|result| result.is_none());
        without.zip(made).for_each(|(result, made)| *result = Some(made));
        redirect::forget(program);
    }
    results.into_iter().map(|result| result.ok_or_else(no_result)).collect()
}

fn no_result() -> Failure {
    Failure::Ours("a line has no result".to_owned())
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
    let filters = ["state", "destination", "type", "event", "conversion", "reward", "sort"];
    let (query, after) = asked.page_by_id(&filters)?;
    let newest = query.is_newest_first()?;
    if after.as_ref().is_some_and(|after| DeliveryId::parse(after).is_err()) {
        let message = "This cursor isn't one that was given.";
        return Err(Refusal::new(400, "invalid_parameter", message).at("cursor").into());
    }
    let program = asked.program().await?;
    let ids = match destination_ids(asked, &program).await? {
        Ok(ids) => ids,
        Err(refused) => return Ok(refused),
    };
    let about = about(asked, &program, &query).await?;
    if about.as_ref().is_some_and(|about| about.moments.is_empty()) {
        return shown(&json!({"data": [], "next_cursor": null}));
    }
    let mut rows: Vec<Value> = Vec::new();
    for id in ids.iter().filter(|id| query.filter("destination").is_none_or(|wanted| wanted == id.as_str())) {
        let command =
            DestinationCommand::Deliveries { query: query.clone(), after: after.clone(), about: about.clone() };
        let mut response = ask(asked.env, "DESTINATION", id, &command).await?;
        let page: Vec<Value> = serde_json::from_str(&response.text().await?)?;
        rows.extend(page);
    }
    rows.sort_by_key(|row| row["id"].as_str().unwrap_or_default().to_owned());
    if newest {
        rows.reverse();
    }
    let end = usize::try_from(query.limit).unwrap_or(0);
    let more = rows.len() > end;
    rows.truncate(end);
    let next = rows.last().filter(|_| more).map(|row| row["id"].clone());
    shown(&json!({"data": rows, "next_cursor": next}))
}

/// What the deliveries of a conversion or of a reward are found by, where they are asked for.
async fn about(asked: &Asked<'_>, program: &str, query: &Query) -> Outcome<Option<About>> {
    let [conversion, reward] = ["conversion", "reward"].map(|name| query.filter(name).map(str::to_owned));
    let names: Vec<String> = [&conversion, &reward].into_iter().flatten().cloned().collect();
    if names.is_empty() {
        return Ok(None);
    }
    let mut answer = asked.look(program, Scope::Read, C::Moments { conversion, reward }).await?;
    let text = answer.text().await?;
    match answer.status_code() {
        200..=299 => Ok(Some(About { moments: serde_json::from_str(&text)?, names })),
        _ => Err(Failure::Ours(text)),
    }
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
    let query = asked.page(&["from", "to", "state", "dry_run"])?;
    let dry_run = asked.is_dry_run()?;
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
    let state = query.filter("state").map(str::to_owned);
    let command = DestinationCommand::ReplayRange { from, to, state, dry_run };
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
