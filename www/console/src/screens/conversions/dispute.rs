//! Disputes of a conversion: what was said and settled, opening one, and settling one by who brought the customer.

use super::shares;
use super::told::{Conversion, Dispute};
use super::who::Suggested;
use crate::api::{self, Load};
use crate::session::{Scope, Session};
use crate::view::amounts::percent;
use crate::view::{Field, Form, Time, Toasts};
use crate::words;
use honeyguide_domain::fraction::fraction;
use leptos::prelude::*;
use serde_json::{Value, json};

/// As many as the API takes.
const MOST: usize = 20;

/// What the owner decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ruling {
    Credit,
    Nobody,
    Refuse,
}

#[component]
pub(super) fn Disputes(told: Conversion, conversion: Load<Conversion>) -> impl IntoView {
    let session = Session::here();
    let id = told.id;
    let is_open = told.disputes.iter().any(|one| one.state == "open");
    let none = told.disputes.is_empty();
    let past = told.disputes.into_iter().map(shown).collect_view();
    let act = if is_open {
        session.may(Scope::Money).then(|| view! { <Settle id conversion /> }.into_any())
    } else {
        session.may(Scope::Write).then(|| view! { <Open id conversion /> }.into_any())
    };
    view! {
        <section class="card disputes" aria-labelledby="disputes">
            <h2 id="disputes">{words::conversions::disputes()}</h2>
            {none.then(|| view! { <p class="hint">{words::conversions::no_disputes()}</p> })}
            <ul class="plain">{past}</ul>
            {act}
        </section>
    }
}

fn shown(one: Dispute) -> impl IntoView {
    let is_open = one.state == "open";
    let badge = if is_open { words::conversions::is_open() } else { words::conversions::is_settled() };
    let settled = one.settlement.map(|end| {
        let is_upheld = end.outcome == "upheld";
        let text = if is_upheld { words::conversions::upheld() } else { words::conversions::rejected() };
        view! {
            <p>{text}" "{end.credits.filter(|_| is_upheld).map(|credits| shares(&credits))}</p>
            <blockquote><bdi>{end.reason}</bdi></blockquote>
            <p class="hint"><Time at=end.at /></p>
        }
    });
    view! {
        <li>
            <p><span class="badge" class:waits=is_open>{badge}</span>" "<Time at=one.opened_at /></p>
            <blockquote><bdi>{one.reason}</bdi></blockquote>
            {settled}
        </li>
    }
}

#[component]
fn Open(id: String, conversion: Load<Conversion>) -> impl IntoView {
    let toasts = Toasts::here();
    let send = move |values: crate::view::form::Values| {
        let path = format!("/v1/conversions/{id}/dispute");
        async move {
            api::send("POST", &path, Some(&json!({"reason": values.text("reason")}))).await?;
            toasts.say(words::conversions::opened());
            conversion.again();
            Ok(())
        }
    };
    view! {
        <details class="new">
            <summary>{words::conversions::open_dispute()}</summary>
            <Form button=words::conversions::open_it() send>
                <Field name="reason" label=words::conversions::what_is_wrong() hint=words::conversions::what_is_wrong_hint() required=true />
            </Form>
        </details>
    }
}

/// Somebody who brought a part of it.
#[derive(Debug, Clone, Copy)]
struct Part {
    number: usize,
    code: RwSignal<String>,
    weight: RwSignal<String>,
}

impl Part {
    fn new(number: usize) -> Self {
        Self { number, code: RwSignal::new(String::new()), weight: RwSignal::new("1".to_owned()) }
    }

    fn weighed(self) -> Option<u64> {
        self.weight.get().trim().parse().ok().filter(|weight| (1..=1_000_000).contains(weight))
    }

    fn told(self) -> Value {
        let text = self.weight.get_untracked();
        // What is no number is sent as it is, so that the API says what it should be.
        let weight = text.trim().parse::<i64>().map_or_else(|_| json!(text), |weight| json!(weight));
        json!({"code": self.code.get_untracked().trim(), "weight": weight})
    }
}

