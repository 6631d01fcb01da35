//! The edge's bundle: `index.js` (our entry), `app.js` and its WebAssembly, with `panic = unwind`, so that a panic is one answer of 500.

use super::{cargo, check_wasm, copy, fresh, key, provide};
use crate::failure::Result;
use crate::place::Place;
use crate::run;
use crate::setup::Kit;
use std::path::Path;

/// Speed before size: the redirect is the hot path, and the limit is far away.
const OPT_LEVEL: &str = "3";
/// The first form of WebAssembly's exceptions: every engine reads it, Node 20 the newer one not.
const RUSTFLAGS: &str = "-Cllvm-args=-wasm-use-legacy-eh=true";
/// Names are kept, for stack traces; so is the list of features, which wasm-bindgen reads.
const STRIP: &str = "debuginfo";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edition {
    Shipped,
    /// With switches that break things on purpose, for the journeys that need a fault.
    Faults,
}

impl Edition {
    fn name(self) -> &'static str {
        match self {
            Self::Shipped => "edge",
            Self::Faults => "edge-faults",
        }
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Shipped => &[],
            Self::Faults => &["--features", "faults"],
        }
    }
}

pub(super) fn build(place: &Place, kit: &Kit, edition: Edition) -> Result<()> {
    let key = key::key(
        place,
        kit,
        "edge",
        &format!("panic=unwind {OPT_LEVEL} {RUSTFLAGS} {STRIP} {:?}", edition.arguments()),
    )?;
    provide(place, edition.name(), &key, &place.built(edition.name()), |to| make(place, kit, edition, to))
}

fn make(place: &Place, kit: &Kit, edition: Edition, to: &Path) -> Result<()> {
    let making = place.cache(&format!("making/{}", edition.name()));
    fresh(&making)?;
    let mut build = run::tied(&kit.worker_build);
    build
        .arg(place.root().join("edge"))
        .args(["--release", "--panic-unwind", "--out-dir"])
        .arg(&making)
        .arg("--locked")
        .args(edition.arguments())
        .env("PATH", run::path_with(&kit.toolchain.wrappers)?)
        .env("WASM_BINDGEN_BIN", &kit.wasm_bindgen)
        .env("ESBUILD_BIN", place.esbuild())
        .env("WASM_OPT_BIN", place.node_modules(".bin/wasm-opt"))
        // Both editions share the dependencies; the cache's lock keeps them apart.
        .env("CARGO_TARGET_DIR", cargo::target_dir(place, &kit.toolchain, "edge"))
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", OPT_LEVEL)
        .env("CARGO_PROFILE_RELEASE_STRIP", STRIP)
        .env("RUSTFLAGS", format!("{RUSTFLAGS} {}", cargo::remap(place, &kit.toolchain)))
        .env_remove("RUST_BACKTRACE")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .envs(cargo::ENVIRONMENT);
    run::quiet(build, "`worker-build`")?;
    // The entry is ours; what worker-build made stands behind it.
    let ours = place.root().join("edge/src");
    for (file, name) in [
        (making.join("index.js"), "app.js"),
        (making.join("index_bg.wasm"), "index_bg.wasm"),
        (ours.join("entry.js"), "index.js"),
        (ours.join("glue.js"), "glue.js"),
        (ours.join("posts.js"), "posts.js"),
    ] {
        copy(&file, &to.join(name))?;
    }
    check_wasm(&to.join("index_bg.wasm"))
}
