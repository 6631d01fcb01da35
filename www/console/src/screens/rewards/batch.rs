//! One batch: its total and its lines, the file for a bank, and what was paid or couldn't be.

use super::Tabs;
use super::told::{Line, Payout, state};
use super::who::Who;
use crate::api::{self, Load, load};
use crate::session::{Scope, Session};
use crate::view::amounts::{Amount, decimal, digits, money};
use crate::view::{Confirm, Money, Page, Time, Toasts, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use serde_json::json;
use std::collections::BTreeSet;

#[component]
pub(crate) fn Batch() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let batch = load::<Payout>(move || format!("/v1/payouts/{}", api::quoted(&id())));
    view! {
        <Page title=words::rewards::one_batch()>
            <Tabs />
            <p><a href={"/console/rewards/payouts"}>{words::rewards::back_to_payouts()}</a></p>
            {move || batch.problem().map(|problem| view! { <Told problem /> })}
            {move || match batch.value() {
                Some(payout) => view! { <Whole payout batch /> }.into_any(),
                None if batch.problem().is_some() => ().into_any(),
                None => view! { <table::Skeleton /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Whole(payout: Payout, batch: Load<Payout>) -> impl IntoView {
    let open: BTreeSet<String> =
        payout.lines().iter().filter(|line| line.state == "open").map(|line| line.beneficiary.clone()).collect();
    let chosen = RwSignal::new(open.clone());
    let may = Session::here().may(Scope::Money) && !open.is_empty();
    let name = format!("badge {}", payout.state);
    let file = format!("/v1/payouts/{}.csv", payout.id);
    let saved = format!("{}.csv", payout.id);
    let minimum = Amount { amount: payout.minimum, currency: payout.total.currency.clone() };
    let people = payout.beneficiaries;
    let lead = if payout.beneficiaries == 0 {
        words::rewards::batch_empty(money(&minimum))
    } else if open.is_empty() {
        words::rewards::batch_settled().to_owned()
    } else {
        words::rewards::batch_open().to_owned()
    };
    let none = payout.beneficiaries == 0;
    let line = move |line: Line| view! { <One line chosen may /> };
    view! {
        <section class="card" aria-labelledby="total">
            <h2 id="total" class="sum">{money(&payout.total)}</h2>
            <p>{words::rewards::to_people(people)}" "<span class=name>{state(&payout.state)}</span></p>
            <p>{lead}</p>
            <dl class="facts">
                <dt>{words::rewards::made()}</dt><dd><Time at=payout.created_at.clone() /></dd>
                <dt>{words::rewards::minimum()}</dt><dd>{money(&minimum)}</dd>
                <dt>{words::rewards::batch()}</dt><dd><code>{payout.id.clone()}</code></dd>
            </dl>
            <div class="buttons">
                {(!none).then(|| view! { <a class="button quiet" href=file download=saved rel="external">{words::rewards::csv()}</a> })}
            </div>
        </section>
        {may.then(|| view! { <Settle payout=payout.clone() open chosen batch /> })}
        {(!none).then(|| view! {
            <div class="as-cards"><div class="scroll" tabindex="0" role="region" aria-label=words::rewards::lines()>
                <table>
                    <caption class="unseen">{words::rewards::lines()}</caption>
                    <thead><tr>
                        <th scope="col">{words::rewards::whose()}</th>
                        <th scope="col" class="number">{words::rewards::worth()}</th>
                        <th scope="col">{words::rewards::state()}</th>
                    </tr></thead>
                    <tbody>{payout.lines().iter().cloned().map(line).collect_view()}</tbody>
                </table>
            </div></div>
        })}
    }
}

#[component]
fn One(line: Line, chosen: RwSignal<BTreeSet<String>>, may: bool) -> impl IntoView {
    let (asked, changed, name) = (line.beneficiary.clone(), line.beneficiary.clone(), format!("badge {}", line.state));
    let tick = (may && line.state == "open").then(|| {
        view! {
            <input
                type="checkbox" aria-label=words::rewards::choose_line(line.beneficiary.clone())
                prop:checked=move || chosen.with(|chosen| chosen.contains(&asked))
                on:change:target=move |input| {
                    let is_on = input.target().checked();
                    chosen.update(|chosen| {
                        if is_on { chosen.insert(changed.clone()); } else { chosen.remove(&changed); }
                    });
                }
            />
        }
    });
    view! {
        <tr>
            <td data-label=words::rewards::whose()><div class="pick">{tick}<Who id=line.beneficiary.clone() /></div></td>
            <td class="number" data-label=words::rewards::worth()><Money of=Some(line.value) /></td>
            <td data-label=words::rewards::state()><span class=name>{state(&line.state)}</span></td>
        </tr>
    }
}

/// Says that the chosen lines were paid, or couldn't be, after it said what that comes to.
#[component]
fn Settle(
    payout: Payout,
    open: BTreeSet<String>,
    chosen: RwSignal<BTreeSet<String>>,
    batch: Load<Payout>,
) -> impl IntoView {
    let toasts = Toasts::here();
    let (paid, failed, busy) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let (id, lines, currency) = (payout.id.clone(), payout.lines().to_vec(), payout.total.currency.clone());
    // Whole minor units of one currency, added up as whole numbers.
    let worth = Memo::new(move |_| {
        let sum = chosen.with(|chosen| {
            let meant = lines.iter().filter(|line| line.state == "open" && chosen.contains(&line.beneficiary));
            meant.map(|line| line.value.amount).sum()
        });
        format!("{} {currency}", decimal(sum, digits(&currency)))
    });
    let count = move || i64::try_from(chosen.with(BTreeSet::len)).unwrap_or(i64::MAX);
    let settle = move |how: &'static str| {
        let path = format!("/v1/payouts/{id}/{how}");
        let body = json!({"beneficiaries": chosen.get_untracked()});
        busy.set(true);
        spawn_local(async move {
            match api::send("POST", &path, Some(&body)).await {
                Ok(_) => {
                    toasts.say(if how == "confirm" {
                        words::rewards::paid_now()
                    } else {
                        words::rewards::failed_now()
                    });
                }
                Err(problem) => toasts.fail(&problem),
            }
            let _gone = busy.try_set(false);
            batch.again();
        });
    };
    let (confirm, fail) = (settle.clone(), settle);
    let all = move |is_on: bool| chosen.set(if is_on { open.clone() } else { BTreeSet::new() });
    let every = {
        let many = payout.lines().iter().filter(|line| line.state == "open").count();
        move || chosen.with(|chosen| chosen.len() == many)
    };
    let closed = move || (busy.get() || count() == 0).then_some("true");
    view! {
        <div class="bulk" role="group" aria-label=words::rewards::chosen_ones()>
            <label class="every">
                <input
                    type="checkbox" prop:checked=every
                    on:change:target=move |input| all(input.target().checked())
                />
                <span>{move || words::rewards::lines_worth(count(), worth.get())}</span>
            </label>
            <span class="acts">
                <button aria-disabled=closed on:click=move |_| paid.set(closed().is_none())>{words::rewards::mark_paid()}</button>
                <button class="quiet" aria-disabled=closed on:click=move |_| failed.set(closed().is_none())>{words::rewards::mark_failed()}</button>
            </span>
        </div>
        <Confirm
            open=paid act=words::rewards::mark_paid() on_confirm=Callback::new(move |()| confirm("confirm"))
            title=Signal::derive(move || words::rewards::paid_sure(count(), worth.get()))
        >
            <p>{words::rewards::paid_lead()}</p>
        </Confirm>
        <Confirm
            open=failed act=words::rewards::mark_failed() on_confirm=Callback::new(move |()| fail("fail"))
            title=Signal::derive(move || words::rewards::failed_sure(count(), worth.get()))
        >
            <p>{words::rewards::failed_lead()}</p>
        </Confirm>
    }
}
