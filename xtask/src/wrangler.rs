//! Cloudflare's own tool, asked whether it takes what we built. It reports nothing to anyone, and needs no account.

use crate::failure::{Because as _, Failure, Result};
use crate::local::Secrets;
use crate::place::Place;
use crate::{http, ports, run, say};
use nix::sys::signal::Signal;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const LONGEST_START: Duration = Duration::from_secs(90);
const LONGEST_STOP: Duration = Duration::from_secs(10);

/// `wrangler deploy --dry-run` in a folder.
pub(crate) fn accepts(place: &Place, folder: &Path, config: &str) -> Result<()> {
    say::step(&format!("`wrangler deploy --dry-run` of {}", folder.join(config).display()), || {
        let mut command = wrangler(place);
        command.args(["deploy", "--dry-run", "--config", config]).current_dir(folder);
        run::quiet(command, "`wrangler deploy --dry-run`").map(drop)
    })
}

/// `wrangler dev`, until it has answered `/healthz` once.
pub(crate) fn serves(place: &Place) -> Result<()> {
    say::step("`wrangler dev` of edge/wrangler.toml", || {
        let port = ports::free()?;
        let state = place.built("wrangler-dev");
        let log = place.built("wrangler-dev.log");
        let output = fs::File::create(&log).because(|| format!("{} can't be written", log.display()))?;
        let errors = output.try_clone().because(|| format!("{} can't be written", log.display()))?;
        know_no_visitor(place)?;
        let secrets = Secrets::random()?;
        let mut command = wrangler(place);
        command
            .args([
                "dev",
                "--config",
                "edge/wrangler.toml",
                "--ip",
                "127.0.0.1",
                "--show-interactive-dev-session=false",
            ])
            .args(["--port", &port.to_string(), "--inspector-port", "0", "--persist-to"])
            .arg(&state)
            .args([
                "--var",
                &format!("HONEYGUIDE_SECRET:{}", secrets.honeyguide),
                &format!("ADMIN_SECRET:{}", secrets.admin),
            ])
            .current_dir(place.root())
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0);
        let mut child = command.spawn().because(|| "`wrangler dev` can't be started".into())?;
        let address = format!("http://127.0.0.1:{port}/healthz");
        let begun = Instant::now();
        let mut served = false;
        while !served && begun.elapsed() < LONGEST_START && matches!(child.try_wait(), Ok(None)) {
            served = http::get(&address, None).is_ok_and(|answer| answer.status == 200);
            thread::sleep(Duration::from_millis(100));
        }
        run::signal_group(&child, Signal::SIGTERM);
        if !matches!(run::wait(&mut child, LONGEST_STOP), Ok(Some(_))) {
            run::signal_group(&child, Signal::SIGKILL);
        }
        let _reaped = child.wait();
        let failed =
            || Failure::new(format!("`wrangler dev` didn't answer {address}; what it said is in {}.", log.display()));
        if served { Ok(()) } else { Err(failed()) }
    })
}

/// `wrangler dev` asks Cloudflare once a month what a request from here would look like. This answers it, unasked.
fn know_no_visitor(place: &Place) -> Result<()> {
    let folder = place.node_modules(".mf");
    let failed = || format!("{} can't be written", folder.display());
    fs::create_dir_all(&folder).because(failed)?;
    fs::write(folder.join("cf.json"), "{}").because(failed)
}

fn wrangler(place: &Place) -> Command {
    let mut command = run::tied(place.node_modules(".bin/wrangler"));
    command
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_SEND_ERROR_REPORTS", "false")
        // With the banner goes the question whether there is a newer wrangler.
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("WRANGLER_LOG_PATH", place.built("wrangler-logs"))
        .env("CI", "true")
        .env("NO_COLOR", "1");
    command
}
