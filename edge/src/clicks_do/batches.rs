//! The batches of a shard: kept once, found by time, let go when they are old.

use crate::failure::{Failure, Outcome};
use crate::store::{Bound, Store, int, text};
use honeyguide_domain::clickcount::{Mark, Tallies};
use honeyguide_domain::clickquality::Quality;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::ClickId;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::clicks::{self, Click, LONGEST_BATCH, Tally};
use serde::Deserialize;

/// The year 9999: as late as a time can be written.
const LATEST: i64 = 253_402_300_799_999;
/// Rows of the first table that are moved over at once.
const ADOPTED: i64 = 1_000;

/// One batch as it is stored.
#[derive(Deserialize)]
pub(super) struct Batch {
    pub(super) seq: i64,
    #[serde(with = "serde_bytes")]
    pub(super) rows: Vec<u8>,
}

impl Batch {
    pub(super) fn clicks(&self) -> impl Iterator<Item = Outcome<Click<'_>>> {
        clicks::read(&self.rows).map(|click| click.map_err(|bad| Failure::Ours(format!("batch {}: {bad}", self.seq))))
    }
}

impl Batch {
    fn has(&self, id: ClickId) -> Outcome<bool> {
        for click in self.clicks() {
            if click?.id == id {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What came with a batch.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) clicks: i64,
    /// The programs of some aren't known yet.
    pub(super) unresolved: bool,
}

/// Keeps a batch. One that was kept before is left as it is.
pub(super) fn keep(store: &Store, first: &str, rows: &[u8]) -> Outcome<Kept> {
    let bad = |why: &str| Refusal::new(400, "bad_batch", why.to_owned());
    let mut count = 0;
    let mut newest: Option<Timestamp> = None;
    let mut unresolved = false;
    for click in clicks::read(rows) {
        let click = click.map_err(|_| bad("This isn't a batch of clicks."))?;
        if count == 0 && click.id.to_string() != first {
            return Err(bad("A batch is named by its first click.").into());
        }
        let at = click.id.at();
        newest = newest.max(Some(at));
        unresolved |= click.program.starts_with('@');
        count += 1;
    }
    let Some(to) = newest else { return Ok(Kept::default()) };
    store.run(
        // No step may have passed it: the newest batches may have been let go, their steps are still known.
        "INSERT OR IGNORE INTO batches (seq, first, n, to_at, unresolved, rows)
         SELECT MAX(COALESCE((SELECT MAX(seq) FROM batches), 0), COALESCE((SELECT MAX(upto) FROM steps), 0)) + 1, ?, ?, ?, ?, ?",
        vec![
            text(first),
            int(count),
            int(to.millis()),
            int(i64::from(unresolved)),
            Bound::Blob(rows.to_vec()),
        ],
    )?;
    Ok(Kept { clicks: count, unresolved })
}

/// Moves clicks that an older version kept row by row into batches.
pub(super) fn adopt(store: &Store) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        program: Option<String>,
        code: String,
        channel: Option<String>,
        quality: String,
        reason: Option<String>,
        visitor: String,
    }
    loop {
        let query = "SELECT id, program, code, channel, quality, reason, visitor FROM clicks ORDER BY id LIMIT ?";
        let old: Vec<Row> = store.rows(query, vec![int(ADOPTED)])?;
        let Some(first) = old.first() else { return Ok(()) };
        let begins = ClickId::parse(&first.id)?;
        let mut rows = Vec::new();
        let mut last = &first.id;
        for row in &old {
            let id = ClickId::parse(&row.id)?;
            if id.at() > begins.at().after(LONGEST_BATCH) {
                break;
            }
            let click = Click {
                id,
                program: row.program.as_deref().unwrap_or_default(),
                code: &row.code,
                channel: row.channel.as_deref().unwrap_or_default(),
                quality: Quality::parse(&row.quality).unwrap_or(Quality::Person),
                reason: row.reason.as_deref().unwrap_or_default(),
                visitor: u64::from_str_radix(&row.visitor, 16).unwrap_or(0),
            };
            clicks::append(&mut rows, &click);
            last = &row.id;
        }
        store.transaction(|| {
            keep(store, &first.id, &rows)?;
            store.run("DELETE FROM clicks WHERE id <= ?", vec![text(last)])
        })?;
    }
}

