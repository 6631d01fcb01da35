//! The fields of a destination's form: its address, its events, and what its kind asks for. And what was typed, as the
//! API's body.

use super::kinds::{Field as Asked, Kind, Shape};
use super::told::Destination;
use crate::api::Problem;
use crate::view::Field;
use crate::view::form::Values;
use crate::words;
use leptos::prelude::*;
use serde_json::{Map, Value, json};

#[component]
pub(super) fn Fields(
    kind: &'static Kind,
    /// What it is now, where it is changed.
    #[prop(optional)]
    now: Option<Destination>,
) -> impl IntoView {
    let is_new = now.is_none();
    let url = now.as_ref().map(|now| now.url.clone()).unwrap_or_default();
    let ordered = now.as_ref().is_some_and(|now| now.ordered);
    let heard = now.as_ref().map(|now| now.events.clone());
    let (needed, address_hint) =
        (kind.needs_url, if kind.needs_url { words::forwarding::url_hint() } else { words::forwarding::url_vendor() });
    let set = now.as_ref().map(|now| now.secrets.clone()).unwrap_or_default();
    let held = now.map(|now| now.settings).unwrap_or_default();
    let one = |asked: &'static Asked| {
        let value = held.get(asked.own_name()).cloned().unwrap_or(Value::Null);
        let is_set = set.iter().any(|name| name == asked.own_name());
        shown(asked, &value, is_set, is_new)
    };
    view! {
        {needed.then(|| view! { <Field name="url" label=words::forwarding::url() hint=address_hint value=url.clone() required=true /> })}
        {kind.fields.iter().map(one).collect_view()}
        <fieldset class="events">
            <legend>{words::forwarding::events()}</legend>
            <p class="hint">{words::forwarding::events_hint()}</p>
            {offered(kind, heard.as_deref()).into_iter().map(|(name, is_on)| view! {
                <label class="tick"><input type="checkbox" name=format!("event:{name}") checked=is_on /><span>{event_word(&name)}" "<code>{name.clone()}</code></span></label>
            }).collect_view()}
        </fieldset>
        <details class="more">
            <summary>{words::forwarding::more()}</summary>
            {(!needed).then(|| view! { <Field name="url" label=words::forwarding::url() hint=address_hint value=url /> })}
            <label class="tick"><input type="checkbox" name="ordered" checked=ordered /><span>{words::forwarding::ordered()}</span></label>
            <p class="hint">{words::forwarding::ordered_hint()}</p>
        </details>
    }
}

/// The events to choose from, and whether each is chosen: what the kind takes, and what the destination hears already.
fn offered(kind: &Kind, heard: Option<&[String]>) -> Vec<(String, bool)> {
    let mut all: Vec<(String, bool)> = Vec::new();
    for (at, name) in kind.events.iter().enumerate() {
        let usual = if kind.events.len() > 1 && kind.events.first() == Some(&"*") { at == 0 } else { true };
        let is_on = heard.map_or(usual, |heard| heard.iter().any(|one| one == name));
        all.push(((*name).to_owned(), is_on));
    }
    for name in heard.unwrap_or_default() {
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name.clone(), true));
        }
    }
    all
}

/// What a destination hears of, in words where there are some.
pub(super) fn heard(events: &[String]) -> String {
    let word = |name: &String| match event_word(name) {
        "" => name.clone(),
        word => word.to_owned(),
    };
    events.iter().map(word).collect::<Vec<_>>().join(" · ")
}

fn event_word(name: &str) -> &'static str {
    match name {
        "*" => words::forwarding::event_all(),
        "participant.*" => words::forwarding::event_participants(),
        "participant.joined" => words::forwarding::event_joined(),
        "participant.link_requested" => words::forwarding::event_link_requested(),
        "conversion.*" => words::forwarding::event_conversions(),
        "conversion.recorded" => words::forwarding::event_recorded(),
        "conversion.refunded" => words::forwarding::event_refunded(),
        "reward.*" => words::forwarding::event_rewards(),
        "reward.created" => words::forwarding::event_created(),
        "reward.fulfilled" => words::forwarding::event_fulfilled(),
        "ledger.head" => words::forwarding::event_head(),
        "budget.warning" => words::forwarding::event_budget(),
        "destination.disabled" => words::forwarding::event_disabled(),
        _ => "",
    }
}

