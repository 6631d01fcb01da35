//! What happened since a participant joined: conversions that were credited to them, and what was booked for them, in the
//! order of time, the newest first, some at a time.

use super::told::{Booked, Participant, Statement, booked};
use crate::api::{Load, Page, load, quoted};
use crate::screens::conversions::told::{Conversion, plain};
use crate::view::{Time, Told, amounts, table};
use crate::words;
use leptos::prelude::*;
use leptos_router::components::A;

/// So many of each kind are asked for at first, and so many more at a time.
const SOME: usize = 25;
/// As many as the API gives at once.
const MOST: usize = 1_000;

#[component]
pub(super) fn Timeline(id: Memo<String>, person: Load<Participant>) -> impl IntoView {
    let count = RwSignal::new(SOME);
    let sales = load::<Page<Conversion>>(move || {
        format!("/v1/conversions?participant={}&sort=-created_at&limit={}", quoted(&id.get()), count.get())
    });
    let books = load::<Statement>(move || {
        format!(
            "/v1/participants/{}/statement?sort=-created_at&limit={}",
            quoted(&id.get()),
            2 * count.get().min(MOST / 2)
        )
    });
    let all = move || format!("/console/conversions?participant={}", quoted(&id.get()));
    view! {
        <section class="card happened" aria-labelledby="happened">
            <h2 id="happened">{words::people::happened()}</h2>
            {move || sales.problem().or(books.problem()).map(|problem| view! { <Told problem /> })}
            {move || match (person.value(), sales.value(), books.value()) {
                (Some(person), Some(sales), Some(books)) => {
                    let more = sales.next_cursor.is_some() || books.next_cursor.is_some();
                    let lines = lines(person, sales, books);
                    view! {
                        <ol class="timeline">{lines.into_iter().map(Line::shown).collect_view()}</ol>
                        {(more && count.get() < MOST).then(|| view! {
                            <button class="quiet" on:click=move |_| count.update(|count| *count = (*count * 2).min(MOST))>{words::people::what_came_before()}</button>
                        })}
                        <p><A href=all>{words::people::all_conversions()}</A></p>
                    }.into_any()
                }
                _ if sales.problem().is_some() || books.problem().is_some() => ().into_any(),
                _ => view! { <table::Skeleton /> }.into_any(),
            }}
        </section>
    }
}

/// One thing that happened.
struct Line {
    at: String,
    what: What,
}

enum What {
    Joined,
    Sale(Box<Conversion>),
    Booked(Booked),
}

/// All of it in time, back to where something isn't known yet.
fn lines(person: Participant, sales: Page<Conversion>, mut books: Statement) -> Vec<Line> {
    let known = [
        sales.next_cursor.as_ref().and(sales.data.last()).map(|sale| sale.recorded_at.clone()),
        books.next_cursor.as_ref().and(books.postings.last()).map(|posting| posting.at.clone()),
    ];
    let from = known.into_iter().flatten().max();
    // An entry is told as its first posting says.
    books.postings.reverse();
    let mut lines = vec![Line { at: person.created_at, what: What::Joined }];
    lines.extend(
        sales.data.into_iter().map(|sale| Line { at: sale.recorded_at.clone(), what: What::Sale(Box::new(sale)) }),
    );
    lines.extend(booked(&books.postings).into_iter().map(|one| Line { at: one.at.clone(), what: What::Booked(one) }));
    lines.retain(|line| from.as_ref().is_none_or(|from| line.at >= *from));
    lines.sort_by(|one, other| other.at.cmp(&one.at));
    lines
}

impl Line {
    fn shown(self) -> impl IntoView {
        let (kind, text) = match self.what {
            What::Joined => ("joined", view! { {words::people::joined()} }.into_any()),
            What::Sale(sale) => ("sale", credited(*sale)),
            What::Booked(one) => ("booked", view! { {in_words(&one)} }.into_any()),
        };
        view! { <li class=kind><div>{text}</div><Time at=self.at /></li> }
    }
}

fn credited(sale: Conversion) -> AnyView {
    let value = sale.value.as_ref().map(|value| words::people::worth(amounts::money(value)));
    let name = format!("{} {}", plain(&sale.event), sale.external_id);
    view! {
        {words::people::credited()}" "<A href=format!("/console/conversions/{}", sale.id)><bdi>{name}</bdi></A>" "{value}
    }
    .into_any()
}

fn in_words(one: &Booked) -> String {
    let amount = amounts::money(&one.moved);
    match one.cause.as_str() {
        "earned" => words::people::was_earned(amount),
        "approved" => words::people::was_approved(amount),
        "fulfilled" => words::people::was_fulfilled(amount),
        "paid" => words::people::was_paid(amount),
        "refunded" => words::people::was_refunded(amount),
        "rejected" => words::people::was_rejected(amount),
        "reversed" => words::people::was_reversed(amount),
        "expired" => words::people::was_expired(amount),
        "written_off" => words::people::was_written_off(amount),
        other => words::people::was_booked(amount, plain(other)),
    }
}
