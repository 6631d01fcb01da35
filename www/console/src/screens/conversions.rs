//! Conversions: the list, by what became of them; each has a page that tells why.

mod conversion;
mod deliveries;
mod dispute;
mod refund;
pub(super) mod rewards;
pub(super) mod told;
mod touches;
mod who;

pub(super) use conversion::Conversion;

use crate::view::{Address, ChosenFilter, Column, Money, Page, Table, Time, TypedFilter};
use crate::words;
use honeyguide_domain::reason::Reason;
use leptos::prelude::*;
use leptos_router::components::A;
use told::{Conversion as Row, for_a_sheet, plain};
use who::WhoFilter;

/// The parameters of the address that the list knows.
const KNOWN: &[&str] = &["event", "external_id", "outcome", "reason", "participant", "customer", "dispute", "sort"];

#[component]
pub(crate) fn Conversions() -> impl IntoView {
    let here = Address::here();
    let columns = vec![
        Column::new(words::conversions::one(), |row: &Row| format!("{} {}", row.event, row.external_id)).shown(named),
        Column::new(words::conversions::recorded(), |row: &Row| row.recorded_at.clone())
            .shown(came)
            .sorted("created_at"),
        Column::new(words::conversions::customer(), |row: &Row| row.customer.called().to_owned())
            .shown(|row| view! { <bdi>{row.customer.called().to_owned()}</bdi> }.into_any()),
        Column::new(words::conversions::value(), |row: &Row| for_a_sheet(row.value.as_ref()))
            .shown(|row| view! { <Money of=row.value.clone() /> }.into_any())
            .number(),
        Column::new(words::conversions::outcome(), |row: &Row| plain(&row.decision.outcome))
            .shown(|row| outcome(&row.decision.outcome).into_any()),
        Column::new(words::conversions::why(), |row: &Row| plain(&row.decision.reason)),
        Column::new(words::conversions::credit(), |row: &Row| row.codes()).shown(|row| shares(&row.decision.credits)),
    ];
    let empty = move || {
        if KNOWN.iter().any(|name| *name != "sort" && !here.get(name).is_empty()) {
            let nothing: Vec<(&str, &str)> = KNOWN.iter().map(|name| (*name, "")).collect();
            return view! {
                <p>{words::conversions::none_found()}</p>
                <p><A href=here.with(&nothing) attr:class="button quiet">{words::conversions::show_all()}</A></p>
            }
            .into_any();
        }
        view! {
            <p>{words::conversions::none()}</p>
            <p>{words::conversions::none_do()}</p>
            <p><A href="/console/install" attr:class="button">{words::conversions::none_link()}</A></p>
        }
        .into_any()
    };
    let words_of = |all: &[&'static str]| all.iter().map(|one| (*one, plain(one))).collect::<Vec<_>>();
    let reasons: Vec<&'static str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    view! {
        <Page title=words::conversions::title()>
            <div class="filters even" role="search">
                <TypedFilter name="event" label=words::conversions::event() placeholder=words::conversions::event_such() whole=true />
                <TypedFilter name="external_id" label=words::conversions::order() whole=true />
                <ChosenFilter name="outcome" label=words::conversions::outcome() options=words_of(&["credited", "none", "held", "refused"]) />
                <ChosenFilter name="reason" label=words::conversions::why() options=words_of(&reasons) />
                <WhoFilter />
                <ChosenFilter name="dispute" label=words::conversions::dispute() options=words_of(&["open", "settled"]) />
            </div>
            <div class="cards">
                <Table caption=words::conversions::title() columns path="/v1/conversions" known=KNOWN order="-created_at" empty />
            </div>
        </Page>
    }
}

fn named(row: &Row) -> AnyView {
    let (address, event, order) =
        (format!("/console/conversions/{}", row.id), plain(&row.event), row.external_id.clone());
    view! { <A href=address><bdi>{event}</bdi>" "<bdi>{order}</bdi></A> }.into_any()
}

/// When it was recorded, and when it occurred where that was in another minute.
fn came(row: &Row) -> AnyView {
    let minute = |at: &str| at.get(..16).unwrap_or(at).to_owned();
    let occurred = row.occurred_at.clone();
    let is_other = minute(&occurred) != minute(&row.recorded_at);
    view! {
        <Time at=row.recorded_at.clone() />
        {is_other.then(|| view! { <small class="beneath">{words::conversions::occurred()}" "<Time at=occurred /></small> })}
    }
    .into_any()
}

/// What became of it, as a badge.
fn outcome(of: &str) -> impl IntoView + use<> {
    let (is_good, is_bad, waits) = (of == "credited", of == "refused", of == "held");
    view! { <span class="badge" class:good=is_good class:bad=is_bad class:waits=waits>{plain(of)}</span> }
}

/// Who has the credit, each with a way to their page, and their part where they share it.
fn shares(credits: &[told::Credit]) -> AnyView {
    let parts = credits.iter().cloned().map(|credit| {
        let part = (credit.share != "1/1").then(|| format!(" {}", credit.share));
        let address = format!("/console/people/{}", credit.participant);
        view! { <span class="part"><A href=address><code>{credit.code}</code></A>{part}</span> }
    });
    if credits.is_empty() {
        return view! { <span class="hint">{words::conversions::nobody()}</span> }.into_any();
    }
    parts.collect_view().into_any()
}
