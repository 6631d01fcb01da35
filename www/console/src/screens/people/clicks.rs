//! What came by one link, a row for each channel.

use super::told::Clicks;
use crate::api::{Page, load, quoted};
use crate::view::amounts::whole;
use crate::view::{SaveTable, Told, table};
use crate::words;
use leptos::prelude::*;

#[component]
pub(super) fn ByChannel(code: String) -> impl IntoView {
    let caption = words::people::clicks_of(&code);
    let clicks =
        load::<Page<Clicks>>(move || format!("/v1/stats/clicks?group_by=channel&limit=100&code={}", quoted(&code)));
    move || {
        if let Some(problem) = clicks.problem() {
            return view! { <Told problem /> }.into_any();
        }
        let Some(page) = clicks.value() else { return view! { <table::Skeleton /> }.into_any() };
        if page.data.is_empty() {
            return view! { <p class="hint">{words::people::no_clicks()}</p> }.into_any();
        }
        let sheet = sheet(&page.data);
        let rows = page.data.into_iter().map(row).collect_view();
        view! {
            <div class="cards narrow">
                <div class="scroll" tabindex="0" role="region" aria-label=caption.clone()>
                    <table>
                        <caption class="unseen">{caption.clone()}</caption>
                        <thead><tr>
                            <th scope="col">{words::people::channel()}</th>
                            {NUMBERS.map(|(title, _)| view! { <th scope="col" class="number">{title()}</th> }).collect_view()}
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </div>
            <SaveTable name="clicks" rows=sheet />
        }
        .into_any()
    }
}

fn sheet(clicks: &[Clicks]) -> Vec<Vec<String>> {
    let titles = std::iter::once(words::people::channel()).chain(NUMBERS.iter().map(|(title, _)| title()));
    let line = |one: &Clicks| {
        std::iter::once(one.key.clone()).chain(NUMBERS.iter().map(|(_, of)| of(one).to_string())).collect()
    };
    std::iter::once(titles.map(str::to_owned).collect()).chain(clicks.iter().map(line)).collect()
}

type Number = (fn() -> &'static str, fn(&Clicks) -> i64);

const NUMBERS: [Number; 5] = [
    (words::people::persons, |clicks| clicks.person),
    (words::people::landed, |clicks| clicks.human),
    (words::people::stayed, |clicks| clicks.engaged),
    (words::people::converted, |clicks| clicks.qualified),
    (words::people::others, |clicks| clicks.raw - clicks.person),
];

fn row(clicks: Clicks) -> impl IntoView {
    let channel = if clicks.key.is_empty() { words::people::no_channel().to_owned() } else { clicks.key.clone() };
    let numbers = NUMBERS.map(|(title, of)| view! { <td class="number" data-label=title()>{whole(of(&clicks))}</td> });
    view! { <tr><th scope="row"><bdi>{channel}</bdi></th>{numbers.into_iter().collect_view()}</tr> }
}
