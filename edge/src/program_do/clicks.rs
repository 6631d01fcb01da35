//! What clicks add up to: taken from the shards, each step once, and answered by hour, day, code or channel.
//!
//! Invariant: a shard's steps come in order and are numbered, so one that comes again is passed over. Distinct persons
//! of days that are still open are counted from the visitors' marks; when a day is closed, the counts stay and the
//! marks go, as their key has gone.

use super::Turn;
use crate::command::{ClickQuery, GroupBy, Reply};
use crate::failure::Outcome;
use crate::store::{Bound, int, text};
use honeyguide_domain::clickcount::distinct::Each;
use honeyguide_domain::clickcount::{Scope, begin_of, day_of, firsts, hour_of};
use honeyguide_domain::overview::Days;
use honeyguide_domain::time::Span;
use honeyguide_domain::wire::clicks::Tally;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Codes that are nobody's and are counted by name, a day. The others share one row: anyone can make them up.
const ODD_CODES: i64 = 1_000;
const OTHER_CODES: &str = "(other)";
/// How long after its end a day is closed: clicks may have waited for storage.
const OPEN_FOR: Span = Span::hours(24);

/// One row of the answer.
#[derive(Debug, Default, Serialize)]
struct Counted {
    key: String,
    raw: i64,
    person: i64,
    unique: i64,
    human: i64,
    engaged: i64,
    qualified: i64,
    bot: i64,
    unfurler: i64,
    prefetch: i64,
    head: i64,
    embedded: i64,
}

impl Counted {
    fn add(&mut self, quality: &str, raw: i64, marks: [i64; 3]) {
        self.raw += raw;
        let [human, engaged, qualified] = marks;
        self.human += human;
        self.engaged += engaged;
        self.qualified += qualified;
        match quality {
            "bot" => self.bot += raw,
            "unfurler" => self.unfurler += raw,
            "prefetch" => self.prefetch += raw,
            "head" => self.head += raw,
            "embedded" => self.embedded += raw,
            _ => self.person += raw,
        }
    }
}

