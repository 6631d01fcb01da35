//! The demo shop's process: a site of its own, which knows the edge by its address and keys only.

use super::data::Keys;
use crate::failure::{Because as _, Failure, Result};
use crate::place::Place;
use crate::{http, run};
use nix::sys::signal::Signal;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const LONGEST_START: Duration = Duration::from_secs(30);
const LONGEST_STOP: Duration = Duration::from_secs(3);

/// Killed when this is dropped.
#[derive(Debug)]
pub(super) struct Shop(Child);

impl Shop {
    /// Returns when it answers.
    pub(super) fn start(place: &Place, data: &Path, edge: &str, port: u16, keys: &Keys) -> Result<Self> {
        let data = std::path::absolute(data.join("demo")).because(|| format!("{} isn't a path", data.display()))?;
        let mut node = run::tied("node");
        node.arg(place.root().join("www/demo/server.mjs"))
            .current_dir(place.root())
            .env("PORT", port.to_string())
            .env("EDGE", edge)
            .env("PROGRAM", &keys.program)
            .env("SECRET_KEY", &keys.secret_key)
            .env("PUBLISHABLE_KEY", &keys.publishable_key)
            .env("IDENTITY_SECRET", &keys.identity_secret)
            .env("DATA_DIR", data)
            .stdin(Stdio::null())
            .stdout(run::to_stderr())
            .process_group(0);
        let mut shop = Self(node.spawn().because(|| "The demo shop can't be started".into())?);
        let begun = Instant::now();
        let address = format!("http://127.0.0.1:{port}/healthz");
        while !http::get(&address, None).is_ok_and(|answer| answer.status == 200) {
            if let Some(how) = shop.ended() {
                return Err(Failure::new(format!("The demo shop didn't start ({how}); what it said is above.")));
            }
            if begun.elapsed() > LONGEST_START {
                return Err(Failure::new(format!("The demo shop doesn't answer at {address}.")));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(shop)
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<String> {
        self.0.try_wait().ok().flatten().map(|status| status.to_string())
    }

    pub(super) fn stop(&mut self) {
        run::signal(&self.0, Signal::SIGTERM);
        if !matches!(run::wait(&mut self.0, LONGEST_STOP), Ok(Some(_))) {
            let _gone = self.0.kill();
            let _reaped = self.0.wait();
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}
