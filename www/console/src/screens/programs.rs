//! Programs side by side: referral programs, then partner programs, each leading into itself. `?days=7` says of how many days.

use crate::api::load;
use crate::view::amounts::{money, whole};
use crate::view::{Address, Amount, Days, Page, Told, csv, days, table};
use crate::words;
use leptos::prelude::*;
use leptos_router::components::A;
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Programs {
    sums: Vec<OfKind>,
    data: Vec<Listed>,
    next_cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct OfKind {
    kind: String,
    programs: i64,
    #[serde(flatten)]
    sums: Sums,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Listed {
    id: String,
    name: String,
    site: String,
    kind: String,
    mode: String,
    #[serde(flatten)]
    sums: Sums,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Sums {
    person: i64,
    conversions: i64,
    credited: i64,
    revenue: Vec<Amount>,
    owed: Vec<Amount>,
    paid: Vec<Amount>,
    attention: i64,
}

#[component]
pub(crate) fn Programs() -> impl IntoView {
    let here = Address::here();
    let days = days::chosen();
    let all = load::<Programs>(move || {
        let path = format!("/v1/stats/programs?{}", days::asked(days.get()));
        here.of_api(&path, &[("cursor", &here.get("cursor"))], &[])
    });
    let beside = move || view! { <Days days /> };
    view! {
        <Page title=words::programs::title() beside>
            <p class="lead">{words::programs::lead()}</p>
            {move || all.problem().map(|problem| view! { <Told problem /> <button on:click=move |_| all.again()>{words::common::again()}</button> })}
            {move || match all.value() {
                Some(told) if told.data.is_empty() => view! {
                    <div class="empty"><p>{words::programs::none()}</p><p><code>"POST /v1/programs"</code></p></div>
                }.into_any(),
                Some(told) => view! { <Whole told here /> }.into_any(),
                None if all.problem().is_some() => ().into_any(),
                None => view! { <table::Skeleton /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Whole(told: Programs, here: Address) -> impl IntoView {
    let lines = StoredValue::new(lines(&told.data));
    let save = move |_| {
        let _saved = csv::save("programs.csv", &lines.get_value());
    };
    let is_part = told.next_cursor.is_some() || !here.get("cursor").is_empty();
    let groups = told.sums.iter().map(|kind| {
        let rows: Vec<Listed> = told.data.iter().filter(|one| one.kind == kind.kind).cloned().collect();
        group(kind, rows)
    });
    view! {
        {is_part.then(|| view! { <p class="hint">{words::programs::part()}</p> })}
        {groups.collect_view()}
        <div class="under">
            {(!here.get("cursor").is_empty()).then(|| view! { <A href=here.with(&[])>{words::common::first_page()}</A> })}
            {told.next_cursor.map(|next| view! { <A href=here.with(&[("cursor", &next)])>{words::common::next_page()}</A> })}
            <button class="quiet end" on:click=save>{words::common::csv()}</button>
        </div>
    }
}

fn kind_called(kind: &str) -> &'static str {
    if kind == "partner" { words::programs::partner() } else { words::programs::referral() }
}

fn group(kind: &OfKind, rows: Vec<Listed>) -> impl IntoView + use<> {
    let title = kind_called(&kind.kind);
    let id = format!("kind-{}", kind.kind);
    let head = [
        (words::programs::person(), vec![whole(kind.sums.person)]),
        (words::programs::credited(), vec![whole(kind.sums.credited)]),
        (words::programs::revenue(), amounts(&kind.sums.revenue)),
        (words::programs::owed(), amounts(&kind.sums.owed)),
        (words::programs::paid(), amounts(&kind.sums.paid)),
    ];
    let head = head.map(|(name, values)| view! { <div><dt>{name}</dt><dd>{several(values)}</dd></div> });
    let count = words::programs::count(kind.programs);
    view! {
        <section class="kind" aria-labelledby=id.clone()>
            <h2 id=id.clone()>{title}" "<small>{count}</small></h2>
            <dl class="together">{head.collect_view()}</dl>
            <div class="cards narrow">
                <div class="scroll" tabindex="0" role="region" aria-label=title>
                    <table>
                        <caption class="unseen">{title}</caption>
                        <thead><tr>
                            <th scope="col">{words::programs::program()}</th>
                            <th scope="col" class="number">{words::programs::person()}</th>
                            <th scope="col" class="number">{words::programs::conversions()}</th>
                            <th scope="col" class="number">{words::programs::credited()}</th>
                            <th scope="col" class="number">{words::programs::revenue()}</th>
                            <th scope="col" class="number">{words::programs::owed()}</th>
                            <th scope="col" class="number">{words::programs::paid()}</th>
                            <th scope="col">{words::programs::attention()}</th>
                        </tr></thead>
                        <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </div>
        </section>
    }
}

fn row(one: Listed) -> impl IntoView {
    let to = format!("/console?program={}", one.id);
    let number = |title: &'static str, values: Vec<String>| {
        view! { <td class="number" data-label=title>{several(values)}</td> }
    };
    let sums = &one.sums;
    let waiting = if sums.attention > 0 {
        let text = words::programs::waits(sums.attention);
        view! { <span class="badge waits">{text}</span> }.into_any()
    } else {
        words::programs::nothing_waits().into_any()
    };
    let is_test = one.mode == "test";
    view! {
        <tr>
            <td data-label=words::programs::program()>
                <a href=to rel="external"><bdi>{one.name.clone()}</bdi></a>
                {is_test.then(|| view! { " "<span class="badge">{words::programs::test()}</span> })}
                <span class="beneath"><bdi dir="ltr">{one.site.clone()}</bdi></span>
            </td>
            {number(words::programs::person(), vec![whole(sums.person)])}
            {number(words::programs::conversions(), vec![whole(sums.conversions)])}
            {number(words::programs::credited(), vec![whole(sums.credited)])}
            {number(words::programs::revenue(), amounts(&sums.revenue))}
            {number(words::programs::owed(), amounts(&sums.owed))}
            {number(words::programs::paid(), amounts(&sums.paid))}
            <td data-label=words::programs::attention()>{waiting}</td>
        </tr>
    }
}

/// One for each currency; a dash where there is none.
fn amounts(of: &[Amount]) -> Vec<String> {
    if of.is_empty() { vec!["–".to_owned()] } else { of.iter().map(money).collect() }
}

fn several(values: Vec<String>) -> impl IntoView {
    values.into_iter().map(|value| view! { <span class="money line">{value}</span> }).collect_view()
}

/// The table as a file: a row for each program, amounts as they are shown.
fn lines(all: &[Listed]) -> Vec<Vec<String>> {
    let titles = [
        words::programs::program(),
        words::programs::id(),
        words::programs::site(),
        words::programs::kind(),
        words::programs::mode(),
        words::programs::person(),
        words::programs::conversions(),
        words::programs::credited(),
        words::programs::revenue(),
        words::programs::owed(),
        words::programs::paid(),
        words::programs::attention(),
    ];
    let row = |one: &Listed| {
        let money = |of: &[Amount]| of.iter().map(money).collect::<Vec<_>>().join("; ");
        let sums = &one.sums;
        vec![
            one.name.clone(),
            one.id.clone(),
            one.site.clone(),
            one.kind.clone(),
            one.mode.clone(),
            sums.person.to_string(),
            sums.conversions.to_string(),
            sums.credited.to_string(),
            money(&sums.revenue),
            money(&sums.owed),
            money(&sums.paid),
            sums.attention.to_string(),
        ]
    };
    std::iter::once(titles.map(str::to_owned).to_vec()).chain(all.iter().map(row)).collect()
}
