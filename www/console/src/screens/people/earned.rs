//! What a participant earned: the balances of their statement, and their rewards.

use super::told::Statement;
use crate::api::{Page, load, quoted};
use crate::screens::conversions::rewards;
use crate::screens::conversions::told::Reward;
use crate::view::{Amount, Money, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos_router::components::A;

#[component]
pub(super) fn Earned(id: Memo<String>) -> impl IntoView {
    let statement = load::<Statement>(move || format!("/v1/participants/{}/statement?limit=1", quoted(&id.get())));
    let rewards = load::<Page<Reward>>(move || {
        format!("/v1/rewards?limit=20&sort=-created_at&beneficiary={}", quoted(&id.get()))
    });
    let all = move || format!("/console/rewards?beneficiary={}", quoted(&id.get()));
    view! {
        <section class="card earned" aria-labelledby="earned">
            <h2 id="earned">{words::people::statement()}</h2>
            {move || statement.problem().map(|problem| view! { <Told problem /> })}
            {move || statement.value().map(balances)}
            <h3>{words::people::rewards()}</h3>
            {move || rewards.problem().map(|problem| view! { <Told problem /> })}
            {move || match rewards.value() {
                Some(page) if page.data.is_empty() => view! { <p class="hint">{words::people::no_rewards()}</p> }.into_any(),
                Some(page) => {
                    let more = page.next_cursor.is_some();
                    view! {
                        <rewards::Short rewards=page.data />
                        {more.then(|| view! { <p class="hint">{words::people::last_rewards()}</p> })}
                        <p><A href=all>{words::people::all_rewards()}</A></p>
                    }.into_any()
                }
                None if rewards.problem().is_some() => ().into_any(),
                None => view! { <table::Skeleton /> }.into_any(),
            }}
        </section>
    }
}

/// What waits, what is due, what was paid; by currency.
fn balances(statement: Statement) -> AnyView {
    if statement.balances.is_empty() {
        return view! { <p class="hint">{words::people::no_balance()}</p> }.into_any();
    }
    let rows = statement.balances.into_iter().map(|(currency, balance)| {
        let owes = balance.payable < 0;
        let amounts = [
            (words::people::pending(), balance.pending),
            (if owes { words::people::owes() } else { words::people::payable() }, balance.payable),
            (words::people::paid(), balance.paid),
        ];
        let amounts = amounts.map(|(title, amount)| {
            let of = Amount { amount, currency: currency.clone() };
            view! { <div><dt>{title}</dt><dd><Money of=Some(of) /></dd></div> }
        });
        view! { <dl class="balances">{amounts.into_iter().collect_view()}</dl> }
    });
    rows.collect_view().into_any()
}
