//! Lines over days, drawn by uPlot (`chart.js`), with the same numbers as a table for those who don't see them.

use super::SaveTable;
use super::amounts::whole;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "honeyguide-chart")]
extern "C" {
    fn draw(host: &web_sys::HtmlElement, days: &[f64], series: &str) -> js_sys::Function;
}

/// What one line shows: a name, and a number for each day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) values: Vec<i64>,
}

#[component]
pub(crate) fn Chart(
    #[prop(into)] title: String,
    /// Midnights in UTC, as `2026-11-21`, each once, from the earliest.
    days: Vec<String>,
    lines: Vec<Line>,
) -> impl IntoView {
    let host = NodeRef::<html::Div>::new();
    let seconds: Vec<f64> = days.iter().map(|day| js_sys::Date::parse(day) / 1_000.0).collect();
    let (names, values): (Vec<_>, Vec<_>) = lines.iter().map(|line| (line.name, line.values.clone())).unzip();
    let series = json!({"names": names, "data": values, "day": words::common::day()}).to_string();
    Effect::new(move |_| {
        let Some(host) = host.get() else { return };
        let end = SendWrapper::new(draw(&host, &seconds, &series));
        on_cleanup(move || drop(end.call0(&JsValue::UNDEFINED)));
    });
    let sheet = sheet(&days, &lines);
    let rows = days.into_iter().enumerate().map(|(at, day)| {
        let cells: Vec<i64> = lines.iter().filter_map(|line| line.values.get(at).copied()).collect();
        view! { <tr><th scope="row">{day}</th>{cells.into_iter().map(|value| view! { <td class="number">{whole(value)}</td> }).collect_view()}</tr> }
    });
    view! {
        <figure class="chart">
            <figcaption>{title.clone()}</figcaption>
            <div class="plot" node_ref=host aria-hidden="true"></div>
            <details>
                <summary>{words::common::as_table()}</summary>
                <div class="scroll" tabindex="0" role="region" aria-label=title>
                    <table>
                        <thead><tr>
                            <th scope="col">{words::common::day()}</th>
                            {names.into_iter().map(|name| view! { <th scope="col" class="number">{name}</th> }).collect_view()}
                        </tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
                <SaveTable name="days" rows=sheet />
            </details>
        </figure>
    }
}

fn sheet(days: &[String], lines: &[Line]) -> Vec<Vec<String>> {
    let titles = std::iter::once(words::common::day()).chain(lines.iter().map(|line| line.name));
    let row = |(at, day): (usize, &String)| {
        let values = lines.iter().map(|line| line.values.get(at).map_or_else(String::new, i64::to_string));
        std::iter::once(day.clone()).chain(values).collect()
    };
    std::iter::once(titles.map(str::to_owned).collect()).chain(days.iter().enumerate().map(row)).collect()
}
