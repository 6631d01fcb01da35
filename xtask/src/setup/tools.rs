//! The two programs that `cargo install` builds, kept in the cache folder by version.

use crate::failure::{Because as _, Result};
use crate::pinned::Tool;
use crate::place::Place;
use crate::{run, say};
use std::path::PathBuf;
use std::process::Command;

/// The program's path, after installing it where it is missing. `what` it does is said.
pub(crate) fn install(place: &Place, tool: &Tool, what: &str) -> Result<PathBuf> {
    let Tool { name, version, program } = tool;
    let root = place.cache(&format!("tools/{name}-{version}"));
    let path = root.join("bin").join(program);
    if runs(&path) {
        return Ok(path);
    }
    say::step(&format!("{name} {version}: {what} (compiled once, 2 to 4 minutes)"), || {
        // Its own lock file first. Where a crate that it names was withdrawn, the newest that fits does as well.
        let with = |lock: &[&str]| {
            let mut cargo = run::tied("cargo");
            cargo
                .args(["install", "--quiet", "--force", name, "--version", &format!("={version}"), "--root"])
                .arg(&root)
                .args(lock)
                .env_remove("CARGO_TARGET_DIR")
                .current_dir(place.cache(""));
            run::quiet(cargo, "`cargo install`")
        };
        let installed = with(&["--locked"]).or_else(|_| {
            say::line(format!("  the lock file of {name} can't be followed; taking the newest crates that fit"));
            with(&[])
        });
        installed.because(|| format!("{name} can't be installed (is there a network?)"))
    })?;
    Ok(path)
}

fn runs(program: &std::path::Path) -> bool {
    let mut question = Command::new(program);
    question.arg("--version");
    run::ask(question).is_some()
}
