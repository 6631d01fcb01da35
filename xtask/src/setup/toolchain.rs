//! The toolchain of the two WebAssembly builds: one that may rebuild `std`, with the source of its own `std`.
//!
//! Either the pinned nightly by rustup, or Debian's `rustc-web` packages. A nightly of another date is never used:
//! it may lack the source, and would make other bytes.

use super::{debian, wrappers};
use crate::failure::{Because as _, Failure, Result};
use crate::pinned::{DEBIAN_PAIR, NIGHTLY};
use crate::place::Place;
use crate::{run, say};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A slow line takes a few minutes for the 100 MB.
const LONGEST_DOWNLOAD: Duration = Duration::from_mins(15);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rustup,
    Debian,
}

#[derive(Debug, Clone)]
pub(crate) struct Toolchain {
    pub(crate) kind: Kind,
    pub(crate) cargo: PathBuf,
    pub(crate) rustc: PathBuf,
    pub(crate) sysroot: PathBuf,
    /// What `rustc -vV` says: part of every key of the cache.
    pub(crate) version: String,
    /// A folder with `cargo`, `rustc` and `rustup` that mean this toolchain, for programs that ask for `+nightly`.
    pub(crate) wrappers: PathBuf,
}

/// The toolchain that is there already, or else the first that can be installed.
/// `HONEYGUIDE_TOOLCHAIN=rustup|debian` allows only the one.
pub(crate) fn choose(place: &Place) -> Result<Toolchain> {
    let allowed = allowed(env::var("HONEYGUIDE_TOOLCHAIN").ok().as_deref())?;
    let found = allowed.iter().find_map(|kind| look(*kind));
    let mut toolchain = match found {
        Some(toolchain) => toolchain,
        None => install_first(allowed)?,
    };
    toolchain.wrappers = wrappers::write(place, &toolchain)?;
    Ok(toolchain)
}

fn allowed(choice: Option<&str>) -> Result<&'static [Kind]> {
    match choice {
        None | Some("") => Ok(&[Kind::Rustup, Kind::Debian]),
        Some("rustup") => Ok(&[Kind::Rustup]),
        Some("debian") => Ok(&[Kind::Debian]),
        Some(other) => {
            Err(Failure::new(format!("HONEYGUIDE_TOOLCHAIN is \"{other}\"; it may be \"rustup\" or \"debian\".")))
        }
    }
}

fn look(kind: Kind) -> Option<Toolchain> {
    let (cargo, rustc) = match kind {
        Kind::Rustup => (rustup_which("cargo")?, rustup_which("rustc")?),
        Kind::Debian => {
            if !debian::installed(&DEBIAN_PAIR) {
                return None;
            }
            ("/usr/bin/cargo".into(), "/usr/bin/rustc".into())
        }
    };
    let sysroot = PathBuf::from(ask(&rustc, &["--print", "sysroot"])?);
    let version = ask(&rustc, &["-vV"])?;
    let has_source = sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").is_file();
    has_source.then(|| Toolchain { kind, cargo, rustc, sysroot, version, wrappers: PathBuf::new() })
}

fn install_first(allowed: &[Kind]) -> Result<Toolchain> {
    for kind in allowed {
        let installed = match kind {
            Kind::Rustup => rustup_install(),
            Kind::Debian => {
                debian::install(&DEBIAN_PAIR, "a Rust compiler with WebAssembly, and the source of its `std`")
            }
        };
        match installed
            .and_then(|()| look(*kind).because(|| "the toolchain was installed and still can't be used".into()))
        {
            Ok(toolchain) => return Ok(toolchain),
            Err(failure) => say::line(format!("  didn't work: {failure}")),
        }
    }
    // Why, was said above.
    let ways: Vec<String> = allowed.iter().map(|kind| kind.by_hand()).collect();
    Err(Failure::new(format!(
        "A Rust toolchain that can rebuild `std` for WebAssembly is missing, and couldn't be installed; {} must work here.",
        ways.join(" or ")
    )))
}

impl Kind {
    fn by_hand(self) -> String {
        match self {
            Self::Rustup => format!("`rustup toolchain install {NIGHTLY} --component rust-src`"),
            Self::Debian => format!("`apt-get install {}`", DEBIAN_PAIR.join(" ")),
        }
    }
}

fn rustup_install() -> Result<()> {
    run::find("rustup").because(|| "there is no `rustup` on the PATH".into())?;
    say::step(&format!("rustup toolchain {NIGHTLY}: rebuilds `std` for the two WebAssembly builds"), || {
        let mut rustup = Command::new("rustup");
        rustup
            .args([
                "toolchain",
                "install",
                NIGHTLY,
                "--profile",
                "minimal",
                "--component",
                "rust-src",
                "--no-self-update",
            ])
            .envs([("RUSTUP_MAX_RETRIES", "1"), ("RUSTUP_DOWNLOAD_TIMEOUT", "30")]);
        run::bounded(rustup, "`rustup toolchain install`", LONGEST_DOWNLOAD)
    })
}

fn rustup_which(program: &str) -> Option<PathBuf> {
    let mut rustup = Command::new("rustup");
    rustup.args(["which", "--toolchain", NIGHTLY, program]).env("RUSTUP_AUTO_INSTALL", "0");
    run::ask(rustup).map(PathBuf::from).filter(|path| path.is_file())
}

fn ask(rustc: &Path, arguments: &[&str]) -> Option<String> {
    let mut question = Command::new(rustc);
    question.args(arguments);
    run::ask(question)
}

#[cfg(test)]
mod tests {
    use super::{Kind, allowed};

    #[test]
    fn the_choice_is_one_of_two_words() {
        assert_eq!(allowed(None), Ok([Kind::Rustup, Kind::Debian].as_slice()));
        assert_eq!(allowed(Some("debian")), Ok([Kind::Debian].as_slice()));
        assert!(allowed(Some("nightly")).is_err_and(|failure| failure.to_string().contains("\"nightly\"")));
    }
}
