//! What both WebAssembly builds ask of cargo.

use crate::place::Place;
use crate::setup::{Kind, Toolchain};
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
