//! Requests that are grown from the document: most of them as it says, the others broken in one place or another.

use super::chance::Chance;
use super::document::{Document, Operation, resolved};
use super::house::House;
use serde_json::{Map, Value, json};

/// One request. Its method is the operation's.
pub(super) struct Request {
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) key: Key,
    pub(super) body: Option<Vec<u8>>,
}

#[derive(Debug)]
pub(super) enum Key {
    Owner,
    Admin,
    Other(String),
}

impl std::fmt::Debug for Request {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = self.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let body: String = body.chars().take(1_500).collect();
        write!(to, "{} {:?} {:?} {body:?}", self.path, self.headers, self.key)
    }
}

/// Texts that have broken something somewhere.
const ODD: [&str; 16] = [
    "",
    " ",
    "\0",
    "a\0b",
    "\u{202e}abc",
    "e\u{301}",
    "😀😀",
    "ﷺ",
    "'; DROP TABLE keys; --",
    "%00",
    "../../etc/passwd",
    "null",
    "-1",
    "1e999",
    "\u{feff}x",
    "İ",
];
const NUMBERS: [&str; 14] = [
    "0",
    "-0",
    "-1",
    "1",
    "1.0",
    "1.5",
    "9007199254740991",
    "9007199254740992",
    "-9007199254740992",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "1e308",
];
const AGENTS: [&str; 5] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
    "facebookexternalhit/1.1",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "\u{ff}",
];

/// The document's own example.
pub(super) fn example(operation: &Operation, house: &mut House) -> Option<Request> {
    let example = operation.example()?;
    let body = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
    Some(Request {
        path: house.path_for_example(operation),
        headers: vec![("content-type".to_owned(), operation.takes()?.to_owned())],
        key: own_key(operation, house),
        body: Some(body.into_bytes()),
    })
}

