//! `cargo ship`: `target/ship/`, all that a deployment needs: for Cloudflare by `wrangler deploy` inside it, or for one
//! process by `workerd serve workerd.capnp` inside it.

use crate::build::{self, fresh, hex, list, mirror};
use crate::failure::{Because as _, Result};
use crate::local::bindings::Bindings;
use crate::local::{Disks, Reach, configuration, modules};
use crate::place::Place;
use crate::{budget, say, wrangler};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;

const READ_ME: &str = "\
Honeyguide, built.

On Cloudflare, in this folder:
  wrangler secret put HONEYGUIDE_SECRET    (at least 32 random bytes, as any text)
  wrangler secret put ADMIN_SECRET         (makes programs)
  wrangler deploy

As one process, in this folder, behind a reverse proxy that sets x-forwarded-for:
  mkdir -p data
  In workerd.capnp, add the machine's own public addresses to the `deny` of the network \"internet\": nothing that an
  owner writes may make it call itself. All that isn't public is refused already.
  HONEYGUIDE_SECRET=... ADMIN_SECRET=... workerd serve workerd.capnp

`sha256sum --check SHA256SUMS` says whether anything changed on the way here.
";

pub(crate) fn ship(place: &Place) -> Result<()> {
    let sizes = build::for_use(place)?;
    let to = place.root().join("target/ship");
    say::step("packing target/ship", || {
        fresh(&to)?;
        mirror(&place.edge(), &to.join("edge"))?;
        mirror(&place.assets(), &to.join("assets"))?;
        write(&to.join("wrangler.toml"), &for_wrangler(place)?)?;
        write(&to.join("workerd.capnp"), &for_workerd(place)?)?;
        write(&to.join("README.txt"), READ_ME)?;
        write(&to.join("SHA256SUMS"), &sums(&to)?)
    })?;
    wrangler::accepts(place, &to, "wrangler.toml")?;
    budget::note_release(place, env!("CARGO_PKG_VERSION"), &sizes)?;
    say::line(format!("shipped to {}", to.display()));
    Ok(())
}

/// `edge/wrangler.toml`, whose paths lead from `edge/` to what was built, with the paths of this folder.
fn for_wrangler(place: &Place) -> Result<String> {
    let path = place.wrangler_toml();
    let text = fs::read_to_string(&path).because(|| format!("{} can't be read", path.display()))?;
    Ok(text.replace("../target/honeyguide/", ""))
}

/// Paths are relative to the folder that `workerd` is started in. Only public addresses are called; the machine's own are
/// for who installs it to add.
fn for_workerd(place: &Place) -> Result<String> {
    let behind_a_proxy = [("CLIENT_ADDRESS_HEADER", "x-forwarded-for"), ("LINK_CACHE", "off")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let bindings = Bindings::read(&place.wrangler_toml())?.with(&behind_a_proxy)?;
    let disks = Disks { objects: Some("data"), assets: Some("assets") };
    Ok(configuration(&bindings, &modules(&place.edge(), "edge")?, Reach::Public, None, &disks, &[]))
}

/// In the form that `sha256sum --check` reads.
fn sums(folder: &Path) -> Result<String> {
    let mut lines = Vec::new();
    for file in list(folder)? {
        let path = folder.join(&file);
        let content = fs::read(&path).because(|| format!("{} can't be read", path.display()))?;
        lines.push(format!("{}  {}\n", hex(&Sha256::digest(content)), file.display()));
    }
    Ok(lines.concat())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).because(|| format!("{} can't be written", path.display()))
}
