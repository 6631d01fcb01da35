//! `worker-build` calls `cargo +nightly`, `rustc +nightly` and `rustup`; it means any nightly and may install one.
//! Three small scripts of those names, first on its PATH, give it the toolchain that we chose.

use super::{Kind, Toolchain};
use crate::failure::{Because as _, Result};
use crate::place::Place;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Writes the scripts, where they aren't there already, and gives their folder.
pub(crate) fn write(place: &Place, toolchain: &Toolchain) -> Result<PathBuf> {
    let folder = place.cache(match toolchain.kind {
        Kind::Rustup => "wrappers/rustup",
        Kind::Debian => "wrappers/debian",
    });
    fs::create_dir_all(&folder).because(|| format!("{} can't be made", folder.display()))?;
    for (name, text) in scripts(toolchain, &folder) {
        let path = folder.join(name);
        if fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        fs::write(&path, text).because(|| format!("{} can't be written", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
            .because(|| format!("{} can't be made a program", path.display()))?;
    }
    Ok(folder)
}

fn scripts(toolchain: &Toolchain, folder: &Path) -> [(&'static str, String); 3] {
    let head = "#!/bin/sh\ncase \"$1\" in +*) shift ;; esac\nexport RUSTC_BOOTSTRAP=1\n";
    let cargo = toolchain.cargo.display();
    let rustc = toolchain.rustc.display();
    [
        ("cargo", format!("{head}export RUSTC='{rustc}'\nexec '{cargo}' \"$@\"\n")),
        // Whoever asks for the folder of a target wants to know that it is there. It needn't be: `std` is rebuilt.
        (
            "rustc",
            format!(
                "{head}case \"$*\" in *target-libdir*) echo '{}'; exit ;; esac\nexec '{rustc}' \"$@\"\n",
                folder.display()
            ),
        ),
        ("rustup", "#!/bin/sh\necho 'rust-src (installed)'\n".to_owned()),
    ]
}
