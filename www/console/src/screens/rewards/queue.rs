//! The queue: rewards by state, chosen among by hand, and what was decided about them.
//! `?state=` `?automatic=` `?side=` `?beneficiary=` `?conversion=` say which are shown.

use super::Tabs;
use super::desk::{Desk, Verb};
use super::reason::Reason;
use super::told::{Reward, Sums, state};
use super::who::Who;
use crate::api::load;
use crate::session::{Scope, Session};
use crate::view::amounts::{decimal, digits, whole};
use crate::view::{Address, Column, Money, Page, Progress, Table, Time, Toasts};
use crate::words;
use leptos::prelude::*;
use std::collections::BTreeSet;

const KNOWN: &[&str] = &["state", "automatic", "side", "beneficiary", "conversion", "sort"];
const STATES: [&str; 6] = ["held", "pending", "approved", "fulfilled", "rejected", "reversed"];

#[component]
pub(crate) fn Rewards() -> impl IntoView {
    let (here, desk) = (Address::here(), Desk::here());
    let may = Session::here().may(Scope::Money);
    let sums = load::<Sums>(Sums::path);
    Effect::new(move |before: Option<u32>| {
        let now = desk.renew.get();
        if before.is_some_and(|before| before != now) {
            sums.again();
        }
        now
    });
    let rows = RwSignal::new(Vec::<Reward>::new());
    let chosen = RwSignal::new(BTreeSet::<String>::new());
    // What isn't on the page isn't chosen: nobody decides about what they don't see.
    Effect::new(move |_| {
        let there: BTreeSet<String> = rows.with(|rows| rows.iter().map(|row| row.id.clone()).collect());
        chosen.update(|chosen| chosen.retain(|id| there.contains(id)));
    });
    let who = move |row: &Reward| {
        let row = row.clone();
        let id = row.id.clone();
        view! {
            <div class="pick">
                {may.then(|| view! { <Tick id=id.clone() label=words::rewards::choose(row.what(), row.id.clone()) chosen /> })}
                <Who id=row.beneficiary />
            </div>
        }
        .into_any()
    };
    let columns = vec![
        Column::new(words::rewards::whose(), |row: &Reward| row.beneficiary.clone()).shown(who),
        Column::new(words::rewards::worth(), |row: &Reward| match &row.value {
            Some(value) => format!("{} {}", decimal(value.amount, digits(&value.currency)), value.currency),
            None => row.what(),
        })
        .shown(|row: &Reward| match row.value.clone() {
            Some(value) => view! { <Money of=Some(value) /> }.into_any(),
            None => view! { <bdi>{row.what()}</bdi> }.into_any(),
        })
        .number(),
        Column::new(words::rewards::state(), |row: &Reward| row.state.clone()).shown(stands),
        Column::new(words::rewards::reason(), |row: &Reward| row.reason.clone().unwrap_or_default())
            .shown(|row: &Reward| row.why().map(|why| view! { <span class="why"><bdi>{why}</bdi></span> }).into_any()),
        Column::new(words::rewards::earned(), |row: &Reward| row.created_at.clone())
            .shown(|row: &Reward| view! { <Time at=row.created_at.clone() /> }.into_any())
            .sorted("created_at"),
        Column::new(words::rewards::due(), |row: &Reward| row.due_at.clone())
            .shown(|row: &Reward| view! { <Time at=row.due_at.clone() /> }.into_any()),
        Column::new(words::rewards::id(), |row: &Reward| row.id.clone()).shown(|row: &Reward| {
            let (to, name) = (format!("/console/rewards/{}", row.id), words::rewards::look_at(row.id.clone()));
            view! { <a href=to aria-label=name>{words::rewards::look()}</a> }.into_any()
        }),
    ];
    let empty = move || {
        let decided = !here.get("state").is_empty();
        let text = if decided { words::rewards::none_in_state() } else { words::rewards::none() };
        view! {
            <p>{text}</p>
            <p>{if decided { words::rewards::none_in_state_do() } else { words::rewards::none_do() }}</p>
        }
    };
    view! {
        <Page title=words::rewards::title()>
            <Tabs />
            <p class="lead">{words::rewards::lead()}</p>
            <nav class="chips" aria-label=words::rewards::by_state()>
                {move || {
                    let sums = sums.value();
                    chips(here, sums.as_ref())
                }}
            </nav>
            {move || only(here)}
            <Said />
            <div class="as-cards">
                {may.then(|| view! { <Bar rows chosen /> })}
                <Table caption=words::rewards::title() columns path="/v1/rewards" known=KNOWN order="-created_at" renew=desk.renew shown=rows empty />
            </div>
        </Page>
    }
}

