//! The entry of `cargo dev`, `cargo verify`, `cargo bench-edge` and `cargo ship`.
//!
//! What can't be done is said in plain words on standard error, and the exit code is 1 (2 for a wrong option).

use std::process::ExitCode;

fn main() -> ExitCode {
    let command = match xtask::command::parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(wrong) => {
            eprintln!("error: {wrong}");
            return ExitCode::from(2);
        }
    };
    match xtask::carry_out(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
