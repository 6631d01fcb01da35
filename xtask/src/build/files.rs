//! Folders of files: listing and mirroring them.

use crate::failure::{Because as _, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file under a folder, relative to it, sorted. Outputs and installed packages are left out.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inner) = open.pop() {
        let here = folder.join(&inner);
        let failed = || format!("{} can't be read", here.display());
        for entry in fs::read_dir(&here).because(failed)? {
            let entry = entry.because(failed)?;
            let name = entry.file_name();
            if entry.path().is_dir() {
                if name != "target" && name != "node_modules" && name != ".wrangler" {
                    open.push(inner.join(name));
                }
            } else {
                found.push(inner.join(name));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Makes `to` hold exactly the files of `from`. Each file is replaced at once, and only where it differs, so a
/// process that serves the folder never sees half of one.
pub(crate) fn mirror(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).because(|| format!("{} can't be made", to.display()))?;
    let wanted: BTreeSet<PathBuf> = list(from)?.into_iter().collect();
    for file in &wanted {
        copy(&from.join(file), &to.join(file))?;
    }
    for file in list(to)? {
        if !wanted.contains(&file) {
            let path = to.join(&file);
            fs::remove_file(&path).because(|| format!("{} can't be removed", path.display()))?;
        }
    }
    Ok(())
}

/// Copies one file, unless the copy is there.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let content = fs::read(from).because(|| format!("{} can't be read", from.display()))?;
    if fs::read(to).is_ok_and(|found| found == content) {
        return Ok(());
    }
    let failed = || format!("{} can't be written", to.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).because(failed)?;
    }
    let mut name = to.as_os_str().to_owned();
    name.push(".new");
    fs::write(&name, content).because(failed)?;
    fs::rename(&name, to).because(failed)
}

#[cfg(test)]
mod tests {
    use super::{list, mirror};
    use std::fs;

    #[test]
    fn a_mirror_has_the_same_files_and_no_others() {
        let base = std::env::temp_dir().join(format!("honeyguide-mirror-{}", std::process::id()));
        let (from, to) = (base.join("from"), base.join("to"));
        fs::create_dir_all(from.join("inner")).unwrap();
        fs::create_dir_all(to.join("old")).unwrap();
        fs::write(from.join("inner/a"), "new").unwrap();
        fs::write(from.join("b"), "same").unwrap();
        fs::write(to.join("b"), "same").unwrap();
        fs::write(to.join("old/c"), "gone").unwrap();
        mirror(&from, &to).unwrap();
        assert_eq!(list(&to).unwrap(), list(&from).unwrap());
        assert_eq!(fs::read_to_string(to.join("inner/a")).unwrap(), "new");
        fs::remove_dir_all(base).unwrap();
    }
}
