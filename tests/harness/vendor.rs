//! A vendor's API, played on loopback: it keeps what it is sent, and answers what the test says, which can be switched
//! in between.

use serde_json::Value;
use std::sync::{Arc, Mutex};

/// One request that arrived.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Call {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub struct Vendor {
    /// Where it is: what stands for the vendor's own address.
    pub url: String,
    answer: Arc<Mutex<(u16, String)>>,
    calls: Arc<Mutex<Vec<Call>>>,
    server: Arc<tiny_http::Server>,
}

impl Vendor {
    /// One that answers every request with this.
    pub fn answering(status: u16, body: &str) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").unwrap());
        let url = format!("http://{}", server.server_addr());
        let answer = Arc::new(Mutex::new((status, body.to_owned())));
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (serving, switch, list) = (server.clone(), answer.clone(), calls.clone());
        std::thread::spawn(move || {
            for mut request in serving.incoming_requests() {
                let mut body = String::new();
                request.as_reader().read_to_string(&mut body).unwrap();
                let header =
                    |header: &tiny_http::Header| (header.field.to_string().to_lowercase(), header.value.to_string());
                let headers = request.headers().iter().map(header).collect();
                let (method, path) = (request.method().to_string(), request.url().to_owned());
                list.lock().unwrap().push(Call { method, path, headers, body });
                let (status, text) = switch.lock().unwrap().clone();
                let _ = request.respond(tiny_http::Response::from_string(text).with_status_code(status));
            }
        });
        Self { url, answer, calls, server }
    }

    /// From now on every request is answered with this.
    pub fn answer_with(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned());
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Waits until it was called this often.
    #[track_caller]
    pub fn wait_for_calls(&self, count: usize, seconds: u64) -> Vec<Call> {
        crate::wait_for(&format!("{count} calls"), seconds, || {
            let calls = self.calls();
            (calls.len() >= count).then_some(calls)
        })
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.server.unblock();
    }
}
