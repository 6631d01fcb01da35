//! The program file's `attribution`: read strictly, written with its defaults.

use super::super::{AttributionPolicy, Binding, JudgedBy, Model, Positions};
use super::{DEFAULT_WINDOW_DAYS, LONGEST_WINDOW_DAYS, days, within};
use crate::fault::Place;
use crate::time::Span;
use crate::wire::read::{self, Fields, Read};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const DEFAULT_HALF_LIFE_DAYS: i64 = 7;
const MOST_WINDOWS: usize = 50;

/// A model by its name; what it needs beside stands in fields of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    FirstTouch,
    LastTouch,
    Linear,
    PositionBased,
    TimeDecay,
}

const MODELS: &[(&str, Name)] = &[
    ("first_touch", Name::FirstTouch),
    ("last_touch", Name::LastTouch),
    ("linear", Name::Linear),
    ("position_based", Name::PositionBased),
    ("time_decay", Name::TimeDecay),
];

impl Read for Name {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        read::one_of(value, place, MODELS)
    }
}

impl Model {
    fn name(self) -> Name {
        match self {
            Self::FirstTouch => Name::FirstTouch,
            Self::LastTouch => Name::LastTouch,
            Self::Linear => Name::Linear,
            Self::Position(_) => Name::PositionBased,
            Self::TimeDecay { .. } => Name::TimeDecay,
        }
    }

    /// The word that the program file has for it.
    pub fn as_str(self) -> &'static str {
        MODELS.iter().find(|(_, known)| *known == self.name()).map_or("", |(word, _)| *word)
    }
}

impl Default for AttributionPolicy {
    fn default() -> Self {
        Self {
            model: Model::LastTouch,
            window: Span::days(DEFAULT_WINDOW_DAYS),
            windows: BTreeMap::new(),
            binding: Binding::First,
            judged_by: JudgedBy::Occurrence,
        }
    }
}

impl Read for Positions {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let [first, middle, last] = ["first", "middle", "last"].map(|name| fields.required::<i64>(name));
        fields.done();
        for name in ["first", "middle", "last"] {
            place.child(name).accepts(|| json!({"minimum": 0, "maximum": 100}));
        }
        let parts = [("first", first?), ("middle", middle?), ("last", last?)];
        for (name, part) in parts {
            within(part, 0, 100, &place.child(name))?;
        }
        if parts.iter().map(|(_, part)| part).sum::<i64>() != 100 {
            place.refused("not_a_hundred", "First, middle and last sum to 100.");
            return None;
        }
        let [first, middle, last] = parts.map(|(_, part)| u32::try_from(part).unwrap_or(0));
        Some(Self { first, middle, last })
    }
}

/// Windows by event, in days.
struct Windows(BTreeMap<String, Span>);

impl Read for Windows {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let days = || json!({"type": "integer", "minimum": 1, "maximum": LONGEST_WINDOW_DAYS});
        let events = || {
            json!({
                "type": "object", "maxProperties": MOST_WINDOWS, "propertyNames": {"minLength": 1, "maxLength": 255},
                "additionalProperties": days(),
            })
        };
        if place.accepts(events) {
            return None;
        }
        let named = <Map<String, Value>>::read(value, place)?;
        if named.len() > MOST_WINDOWS {
            place.refused("out_of_range", format!("Here are {MOST_WINDOWS} events at most."));
        }
        let mut windows = BTreeMap::new();
        let mut whole = true;
        for (event, value) in &named {
            let place = place.child(event);
            if event.is_empty() || event.chars().count() > 255 {
                place.malformed("invalid_text", "An event's name has 1 to 255 characters.");
            }
            let window = i64::read(value, &place).and_then(|n| within(n, 1, LONGEST_WINDOW_DAYS, &place));
            match window {
                Some(window) => drop(windows.insert(event.clone(), Span::days(window))),
                None => whole = false,
            }
        }
        whole.then_some(Self(windows))
    }
}

impl Read for AttributionPolicy {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let name = fields.or("model", Name::LastTouch);
        let position = fields.optional::<Positions>("position");
        let half_life = fields.optional::<i64>("half_life_days");
        let window = fields.or("window_days", DEFAULT_WINDOW_DAYS);
        let windows = fields.or("windows", Windows(BTreeMap::new()));
        let binding = fields.or("binding", Binding::First);
        let judged_by = fields.or("judged_by", JudgedBy::Occurrence);
        fields.done();
        place.accepts(|| {
            let only = |field: &str, model: &str| {
                json!({
                    "if": {"required": [field], "not": {"properties": {field: {"type": "null"}}}},
                    "then": {"required": ["model"], "properties": {"model": {"const": model}}},
                })
            };
            json!({"allOf": [only("position", "position_based"), only("half_life_days", "time_decay")]})
        });
        place.child("half_life_days").accepts(|| json!({"minimum": 1, "maximum": LONGEST_WINDOW_DAYS}));
        let window = window.and_then(|days| within(days, 1, LONGEST_WINDOW_DAYS, &place.child("window_days")));
        let half_life = match half_life? {
            Some(days) => Some(within(days, 1, LONGEST_WINDOW_DAYS, &place.child("half_life_days"))?),
            None => None,
        };
        let (name, position) = (name?, position?);
        let foreign = [
            ("position", position.is_some() && name != Name::PositionBased, "position_based"),
            ("half_life_days", half_life.is_some() && name != Name::TimeDecay, "time_decay"),
        ];
        for (field, there, model) in foreign {
            if there {
                place.child(field).malformed("not_here", format!("Only the model \"{model}\" has \"{field}\"."));
            }
        }
        let model = match name {
            Name::FirstTouch => Model::FirstTouch,
            Name::LastTouch => Model::LastTouch,
            Name::Linear => Model::Linear,
            Name::PositionBased => Model::Position(position.unwrap_or(Positions::USUAL)),
            Name::TimeDecay => Model::TimeDecay { half_life: Span::days(half_life.unwrap_or(DEFAULT_HALF_LIFE_DAYS)) },
        };
        Some(Self { model, window: Span::days(window?), windows: windows?.0, binding: binding?, judged_by: judged_by? })
    }
}

impl AttributionPolicy {
    /// The defaults of what the model doesn't have are left out.
    pub(super) fn to_json(&self) -> Value {
        let windows: Map<String, Value> =
            self.windows.iter().map(|(event, window)| (event.clone(), json!(days(*window)))).collect();
        let mut written = json!({
            "model": self.model.as_str(),
            "window_days": days(self.window),
            "windows": windows,
            "binding": self.binding.as_str(),
            "judged_by": self.judged_by.as_str(),
        });
        let own = match self.model {
            Model::Position(Positions { first, middle, last }) => {
                Some(("position", json!({"first": first, "middle": middle, "last": last})))
            }
            Model::TimeDecay { half_life } => Some(("half_life_days", json!(days(half_life)))),
            Model::FirstTouch | Model::LastTouch | Model::Linear => None,
        };
        if let (Some((name, value)), Value::Object(fields)) = (own, &mut written) {
            fields.insert(name.to_owned(), value);
        }
        written
    }
}
