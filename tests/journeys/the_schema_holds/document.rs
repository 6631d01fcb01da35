//! The document as a reader of it sees it: its operations, and whether an answer is one that they describe.

use honeyguide_domain::routes::ROUTES;
use honeyguide_tests::{Answer, Client};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Faults that only the form of a body can have: a body that its schema accepts has none of them.
const OF_FORM: [&str; 2] = ["unknown_field", "wrong_type"];

pub(super) struct Document {
    pub(super) whole: Value,
    operations: Vec<Operation>,
}

pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    /// With its `{names}`.
    pub(super) path: String,
    pub(super) what: Value,
    answers: BTreeMap<u16, Described>,
    body: Option<Validator>,
}

struct Described {
    /// Media types, and what a body of each, or each of its lines, is like. None: it has no body.
    content: Vec<(String, Validator, bool)>,
}

impl Document {
    pub(super) fn of(client: &Client) -> Self {
        let whole = client.get("/openapi.json").expect(200).json;
        let mut closed = whole.clone();
        for shape in closed["components"]["schemas"].as_object_mut().unwrap().values_mut() {
            close(shape);
        }
        let operations = ROUTES.iter().map(|route| Operation::of(&whole, &closed, route.method, route.path)).collect();
        Self { whole, operations }
    }

    /// In the order of the routes.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter()
    }
}

impl Operation {
    fn of(whole: &Value, closed: &Value, method: &str, path: &str) -> Self {
        let what = whole["paths"][path][method.to_lowercase()].clone();
        let validator = |schema: &Value| {
            let mut schema = schema.clone();
            schema["components"] = closed["components"].clone();
            jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
        };
        let answers = what["responses"].as_object().unwrap().iter().map(|(status, answer)| {
            let answer = resolved(whole, answer);
            let content = answer["content"].as_object().into_iter().flatten().map(|(kind, content)| {
                let line = content["schema"].get("x-line");
                let mut schema = line.or(content.get("schema")).cloned().unwrap_or_else(|| json!({}));
                close(&mut schema);
                (kind.clone(), validator(&schema), line.is_some())
            });
            let content = content.collect();
            (status.parse().unwrap(), Described { content })
        });
        let body = what["requestBody"]["content"].get("application/json").map(|content| validator(&content["schema"]));
        Self {
            id: what["operationId"].as_str().unwrap().to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            answers: answers.collect(),
            body,
            what,
        }
    }

    /// Why this isn't an answer that the operation describes.
    pub(super) fn faults(&self, answer: &Answer) -> Vec<String> {
        let Some(described) = self.answers.get(&answer.status) else { return vec!["no such status".to_owned()] };
        if self.method == "HEAD" {
            return if answer.text.is_empty() { Vec::new() } else { vec!["a body".to_owned()] };
        }
        let kind = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        if described.content.is_empty() {
            return if answer.text.is_empty() { Vec::new() } else { vec!["a body".to_owned()] };
        }
        let Some((_, validator, lines)) = described.content.iter().find(|(known, ..)| known == kind) else {
            return vec![format!("no such media type: {kind}")];
        };
        if answer.status == 429 && answer.header("retry-after").is_none() {
            return vec!["no Retry-After".to_owned()];
        }
        let texts: Vec<&str> = if *lines { answer.text.lines().collect() } else { vec![&answer.text] };
        let read = |text: &&str| serde_json::from_str(text).unwrap_or_else(|_| json!(text));
        let errors =
            |value: Value| validator.iter_errors(&value).map(|e| format!("{e} at {}", e.instance_path())).collect();
        texts.iter().map(read).flat_map(|value| -> Vec<String> { errors(value) }).collect()
    }

