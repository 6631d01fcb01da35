//! A refund, of all or a part: what it takes back is shown before it is asked for.
//!
//! What is shown is the domain's own verdict on the rewards as they were told. Its number stays the same until it is
//! recorded, so that an answer that was lost is no second refund.

use super::told::{Conversion, Reward as Told};
use crate::api::{self, Load, Problem};
use crate::view::amounts::{digits, minor, money};
use crate::view::{Amount, Confirm, Toasts, Told as Wrong};
use crate::words;
use honeyguide_domain::id::{Minter, RewardId};
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::program::Side;
use honeyguide_domain::refund::{self, Facts};
use honeyguide_domain::reward::{Reward, State};
use honeyguide_domain::time::Timestamp;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

/// What a reward loses.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Taken {
    rule: String,
    side: String,
    /// None for a thing without a value.
    amount: Option<Amount>,
}

#[component]
pub(super) fn Refund(told: Conversion, conversion: Load<Conversion>) -> impl IntoView {
    let toasts = Toasts::here();
    let number = StoredValue::new(format!("console-{}", api::random()));
    let (part, typed) = (RwSignal::new(false), RwSignal::new(String::new()));
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let (problem, unread) = (RwSignal::new(None::<Problem>), RwSignal::new(false));
    let rest = rest(&told);
    let told = StoredValue::new(told);
    let rest_text = rest.as_ref().map(money);
    let (has_value, limit) = (rest.is_some(), rest.clone());
    // None: all that is left. Some(None): it can't be read.
    let asked = move || -> Option<Option<Amount>> {
        if !part.get() {
            return Some(None);
        }
        let limit = limit.as_ref()?;
        let amount = minor(&typed.get(), digits(&limit.currency))?;
        (1..=limit.amount).contains(&amount).then(|| Some(Amount { amount, currency: limit.currency.clone() }))
    };
    let wanted = asked.clone();
    let ask = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let is_read = untrack(|| wanted().is_some());
        unread.set(!is_read);
        problem.set(None);
        if is_read {
            open.set(true);
        } else {
            crate::view::focus("refund-amount");
        }
    };
    let amount = asked.clone();
    let send = move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let value = untrack(&amount).flatten();
        spawn_local(async move {
            let (event, order) = told.with_value(|told| (told.event.clone(), told.external_id.clone()));
            let mut body = json!({"event": event, "external_id": order, "refund_id": number.get_value()});
            if let Some(value) = value {
                body["value"] = json!({"amount": value.amount, "currency": value.currency});
            }
            let sent = api::send("POST", "/v1/refunds", Some(&body)).await;
            let _gone = busy.try_set(false);
            match sent {
                Ok(_) => {
                    toasts.say(words::conversions::refunded_now());
                    conversion.again();
                }
                Err(wrong) => drop(problem.try_set(Some(wrong))),
            }
        });
    };
    let shown = asked.clone();
    let title = move || match asked().flatten().as_ref().or(rest.as_ref()) {
        Some(amount) => words::conversions::refund_sure(money(amount)),
        None => words::conversions::refund_sure_all().to_owned(),
    };
    let losses = move || {
        let taken = shown().map(|value| told.with_value(|told| taken(told, value.as_ref()))).unwrap_or_default();
        if taken.is_empty() {
            return view! { <p>{words::conversions::takes_nothing()}</p> }.into_any();
        }
        let lines = taken.into_iter().map(|one| {
            let amount = one.amount.as_ref().map_or_else(|| words::conversions::the_whole().to_owned(), money);
            view! { <li><strong>{amount}</strong>" "{super::told::plain(&one.side)}" · "<bdi>{one.rule}</bdi></li> }
        });
        view! {
            <p>{words::conversions::takes_back()}</p>
            <ul class="taken">{lines.collect_view()}</ul>
        }
        .into_any()
    };
    let hint = rest_text.clone().map(words::conversions::amount_hint);
    view! {
        <form class="refund" on:submit=ask>
            <h3>{words::conversions::refund()}</h3>
            {rest_text.map(|rest| view! { <p class="hint">{words::conversions::left(rest)}</p> })}
            {has_value.then(|| view! {
                <fieldset>
                    <legend class="unseen">{words::conversions::refund_how_much()}</legend>
                    <label class="choice"><input type="radio" name="part" prop:checked=move || !part.get() on:change=move |_| part.set(false) />{words::conversions::refund_all()}</label>
                    <label class="choice"><input type="radio" name="part" prop:checked=part on:change=move |_| part.set(true) />{words::conversions::refund_part()}</label>
                </fieldset>
            })}
            {move || part.get().then(|| view! {
                <div class="field">
                    <label for="refund-amount">{words::conversions::amount()}</label>
                    <input
                        id="refund-amount" inputmode="decimal" autocomplete="off" aria-describedby="refund-about"
                        aria-invalid=move || unread.get().to_string() prop:value=typed on:input:target=move |input| typed.set(input.target().value())
                    />
                    <p class="hint" id="refund-about">{hint.clone()}</p>
                </div>
            })}
            {move || problem.get().map(|problem| view! { <Wrong problem /> })}
            <div class="buttons">
                <button class="quiet" type="submit" aria-disabled=move || busy.get().to_string()>
                    {move || if busy.get() { words::common::sending() } else { words::conversions::refund_ask() }}
                </button>
            </div>
        </form>
        <Confirm open title=Signal::derive(title) act=words::conversions::refund() on_confirm=Callback::new(send)>
            {losses.clone()}
            <p class="hint">{words::conversions::refund_lead()}</p>
        </Confirm>
    }
}

