//! `cargo verify`: everything that must hold before a change lands. CI runs exactly this.
//!
//! The steps are in the order in which they are cheap to fail.

use crate::failure::{Because as _, Failure, Result};
use crate::place::Place;
use crate::{budget, build, run, say, setup, wrangler};
use std::time::Instant;

/// What is said of a step, and the command that does it.
const BEFORE_THE_BUILDS: [(&str, &str); 3] = [
    ("format", "cargo fmt --all --check"),
    ("lints, as errors", "cargo clippy --quiet --workspace --all-targets --all-features -- --deny warnings"),
    ("host tests", "cargo test --quiet --workspace --exclude honeyguide-tests"),
];
const SHOP: (&str, &str) = ("the demo shop's own tests", "node --test www/demo/");
const JOURNEYS: (&str, &str) = ("the tidy test and the journeys", "cargo test --package honeyguide-tests");

pub(crate) fn verify(place: &Place) -> Result<()> {
    let begun = Instant::now();
    components()?;
    setup::browser()?;
    for (what, line) in BEFORE_THE_BUILDS {
        step(place, what, line)?;
    }
    say::step("the widget's words, in every language", || words(place))?;
    let sizes = build::everything(place)?;
    say::step("size budgets", || budget::check(&sizes))?;
    wrangler::accepts(place, place.root(), "edge/wrangler.toml")?;
    wrangler::serves(place)?;
    step(place, SHOP.0, SHOP.1)?;
    step(place, JOURNEYS.0, JOURNEYS.1)?;
    say::line(format!("verified in {}", say::duration(begun.elapsed())));
    Ok(())
}

fn words(place: &Place) -> Result<()> {
    let faults = build::faults_of_words(place.root())?;
    if faults.is_empty() { Ok(()) } else { Err(Failure::new(faults.join("\n"))) }
}

fn step(place: &Place, what: &str, line: &str) -> Result<()> {
    say::step(what, || {
        let mut words = line.split(' ');
        let mut command = run::tied(words.next().unwrap_or_default());
        command.args(words).current_dir(place.root());
        run::loud(command, what).map_err(|_| Failure::new(format!("{what}: failed. To run it again: {line}")))
    })
}

/// rustup's minimal profile comes without these.
fn components() -> Result<()> {
    let missing: Vec<&str> = [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")]
        .into_iter()
        .filter(|(program, _)| {
            let mut question = std::process::Command::new(program);
            question.arg("--version");
            run::ask(question).is_none()
        })
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    say::step(&format!("rustup components {}: format and lints", missing.join(" ")), || {
        let mut rustup = run::tied("rustup");
        rustup.args(["component", "add"]).args(&missing);
        run::quiet(rustup, "`rustup component add`").because(|| "They can't be installed (is there a network?)".into())
    })
    .map(drop)
}
