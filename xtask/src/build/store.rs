//! Finished artifacts in the user's cache folder, each under the key of what it was made from.
//!
//! Invariant: a folder with a key's name is whole. It is made beside and renamed into place.

use super::fresh;
use crate::failure::{Because as _, Result};
use crate::place::Place;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How many of one kind are kept: enough to go back and forth between a few branches.
const KEPT: usize = 12;

pub(super) fn find(place: &Place, what: &str, key: &str) -> Option<PathBuf> {
    let path = place.cache(&format!("artifacts/{what}-{key}"));
    path.is_dir().then_some(path)
}

pub(super) fn add(place: &Place, what: &str, key: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let making = place.cache(&format!("artifacts/making-{what}"));
    fresh(&making)?;
    make(&making)?;
    let path = place.cache(&format!("artifacts/{what}-{key}"));
    fs::rename(&making, &path).because(|| format!("{} can't be put into the cache", path.display()))?;
    forget_oldest(place, what);
    Ok(path)
}

/// Room matters less than a build that works, so nothing here is a failure.
fn forget_oldest(place: &Place, what: &str) {
    let prefix = format!("{what}-");
    let Ok(entries) = fs::read_dir(place.cache("artifacts")) else { return };
    let mut found: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            name.to_str().and_then(|name| name.strip_prefix(&prefix)).is_some_and(|key| key.len() == 64)
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    found.sort();
    let surplus = found.len().saturating_sub(KEPT);
    for (_, path) in found.into_iter().take(surplus) {
        let _kept = fs::remove_dir_all(path);
    }
}
