//! The owner's console: its page, its styles in one sheet, and the app, under names that change with their content.
//!
//! Invariant: `index.html` names what lies beside it, and nothing inline is in it. The edge serves the folder at `/console`.

use super::widget::{bundle, short_hash};
use super::{cargo, check_wasm, copy, fresh, key, provide};
use crate::failure::{Because as _, Result};
use crate::place::Place;
use crate::run;
use crate::setup::Kit;
use std::fs;
use std::path::Path;

/// A panic says on the browser's console where it was, so its words stay; `std` is built for size.
const CARGO_FLAGS: [&str; 4] = [
    "-Zbuild-std=core,alloc,std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    "--config",
    "profile.release.panic=\"abort\"",
];
const OPT_LEVEL: &str = "s";
/// wasm-bindgen and wasm-opt read the module's list of features, which `strip = true` would take away.
const STRIP: &str = "debuginfo";

pub(super) fn build(place: &Place, kit: &Kit) -> Result<()> {
    let key = key::key(place, kit, "www/console", &format!("{CARGO_FLAGS:?} {OPT_LEVEL} {STRIP}"))?;
    provide(place, "console", &key, &place.assets().join("console"), |to| make(place, kit, to))
}

fn make(place: &Place, kit: &Kit, to: &Path) -> Result<()> {
    let making = place.cache("making/console");
    fresh(&making)?;
    let mut bindgen = run::tied(&kit.wasm_bindgen);
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "console", "--out-dir"]).arg(&making);
    bindgen.arg(module().compile(place, kit)?);
    run::quiet(bindgen, "`wasm-bindgen`")?;
    let wasm = making.join("small.wasm");
    let mut optimise = run::tied(place.node_modules(".bin/wasm-opt"));
    optimise.args(["-Os", "--strip-debug", "--strip-producers"]).arg(making.join("console_bg.wasm"));
    optimise.arg("-o").arg(&wasm);
    run::quiet(optimise, "`wasm-opt`")?;
    check_wasm(&wasm)?;
    let wasm_name = named(&wasm, "wasm")?;
    copy(&wasm, &to.join(&wasm_name))?;

    let (script, style) = (making.join("app.js"), making.join("app.css"));
    let glue = format!("--alias:honeyguide-console={}", making.join("console.js").display());
    let define = format!("--define:WASM=\"/console/{wasm_name}\"");
    let chart = format!("--alias:honeyguide-chart={}", place.root().join("www/console/chart.js").display());
    bundle(place, "www/console/boot.js", &script, &["--format=esm", &glue, &chart, &define])?;
    bundle(place, "www/console/style/all.css", &style, &[])?;
    let page = place.root().join("www/console/index.html");
    let mut page = fs::read_to_string(&page).because(|| format!("{} can't be read", page.display()))?;
    for (file, ending, hole) in [(&script, "js", "{app.js}"), (&style, "css", "{app.css}")] {
        let name = named(file, ending)?;
        copy(file, &to.join(&name))?;
        page = page.replace(hole, &format!("/console/{name}"));
    }
    page = page.replace("{app.wasm}", &format!("/console/{wasm_name}"));
    fs::write(to.join("index.html"), page).because(|| "The console's page can't be written".into())
}

fn named(file: &Path, ending: &str) -> Result<String> {
    Ok(format!("app-{}.{ending}", short_hash([file].into_iter())?))
}

fn module() -> cargo::Module {
    cargo::Module {
        name: "console",
        cargo_flags: &CARGO_FLAGS,
        rustflags: String::new(),
        opt_level: OPT_LEVEL,
        strip: STRIP,
    }
}
