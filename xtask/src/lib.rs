//! The bench hand: builds, starts and measures Honeyguide.
//!
//! As a program it is `cargo dev`, `cargo verify`, `cargo bench-edge` and `cargo ship`. As a library it lends the
//! journeys its way of starting the edge (`local`) and of finding what was built (`place`). It decides nothing
//! about referrals, and nothing that ships depends on it.

pub mod command;
pub mod failure;
pub mod place;
pub mod pinned;

mod build;
mod setup;
mod run;
mod say;

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
        _ => Err(failure::Failure::new("not built yet")),
    }
}
