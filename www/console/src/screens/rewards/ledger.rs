//! The book: its postings by account, entry, reward and cause, whether it is sound, and its heads.

use super::Tabs;
use super::heads::Heads;
use super::told::Posting;
use super::verify::Verify;
use crate::view::address::short;
use crate::view::amounts::{decimal, digits, whole};
use crate::view::form::Values;
use crate::view::{Address, Column, Field, Form, Money, Page, SaveTable, Table, Time, address};
use crate::words;
use leptos::prelude::*;

/// The filters, and what the list knows beside them.
const FILTERS: [&str; 4] = ["account", "entry", "reward", "cause"];
const KNOWN: &[&str] = &["account", "entry", "reward", "cause", "sort"];

#[component]
pub(crate) fn Ledger() -> impl IntoView {
    let here = Address::here();
    let to = move |name: &'static str, value: &str| here.with(&[(name, value)]);
    let columns = vec![
        Column::new(words::rewards::number(), |row: &Posting| whole(row.seq)).number(),
        Column::new(words::rewards::at(), |row: &Posting| row.at.clone())
            .shown(|row: &Posting| view! { <Time at=row.at.clone() /> }.into_any())
            .sorted("created_at"),
        Column::new(words::rewards::account(), |row: &Posting| row.account.clone()).shown(move |row: &Posting| {
            view! { <a href=to("account", &row.account)><code>{row.account.clone()}</code></a> }.into_any()
        }),
        Column::new(words::rewards::value(), written)
            .shown(|row: &Posting| view! { <Money of=Some(row.value.clone()) /> }.into_any())
            .number(),
        Column::new(words::rewards::cause(), |row: &Posting| row.cause.clone())
            .shown(move |row: &Posting| view! { <a href=to("cause", &row.cause)>{row.cause.clone()}</a> }.into_any()),
        Column::new(words::rewards::entry(), |row: &Posting| row.entry.clone()).shown(move |row: &Posting| {
            view! { <a href=to("entry", &row.entry)><code>{short(&row.entry)}</code></a> }.into_any()
        }),
        Column::new(words::rewards::id(), |row: &Posting| row.reward.clone().unwrap_or_default()).shown(
            |row: &Posting| {
                let reward = row.reward.clone();
                reward
                    .map(|id| view! { <a href=format!("/console/rewards/{id}")><code>{short(&id)}</code></a> })
                    .into_any()
            },
        ),
        Column::new(words::rewards::hash(), |row: &Posting| row.hash.clone()).shown(|row: &Posting| {
            view! { <code title=row.hash.clone()>{row.hash.get(..8).unwrap_or_default().to_owned()}</code> }.into_any()
        }),
    ];
    let choose = address::replace();
    let send = move |values: Values| {
        let pairs: Vec<(&str, &str)> = FILTERS.iter().map(|name| (*name, values.text(name).trim())).collect();
        choose(&untrack(|| here.with(&pairs)));
        async { Ok(()) }
    };
    let fields = move || {
        let send = send.clone();
        view! {
            <Form button=words::rewards::filter() send>
                <div class="fields">
                    <Field name="account" label=words::rewards::account() value=here.get("account") hint=words::rewards::account_hint() />
                    <Field name="entry" label=words::rewards::entry() value=here.get("entry") />
                    <Field name="reward" label=words::rewards::id() value=here.get("reward") />
                    <Field name="cause" label=words::rewards::cause() value=here.get("cause") hint=words::rewards::cause_hint() />
                </div>
            </Form>
        }
    };
    let filtered = move || FILTERS.iter().any(|name| !here.get(name).is_empty());
    let all = move || {
        filtered().then(|| {
            let to = here.with(&[("account", ""), ("entry", ""), ("reward", ""), ("cause", "")]);
            view! { <p><a href=to>{words::rewards::whole_book()}</a></p> }
        })
    };
    view! {
        <Page title=words::rewards::ledger()>
            <Tabs />
            <p class="lead">{words::rewards::ledger_lead()}</p>
            <div class="facing">
                <Verify />
                <Heads />
            </div>
            <section>
                <h2>{words::rewards::postings()}</h2>
                <details class="narrow" open=filtered><summary>{words::rewards::narrow()}</summary>{fields}</details>
                {all}
                <div class="as-cards">
                    <Table
                        caption=words::rewards::postings() columns path="/v1/ledger" known=KNOWN order="-created_at"
                        empty=|| view! { <p>{words::rewards::no_postings()}</p><p>{words::rewards::no_postings_do()}</p> }
                    />
                </div>
            </section>
        </Page>
    }
}

fn written(row: &Posting) -> String {
    format!("{} {}", decimal(row.value.amount, digits(&row.value.currency)), row.value.currency)
}

/// A few postings, all at once.
pub(super) fn postings(rows: &[Posting]) -> AnyView {
    let row = |row: &Posting| {
        let row = row.clone();
        view! {
            <tr>
                <td class="number" data-label=words::rewards::number()>{whole(row.seq)}</td>
                <td data-label=words::rewards::at()><Time at=row.at.clone() /></td>
                <td data-label=words::rewards::account()><code>{row.account.clone()}</code></td>
                <td class="number" data-label=words::rewards::value()><Money of=Some(row.value.clone()) /></td>
                <td data-label=words::rewards::cause()>{row.cause.clone()}</td>
            </tr>
        }
    };
    view! {
        <div class="as-cards"><div class="scroll" tabindex="0" role="region" aria-label=words::rewards::postings()>
            <table>
                <caption class="unseen">{words::rewards::postings()}</caption>
                <thead><tr>
                    <th scope="col" class="number">{words::rewards::number()}</th>
                    <th scope="col">{words::rewards::at()}</th>
                    <th scope="col">{words::rewards::account()}</th>
                    <th scope="col" class="number">{words::rewards::value()}</th>
                    <th scope="col">{words::rewards::cause()}</th>
                </tr></thead>
                <tbody>{rows.iter().map(row).collect_view()}</tbody>
            </table>
        </div></div>
        <SaveTable name="ledger" rows=sheet(rows) />
    }
    .into_any()
}

fn sheet(rows: &[Posting]) -> Vec<Vec<String>> {
    let titles = [
        words::rewards::number(),
        words::rewards::at(),
        words::rewards::account(),
        words::rewards::value(),
        words::rewards::cause(),
    ];
    let line =
        |row: &Posting| vec![row.seq.to_string(), row.at.clone(), row.account.clone(), written(row), row.cause.clone()];
    std::iter::once(titles.map(str::to_owned).to_vec()).chain(rows.iter().map(line)).collect()
}
