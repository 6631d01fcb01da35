//! One connection that many links are followed on, in turn. It does as little as it can, so that the edge is what is busy.

use crate::{Answer, Client};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Result, Write as _};
use std::net::TcpStream;
use std::time::Duration;

pub struct Connection {
    stream: BufReader<TcpStream>,
    /// As an address has it: name and port.
    authority: String,
}

impl Connection {
    pub fn to(client: &Client) -> Result<Self> {
        let authority = client.base.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&authority)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self { stream: BufReader::new(stream), authority })
    }

    /// Follows a link as a browser would that says these headers of itself.
    pub fn follow(&mut self, code: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        let mut request = format!("GET /r/{code} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            let _infallible = write!(request, "host: {}\r\n", self.authority);
        }
        for (name, value) in headers {
            let _infallible = write!(request, "{name}: {value}\r\n");
        }
        request.push_str("\r\n");
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.answer()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    fn answer(&mut self) -> Result<Answer> {
        let bad = |what: &str| Error::new(ErrorKind::InvalidData, what.to_owned());
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| bad(&first))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| bad(&line))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, text: String::new(), json: Value::Null };
        let length = answer.header("content-length").and_then(|length| length.parse().ok());
        let mut body = vec![0; length.ok_or_else(|| bad("an answer of unknown length"))?];
        self.stream.read_exact(&mut body)?;
        answer.text = String::from_utf8(body).map_err(|_| bad("a body that isn't UTF-8"))?;
        Ok(answer)
    }
}
