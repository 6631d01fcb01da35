//! The program's file as a value and as a text: reading and changing a place, writing it in an order that people read in,
//! where each place stands in a text, and what differs between two files. Places are written as the API writes them:
//! `rewards[1].hold_days`.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What comes first where a file is written; the rest follows by name.
const ORDER: &[&str] = &[
    "id",
    "name",
    "kind",
    "mode",
    "site",
    "amount",
    "currency",
    "locale",
    "headline",
    "friend",
    "referrer",
    "terms",
    "disclosure",
    "offer",
    "rewards",
    "side",
    "on",
    "flat",
    "percent",
    "minimum",
    "first",
    "hold_days",
    "attribution",
    "model",
    "window_days",
    "binding",
    "consent",
    "durability",
    "join",
];

enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

fn steps(path: &str) -> Vec<Step<'_>> {
    let parts = path.split(['.', '[']).filter(|part| !part.is_empty());
    let step = |part: &'_ str| part.strip_suffix(']').and_then(|number| number.parse().ok());
    parts.map(|part| step(part).map_or(Step::Field(part), Step::Item)).collect()
}

/// What stands at a place; null where nothing does.
pub(super) fn at<'a>(file: &'a Value, path: &str) -> &'a Value {
    steps(path).iter().fold(file, |value, step| match step {
        Step::Field(name) => value.get(*name).unwrap_or(&Value::Null),
        Step::Item(number) => value.get(*number).unwrap_or(&Value::Null),
    })
}

/// Puts something at a place, or takes away what is there. Objects on the way are made.
pub(super) fn put(file: &mut Value, path: &str, new: Option<Value>) {
    let steps = steps(path);
    let Some((last, way)) = steps.split_last() else { return };
    let mut here = file;
    for step in way {
        let next = match step {
            Step::Field(name) => {
                if !here.is_object() {
                    *here = Value::Object(Map::new());
                }
                here.as_object_mut().map(|fields| fields.entry(*name).or_insert_with(|| Value::Object(Map::new())))
            }
            Step::Item(number) => here.get_mut(*number),
        };
        let Some(next) = next else { return };
        here = next;
    }
    match (last, new) {
        (Step::Field(name), new) => {
            if !here.is_object() {
                *here = Value::Object(Map::new());
            }
            let Some(fields) = here.as_object_mut() else { return };
            match new {
                Some(new) => drop(fields.insert((*name).to_owned(), new)),
                None => drop(fields.remove(*name)),
            }
        }
        (Step::Item(number), new) => {
            let Some(items) = here.as_array_mut() else { return };
            match (items.get_mut(*number), new) {
                (Some(item), Some(new)) => *item = new,
                (Some(_), None) => drop(items.remove(*number)),
                (None, Some(new)) => items.push(new),
                (None, None) => {}
            }
        }
    }
}

/// The text of a file: what is short on one line.
pub(super) fn written(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, to: &mut String) {
    let short = value.to_string();
    let nested = match value {
        Value::Object(fields) => fields.values().any(|value| value.is_object() || value.is_array()),
        Value::Array(items) => items.iter().any(Value::is_object),
        _ => false,
    };
    let is_small = !nested && short.len() <= 60 && depth > 0;
    let (open, close, parts): (char, char, Vec<(String, &Value)>) = match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_by_key(|name| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
            let parts = names
                .into_iter()
                .filter_map(|name| Some((format!("{}: ", Value::from(name.as_str())), fields.get(name)?)));
            ('{', '}', parts.collect())
        }
        Value::Array(items) => ('[', ']', items.iter().map(|item| (String::new(), item)).collect()),
        _ => return to.push_str(&short),
    };
    to.push(open);
    let pad = if value.is_object() { " " } else { "" };
    let count = parts.len();
    for (number, (name, part)) in parts.into_iter().enumerate() {
        if is_small {
            to.push_str(if number == 0 { pad } else { " " });
        } else {
            to.push('\n');
            to.push_str(&"  ".repeat(depth + 1));
        }
        to.push_str(&name);
        write(part, depth + 1, to);
        if number + 1 < count {
            to.push(',');
        }
    }
    if count > 0 && is_small {
        to.push_str(pad);
    } else if count > 0 {
        to.push('\n');
        to.push_str(&"  ".repeat(depth));
    }
    to.push(close);
}

