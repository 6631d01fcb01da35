//! The package, as npm gives it. Nothing in it is run: its list is read as text.

use super::List;
use crate::failure::{Because as _, Result};
use crate::place::Place;
use crate::{run, say};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The list of one version, or of `latest`.
pub(super) fn fetch(place: &Place, version: &str) -> Result<List> {
    let folder = place.cache("bots");
    fs::create_dir_all(&folder).because(|| format!("{} can't be made", folder.display()))?;
    let answer = say::step(&format!("isbot {version}: the public list of bots"), || {
        let mut npm = run::tied("npm");
        npm.args(["pack", &format!("isbot@{version}"), "--json", "--loglevel=error", "--pack-destination"])
            .arg(&folder)
            .current_dir(&folder);
        run::quiet(npm, "`npm pack`").because(|| "The list can't be fetched (is there a network?)".into())
    })?;
    let answer: Value = serde_json::from_str(&answer).because(|| "npm's answer isn't JSON".into())?;
    let said = |name: &str| {
        let word = answer.pointer(&format!("/0/{name}")).and_then(Value::as_str);
        word.map(str::to_owned).because(|| format!("npm doesn't tell the package's {name}."))
    };
    let archive = folder.join(said("filename")?);
    let manifest: Value = serde_json::from_str(&member(&archive, "package.json")?)
        .because(|| "isbot's package.json isn't JSON".into())?;
    Ok(List {
        version: said("version")?,
        licence: manifest.get("license").and_then(Value::as_str).unwrap_or("unknown").to_owned(),
        integrity: said("integrity")?,
        patterns: patterns(&member(&archive, "index.mjs")?)?,
    })
}

fn member(archive: &Path, name: &str) -> Result<String> {
    let mut tar = Command::new("tar");
    tar.arg("-xzOf").arg(archive).arg(format!("package/{name}"));
    run::quiet(tar, "`tar`")
}

/// The array of strings that the module calls `patterns_default`; it is written as JSON.
fn patterns(module: &str) -> Result<Vec<String>> {
    let array = module
        .split_once("patterns_default = ")
        .and_then(|(_, rest)| rest.split_once("];"))
        .map(|(array, _)| format!("{array}]"))
        .because(|| "isbot's module has no `patterns_default` any more: its list must be found anew.".into())?;
    serde_json::from_str(&array).because(|| "isbot's list isn't an array of strings".into())
}

#[cfg(test)]
mod tests {
    use super::patterns;

    #[test]
    fn the_list_is_found_in_the_module() {
        let module =
            "// src/patterns.json\nvar patterns_default = [\n  \" daum[ /]\",\n  \"\\\\bperl\\\\b\"\n];\nvar list;";
        assert_eq!(patterns(module).unwrap(), [" daum[ /]", r"\bperl\b"]);
        assert!(patterns("var other = [];").is_err());
    }
}
