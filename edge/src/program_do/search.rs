//! The list of participants: searched, narrowed, in an order, a page at a time, by indexes.
//!
//! Invariant: a page reads about as many rows as it shows, and never all participants, but where a search fits very many
//! that lie far behind in the order. A cursor is the number of the last participant shown, so no name stands in it.

use super::Turn;
use super::participants::{FIELDS, ParticipantRow, page};
use crate::command::{Query, Reply};
use crate::failure::Outcome;
use crate::store::{Bound, int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::search::{Beginning, FEW, Order, Search};
use serde::Deserialize;
use serde_json::json;

/// Participants that may be asked for by their ids at once.
const MOST_IDS: usize = 100;

/// The ranges of a search, as `values` binds them; the first eight of a statement.
const FOUND: &str = "
    SELECT seq FROM participants WHERE email COLLATE NOCASE >= ?1 AND email COLLATE NOCASE < ?2
    UNION SELECT seq FROM participants WHERE external_id COLLATE NOCASE >= ?1 AND external_id COLLATE NOCASE < ?2
    UNION SELECT o.seq FROM links l CROSS JOIN participants o ON o.id = l.participant WHERE l.code >= ?3 AND l.code < ?4
    UNION SELECT seq FROM participants WHERE called >= ?5 AND called < ?6
    UNION SELECT seq FROM participants WHERE called >= ?7 AND called < ?8";

/// The same of one participant. A `+` keeps a column from being looked up.
const FITS: &str = "(+p.email COLLATE NOCASE >= ?1 AND +p.email COLLATE NOCASE < ?2
    OR +p.external_id COLLATE NOCASE >= ?1 AND +p.external_id COLLATE NOCASE < ?2
    OR EXISTS (SELECT 1 FROM links l WHERE l.participant = p.id AND +l.code >= ?3 AND +l.code < ?4)
    OR +p.called COLLATE NOCASE >= ?5 AND +p.called COLLATE NOCASE < ?6
    OR +p.called COLLATE NOCASE >= ?7 AND +p.called COLLATE NOCASE < ?8)";

/// How many a search finds, each way of being found counted up to one more than `FEW`.
fn count() -> String {
    let most = FEW + 1;
    let ways = [
        "participants WHERE email COLLATE NOCASE >= ?1 AND email COLLATE NOCASE < ?2",
        "participants WHERE external_id COLLATE NOCASE >= ?1 AND external_id COLLATE NOCASE < ?2",
        "links WHERE code >= ?3 AND code < ?4",
        "participants WHERE called >= ?5 AND called < ?6",
        "participants WHERE called >= ?7 AND called < ?8",
    ];
    let counts = ways.map(|way| format!("(SELECT COUNT(*) FROM (SELECT 1 FROM {way} LIMIT {most}))"));
    format!("SELECT {} AS n", counts.join(" + "))
}

fn values(search: &Search) -> Vec<Bound> {
    let [small, capital] = &search.names;
    let range = |of: &Beginning| [text(&of.from), text(&of.until)];
    [&search.text, &search.code, small, capital].into_iter().flat_map(range).collect()
}

const fn in_order(order: Order) -> &'static str {
    match order {
        Order::EarliestFirst => "p.seq",
        Order::NewestFirst => "p.seq DESC",
        Order::ByName => "p.called, p.id",
        Order::ByNameBackwards => "p.called DESC, p.id DESC",
    }
}

/// A participant's place in the order of names. Names that are equal are in the order of ids.
#[derive(Deserialize)]
struct Called {
    called: String,
    id: String,
}

impl Turn<'_> {
    /// What lies behind the participant of a number. Bound, and not asked for within: an index finds a pair of values only
    /// where it is given them.
    fn behind(&self, order: Order, number: i64) -> Outcome<(&'static str, Vec<Bound>)> {
        let test = match order {
            Order::EarliestFirst => return Ok(("p.seq > ?", vec![int(number)])),
            Order::NewestFirst => return Ok(("p.seq < ?", vec![int(number)])),
            Order::ByName => "(p.called, p.id) > (?, ?)",
            Order::ByNameBackwards => "(p.called, p.id) < (?, ?)",
        };
        let query = "SELECT called, id FROM participants WHERE seq = ?";
        let Some(Called { called, id }) = self.store.row(query, vec![int(number)])? else {
            let message = "This cursor isn't one that was given.";
            return Err(Refusal::new(400, "invalid_parameter", message).at("cursor").into());
        };
        Ok((test, vec![text(called), text(id)]))
    }

    pub(super) fn participants(&self, query: &Query) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        let order = query.filter("sort").map_or(Ok(Order::default()), Order::parse)?;
        let search = query.filter("search").map_or(Ok(None), Search::parse)?;
        let (mut from, mut tests, mut bound) = ("participants p".to_owned(), Vec::new(), Vec::new());
        if let Some(search) = &search {
            bound = values(search);
            if self.store.number(&count(), bound.clone())? <= FEW {
                from = format!("({FOUND}) AS found CROSS JOIN participants p ON p.seq = found.seq");
            } else {
                tests.push(FITS);
            }
        }
        if let Some(state) = query.filter("state") {
            tests.push(if state == "active" { "p.state = ?" } else { "p.state = ? AND p.state <> 'active'" });
            bound.push(text(state));
        }
        if let Some(id) = query.filter("external_id") {
            tests.push("p.external_id = ?");
            bound.push(text(id));
        }
        if let Some(ids) = query.filter("ids") {
            let ids: Vec<&str> = ids.split(',').collect();
            if ids.len() > MOST_IDS {
                let message = format!("ids names {MOST_IDS} participants at most.");
                return Err(Refusal::new(400, "invalid_parameter", message).at("ids").into());
            }
            tests.push("p.id IN (SELECT value FROM json_each(?))");
            bound.push(text(json!(ids)));
        }
        if let Some(email) = query.filter("email") {
            tests.push("p.email COLLATE NOCASE = ? AND p.email = ?");
            bound.extend([text(email), text(email)]);
        }
        if query.cursor > 0 {
            let (test, values) = self.behind(order, query.cursor)?;
            tests.push(test);
            bound.extend(values);
        }
        let tests = if tests.is_empty() { String::new() } else { format!("WHERE {}", tests.join(" AND ")) };
        bound.push(int(query.limit + 1));
        let order = in_order(order);
        // Put in order by little, and told whole only where it is shown.
        let rows: Vec<ParticipantRow> = self.store.rows(
            &format!(
                "SELECT {FIELDS} FROM (SELECT p.seq AS number FROM {from} {tests} ORDER BY {order} LIMIT ?) AS shown
                 CROSS JOIN participants p ON p.seq = shown.number ORDER BY {order}"
            ),
            bound,
        )?;
        page(query, &rows, ParticipantRow::seq, |row| Ok(row.json(&program, &self.settings.friend_path)))
    }
}
