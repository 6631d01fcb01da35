//! How far it came and how long that took, noted by the day as it happens (`domain::stages`).
//!
//! Invariant: a conversion costs one row for this, and a click none: participants' first clicks are found when clicks are
//! added up.

use super::Turn;
use crate::failure::Outcome;
use crate::store::{int, text};
use honeyguide_domain::clickcount::{begin_of, day_of, hour_of};
use honeyguide_domain::stages::{self, What};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::clicks::Tally;
use honeyguide_domain::wire::decision::Decision;
use serde::Deserialize;
use serde_json::{Value, json};

/// A participant whose first click is earlier than was known.
#[derive(Deserialize)]
struct Shared {
    participant: String,
    joined: i64,
    first: i64,
    /// What was known, and the bucket that it is counted in.
    known: Option<i64>,
    bucket: Option<i64>,
}

impl Turn<'_> {
    fn count_stage(&self, at: Timestamp, what: What, bucket: i64, times: i64) -> Outcome<()> {
        self.store.add_up(
            "stage_days (day, stage, bucket, times)",
            vec![(vec![int(day_of(hour_of(at))), text(what.as_str()), int(bucket)], vec![times])],
            "ON CONFLICT (day, stage, bucket) DO UPDATE SET times = times + excluded.times",
        )
    }

    pub(super) fn note_conversion(&self, decision: &Decision, occurred_at: Timestamp) -> Outcome<()> {
        let bucket = stages::to_conversion(decision, occurred_at);
        bucket.map_or(Ok(()), |bucket| self.count_stage(occurred_at, What::Conversion, bucket, 1))
    }

    /// Belongs to the day that the reward was earned on, as the reward itself does.
    pub(super) fn note_fulfilment(&self, conversion: &str, stage: &str, earned_at: Timestamp) -> Outcome<()> {
        let query = "SELECT occurred_at AS n FROM conversions WHERE id = ?";
        let occurred_at = Timestamp::from_millis(self.store.number(query, vec![text(conversion)])?);
        let bucket = stages::to_fulfilment(stage, occurred_at, self.now);
        bucket.map_or(Ok(()), |bucket| self.count_stage(earned_at, What::Fulfilled, bucket, 1))
    }

    /// Of clicks that were added up: how long persons took to go on, and whose link was followed for the first time. Shards
    /// add up apart, so an earlier click may come later.
    pub(super) fn note_clicks(&self, tallies: &[Tally]) -> Outcome<()> {
        for tally in tallies {
            let at = begin_of(tally.hour);
            for (bucket, times) in &tally.went_on {
                self.count_stage(at, What::Interest, *bucket, *times)?;
            }
        }
        let firsts: Vec<Value> = tallies.iter().filter_map(|tally| Some(json!([tally.code, tally.first?]))).collect();
        if firsts.is_empty() {
            return Ok(());
        }
        let query = "SELECT p.id AS participant, p.created_at AS joined, MIN(j.value ->> 1) AS first, s.at AS known, s.bucket
            FROM json_each(?) j CROSS JOIN links l ON l.code = j.value ->> 0 CROSS JOIN participants p ON p.id = l.participant
            LEFT JOIN shares s ON s.participant = p.id
            GROUP BY p.id HAVING s.at IS NULL OR s.at > MIN(j.value ->> 1)";
        for shared in self.store.rows::<Shared>(query, vec![text(Value::Array(firsts))])? {
            if let (Some(known), Some(bucket)) = (shared.known, shared.bucket) {
                self.count_stage(Timestamp::from_millis(known), What::Share, bucket, -1)?;
            }
            let first = Timestamp::from_millis(shared.first);
            let bucket = stages::bucket(Timestamp::from_millis(shared.joined), first);
            self.count_stage(first, What::Share, bucket, 1)?;
            self.store.run(
                "INSERT INTO shares (participant, at, bucket) VALUES (?, ?, ?)
                 ON CONFLICT (participant) DO UPDATE SET at = excluded.at, bucket = excluded.bucket",
                vec![text(&shared.participant), int(shared.first), int(bucket)],
            )?;
        }
        Ok(())
    }
}
