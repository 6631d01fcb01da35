//! The stages from a click to a reward: each with its count, how many were left behind, how long it took, and what it was in
//! the days before.

use super::told::{Step, Stretch, Took};
use crate::view::amounts::{lasted, percent, whole};
use crate::words;
use leptos::prelude::*;

#[component]
pub(super) fn Steps(now: Stretch, before: Stretch) -> impl IntoView {
    let was = |stage: &str| before.stages.iter().find(|one| one.stage == stage).map_or(0, |one| one.count);
    let rows = now.stages.iter().map(|one| step(one, was(&one.stage))).collect_view();
    let beside = [
        (words::overview::human(), now.funnel.human, before.funnel.human),
        (words::overview::conversions(), now.funnel.conversions, before.funnel.conversions),
    ];
    let beside = beside.map(|(name, count, was)| {
        view! { <div><dt>{name}</dt><dd><b>{whole(count)}</b>" "<small>{words::overview::was(whole(was))}</small></dd></div> }
    });
    view! {
        <ol class="funnel">{rows}</ol>
        <dl class="beside-funnel">{beside.collect_view()}</dl>
        <p class="hint">{words::overview::funnel_hint()}</p>
    }
}

fn step(one: &Step, was: i64) -> impl IntoView + use<> {
    let (name, lead) = called(&one.stage);
    let (count, of) = (one.count, one.of.unwrap_or(one.count));
    let told = match (part(one.count, of), one.of) {
        (Some(part), Some(of)) => Some((told_of(&one.stage, whole(of)), words::overview::left(percent(1.0 - part)))),
        _ => None,
    };
    let took = one.time.as_ref().map(took);
    view! {
        <li>
            <span class="step">{name.clone()}<small>{lead}</small></span>
            <span class="count">{whole(count)}<small class="was">{words::overview::was(whole(was))}</small></span>
            <meter class="rail" min="0" max=of.max(count).max(1).to_string() value=count.to_string() aria-label=name>{whole(count)}</meter>
            {told.map(|(of, left)| view! { <small class="of">{of}</small><small class="left">{left}</small> })}
            {took}
        </li>
    }
}

/// How long it took: the median, and what more is known.
fn took(time: &Took) -> impl IntoView + use<> {
    let (median, most) = (lasted(time.median_seconds), lasted(time.p90_seconds));
    let from = match time.from.as_str() {
        "click" => words::overview::from_click(),
        "joined" => words::overview::from_joined(),
        "conversion" => words::overview::from_conversion(),
        _ => "",
    };
    view! {
        <details class="took">
            <summary>{words::overview::half(median)}</summary>
            <p>{words::overview::most(most)}" "{from}" "{words::overview::known_of(time.count)}</p>
        </details>
    }
}

/// What a stage is called, and what it counts.
fn called(stage: &str) -> (String, &'static str) {
    let (name, lead) = match stage {
        "awareness" => (words::overview::awareness(), words::overview::person()),
        "interest" => (words::overview::interest(), words::overview::engaged()),
        "share" => (words::overview::share(), words::overview::shared()),
        "conversion" => (words::overview::conversion(), words::overview::credited()),
        "fulfilled" => (words::overview::reward(), words::overview::fulfilled()),
        other => return (other.to_owned(), ""),
    };
    (name.to_owned(), lead)
}

fn told_of(stage: &str, of: String) -> String {
    match stage {
        "interest" => words::overview::of_clicks(of),
        "share" => words::overview::of_joined(of),
        "conversion" => words::overview::of_engaged(of),
        _ => words::overview::of_rewards(of),
    }
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
    fn a_step_is_a_part_of_what_could_have_come_unless_it_is_more() {
        assert_eq!((part(1, 4), part(0, 0), part(5, 4), part(0, 3)), (Some(0.25), None, None, Some(0.0)));
    }
}
