//! The widget: the loader under its lasting name, and the core under a name that changes with its content.
//!
//! `widget.js` learns the core's name as `CORE`; the WebAssembly is `core-….js` with `_bg.wasm` for `.js`. The core learns
//! the QR module's name as `QR`.

use super::{cargo, check_wasm, copy, fresh, hex, key, provide, qr};
use crate::failure::{Because as _, Result};
use crate::place::Place;
use crate::run;
use crate::setup::Kit;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// PLATFORM's measured command for the smallest module: a panic is a trap, and `std` is built for size.
pub(super) const CARGO_FLAGS: [&str; 5] = [
    "-Zbuild-std=core,alloc,std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    "-Zpanic-immediate-abort",
    "--config",
    "profile.release.panic=\"immediate-abort\"",
];
pub(super) const RUSTFLAGS: &str = "-Cpanic=immediate-abort -Zunstable-options";
const OPT_LEVEL: &str = "z";
/// Names go in the last step: wasm-opt must read the module's list of features, which `strip = true` would take away.
pub(super) const STRIP: &str = "debuginfo";
/// The oldest JavaScript that a browser with WebAssembly, shadow roots and constructable sheets may need.
const JAVASCRIPT: &str = "--target=es2020";

pub(super) fn build(place: &Place, kit: &Kit) -> Result<()> {
    let key = key::key(
        place,
        kit,
        "widget",
        &format!("{CARGO_FLAGS:?} {RUSTFLAGS} {OPT_LEVEL} {STRIP} {JAVASCRIPT} {}", qr::FLAGS),
    )?;
    provide(place, "widget", &key, &place.assets().join("widget"), |to| make(place, kit, to))
}

fn make(place: &Place, kit: &Kit, to: &Path) -> Result<()> {
    let making = place.cache("making/widget");
    fresh(&making)?;
    bind(place, kit, &compile(place, kit)?, &making)?;
    let wasm = making.join("core_opt.wasm");
    let glue = making.join("core.min.js");
    let alias = format!("--alias:honeyguide-core={}", making.join("core.js").display());
    let qr = format!("--define:QR=\"{}\"", qr::make(place, kit, to)?);
    bundle(place, "widget/core.js", &glue, &["--format=esm", &alias, &qr])?;
    let name = format!("core-{}", short_hash(&[&wasm, &glue])?);
    let define = format!("--define:CORE=\"{name}.js\"");
    bundle(place, "widget/loader.js", &to.join("widget.js"), &["--format=iife", &define])?;
    copy(&glue, &to.join(format!("{name}.js")))?;
    copy(&wasm, &to.join(format!("{name}_bg.wasm")))?;
    check_wasm(&wasm)
}

fn compile(place: &Place, kit: &Kit) -> Result<PathBuf> {
    let target = cargo::target_dir(place, &kit.toolchain, "widget");
    let mut build = run::tied(kit.toolchain.wrappers.join("cargo"));
    build
        .args(["build", "--release", "--locked", "--package", "honeyguide-widget"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target)
        .args(CARGO_FLAGS)
        .current_dir(place.root())
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", OPT_LEVEL)
        .env("CARGO_PROFILE_RELEASE_STRIP", STRIP)
        .env("RUSTFLAGS", format!("{RUSTFLAGS} {}", cargo::remap(place, &kit.toolchain)))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUST_BACKTRACE")
        .envs(cargo::ENVIRONMENT);
    run::quiet(build, "`cargo build` of the widget")?;
    Ok(target.join("wasm32-unknown-unknown/release/honeyguide_widget.wasm"))
}

fn bind(place: &Place, kit: &Kit, wasm: &Path, making: &Path) -> Result<()> {
    let mut bindgen = run::tied(&kit.wasm_bindgen);
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "core", "--out-dir"]).arg(making).arg(wasm);
    run::quiet(bindgen, "`wasm-bindgen`")?;
    // No feature flags: wasm-opt reads from the module what it may use. All of them would use what no engine reads.
    let mut optimise = run::tied(place.node_modules(".bin/wasm-opt"));
    optimise
        .args(["-Oz", "--strip-debug", "--strip-producers", "--strip-target-features"])
        .arg(making.join("core_bg.wasm"))
        .arg("-o")
        .arg(making.join("core_opt.wasm"));
    run::quiet(optimise, "`wasm-opt`").map(drop)
}

pub(super) fn bundle(place: &Place, entry: &str, to: &Path, arguments: &[&str]) -> Result<()> {
    let mut esbuild = run::tied(place.esbuild());
    esbuild
        .arg(place.root().join(entry))
        .args(["--bundle", "--minify", "--legal-comments=none", "--charset=utf8", JAVASCRIPT, "--log-level=warning"])
        .args(arguments)
        .arg(format!("--outfile={}", to.display()))
        .current_dir(place.root());
    run::quiet(esbuild, "`esbuild`").map(drop)
}

pub(super) fn short_hash(files: &[&Path]) -> Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(fs::read(file).because(|| format!("{} can't be read", file.display()))?);
    }
    Ok(hex(&hash.finalize()).chars().take(10).collect())
}
