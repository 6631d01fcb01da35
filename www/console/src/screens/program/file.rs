//! The file as a text, with its lines numbered, and what was found beside the lines.

use super::draft::Draft;
use super::json;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use std::collections::BTreeMap;

#[component]
pub(super) fn FileText() -> impl IntoView {
    let draft = Draft::here();
    let area = NodeRef::<html::Textarea>::new();
    let lines = Memo::new(move |_| draft.text.with(|text| json::lines(text)));
    let count = Memo::new(move |_| draft.text.with(|text| text.lines().count().max(8)));
    // The worst that was found on each line.
    let marks = Memo::new(move |_| {
        let mut marks: BTreeMap<usize, String> = BTreeMap::new();
        if let Some((line, _)) = draft.broken.get() {
            marks.insert(line, "error".to_owned());
            return marks;
        }
        let all = draft.findings.get();
        for found in all.iter().rev() {
            marks.insert(lines.with(|lines| json::line_of(lines, &found.path)), found.severity.clone());
        }
        marks
    });
    let go = move |line: usize| {
        let Some(area) = area.get() else { return };
        let text = area.value();
        let begin: usize = text.split('\n').take(line - 1).map(|line| line.encode_utf16().count() + 1).sum();
        let end = begin + text.split('\n').nth(line - 1).map_or(0, |line| line.encode_utf16().count());
        let _focused = area.focus();
        let [begin, end] = [begin, end].map(|at| u32::try_from(at).unwrap_or(0));
        let _chosen = area.set_selection_range(begin, end);
    };
    let found = move || {
        if let Some((line, why)) = draft.broken.get() {
            return view! {
                <ul class="findings"><li class="finding error">
                    <button type="button" class="quiet small" on:click=move |_| go(line)>{words::program::line(line)}</button>
                    <div><p>{words::program::broken()}</p><p class="hint">{why}</p></div>
                </li></ul>
            }
            .into_any();
        }
        let all = draft.findings.get();
        if all.is_empty() {
            return view! { <p class="hint">{if draft.looking.get() { words::program::looking() } else { words::program::found_nothing() }}</p> }
                .into_any();
        }
        view! {
            <ul class="findings">
                {all.into_iter().map(|one| {
                    let line = lines.with(|lines| json::line_of(lines, &one.path));
                    let severity = match one.severity.as_str() {
                        "error" => words::program::error(),
                        "warning" => words::program::warning(),
                        _ => words::program::a_hint(),
                    };
                    view! {
                        <li class=format!("finding {}", one.severity)>
                            <button type="button" class="quiet small" on:click=move |_| go(line)>{words::program::line(line)}</button>
                            <div>
                                <p><strong>{severity}</strong>" "{one.why}</p>
                                <p class="hint">{one.fix}" "<code>{if one.path.is_empty() { one.code } else { one.path }}</code></p>
                            </div>
                        </li>
                    }
                }).collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="card file" aria-labelledby="file-title">
            <h2 id="file-title"><label for="file">{words::program::file()}</label></h2>
            <div class="editor">
                <div class="gutter" aria-hidden="true">
                    {move || marks.with(|marks| (1..=count.get()).map(|line| {
                        let class = marks.get(&line).map_or_else(String::new, |severity| format!("mark {severity}"));
                        view! { <span class=class>{line}</span> }
                    }).collect_view())}
                </div>
                <textarea
                    id="file" node_ref=area spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off" rows=move || count.get().to_string()
                    prop:value=draft.text aria-describedby="file-found" aria-invalid=move || draft.broken.get().is_some().to_string()
                    on:input:target=move |area| draft.write(area.target().value())
                ></textarea>
            </div>
            <div id="file-found" role="status">{found}</div>
        </section>
    }
}