/// What isn't refunded yet; none where there is no value.
fn rest(told: &Conversion) -> Option<Amount> {
    let value = told.value.as_ref()?;
    let back = told.refunded.as_ref().map_or(0, |back| back.amount);
    Some(Amount { amount: value.amount.saturating_sub(back), currency: value.currency.clone() })
}

/// Whether something is left to refund.
pub(super) fn is_possible(told: &Conversion) -> bool {
    rest(told).is_none_or(|rest| rest.amount > 0)
}

/// What a refund takes back of each reward, as the domain judges it. Without a value: of the rest.
fn taken(told: &Conversion, value: Option<&Amount>) -> Vec<Taken> {
    let exact = |amount: &Amount| Money::new(amount.amount, Currency::parse(&amount.currency).ok()?).ok();
    let facts = Facts {
        value: told.value.as_ref().and_then(exact),
        refunded: told.refunded.as_ref().map_or(0, |back| back.amount),
        rewards: told.rewards.iter().filter_map(|reward| standing(reward, exact)).collect(),
    };
    let now = Timestamp::from_millis(0);
    let Ok(verdict) = refund::judge(&facts, value.and_then(exact), now, &mut Minter::new(now, [0; 8])) else {
        return Vec::new();
    };
    let found = verdict.moves.iter().filter_map(|made| {
        let before = told.rewards.iter().find(|reward| reward.id == made.reward.id.to_string())?;
        let lost = made.reward.reversed.amount() - before.reversed.as_ref().map_or(0, |back| back.amount);
        let currency = made.reward.reversed.currency().to_string();
        let amount = before.earned.as_ref().map(|_| Amount { amount: lost, currency });
        Some(Taken { rule: before.rule.clone(), side: before.side.clone(), amount })
    });
    found.collect()
}

/// A reward as the domain has it.
fn standing(reward: &Told, exact: impl Fn(&Amount) -> Option<Money>) -> Option<Reward> {
    let none = Currency::parse("XXX").or(Currency::parse("USD")).ok().map(Money::zero);
    let earned = reward.earned.as_ref().and_then(&exact).or(none)?;
    Some(Reward {
        id: RewardId::parse(&reward.id).ok()?,
        side: if reward.side == "friend" { Side::Friend } else { Side::Referrer },
        beneficiary: reward.beneficiary.clone(),
        state: State::parse(&reward.state)?,
        earned,
        reversed: reward.reversed.as_ref().and_then(&exact).unwrap_or(Money::zero(earned.currency())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_what_the_domain_takes_back() {
        let told: Conversion = serde_json::from_value(json!({
            "id": "cnv_1", "event": "purchase", "external_id": "o-1", "occurred_at": "", "recorded_at": "",
            "value": {"amount": 12_000, "currency": "USD"}, "refunded": {"amount": 3_000, "currency": "USD"},
            "customer": {"id": "cus_1", "external_id": null, "email": null}, "properties": {},
            "decision": {
                "outcome": "credited", "reason": "code_given", "model": "last_touch", "window_days": 90, "consent": null,
                "signals": [], "credits": [], "touches": [], "rules": [], "program_version": 1, "explanation": {"owner": ""},
            },
            "rewards": [reward(1, "pending", 2_000, 500), reward(2, "reversed", 2_000, 2_000), reward(3, "pending", 0, 0)],
        }))
        .unwrap();
        let amount = |amount| Some(Amount { amount, currency: "USD".to_owned() });
        let part: Vec<_> = taken(&told, amount(3_000).as_ref()).into_iter().map(|one| one.amount).collect();
        assert_eq!(part, [amount(500)]);
        let whole: Vec<_> = taken(&told, None).into_iter().map(|one| one.amount).collect();
        assert_eq!(whole, [amount(1_500), None], "a thing without a value goes with the whole");
        assert_eq!(taken(&told, amount(9_001).as_ref()), []);
        assert_eq!((rest(&told), is_possible(&told)), (amount(9_000), true));
    }

    fn reward(number: u8, state: &str, earned: i64, reversed: i64) -> serde_json::Value {
        let id = RewardId::mint(&mut Minter::new(Timestamp::from_millis(i64::from(number)), [number; 8]));
        let amount = |amount: i64| if earned == 0 { json!(null) } else { json!({"amount": amount, "currency": "USD"}) };
        json!({
            "id": id.to_string(), "conversion": "cnv_1", "rule": "r", "side": "referrer", "beneficiary": "prt_1", "kind": "credit",
            "value": amount(earned - reversed), "earned": amount(earned), "reversed": amount(reversed), "state": state,
            "due_at": "", "created_at": "", "reason": null, "item": null, "coupon": null,
        })
    }
}
