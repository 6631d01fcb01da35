//! The owner's list of links, and those that earn nothing (`domain::links`).
//!
//! Invariant: which links earn nothing is noted when clicks are added up, from what is read of those links alone, and of one
//! that is noted once a day at most. What is asked reads the notes.

use super::Turn;
use super::participants::{address, page};
use crate::command::{Query, Reply};
use crate::failure::Outcome;
use crate::store::{Bound, int, text};
use honeyguide_domain::clickcount::hour_of;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::ConversionId;
use honeyguide_domain::links::{
    self, LATELY, MOST_COUNTED, TELLING_CLICKS, busy_until, earns_until, is_worth_writing, lately, look_again,
};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::clicks::Tally;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;

/// Links `l` that earn nothing, as of the hour ?1, by conversions from ?2 on. A credit counts for a link unless its decision
/// says that another of the participant's earned it.
const UNPRODUCTIVE: &str = "FROM link_standings s CROSS JOIN links l ON l.code = s.code
    CROSS JOIN participants p ON p.id = l.participant
    WHERE s.busy_until > ?1 AND s.busy_until > 0 AND s.earns_until <= ?1 AND l.state = 'active' AND p.state = 'active'
    AND NOT EXISTS (SELECT 1 FROM credits k CROSS JOIN conversions v ON v.id = k.conversion
        WHERE k.participant = l.participant AND k.conversion >= ?2 AND NOT EXISTS (
            SELECT 1 FROM json_each(v.decision, '$.credits') c
            WHERE c.value ->> 'participant' = l.participant AND c.value ->> 'code' <> l.code))";

#[derive(Deserialize)]
struct Row {
    seq: i64,
    code: String,
    participant: String,
    destination: Option<String>,
    state: String,
    created_at: i64,
    person: i64,
}

#[derive(Deserialize)]
struct Busy {
    code: String,
    qualified: i64,
    noted: i64,
}

#[derive(Deserialize)]
struct Hour {
    hour: i64,
    clicks: i64,
}

impl Turn<'_> {
    /// Notes, of links that were just followed or whose friends bought, whether they earn.
    pub(super) fn watch_links(&self, tallies: &[Tally]) -> Outcome<()> {
        let now = hour_of(self.now);
        let codes = |fits: fn(&&Tally) -> bool| {
            let codes: BTreeSet<&str> = tallies.iter().filter(fits).map(|tally| tally.code.as_str()).collect();
            (!codes.is_empty()).then(|| text(json!(codes)))
        };
        if let Some(earning) = codes(|tally| tally.qualified > 0) {
            self.note_earning(earning, earns_until(now))?;
        }
        let Some(followed) = codes(|tally| tally.first.is_some()) else { return Ok(()) };
        // Of those that aren't known to earn, or were noted of late: how many persons came, and whether any bought.
        let busy: Vec<Busy> = self.store.rows(
            "SELECT c.code, SUM(c.qualified) AS qualified, COALESCE(s.busy_until, 0) AS noted
             FROM json_each(?1) j CROSS JOIN links l ON l.code = j.value LEFT JOIN link_standings s ON s.code = l.code
             CROSS JOIN clicks_by_code c ON c.code = l.code AND c.hour >= ?2 AND c.quality = 'person'
             WHERE COALESCE(s.earns_until, 0) <= ?3 AND COALESCE(s.busy_until, 0) <= ?4
             GROUP BY c.code HAVING SUM(c.raw) >= ?5",
            vec![followed, int(lately(now)), int(now), int(links::newest_worth_writing(now)), int(TELLING_CLICKS)],
        )?;
        for busy in busy {
            if busy.qualified > 0 {
                self.note_earning(text(json!([busy.code])), look_again(now))?;
                continue;
            }
            let hours: Vec<Hour> = self.store.rows(
                "SELECT hour, SUM(raw) AS clicks FROM clicks_by_code WHERE code = ? AND hour >= ? AND quality = 'person'
                 GROUP BY hour ORDER BY hour DESC",
                vec![text(&busy.code), int(lately(now))],
            )?;
            let hours: Vec<(i64, i64)> = hours.into_iter().map(|row| (row.hour, row.clicks)).collect();
            let until = busy_until(&hours).filter(|until| is_worth_writing(busy.noted, *until));
            if let Some(until) = until {
                self.store.run(
                    "INSERT INTO link_standings (code, earns_until, busy_until) VALUES (?, 0, ?)
                     ON CONFLICT (code) DO UPDATE SET busy_until = excluded.busy_until",
                    vec![text(&busy.code), int(until)],
                )?;
            }
        }
        Ok(())
    }

    /// Links that earn, until an hour. Written again where that moves by a day.
    fn note_earning(&self, codes: Bound, until: i64) -> Outcome<()> {
        self.store.run(
            "INSERT INTO link_standings (code, earns_until, busy_until) SELECT value, ?, 0 FROM json_each(?) WHERE true
             ON CONFLICT (code) DO UPDATE SET earns_until = MAX(earns_until, excluded.earns_until), busy_until = 0
             WHERE busy_until > 0 OR excluded.earns_until >= earns_until + 24",
            vec![int(until), codes],
        )
    }

    fn as_of_now(&self) -> Vec<Bound> {
        vec![int(hour_of(self.now)), text(ConversionId::first_of(self.now.before(LATELY)))]
    }

    /// How many links earn nothing, counted up to a bound.
    pub(super) fn unproductive_links(&self) -> Outcome<i64> {
        let query = format!("SELECT COUNT(*) AS n FROM (SELECT 1 {UNPRODUCTIVE} LIMIT {MOST_COUNTED})");
        self.store.number(&query, self.as_of_now())
    }

    pub(super) fn link_list(&self, query: &Query) -> Outcome<Reply> {
        let mut values = self.as_of_now();
        values.extend([int(lately(hour_of(self.now))), int(query.limit + 1), int(query.cursor)]);
        let mut tests = vec!["l.seq > ?5".to_owned()];
        match query.filter("unproductive") {
            None => {}
            Some("true") => tests.push(format!("l.seq IN (SELECT l.seq {UNPRODUCTIVE})")),
            Some("false") => tests.push(format!("l.seq NOT IN (SELECT l.seq {UNPRODUCTIVE})")),
            Some(_) => {
                let message = "unproductive is one of true, false.";
                return Err(Refusal::new(400, "unknown_value", message).at("unproductive").into());
            }
        }
        for name in ["participant", "state"] {
            if let Some(value) = query.filter(name) {
                values.push(text(value));
                tests.push(format!("l.{name} = ?{}", values.len()));
            }
        }
        // The first line names what isn't asked for by every query, too.
        let rows: Vec<Row> = self.store.rows(
            &format!(
                "WITH named AS (SELECT ?1, ?2)
                 SELECT l.seq, l.code, l.participant, l.destination, l.state, l.created_at,
                    (SELECT COALESCE(SUM(c.raw), 0) FROM clicks_by_code c
                     WHERE c.code = l.code AND c.hour >= ?3 AND c.quality = 'person') AS person
                 FROM links l WHERE {} ORDER BY l.seq LIMIT ?4",
                tests.join(" AND ")
            ),
            values,
        )?;
        let (_, program) = self.program()?;
        let told = |row: &Row| {
            Ok(json!({
                "code": row.code, "link": address(&program, &self.settings.friend_path, &row.code),
                "participant": row.participant, "destination": row.destination, "state": row.state,
                "created_at": Timestamp::from_millis(row.created_at), "person": row.person,
            }))
        };
        page(query, &rows, |row| row.seq, told)
    }
}
