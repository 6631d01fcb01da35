//! Tables of the API's lists: a page at a time, in the order and of the filters that the address says, and all of it as CSV.

use super::{Address, Progress, Told, csv};
use crate::api::{self, Page, Problem, load};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Rows of one page on the screen.
const ROWS: &str = "50";
/// Rows that are asked for at a time for a CSV: as many as the API gives.
const MANY: &str = "1000";

/// A column: what its head says, how a cell looks, and what it is in a CSV.
pub(crate) struct Column<T> {
    title: &'static str,
    /// What the API's `sort` calls it.
    sort: Option<&'static str>,
    is_number: bool,
    text: fn(&T) -> String,
    cell: Option<Cell<T>>,
}

type Cell<T> = Arc<dyn Fn(&T) -> AnyView + Send + Sync>;

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        Self { cell: self.cell.clone(), ..*self }
    }
}

impl<T> Column<T> {
    pub(crate) fn new(title: &'static str, text: fn(&T) -> String) -> Self {
        Self { title, sort: None, is_number: false, text, cell: None }
    }

    /// How a cell looks, where it isn't plain text.
    pub(crate) fn shown(self, cell: impl Fn(&T) -> AnyView + Send + Sync + 'static) -> Self {
        Self { cell: Some(Arc::new(cell)), ..self }
    }

    /// The list can be in its order.
    pub(crate) fn sorted(self, sort: &'static str) -> Self {
        Self { sort: Some(sort), ..self }
    }

    pub(crate) fn number(self) -> Self {
        Self { is_number: true, ..self }
    }
}

#[component]
pub(crate) fn Table<T>(
    /// What the table is of, for those who don't see it.
    #[prop(into)]
    caption: String,
    columns: Vec<Column<T>>,
    /// The API's list, such as `/v1/participants`.
    path: &'static str,
    /// The parameters of the address that the list knows, beside `cursor`: its filters and `sort`.
    #[prop(optional)]
    known: &'static [&'static str],
    /// The order where the address says none, such as `-created_at`; none where it is the API's own.
    #[prop(optional)]
    order: &'static str,
    /// What is said and can be done where there is nothing.
    #[prop(into)]
    empty: ViewFn,
    /// A signal that has the list asked for again when it changes.
    #[prop(optional, into)]
    renew: Signal<u32>,
    /// Where the rows of the page that is shown are put, for what is chosen among them.
    #[prop(optional)]
    shown: Option<RwSignal<Vec<T>>>,
) -> impl IntoView
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let address = Address::here();
    let columns = StoredValue::new(columns);
    let here = move |limit: &str, cursor: &str| {
        let otherwise = if address.get("sort").is_empty() { order } else { "" };
        address.of_api(path, &[("limit", limit), ("cursor", cursor), ("sort", otherwise)], known)
    };
    let rows = load::<Page<T>>(move || here(ROWS, &address.get("cursor")));
    Effect::new(move |before: Option<u32>| {
        let now = renew.get();
        if before.is_some_and(|before| before != now) {
            rows.again();
        }
        now
    });
    if let Some(shown) = shown {
        Effect::new(move |_| shown.set(rows.value().map(|page| page.data).unwrap_or_default()));
    }
    let saving = RwSignal::new(None::<usize>);
    let wrong = RwSignal::new(None::<Problem>);
    let name = path.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let save = move |_| {
        if saving.get_untracked().is_some() {
            return;
        }
        saving.set(Some(0));
        wrong.set(None);
        let columns = columns.get_value();
        spawn_local(async move {
            let all = everything(&columns, saving, |cursor| here(MANY, cursor)).await;
            let _gone = saving.try_set(None);
            match all {
                Ok(lines) => drop(csv::save(&format!("{name}.csv"), &lines)),
                Err(problem) => drop(wrong.try_set(Some(problem))),
            }
        });
    };
    view! {
        {move || rows.problem().map(|problem| view! { <Told problem /> })}
        {move || wrong.get().map(|problem| view! { <Told problem /> })}
        {move || match rows.answer.get() {
            Some(Ok(page)) if page.data.is_empty() => view! { <div class="empty">{empty.run()}</div> }.into_any(),
            Some(Ok(page)) => view! {
                <div class="scroll" class:busy=rows.busy tabindex="0" role="region" aria-label=caption.clone()>
                    <table>
                        <caption class="unseen">{caption.clone()}</caption>
                        <thead><tr>{columns.get_value().into_iter().map(|column| head(address, order, &column)).collect_view()}</tr></thead>
                        <tbody>{page.data.iter().map(|row| view! {
                            <tr>{columns.get_value().into_iter().map(|column| cell(&column, row)).collect_view()}</tr>
                        }).collect_view()}</tbody>
                    </table>
                </div>
                <div class="under">
                    {(!address.get("cursor").is_empty()).then(|| view! { <A href=address.with(&[])>{words::common::first_page()}</A> })}
                    {page.next_cursor.clone().map(|next| view! { <A href=address.with(&[("cursor", &next)])>{words::common::next_page()}</A> })}
                    <button class="quiet end" on:click=save>{words::common::csv()}</button>
                </div>
            }.into_any(),
            Some(Err(_)) => view! { <button on:click=move |_| rows.again()>{words::common::again()}</button> }.into_any(),
            None => view! { <Skeleton /> }.into_any(),
        }}
        {move || saving.get().map(|count| {
            let what = words::common::csv_rows(i64::try_from(count).unwrap_or(i64::MAX));
            view! { <Progress what=what /> }
        })}
    }
}

