//! Sets up what is missing, and says each step. Idempotent: what is there already costs nothing and is not mentioned.
//!
//! Called at the start of every command, with the cache's lock held, so two runs at once don't install the same.

mod debian;
mod lock;
mod node;
mod toolchain;
mod tools;
mod wrappers;

pub(crate) use toolchain::{Kind, Toolchain};

use crate::failure::Result;
use crate::pinned::{WASM_BINDGEN, WORKER_BUILD};
use crate::place::Place;
use std::path::PathBuf;

/// Everything that the builds need.
#[derive(Debug)]
pub(crate) struct Kit {
    pub(crate) toolchain: Toolchain,
    pub(crate) wasm_bindgen: PathBuf,
    pub(crate) worker_build: PathBuf,
    /// Nobody else installs or builds while this is held.
    _lock: lock::Lock,
}

/// Sets up what `cargo dev` and `cargo ship` need.
pub(crate) fn for_build(place: &Place) -> Result<Kit> {
    node::check()?;
    let lock = lock::take(place)?;
    node::packages(place)?;
    let toolchain = toolchain::choose(place)?;
    let wasm_bindgen = tools::install(place, &WASM_BINDGEN, "joins the WebAssembly to JavaScript")?;
    let worker_build = tools::install(place, &WORKER_BUILD, "packs the edge for Cloudflare's runtime")?;
    Ok(Kit { toolchain, wasm_bindgen, worker_build, _lock: lock })
}

/// The browsers of the journeys, and what a guide's example runs on.
pub(crate) fn browser() -> Result<()> {
    debian::programs(
        &[("chromium", "chromium"), ("chromedriver", "chromium-driver"), ("firefox-esr", "firefox-esr")],
        "the browsers of the journeys",
    )?;
    debian::programs(&[("php", "php-cli")], "runs the example of the WordPress guide")
}

/// The load generator of the benches.
pub(crate) fn load_generator() -> Result<()> {
    debian::programs(&[("wrk", "wrk")], "the load generator of the benches")
}
