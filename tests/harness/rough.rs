//! A receiver that does what receivers do at their worst: fails, stalls, breaks off, leads elsewhere, asks for patience.
//! Each request has a thread of its own, so one that stalls holds no other.

use crate::receiver::Received;
use std::collections::{BTreeSet, HashSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// What it does with a request from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// A status, headers of its own (whole lines), and a body.
    Answers(u16, &'static str, String),
    /// Takes the request and says nothing.
    Stalls,
    /// Says 200, begins its body, and says no more.
    StallsInTheBody,
    /// Says 200 and goes on for ever.
    NeverEnds,
    /// Closes the connection as if it had been cut.
    Resets,
    /// Answers 500 to the first request of each id, and 200 to those that follow.
    FailsFirst,
}

impl Manner {
    pub fn status(status: u16) -> Self {
        Self::Answers(status, "", String::new())
    }
}

/// A request, and when it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub at: Instant,
    pub request: Received,
}

pub struct Rough {
    pub url: String,
    manner: Arc<Mutex<Manner>>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Rough {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (manner, arrived) = (Arc::new(Mutex::new(manner)), Arc::new(Mutex::new(Vec::new())));
        let (how, list) = (manner.clone(), arrived.clone());
        let seen: Arc<Mutex<HashSet<String>>> = Arc::default();
        // It lives as long as the test's process: what stalls may be in the middle of it.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (how, list, seen) = (how.clone(), list.clone(), seen.clone());
                std::thread::spawn(move || serve(&stream, &how, &list, &seen));
            }
        });
        Self { url, manner, arrived }
    }

    pub fn is_now(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// The ids that were answered 2xx.
    pub fn taken(&self) -> BTreeSet<String> {
        let taken = self.arrived().into_iter().filter(|one| (200..300).contains(&one.request.status));
        taken.map(|one| one.request.id).collect()
    }

    /// How many requests there were.
    pub fn count(&self) -> usize {
        self.arrived.lock().unwrap().len()
    }
}

/// One connection: requests, one after the other.
fn serve(
    stream: &TcpStream,
    how: &Mutex<Manner>,
    list: &Mutex<Vec<Arrived>>,
    seen: &Mutex<HashSet<String>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = read(&mut reader)?;
        let manner = how.lock().unwrap().clone();
        let (status, headers, body) = match &manner {
            Manner::Answers(status, headers, body) => (*status, *headers, body.clone()),
            Manner::FailsFirst if seen.lock().unwrap().insert(request.id.clone()) => (500, "", String::new()),
            Manner::FailsFirst => (200, "", String::new()),
            _ => (0, "", String::new()),
        };
        request.status = status;
        list.lock().unwrap().push(Arrived { at: Instant::now(), request });
        let mut writer = stream;
        match manner {
            Manner::Answers(..) | Manner::FailsFirst => {
                let length = body.len();
                write!(writer, "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}").ok()?;
            }
            Manner::Stalls => std::thread::park(),
            Manner::StallsInTheBody => {
                write!(writer, "HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\nhalf").ok()?;
                std::thread::park();
            }
            Manner::NeverEnds => {
                write!(writer, "HTTP/1.1 200 X\r\n\r\n").ok()?;
                loop {
                    writer.write_all(&[b'x'; 4_096]).ok()?;
                }
            }
            Manner::Resets => return None,
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Received> {
    let (mut headers, mut length, mut line) = (Vec::new(), 0, String::new());
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let id = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("webhook-id"));
    let id = id.map(|(_, value)| value.clone()).unwrap_or_default();
    Some(Received { id, headers, body: String::from_utf8(body).ok()?, status: 0 })
}