/// The state, and what will become of it in a moment.
fn stands(row: &Reward) -> AnyView {
    let (id, name, text) = (row.id.clone(), format!("badge {}", row.state), state(&row.state));
    let waits = move || Desk::here().waiting.with(|waiting| waiting.contains(&id));
    view! {
        <span class=name>{text}</span>
        {move || waits().then(|| view! { <small class="soon">{words::rewards::soon()}</small> })}
    }
    .into_any()
}

/// A link for each state, with how many there are.
fn chips(here: Address, sums: Option<&Sums>) -> impl IntoView + use<> {
    let (now, by_hand) = (here.get("state"), here.get("automatic") == "false");
    let chip = |title: String, state: &str, automatic: &str, count: Option<i64>, is_here: bool| {
        let to = here.with(&[("state", state), ("automatic", automatic)]);
        let count = count.map(|count| view! { <small>{whole(count)}</small> });
        view! { <a href=to aria-current=is_here.then_some("true")>{title}{count}</a> }
    };
    let mut all = vec![chip(words::rewards::all().to_owned(), "", "", None, now.is_empty())];
    for one in STATES {
        let count = sums.map(|sums| sums.count(one));
        all.push(chip(state(one), one, "", count, now == one && !by_hand));
        if one == "held" {
            let title = words::rewards::by_hand().to_owned();
            all.push(chip(title, "pending", "false", None, now == "pending" && by_hand));
        }
    }
    all
}

/// What else the list is cut down to, each with the way to take it off; and the sides.
fn only(here: Address) -> impl IntoView {
    let off = |name: &'static str, text: fn(String) -> String| {
        let value = here.get(name);
        (!value.is_empty()).then(|| {
            let (to, said) = (here.with(&[(name, "")]), text(value));
            view! { <a class="badge" href=to><bdi>{said}</bdi>" "<span aria-hidden="true">"×"</span><span class="unseen">{words::rewards::take_off()}</span></a> }
        })
    };
    let side = here.get("side");
    let sides = [
        ("", words::rewards::both_sides()),
        ("referrer", words::rewards::referrers()),
        ("friend", words::rewards::friends()),
    ];
    let choose = crate::view::address::replace();
    let chosen = move |side: String| choose(&here.with(&[("side", &side)]));
    view! {
        <div class="filters">
            <label class="unseen" for="side">{words::rewards::side()}</label>
            <select id="side" prop:value=side.clone() on:change:target=move |select| chosen(select.target().value())>
                {sides.map(|(value, title)| view! { <option value=value selected=side == value>{title}</option> })}
            </select>
            {off("beneficiary", words::rewards::only_beneficiary)}
            {off("conversion", words::rewards::only_conversion)}
        </div>
    }
}

/// The box before a reward.
#[component]
fn Tick(id: String, label: String, chosen: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let (asked, gone, changed) = (id.clone(), id.clone(), id);
    let waits = move || Desk::here().waiting.with(|waiting| waiting.contains(&gone));
    view! {
        <input
            type="checkbox" aria-label=label disabled=waits
            prop:checked=move || chosen.with(|chosen| chosen.contains(&asked))
            on:change:target=move |input| {
                let is_on = input.target().checked();
                chosen.update(|chosen| {
                    if is_on { chosen.insert(changed.clone()); } else { chosen.remove(&changed); }
                });
            }
        />
    }
}

