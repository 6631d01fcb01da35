//! The form's fields: each shows one place of the file, changes it as one types, and says what was found there.
//!
//! Invariant: a field's own text is replaced only when the file says something else than it, so nobody is disturbed in
//! typing.

use super::draft::{Draft, Finding};
use crate::view::amounts::{decimal, digits, minor};
use leptos::prelude::*;
use serde_json::{Value, json};

/// Words of the file, and ours for them.
pub(super) type Options = &'static [(&'static str, fn() -> &'static str)];

/// How a text of a field becomes what the file has, and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// A text that is left out where it is empty.
    Optional,
    Number,
    /// One, or several with commas between them.
    List,
    /// Minor units of the program's currency, or of the one that stands there.
    Money,
}

impl Form {
    fn shown(self, value: &Value) -> String {
        match (self, value) {
            (Self::Money, Value::Object(_)) => {
                let currency = value["currency"].as_str().unwrap_or_default();
                value["amount"].as_i64().map(|amount| decimal(amount, digits(currency))).unwrap_or_default()
            }
            (_, Value::String(text)) => text.clone(),
            (_, Value::Null) => String::new(),
            (Self::List, Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            (_, other) => other.to_string(),
        }
    }

    /// `Err`: it can't be that. `Ok(None)`: it is left out.
    fn read(self, text: &str, currency: &str) -> Result<Option<Value>, ()> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok((self == Self::Text).then(|| json!("")));
        }
        match self {
            Self::Text | Self::Optional => Ok(Some(json!(text))),
            Self::Number => trimmed.parse::<i64>().map(|number| Some(json!(number))).map_err(drop),
            Self::List => {
                let items: Vec<&str> = trimmed.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
                Ok(match items.as_slice() {
                    [] => None,
                    [one] => Some(json!(one)),
                    several => Some(json!(several)),
                })
            }
            Self::Money => {
                let amount = minor(trimmed, digits(currency)).ok_or(())?;
                Ok(Some(json!({"amount": amount, "currency": currency})))
            }
        }
    }
}

fn id_of(path: &str) -> String {
    format!("file-{}", path.replace(['.', '[', ']'], "-"))
}

