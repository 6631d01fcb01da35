//! One local process: `workerd` with the bundle that ships, SQLite on local disk, and bindings from
//! `edge/wrangler.toml`.
//!
//! Called by `cargo dev`, `cargo bench-edge` and the journeys. A process lives no longer than its [`Edge`], nor than
//! the thread that started it: the kernel kills it when that thread ends, even by `kill -9`.
//!
//! ```no_run
//! # fn main() -> xtask::failure::Result<()> {
//! use xtask::{local::{Edge, Secrets, Settings}, place::Place};
//! let place = Place::find()?;
//! let settings = Settings::new(&place, "/tmp/data".as_ref(), Secrets::random()?);
//! let mut edge = Edge::start(&settings)?;      // answers /healthz when this returns
//! let address = edge.address();                // http://127.0.0.1:PORT
//! edge.kill();                                 // kill -9
//! let again = Edge::start(&settings)?;         // with all that the first one acknowledged
//! # Ok(()) }
//! ```

pub mod bindings;
mod capnp;
mod edge;
mod secrets;

pub(crate) use capnp::{Disks, configuration, modules};
pub use edge::Edge;
pub use secrets::Secrets;

use crate::place::Place;
use std::path::{Path, PathBuf};

/// Where a local process may call out to. Its way out leads to public addresses and nowhere else, whatever a name resolves
/// to; to no address of this machine's own either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only: what ships.
    Public,
    /// By a second way, the hosts that `LOCAL_HOSTS` names: the demo shop, and the journeys' receivers.
    LocalHostsToo,
}

/// What to start.
#[derive(Debug, Clone)]
pub struct Settings {
    pub workerd: PathBuf,
    pub wrangler_toml: PathBuf,
    /// `index.js` and its WebAssembly.
    pub bundle: PathBuf,
    pub assets: PathBuf,
    /// Holds the SQLite files and the configuration. Made when it is missing.
    pub data: PathBuf,
    /// 0 takes any free one.
    pub port: u16,
    pub reach: Reach,
    pub secrets: Secrets,
    /// What stands for the data centre's cache, as `host:port`. Nothing: there is none, and the Cache API throws.
    pub cache: Option<String>,
    /// The file that takes what the process says. Nothing: our standard error.
    pub said: Option<PathBuf>,
    /// Values in place of `edge/wrangler.toml`'s, by name.
    pub vars: Vec<(String, String)>,
}

impl Settings {
    /// The bundle that ships, on any free port, with the settings of one local process.
    pub fn new(place: &Place, data: &Path, secrets: Secrets) -> Self {
        let local = [
            ("LOCAL_HOSTS", "localhost *.localhost 127.0.0.1 [::1]"),
            ("CLIENT_ADDRESS_HEADER", "x-forwarded-for"),
            // One process is one isolate: a second cache would hold what the first one has.
            ("LINK_CACHE", "off"),
        ];
        Self {
            workerd: place.workerd(),
            wrangler_toml: place.wrangler_toml(),
            bundle: place.edge(),
            assets: place.assets(),
            data: data.to_path_buf(),
            port: 0,
            reach: Reach::LocalHostsToo,
            secrets,
            cache: None,
            said: None,
            vars: local.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        }
    }

    /// Sets one value in place of `edge/wrangler.toml`'s.
    pub fn set(&mut self, name: &str, value: &str) {
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.to_owned(), value.to_owned()));
    }
}
