//! What an artifact is made from, as one SHA-256: the sources of its crates, the lock files, the toolchain, the
//! tools and their flags, and the code that builds it.

use super::files;
use crate::failure::{Because as _, Result};
use crate::pinned::{WASM_BINDGEN, WORKER_BUILD};
use crate::place::Place;
use crate::setup::Kit;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The whole workspace's manifests, and the code that builds.
const EVERYTHING_DEPENDS_ON: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "package-lock.json",
    "xtask/src/pinned.rs",
    "xtask/src/build.rs",
    "xtask/src/build",
    "xtask/src/setup/wrappers.rs",
];

/// The key of what is built from one crate, its neighbours in the workspace included.
pub(super) fn key(place: &Place, kit: &Kit, crate_name: &str, flags: &str) -> Result<String> {
    let mut hash = Sha256::new();
    for text in [flags, &kit.toolchain.version, WASM_BINDGEN.version, WORKER_BUILD.version] {
        part(&mut hash, text.as_bytes());
    }
    let crates = neighbours(place.root(), crate_name)?;
    for path in EVERYTHING_DEPENDS_ON.into_iter().chain(crates.iter().map(String::as_str)) {
        add(&mut hash, place.root(), path)?;
    }
    Ok(hex(&hash.finalize()))
}

/// The crate and those of this workspace that it depends on, as folders.
fn neighbours(root: &Path, crate_name: &str) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut open = vec![crate_name.to_owned()];
    while let Some(folder) = open.pop() {
        let path = root.join(&folder).join("Cargo.toml");
        let text = fs::read_to_string(&path).because(|| format!("{} can't be read", path.display()))?;
        let manifest: toml::Table = text.parse().because(|| format!("{} isn't TOML", path.display()))?;
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        open.extend(dependencies.into_iter().flat_map(toml::Table::keys).filter_map(|name| {
            let neighbour = name.strip_prefix("honeyguide-")?;
            (!found.contains(neighbour)).then(|| neighbour.to_owned())
        }));
        found.insert(folder);
    }
    Ok(found)
}

fn add(hash: &mut Sha256, root: &Path, path: &str) -> Result<()> {
    let whole = root.join(path);
    let read = |file: &Path| fs::read(file).because(|| format!("{} can't be read", file.display()));
    if whole.is_file() {
        part(hash, path.as_bytes());
        part(hash, &read(&whole)?);
        return Ok(());
    }
    for file in files::list(&whole)? {
        part(hash, Path::new(path).join(&file).as_os_str().as_encoded_bytes());
        part(hash, &read(&whole.join(&file))?);
    }
    Ok(())
}

/// With its length, so that no two lists of parts give the same bytes.
fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Sha256, add, hex, part};
    use sha2::Digest as _;
    use std::fs;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let digest = |parts: &[&str]| {
            let mut hash = Sha256::new();
            for text in parts {
                part(&mut hash, text.as_bytes());
            }
            hash.finalize()
        };
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(hex(&[0, 255]), "00ff");
    }

    #[test]
    fn a_key_follows_names_and_content() {
        let base = std::env::temp_dir().join(format!("honeyguide-key-{}", std::process::id()));
        fs::create_dir_all(base.join("src/inner")).unwrap();
        let digest = || {
            let mut hash = Sha256::new();
            add(&mut hash, &base, "src").unwrap();
            hash.finalize()
        };
        fs::write(base.join("src/inner/a.rs"), "1").unwrap();
        let first = digest();
        fs::write(base.join("src/inner/a.rs"), "2").unwrap();
        let second = digest();
        fs::rename(base.join("src/inner/a.rs"), base.join("src/inner/b.rs")).unwrap();
        let third = digest();
        assert!(first != second && second != third);
        fs::remove_dir_all(base).unwrap();
    }
}
