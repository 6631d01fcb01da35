//! Reads JSON strictly: every field is known by name, every fault is told with its path, and nothing is guessed.

use crate::code::Code;
use crate::fault::{Fault, Place, Refusal};
use crate::money::{Currency, LARGEST, Money, MoneyError};
use crate::site::Site;
use crate::time::Timestamp;
use serde_json::{Map, Value, json};
use std::cell::RefCell;

/// The largest body of one request, in bytes; a larger one is 413.
pub const LARGEST_BODY: usize = 1024 * 1024;
/// The largest batch body, read as a stream.
pub const LARGEST_BATCH: usize = 32 * 1024 * 1024;

/// Something that can be read from JSON. `None` means that a fault was noted at `place`.
///
/// A reader of an object asks `Fields` for all of them before it looks at any. One of something else begins with
/// `place.accepts…` and ends there where that says so: then it isn't reading, but tells the API's document what it reads.
pub trait Read: Sized {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self>;
}

/// Reads a whole body, or refuses it with all its faults.
pub fn body<T: Read>(text: &str) -> Result<T, Refusal> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let message = format!("The body isn't JSON: line {}, column {}.", error.line(), error.column());
        Refusal::new(400, "malformed_json", message)
    })?;
    document(&value)
}

/// Refuses a body that is said to be in a format that nothing here reads. One that says nothing is taken for JSON, and so
/// is what `curl` says of `-d` without meaning it.
pub fn check_format(content_type: &str) -> Result<(), Refusal> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = matches!(
        kind.as_str(),
        "" | "text/plain" | "text/csv" | "application/octet-stream" | "application/x-www-form-urlencoded"
    );
    if known || ["json", "jsonl", "ndjson", "jsonlines"].iter().any(|end| kind.ends_with(end)) {
        return Ok(());
    }
    let message = format!("\"{kind}\" isn't read here; send JSON, with Content-Type: application/json.");
    Err(Refusal::new(415, "unsupported_format", message))
}

/// Reads a document that is parsed already.
pub fn document<T: Read>(value: &Value) -> Result<T, Refusal> {
    let faults: RefCell<Vec<Fault>> = RefCell::default();
    let read = T::read(value, &Place::root(&faults));
    match (read, Refusal::of(faults.into_inner())) {
        (Some(read), None) => Ok(read),
        (_, Some(refusal)) => Err(refusal),
        (None, None) => Err(Refusal::new(400, "malformed", "This body can't be read.")),
    }
}

/// The fields of an object. `done` must be called: it refuses the fields that nobody asked for.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    place: &'a Place<'a>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    pub fn of(value: &'a Value, place: &'a Place<'a>) -> Option<Self> {
        if let Value::Object(object) = value {
            return Some(Self { object, place, known: RefCell::default() });
        }
        wrong_type(place, "an object", value);
        None
    }

    pub fn required<T: Read>(&self, name: &'static str) -> Option<T> {
        if self.place.accepts_field::<T>(name, true) {
            return None;
        }
        let read = self.optional(name)?;
        if read.is_none() {
            self.place.child(name).malformed("missing_field", format!("The field \"{name}\" is required."));
        }
        read
    }

    /// `Some(None)` when the field is absent or null; `None` when it is there and wrong.
    pub fn optional<T: Read>(&self, name: &'static str) -> Option<Option<T>> {
        self.known.borrow_mut().push(name);
        if self.place.accepts_field::<T>(name, false) {
            return Some(None);
        }
        match self.object.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => T::read(value, &self.place.child(name)).map(Some),
        }
    }

    pub fn or<T: Read>(&self, name: &'static str, otherwise: T) -> Option<T> {
        self.optional(name).map(|read| read.unwrap_or(otherwise))
    }

    /// Whether the field is there at all, null included.
    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// Notes every field that was not asked for, with the nearest name that was.
    pub fn done(self) {
        let known = self.known.into_inner();
        for name in self.object.keys().filter(|name| !known.contains(&name.as_str())) {
            let near = known.iter().map(|known| (strsim::osa_distance(name, known), known)).min();
            let hint = match near {
                Some((distance, known)) if distance <= 3 => format!("did you mean \"{known}\"?"),
                _ => format!("the fields here are {}.", known.join(", ")),
            };
            self.place.child(name).malformed("unknown_field", format!("There is no field \"{name}\"; {hint}"));
        }
    }
}

fn wrong_type(place: &Place<'_>, wanted: &str, found: &Value) {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    place.malformed("wrong_type", format!("Here must be {wanted}, not {found}."));
}

impl Read for Value {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        place.accepts(|| json!({}));
        Some(value.clone())
    }
}

