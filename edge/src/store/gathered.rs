//! Rows that a transaction adds: gathered by table, so that one statement adds what many calls gave. A statement costs as
//! much as some rows do, and a table that is written by itself is written quicker than all tables in turn.
//!
//! Invariant: rows of one table keep the order in which they were given, and a table that was given rows first is written
//! first. A question comes after the rows of all tables that it names; whatever is written otherwise, after all rows.

use super::Bound;
use crate::failure::Outcome;
use std::collections::BTreeMap;

/// A table whose triggers read another, which is written before it.
const LOOKS_INTO: (&str, &str) = ("credits", "conversions");
/// What the triggers of a table write when a row is added: who asks for it waits for the table's rows.
pub(crate) const TRIGGERED: &[(&str, &str)] = &[
    ("conversions", "conversion_days"),
    ("rewards", "reward_days"),
    ("credits", "ranks"),
    ("participants", "stage_days"),
];
/// Bytes of rows from which they wait no longer.
const LONG: usize = 2 * 1024 * 1024;
/// Bytes of rows that one statement binds, or a row more: Cloudflare allows 2 MB.
const MOST_BOUND: usize = 512 * 1024;

#[derive(Debug, Default)]
pub(super) struct Gathered {
    tables: Vec<Table>,
    bytes: usize,
}

#[derive(Debug)]
struct Table {
    into: &'static str,
    conflict: &'static str,
    width: usize,
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    /// JSON of an array a row, joined by commas; a text for each statement.
    Each(Vec<Vec<u8>>),
    /// What rows of the same first columns, as such JSON, add up to in the others.
    Summed(BTreeMap<Vec<u8>, Vec<i64>>),
}

impl Gathered {
    pub(super) const fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    pub(super) const fn are_long(&self) -> bool {
        self.bytes > LONG
    }

    /// Whether a row can travel as JSON: bytes can't, and in a text SQLite would end at a NUL.
    pub(super) fn can_carry(row: &[Bound]) -> bool {
        row.iter().all(|value| match value {
            Bound::Blob(_) => false,
            Bound::String(text) => !text.contains('\0'),
            Bound::Null | Bound::Boolean(_) | Bound::Integer(_) | Bound::Float(_) => true,
        })
    }

    pub(super) fn add(&mut self, into: &'static str, conflict: &'static str, row: &[Bound]) -> Outcome<()> {
        let Rows::Each(texts) = self.rows(into, conflict, row.len(), || Rows::Each(Vec::new())) else { return Ok(()) };
        let text = next_text(texts);
        let before = text.len();
        columns(text, row)?;
        let more = text.len() - before;
        self.bytes += more;
        Ok(())
    }

    /// Adds to the row of the same `key`, which the columns of the sums follow.
    pub(super) fn add_up(
        &mut self,
        into: &'static str,
        conflict: &'static str,
        key: &[Bound],
        sums: &[i64],
    ) -> Outcome<()> {
        let mut text = Vec::new();
        columns(&mut text, key)?;
        let width = key.len() + sums.len();
        let Rows::Summed(rows) = self.rows(into, conflict, width, || Rows::Summed(BTreeMap::new())) else {
            return Ok(());
        };
        if let Some(held) = rows.get_mut(&text) {
            held.iter_mut().zip(sums).for_each(|(held, more)| *held = held.saturating_add(*more));
        } else {
            let length = text.len();
            rows.insert(text, sums.to_vec());
            self.bytes += length;
        }
        Ok(())
    }

    fn rows(
        &mut self,
        into: &'static str,
        conflict: &'static str,
        width: usize,
        none: impl FnOnce() -> Rows,
    ) -> &mut Rows {
        let at = self.tables.iter().position(|table| table.into == into && table.conflict == conflict);
        let at = at.unwrap_or_else(|| {
            self.tables.push(Table { into, conflict, width, rows: none() });
            self.tables.len() - 1
        });
        &mut self.tables[at].rows
    }

    /// A query for each table, with the rows that it is to bind, as JSON. `asked`: a question that names the tables which
    /// are wanted; the others go on waiting. Without one, all.
    pub(super) fn take(&mut self, asked: Option<&str>) -> Vec<(String, Vec<u8>)> {
        let names = |table: &str| {
            let written = TRIGGERED.iter().filter(|(of, _)| *of == table).map(|(_, written)| *written);
            asked.is_none_or(|asked| asked.contains(table) || written.into_iter().any(|one| asked.contains(one)))
        };
        let (looking, into) = LOOKS_INTO;
        let is_wanted = |table: &Table| names(table.name()) || (table.name() == into && names(looking));
        let (wanted, others) = std::mem::take(&mut self.tables).into_iter().partition(is_wanted);
        self.tables = others;
        if self.tables.is_empty() {
            self.bytes = 0;
        }
        let of_table = |table: Table| {
            let query = table.query();
            table.rows.texts().into_iter().map(move |rows| (query.clone(), rows))
        };
        Vec::into_iter(wanted).flat_map(of_table).collect()
    }
}

/// A row as JSON.
fn columns(text: &mut Vec<u8>, row: &[Bound]) -> Outcome<()> {
    text.push(b'[');
    for (at, value) in row.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        super::statements::bound(text, value)?;
    }
    text.push(b']');
    Ok(())
}

impl Table {
    fn name(&self) -> &str {
        self.into.split(' ').next().unwrap_or(self.into)
    }

    fn query(&self) -> String {
        let columns: Vec<String> = (0..self.width).map(|column| format!("value->>{column}")).collect();
        // Each row as JSONB: as text it would be read again for each of its columns.
        // Without a WHERE, the ON of a conflict would be read as one of a join. OR FAIL: a statement that fails leaves what it
        // wrote to whoever undoes all, and so needn't keep each page as it was.
        format!(
            "INSERT OR FAIL INTO {} SELECT {} FROM jsonb_each(?) WHERE true {}",
            self.into,
            columns.join(", "),
            self.conflict
        )
    }
}

/// The text that the next row is to be added to, with a comma where it needs one.
fn next_text(texts: &mut Vec<Vec<u8>>) -> &mut Vec<u8> {
    if texts.last().is_none_or(|text| text.len() > MOST_BOUND) {
        texts.push(Vec::new());
    }
    let at = texts.len() - 1;
    let text = &mut texts[at];
    if !text.is_empty() {
        text.push(b',');
    }
    text
}

impl Rows {
    /// JSON of an array of rows for each statement.
    fn texts(self) -> Vec<Vec<u8>> {
        let texts = match self {
            Self::Each(texts) => texts,
            Self::Summed(rows) => {
                let mut texts = Vec::new();
                for (key, sums) in rows {
                    let text = next_text(&mut texts);
                    text.extend_from_slice(key.strip_suffix(b"]").unwrap_or(&key));
                    for sum in sums {
                        text.extend_from_slice(format!(",{sum}").as_bytes());
                    }
                    text.push(b']');
                }
                texts
            }
        };
        texts.into_iter().map(|rows| [b"[", rows.as_slice(), b"]"].concat()).collect()
    }
}
