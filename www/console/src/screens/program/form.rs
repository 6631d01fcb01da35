//! The file as a form: what people see, what is earned, and how credit is found.

use super::draft::Draft;
use super::fields::{Choice, Entry, Form, Options, Tick};
use super::json;
use crate::words;
use leptos::prelude::*;
use serde_json::{Value, json as value};

const KINDS: Options = &[("referral", words::program::kind_referral), ("partner", words::program::kind_partner)];
const MODELS: Options = &[
    ("last_touch", words::program::model_last),
    ("first_touch", words::program::model_first),
    ("linear", words::program::model_linear),
    ("position_based", words::program::model_position),
    ("time_decay", words::program::model_decay),
];
const BINDINGS: Options = &[("first", words::program::binding_first), ("last", words::program::binding_last)];
const CONSENTS: Options =
    &[("not_required", words::program::consent_not), ("required", words::program::consent_required)];
const DURABILITIES: Options =
    &[("after-redirect", words::program::durability_after), ("before-redirect", words::program::durability_before)];
const SIDES: Options = &[("referrer", words::program::side_referrer), ("friend", words::program::side_friend)];
const GIVES: Options = &[
    ("credit", words::program::gives_credit),
    ("money", words::program::gives_money),
    ("discount", words::program::gives_discount),
    ("coupon", words::program::gives_coupon),
    ("free_months", words::program::gives_months),
    ("gift", words::program::gives_gift),
    ("access", words::program::gives_access),
    ("event", words::program::gives_event),
    ("recognition", words::program::gives_recognition),
];
const APPROVALS: Options = &[("automatic", words::program::approval_auto), ("manual", words::program::approval_manual)];

/// What a rule has that the form shows; the rest is in the file alone.
const SHOWN: &[&str] = &["id", "side", "on", "kind", "flat", "percent", "minimum", "first", "hold_days", "approval"];

#[component]
pub(super) fn FileForm() -> impl IntoView {
    let draft = Draft::here();
    view! {
        <fieldset class="form" disabled=move || draft.broken.get().is_some()>
            <legend class="unseen">{words::program::form()}</legend>
            <section class="card" aria-labelledby="form-people">
                <h2 id="form-people">{words::program::people_see()}</h2>
                <Entry path="name" label=words::program::name() />
                <Entry path="site" label=words::program::site() hint=words::program::site_hint() />
                <Choice path="kind" label=words::program::kind() options=KINDS />
                <Entry path="offer.headline" label=words::program::headline() />
                <Entry path="offer.friend" label=words::program::friend_gets() form=Form::Optional />
                <Entry path="offer.referrer" label=words::program::referrer_gets() form=Form::Optional />
                <Entry path="offer.terms" label=words::program::terms() form=Form::Optional tall=true />
                <Entry path="offer.disclosure" label=words::program::disclosure() form=Form::Optional hint=words::program::disclosure_hint() />
            </section>
            <Rules />
            <section class="card" aria-labelledby="form-credit">
                <h2 id="form-credit">{words::program::credit()}</h2>
                <div class="pair">
                    <Choice path="attribution.model" label=words::program::model() options=MODELS />
                    <Entry path="attribution.window_days" label=words::program::window() form=Form::Number />
                </div>
                <Choice path="attribution.binding" label=words::program::binding() options=BINDINGS />
                <Choice path="consent" label=words::program::consent() options=CONSENTS hint=words::program::consent_hint() />
                <Choice path="durability" label=words::program::durability() options=DURABILITIES hint=words::program::durability_hint() />
            </section>
        </fieldset>
    }
}

