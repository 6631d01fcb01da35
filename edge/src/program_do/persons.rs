//! Distinct persons of the days that are still open, counted from the visitors' marks (`domain::wire::persons`).
//!
//! Invariant: what is remembered of a day is what its marks add up to: it is known by the last of them, and marks only come
//! or all go.

use super::Turn;
use crate::command::ClickQuery;
use crate::failure::{Failure, Outcome};
use crate::store::{Bound, int};
use honeyguide_domain::clickcount::day_of;
use honeyguide_domain::clickcount::distinct::{Counts, Distinct, Each};
use honeyguide_domain::wire::clicks::Tally;
use honeyguide_domain::wire::persons::{self, Persons};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

/// What whole days added up to, by day and kind, with the last of the marks that were counted.
pub(super) type Memory = AssertUnwindSafe<RefCell<BTreeMap<(i64, Each), (i64, Counts)>>>;

/// Days and kinds that are remembered at most: few days are open at a time.
const MOST: usize = 16;

impl Turn<'_> {
    /// Keeps the visitors' marks of a day that is open.
    pub(super) fn keep_persons(&self, day: i64, tallies: &[&Tally]) -> Outcome<()> {
        let rows = persons::write(tallies.iter().copied());
        self.store.run("INSERT INTO click_days (day, tallies) VALUES (?, ?)", vec![int(day), Bound::Blob(rows)])
    }

    /// Texts of marks, each as `persons` writes it. Those that came before it did are text, and tallies.
    fn marks(&self, day: i64) -> Outcome<Vec<Vec<u8>>> {
        #[derive(Deserialize)]
        struct Marks {
            #[serde(with = "serde_bytes")]
            rows: Vec<u8>,
            is_text: i64,
        }
        let query = "SELECT CAST(tallies AS BLOB) AS rows, typeof(tallies) = 'text' AS is_text
            FROM click_days WHERE day = ? ORDER BY seq";
        let kept = |marks: Marks| {
            Ok(if marks.is_text == 1 {
                persons::write(&serde_json::from_slice::<Vec<Tally>>(&marks.rows)?)
            } else {
                marks.rows
            })
        };
        self.store.rows_of_bytes(query, vec![int(day)])?.into_iter().map(kept).collect()
    }

    /// All of a day, for closing it.
    pub(super) fn persons_of(&self, day: i64) -> Outcome<Vec<Tally>> {
        let mut all = Vec::new();
        for marks in self.marks(day)? {
            all.extend(read(&marks)?.iter().map(Persons::tally));
        }
        Ok(all)
    }

    /// How many distinct persons came, by what they are grouped by. `edges`: those of the parts of hours at the ends.
    pub(super) fn distinct(&self, query: &ClickQuery, edges: &[Tally]) -> Outcome<Counts> {
        #[derive(Deserialize)]
        struct Open {
            day: i64,
            upto: i64,
        }
        let each = query.group_by.each();
        let (from, to) = (day_of(query.from_hour), day_of(query.to_hour));
        let open = "SELECT day, MAX(seq) AS upto FROM click_days WHERE day BETWEEN ? AND ? GROUP BY day";
        let open: Vec<Open> = self.store.rows(open, vec![int(from), int(to)])?;
        let mut days: BTreeMap<i64, i64> = open.into_iter().map(|open| (open.day, open.upto)).collect();
        for tally in edges {
            days.entry(day_of(tally.hour)).or_insert(0);
        }
        let mut counts = Counts::new();
        for (day, upto) in days {
            let parts: Vec<&Tally> = edges.iter().filter(|tally| day_of(tally.hour) == day).collect();
            let is_whole = parts.is_empty() && query.has_day(day) && query.code.is_none();
            let known =
                self.persons.borrow().get(&(day, each)).filter(|(known, _)| is_whole && *known == upto).cloned();
            let one = match known {
                Some((_, counts)) => counts,
                None => self.distinct_of_day(query, day, each, &parts)?,
            };
            if is_whole {
                let mut memory = self.persons.borrow_mut();
                if memory.len() >= MOST {
                    memory.clear();
                }
                memory.insert((day, each), (upto, one.clone()));
            }
            for (group, count) in one {
                *counts.entry(group).or_default() += count;
            }
        }
        Ok(counts)
    }

    fn distinct_of_day(&self, query: &ClickQuery, day: i64, each: Each, parts: &[&Tally]) -> Outcome<Counts> {
        let mut distinct = Distinct::of(each);
        let is_asked = |hour: i64, code: &str| (query.from_hour..query.to_hour).contains(&hour) && query.has_code(code);
        for tally in parts {
            distinct.add(tally.hour, &tally.code, &tally.channel, tally.visitors.0.iter().copied());
        }
        for marks in self.marks(day)? {
            for one in read(&marks)?.iter().filter(|one| is_asked(one.hour, one.code)) {
                distinct.add(one.hour, one.code, one.channel, one.visitors());
            }
        }
        Ok(distinct.count())
    }
}

fn read(marks: &[u8]) -> Outcome<Vec<Persons<'_>>> {
    persons::read(marks).map_err(|bad| Failure::Ours(bad.to_string()))
}
