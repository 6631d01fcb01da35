//! Node, and the npm packages of `package-lock.json`.

use crate::failure::{Because as _, Failure, Result};
use crate::pinned::NODE;
use crate::place::Place;
use crate::{run, say};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::process::Command;

/// Node must be there: it is a prerequisite, like rustup's stable Rust.
pub(crate) fn check() -> Result<()> {
    let (major, minor) = NODE;
    let mut node = Command::new("node");
    node.arg("--version");
    let version = run::ask(node)
        .because(|| format!("Node {major}.{minor} or newer is needed, and there is no `node` on the PATH."))?;
    if !is_new_enough(&version) {
        return Err(Failure::new(format!("Node {major}.{minor} or newer is needed, and `node` is {version}.")));
    }
    run::find("npm").because(|| "`npm` is needed (it comes with Node), and it isn't on the PATH.".into())?;
    Ok(())
}

/// Installs the pinned npm packages, unless exactly these are installed.
pub(crate) fn packages(place: &Place) -> Result<()> {
    let lock = place.root().join("package-lock.json");
    let content = fs::read(&lock).because(|| format!("{} can't be read", lock.display()))?;
    let wanted = crate::build::hex(&Sha256::digest(content));
    let stamp = place.node_modules(".honeyguide-stamp");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && place.workerd().is_file() {
        return Ok(());
    }
    say::step(
        "npm packages: workerd (runs the edge), wrangler (deploys it), esbuild and wasm-opt (make it small)",
        || {
            let mut npm = run::tied("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"])
                .current_dir(place.root());
            run::quiet(npm, "`npm ci`")
                .because(|| "The npm packages can't be installed (is there a network?)".into())?;
            fs::write(&stamp, wanted).because(|| format!("{} can't be written", stamp.display()))
        },
    )
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= NODE
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn node_20_3_is_the_oldest() {
        assert!(is_new_enough("v20.3.0") && is_new_enough("v22.0.1"));
        assert!(!is_new_enough("v20.2.9") && !is_new_enough("v18.20.0") && !is_new_enough("what"));
    }
}
