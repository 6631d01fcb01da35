//! A receiver of webhooks whose status can be switched in the middle of a test. Signatures are checked with the
//! library that the standard's own authors keep.

use serde_json::Value;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One request that arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub id: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// What it was answered with.
    pub status: u16,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Checks signature and time by the standard's own library.
    #[track_caller]
    pub fn verify(&self, secret: &str) {
        let mut headers = std::collections::HashMap::new();
        for (name, value) in &self.headers {
            headers.insert(name.to_ascii_lowercase(), value.clone());
        }
        let map = to_header_map(&headers);
        standardwebhooks::Webhook::new(secret).unwrap().verify(self.body.as_bytes(), &map).unwrap();
    }
}

fn to_header_map(headers: &std::collections::HashMap<String, String>) -> ureq::http::HeaderMap {
    headers
        .iter()
        .filter_map(|(name, value)| {
            let name = ureq::http::HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, ureq::http::HeaderValue::from_str(value).ok()?))
        })
        .collect()
}

pub struct Receiver {
    pub url: String,
    status: Arc<AtomicU16>,
    received: Arc<Mutex<Vec<Received>>>,
    server: Arc<tiny_http::Server>,
}

impl Receiver {
    pub fn start() -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").unwrap());
        let url = format!("http://{}/hook", server.server_addr());
        let status = Arc::new(AtomicU16::new(200));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (serving, switch, list) = (server.clone(), status.clone(), received.clone());
        std::thread::spawn(move || {
            for mut request in serving.incoming_requests() {
                let mut body = String::new();
                request.as_reader().read_to_string(&mut body).unwrap();
                let headers: Vec<(String, String)> =
                    request.headers().iter().map(|h| (h.field.to_string(), h.value.to_string())).collect();
                let id = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("webhook-id"));
                let id = id.map(|(_, value)| value.clone()).unwrap_or_default();
                let status = switch.load(Ordering::SeqCst);
                list.lock().unwrap().push(Received { id, headers, body, status });
                let _ = request.respond(tiny_http::Response::from_string("noted").with_status_code(status));
            }
        });
        Self { url, status, received, server }
    }

    /// From now on every request is answered with this.
    pub fn answer_with(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until this many distinct events were taken with 2xx.
    pub fn wait_for_events(&self, count: usize, seconds: u64) -> Vec<Received> {
        crate::wait_for(&format!("{count} events"), seconds, || {
            let taken: Vec<Received> = self.received().into_iter().filter(|one| one.status < 300).collect();
            let ids: std::collections::BTreeSet<_> = taken.iter().map(|one| one.id.clone()).collect();
            (ids.len() >= count).then_some(taken)
        })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.unblock();
        std::thread::park_timeout(Duration::from_millis(1));
    }
}
