//! Adding clicks up, and handing that to their programs exactly once.
//!
//! Invariant: what belongs to a step is written down before the step leaves, and never changes; steps leave in order;
//! a program takes each step of a shard once. So a step that is sent again, after a crash or by two at once, counts once.

use super::batches::{self, Batch};
use crate::command::{ProgramCall, ProgramCommand, Resolved, ask, resolve_codes};
use crate::failure::{Failure, Outcome};
use crate::settings::now;
use crate::store::{Bound, Store, int, text};
use honeyguide_domain::clickcount::{Mark, Tallies};
use honeyguide_domain::id::ClickId;
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::clicks::{self, Click, Tally};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use worker::Env;

/// Clicks and marks of one step at most.
const STEP_CLICKS: i64 = 200_000;
const STEP_MARKS: i64 = 5_000;
/// A mark whose click hasn't come by then is given up.
const ORPHAN: Span = Span::minutes(10);
/// Texts of one call to a program: little, so that nobody who asks the program meanwhile waits long.
const CALL_BYTES: usize = 60_000;
/// Codes that the directory is asked for at once.
const ASKED_AT_ONCE: usize = 500;

/// Whether anything isn't added up yet.
pub(super) fn waits(store: &Store) -> Outcome<bool> {
    let any =
        "SELECT EXISTS (SELECT 1 FROM batches WHERE seq > COALESCE((SELECT MAX(upto) FROM steps), 0)) OR EXISTS (SELECT 1 FROM marks WHERE step IS NULL)
         OR EXISTS (SELECT 1 FROM steps WHERE done = 0) AS n";
    Ok(store.number(any, vec![])? != 0)
}

/// Adds up all there is.
pub(super) async fn roll(env: &Env, store: &Store, shard: &str) -> Outcome<()> {
    loop {
        resolve(env, store).await?;
        let Some(step) = store.transaction(|| next(store))? else { return Ok(()) };
        for (program, tallies) in tallied(store, step).await? {
            send(env, &program, shard, step, &tallies).await?;
        }
        store.run("UPDATE steps SET done = 1 WHERE number = ?", vec![int(step)])?;
    }
}

/// The step that isn't done; else a new one with what waits, if anything does.
fn next(store: &Store) -> Outcome<Option<i64>> {
    let open = store.number("SELECT MIN(number) AS n FROM steps WHERE done = 0", vec![])?;
    if open > 0 {
        return Ok(Some(open));
    }
    let number = store.number("SELECT COALESCE(MAX(number), 0) + 1 AS n FROM steps", vec![])?;
    let after = store.number("SELECT MAX(upto) AS n FROM steps", vec![])?;
    let upto = store.number(
        "SELECT MAX(seq) AS n FROM (
            SELECT seq, SUM(n) OVER (ORDER BY seq) - n AS before FROM batches
            WHERE seq > ?1 AND seq < COALESCE((SELECT MIN(seq) FROM batches WHERE unresolved = 1), 9e15))
         WHERE before < ?2",
        vec![int(after), int(STEP_CLICKS)],
    )?;
    let upto = upto.max(after);
    let marks = assign_marks(store, number)?;
    if upto == after && marks == 0 {
        return Ok(None);
    }
    let values = vec![int(number), int(after), int(upto)];
    store.run("INSERT INTO steps (number, done, after, upto) VALUES (?, 0, ?, ?)", values)?;
    Ok(Some(number))
}

/// Gives a step the marks whose clicks are here. Says how many.
fn assign_marks(store: &Store, step: i64) -> Outcome<i64> {
    #[derive(Deserialize)]
    struct Row {
        click: String,
        mark: String,
        at: i64,
    }
    let query = "SELECT click, mark, at FROM marks WHERE step IS NULL LIMIT ?";
    let mut count = 0;
    for row in store.rows::<Row>(query, vec![int(STEP_MARKS)])? {
        let here = batches::holding(store, ClickId::parse(&row.click)?)?.is_some();
        let given_up = now().millis() - row.at > ORPHAN.as_millis();
        if here || given_up {
            let values = vec![int(if here { step } else { 0 }), text(&row.click), text(&row.mark)];
            store.run("UPDATE marks SET step = ? WHERE click = ? AND mark = ?", values)?;
            count += i64::from(here);
        }
    }
    Ok(count)
}

