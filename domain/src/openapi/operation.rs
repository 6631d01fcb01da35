//! How one operation is written down, and what all of them share: who may, what is refused, the usual headers.

use crate::search::Order;
use crate::wire::read::{self, Read};
use crate::wire::sketch::{Shapes, schema_of};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use std::cell::RefCell;

/// Collects the operations, and the shapes that they point at.
pub(super) struct Writer {
    shapes: Shapes,
    answers: RefCell<SchemaGenerator>,
    paths: RefCell<Map<String, Value>>,
    topic: RefCell<String>,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Nobody,
    /// Whoever names the program by its publishable key, in the query; in the body of a POST.
    Visitor,
    /// A participant, known by the site's own signature. The query names the program; in a POST the body does.
    Participant,
    /// Both of the two before.
    Anyone,
    /// A secret key with this scope, or the admin secret with `?program=`.
    Key(&'static str),
    /// A secret key with any scopes, or the admin secret, and nothing in its place.
    KeyItself,
    /// Whoever has a session, or had one.
    Session,
    Admin,
}

pub(super) struct Operation {
    method: &'static str,
    path: &'static str,
    written: Value,
}

impl Writer {
    pub(super) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self {
            shapes: Shapes::default(),
            answers: RefCell::new(settings.into_generator()),
            paths: RefCell::default(),
            topic: RefCell::default(),
        }
    }

    pub(super) fn begin(&self, topic: &str) {
        topic.clone_into(&mut self.topic.borrow_mut());
    }

    /// What `T` reads.
    pub(super) fn reads<T: Read>(&self) -> Value {
        schema_of::<T>(&self.shapes)
    }

    /// What `T` is answered as.
    pub(super) fn gives<T: JsonSchema>(&self) -> Value {
        self.answers.borrow_mut().subschema_for::<T>().to_value()
    }

    pub(super) fn add(&self, operation: Operation) {
        let Operation { method, path, mut written } = operation;
        written["tags"] = json!([*self.topic.borrow()]);
        let mut paths = self.paths.borrow_mut();
        let at = paths.entry(path).or_insert_with(|| json!({}));
        assert!(at.get(method).is_none(), "{method} {path} is described twice");
        at[method.to_lowercase()] = written;
    }

    /// The paths and the shapes.
    pub(super) fn finish(self) -> (Value, Value) {
        let mut schemas = self.answers.into_inner().take_definitions(true);
        super::answers::in_words(&mut schemas);
        for (name, shape) in self.shapes.take() {
            let known = schemas.insert(name.clone(), shape.clone());
            assert!(known.is_none_or(|known| known == shape), "two shapes have the name {name}");
        }
        (Value::Object(self.paths.into_inner()), Value::Object(schemas))
    }
}