#[component]
fn Rules() -> impl IntoView {
    let draft = Draft::here();
    let count = Memo::new(move |_| draft.at("rewards").as_array().map_or(0, Vec::len));
    let add = move |_| {
        let currency = draft.at("currency");
        let number = count.get_untracked();
        let taken =
            |id: &str| draft.at("rewards").as_array().is_some_and(|rules| rules.iter().any(|rule| rule["id"] == id));
        let id =
            (number + 1..number + 200).map(|number| format!("rule-{number}")).find(|id| !taken(id)).unwrap_or_default();
        let rule = value!({"id": id, "side": "referrer", "on": "purchase", "kind": "credit",
            "flat": {"amount": 1000, "currency": currency.as_str().unwrap_or("USD")}, "hold_days": 30, "approval": "automatic"});
        let mut rules = draft.at("rewards").as_array().cloned().unwrap_or_default();
        rules.push(rule);
        draft.put("rewards", Some(Value::Array(rules)));
    };
    view! {
        <section class="card" aria-labelledby="form-rewards">
            <h2 id="form-rewards">{words::program::rewards()}</h2>
            {move || (count.get() == 0).then(|| view! { <p class="hint">{words::program::rewards_none()}</p> })}
            <ol class="rules">
                <For each=move || 0..count.get() key=|number| *number let:number>
                    <Rule number />
                </For>
            </ol>
            <button type="button" class="quiet" on:click=add>{words::program::rule_add()}</button>
        </section>
    }
}

#[component]
fn Rule(number: usize) -> impl IntoView {
    let draft = Draft::here();
    let path = format!("rewards[{number}]");
    let at = |field: &str| format!("{path}.{field}");
    let rule = {
        let path = path.clone();
        Memo::new(move |_| draft.at(&path))
    };
    let id = move || rule.with(|rule| rule["id"].as_str().unwrap_or_default().to_owned());
    let more = move || {
        let more: Vec<String> = rule.with(|rule| {
            let fields = rule.as_object().into_iter().flat_map(|fields| fields.keys());
            fields.filter(|name| !SHOWN.contains(&name.as_str())).cloned().collect()
        });
        (!more.is_empty()).then(|| view! { <p class="hint">{words::program::rule_more(more.join(", "))}</p> })
    };
    let is_share = Memo::new(move |_| rule.with(|rule| !rule["percent"].is_null()));
    // Tiers and the like say what is given instead.
    let is_plain = Memo::new(move |_| rule.with(|rule| !rule["flat"].is_null() || !rule["percent"].is_null()));
    let (flat, percent) = (at("flat"), at("percent"));
    let turn = {
        let path = path.clone();
        move |share: bool| {
            let mut rule = rule.get_untracked();
            let currency = draft.at("currency");
            let flat = value!({"amount": 1000, "currency": currency.as_str().unwrap_or("USD")});
            json::put(&mut rule, "flat", (!share).then_some(flat));
            json::put(&mut rule, "percent", share.then(|| value!("10")));
            draft.put(&path, Some(rule));
        }
    };
    let worth = move || {
        if !is_plain.get() {
            return ().into_any();
        }
        let (flat, percent, turn) = (flat.clone(), percent.clone(), turn.clone());
        let id = format!("worth-{number}");
        let share = is_share.get();
        view! {
            <div class="pair">
                <div class="field">
                    <label for=id.clone()>{words::program::worth()}</label>
                    <select id=id on:change:target=move |select| turn(select.target().value() == "percent")>
                        <option value="flat" selected=!share>{words::program::worth_flat()}</option>
                        <option value="percent" selected=share>{words::program::worth_percent()}</option>
                    </select>
                </div>
                {if share {
                    view! { <Entry path=percent label=words::program::percent() form=Form::Optional /> }.into_any()
                } else {
                    view! { <Entry path=flat label=words::program::amount() form=Form::Money /> }.into_any()
                }}
            </div>
        }
        .into_any()
    };
    let remove = {
        let path = path.clone();
        move |_| draft.put(&path, None)
    };
    view! {
        <li class="rule">
            <div class="rule-head">
                <h3>{move || words::program::rule(id())}</h3>
                <button type="button" class="quiet small" aria-label=move || words::program::rule_remove_it(id()) on:click=remove>{words::program::rule_remove()}</button>
            </div>
            <div class="pair">
                <Choice path=at("side") label=words::program::side() options=SIDES />
                <Entry path=at("on") label=words::program::on() form=Form::List hint=words::program::on_hint() />
            </div>
            <Choice path=at("kind") label=words::program::gives() options=GIVES />
            {worth}
            <div class="pair">
                <Entry path=at("minimum") label=words::program::minimum() form=Form::Money />
                <Entry path=at("hold_days") label=words::program::hold() form=Form::Number />
            </div>
            <Choice path=at("approval") label=words::program::approval() options=APPROVALS />
            <Tick path=at("first") label=words::program::first() />
            {more}
        </li>
    }
}
