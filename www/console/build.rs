//! Writes the words of `words/en/*.json` as Rust: a module for each file, a function for each word. A word that is
//! missing doesn't compile, and one that nobody uses is dead code, which the lints refuse.
//!
//! `"found": "{count} of {all}"` becomes `found(count, all)`, with its holes in the order of the text.
//! `"found": {"one": …, "other": …}` takes `count` as a number first.

use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=words/en");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files: Vec<PathBuf> =
        fs::read_dir("words/en")?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.sort();
    let mut code = String::new();
    for file in files {
        let module = file.file_stem().and_then(|name| name.to_str()).ok_or("a file of words has no name")?;
        let words: serde_json::Map<String, Value> = serde_json::from_str(&fs::read_to_string(&file)?)
            .map_err(|wrong| format!("{}: {wrong}", file.display()))?;
        writeln!(code, "pub(crate) mod {module} {{")?;
        for (key, word) in &words {
            code += &function(key, word).ok_or_else(|| format!("{}: {key} is no word", file.display()))?;
        }
        code += "}\n";
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("words.rs"), code)?;
    Ok(())
}

/// The function of one word.
fn function(key: &str, word: &Value) -> Option<String> {
    if let Value::String(text) = word {
        let holes = holes(text);
        if holes.is_empty() {
            return Some(format!("pub(crate) const fn {key}() -> &'static str {{ {text:?} }}\n"));
        }
        return Some(format!("pub(crate) fn {key}({}) -> String {{ format!({text:?}) }}\n", arguments(&holes)));
    }
    let (one, other) = (word.get("one")?.as_str()?, word.get("other")?.as_str()?);
    let mut holes = holes(other);
    holes.retain(|hole| hole != "count");
    Some(format!(
        "pub(crate) fn {key}(count: i64, {}) -> String {{ let is_one = count == 1; \
         let count = crate::view::amounts::whole(count); let _ = &count; \
         if is_one {{ format!({one:?}) }} else {{ format!({other:?}) }} }}\n",
        arguments(&holes)
    ))
}

fn arguments(holes: &[String]) -> String {
    holes.iter().map(|hole| format!("{hole}: impl std::fmt::Display")).collect::<Vec<_>>().join(", ")
}

fn holes(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in text.split('{').skip(1) {
        let Some((hole, _)) = part.split_once('}') else { continue };
        if !found.iter().any(|one| one == hole) {
            found.push(hole.to_owned());
        }
    }
    found
}