/// What is found at a place, under its field.
fn notes(found: Vec<Finding>, hint: &'static str) -> impl IntoView {
    let none = found.is_empty();
    view! {
        {(none && !hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
        {found.into_iter().map(|one| view! {
            <p class=format!("note {}", one.severity)>{one.why}" "<span class="note-fix">{one.fix}</span></p>
        }).collect_view()}
    }
}

/// A line, or several, of one place.
#[component]
pub(super) fn Entry(
    #[prop(into)] path: String,
    label: &'static str,
    #[prop(default = Form::Text)] form: Form,
    #[prop(default = "")] hint: &'static str,
    #[prop(optional)] tall: bool,
) -> impl IntoView {
    let draft = Draft::here();
    let path = StoredValue::new(path);
    let at = Memo::new(move |_| draft.at(&path.get_value()));
    let currency = Memo::new(move |_| {
        let own = at.with(|value| value["currency"].as_str().map(str::to_owned));
        own.or_else(|| draft.at("currency").as_str().map(str::to_owned)).unwrap_or_else(|| "USD".to_owned())
    });
    let typed = RwSignal::new(untrack(|| at.with(|value| form.shown(value))));
    let is_wrong = RwSignal::new(false);
    Effect::new(move |_| {
        let now = at.get();
        let read = typed.with_untracked(|typed| form.read(typed, &currency.get_untracked()));
        if read != Ok((!now.is_null()).then(|| now.clone())) && !(is_wrong.get_untracked() && read.is_err()) {
            typed.set(form.shown(&now));
            is_wrong.set(false);
        }
    });
    let change = move |text: String| {
        let read = form.read(&text, &currency.get_untracked());
        typed.set(text);
        is_wrong.set(read.is_err());
        if let Ok(new) = read {
            draft.put(&path.get_value(), new);
        }
    };
    let found = Memo::new(move |_| path.with_value(|path| draft.found_at(path)));
    let invalid =
        move || (is_wrong.get() || found.with(|all| all.iter().any(|one| one.severity == "error"))).to_string();
    let (id, about) = (id_of(&path.get_value()), format!("{}-about", id_of(&path.get_value())));
    let input = if tall {
        view! {
            <textarea
                id=id.clone() rows="3" prop:value=typed aria-describedby=about.clone() aria-invalid=invalid
                on:input:target=move |area| change(area.target().value())
            ></textarea>
        }
        .into_any()
    } else {
        let mode = if matches!(form, Form::Number | Form::Money) { "decimal" } else { "text" };
        view! {
            <input
                id=id.clone() inputmode=mode autocomplete="off" spellcheck="false" prop:value=typed aria-describedby=about.clone()
                aria-invalid=invalid on:input:target=move |input| change(input.target().value())
            />
        }
        .into_any()
    };
    view! {
        <div class="field">
            <label for=id>{label}{move || (form == Form::Money).then(|| format!(" ({})", currency.get()))}</label>
            {input}
            <div id=about>{move || notes(found.get(), hint)}</div>
        </div>
    }
}

/// One of some words.
#[component]
pub(super) fn Choice(
    #[prop(into)] path: String,
    label: &'static str,
    /// The file's words, and ours; the first stands where the file says nothing.
    options: Options,
    #[prop(default = "")] hint: &'static str,
) -> impl IntoView {
    let draft = Draft::here();
    let path = StoredValue::new(path);
    let usual = options.first().map_or("", |(word, _)| *word);
    let now = Memo::new(move |_| draft.at(&path.get_value()).as_str().unwrap_or(usual).to_owned());
    let found = Memo::new(move |_| path.with_value(|path| draft.found_at(path)));
    let (id, about) = (id_of(&path.get_value()), format!("{}-about", id_of(&path.get_value())));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id prop:value=now aria-describedby=about.clone()
                on:change:target=move |select| draft.put(&path.get_value(), Some(json!(select.target().value())))
            >
                {options.iter().map(|(word, name)| view! {
                    <option value=*word selected=move || now.get() == *word>{name()}</option>
                }).collect_view()}
                {move || {
                    let other = now.get();
                    let is_known = options.iter().any(|(word, _)| *word == other);
                    (!is_known).then(|| view! { <option value=other.clone() selected=true>{other.clone()}</option> })
                }}
            </select>
            <div id=about>{move || notes(found.get(), hint)}</div>
        </div>
    }
}

/// Yes or no.
#[component]
pub(super) fn Tick(#[prop(into)] path: String, label: &'static str) -> impl IntoView {
    let draft = Draft::here();
    let path = StoredValue::new(path);
    let now = Memo::new(move |_| draft.at(&path.get_value()).as_bool().unwrap_or(false));
    let found = Memo::new(move |_| path.with_value(|path| draft.found_at(path)));
    view! {
        <div class="field tick">
            <label>
                <input
                    type="checkbox" prop:checked=now
                    on:change:target=move |input| draft.put(&path.get_value(), Some(json!(input.target().checked())))
                />
                " "{label}
            </label>
            {move || notes(found.get(), "")}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_what_the_file_has() {
        for (form, text, expected) in [
            (Form::Text, "", Ok(Some(json!("")))),
            (Form::Optional, " ", Ok(None)),
            (Form::Number, "30", Ok(Some(json!(30)))),
            (Form::Number, "3o", Err(())),
            (Form::List, "purchase", Ok(Some(json!("purchase")))),
            (Form::List, "purchase, renewal,", Ok(Some(json!(["purchase", "renewal"])))),
            (Form::List, ",", Ok(None)),
        ] {
            assert_eq!(form.read(text, "USD"), expected, "{text:?}");
        }
        assert_eq!(Form::List.shown(&json!(["a", "b"])), "a, b");
        assert_eq!((Form::Number.shown(&json!(30)), Form::Text.shown(&Value::Null)), ("30".to_owned(), String::new()));
    }
}
