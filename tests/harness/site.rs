//! A site of one page, under any policy: it passes `/r/` on to the edge, as a shop's proxy would.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub struct Site {
    pub url: String,
    child: Child,
}

impl Site {
    /// `policy` is the page's Content-Security-Policy, or empty; `page` its HTML.
    pub fn start(edge: &str, policy: &str, page: &str) -> Self {
        let mut child = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/site.mjs"))
            .envs([("EDGE", edge), ("POLICY", policy), ("PAGE", page)])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { url: format!("http://127.0.0.1:{}", port.trim()), child }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