impl Operation {
    /// `id` is the operation's name in clients that are generated.
    pub(super) fn new(method: &'static str, path: &'static str, id: &str, who: Who, summary: &str) -> Self {
        let mut written = json!({"operationId": id, "summary": summary, "responses": {}});
        let (security, about) = match who {
            Who::Visitor if method == "GET" => (json!([{"publishableKey": []}]), None),
            Who::Nobody | Who::Visitor => (json!([]), None),
            Who::Anyone => (json!([{}, {"identity": []}]), None),
            Who::Participant if method != "GET" => (json!([{"identity": []}]), None),
            Who::Participant => (json!([{"publishableKey": [], "identity": []}]), None),
            Who::Key(scope) => {
                (json!([{"secretKey": [scope]}, {"session": [scope]}, {"adminSecret": []}]), Some(scope))
            }
            Who::KeyItself => (json!([{"secretKey": []}, {"adminSecret": []}]), None),
            Who::Session => (json!([{}, {"session": []}]), None),
            Who::Admin => (json!([{"adminSecret": []}, {"session": []}]), None),
        };
        written["security"] = security;
        if let Some(scope) = about {
            written["description"] = json!(format!("The key has the scope `{scope}`."));
        }
        let named = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.split_once('}'));
        written["parameters"] = named.map(|(name, _)| in_path(path, name)).collect();
        let mut operation = Self { method, path, written };
        if matches!(who, Who::Key(_) | Who::KeyItself) {
            operation = operation.shared("Program").refuses(&[404]);
        }
        if path.contains('{') && who != Who::Nobody {
            operation = operation.refuses(&[404]);
        }
        match who {
            Who::Nobody => operation,
            Who::Visitor | Who::Participant | Who::Anyone => operation.refuses(&[401, 429, 500]),
            Who::Session => operation.refuses(&[400, 403, 404, 500]),
            Who::Key(_) | Who::KeyItself | Who::Admin => operation.refuses(&[400, 401, 403, 500]),
        }
    }

    /// Sentences after the scope.
    pub(super) fn about(mut self, text: &str) -> Self {
        let before = self.written["description"].as_str().map_or(String::new(), |before| format!(" {before}"));
        self.written["description"] = json!(format!("{text}{before}"));
        self
    }

    fn parameter(mut self, parameter: Value) -> Self {
        self.written["parameters"].as_array_mut().into_iter().for_each(|list| list.push(parameter.clone()));
        self
    }

    /// One of `shared_parameters`.
    pub(super) fn shared(self, name: &str) -> Self {
        self.parameter(json!({"$ref": format!("#/components/parameters/{name}")}))
    }

    /// A parameter of the query that may be left out, or empty, which is the same; a cursor is never empty, nor is what
    /// says that nothing is to be written.
    pub(super) fn asks(self, name: &str, schema: &Value, about: &str) -> Self {
        let parameter = json!({
            "name": name, "in": "query", "schema": schema, "description": about,
            "allowEmptyValue": !["cursor", "dry_run"].contains(&name),
        });
        self.parameter(parameter).refuses(&[400])
    }

    /// A list that is told from either end, by time.
    pub(super) fn by_time(self) -> Self {
        self.asks(
            "sort",
            &json!({"type": "string", "enum": Order::BY_TIME.map(Order::as_str), "default": Order::default().as_str()}),
            "The order; with `-`, the newest first. A cursor goes on in the order that it was given in.",
        )
    }

    /// A write that may be tried before.
    pub(super) fn dry(self, about: &str) -> Self {
        self.asks("dry_run", &json!({"type": "string", "enum": ["true", "false"]}), about)
    }

    /// A list in pages, narrowed by texts that must be equal.
    pub(super) fn list(self, filters: &[&str]) -> Self {
        let narrowed = |operation: Self, name: &&str| {
            operation.asks(name, &json!({"type": "string"}), "Only those where it is equal.")
        };
        filters.iter().fold(self.shared("Limit").shared("Cursor").refuses(&[400]), narrowed)
    }

    /// The same, where the rows' ids are the cursors.
    pub(super) fn list_by_id(self, prefix: &str, filters: &[&str]) -> Self {
        let mut operation = self.list(filters);
        let cursor = json!({
            "name": "cursor", "in": "query", "schema": {"type": "string", "pattern": format!("^{prefix}[0-9a-v]{{25}}[048cgkos]$")},
            "description": "`next_cursor` of the page before.",
        });
        let shared = json!({"$ref": "#/components/parameters/Cursor"});
        for parameter in operation.written["parameters"].as_array_mut().into_iter().flatten() {
            if *parameter == shared {
                *parameter = cursor.clone();
            }
        }
        operation
    }

    /// A write that may be retried.
    pub(super) fn once(self) -> Self {
        self.shared("IdempotencyKey").refuses(&[400, 409])
    }

    /// A body that `T` reads, with an example of it.
    pub(super) fn body<T: Read>(self, to: &Writer, example: &Value) -> Self {
        assert!(read::document::<T>(example).is_ok(), "the example of {} isn't read: {example}", self.path);
        self.takes("application/json", to.reads::<T>(), true, example)
    }

    /// The same; without a body, nothing is chosen.
    pub(super) fn body_or_none<T: Read>(self, to: &Writer, example: &Value) -> Self {
        assert!(read::document::<T>(example).is_ok(), "the example of {} isn't read: {example}", self.path);
        self.takes("application/json", to.reads::<T>(), false, example)
    }

    /// Lines of JSON, each of which `T` reads; the answer has a line for each, which is a `Line`.
    pub(super) fn lines<T: Read, Line: JsonSchema>(self, to: &Writer, example: &[Value]) -> Self {
        let lines = example.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        let kind = "application/x-ndjson";
        let taken = json!({"type": "string", "description": "A document of JSON a line.", "x-line": to.reads::<T>()});
        let given =
            json!({"type": "string", "description": "A document of JSON a line.", "x-line": to.gives::<Line>()});
        let mut operation =
            self.takes(kind, taken, true, &json!(lines)).answers_as(200, "A result a line, in order.", kind, given);
        // The same lines, for callers whose tools know no name for them.
        let content = &mut operation.written["requestBody"]["content"];
        content["text/plain"] = content[kind].clone();
        operation
    }

    /// A body of somebody else's making.
    pub(super) fn takes_any(mut self, kind: &str, about: &str) -> Self {
        let content = json!({kind: {"schema": {"description": about}}});
        self.written["requestBody"] = json!({"required": true, "content": content});
        self
    }

    pub(super) fn takes(mut self, kind: &str, schema: Value, required: bool, example: &Value) -> Self {
        let content = json!({kind: {"schema": schema, "examples": {"example": {"value": example}}}});
        self.written["requestBody"] = json!({"required": required, "content": content});
        self.refuses(&[400, 413, 415, 422])
    }

    pub(super) fn answers<T: JsonSchema>(self, to: &Writer, status: u16, about: &str) -> Self {
        self.answers_as(status, about, "application/json", to.gives::<T>())
    }

    pub(super) fn answers_as(mut self, status: u16, about: &str, kind: &str, schema: Value) -> Self {
        let replays = self.written.to_string().contains("parameters/IdempotencyKey");
        let answer = &mut self.written["responses"][status.to_string()];
        *answer = json!({"description": about, "content": {kind: {"schema": schema}}});
        if replays {
            answer["headers"] = json!({"Idempotent-Replayed": {"$ref": "#/components/headers/IdempotentReplayed"}});
        }
        self
    }

    /// Another media type of an answer that was written before.
    pub(super) fn or_as(mut self, status: u16, kind: &str) -> Self {
        self.written["responses"][status.to_string()]["content"][kind] = json!({});
        self
    }

    /// An answer without a body.
    pub(super) fn answers_nothing(mut self, status: u16, about: &str) -> Self {
        self.written["responses"][status.to_string()] = json!({"description": about});
        self
    }

    /// A header of an answer that was written before.
    pub(super) fn header(mut self, status: u16, name: &str, about: &str) -> Self {
        self.written["responses"][status.to_string()]["headers"][name] =
            json!({"description": about, "schema": {"type": "string"}});
        self
    }

    pub(super) fn refuses(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            let (status, name) = (status.to_string(), refusal_name(*status));
            self.written["responses"][status] = json!({"$ref": format!("#/components/responses/{name}")});
        }
        self
    }
}

