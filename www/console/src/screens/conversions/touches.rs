//! Why somebody has the credit: what could have earned it, in the order of time, up to the conversion itself.

use super::shares;
use super::told::{Conversion, Touch, plain};
use crate::view::amounts::money;
use crate::view::{Time, amounts};
use crate::words;
use honeyguide_domain::time::Timestamp;
use leptos::prelude::*;
use leptos_router::components::A;

#[component]
pub(super) fn Verdict(told: Conversion) -> impl IntoView {
    let decision = told.decision;
    let touches = Touch::in_time(decision.touches);
    let none = touches.is_empty();
    let occurred = told.occurred_at.clone();
    // Where the program doesn't ask, nobody's consent is missing.
    let is_asked = decision.consent.as_deref().is_some_and(|consent| consent != "not_required");
    let lines = touches.into_iter().map(|touch| line(touch, &occurred, is_asked)).collect_view();
    let worth = told.value.as_ref().map(|value| format!(" · {}", money(value)));
    let consent = decision.consent.as_deref().map(|consent| match consent {
        "granted" => words::conversions::consent_granted(),
        "denied" => words::conversions::consent_denied(),
        _ => words::conversions::consent_not_required(),
    });
    let window = decision.window_days.map(words::conversions::days);
    let signals = decision.signals.iter().map(|signal| plain(signal)).collect::<Vec<_>>().join(", ");
    let outcome = super::outcome(&decision.outcome);
    view! {
        <section class="card verdict" aria-labelledby="verdict">
            <h2 id="verdict">{words::conversions::verdict()}</h2>
            <p class="said">{outcome}" "<strong>{decision.explanation.owner}</strong></p>
            <p class="hint">{words::conversions::first_credit()}" "{shares(&decision.credits)}</p>
            {none.then(|| view! { <p class="hint">{words::conversions::no_touches()}</p> })}
            <ol class="timeline touches">
                {lines}
                <li class="sale">
                    <h3><bdi>{plain(&told.event)}</bdi>" "<bdi>{told.external_id}</bdi>{worth}</h3>
                    <p class="hint"><Time at=told.occurred_at /></p>
                </li>
            </ol>
            <details>
                <summary>{words::conversions::judged_by()}</summary>
                <dl class="facts">
                    <dt>{words::conversions::model()}</dt><dd>{plain(&decision.model)}</dd>
                    {window.map(|window| view! { <dt>{words::conversions::window()}</dt><dd>{window}</dd> })}
                    {consent.map(|consent| view! { <dt>{words::conversions::consent()}</dt><dd>{consent}</dd> })}
                    {(!signals.is_empty()).then(|| view! { <dt>{words::conversions::noticed()}</dt><dd>{signals}</dd> })}
                    <dt>{words::conversions::version()}</dt><dd>{amounts::whole(decision.program_version)}</dd>
                </dl>
            </details>
        </section>
    }
}

/// One thing that could have earned credit.
fn line(touch: Touch, occurred: &str, is_asked: bool) -> impl IntoView + use<> {
    let source = match touch.source.as_str() {
        "touch" => words::conversions::source_touch().to_owned(),
        "code" => words::conversions::source_code().to_owned(),
        "coupon" => words::conversions::source_coupon().to_owned(),
        "binding" => words::conversions::source_binding().to_owned(),
        "contribution" => words::conversions::source_contribution().to_owned(),
        other => plain(other),
    };
    let code = touch.code.clone().map(|code| match &touch.participant {
        Some(id) => view! { <A href=format!("/console/people/{id}")><code>{code}</code></A> }.into_any(),
        None => view! { <code><bdi>{code}</bdi></code> }.into_any(),
    });
    let (counted, share) = (touch.counted, touch.share.unwrap_or_default());
    let badge = if counted { words::conversions::counts(share) } else { words::conversions::counts_not().to_owned() };
    let at = touch.at.map(|at| {
        let before = before(&at, occurred);
        view! { <p class="hint"><Time at />{before.map(|before| format!(" · {before}"))}</p> }
    });
    let marks = [
        (is_asked && touch.source == "touch" && !touch.consented).then(words::conversions::mark_consent),
        touch.gpc.then(words::conversions::mark_gpc),
    ];
    let marks = marks.into_iter().flatten().map(|mark| view! { <span class="badge">{mark}</span> }).collect_view();
    let why = touch.explanation.map_or_else(|| plain(&touch.reason), |told| told.owner);
    view! {
        <li class:counted=counted class:passed=!counted>
            <h3>{source}" "{code}" "<span class="badge" class:good=counted>{badge}</span>" "{marks}</h3>
            <p>{why}</p>
            {at}
        </li>
    }
}

/// How long before the conversion, in whole units of the largest that fits.
fn before(at: &str, occurred: &str) -> Option<String> {
    let seconds = between(at, occurred)?;
    let whole = |unit: i64| seconds / unit;
    Some(match seconds {
        ..60 => words::conversions::just_before().to_owned(),
        60..3_600 => words::conversions::minutes_before(whole(60)),
        3_600..86_400 => words::conversions::hours_before(whole(3_600)),
        _ => words::conversions::days_before(whole(86_400)),
    })
}

/// Seconds from one time to a later one.
fn between(at: &str, later: &str) -> Option<i64> {
    let (at, later) = (Timestamp::parse(at).ok()?, Timestamp::parse(later).ok()?);
    Some((later.millis() - at.millis()) / 1_000).filter(|seconds| *seconds >= 0)
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn what_lies_between_is_never_negative() {
        let (one, two) = ("2026-11-20T10:00:00.000Z", "2026-11-21T11:00:30.500Z");
        assert_eq!((between(one, two), between(two, one), between("soon", two)), (Some(90_030), None, None));
    }
}