/// All on the page, and what can be done with those that are chosen.
#[component]
fn Bar(rows: RwSignal<Vec<Reward>>, chosen: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let (desk, toasts) = (Desk::here(), Toasts::here());
    let asking = RwSignal::new(false);
    let free = move || -> Vec<String> {
        let waiting = desk.waiting.get();
        rows.with(|rows| rows.iter().map(|row| row.id.clone()).filter(|id| !waiting.contains(id)).collect())
    };
    let all = move || {
        let free = free();
        !free.is_empty() && chosen.with(|chosen| free.iter().all(|id| chosen.contains(id)))
    };
    let some = move || chosen.with(|chosen| !chosen.is_empty()) && !all();
    let fitting = move |verb: &Verb| -> bool {
        rows.with(|rows| rows.iter().any(|row| verb.fits(&row.state) && chosen.with(|chosen| chosen.contains(&row.id))))
    };
    let count = move || i64::try_from(chosen.with(BTreeSet::len)).unwrap_or(i64::MAX);
    let act = move |verb: Verb| {
        let order: Vec<String> = rows.with_untracked(|rows| rows.iter().map(|row| row.id.clone()).collect());
        let ids = order.into_iter().filter(|id| chosen.with_untracked(|chosen| chosen.contains(id))).collect();
        chosen.set(BTreeSet::new());
        desk.later(toasts, ids, verb);
    };
    let reject = Callback::new(move |reason: String| act(Verb::Reject(reason)));
    let button = move |title: &'static str, verb: Verb, class: &'static str| {
        let (asked, done) = (verb.clone(), verb);
        move || {
            fitting(&asked).then(|| {
                let done = done.clone();
                view! {
                    <button class=class on:click=move |_| match &done {
                        Verb::Reject(_) => asking.set(true),
                        other => act(other.clone()),
                    }>{title}</button>
                }
            })
        }
    };
    view! {
        <div class="bulk" role="group" aria-label=words::rewards::chosen_ones() class:idle=move || rows.with(Vec::is_empty)>
            <label class="every">
                <input
                    type="checkbox" prop:checked=all prop:indeterminate=some
                    on:change:target=move |input| {
                        let is_on = input.target().checked();
                        chosen.set(if is_on { free().into_iter().collect() } else { BTreeSet::new() });
                    }
                />
                <span>{move || if count() == 0 { words::rewards::every().to_owned() } else { words::rewards::chosen(count()) }}</span>
            </label>
            <span class="acts">
                {button(words::rewards::approve(), Verb::Approve, "")}
                {button(words::rewards::fulfil(), Verb::Fulfil, "")}
                {button(words::rewards::reject_them(), Verb::Reject(String::new()), "quiet")}
            </span>
        </div>
        <Reason open=asking count=Signal::derive(count) on_reason=reject />
    }
}

/// What was sent, and what was refused of it and why.
#[component]
pub(super) fn Said() -> impl IntoView {
    let desk = Desk::here();
    let running = move || {
        desk.running.get().map(|(done, all)| {
            let text = words::rewards::sent_of(done + 1, all);
            #[allow(clippy::cast_precision_loss, reason = "a bar is drawn by it")]
            let part = done as f64 / all as f64;
            view! { <Progress what=text done=Signal::derive(move || part) /> }
        })
    };
    let line = |result: super::desk::Result| {
        let to = format!("/console/rewards/{}", result.id);
        let (class, text) = match result.refused {
            None => ("badge approved", result.verb.done().to_owned()),
            Some(problem) => ("badge held", problem.message),
        };
        view! { <li><a href=to><code>{result.id}</code></a>" "<span class=class>{text}</span></li> }
    };
    view! {
        {running}
        {move || {
            let results = desk.results.get();
            let refused = results.iter().filter(|result| result.refused.is_some()).count();
            (refused > 0).then(|| {
                let title = words::rewards::some_refused(i64::try_from(refused).unwrap_or(i64::MAX), results.len());
                view! {
                    <section class="problem results" role="alert">
                        <p><b>{title}</b></p>
                        <ul>{results.into_iter().map(line).collect_view()}</ul>
                        <button class="quiet" on:click=move |_| desk.results.set(Vec::new())>{words::rewards::read()}</button>
                    </section>
                }
            })
        }}
    }
}