/// What stands in a path. A text that is no id at all finds nothing, as any other that isn't known.
fn in_path(path: &str, name: &str) -> Value {
    let kinds = [
        ("/v1/keys/", "key_"),
        ("/v1/sessions/", "ses_"),
        ("/v1/participants/", "prt_"),
        ("/v1/conversions/", "cnv_"),
        ("/v1/rewards/", "rwd_"),
        ("/v1/payouts/", "pay_"),
        ("/v1/jobs/", "job_"),
        ("/v1/destinations/", "dst_"),
        ("/v1/deliveries/", "dlv_"),
        ("/v1/in/", "inb_"),
        ("/v1/claims/", "clm_"),
    ];
    let prefix = kinds.iter().find(|(begin, _)| name == "id" && path.starts_with(begin)).map(|(_, prefix)| *prefix);
    let (schema, about) = match (prefix, name) {
        (Some(prefix), _) => {
            (json!({"type": "string", "pattern": format!("^{prefix}[0-9a-v]{{25}}[048cgkos]$")}), "The id.")
        }
        (None, "id") => (
            json!({"type": "string", "pattern": "^(prt|cus)_[0-9a-v]{25}[048cgkos]$"}),
            "A participant's or a friend's id.",
        ),
        (None, "program") => (json!({"type": "string"}), "The program's id."),
        (None, "vendor") => (json!({"enum": ["stripe", "shopify"]}), "The vendor."),
        (None, "number") => (json!({"type": "integer", "minimum": 1}), "The version's number."),
        (None, "code") => (
            json!({"type": "string", "minLength": 1, "maxLength": 64}),
            "The link's code, in any case. One that nobody has leads to the program's site.",
        ),
        (None, "channel") => {
            let about = "Where the link was shared: counted apart. One that isn't 1 to 32 letters, digits, - and _ counts for nothing.";
            (json!({"type": "string", "minLength": 1}), about)
        }
        (None, _) => (json!({"type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]*$"}), "The file's name."),
    };
    json!({"name": name, "in": "path", "required": true, "schema": schema, "description": about})
}

