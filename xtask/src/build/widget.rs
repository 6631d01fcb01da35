//! The widget: the loader under its lasting name, and the core under a name that changes with its content.
//!
//! `widget.js` learns that name as `CORE`. What it stands for: `{CORE}.js` and `{CORE}.wasm`; `{CORE}-plain.js`, the
//! same module written as JavaScript; `{CORE}-{language}.json`, the words; and `{CORE}-more.js` with
//! `{CORE}-more-{language}.json`, the pieces that few pages have. The
//! core learns the QR module's name as `QR`.

pub(crate) mod words;

use super::{cargo, check_wasm, copy, fresh, hex, key, provide, qr};
use crate::failure::{Because as _, Result};
use crate::place::Place;
use crate::run;
use crate::setup::Kit;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;

/// PLATFORM's measured command for the smallest module: a panic is a trap, and `std` is built for size.
pub(super) const CARGO_FLAGS: [&str; 5] = [
    "-Zbuild-std=core,alloc,std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    "-Zpanic-immediate-abort",
    "--config",
    "profile.release.panic=\"immediate-abort\"",
];
/// And WebAssembly as it was first: the smallest that was measured, and what can be written as JavaScript.
pub(super) const RUSTFLAGS: &str =
    "-Cpanic=immediate-abort -Zunstable-options -Ctarget-cpu=mvp -Ctarget-feature=+bulk-memory";
const OPT_LEVEL: &str = "z";
/// Names go in the last step: wasm-opt must read the module's list of features, which `strip = true` would take away.
pub(super) const STRIP: &str = "debuginfo";
/// The oldest JavaScript that a browser with WebAssembly, shadow roots and constructable sheets may need.
const JAVASCRIPT: &str = "--target=es2022";

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
    let wasm = making.join("core.wasm");
    optimise(place, &module().compile(place, kit)?, &wasm)?;
    let plain = making.join("plain.js");
    rewrite(place, &wasm, &plain)?;
    let qr = qr::make(place, kit, to)?;
    let core = making.join("core.js");
    script(place, "core", "style", &["press", "first"], &qr, &core)?;
    let more = making.join("more.js");
    script(place, "more", "more", &["more"], &qr, &more)?;
    let words = words::write(place.root(), &making)?;

    let mut files = vec![(wasm.clone(), ".wasm".to_owned()), (plain, "-plain.js".to_owned()), (core, ".js".to_owned())];
    files.push((more, "-more.js".to_owned()));
    let calls = making.join("calls.js");
    bundle(place, "widget/calls.js", &calls, &["--format=esm"])?;
    files.push((calls, "-calls.js".to_owned()));
    for language in &words {
        files.push((making.join(format!("{language}.json")), format!("-{language}.json")));
        files.push((making.join(format!("more-{language}.json")), format!("-more-{language}.json")));
    }
    let name = format!("core-{}", short_hash(files.iter().map(|(file, _)| file.as_path()))?);
    for (file, ending) in &files {
        copy(file, &to.join(format!("{name}{ending}")))?;
    }
    let languages = format!("--define:LANGUAGES={}", serde_json::json!(words.join(",")));
    let define = format!("--define:CORE=\"{name}\"");
    bundle(place, "widget/loader.js", &to.join("widget.js"), &["--format=iife", &define, &languages])?;
    copy(&place.root().join("widget/honeyguide.d.ts"), &to.join("honeyguide.d.ts"))?;
    check_wasm(&wasm)
}

/// One of the core's scripts, with its style sheet and its pieces as texts inside.
fn script(place: &Place, name: &str, style: &str, pieces: &[&str], qr: &str, to: &Path) -> Result<()> {
    let css = to.with_extension("css");
    bundle(place, &format!("widget/core/{style}.css"), &css, &[])?;
    let text = to.with_extension("txt");
    let mut lines = String::new();
    for piece in pieces {
        let from = place.root().join(format!("widget/pieces/{piece}.txt"));
        lines += &fs::read_to_string(&from).because(|| format!("{} can't be read", from.display()))?;
    }
    fs::write(&text, bare(&lines)).because(|| format!("{} can't be written", text.display()))?;
    let css = format!("--alias:honeyguide-style={}", css.display());
    let text = format!("--alias:honeyguide-pieces={}", text.display());
    let qr = format!("--define:QR=\"{qr}\"");
    let arguments = ["--format=esm", "--loader:.css=text", &qr, &css, &text];
    bundle(place, &format!("widget/{name}.js"), to, &arguments)
}

/// The lines of pieces without what is for people: comments, indents, empty lines.
fn bare(pieces: &str) -> String {
    let lines: Vec<&str> =
        pieces.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).collect();
    lines.join("\n")
}

fn module() -> cargo::Module {
    cargo::Module {
        name: "widget",
        cargo_flags: &CARGO_FLAGS,
        rustflags: RUSTFLAGS.to_owned(),
        opt_level: OPT_LEVEL,
        strip: STRIP,
    }
}

fn optimise(place: &Place, wasm: &Path, to: &Path) -> Result<()> {
    // No feature flags: wasm-opt reads from the module what it may use. All of them would use what no engine reads.
    let mut optimise = run::tied(place.node_modules(".bin/wasm-opt"));
    optimise
        .args(["-Oz", "--converge", "--strip-debug", "--strip-producers", "--strip-target-features"])
        .arg(wasm)
        .arg("-o")
        .arg(to);
    run::quiet(optimise, "`wasm-opt`").map(drop)
}

/// The module as JavaScript, for pages and browsers that have no WebAssembly.
fn rewrite(place: &Place, wasm: &Path, to: &Path) -> Result<()> {
    let whole = to.with_extension("whole.js");
    let mut rewrite = run::tied(place.node_modules(".bin/wasm2js"));
    rewrite.args(["-Oz", "--enable-bulk-memory"]).arg(wasm).arg("-o").arg(&whole);
    run::quiet(rewrite, "`wasm2js`")?;
    bundle(place, &whole.display().to_string(), to, &["--format=esm"])
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

pub(super) fn short_hash<'a>(files: impl Iterator<Item = &'a Path>) -> Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(fs::read(file).because(|| format!("{} can't be read", file.display()))?);
    }
    Ok(hex(&hash.finalize()).chars().take(10).collect())
}