impl Read for bool {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts(|| json!({"type": "boolean"})) {
            return None;
        }
        value.as_bool().or_else(|| {
            wrong_type(place, "true or false", value);
            None
        })
    }
}

/// Every character but controls, and the line feed.
const NO_CONTROLS: &str = r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$";

/// What a text looks like, for readers of objects whose fields have any name.
pub(crate) fn text_schema() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 1_000, "pattern": NO_CONTROLS})
}

/// The fields of an object, whatever their names.
pub(crate) fn object<'a>(value: &'a Value, place: &Place<'_>) -> Option<&'a Map<String, Value>> {
    let object = value.as_object();
    if object.is_none() {
        wrong_type(place, "an object", value);
    }
    object
}

/// Texts may have 1 to 1,000 characters and no control characters.
impl Read for String {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts_beside(text_schema) {
            return None;
        }
        let Value::String(text) = value else {
            wrong_type(place, "a text", value);
            return None;
        };
        if text.is_empty() || text.chars().count() > 1_000 || text.chars().any(|c| c.is_control() && c != '\n') {
            place.malformed("invalid_text", "A text here has 1 to 1000 characters and no control characters.");
            return None;
        }
        Some(text.clone())
    }
}

/// A whole number that was written with a point, such as `12.0`: JSON Schema calls it an integer too. Where numbers of that
/// kind are exact, and as digits, so that nothing is rounded.
fn written_with_a_point(value: &Value) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= EXACT)?;
    format!("{number:.0}").parse().ok()
}

impl Read for i64 {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let whole = || json!({"type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX});
        if place.accepts(whole) {
            return None;
        }
        value.as_i64().or_else(|| written_with_a_point(value)).or_else(|| {
            wrong_type(place, "a whole number", value);
            None
        })
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts_list::<T>() {
            return None;
        }
        let Value::Array(items) = value else {
            wrong_type(place, "a list", value);
            return None;
        };
        // All items are read before the first fault ends it, so that every fault is told.
        let read: Vec<Option<T>> = items.iter().enumerate().map(|(at, item)| T::read(item, &place.item(at))).collect();
        read.into_iter().collect()
    }
}

impl Read for Map<String, Value> {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts(|| json!({"type": "object", "description": "Any object, of at most 10,000 bytes of JSON."})) {
            return None;
        }
        let Value::Object(map) = value else {
            wrong_type(place, "an object", value);
            return None;
        };
        if value.to_string().len() > 10_000 {
            place.malformed("too_large", "This object may have 10,000 bytes of JSON.");
            return None;
        }
        Some(map.clone())
    }
}

impl Read for Money {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let (amount, currency) = (fields.required::<i64>("amount"), fields.required::<Currency>("currency"));
        fields.done();
        place.accepts(|| json!({"properties": {"amount": {"minimum": -LARGEST, "maximum": LARGEST}}}));
        Self::new(amount?, currency?)
            .map_err(|error| place.child("amount").malformed("invalid_money", error.to_string()))
            .ok()
    }
}

impl Read for Currency {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        place.accepts(|| json!({"enum": Self::all(), "description": "ISO 4217, such as USD."}));
        parsed(value, place, "unknown_currency", Self::parse)
    }
}

impl Read for Timestamp {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        place.accepts(|| json!({"format": "date-time", "description": "RFC 3339."}));
        parsed(value, place, "invalid_time", Self::parse)
    }
}

impl Read for Code {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        place.accepts(|| json!({"pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]{0,62})[A-Za-z0-9]$"}));
        parsed(value, place, "invalid_code", Self::parse)
    }
}

impl Read for Site {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let about = "An http or https address without user and password.";
        place.accepts(|| json!({"format": "uri", "pattern": "^https?://[A-Za-z0-9]", "description": about}));
        parsed(value, place, "invalid_address", Self::parse)
    }
}

/// A text that `parse` accepts; what it says otherwise is the fault's message.
pub fn parsed<T, E: ToString>(
    value: &Value,
    place: &Place<'_>,
    code: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    let text = String::read(value, place)?;
    parse(&text).map_err(|error| place.malformed(code, sentence(&error.to_string()))).ok()
}

/// One of a list of words.
pub fn one_of<T: Copy>(value: &Value, place: &Place<'_>, words: &[(&str, T)]) -> Option<T> {
    let names = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>();
    if place.accepts(|| json!({"type": "string", "enum": names()})) {
        return None;
    }
    let text = String::read(value, place)?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, found)| *found);
    if found.is_none() {
        place.malformed("unknown_value", format!("\"{text}\" isn't known here; use one of {}.", names().join(", ")));
    }
    found
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl From<MoneyError> for Refusal {
    fn from(error: MoneyError) -> Self {
        Self::new(422, "invalid_money", sentence(&error.to_string()))
    }
}