const REFUSALS: &[(u16, &str, &str)] = &[
    (400, "Malformed", "Something in the request can't be read: the fault says what and where."),
    (401, "Unauthorized", "There is no key or session that is in force, or the identity isn't proved."),
    (
        403,
        "Forbidden",
        "The key has no such scope, or is for another program; or a session was used from another origin.",
    ),
    (404, "NotFound", "There is nothing of that name."),
    (409, "Conflict", "It stands against what is there already."),
    (413, "TooLarge", "The body is too large."),
    (415, "WrongFormat", "The body is said to be in a format that isn't read here."),
    (422, "Refused", "It is understood, and can't be done."),
    (429, "TooOften", "Too many requests; `Retry-After` says when to try again."),
    (500, "Ours", "Something went wrong here. Nothing was half done: try again."),
];

fn refusal_name(status: u16) -> &'static str {
    REFUSALS.iter().find(|(known, ..)| *known == status).map_or("Ours", |(_, name, _)| name)
}

pub(super) fn refusals() -> Value {
    let schema = json!({"$ref": "#/components/schemas/Refusal"});
    let mut all = Map::new();
    for (status, name, about) in REFUSALS {
        let mut one = json!({"description": about, "content": {"application/json": {"schema": schema}}});
        if *status == 429 {
            one["headers"] = json!({"Retry-After": {"$ref": "#/components/headers/RetryAfter"}});
        }
        all.insert((*name).to_owned(), one);
    }
    Value::Object(all)
}

pub(super) fn shared_parameters() -> Value {
    json!({
        "Program": {
            "name": "program", "in": "query", "schema": {"type": "string", "pattern": "^(?!test_)[a-z0-9][a-z0-9_-]{0,39}$"},
            "allowEmptyValue": true,
            "description": "Which program is meant. Needed with the admin secret; a secret key is for one program alone.",
        },
        "Limit": {
            "name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
            "description": "How many rows a page has at most.",
        },
        "Cursor": {
            "name": "cursor", "in": "query", "schema": {"type": "string", "pattern": "^[0-9]{1,15}$"},
            "description": "`next_cursor` of the page before.",
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
            "description": "The same key and body give the stored answer, secrets left out, for 30 days; with another body it is 409.",
        },
        "Language": {
            "name": "lang", "in": "query", "allowEmptyValue": true,
            "schema": {"type": "string", "pattern": languages()},
            "description": "The language of the words. Without it, what `Accept-Language` likes best.",
        },
        "AcceptLanguage": {
            "name": "Accept-Language", "in": "header", "schema": {"type": "string"},
            "description": "The languages that the words may be in. English where there is none of them.",
        },
    })
}

fn languages() -> String {
    let known: Vec<&str> = crate::words::Lang::ALL.iter().map(|lang| lang.as_str()).collect();
    format!("^({})([-_][A-Za-z0-9]+)*$", known.join("|"))
}

pub(super) fn headers() -> Value {
    json!({
        "IdempotentReplayed": {
            "description": "`true` where this is the stored answer of an earlier request.",
            "schema": {"type": "string", "const": "true"},
        },
        "RetryAfter": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    })
}

pub(super) fn security_schemes() -> Value {
    json!({
        "secretKey": {
            "type": "http", "scheme": "bearer", "bearerFormat": "hg_sk_{program}_{random}",
            "description": "A program's secret key, with the scopes read, write or money. For backends alone.",
        },
        "adminSecret": {
            "type": "http", "scheme": "bearer",
            "description": "The deployment's own secret: makes programs, and with `?program=` does all that a key may.",
        },
        "session": {
            "type": "apiKey", "in": "cookie", "name": crate::session::COOKIE,
            "description": "A session, in place of the key that it was made from and with its scopes. Taken where there is no `Authorization`, and only with `Sec-Fetch-Site: same-origin`.",
        },
        "publishableKey": {
            "type": "apiKey", "in": "query", "name": "k",
            "description": "`hg_pk_{program}`: names a program in the open. A beacon has it in its body instead.",
        },
        "identity": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "A participant: a JWT (HS256) that the site's backend signed with the program's identity secret, with `sub`, `email`, `exp` at most a day ahead, and `name` where it likes.",
        },
    })
}
