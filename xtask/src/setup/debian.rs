//! Debian's packages, by `apt-get`.

use crate::failure::{Because as _, Failure, Result};
use crate::{run, say};
use std::process::Command;

/// Whether all of them are installed.
pub(crate) fn installed(packages: &[&str]) -> bool {
    let mut question = Command::new("dpkg-query");
    question.args(["--show", "--showformat", "${db:Status-Status}\n"]).args(packages);
    run::ask(question).is_some_and(|states| {
        states.lines().count() == packages.len() && states.lines().all(|state| state == "installed")
    })
}

/// Installs the packages of those programs that aren't on the PATH. `what` they are for is said.
pub(crate) fn programs(wanted: &[(&str, &str)], what: &str) -> Result<()> {
    let missing: Vec<&str> =
        wanted.iter().filter(|(program, _)| run::find(program).is_none()).map(|(_, package)| *package).collect();
    if missing.is_empty() { Ok(()) } else { install(&missing, what) }
}

/// Installs packages, with `sudo` where we aren't root.
pub(crate) fn install(packages: &[&str], what: &str) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!("run `sudo apt-get install {list}` by hand");
    if run::find("apt-get").is_none() {
        return Err(Failure::new(format!("{list} can't be installed ({what}): there is no `apt-get` here.")));
    }
    say::step(&format!("Debian packages {list}: {what}"), || {
        if !packages.iter().all(|package| is_known(package)) {
            run::quiet(apt_get(&["update", "--quiet"]), "`apt-get update`")
                .because(|| format!("{list} can't be found (is there a network?); {by_hand}"))?;
        }
        let mut install = apt_get(&["install", "--yes", "--quiet", "--no-install-recommends"]);
        install.args(packages);
        run::quiet(install, "`apt-get install`").because(|| format!("{list} can't be installed; {by_hand}"))
    })
    .map(drop)
}

fn is_known(package: &str) -> bool {
    let mut question = Command::new("apt-cache");
    question.args(["show", "--no-all-versions", package]);
    run::ask(question).is_some()
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = if nix::unistd::geteuid().is_root() {
        Command::new("env")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["--non-interactive", "env"]);
        sudo
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
    command
}
