//! The overview: a stretch of days beside the one before it, clicks by quality, money, and what waits for somebody.
//! `?days=7` says how many.

mod funnel;
mod told;

use super::first_run::FirstRun;
use crate::api::{Load, Page as Rows, load};
use crate::view::{Amount, Chart, Days, Line, Money, Page, Told, amounts, days, table};
use crate::words;
use funnel::Steps;
use leptos::prelude::*;
use leptos_router::components::A;
use told::{Attention, ClickDay, Overview as Sums};

#[component]
pub(crate) fn Overview() -> impl IntoView {
    let days = days::chosen();
    let between = move || days::asked(days.get());
    let sums = load::<Sums>(move || format!("/v1/stats/overview?{}", between()));
    let clicks = load::<Rows<ClickDay>>(move || format!("/v1/stats/clicks?group_by=day&limit=1000&{}", between()));
    // Whether there was ever a click is asked once, and only where these days and those before had none; the steps of the
    // first run stay until one leaves.
    let is_quiet = Memo::new(move |_| {
        sums.value().is_some_and(|told| told.period.funnel.person == 0 && told.before.funnel.person == 0)
    });
    let ever = load::<Rows<ClickDay>>(move || {
        let asked = if is_quiet.get() { "/v1/stats/clicks?group_by=channel&limit=1000" } else { "" };
        asked.to_owned()
    });
    let is_new = RwSignal::new(None::<bool>);
    let (is_first, came) = (Memo::new(move |_| is_new.get() == Some(true)), RwSignal::new(false));
    let is_open = move || is_quiet.get() && is_new.get().is_none() && ever.problem().is_none();
    Effect::new(move |_| {
        if let (Some(page), None) = (ever.value(), is_new.get_untracked()) {
            is_new.set(Some(page.data.iter().all(|row| row.person == 0)));
        }
    });
    let on_click = Callback::new(move |()| {
        came.set(true);
        sums.again();
        clicks.again();
    });
    let beside = move || view! { <Days days /> };
    view! {
        <Page title=words::overview::title() beside>
            {move || sums.problem().map(|problem| view! { <Told problem /> <button on:click=move |_| sums.again()>{words::common::again()}</button> })}
            {move || is_first.get().then(|| view! { <FirstRun on_click /> })}
            {move || match sums.value() {
                Some(_) if is_open() => view! { <table::Skeleton /> }.into_any(),
                // One thing at a time: figures without anything in them wait.
                Some(told) if is_first.get() && !came.get() && told.period.is_empty() => ().into_any(),
                Some(told) => view! { <Whole told clicks days=days.get() /> }.into_any(),
                None if sums.problem().is_some() => ().into_any(),
                None => view! { <table::Skeleton /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Whole(told: Sums, clicks: Load<Rows<ClickDay>>, days: i64) -> impl IntoView {
    let revenue = told.period.revenue();
    let before = told.before.revenue();
    view! {
        <p class="lead">{words::overview::compared(days)}</p>
        <div class="overview">
            <div class="now">
                <section class="card attention" aria-labelledby="attention">
                    <h2 id="attention">{words::overview::attention()}</h2>
                    {waiting(&told.attention)}
                </section>
                {sums("revenue", words::overview::revenue(), words::overview::revenue_lead(), words::overview::revenue_none(), revenue, &before)}
                {sums("owed", words::overview::owed(), words::overview::owed_lead(), words::overview::owed_none(), told.owed, &[])}
                {sums("paid", words::overview::paid(), words::overview::paid_lead(), words::overview::paid_none(), told.paid, &[])}
            </div>
            <section class="card steps" aria-labelledby="funnel">
                <h2 id="funnel">{words::overview::funnel()}</h2>
                <Steps now=told.period before=told.before />
            </section>
            <section class="card clicks">{move || shown(clicks, days)}</section>
        </div>
    }
}

/// What waits, each with the list that shows it.
fn waiting(all: &[Attention]) -> AnyView {
    let rows: Vec<(String, &'static str)> = all.iter().filter(|one| one.count > 0).map(line).collect();
    if rows.is_empty() {
        return view! { <p class="hint">{words::overview::attention_none()}</p> }.into_any();
    }
    view! { <ul>{rows.into_iter().map(|(text, to)| view! { <li><A href=to>{text}</A></li> }).collect_view()}</ul> }
        .into_any()
}

fn line(one: &Attention) -> (String, &'static str) {
    let count = one.count;
    match one.what.as_str() {
        "held_rewards" => (words::overview::held_rewards(count), "/console/rewards?state=held"),
        "pending_approvals" => {
            (words::overview::pending_approvals(count), "/console/rewards?state=pending&automatic=false")
        }
        "disabled_destinations" => (words::overview::disabled_destinations(count), "/console/forwarding"),
        "failing_destinations" => {
            (words::overview::failing_destinations(count), "/console/forwarding?state=enabled&failing=true")
        }
        "unproductive_links" => (words::overview::unproductive_links(count), "/console/links?unproductive=true"),
        "budgets_nearly_spent" => (words::overview::budgets_nearly_spent(count), "/console/program"),
        "open_disputes" => (words::overview::open_disputes(count), "/console/conversions?dispute=open"),
        other => (words::overview::something(other, amounts::whole(count)), "/console"),
    }
}

/// Clicks of each day, also of those without any.
fn shown(clicks: Load<Rows<ClickDay>>, days: i64) -> AnyView {
    if let Some(problem) = clicks.problem() {
        return view! { <Told problem /> }.into_any();
    }
    let Some(page) = clicks.value() else { return view! { <table::Skeleton /> }.into_any() };
    if page.data.is_empty() {
        return view! {
            <h2>{words::overview::clicks()}</h2>
            <div class="empty">
                <p>{words::overview::empty()}</p>
                <p>{words::overview::empty_do()}</p>
                <p><A href="/console/install" attr:class="button">{words::overview::empty_link()}</A></p>
            </div>
        }
        .into_any();
    }
    let dates = crate::view::times::days_of(days);
    let of = |count: fn(&ClickDay) -> i64| {
        let on = |date: &String| page.data.iter().filter(|row| row.day() == date).map(count).sum();
        dates.iter().map(on).collect()
    };
    let lines = vec![
        Line { name: words::overview::line_person(), values: of(|row| row.person) },
        Line { name: words::overview::line_human(), values: of(|row| row.human) },
        Line { name: words::overview::line_other(), values: of(|row| row.raw - row.person) },
    ];
    view! { <Chart title=words::overview::clicks() days=dates lines /> }.into_any()
}

/// A card of amounts, one for each currency.
fn sums(
    id: &'static str,
    title: &'static str,
    lead: &'static str,
    none: &'static str,
    now: Vec<Amount>,
    before: &[Amount],
) -> impl IntoView + use<> {
    let is_none = now.is_empty();
    let rows = now.into_iter().map(|amount| {
        let was = before.iter().find(|was| was.currency == amount.currency).map(amounts::money);
        view! {
            <p class="sum"><Money of=Some(amount) />{was.map(|was| view! { <small>{words::overview::was(was)}</small> })}</p>
        }
    });
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {rows.collect_view()}
            <p class="hint">{if is_none { none } else { lead }}</p>
        </section>
    }
}