/// What a step adds up to, by program. The same however often it is asked. Others have their turn after each batch.
async fn tallied(store: &Store, step: i64) -> Outcome<BTreeMap<String, Vec<Tally>>> {
    #[derive(Deserialize)]
    struct Marked {
        click: String,
        mark: String,
        at: i64,
    }
    let mut programs: BTreeMap<String, Tallies> = BTreeMap::new();
    let mut after = store.number("SELECT after AS n FROM steps WHERE number = ?", vec![int(step)])?;
    let upto = store.number("SELECT upto AS n FROM steps WHERE number = ?", vec![int(step)])?;
    loop {
        let query = "SELECT seq, rows FROM batches WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT 1";
        let Some(batch) = store.rows_of_bytes::<Batch>(query, vec![int(after), int(upto)])?.pop() else { break };
        after = batch.seq;
        worker::Delay::from(Duration::ZERO).await;
        for click in batch.clicks() {
            let click = click?;
            match programs.get_mut(click.program) {
                Some(tallies) => tallies.click(&click),
                None => programs.entry(click.program.to_owned()).or_default().click(&click),
            }
        }
    }
    for row in store.rows::<Marked>("SELECT click, mark, at FROM marks WHERE step = ?", vec![int(step)])? {
        let id = ClickId::parse(&row.click)?;
        let (Some(batch), Some(mark)) = (batches::holding(store, id)?, Mark::parse(&row.mark)) else { continue };
        for click in batch.clicks() {
            let click = click?;
            if click.id == id {
                let tallies = programs.entry(click.program.to_owned()).or_default();
                tallies.mark(&click, mark);
                if mark == Mark::Engaged {
                    tallies.went_on(&click, Timestamp::from_millis(row.at));
                }
            }
        }
    }
    // Clicks that belong to no program are kept, and add up nowhere.
    programs.remove("");
    Ok(programs.into_iter().map(|(program, tallies)| (program, tallies.finish())).collect())
}

/// Hands a program its part of a step, in as many parts as it takes.
async fn send(env: &Env, program: &str, shard: &str, step: i64, tallies: &[Tally]) -> Outcome<()> {
    let mut part = 0;
    let mut rows = Vec::new();
    let mut bytes = 0;
    for (at, tally) in (1..).zip(tallies) {
        bytes += 120 + tally.code.len() + 11 * tally.visitors.0.len() + 8 * tally.went_on.len();
        rows.push(tally.clone());
        if bytes >= CALL_BYTES || at == tallies.len() {
            let command =
                ProgramCommand::AddClicks { shard: shard.to_owned(), step, part, tallies: std::mem::take(&mut rows) };
            let call = ProgramCall::of_deployment(command);
            let mut response = ask(env, "PROGRAM", program, &call).await?;
            if response.status_code() >= 300 {
                return Err(Failure::Ours(response.text().await.unwrap_or_default()));
            }
            part += 1;
            bytes = 0;
        }
    }
    Ok(())
}

/// Finds the programs of clicks that were made while nothing could be asked.
async fn resolve(env: &Env, store: &Store) -> Outcome<()> {
    let mut found: BTreeMap<(String, String), Resolved> = BTreeMap::new();
    for batch in
        store.rows_of_bytes::<Batch>("SELECT seq, rows FROM batches WHERE unresolved = 1 ORDER BY seq", vec![])?
    {
        let mut unknown = BTreeSet::new();
        for click in batch.clicks() {
            let name = named(&click?);
            unknown.extend(name.filter(|name| !found.contains_key(name)));
        }
        let unknown: Vec<_> = unknown.into_iter().collect();
        for wanted in unknown.chunks(ASKED_AT_ONCE) {
            found.extend(wanted.iter().cloned().zip(resolve_codes(env, wanted.to_vec()).await?.resolved));
        }
        let mut rows = Vec::with_capacity(batch.rows.len());
        for click in batch.clicks() {
            let click = click?;
            let Some(resolved) = named(&click).and_then(|name| found.get(&name)) else {
                clicks::append(&mut rows, &click);
                continue;
            };
            let known = resolved.program.is_some();
            let program = resolved.program.as_ref().or(resolved.host_program.as_ref());
            let reason = if known { "" } else { "unknown_code" };
            let program = program.map(String::as_str).unwrap_or_default();
            clicks::append(&mut rows, &Click { program, reason, ..click });
        }
        store.run(
            "UPDATE batches SET rows = ?, unresolved = 0 WHERE seq = ? AND unresolved = 1",
            vec![Bound::Blob(rows), int(batch.seq)],
        )?;
    }
    Ok(())
}

/// Code and host of a click whose program isn't known.
fn named(click: &Click<'_>) -> Option<(String, String)> {
    click.program.strip_prefix('@').map(|host| (click.code.to_owned(), host.to_owned()))
}
