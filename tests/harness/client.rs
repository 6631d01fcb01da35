//! A client that knows the public API and nothing else. Redirects are seen, not followed.

use serde_json::{Value, json};
use std::time::Duration;
use ureq::http::Request;

/// An export of a long book, in bytes.
const LARGEST_ANSWER: u64 = 1 << 30;

/// An answer: status, headers, and the body as text and as JSON where it is that.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The attribution cookie's value, when this answer sets it.
    pub fn cookie(&self) -> Option<String> {
        let pair = self.header("set-cookie")?.split(';').next()?;
        pair.split_once('=').filter(|(name, _)| name.ends_with("hg")).map(|(_, value)| value.to_owned())
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// Redirects are seen, not followed; a status is an answer.
fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .allow_non_standard_methods(true)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .into()
}

/// Talks to one edge, with one key.
#[derive(Debug, Clone)]
pub struct Client {
    pub base: String,
    pub key: String,
    /// Where connections are kept between requests. Nothing: each request has one of its own.
    agent: Option<ureq::Agent>,
}

impl Client {
    pub fn new(base: &str, key: &str) -> Self {
        Self { base: base.to_owned(), key: key.to_owned(), agent: None }
    }

    /// The same on a connection of its own, kept from request to request: for many of them, on one thread.
    pub fn on_one_connection(&self) -> Self {
        Self { agent: Some(agent()), ..self.clone() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).unwrap()
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], Some(body.to_string().as_bytes())).unwrap()
    }

    /// Follows a link as a browser would that says these headers of itself.
    pub fn follow(&self, code: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", &format!("/r/{code}"), headers, None).unwrap()
    }

    /// One request; an error is a connection that failed, never a status.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, ureq::Error> {
        let agent = self.agent.clone().unwrap_or_else(agent);
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if !self.key.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.key));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = match body {
            Some(body) => agent.run(request.body(body).unwrap())?,
            None => agent.run(request.body(()).unwrap())?,
        };
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let headers = headers.collect();
        let text = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_string().unwrap_or_default();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status: answer.status().as_u16(), headers, text, json })
    }

    /// Makes a participant; gives its answer.
    #[track_caller]
    pub fn participant(&self, name: &str) -> Value {
        let body = json!({"external_id": name, "email": format!("{name}@example.com"), "name": name});
        self.post("/v1/participants", &body).expect(201).json
    }

    /// A purchase of that customer's, as a shop's backend reports it.
    pub fn purchase(order: &str, customer: &str, amount: i64, touch: &str) -> Value {
        json!({
            "event": "purchase", "external_id": order, "value": {"amount": amount, "currency": "USD"},
            "customer": {"external_id": customer, "email": format!("{customer}@example.com")},
            "attribution": {"touch": touch},
        })
    }
}
