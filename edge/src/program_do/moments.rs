//! When events were made of a conversion, or of one reward: what was sent of them is found by its id, which begins with
//! the moment of its making.

use super::Turn;
use crate::command::Reply;
use crate::failure::Outcome;
use crate::store::text;
use serde::Deserialize;

impl Turn<'_> {
    /// In milliseconds; none where nobody knows it.
    pub(super) fn moments(&self, conversion: Option<&str>, reward: Option<&str>) -> Outcome<Reply> {
        #[derive(Deserialize)]
        struct Row {
            at: i64,
        }
        let of_rewards = |whose: &str| {
            format!(
                "SELECT m.value AS at FROM rewards r CROSS JOIN json_each('[' || trim(r.moved, ',') || ']') m WHERE {whose}
                 UNION SELECT a.asked_at FROM rewards r CROSS JOIN approvals a ON a.reward = r.id WHERE {whose}"
            )
        };
        let (query, of) = match (conversion, reward) {
            // What is told of a reward is told of its conversion too.
            (_, Some(reward)) => (of_rewards("r.id = ?1"), reward),
            (Some(conversion), None) => {
                let of_sale = "SELECT recorded_at AS at FROM conversions WHERE id = ?1
                    UNION SELECT b.at FROM conversions c
                    CROSS JOIN refunds b ON b.event = c.event AND b.external_id = c.external_id WHERE c.id = ?1";
                (format!("{of_sale} UNION {}", of_rewards("r.conversion = ?1")), conversion)
            }
            (None, None) => return Reply::ok(&Vec::<i64>::new()),
        };
        let rows: Vec<Row> = self.store.rows(&query, vec![text(of)])?;
        Reply::ok(&rows.into_iter().map(|row| row.at).collect::<Vec<_>>())
    }
}
