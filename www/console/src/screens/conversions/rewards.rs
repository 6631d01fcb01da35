//! Rewards in short: for whom, how much, and how far they are.

use super::told::{Credit, Reward, for_a_sheet, plain};
use crate::view::{Money, SaveTable, Time};
use crate::words;
use leptos::prelude::*;
use leptos_router::components::A;

#[component]
pub(crate) fn Short(
    rewards: Vec<Reward>,
    /// Whose codes are known, where more than one has earned.
    #[prop(optional)]
    known: Vec<Credit>,
) -> impl IntoView {
    let sheet = sheet(&rewards);
    view! {
        <div class="cards narrow">
            <div class="scroll" tabindex="0" role="region" aria-label=words::conversions::each_reward()>
                <table>
                    <caption class="unseen">{words::conversions::each_reward()}</caption>
                    <thead><tr>
                        <th scope="col">{words::conversions::reward()}</th>
                        <th scope="col">{words::conversions::side()}</th>
                        <th scope="col" class="number">{words::conversions::worth()}</th>
                        <th scope="col">{words::conversions::state()}</th>
                        <th scope="col">{words::conversions::due()}</th>
                    </tr></thead>
                    <tbody>{rewards.into_iter().map(|reward| row(reward, &known)).collect_view()}</tbody>
                </table>
            </div>
        </div>
        <SaveTable name="rewards" rows=sheet />
    }
}

/// The same for a spreadsheet, with what a cell of the screen leaves out.
fn sheet(rewards: &[Reward]) -> Vec<Vec<String>> {
    let titles = [
        words::rewards::id(),
        words::conversions::reward(),
        words::conversions::side(),
        words::rewards::whose(),
        words::conversions::worth(),
        words::conversions::state(),
        words::conversions::due(),
    ];
    let line = |one: &Reward| {
        let thing = one.item.clone().or_else(|| one.coupon.clone()).unwrap_or_default();
        let worth = one.value.as_ref().map_or(thing, |value| for_a_sheet(Some(value)));
        let (id, rule, side) = (one.id.clone(), one.rule.clone(), one.side.clone());
        vec![id, rule, side, one.beneficiary.clone(), worth, one.state.clone(), one.due_at.clone()]
    };
    std::iter::once(titles.map(str::to_owned).to_vec()).chain(rewards.iter().map(line)).collect()
}

fn row(reward: Reward, known: &[Credit]) -> impl IntoView + use<> {
    let whose = known.iter().find(|credit| credit.participant == reward.beneficiary).map(|credit| credit.code.clone());
    let person = format!("/console/people/{}", reward.beneficiary);
    let (is_good, is_bad) = (
        matches!(reward.state.as_str(), "approved" | "fulfilled"),
        matches!(reward.state.as_str(), "rejected" | "reversed"),
    );
    let waits = !is_good && !is_bad;
    let back = reward.reversed.clone().filter(|back| back.amount > 0 && !is_bad);
    let thing = reward.value.is_none().then(|| reward.item.clone().or(reward.coupon.clone())).flatten();
    let why = reward.reason.as_deref().map(plain);
    view! {
        <tr>
            <th scope="row"><A href=format!("/console/rewards/{}", reward.id)><bdi>{reward.rule.clone()}</bdi></A></th>
            <td data-label=words::conversions::side()><span>{plain(&reward.side)}" "{whose.map(|code| view! { <A href=person><code>{code}</code></A> })}</span></td>
            <td class="number" data-label=words::conversions::worth()>
                <Money of=reward.value.clone() />
                {thing.map(|thing| view! { <bdi>{thing}</bdi> })}
                {back.map(|back| view! { <small class="beneath">{words::conversions::taken_back(crate::view::amounts::money(&back))}</small> })}
            </td>
            <td data-label=words::conversions::state()>
                <span class="badge" class:good=is_good class:bad=is_bad class:waits=waits>{plain(&reward.state)}</span>
                {why.map(|why| view! { <small class="beneath">{why}</small> })}
            </td>
            <td data-label=words::conversions::due()><Time at=reward.due_at /></td>
        </tr>
    }
}
