//! What the redirect should reach, beside what it does. Machines differ: a goal that isn't reached is no error.

use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Better {
    More,
    Less,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Goal {
    what: &'static str,
    figure: f64,
    bound: f64,
    better: Better,
}

impl Goal {
    pub(super) fn at_least(what: &'static str, bound: f64, figure: f64) -> Self {
        Self { what, figure, bound, better: Better::More }
    }

    pub(super) fn at_most(what: &'static str, bound: f64, figure: f64) -> Self {
        Self { what, figure, bound, better: Better::Less }
    }

    fn is_reached(&self) -> bool {
        match self.better {
            Better::More => self.figure >= self.bound,
            Better::Less => self.figure <= self.bound,
        }
    }

    pub(super) fn line(&self) -> String {
        let side = match self.better {
            Better::More => "at least",
            Better::Less => "at most",
        };
        let verdict = if self.is_reached() { "reached" } else { "not reached" };
        format!("  {:<60} {:>8.2}   goal {side} {:.2}: {verdict}", self.what, self.figure, self.bound)
    }

    pub(super) fn json(&self) -> Value {
        let side = if self.better == Better::More { "at_least" } else { "at_most" };
        json!({"what": self.what, "figure": self.figure, side: self.bound, "reached": self.is_reached()})
    }
}

#[cfg(test)]
mod tests {
    use super::Goal;

    #[test]
    fn a_goal_is_reached_on_its_own_side() {
        for (goal, reached) in [
            (Goal::at_least("a", 0.65, 0.65), true),
            (Goal::at_least("a", 0.65, 0.64), false),
            (Goal::at_most("a", 2.0, 2.0), true),
            (Goal::at_most("a", 2.0, 2.1), false),
            (Goal::at_most("a", 2.0, f64::NAN), false),
        ] {
            assert_eq!(goal.is_reached(), reached, "{goal:?}");
            assert!(goal.line().ends_with(if reached { ": reached" } else { ": not reached" }));
        }
    }
}