pub(super) fn request(document: &Document, operation: &Operation, house: &mut House, chance: &mut Chance) -> Request {
    let (mut query, mut headers) = (Vec::new(), Vec::new());
    // Now and then on something that it can be carried out on.
    let suited = operation.example().is_some() && chance.one_in(6);
    let mut path = if suited { house.path_for_example(operation) } else { operation.path.clone() };
    let whole = &document.whole;
    for parameter in operation.parameters(whole) {
        let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
        let odd = chance.one_in(8);
        let value = if odd { odd_text(chance) } else { text_of(&grow(whole, schema, name, house, chance, 0)) };
        match parameter["in"].as_str().unwrap() {
            "path" => path = path.replace(&format!("{{{name}}}"), &escaped(&segment(name, value, odd))),
            // With a secret key, another program is always refused.
            "query" if name == "program" && !operation.is_secret() => {}
            "query" if name == "program" && !chance.one_in(20) => {}
            "query" if chance.one_in(3) => query.push(format!("{name}={}", escaped(&value))),
            "header" if chance.one_in(4) => headers.push((name.to_owned(), plain(&value))),
            _ => {}
        }
    }
    if operation.what["security"].to_string().contains("publishableKey") {
        let key = if chance.one_in(10) { "hg_pk_nobody" } else { "hg_pk_acme" };
        query.push(format!("k={key}"));
    }
    if chance.one_in(15) {
        query.push(format!("{}={}", escaped(&odd_text(chance)), escaped(&odd_text(chance))));
    }
    if operation.path.starts_with("/r/{code}") {
        headers.push(("user-agent".to_owned(), plain(chance.word(&AGENTS))));
        if chance.one_in(5) {
            headers.push(("sec-purpose".to_owned(), "prefetch".to_owned()));
        }
    }
    let body = operation.schema().map(|schema| body(document, operation, schema, house, chance));
    if body.is_some() {
        let known = operation.takes().unwrap();
        let kinds = [
            known,
            known,
            known,
            known,
            "text/plain",
            "application/json; charset=utf-8",
            "text/xml",
            "multipart/form-data",
        ];
        headers.push(("content-type".to_owned(), chance.word(&kinds).to_owned()));
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    Request { path, headers, key: key(operation, house, chance), body }
}

fn key(operation: &Operation, house: &House, chance: &mut Chance) -> Key {
    if chance.one_in(20) {
        let keys = ["", "nonsense", "hg_sk_acme_wrong", "hg_sk_nobody_wrong", "hg_pk_acme", "hg_sk_", "a.b.c", "a.b"];
        return Key::Other(chance.word(&keys).to_owned());
    }
    own_key(operation, house)
}

fn own_key(operation: &Operation, house: &House) -> Key {
    let identity = operation.what["security"].to_string().contains("identity");
    match () {
        () if operation.is_admins() => Key::Admin,
        () if operation.is_secret() => Key::Owner,
        () if identity => Key::Other(house.identity.clone()),
        () => Key::Other(String::new()),
    }
}

fn body(document: &Document, operation: &Operation, schema: &Value, house: &House, chance: &mut Chance) -> Vec<u8> {
    let example = operation.example().unwrap_or(&Value::Null);
    if let Some(lines) = example.as_str() {
        let mut all: Vec<String> = lines.lines().map(str::to_owned).collect();
        for _ in 0..chance.below(4) {
            let mut value = grow(&document.whole, schema, "", house, chance, 0);
            if chance.one_in(2) {
                break_somewhere(&mut value, chance);
            }
            all.push(if chance.one_in(6) { "{".to_owned() } else { value.to_string() });
        }
        return all.join("\n").into_bytes();
    }
    let mut value =
        if chance.one_in(3) { example.clone() } else { grow(&document.whole, schema, "", house, chance, 0) };
    if chance.one_in(2) {
        for _ in 0..=chance.below(2) {
            break_somewhere(&mut value, chance);
        }
    }
    let text = value.to_string();
    match chance.below(24) {
        0 => Vec::new(),
        1 => b"\xff\xfe{".to_vec(),
        2 => text.as_bytes()[..chance.below(text.len())].to_vec(),
        3 => "[".repeat(20_000).into_bytes(),
        4 => format!("{}{}", "{\"a\":".repeat(100), "}").into_bytes(),
        5 => format!("{text}\u{feff}").into_bytes(),
        // A number that JSON can write and few can read, in place of the first one.
        6 => text.replacen("2000", chance.word(&NUMBERS), 1).replacen("12000", chance.word(&NUMBERS), 1).into_bytes(),
        7 if chance.one_in(8) => format!("\"{}\"", "x".repeat(1_100_000)).into_bytes(),
        8 => text.replacen('{', "{\"event\":\"signup\",", 1).into_bytes(),
        _ => text.into_bytes(),
    }
}

/// A value that the schema accepts, as far as it is understood here.
fn grow(whole: &Value, schema: &Value, name: &str, house: &House, chance: &mut Chance, depth: usize) -> Value {
    let schema = resolved(whole, schema);
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(words) = schema["enum"].as_array() {
        return chance.pick(words).clone();
    }
    if let (Some(ways), None) = (schema["anyOf"].as_array().or(schema["oneOf"].as_array()), schema.get("properties")) {
        let way = chance.pick(ways).clone();
        return grow(whole, &way, name, house, chance, depth);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) if chance.one_in(6) => kinds.last().cloned().unwrap(),
        Value::Array(kinds) => kinds.first().cloned().unwrap(),
        kind => kind.clone(),
    };
    match kind.as_str() {
        Some("object") => grow_object(whole, schema, house, chance, depth),
        Some("array") => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            let count = usize::try_from(least).unwrap() + chance.below(3);
            (0..count).map(|_| grow(whole, &schema["items"], name, house, chance, depth + 1)).collect()
        }
        Some("string") => json!(grow_text(schema, name, house, chance)),
        Some("integer") => grow_number(schema, chance),
        Some("boolean") => json!(chance.one_in(2)),
        Some("null") => Value::Null,
        _ => chance.pick(&[json!("x"), json!(1), json!(1.5), json!(true), json!({}), json!([])]).clone(),
    }
}

fn grow_object(whole: &Value, schema: &Value, house: &House, chance: &mut Chance, depth: usize) -> Value {
    let mut object = Map::new();
    let Some(properties) = schema["properties"].as_object() else {
        for _ in 0..chance.below(3) {
            let value = grow(whole, &schema["additionalProperties"], "", house, chance, depth + 1);
            object.insert(chance.word(&["plan", "tier", "purchase", "ключ", "a b"]).to_owned(), value);
        }
        return Value::Object(object);
    };
    let mut required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    for way in ["anyOf", "oneOf"] {
        if let Some(ways) = schema[way].as_array() {
            required.extend(chance.pick(ways)["required"].as_array().cloned().unwrap_or_default());
        }
    }
    if schema["then"]["required"].is_array() {
        required.extend(schema["then"]["required"].as_array().cloned().unwrap());
    }
    for (name, property) in properties {
        let needed = required.iter().any(|one| one == name);
        if needed || chance.one_in(3 + 2 * depth) {
            object.insert(name.clone(), grow(whole, property, name, house, chance, depth + 1));
        }
    }
    Value::Object(object)
}

