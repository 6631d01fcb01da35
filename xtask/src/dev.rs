//! `cargo dev`: the edge and the demo shop, on this machine, until it is told to stop.
//!
//! Invariant: standard output has one line, `ready {…}`, and only once both answer. All else is on standard error.

mod data;
mod program;
mod shop;

use crate::build;
use crate::command::Dev;
use crate::failure::{Because as _, Failure, Result};
use crate::local::{Edge, Settings};
use crate::place::Place;
use crate::{ports, say};
use data::Data;
use serde_json::json;
use shop::Shop;
use std::io::Write as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Sets up, builds, starts, says that it is ready, and waits.
pub(crate) fn dev(place: &Place, options: &Dev) -> Result<()> {
    // What can be known to fail is tried before the long work.
    ports::check(options.port)?;
    let folder = options.data.clone().unwrap_or_else(|| place.root().join(".data"));
    let mut data = Data::open(&folder)?;
    let file = options.program.clone().unwrap_or_else(|| place.root().join("www/demo/program.json"));
    let program = program::read(&file)?;
    build::for_use(place)?;
    let asked = signals()?;
    let mut settings = Settings::new(place, &folder, data.secrets()?);
    settings.port = options.port;
    let mut edge = say::step("starting the edge", || Edge::start(&settings))?;
    let shop_port = ports::of_shop(options.port)?;
    let keys = program::ensure(&edge.address(), &program.at_shop(shop_port), &mut data)?;
    let mut shop =
        say::step("starting the demo shop", || Shop::start(place, &folder, &edge.address(), shop_port, &keys))?;
    let ready = json!({
        "edge": edge.address(),
        "program": keys.program,
        "secret_key": keys.secret_key,
        "publishable_key": keys.publishable_key,
        "identity_secret": keys.identity_secret,
        "admin_secret": settings.secrets.admin,
        "demo": format!("http://shop.localhost:{shop_port}"),
        "console": format!("{}/console", edge.address()),
    });
    let mut output = std::io::stdout().lock();
    writeln!(output, "ready {ready}")
        .and_then(|()| output.flush())
        .because(|| "Standard output can't be written".into())?;
    drop(output);
    let ended = wait(&asked, &mut edge, &mut shop);
    shop.stop();
    edge.stop();
    ended
}

/// SIGINT and SIGTERM, as messages.
fn signals() -> Result<Receiver<()>> {
    let (sender, receiver) = channel();
    ctrlc::set_handler(move || {
        let _stopping_already = sender.send(());
    })
    .because(|| "Signals can't be handled".into())?;
    Ok(receiver)
}

/// Until a signal comes, or one of the two ends by itself.
fn wait(asked: &Receiver<()>, edge: &mut Edge, shop: &mut Shop) -> Result<()> {
    loop {
        match asked.recv_timeout(Duration::from_millis(200)) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                say::line("> stopping");
                return Ok(());
            }
        }
        if let Some(how) = edge.ended() {
            return Err(Failure::new(format!("The edge ended by itself ({how}); what it said is above.")));
        }
        if let Some(how) = shop.ended() {
            return Err(Failure::new(format!("The demo shop ended by itself ({how}); what it said is above.")));
        }
    }
}
