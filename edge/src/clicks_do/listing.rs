//! Raw clicks, page by page, in the order in which they were made.

use super::batches::{Batch, marks_of, reach};
use crate::command::Reply;
use crate::failure::Outcome;
use crate::store::{Store, int};
use honeyguide_domain::id::ClickId;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::clicks::Click;
use serde_json::{Value, json};

/// Batches that one page reads at most: a page that is narrowed to little may end early, with a cursor.
const BATCHES: i64 = 400;

/// Which clicks are asked for.
pub(super) struct Narrow {
    pub(super) program: String,
    pub(super) code: Option<String>,
    pub(super) quality: Option<String>,
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Narrow {
    fn fits(&self, click: &Click<'_>) -> bool {
        click.program == self.program
            && self.code.as_deref().is_none_or(|code| code == click.code)
            && self.quality.as_deref().is_none_or(|quality| quality == click.quality.as_str())
            && (self.from..self.to).contains(&click.id.at().millis())
    }
}

/// Clicks after one, at most so many: `{"data", "until"}`. All up to `until` are there; null: there are no more.
pub(super) fn list(store: &Store, narrow: &Narrow, after: Option<&str>, limit: usize) -> Outcome<Reply> {
    let after = after.map(ClickId::parse).transpose()?;
    let begin = after.map_or(narrow.from, |click| click.at().millis().max(narrow.from));
    let query =
        "SELECT seq, first, rows FROM batches WHERE first >= ? AND first < ? AND to_at >= ? ORDER BY first LIMIT ?";
    let [from, to] = reach(begin, narrow.to);
    let found: Vec<Batch> = store.rows_of_bytes(query, vec![from, to, int(begin), int(BATCHES + 1)])?;
    let more = i64::try_from(found.len()).unwrap_or(0) > BATCHES;
    // Later batches begin here; what lies before is complete.
    let end = match found.last() {
        Some(last) if more => ClickId::parse(&last.first)?.at().millis(),
        _ => i64::MAX,
    };
    let mut clicks: Vec<(ClickId, Value)> = Vec::new();
    for one in &found {
        for click in one.clicks() {
            let click = click?;
            if narrow.fits(&click) && after.is_none_or(|after| click.id > after) && click.id.at().millis() < end {
                clicks.push((click.id, json(&click)));
            }
        }
        // Once there is more than a page before the next batch, the rest needn't be read; sorted, it is cut below.
        if clicks.len() > limit.saturating_mul(4) + 4_000 {
            clicks.sort_by_key(|(id, _)| *id);
            clicks.truncate(limit.saturating_mul(2) + 2_000);
        }
    }
    clicks.sort_by_key(|(id, _)| *id);
    let whole = clicks.len() <= limit;
    clicks.truncate(limit);
    let until = match (whole, more) {
        (false, _) => clicks.last().map(|(id, _)| id.to_string()),
        (true, true) => Some(ClickId::new(Timestamp::from_millis(end - 1), u16::MAX, [u8::MAX; 8]).to_string()),
        (true, false) => None,
    };
    for (id, mark) in marks_of(store, clicks.iter().map(|(id, _)| *id))? {
        if let Ok(at) = clicks.binary_search_by_key(&id, |(id, _)| *id)
            && let Some((_, click)) = clicks.get_mut(at)
        {
            click[mark.as_str()] = Value::Bool(true);
        }
    }
    let data: Vec<Value> = clicks.into_iter().map(|(_, click)| click).collect();
    Reply::ok(&json!({"data": data, "until": until}))
}

fn json(click: &Click<'_>) -> Value {
    let maybe = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    json!({
        "id": click.id, "code": click.code, "channel": maybe(click.channel), "quality": click.quality,
        "reason": maybe(click.reason), "at": click.id.at(), "human": false, "engaged": false, "qualified": false,
    })
}