fn grow_text(schema: &Value, name: &str, house: &House, chance: &mut Chance) -> String {
    let usual: &[&str] = match name {
        "k" => &["hg_pk_acme"],
        "event" | "on" | "qualified_by" => &["purchase", "signup", "renewal", "lead"],
        "external_id" => &["order-1001", "sale-1", "u-7", "u-1", "new-1", "new-2", "new-3"],
        "currency" => &["USD", "USD", "JPY", "KWD", "ABC"],
        "code" | "via" | "coupon" => &["ada", "ada-mail", "grace", "SPRING-1", "zz-new", "n.e_w"],
        "email" => &["ada@example.com", "friend@example.com", "ü@exämple.com", "a+b@c.de"],
        "url" => {
            &["http://127.0.0.1:9/", "https://hooks.example/x", "http://10.0.0.1/", "http://[::1]/", "ftp://x", "x"]
        }
        "destination" | "site" => &["https://shop.example", "https://shop.example/a?b=c#d", "https://other.example"],
        "account" => &["expense", "payable:x", "pending:x"],
        "touch" | "reference" => &["x.y", "ref_none", "", "v1.AAAA"],
        "file" => &["widget.js", "nothing.js"],
        "to" => &["/red", "//evil.example", "https://evil.example/", "2026-11-20T12:00:00.000Z"],
        "flat" | "percent" => &["10", "12.5", "1000", "0"],
        _ => &[],
    };
    if schema["format"] == "date-time" {
        return chance.word(&TIMES).to_owned();
    }
    if let Some(prefix) = schema["pattern"].as_str().and_then(|pattern| pattern.strip_prefix('^'))
        && let Some((prefix, _)) = prefix.split_once("[0-9a-v]")
    {
        return match prefix {
            "(prt|cus)_" => house.any(if chance.one_in(2) { "prt_" } else { "cus_" }, chance),
            prefix => house.any(prefix, chance),
        };
    }
    if !usual.is_empty() && !chance.one_in(8) {
        return chance.word(usual).to_owned();
    }
    let known =
        ["acme", "10", "12.5", "2026-11-20", "USD", "DE", "x", "a longer text, with words", "日本語", "de", "0"];
    chance.word(&known).to_owned()
}

const TIMES: [&str; 7] = [
    "2026-11-20T12:00:00.000Z",
    "2026-11-20T13:00:00+01:00",
    "1969-12-31T23:59:59Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
    "2026-02-28T23:59:59.999999999Z",
    "2024-02-29T00:00:00-23:59",
];

fn grow_number(schema: &Value, chance: &mut Chance) -> Value {
    let bound = |name: &str, otherwise: i64| schema[name].as_i64().unwrap_or(otherwise);
    let (least, most) = (bound("minimum", 0), bound("maximum", 1_000));
    let usual = [2_000, 12_000, 1, 30].map(|number: i64| number.clamp(least, most));
    match chance.below(6) {
        0 => json!(least),
        1 => json!(most),
        _ => json!(*chance.pick(&usual)),
    }
}

/// Changes one place of a value into what its schema doesn't accept, most often.
fn break_somewhere(value: &mut Value, chance: &mut Chance) {
    match value {
        Value::Object(fields) if !fields.is_empty() && !chance.one_in(4) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = chance.pick(&names).clone();
            match chance.below(6) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(format!("{name}x"), json!(1))),
                _ => break_somewhere(fields.get_mut(&name).unwrap(), chance),
            }
        }
        Value::Array(items) if !items.is_empty() && !chance.one_in(3) => {
            let at = chance.below(items.len());
            match chance.below(3) {
                0 => items.push(items[at].clone()),
                _ => break_somewhere(&mut items[at], chance),
            }
        }
        other => *other = odd_value(chance),
    }
}

fn odd_value(chance: &mut Chance) -> Value {
    match chance.below(8) {
        0 => Value::Null,
        1 => json!(chance.one_in(2)),
        2 | 3 => serde_json::from_str(chance.word(&NUMBERS)).unwrap_or(Value::Null),
        4 => json!([]),
        5 => json!({}),
        6 => json!("x".repeat(1_001)),
        _ => json!(odd_text(chance)),
    }
}

fn odd_text(chance: &mut Chance) -> String {
    if chance.one_in(10) { "y".repeat(300) } else { chance.word(&ODD).to_owned() }
}

/// As it stands in a header: what can't stand there is left out.
fn plain(text: &str) -> String {
    text.chars().filter(|c| (' '..='~').contains(c) || ('\u{a0}'..='\u{ff}').contains(c)).collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An empty segment, or one of dots, would be another path.
fn segment(name: &str, value: String, odd: bool) -> String {
    let dots = value.trim_matches('.').is_empty();
    let own = name == "file" && odd;
    if dots || own { "odd".to_owned() } else { value }
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |all, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => all + &char::from(byte).to_string(),
        _ => format!("{all}%{byte:02X}"),
    })
}
