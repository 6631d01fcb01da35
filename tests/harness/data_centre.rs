//! A data centre's cache as the runtime speaks to it, which can be broken in the middle of a test.
//!
//! A look is `GET` with `cache-control: only-if-cached`, and its answer says `cf-cache-status: HIT` or `MISS`. To keep is
//! `PUT`, whose body is a whole HTTP response.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tiny_http::{Header, Method, Request, Response, Server};

/// How it answers from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    Well,
    /// Everything is there, and nothing of it is ours.
    Garbage,
    /// What comes isn't HTTP: the Cache API throws.
    Noise,
    /// No answer comes.
    Never,
}

#[derive(Default)]
struct Kept {
    pages: Mutex<HashMap<String, String>>,
    hits: AtomicU64,
    /// Requests that hear nothing, for as long as this lives.
    silent: Mutex<Vec<Request>>,
}

pub struct DataCentre {
    pub address: String,
    answers: Arc<Mutex<Answers>>,
    kept: Arc<Kept>,
    server: Arc<Server>,
}

impl DataCentre {
    pub fn start() -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let address = server.server_addr().to_string();
        let (answers, kept) = (Arc::new(Mutex::new(Answers::Well)), Arc::new(Kept::default()));
        let (serving, how, store) = (server.clone(), answers.clone(), kept.clone());
        std::thread::spawn(move || {
            for request in serving.incoming_requests() {
                let how = *how.lock().unwrap();
                store.answer(request, how);
            }
        });
        Self { address, answers, kept, server }
    }

    pub fn answer(&self, how: Answers) {
        *self.answers.lock().unwrap() = how;
        self.kept.silent.lock().unwrap().clear();
    }

    /// How often something was found here.
    pub fn hits(&self) -> u64 {
        self.kept.hits.load(Ordering::SeqCst)
    }
}

impl Kept {
    fn answer(&self, mut request: Request, how: Answers) {
        match how {
            Answers::Well => {}
            Answers::Garbage => return found(request, "<html>502 bad gateway</html>"),
            Answers::Noise => {
                let mut connection = request.into_writer();
                let _ = connection.write_all(b"gone\r\n\r\n").and_then(|()| connection.flush());
                return;
            }
            Answers::Never => return self.silent.lock().unwrap().push(request),
        }
        let address = request.url().to_owned();
        if request.method() == &Method::Put {
            let mut whole = String::new();
            request.as_reader().read_to_string(&mut whole).unwrap();
            let (_, page) = whole.split_once("\r\n\r\n").expect("a whole response is kept");
            self.pages.lock().unwrap().insert(address, page.to_owned());
            let _ = request.respond(Response::empty(204));
            return;
        }
        let page = self.pages.lock().unwrap().get(&address).cloned();
        match page {
            Some(page) => {
                self.hits.fetch_add(1, Ordering::SeqCst);
                found(request, &page);
            }
            None => drop(request.respond(Response::empty(504).with_header(status("MISS")))),
        }
    }
}

fn found(request: Request, page: &str) {
    let _ = request.respond(Response::from_string(page).with_header(status("HIT")));
}

fn status(word: &str) -> Header {
    Header::from_bytes("cf-cache-status", word).unwrap()
}

impl Drop for DataCentre {
    fn drop(&mut self) {
        self.server.unblock();
    }
}
