//! Raw clicks, page by page, in the order in which they were made, from either end.
//!
//! Invariant: a page reads few batches more than it shows clicks of: it takes a stretch of time after the other, each of so
//! many batches, until it is full. A stretch is whole: all batches that reach into it are read.

use super::batches::{Batch, marks_of, reach};
use crate::command::Reply;
use crate::failure::Outcome;
use crate::store::{Bound, Store, int, text};
use honeyguide_domain::id::ClickId;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::clicks::Click;
use serde::Deserialize;
use serde_json::{Value, json};

/// Batches of a page's first stretch; each that follows has twice as many.
const FIRST: i64 = 4;
/// Batches that one page reads at most: a page that is narrowed to little may end early, with a cursor.
const BATCHES: i64 = 400;

/// Which clicks are asked for.
pub(super) struct Narrow {
    pub(super) program: String,
    pub(super) code: Option<String>,
    pub(super) quality: Option<String>,
    pub(super) from: i64,
    pub(super) to: i64,
    /// Whether the newest come first.
    pub(super) newest: bool,
}

impl Narrow {
    fn fits(&self, click: &Click<'_>) -> bool {
        click.program == self.program
            && self.code.as_deref().is_none_or(|code| code == click.code)
            && self.quality.as_deref().is_none_or(|quality| quality == click.quality.as_str())
            && (self.from..self.to).contains(&click.id.at().millis())
    }
}

/// A stretch of time, in milliseconds, whose end isn't in it.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: i64,
    to: i64,
}

impl Stretch {
    /// The first so many batches of it, or the last: up to where the next begins.
    fn part(self, store: &Store, newest: bool, batches: i64) -> Outcome<Self> {
        #[derive(Deserialize)]
        struct Next {
            first: String,
        }
        let order = if newest { "DESC" } else { "ASC" };
        let query =
            format!("SELECT first FROM batches WHERE first >= ? AND first < ? ORDER BY first {order} LIMIT 1 OFFSET ?");
        let [_, to] = reach(self.from, self.to);
        let from = if newest { reach(self.from, self.to)[0].clone() } else { begin(self.from) };
        let Some(next): Option<Next> = store.row(&query, vec![from, to, int(batches)])? else { return Ok(self) };
        let at = ClickId::parse(&next.first)?.at().millis();
        Ok(if newest {
            Self { from: at.clamp(self.from, self.to - 1), to: self.to }
        } else {
            Self { from: self.from, to: at.clamp(self.from + 1, self.to) }
        })
    }

    /// All batches that reach into it.
    fn batches(self, store: &Store) -> Outcome<Vec<Batch>> {
        let query = "SELECT seq, rows FROM batches WHERE first >= ? AND first < ? AND to_at >= ?";
        let [from, to] = reach(self.from, self.to);
        store.rows_of_bytes(query, vec![from, to, int(self.from)])
    }

    const fn contains(self, at: i64) -> bool {
        self.from <= at && at < self.to
    }
}

fn begin(at: i64) -> Bound {
    text(ClickId::first_of(Timestamp::from_millis(at)))
}

/// Clicks behind one, at most so many: `{"data", "until"}`. All up to `until` are there; null: there are no more.
pub(super) fn list(store: &Store, narrow: &Narrow, after: Option<&str>, limit: usize) -> Outcome<Reply> {
    let newest = narrow.newest;
    let after = after.map(ClickId::parse).transpose()?;
    let mut left = Stretch { from: narrow.from, to: narrow.to };
    match after.map(|click| click.at().millis()) {
        Some(at) if newest => left.to = left.to.min(at + 1),
        Some(at) => left.from = left.from.max(at),
        None => {}
    }
    let is_behind = |id: ClickId| after.is_none_or(|after| if newest { id < after } else { id > after });
    let mut clicks: Vec<(ClickId, Value)> = Vec::new();
    let (mut read, mut step) = (0, FIRST);
    while left.from < left.to && clicks.len() <= limit && read < BATCHES {
        let part = left.part(store, newest, step)?;
        let mut found: Vec<(ClickId, Value)> = Vec::new();
        for one in part.batches(store)? {
            read += 1;
            for click in one.clicks() {
                let click = click?;
                if part.contains(click.id.at().millis()) && is_behind(click.id) && narrow.fits(&click) {
                    found.push((click.id, json(&click)));
                }
            }
        }
        found.sort_by_key(|(id, _)| *id);
        if newest {
            found.reverse();
            left.to = part.from;
        } else {
            left.from = part.to;
        }
        clicks.extend(found);
        step *= 2;
    }
    let until = if clicks.len() > limit {
        clicks.truncate(limit);
        clicks.last().map(|(id, _)| id.to_string())
    } else if left.from < left.to {
        // Before the first click of what was read, or after the last.
        let edge = if newest {
            ClickId::first_of(Timestamp::from_millis(left.to))
        } else {
            ClickId::new(Timestamp::from_millis(left.from - 1), u16::MAX, [u8::MAX; 8])
        };
        Some(edge.to_string())
    } else {
        None
    };
    let ids = clicks.iter().map(|(id, _)| *id);
    for (id, mark) in marks_of(store, ids)? {
        if let Some((_, click)) = clicks.iter_mut().find(|(known, _)| *known == id) {
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
