//! Where things are: the repository, the user's cache folder, and what is built.
//!
//! Outputs are always under `target/honeyguide`, wherever cargo's own target folder may be: `edge/wrangler.toml`
//! names them.

use crate::failure::{Because as _, Failure, Result};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The repository and the cache folder of this user.
#[derive(Debug, Clone)]
pub struct Place {
    root: PathBuf,
    cache: PathBuf,
}

impl Place {
    /// Finds both, and makes the cache folder.
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .because(|| "The folder above xtask/ can't be found.".into())?
            .to_path_buf();
        let cache = match (absolute("XDG_CACHE_HOME"), absolute("HOME")) {
            (Some(cache), _) => cache,
            (None, Some(home)) => home.join(".cache"),
            (None, None) => {
                return Err(Failure::new("Neither HOME nor XDG_CACHE_HOME is set: there is no cache folder."));
            }
        }
        .join("honeyguide");
        fs::create_dir_all(&cache).because(|| format!("The cache folder {} can't be made", cache.display()))?;
        Ok(Self { root, cache })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `~/.cache/honeyguide`: tools, compiled dependencies, finished artifacts.
    pub fn cache(&self, what: &str) -> PathBuf {
        self.cache.join(what)
    }

    /// `target/honeyguide/{what}`.
    pub fn built(&self, what: &str) -> PathBuf {
        self.root.join("target/honeyguide").join(what)
    }

    /// The bundle that ships.
    pub fn edge(&self) -> PathBuf {
        self.built("edge")
    }

    /// The bundle with the switches that break things on purpose.
    pub fn edge_faults(&self) -> PathBuf {
        self.built("edge-faults")
    }

    /// What the edge serves through its `ASSETS` binding.
    pub fn assets(&self) -> PathBuf {
        self.built("assets")
    }

    pub fn wrangler_toml(&self) -> PathBuf {
        self.root.join("edge/wrangler.toml")
    }

    pub fn node_modules(&self, what: &str) -> PathBuf {
        self.root.join("node_modules").join(what)
    }

    /// `workerd` itself, not the script that looks for it.
    pub fn workerd(&self) -> PathBuf {
        self.node_modules(&format!("@cloudflare/workerd-{}/bin/workerd", node_platform("64", "arm64")))
    }

    pub fn esbuild(&self) -> PathBuf {
        self.node_modules(&format!("@esbuild/{}/bin/esbuild", node_platform("x64", "arm64")))
    }
}

/// `linux-64` and the like, in the words of the npm packages that carry one platform's program.
fn node_platform(intel: &str, arm: &str) -> String {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let processor = if cfg!(target_arch = "aarch64") { arm } else { intel };
    format!("{system}-{processor}")
}

fn absolute(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}