impl Turn<'_> {
    /// Takes a part of a shard's step, unless it was taken before.
    pub(super) fn add_clicks(&self, shard: &str, step: i64, part: i64, tallies: &[Tally]) -> Outcome<Reply> {
        let taken =
            "SELECT COUNT(*) AS n FROM click_steps WHERE shard = ?1 AND (step > ?2 OR (step = ?2 AND part >= ?3))";
        if self.store.number(taken, vec![text(shard), int(step), int(part)])? > 0 {
            return Ok(Reply::none());
        }
        self.store.run(
            "INSERT INTO click_steps (shard, step, part) VALUES (?, ?, ?)
             ON CONFLICT (shard) DO UPDATE SET step = excluded.step, part = excluded.part",
            vec![text(shard), int(step), int(part)],
        )?;
        let tallies = self.fold_odd_codes(tallies)?;
        self.add_rows(&tallies)?;
        for day in tallies.iter().map(|tally| day_of(tally.hour)).collect::<BTreeSet<_>>() {
            let persons: Vec<&Tally> =
                tallies.iter().filter(|tally| day_of(tally.hour) == day && !tally.visitors.0.is_empty()).collect();
            if !persons.is_empty() {
                self.keep_persons(day, &persons)?;
            }
        }
        self.note_clicks(&tallies)?;
        self.watch_links(&tallies)?;
        self.close_days()?;
        Ok(Reply::none())
    }

    /// Clicks of persons in whole days.
    pub(super) fn persons(&self, days: Days) -> Outcome<i64> {
        let query = "SELECT SUM(raw) AS n FROM clicks_by_hour WHERE hour >= ? AND hour < ? AND quality = 'person'";
        self.store.number(query, vec![int(hour_of(days.begin())), int(hour_of(days.end()))])
    }

    /// Anyone can ask for codes that are nobody's: past a number of them a day, they are counted together.
    fn fold_odd_codes(&self, tallies: &[Tally]) -> Outcome<Vec<Tally>> {
        let mut folded = tallies.to_vec();
        for tally in folded.iter_mut().filter(|tally| tally.reason == "unknown_code") {
            let day = int(day_of(tally.hour));
            let held = "SELECT (SELECT COUNT(*) FROM odd_codes WHERE day = ?1) < ?3
                 OR EXISTS (SELECT 1 FROM odd_codes WHERE day = ?1 AND code = ?2) AS n";
            if self.store.number(held, vec![day.clone(), text(&tally.code), int(ODD_CODES)])? == 0 {
                OTHER_CODES.clone_into(&mut tally.code);
            } else {
                self.store
                    .run("INSERT OR IGNORE INTO odd_codes (day, code) VALUES (?, ?)", vec![day, text(&tally.code)])?;
            }
        }
        Ok(folded)
    }

    fn add_rows(&self, tallies: &[Tally]) -> Outcome<()> {
        let rows = tallies.iter().map(|tally| {
            let Tally { hour, code, channel, quality, reason, raw, human, engaged, qualified, .. } = tally;
            json!([hour, code, channel, quality, reason, raw, human, engaged, qualified])
        });
        let rows = Bound::String(Value::Array(rows.collect()).to_string());
        for (table, names, picks) in
            [("clicks_by_code", "code, hour", "value ->> 1, value ->> 0"), ("clicks_by_hour", "hour", "value ->> 0")]
        {
            self.store.run(
                &format!(
                    "INSERT INTO {table} ({names}, channel, quality, reason, raw, human, engaged, qualified)
                     SELECT {picks}, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
                            value ->> 8 FROM json_each(?) WHERE true
                     ON CONFLICT ({names}, channel, quality, reason) DO UPDATE SET raw = raw + excluded.raw,
                        human = human + excluded.human, engaged = engaged + excluded.engaged,
                        qualified = qualified + excluded.qualified"
                ),
                vec![rows.clone()],
            )?;
        }
        Ok(())
    }

    /// Days that are long over: their distinct persons are counted for good, and the marks let go.
    fn close_days(&self) -> Outcome<()> {
        let last = day_of(hour_of(self.now.before(OPEN_FOR)));
        let day = self.store.number("SELECT MIN(day) AS n FROM click_days WHERE day < ?", vec![int(last)])?;
        if day == 0 {
            return Ok(());
        }
        let tallies = self.persons_of(day)?;
        for (scope, table, place) in [
            (Scope::Program, "clicks_by_hour", "hour = value ->> 0"),
            (Scope::Link, "clicks_by_code", "hour = value ->> 0 AND code = value ->> 1"),
        ] {
            let counted: Vec<Value> = firsts(&tallies, scope)
                .into_iter()
                .map(|((hour, code, channel), first)| {
                    json!([hour, code, channel, first.day, first.channel, first.hour])
                })
                .collect();
            self.store.run(
                &format!(
                    "UPDATE {table} SET unique_day = unique_day + (value ->> 3), unique_channel = unique_channel + (value ->> 4),
                        unique_hour = unique_hour + (value ->> 5)
                     FROM json_each(?)
                     WHERE {place} AND channel = value ->> 2 AND quality = 'person' AND reason = (
                        SELECT MIN(o.reason) FROM {table} o WHERE o.hour = value ->> 0 AND o.channel = value ->> 2
                            AND o.quality = 'person' {})",
                    if scope == Scope::Link { "AND o.code = value ->> 1" } else { "" }
                ),
                vec![text(Value::Array(counted))],
            )?;
        }
        self.store.run("DELETE FROM click_days WHERE day = ?", vec![int(day)])?;
        self.store.run("DELETE FROM odd_codes WHERE day = ?", vec![int(day)])
    }

    /// Counts by hour, day, code or channel. `edges`: what the parts of hours at the ends of the time asked for add up to.
    pub(super) fn click_stats(&self, query: &ClickQuery, edges: &[Tally]) -> Outcome<Reply> {
        let mut counted = self.whole_hours(query)?;
        let count = |counted: &mut BTreeMap<String, Counted>, tally: &Tally| {
            let key = query.group_by.key(tally.hour, &tally.code, &tally.channel);
            let marks = [tally.human, tally.engaged, tally.qualified];
            counted.entry(key).or_default().add(&tally.quality, tally.raw, marks);
        };
        let edges: Vec<Tally> = edges.iter().filter(|tally| query.has_code(&tally.code)).cloned().collect();
        for tally in &edges {
            count(&mut counted, tally);
        }
        for ((hour, name), count) in self.distinct(query, &edges)? {
            let key = query.group_by.key(hour, &name, &name);
            counted.entry(key).or_default().unique += count;
        }
        let data: Vec<Counted> = counted.into_iter().map(|(key, row)| Counted { key, ..row }).collect();
        Reply::ok(&json!({"data": data, "next_cursor": null}))
    }

    fn whole_hours(&self, query: &ClickQuery) -> Outcome<BTreeMap<String, Counted>> {
        #[derive(Deserialize)]
        struct Row {
            hour: i64,
            code: String,
            channel: String,
            quality: String,
            raw: i64,
            human: i64,
            engaged: i64,
            qualified: i64,
            distinct: i64,
        }
        let (table, narrow) = match query.scope() {
            Scope::Program => ("clicks_by_hour", ""),
            Scope::Link => ("clicks_by_code", "AND (?3 IS NULL OR code = ?3)"),
        };
        let (group, hour, code, channel) = match query.group_by {
            GroupBy::Hour => ("hour", "hour", "''", "''"),
            GroupBy::Day => ("hour / 24", "MIN(hour)", "''", "''"),
            GroupBy::Code => ("code", "0", "code", "''"),
            GroupBy::Channel => ("channel", "0", "''", "channel"),
        };
        let unique = match query.group_by {
            GroupBy::Hour => "unique_hour",
            GroupBy::Day | GroupBy::Code => "unique_day",
            GroupBy::Channel => "unique_channel",
        };
        let code_asked = query.code.as_ref().map_or(Bound::Null, text);
        let mut values = vec![int(query.from_hour), int(query.to_hour)];
        if query.scope() == Scope::Link {
            values.push(code_asked);
        }
        let rows: Vec<Row> = self.store.rows(
            &format!(
                "SELECT {hour} AS hour, {code} AS code, {channel} AS channel, quality, SUM(raw) AS raw, SUM(human) AS human,
                        SUM(engaged) AS engaged, SUM(qualified) AS qualified, SUM({unique}) AS \"distinct\"
                 FROM {table} WHERE hour >= ?1 AND hour < ?2 {narrow} GROUP BY {group}, quality"
            ),
            values,
        )?;
        let mut counted: BTreeMap<String, Counted> = BTreeMap::new();
        for row in rows {
            let one = counted.entry(query.group_by.key(row.hour, &row.code, &row.channel)).or_default();
            one.add(&row.quality, row.raw, [row.human, row.engaged, row.qualified]);
            one.unique += row.distinct;
        }
        Ok(counted)
    }
}

impl ClickQuery {
    fn scope(&self) -> Scope {
        if self.code.is_some() || self.group_by == GroupBy::Code { Scope::Link } else { Scope::Program }
    }

    /// Whether all of a day is asked for.
    pub(super) fn has_day(&self, day: i64) -> bool {
        self.from_hour <= day * 24 && (day + 1) * 24 <= self.to_hour
    }

    pub(super) fn has_code(&self, code: &str) -> bool {
        self.code.as_deref().is_none_or(|asked| asked == code)
    }
}

impl GroupBy {
    fn key(self, hour: i64, code: &str, channel: &str) -> String {
        match self {
            Self::Hour => begin_of(hour).to_string(),
            Self::Day => begin_of(hour).to_string().get(..10).unwrap_or_default().to_owned(),
            Self::Code => code.to_owned(),
            Self::Channel => channel.to_owned(),
        }
    }

    /// Among what a person is counted once.
    pub(super) const fn each(self) -> Each {
        match self {
            Self::Hour => Each::Hour,
            Self::Day => Each::Day,
            Self::Code => Each::Link,
            Self::Channel => Each::Channel,
        }
    }
}
