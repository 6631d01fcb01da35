//! The doctor: what `/v1/doctor` finds of the site, what has come lately, and whether webhooks are taken.

use crate::api::{Page, load};
use crate::view::{Progress, Time, Told, amounts};
use crate::words;
use leptos::prelude::*;
use leptos_router::components::A;
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Checkup {
    at: String,
    checks: Vec<Check>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Check {
    what: String,
    state: String,
    found: String,
    fix: Option<String>,
}

/// Clicks of one hour.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Hour {
    key: String,
    person: i64,
    human: i64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Destination {
    url: String,
    state: String,
    why: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Source {
    #[serde(rename = "source")]
    vendor: String,
    path: String,
    last_received_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Delivery {
    created_at: String,
}

fn title(what: &str) -> String {
    match what {
        "page" => words::install::check_page().to_owned(),
        "script" => words::install::check_script().to_owned(),
        "route" => words::install::check_route().to_owned(),
        "cookie" => words::install::check_cookie().to_owned(),
        "policy" => words::install::check_policy().to_owned(),
        "clock" => words::install::check_clock().to_owned(),
        other => other.to_owned(),
    }
}

fn state_name(state: &str) -> &'static str {
    match state {
        "good" => words::install::good(),
        "warning" => words::install::warning(),
        "bad" => words::install::bad(),
        _ => words::install::unknown(),
    }
}

/// One line of the doctor's.
fn line(what: String, state: &'static str, found: AnyView, fix: Option<AnyView>) -> AnyView {
    view! {
        <li class=format!("check {state}")>
            <span class="badge">{state_name(state)}</span>
            <div><h3>{what}</h3><p>{found}</p>{fix.map(|fix| view! { <p class="hint">{fix}</p> })}</div>
        </li>
    }
    .into_any()
}

#[component]
pub(super) fn Doctor() -> impl IntoView {
    let checkup = load::<Checkup>(|| "/v1/doctor".to_owned());
    let since = String::from(js_sys::Date::new(&(js_sys::Date::now() - 7.0 * 86_400_000.0).into()).to_iso_string());
    let hours = load::<Page<Hour>>(move || format!("/v1/stats/clicks?group_by=hour&limit=1000&from={since}"));
    let destinations = load::<Page<Destination>>(|| "/v1/destinations?limit=100".to_owned());
    let dead = load::<Page<Delivery>>(|| "/v1/deliveries?state=dead&limit=100".to_owned());
    let sources = load::<Page<Source>>(|| "/v1/sources".to_owned());
    let again = move |_| {
        checkup.again();
        hours.again();
        destinations.again();
        dead.again();
        sources.again();
    };
    let checks = move || {
        let checkup = checkup.value()?;
        let rows = checkup.checks.into_iter().map(|check| {
            let state = ["good", "warning", "bad"].into_iter().find(|state| *state == check.state).unwrap_or("unknown");
            line(title(&check.what), state, check.found.into_any(), check.fix.map(IntoAny::into_any))
        });
        Some(view! { {rows.collect_view()} })
    };
    view! {
        <section class="card doctor" aria-labelledby="doctor">
            <div class="rule-head">
                <h2 id="doctor">{words::install::doctor()}</h2>
                <button class="quiet small" on:click=again aria-disabled=move || checkup.busy.get().to_string()>{words::install::look_again()}</button>
            </div>
            {move || checkup.value().map(|checkup| view! { <p class="hint">{words::install::looked()}" "<Time at=checkup.at /></p> })}
            {move || checkup.problem().map(|problem| view! { <Told problem /> })}
            {move || checkup.busy.get().then(|| view! { <Progress what=words::install::looking() /> })}
            <ul class="checks">
                {checks}
                {move || hours.value().map(|page| came(&page.data))}
                {move || Some(taken(destinations.value()?.data, dead.value()?.data.len()))}
                {move || Some(vendors(sources.value()?.data))}
            </ul>
        </section>
    }
}

/// What came in the last seven days.
fn came(hours: &[Hour]) -> AnyView {
    let what = words::install::check_events().to_owned();
    let (persons, humans) =
        hours.iter().fold((0, 0), |(persons, humans), hour| (persons + hour.person, humans + hour.human));
    let last = hours.iter().filter(|hour| hour.person > 0).map(|hour| hour.key.clone()).max();
    let Some(last) = last else {
        let fix = view! { {words::install::events_none_do()} }.into_any();
        return line(what, "unknown", words::install::events_none().into_any(), Some(fix));
    };
    let at = if last.ends_with('Z') { last } else { format!("{}:00:00Z", last.get(..13).unwrap_or(&last)) };
    let found = view! {
        {words::install::events(persons, amounts::whole(humans))}" "{words::install::events_last()}" "<Time at />
    };
    if humans == 0 {
        let fix = words::install::events_unconfirmed().into_any();
        return line(what, "warning", found.into_any(), Some(fix));
    }
    line(what, "good", found.into_any(), None)
}

/// Whether what is sent, signed, is taken.
fn taken(destinations: Vec<Destination>, dead: usize) -> AnyView {
    let what = words::install::check_webhook().to_owned();
    let to = || view! { <A href="/console/forwarding">{words::install::webhook_do()}</A> }.into_any();
    if destinations.is_empty() {
        return line(what, "unknown", words::install::webhook_none().into_any(), Some(to()));
    }
    if let Some(off) = destinations.iter().find(|one| one.state == "disabled" && one.why.is_some()) {
        let found = words::install::webhook_off(&off.url);
        return line(what, "bad", view! { <bdi class="long">{found}</bdi> }.into_any(), Some(to()));
    }
    if dead > 0 {
        let found = words::install::webhook_dead(i64::try_from(dead).unwrap_or(0));
        return line(what, "warning", found.into_any(), Some(words::install::webhook_dead_do().into_any()));
    }
    line(what, "good", words::install::webhook_good().into_any(), None)
}

/// Vendors whose events are taken: an event without a good signature isn't kept, so what came was signed well.
fn vendors(sources: Vec<Source>) -> AnyView {
    let rows = sources.into_iter().map(|one| {
        let what = words::install::check_vendor(&one.vendor);
        if let Some(at) = one.last_received_at {
            return line(what, "good", view! { {words::install::vendor_last()}" "<Time at /> }.into_any(), None);
        }
        let fix = words::install::vendor_do(&one.path).into_any();
        line(what, "warning", words::install::vendor_none().into_any(), Some(fix))
    });
    rows.collect_view().into_any()
}