/// Where batches lie that may hold clicks of a time, `to` excluded: by their first clicks, which are their earliest,
/// from one text on and before another.
pub(super) fn reach(from: i64, to: i64) -> [Bound; 2] {
    let at = |at: Timestamp| text(ClickId::first_of(at));
    let from = Timestamp::from_millis(from.max(LONGEST_BATCH.as_millis())).before(LONGEST_BATCH);
    [at(from), at(Timestamp::from_millis(to.min(LATEST)))]
}

#[derive(Deserialize)]
struct Near {
    seq: i64,
}

/// The batch that holds a click, if it is here.
pub(super) fn holding(store: &Store, click: ClickId) -> Outcome<Option<Batch>> {
    let at = click.at().millis();
    let [from, to] = reach(at, at + 1);
    let near = "SELECT seq FROM batches WHERE first >= ? AND first < ? AND to_at >= ? ORDER BY first DESC";
    for Near { seq } in store.rows(near, vec![from, to, int(at)])? {
        let batch = store.rows_of_bytes::<Batch>("SELECT seq, rows FROM batches WHERE seq = ?", vec![int(seq)])?.pop();
        if let Some(batch) = batch
            && batch.has(click)?
        {
            return Ok(Some(batch));
        }
    }
    Ok(None)
}

/// What one program's clicks of a part of an hour add up to, with the marks that they have by now.
pub(super) fn tallied_between(store: &Store, program: &str, from: i64, to: i64) -> Outcome<Vec<Tally>> {
    let mut tallies = Tallies::default();
    let query = "SELECT seq, rows FROM batches WHERE first >= ? AND first < ? AND to_at >= ? ORDER BY first";
    let [begin, end] = reach(from, to);
    for batch in store.rows_of_bytes::<Batch>(query, vec![begin, end, int(from)])? {
        let mut kept = Vec::new();
        for click in batch.clicks() {
            let click = click?;
            if click.program == program && (from..to).contains(&click.id.at().millis()) {
                tallies.click(&click);
                kept.push(click);
            }
        }
        for (id, mark) in marks_of(store, kept.iter().map(|click| click.id))? {
            if let Some((click, mark)) = kept.iter().find(|click| click.id == id).zip(Mark::parse(&mark)) {
                tallies.mark(click, mark);
            }
        }
    }
    Ok(tallies.finish())
}

/// The marks of clicks.
pub(super) fn marks_of(store: &Store, ids: impl Iterator<Item = ClickId>) -> Outcome<Vec<(ClickId, String)>> {
    #[derive(Deserialize)]
    struct Row {
        click: String,
        mark: String,
    }
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    let query = "SELECT click, mark FROM marks WHERE click IN (SELECT value FROM json_each(?))";
    let rows: Vec<Row> = store.rows(query, vec![text(serde_json::to_string(&ids)?)])?;
    rows.into_iter().map(|row| Ok((ClickId::parse(&row.click)?, row.mark))).collect()
}

/// Lets go of what was added up and is older than that.
pub(super) fn forget(store: &Store, before: Timestamp) -> Outcome<()> {
    let done = "SELECT COALESCE(MAX(upto), 0) FROM steps WHERE done = 1 AND number < (
        SELECT COALESCE(MIN(number), 9e15) FROM steps WHERE done = 0)";
    store.run(
        &format!("DELETE FROM batches WHERE first < ? AND to_at < ? AND seq <= ({done})"),
        vec![text(ClickId::first_of(before)), int(before.millis())],
    )?;
    let done = "step IN (SELECT number FROM steps WHERE done = 1)";
    store.run(&format!("DELETE FROM marks WHERE at < ? AND (step = 0 OR {done})"), vec![int(before.millis())])?;
    let unused =
        "number NOT IN (SELECT step FROM marks WHERE step IS NOT NULL) AND number < (SELECT MAX(number) FROM steps)";
    store.run(&format!("DELETE FROM steps WHERE done = 1 AND {unused}"), vec![])
}
