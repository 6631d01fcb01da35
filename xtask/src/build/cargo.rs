//! What all WebAssembly builds ask of cargo.

use crate::failure::Result;
use crate::place::Place;
use crate::run;
use crate::setup::{Kind, Kit, Toolchain};
use std::env;
use std::path::PathBuf;

/// The folder of compiled dependencies, shared by every checkout of this user. Builds with other flags rebuild `std`,
/// so each has its own. Cargo knows by itself what a changed lock file means.
pub(super) fn target_dir(place: &Place, toolchain: &Toolchain, what: &str) -> PathBuf {
    let kind = match toolchain.kind {
        Kind::Rustup => "rustup",
        Kind::Debian => "debian",
    };
    place.cache(&format!("target/{what}-{kind}"))
}

/// A module for browsers: a package of ours, compiled for size.
pub(super) struct Module {
    /// The end of the package's name: `widget` of `honeyguide-widget`.
    pub(super) name: &'static str,
    /// Also how `std` is built.
    pub(super) cargo_flags: &'static [&'static str],
    pub(super) rustflags: String,
    pub(super) opt_level: &'static str,
    pub(super) strip: &'static str,
}

impl Module {
    /// The module as cargo makes it. wasm-bindgen and wasm-opt are still to come.
    pub(super) fn compile(&self, place: &Place, kit: &Kit) -> Result<PathBuf> {
        let target = target_dir(place, &kit.toolchain, self.name);
        let mut build = run::tied(kit.toolchain.wrappers.join("cargo"));
        build
            .args(["build", "--release", "--locked", "--package", &format!("honeyguide-{}", self.name)])
            .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
            .arg(&target)
            .args(self.cargo_flags)
            .current_dir(place.root())
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level)
            .env("CARGO_PROFILE_RELEASE_STRIP", self.strip)
            .env("RUSTFLAGS", format!("{} {}", self.rustflags, remap(place, &kit.toolchain)))
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUST_BACKTRACE")
            .envs(ENVIRONMENT);
        run::quiet(build, &format!("`cargo build` of {}", self.name))?;
        Ok(target.join(format!("wasm32-unknown-unknown/release/honeyguide_{}.wasm", self.name)))
    }
}

/// Settings that cargo reads from the environment. Sources count as changed when their content does: times lie, after
/// a checkout or a copy.
pub(super) const ENVIRONMENT: [(&str, &str); 2] =
    [("CARGO_UNSTABLE_CHECKSUM_FRESHNESS", "true"), ("CARGO_TERM_COLOR", "never")];

/// Keeps this machine's folders out of what ships: they would differ on every machine, and name its user.
pub(super) fn remap(place: &Place, toolchain: &Toolchain) -> String {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo_home = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    [
        (cargo_home, "/cargo"),
        (toolchain.sysroot.join("lib/rustlib/src/rust"), "/rust"),
        (place.root().to_path_buf(), "/honeyguide"),
    ]
    .into_iter()
    // The flags are split at spaces, so such a folder stays as it is.
    .filter(|(folder, _)| !folder.to_string_lossy().contains(' '))
    .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
    .collect::<Vec<_>>()
    .join(" ")
}
