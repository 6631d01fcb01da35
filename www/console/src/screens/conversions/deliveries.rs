//! What was told of a conversion and of its rewards, and to whom: each delivery with its state, and a way to its attempts.

use crate::api::{Page, load, quoted};
use crate::screens::forwarding::told::{Destination, Row, look, state};
use crate::view::{SaveTable, Time, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos_router::components::A;

/// So many are shown; of more, the list of deliveries has all.
const SHOWN: &str = "50";

#[component]
pub(super) fn Deliveries(id: String) -> impl IntoView {
    let all = format!("/console/forwarding/deliveries?conversion={}", quoted(&id));
    let path = format!("/v1/deliveries?sort=-created_at&limit={SHOWN}&conversion={}", quoted(&id));
    let rows = load::<Page<Row>>(move || path.clone());
    let destinations = load::<Page<Destination>>(|| "/v1/destinations?limit=100".to_owned());
    let shown = move || {
        if let Some(problem) = rows.problem() {
            return view! { <Told problem /> }.into_any();
        }
        let Some(page) = rows.value() else { return view! { <table::Skeleton /> }.into_any() };
        if page.data.is_empty() {
            return view! {
                <p class="hint">{words::conversions::told_nobody()}</p>
                <p><A href="/console/forwarding">{words::conversions::told_nobody_do()}</A></p>
            }
            .into_any();
        }
        let known = destinations.value().map(|page| page.data).unwrap_or_default();
        let sheet = sheet(&page.data, &known);
        let rows = page.data.into_iter().map(|one| row(one, &known)).collect_view();
        view! {
            <div class="cards">
                <div class="scroll" tabindex="0" role="region" aria-label=words::forwarding::deliveries()>
                    <table>
                        <caption class="unseen">{words::forwarding::deliveries()}</caption>
                        <thead><tr>
                            <th scope="col">{words::forwarding::event()}</th>
                            <th scope="col">{words::forwarding::destination()}</th>
                            <th scope="col">{words::forwarding::state()}</th>
                            <th scope="col">{words::forwarding::made()}</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </div>
            <SaveTable name="deliveries" rows=sheet />
            <p><A href=all.clone()>{words::conversions::told_all()}</A></p>
        }
        .into_any()
    };
    view! {
        <section class="card told" aria-labelledby="told">
            <h2 id="told">{words::conversions::told()}</h2>
            {shown}
        </section>
    }
}

/// The name of a destination, as far as it is known.
fn named(one: &Row, known: &[Destination]) -> String {
    let id = one.destination.clone().unwrap_or_default();
    known.iter().find(|destination| destination.id == id).map_or(id, Destination::named)
}

fn sheet(rows: &[Row], known: &[Destination]) -> Vec<Vec<String>> {
    let titles = [
        words::forwarding::event(),
        words::forwarding::destination(),
        words::forwarding::state(),
        words::forwarding::made(),
        words::forwarding::id(),
    ];
    let line =
        |one: &Row| vec![one.kind.clone(), named(one, known), state(one), one.created_at.clone(), one.id.clone()];
    std::iter::once(titles.map(str::to_owned).to_vec()).chain(rows.iter().map(line)).collect()
}

fn row(one: Row, known: &[Destination]) -> impl IntoView + use<> {
    let to = format!("/console/forwarding/deliveries/{}", one.id);
    let (name, whom) =
        (named(&one, known), format!("/console/forwarding/{}", one.destination.as_deref().unwrap_or_default()));
    let (class, text) = (look(&one), state(&one));
    view! {
        <tr>
            <th scope="row"><A href=to>{one.kind}</A></th>
            <td data-label=words::forwarding::destination()><A href=whom><bdi>{name}</bdi></A></td>
            <td data-label=words::forwarding::state()><span class=class>{text}</span></td>
            <td data-label=words::forwarding::made()><Time at=one.created_at /></td>
        </tr>
    }
}
