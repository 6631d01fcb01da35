//! Plain HTTP on loopback: what `cargo dev` and `cargo bench-edge` ask of the edge and of the shop. A status is an answer, never an error.

use crate::failure::{Because as _, Failure, Result};
use serde_json::Value;
use std::sync::LazyLock;
use std::time::Duration;
use ureq::{Agent, Body, http};

/// Longer than anything local takes, shorter than a person waits.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// `null` where the body isn't JSON.
    pub body: Value,
}

pub fn get(address: &str, bearer: Option<&str>) -> Result<Answer> {
    let mut request = agent().get(address);
    if let Some(secret) = bearer {
        request = request.header("authorization", format!("Bearer {secret}"));
    }
    read(address, request.call())
}

pub fn post(address: &str, bearer: &str, body: &Value) -> Result<Answer> {
    let request = agent().post(address).header("authorization", format!("Bearer {bearer}"));
    read(address, request.content_type("application/json").send(body.to_string()))
}

/// The same, with an idempotency key.
pub fn post_once(address: &str, bearer: &str, key: &str, body: &Value) -> Result<Answer> {
    let request = agent().post(address).header("authorization", format!("Bearer {bearer}"));
    read(address, request.header("idempotency-key", key).content_type("application/json").send(body.to_string()))
}

pub fn patch(address: &str, bearer: &str, body: &Value) -> Result<Answer> {
    let request = agent().patch(address).header("authorization", format!("Bearer {bearer}"));
    read(address, request.content_type("application/json").send(body.to_string()))
}

/// What a browser tells on its way; nothing of the answer matters.
pub fn beacon(address: &str, headers: &[(&str, &str)], body: &Value) -> Result<()> {
    let mut request = agent().post(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    read(address, request.content_type("text/plain").send(body.to_string())).map(drop)
}

pub fn put(address: &str, bearer: &str, body: &Value) -> Result<Answer> {
    let request = agent().put(address).header("authorization", format!("Bearer {bearer}"));
    read(address, request.content_type("application/json").send(body.to_string()))
}

/// Posts a batch, a line each, and gives the lines of the answer.
pub fn post_lines(address: &str, bearer: &str, lines: &[Value]) -> Result<Vec<Value>> {
    let body = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let request = agent().post(address).header("authorization", format!("Bearer {bearer}"));
    let (status, text) = text(address, request.content_type("application/x-ndjson").send(body))?;
    if status != 200 {
        return Err(answer(status, &text).refusal("The batch"));
    }
    text.lines().map(|line| serde_json::from_str(line).because(|| format!("{address} answered no JSON"))).collect()
}

/// The cookie that a link sets, as `name=value`; what it leads to isn't asked for.
pub fn cookie(address: &str, headers: &[(&str, &str)]) -> Result<Option<String>> {
    let mut request = agent().get(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.call().because(|| format!("{address} doesn't answer"))?;
    let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
    Ok(cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned))
}

impl Answer {
    /// What was refused, in the API's own words, each fault on a line of its own.
    pub fn refusal(&self, what: &str) -> Failure {
        let error = self.body.get("error");
        let message =
            error.and_then(|error| error.get("message")).and_then(Value::as_str).unwrap_or("no reason was given");
        let faults = error
            .and_then(|error| error.get("faults"))
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let text = |fault: &Value, key: &str| fault.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
        let lines: Vec<String> =
            faults.iter().map(|fault| format!("\n  {}: {}", text(fault, "path"), text(fault, "message"))).collect();
        Failure::new(format!("{what} was refused ({}): {message}{}", self.status, lines.concat()))
    }
}

/// Keeps connections, each for what comes next.
fn agent() -> &'static Agent {
    static AGENT: LazyLock<Agent> = LazyLock::new(|| {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
        config.timeout_global(Some(PATIENCE)).build().into()
    });
    &AGENT
}

fn read(address: &str, answered: Result<http::Response<Body>, ureq::Error>) -> Result<Answer> {
    text(address, answered).map(|(status, text)| answer(status, &text))
}

fn text(address: &str, answer: Result<http::Response<Body>, ureq::Error>) -> Result<(u16, String)> {
    let mut answer = answer.because(|| format!("{address} doesn't answer"))?;
    let text = answer.body_mut().read_to_string().because(|| format!("{address} broke off its answer"))?;
    Ok((answer.status().as_u16(), text))
}

fn answer(status: u16, text: &str) -> Answer {
    Answer { status, body: serde_json::from_str(text).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::Answer;
    use serde_json::json;

    #[test]
    fn a_refusal_names_every_fault() {
        let body = json!({"error": {"code": "invalid", "message": "Two faults.", "faults": [
            {"path": "rewards[0].kind", "code": "unknown", "message": "There is no kind \"x\"."},
            {"path": "site", "code": "not_an_address", "message": "It isn't an address."}]}});
        let text = Answer { status: 422, body }.refusal("The program file p.json").to_string();
        assert!(text.starts_with("The program file p.json was refused (422): Two faults."), "{text}");
        assert!(
            text.contains("\n  rewards[0].kind: There is no kind") && text.contains("\n  site: It isn't"),
            "{text}"
        );
    }
}
