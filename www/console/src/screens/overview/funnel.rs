//! The funnel: each step with its count, its part of the step before, and what it was in the days before.

use super::told::Funnel;
use crate::view::amounts::{percent, whole};
use crate::words;
use leptos::prelude::*;

#[component]
pub(super) fn Steps(now: Funnel, before: Funnel) -> impl IntoView {
    let steps = [
        (words::overview::person(), now.person, before.person),
        (words::overview::human(), now.human, before.human),
        (words::overview::engaged(), now.engaged, before.engaged),
        (words::overview::conversions(), now.conversions, before.conversions),
        (words::overview::credited(), now.credited, before.credited),
        (words::overview::fulfilled(), now.fulfilled, before.fulfilled),
    ];
    let most = steps.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    let mut earlier = None;
    let rows = steps.map(|(name, count, was)| {
        let part = earlier.map(|earlier| part(count, earlier));
        earlier = Some(count);
        let told = part.flatten().map(|part| words::overview::of_before(percent(part)));
        view! {
            <li>
                <span class="step">{name}</span>
                <span class="count">{whole(count)}</span>
                <meter class="rail" min="0" max=most.max(1).to_string() value=count.to_string() aria-label=name>{whole(count)}</meter>
                <small>{told}</small>
                <small class="was">{words::overview::was(whole(was))}</small>
            </li>
        }
    });
    view! { <ol class="funnel">{rows.collect_view()}</ol> }
}

/// None where there is nothing to be a part of, or where it is more than the whole: conversions by code have no click.
#[allow(clippy::cast_precision_loss, reason = "a percentage is shown to one digit")]
fn part(count: i64, of: i64) -> Option<f64> {
    (of > 0 && count <= of).then(|| count as f64 / of as f64)
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_step_is_a_part_of_the_one_before_unless_it_is_more() {
        assert_eq!((part(1, 4), part(0, 0), part(5, 4), part(0, 3)), (Some(0.25), None, None, Some(0.0)));
    }
}
