//! The widget's QR module: a script, its WebAssembly, and the same as JavaScript, under a name that changes with their
//! content. They find each other by that name.
//!
//! Called while the widget is built: its core learns the name.

use super::widget::{CARGO_FLAGS, RUSTFLAGS, STRIP, bundle, short_hash};
use super::{cargo, check_wasm, copy, fresh};
use crate::failure::Result;
use crate::place::Place;
use crate::run;
use crate::setup::Kit;
use std::path::{Path, PathBuf};

/// Beyond the core's, what every engine with WebAssembly reads and wasm2js knows. Measured with brotli: `s` makes 3.5 kB,
/// `z` 3.7, and the first form of WebAssembly alone 4.5.
pub(super) const FLAGS: &str = "-Ctarget-feature=+sign-ext,+nontrapping-fptoint,+mutable-globals";
const OPT_LEVEL: &str = "s";
/// Puts `qr-….js`, `.wasm` and `-plain.js` into the folder. Gives the first one's name.
pub(super) fn make(place: &Place, kit: &Kit, to: &Path) -> Result<String> {
    let making = place.cache("making/qr");
    fresh(&making)?;
    let wasm = bind(place, kit, &module().compile(place, kit)?, &making)?;
    check_wasm(&wasm)?;
    let (script, plain) = (making.join("qr.min.js"), making.join("plain.min.js"));
    bundle(place, "widget/qr/qr.js", &script, &["--format=esm"])?;
    let alias = format!("--alias:honeyguide-qr={}", as_javascript(place, &wasm, &making)?.display());
    bundle(place, "widget/qr/plain.js", &plain, &["--format=esm", &alias])?;
    let name = format!("qr-{}", short_hash([&wasm, &script, &plain].into_iter().map(PathBuf::as_path))?);
    for (file, ending) in [(&script, ".js"), (&wasm, ".wasm"), (&plain, "-plain.js")] {
        copy(file, &to.join(format!("{name}{ending}")))?;
    }
    Ok(format!("{name}.js"))
}

fn module() -> cargo::Module {
    cargo::Module {
        name: "qr",
        cargo_flags: &CARGO_FLAGS,
        rustflags: format!("{RUSTFLAGS} {FLAGS}"),
        opt_level: OPT_LEVEL,
        strip: STRIP,
    }
}

/// What wasm-bindgen leaves needs nothing from outside, so its own script isn't needed either.
fn bind(place: &Place, kit: &Kit, wasm: &Path, making: &Path) -> Result<PathBuf> {
    let mut bindgen = run::tied(&kit.wasm_bindgen);
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "qr", "--out-dir"]).arg(making).arg(wasm);
    run::quiet(bindgen, "`wasm-bindgen`")?;
    let small = making.join("qr_opt.wasm");
    let mut optimise = run::tied(place.node_modules(".bin/wasm-opt"));
    optimise
        .args(["-Oz", "--converge", "--strip-debug", "--strip-producers", "--strip-target-features"])
        .arg(making.join("qr_bg.wasm"))
        .arg("-o")
        .arg(&small);
    run::quiet(optimise, "`wasm-opt`")?;
    Ok(small)
}

fn as_javascript(place: &Place, wasm: &Path, making: &Path) -> Result<PathBuf> {
    let script = making.join("qr_plain.js");
    let mut translate = run::tied(place.node_modules(".bin/wasm2js"));
    // The list of features was taken out, for it is of no use to browsers.
    translate.args(["-Oz", "--all-features"]).arg(wasm).arg("-o").arg(&script);
    run::quiet(translate, "`wasm2js`")?;
    Ok(script)
}