fn head<T>(address: Address, order: &str, column: &Column<T>) -> AnyView {
    let (title, is_number) = (column.title, column.is_number);
    let Some(sort) = column.sort else {
        return view! { <th scope="col" class:number=is_number>{title}</th> }.into_any();
    };
    let asked = address.get("sort");
    let now = if asked.is_empty() { order } else { &asked };
    let (is_up, is_down) = (now == sort, now.strip_prefix('-') == Some(sort));
    let next = if is_up { format!("-{sort}") } else { sort.to_owned() };
    let order = if is_up {
        "ascending"
    } else if is_down {
        "descending"
    } else {
        "none"
    };
    let mark = if is_up {
        " ↑"
    } else if is_down {
        " ↓"
    } else {
        ""
    };
    view! {
        <th scope="col" class:number=is_number aria-sort=order>
            <A href=address.with(&[("sort", &next)])>{title}<span aria-hidden="true">{mark}</span></A>
        </th>
    }
    .into_any()
}

fn cell<T>(column: &Column<T>, row: &T) -> impl IntoView + use<T> {
    let inside = match &column.cell {
        Some(cell) => cell(row),
        None => (column.text)(row).into_any(),
    };
    let (title, is_number) = (column.title, column.is_number);
    view! { <td class:number=is_number data-label=title>{inside}</td> }
}

/// The lines of all pages, the first with the titles.
async fn everything<T: DeserializeOwned>(
    columns: &[Column<T>],
    count: RwSignal<Option<usize>>,
    path: impl Fn(&str) -> String,
) -> Result<Vec<Vec<String>>, Problem> {
    let mut lines = vec![columns.iter().map(|column| column.title.to_owned()).collect::<Vec<_>>()];
    let mut cursor = String::new();
    loop {
        let page: Page<T> = api::get(&untrack(|| path(&cursor))).await?;
        lines.extend(page.data.iter().map(|row| columns.iter().map(|column| (column.text)(row)).collect()));
        if count.try_set(Some(lines.len() - 1)).is_some() {
            // Whoever asked for it has left.
            return Ok(lines);
        }
        let Some(next) = page.next_cursor else { return Ok(lines) };
        cursor = next;
    }
}

/// Where rows will be.
#[component]
pub(crate) fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton" role="status" aria-label=words::common::loading()>
            {(0..6).map(|_| view! { <span></span> }).collect_view()}
        </div>
    }
}