fn shown(asked: &'static Asked, value: &Value, is_set: bool, is_new: bool) -> AnyView {
    let (name, label, hint) = (asked.name, (asked.label)(), (asked.hint)());
    let text = value.as_str().unwrap_or_default().to_owned();
    let id = format!("field-{name}");
    match asked.shape {
        Shape::Text => view! { <Field name label hint=hint value=text required=asked.required /> }.into_any(),
        Shape::Secret => {
            let hint = if is_set { words::forwarding::secret_set() } else { hint };
            view! { <Field name label hint=hint kind="password" required=asked.required && is_new /> }.into_any()
        }
        Shape::Word(choices) => view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <select id=id name=name>
                    {(!asked.required).then(|| view! { <option value="">{words::forwarding::usual()}</option> })}
                    {choices.iter().map(|choice| view! { <option value=*choice selected=*choice == text>{*choice}</option> }).collect_view()}
                </select>
                <p class="hint">{hint}</p>
            </div>
        }
        .into_any(),
        Shape::Texts | Shape::Template => {
            let text = if asked.shape == Shape::Texts { lines(value) } else { written(value) };
            let about = format!("about-{name}");
            view! {
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    <textarea id=id name=name rows="3" spellcheck="false" aria-describedby=about.clone() prop:value=text></textarea>
                    <p class="hint" id=about>{hint}</p>
                </div>
            }
            .into_any()
        }
    }
}

fn lines(value: &Value) -> String {
    let line = |(name, value): (&String, &Value)| format!("{name}: {}", value.as_str().unwrap_or_default());
    value.as_object().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
}

fn written(value: &Value) -> String {
    if value.is_null() { String::new() } else { super::told::pretty(value) }
}

/// The body that the API takes. Of a change, what was emptied is taken away; a secret that isn't typed stays.
pub(super) fn body(kind: &Kind, values: &Values, now: Option<&Destination>) -> Result<Value, Problem> {
    let (mut settings, mut secrets) = (Map::new(), Map::new());
    for asked in kind.fields {
        let text = values.text(asked.name).trim();
        let held = now.is_some_and(|now| now.settings.contains_key(asked.own_name()));
        if asked.is_secret() {
            if !text.is_empty() {
                secrets.insert(asked.own_name().to_owned(), json!(text));
            }
        } else if !text.is_empty() {
            settings.insert(asked.own_name().to_owned(), read(asked, text)?);
        } else if held {
            settings.insert(asked.own_name().to_owned(), Value::Null);
        }
    }
    let heard = now.map(|now| now.events.as_slice());
    let events: Vec<String> = offered(kind, heard)
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| values.text(&format!("event:{name}")) == "on")
        .collect();
    if events.is_empty() {
        return Err(wrong("events", words::forwarding::events_none()));
    }
    let mut body = json!({"events": events, "ordered": values.text("ordered") == "on"});
    let url = values.text("url").trim();
    if !url.is_empty() {
        body["url"] = json!(url);
    }
    for (name, given) in [("settings", settings), ("secrets", secrets)] {
        if !given.is_empty() {
            body[name] = Value::Object(given);
        }
    }
    if now.is_none() {
        body["kind"] = json!(kind.word);
    }
    Ok(body)
}

fn read(asked: &Asked, text: &str) -> Result<Value, Problem> {
    match asked.shape {
        Shape::Texts => {
            let mut texts = Map::new();
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                let (name, value) =
                    line.split_once(':').ok_or_else(|| wrong(asked.name, words::forwarding::lines_wrong()))?;
                texts.insert(name.trim().to_owned(), json!(value.trim()));
            }
            Ok(Value::Object(texts))
        }
        Shape::Template => serde_json::from_str(text).map_err(|_| wrong(asked.name, words::forwarding::json_wrong())),
        _ => Ok(json!(text)),
    }
}

fn wrong(field: &str, message: &str) -> Problem {
    Problem {
        status: 400,
        code: "invalid_setting".to_owned(),
        message: message.to_owned(),
        field: Some(field.to_owned()),
        ..Problem::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::forwarding::kinds::kind;

    fn asked(name: &str) -> &'static Asked {
        kind("http").unwrap().fields.iter().find(|field| field.own_name() == name).unwrap()
    }

    #[test]
    fn lines_are_names_and_values_and_come_back_as_they_were() {
        let value = read(asked("headers"), "x-shop: acme\n\n x-place : a:b ").unwrap();
        assert_eq!(value, json!({"x-shop": "acme", "x-place": "a:b"}));
        assert_eq!(read(asked("headers"), &lines(&value)).unwrap(), value);
        assert_eq!(read(asked("headers"), "no colon").unwrap_err().field.as_deref(), Some("settings.headers"));
        assert_eq!(read(asked("body"), "{\"a\": 1}").unwrap(), json!({"a": 1}));
        assert_eq!(read(asked("body"), "{a").unwrap_err().code, "invalid_setting");
    }

    #[test]
    fn what_is_heard_already_can_be_kept() {
        let heard = ["reward.held".to_owned()];
        let all = offered(kind("webhook").unwrap(), Some(&heard));
        let on: Vec<&str> = all.iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name.as_str()).collect();
        assert_eq!(on, ["reward.held"]);
        let usual = offered(kind("webhook").unwrap(), None);
        assert_eq!(usual.iter().filter(|(_, is_on)| *is_on).count(), 1);
        assert!(offered(kind("segment").unwrap(), None).iter().all(|(_, is_on)| *is_on));
    }
}
