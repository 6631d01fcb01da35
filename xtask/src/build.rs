//! Builds what ships: the edge's bundle, the widget, the console, and the folder of assets.
//!
//! Invariant: what lies in `target/honeyguide` was made from the sources as they are now, by the pinned tools. Each
//! artifact has a key over everything that it is made of, so the same content is never built twice on one machine.

mod cargo;
mod console;
mod edge;
mod files;
mod key;
mod qr;
mod size;
mod store;
mod widget;

pub(crate) use files::{list, mirror};
pub(crate) use key::hex;
pub(crate) use size::Size;
pub(crate) use widget::words::faults as faults_of_words;

use crate::failure::{Because as _, Result};
use crate::place::Place;
use crate::setup::{self, Kit};
use crate::{budget, run, say};
use edge::Edition;
use files::copy;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The bundle that ships and the assets: what `cargo dev` starts and `cargo ship` packs.
pub(crate) fn for_use(place: &Place) -> Result<Vec<Size>> {
    let kit = setup::for_build(place)?;
    edge::build(place, &kit, Edition::Shipped)?;
    let sizes = finish(place, &kit)?;
    size::print(&sizes);
    budget::print(place, &sizes);
    Ok(sizes)
}

/// The same, and the edge of the journeys that need a fault.
pub(crate) fn everything(place: &Place) -> Result<Vec<Size>> {
    let kit = setup::for_build(place)?;
    edge::build(place, &kit, Edition::Shipped)?;
    edge::build(place, &kit, Edition::Faults)?;
    let sizes = finish(place, &kit)?;
    size::print(&sizes);
    budget::print(place, &sizes);
    Ok(sizes)
}

/// The widget alone, for work on it: an edge that runs serves the new one at once.
pub(crate) fn widget_alone(place: &Place) -> Result<Vec<Size>> {
    let kit = setup::for_build(place)?;
    widget::build(place, &kit)?;
    let sizes = size::of_folder(&place.assets().join("widget"), "widget/")?;
    size::print(&sizes);
    budget::print(place, &sizes);
    Ok(sizes)
}

/// The console alone, for work on it: an edge that runs serves the new one at once.
pub(crate) fn console_alone(place: &Place) -> Result<Vec<Size>> {
    let kit = setup::for_build(place)?;
    console::build(place, &kit)?;
    let sizes = size::of_folder(&place.assets().join("console"), "console/")?;
    size::print(&sizes);
    Ok(sizes)
}

fn finish(place: &Place, kit: &Kit) -> Result<Vec<Size>> {
    widget::build(place, kit)?;
    console::build(place, kit)?;
    for pages in ["site", "docs"] {
        let from = place.root().join("www").join(pages);
        if from.is_dir() {
            mirror(&from, &place.assets().join(pages))?;
        }
    }
    let document = place.assets().join("openapi");
    fresh(&document)?;
    let text = honeyguide_domain::openapi::document(env!("CARGO_PKG_VERSION")).to_string();
    fs::write(document.join("openapi.json"), text).because(|| "The API's document can't be written".into())?;
    let mut sizes = size::of_folder(&place.assets().join("widget"), "widget/")?;
    sizes.extend(size::of_folder(&place.assets().join("console"), "console/")?);
    sizes.extend(size::of_folder(&place.edge(), "edge/")?);
    Ok(sizes)
}

/// Has Node compile a finished module: an optimiser may write what no engine reads.
pub(crate) fn check_wasm(module: &Path) -> Result<()> {
    const SCRIPT: &str = "new WebAssembly.Module(require('fs').readFileSync(process.argv[1]))";
    let mut node = Command::new("node");
    node.args(["-e", SCRIPT]).arg(module);
    run::quiet(node, &format!("Compiling {} in Node", module.display())).map(drop)
}

/// An empty folder for something in the making.
pub(crate) fn fresh(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).because(|| format!("{} can't be removed", folder.display()))?;
    }
    fs::create_dir_all(folder).because(|| format!("{} can't be made", folder.display()))
}

/// Builds in the store unless it is there, and mirrors it to where it is used.
fn provide(place: &Place, what: &str, key: &str, to: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let found = store::find(place, what, key);
    let artifact = match found {
        Some(artifact) => artifact,
        None => say::step(&format!("building {what}"), || store::add(place, what, key, make))?,
    };
    mirror(&artifact, to)
}
