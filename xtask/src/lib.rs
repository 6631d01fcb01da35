//! The bench hand: builds, starts and measures Honeyguide.
//!
//! As a program it is `cargo dev`, `cargo verify`, `cargo bench-edge`, `cargo program-lint`, `cargo ledger-check` and
//! `cargo ship`. As a library it lends the journeys its way of starting the edge (`local`) and of finding what was built
//! (`place`). It decides nothing about referrals, and nothing that ships depends on it.

mod bench;
mod bots;
mod budget;
mod build;
pub mod command;
mod dev;
pub mod failure;
pub mod http;
mod ledger_check;
mod lint;
pub mod local;
pub mod pinned;
pub mod place;
mod ports;
mod run;
mod say;
mod setup;
mod ship;
mod verify;
mod wrangler;

use command::Command;
use failure::Result;
use place::Place;

/// Carries out one command.
pub fn carry_out(command: Command) -> Result<()> {
    let place = Place::find()?;
    match command {
        Command::Help => {
            say::line(command::HELP);
            Ok(())
        }
        Command::Setup => setup::for_build(&place).map(drop),
        Command::Build => build::everything(&place).map(drop),
        Command::Widget => build::widget_alone(&place).map(drop),
        Command::Console => build::console_alone(&place).map(drop),
        Command::Words => words(&place),
        Command::Dev(options) => dev::dev(&place, &options),
        Command::Verify => verify::verify(&place),
        Command::Bench(options) => bench::bench(&place, &options),
        Command::Ship => ship::ship(&place),
        Command::LedgerCheck(options) => ledger_check::ledger_check(&options),
        Command::Fill(options) => bench::fill(&place, &options),
        Command::Bots(options) => bots::bots(&place, options),
        Command::Lint(options) => lint::lint(&options),
    }
}

/// Lists what the words of the widget and of the messages lack; nothing is a failure.
fn words(place: &Place) -> Result<()> {
    let faults = build::faults_of_words(place.root())?;
    for fault in &faults {
        say::line(fault);
    }
    if faults.is_empty() {
        say::line("no language lacks a word");
    }
    Ok(())
}