/// The lines, from 1, on which the places of a text begin. Of a text that isn't JSON, as far as it is.
pub(super) fn lines(text: &str) -> BTreeMap<String, usize> {
    let mut reader = Reader { rest: text.chars().peekable(), line: 1, found: BTreeMap::new() };
    let _read = reader.value(String::new());
    reader.found
}

/// The line of a place, or of what it would stand in.
pub(super) fn line_of(lines: &BTreeMap<String, usize>, path: &str) -> usize {
    let mut path = path;
    loop {
        if let Some(line) = lines.get(path) {
            return *line;
        }
        let Some(end) = path.rfind(['.', '[']) else { return 1 };
        path = path.get(..end).unwrap_or_default();
    }
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
    found: BTreeMap<String, usize>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn blank(&mut self) {
        while self.rest.peek().is_some_and(|letter| letter.is_whitespace()) {
            self.next();
        }
    }

    fn is(&mut self, wanted: char) -> Option<bool> {
        self.blank();
        self.rest.peek().map(|letter| *letter == wanted)
    }

    fn text(&mut self) -> Option<String> {
        let mut raw = String::from(self.next()?);
        loop {
            let letter = self.next()?;
            raw.push(letter);
            match letter {
                '"' => return serde_json::from_str(&raw).ok(),
                '\\' => raw.push(self.next()?),
                _ => {}
            }
        }
    }

    fn value(&mut self, path: String) -> Option<()> {
        self.blank();
        self.found.entry(path.clone()).or_insert(self.line);
        match self.rest.peek()? {
            '{' => self.parts(&path, '}'),
            '[' => self.parts(&path, ']'),
            '"' => self.text().map(drop),
            _ => {
                while self
                    .rest
                    .peek()
                    .is_some_and(|letter| !matches!(letter, ',' | '}' | ']') && !letter.is_whitespace())
                {
                    self.next();
                }
                Some(())
            }
        }
    }

    fn parts(&mut self, path: &str, close: char) -> Option<()> {
        self.next()?;
        let mut number = 0;
        while !self.is(close)? {
            let inner = if close == '}' {
                if !self.is('"')? {
                    return None;
                }
                let line = self.line;
                let name = self.text()?;
                let inner = if path.is_empty() { name } else { format!("{path}.{name}") };
                self.found.insert(inner.clone(), line);
                if !self.is(':')? {
                    return None;
                }
                self.next()?;
                inner
            } else {
                format!("{path}[{number}]")
            };
            self.value(inner)?;
            number += 1;
            if self.is(',')? {
                self.next()?;
            }
        }
        self.next().map(drop)
    }
}

/// One place where two files differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    pub(super) path: String,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// Where two files differ, in the order of the later one. Their versions aren't compared.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(before, after, "", &mut found);
    found
}

fn is_amount(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|fields| fields.len() == 2 && fields.contains_key("amount") && fields.contains_key("currency"))
}

fn compare(before: &Value, after: &Value, path: &str, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    let some = |value: &Value| (!value.is_null()).then(|| value.clone());
    let whole = |found: &mut Vec<Difference>| {
        found.push(Difference { path: path.to_owned(), before: some(before), after: some(after) });
    };
    let fields = |value: &Value| value.as_object().filter(|_| !is_amount(value)).cloned();
    let items = |value: &Value| value.as_array().filter(|items| items.iter().all(Value::is_object)).cloned();
    match (fields(before), fields(after), items(before), items(after)) {
        (Some(before), Some(after), ..) => {
            let mut names: Vec<&String> =
                after.keys().chain(before.keys().filter(|name| !after.contains_key(*name))).collect();
            names.sort_by_key(|name| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
            for name in names.into_iter().filter(|name| !(path.is_empty() && *name == "version")) {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let of = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
                compare(&of(&before), &of(&after), &inner, found);
            }
        }
        (_, _, Some(before), Some(after)) => {
            for number in 0..before.len().max(after.len()) {
                let of = |items: &[Value]| items.get(number).cloned().unwrap_or_default();
                compare(&of(&before), &of(&after), &format!("{path}[{number}]"), found);
            }
        }
        _ => whole(found),
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