    /// Where the body's schema and its reader don't say the same of it.
    pub(super) fn disagreement(&self, body: Option<&[u8]>, answer: &Answer) -> Option<String> {
        let (validator, body) = (self.body.as_ref()?, body?);
        let value: Value = serde_json::from_slice(body).ok()?;
        let accepted = validator.is_valid(&value);
        if !accepted && answer.status < 300 && !self.forgives() {
            let why: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            return Some(format!("done, though its schema says: {}", why.join("; ")));
        }
        let code = answer.json["error"]["code"].as_str().unwrap_or_default();
        // What is set of a destination depends on its kind, which a change doesn't name.
        let of_kind = answer.json["error"]["field"].as_str().is_some_and(|field| {
            self.id.ends_with("Destination") && (field.starts_with("settings.") || field.starts_with("secrets."))
        });
        (accepted && !of_kind && !has_fraction(&value) && OF_FORM.contains(&code))
            .then(|| format!("its schema accepts what is called {code}"))
    }

    /// The media type of the body.
    pub(super) fn takes(&self) -> Option<&str> {
        Some(self.what["requestBody"]["content"].as_object()?.keys().next()?.as_str())
    }

    fn content(&self) -> Option<&Value> {
        self.what["requestBody"]["content"].get(self.takes()?)
    }

    pub(super) fn schema(&self) -> Option<&Value> {
        let schema = &self.content()?["schema"];
        Some(schema.get("x-line").unwrap_or(schema))
    }

    pub(super) fn example(&self) -> Option<&Value> {
        self.content().map(|content| &content["examples"]["example"]["value"]).filter(|example| !example.is_null())
    }

    /// Whether what is wrong in its body is its very answer.
    fn forgives(&self) -> bool {
        self.id == "lintProgram"
    }

    /// Whether it is for those alone who hold what can't be made up here: a vendor's signature, or the token of a message.
    /// Journeys of their own carry these out.
    pub(super) fn is_for_others(&self) -> bool {
        self.path.ends_with("/{program}") || self.id == "unsubscribe"
    }

    pub(super) fn is_secret(&self) -> bool {
        self.what["security"].to_string().contains("secretKey")
    }

    /// Whether it is for a participant, and for nobody without their identity.
    pub(super) fn is_participants(&self) -> bool {
        let ways = self.what["security"].as_array().unwrap();
        !ways.is_empty() && ways.iter().all(|way| way.get("identity").is_some())
    }

    pub(super) fn is_admins(&self) -> bool {
        let security = self.what["security"].to_string();
        security.contains("adminSecret") && !security.contains("secretKey")
    }

    /// The parameters, those that are shared written out.
    pub(super) fn parameters<'a>(&'a self, whole: &'a Value) -> impl Iterator<Item = &'a Value> {
        self.what["parameters"].as_array().unwrap().iter().map(|parameter| resolved(whole, parameter))
    }

    pub(super) fn query(&self) -> impl Iterator<Item = &str> {
        self.what["parameters"].as_array().unwrap().iter().filter_map(|parameter| match parameter["$ref"].as_str() {
            Some("#/components/parameters/Limit") => Some("limit"),
            Some("#/components/parameters/Cursor") => Some("cursor"),
            Some("#/components/parameters/Program") => Some("program"),
            Some(_) => None,
            None => (parameter["in"] == "query").then(|| parameter["name"].as_str().unwrap()),
        })
    }

    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.query().any(|known| known == name)
    }
}

/// Whether a number is spelled as `1.0` or `-0`: JSON Schema takes these for whole ones, and readers here don't.
fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(fields) => fields.values().any(has_fraction),
        _ => false,
    }
}

pub(super) fn resolved<'a>(whole: &'a Value, part: &'a Value) -> &'a Value {
    match part["$ref"].as_str() {
        Some(pointer) => whole.pointer(pointer.trim_start_matches('#')).unwrap(),
        None => part,
    }
}

/// Answers have no fields but those that are described. A reader must bear more, so the document doesn't say it.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            let object = fields.get("type").is_some_and(|kind| kind == "object") && fields.contains_key("properties");
            if object && !fields.contains_key("additionalProperties") {
                fields.insert("unevaluatedProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
