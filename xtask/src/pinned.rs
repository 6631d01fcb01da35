//! The versions of what set-up installs. `package.json` pins the npm packages; `Cargo.lock` the crates.

/// The nightly that rebuilds `std` for the two WebAssembly builds. Its compiler and its `std` source belong together.
pub const NIGHTLY: &str = "nightly-2026-10-30";

/// The same from Debian's packages, for machines that can't download a toolchain.
pub const DEBIAN_PAIR: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// Must equal the `wasm-bindgen` in `Cargo.lock`: the two sides speak a private format.
pub const WASM_BINDGEN: Tool = Tool { name: "wasm-bindgen-cli", version: "0.2.130", program: "wasm-bindgen" };

pub const WORKER_BUILD: Tool = Tool { name: "worker-build", version: "0.8.7", program: "worker-build" };

/// The oldest Node that wrangler runs on.
pub const NODE: (u32, u32) = (20, 3);

/// A program that `cargo install` builds.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
    pub program: &'static str,
}