#[component]
fn Settle(id: String, conversion: Load<Conversion>) -> impl IntoView {
    let toasts = Toasts::here();
    let ruling = RwSignal::new(Ruling::Credit);
    let parts = RwSignal::new(vec![Part::new(0)]);
    let made = StoredValue::new(1_usize);
    let send = move |values: crate::view::form::Values| {
        let path = format!("/v1/conversions/{id}/dispute/settle");
        let credit: Vec<Value> = parts.get_untracked().into_iter().map(Part::told).collect();
        let mut body = match ruling.get_untracked() {
            Ruling::Credit => json!({"outcome": "upheld", "credit": credit}),
            Ruling::Nobody => json!({"outcome": "upheld", "credit": []}),
            Ruling::Refuse => json!({"outcome": "rejected"}),
        };
        body["reason"] = json!(values.text("reason"));
        async move {
            api::send("POST", &path, Some(&body)).await?;
            toasts.say(words::conversions::settled_now());
            conversion.again();
            Ok(())
        }
    };
    let more = move |_: leptos::ev::MouseEvent| {
        let number = made.get_value();
        made.set_value(number + 1);
        parts.update(|parts| parts.push(Part::new(number)));
    };
    let choice = move |of: Ruling, text: &'static str| {
        view! {
            <label class="choice">
                <input type="radio" name="ruling" prop:checked=move || ruling.get() == of on:change=move |_| ruling.set(of) />{text}
            </label>
        }
    };
    view! {
        <h3>{words::conversions::settle()}</h3>
        <Form button=words::conversions::settle_it() send>
            <fieldset>
                <legend class="unseen">{words::conversions::who_brought()}</legend>
                {choice(Ruling::Credit, words::conversions::rule_credit())}
                {choice(Ruling::Nobody, words::conversions::rule_nobody())}
                {choice(Ruling::Refuse, words::conversions::rule_refuse())}
            </fieldset>
            <div hidden=move || ruling.get() != Ruling::Credit>
                <For each=move || parts.get() key=|part| part.number let:part><One part parts /></For>
                <button type="button" class="quiet" hidden=move || { parts.with(Vec::len) >= MOST } on:click=more>{words::conversions::add_part()}</button>
                <Preview parts />
            </div>
            <p class="hint">{move || match ruling.get() {
                Ruling::Credit => words::conversions::credit_lead(),
                Ruling::Nobody => words::conversions::nobody_lead(),
                Ruling::Refuse => words::conversions::refuse_lead(),
            }}</p>
            <Field name="reason" label=words::conversions::because() hint=words::conversions::because_hint() required=true />
        </Form>
    }
}

/// A code and its part of the work. Its id is the API's name of the field, so that a refusal finds it.
#[component]
fn One(part: Part, parts: RwSignal<Vec<Part>>) -> impl IntoView {
    let place = move || parts.with(|parts| parts.iter().position(|one| one.number == part.number).unwrap_or_default());
    let code_id = move || format!("field-credit[{}].code", place());
    let weight_id = move || format!("field-credit[{}].weight", place());
    let list: &'static str = LISTS.get(part.number % LISTS.len()).copied().unwrap_or_default();
    let remove = move |_: leptos::ev::MouseEvent| parts.update(|parts| parts.retain(|one| one.number != part.number));
    view! {
        <div class="part-row">
            <div class="field">
                <label for=code_id>{words::conversions::code()}</label>
                <input
                    id=code_id autocomplete="off" spellcheck="false" list=list placeholder=words::conversions::participant_such()
                    prop:value=part.code on:input:target=move |input| part.code.set(input.target().value())
                />
                <Suggested id=list typed=part.code />
            </div>
            <div class="field weight">
                <label for=weight_id>{words::conversions::weight()}</label>
                <input id=weight_id inputmode="numeric" autocomplete="off" prop:value=part.weight on:input:target=move |input| part.weight.set(input.target().value()) />
            </div>
            <button
                type="button" class="quiet" hidden=move || { parts.with(Vec::len) < 2 } on:click=remove
                aria-label=move || words::conversions::remove_part(part.code.get())
            >"×"</button>
        </div>
    }
}

const LISTS: [&str; 5] = ["people-1", "people-2", "people-3", "people-4", "people-5"];

/// Who would have which part.
#[component]
fn Preview(parts: RwSignal<Vec<Part>>) -> impl IntoView {
    let lines = move || {
        let all: Vec<(String, Option<u64>)> = parts
            .get()
            .into_iter()
            .map(|part| (part.code.get().trim().to_owned(), part.weighed()))
            .filter(|(code, _)| !code.is_empty())
            .collect();
        parted(&all)
    };
    view! {
        <div class="preview" role="status">
            {move || match lines() {
                Some(lines) if !lines.is_empty() => view! {
                    <p>{words::conversions::preview()}</p>
                    <ul>{lines.into_iter().map(|(code, share, part)| view! {
                        <li><code><bdi>{code}</bdi></code>" "<strong>{share}</strong>" "{percent(part)}</li>
                    }).collect_view()}</ul>
                }.into_any(),
                Some(_) => view! { <p class="hint">{words::conversions::preview_empty()}</p> }.into_any(),
                None => view! { <p class="hint">{words::conversions::preview_wrong()}</p> }.into_any(),
            }}
        </div>
    }
}

/// Each one's exact part, and as a number to show. None where a weight isn't one.
#[allow(clippy::cast_precision_loss, reason = "a percentage is shown to one digit")]
fn parted(all: &[(String, Option<u64>)]) -> Option<Vec<(String, String, f64)>> {
    let weights: Vec<u64> = all.iter().map(|(_, weight)| *weight).collect::<Option<_>>()?;
    let whole: u64 = weights.iter().sum();
    let one = |((code, _), weight): (&(String, Option<u64>), u64)| {
        (code.clone(), fraction(weight, whole), weight as f64 / whole as f64)
    };
    Some(all.iter().zip(weights).map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn parts_are_exact_and_a_weight_that_is_none_is_said() {
        let told = parted(&[("bob".to_owned(), Some(2)), ("cleo".to_owned(), Some(1))]).unwrap();
        let told: Vec<_> = told.iter().map(|(code, share, _)| (code.as_str(), share.as_str())).collect();
        assert_eq!(told, [("bob", "2/3"), ("cleo", "1/3")]);
        assert_eq!(parted(&[("bob".to_owned(), None)]), None);
        assert_eq!(parted(&[]), Some(Vec::new()));
    }
}
