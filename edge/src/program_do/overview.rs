//! What an owner sees first, from the sums by day. The tables' own triggers keep these (`schema`), so that no way to
//! record a conversion or to move a reward can forget them.

use super::Turn;
use crate::command::Reply;
use crate::failure::Outcome;
use crate::store::int;
use honeyguide_domain::deployment;
use honeyguide_domain::overview::{self, Clicks, Days, Waiting};
use honeyguide_domain::reward::limits;
use honeyguide_domain::stages::Times;
use honeyguide_domain::wire::overview::{Stretch, Sum};

impl Turn<'_> {
    /// `clicks`: of these days, and of those before.
    pub(super) fn overview(&self, days: Days, clicks: [Clicks; 2]) -> Outcome<Reply> {
        let [now, before] = clicks;
        let all = self.all_rewards()?;
        let (period, before) = (self.stretch(days, now)?, self.stretch(days.before(), before)?);
        Reply::ok(&overview::overview(period, before, &all, self.waiting()?))
    }

    /// What a table of programs says of this one.
    pub(super) fn sums(&self, days: Days) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        let (conversions, all) = (self.conversions_of(days)?, self.all_rewards()?);
        let sums = deployment::sums(self.persons(days)?, &conversions, &all, self.waiting()?);
        Reply::ok(&deployment::listed(program, sums))
    }

    fn all_rewards(&self) -> Outcome<Vec<Sum>> {
        let query = "SELECT state AS name, currency, SUM(times) AS times, SUM(amount) AS amount
            FROM reward_days GROUP BY state, currency";
        self.store.rows(query, vec![])
    }

    fn conversions_of(&self, days: Days) -> Outcome<Vec<Sum>> {
        self.store.rows(
            "SELECT outcome AS name, currency, SUM(times) AS times, SUM(amount) AS amount, SUM(refunded) AS refunded
             FROM conversion_days WHERE day >= ? AND day < ? GROUP BY outcome, currency",
            vec![int(days.from), int(days.until)],
        )
    }

    fn stretch(&self, days: Days, clicks: Clicks) -> Outcome<Stretch> {
        let within = || vec![int(days.from), int(days.until)];
        let rewards: Vec<Sum> = self.store.rows(
            "SELECT state AS name, currency, SUM(times) AS times, SUM(amount) AS amount
             FROM reward_days WHERE day >= ? AND day < ? GROUP BY state, currency",
            within(),
        )?;
        let took: Vec<Times> = self.store.rows(
            "SELECT stage, bucket, SUM(times) AS times FROM stage_days WHERE day >= ? AND day < ? GROUP BY stage, bucket",
            within(),
        )?;
        Ok(overview::stretch(days, clicks, &self.conversions_of(days)?, &rewards, &took))
    }

    fn waiting(&self) -> Outcome<Waiting> {
        let count = |what: &str| self.store.number(&format!("SELECT COUNT(*) AS n FROM {what}"), vec![]);
        let (_, program) = self.program()?;
        let mut budgets = 0;
        for budget in limits::budgets(&program, self.now) {
            budgets += i64::from(budget.is_nearly_spent(self.tally(&budget.question)?));
        }
        Ok(Waiting {
            approvals: count(
                "rewards r INDEXED BY rewards_by_hand WHERE state = 'pending' AND automatic = 0
                 AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.reward = r.id AND a.settled_at IS NULL)",
            )?,
            destinations: count("destinations WHERE state = 'disabled' AND why IS NOT NULL")?,
            failing: count("destinations WHERE state = 'enabled' AND failing_since IS NOT NULL")?,
            budgets,
            disputes: count("disputes WHERE state = 'open'")?,
            unproductive: self.unproductive_links()?,
        })
    }
}
