//! How large things may get. `cargo verify` fails when one is larger; the build prints how much of each is used, and how
//! that differs from the last release, whose sizes `cargo ship` notes in `xtask/released.json`.

use crate::build::Size;
use crate::failure::{Because as _, Failure, Result};
use crate::place::Place;
use crate::say;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;

/// The loader is on every page of the site. Peers' loaders with attribution have 1.2 to 2.5 kB.
const LOADER: usize = 2048;

/// Loader, core and the words of one language together: share card, offer and banner. Peers' widgets are React bundles,
/// many times that.
const WIDGET: usize = 12_000;

/// The QR code's module, fetched when it is asked for.
const QR: usize = 6000;

/// The core as JavaScript, in place of WebAssembly.
const PLAIN: usize = 20_000;

/// The edge's module, gzip. The network takes far more; this is our own ceiling.
const EDGE: usize = 3 << 20;

struct Budget {
    what: &'static str,
    bytes: usize,
    most: usize,
}

fn budgets(sizes: &[Size]) -> Vec<Budget> {
    let sum =
        |of: &dyn Fn(&&Size) -> bool, bytes: fn(&Size) -> usize| -> usize { sizes.iter().filter(of).map(bytes).sum() };
    let ends = |ending: &'static str| move |size: &&Size| part_of(&size.name) == Some(ending);
    let loader = sum(&|size| size.name == "widget/widget.js", |size| size.brotli);
    let core = sum(&ends(".js"), |size| size.brotli);
    let wasm = sum(&ends(".wasm"), |size| size.brotli);
    let plain = sum(&ends("-plain.js"), |size| size.brotli);
    // Whatever language a page is in.
    let words = sizes.iter().filter(|size| is_words(&size.name)).map(|size| size.brotli).max().unwrap_or_default();
    // With WebAssembly or without, never both.
    let is_qr = |size: &&Size| size.name.starts_with("widget/qr-") && !size.name.ends_with("-plain.js");
    let qr = sum(&is_qr, |size| size.brotli);
    let edge = sum(&|size| size.name.starts_with("edge/"), |size| size.gzip);
    vec![
        Budget { what: "the loader (brotli)", bytes: loader, most: LOADER },
        Budget {
            what: "share card, offer and banner in any one language (brotli)",
            bytes: loader + core + wasm + words,
            most: WIDGET,
        },
        Budget { what: "the QR code more (brotli)", bytes: qr, most: QR },
        Budget { what: "the core as JavaScript (brotli)", bytes: plain, most: PLAIN },
        Budget { what: "the edge (gzip)", bytes: edge, most: EDGE },
    ]
}

/// What follows the hash in the name of one of the core's files: `.wasm` of `widget/core-0123456789.wasm`.
fn part_of(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("widget/core-")?;
    Some(rest.trim_start_matches(|letter: char| letter.is_ascii_hexdigit()))
}

/// `-de.json`: the first words of a language.
fn is_words(name: &str) -> bool {
    let language = part_of(name).and_then(|part| part.strip_prefix('-')?.strip_suffix(".json"));
    language.is_some_and(|language| !language.contains('-'))
}

/// What a release had, by what the budget calls it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Released {
    version: String,
    bytes: BTreeMap<String, usize>,
}

const RELEASED: &str = "xtask/released.json";

impl Released {
    /// Empty before the first release.
    fn read(place: &Place) -> Self {
        let text = fs::read_to_string(place.root().join(RELEASED)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// How much more or less it is now; nothing, where the last release had no such thing.
    fn difference(&self, what: &str, bytes: usize) -> Option<String> {
        let before = *self.bytes.get(what)?;
        let (sign, by) = if bytes < before { ('-', before - bytes) } else { ('+', bytes - before) };
        Some(format!(", {sign}{by} since {}", self.version))
    }
}

/// A line for each budget.
pub(crate) fn print(place: &Place, sizes: &[Size]) {
    let released = Released::read(place);
    if released.version.is_empty() {
        say::line("  Nothing was released before that sizes could be compared with.");
    }
    for Budget { what, bytes, most } in budgets(sizes).iter().filter(|budget| budget.bytes > 0) {
        let since = released.difference(what, *bytes).unwrap_or_default();
        say::line(format!("  {bytes:>9} of {most:>9}  {what}{since}"));
    }
}

/// Notes the sizes of what is shipped for the next release to be compared with, the first time that a version is.
pub(crate) fn note_release(place: &Place, version: &str, sizes: &[Size]) -> Result<()> {
    if Released::read(place).version == version {
        return Ok(());
    }
    let bytes = budgets(sizes).into_iter().map(|budget| (budget.what.to_owned(), budget.bytes)).collect();
    let released = Released { version: version.to_owned(), bytes };
    let text = serde_json::to_string_pretty(&released).because(|| "The sizes can't be written".into())?;
    let path = place.root().join(RELEASED);
    fs::write(&path, text + "\n").because(|| format!("{} can't be written", path.display()))?;
    say::line(format!("noted the sizes of {version} in {RELEASED}: it belongs to the release's commit"));
    Ok(())
}

/// Every budget that is broken, in one failure.
pub(crate) fn check(sizes: &[Size]) -> Result<()> {
    let broken: Vec<String> = budgets(sizes)
        .iter()
        .filter(|budget| budget.bytes > budget.most)
        .map(|Budget { what, bytes, most }| format!("{what} has {bytes} bytes, and may have {most}"))
        .collect();
    if broken.is_empty() { Ok(()) } else { Err(Failure::new(format!("Over budget: {}.", broken.join("; ")))) }
}

#[cfg(test)]
mod tests {
    use super::{Released, check};
    use crate::build::Size;

    fn size(name: &str, brotli: usize) -> Size {
        Size { name: name.into(), raw: 0, gzip: 0, brotli }
    }

    fn widget(loader: usize, wasm: usize, german: usize) -> Vec<Size> {
        vec![
            size("widget/widget.js", loader),
            size("widget/core-0123456789.js", 5000),
            size("widget/core-0123456789.wasm", wasm),
            size("widget/core-0123456789-en.json", 500),
            size("widget/core-0123456789-de.json", german),
            size("widget/core-0123456789-more-de.json", 5000),
            size("widget/core-0123456789-more.js", 5000),
            size("widget/core-0123456789-plain.js", 20_000),
        ]
    }

    #[test]
    fn the_loader_and_what_a_page_needs_have_budgets_of_their_own() {
        assert!(check(&widget(2048, 4000, 952)).is_ok());
        let failure = check(&widget(2049, 4000, 952)).unwrap_err().to_string();
        assert!(failure.contains("2049 bytes") && failure.contains("12001 bytes"), "{failure}");
    }

    #[test]
    fn a_size_is_told_against_the_last_release_where_that_had_it() {
        let text = r#"{"version": "0.1.0", "bytes": {"the loader": 2000}}"#;
        let released: Released = serde_json::from_str(text).unwrap();
        assert_eq!(released.difference("the loader", 1990).as_deref(), Some(", -10 since 0.1.0"));
        assert_eq!(released.difference("the loader", 2000).as_deref(), Some(", +0 since 0.1.0"));
        assert_eq!(released.difference("another", 1), None);
    }

    #[test]
    fn the_longest_language_counts_and_what_few_pages_have_does_not() {
        let failure = check(&widget(2000, 4000, 1001)).unwrap_err().to_string();
        assert!(failure.contains("12001 bytes"), "{failure}");
    }

    #[test]
    fn the_qr_module_has_one_too_in_which_its_fallback_does_not_count() {
        assert!(check(&[size("widget/qr-1.js", 500), size("widget/qr-1.wasm", 5_500)]).is_ok());
        assert!(check(&[size("widget/qr-1-plain.js", 8_000)]).is_ok());
        assert!(check(&[size("widget/qr-1.js", 501), size("widget/qr-1.wasm", 5_500)]).is_err());
    }
}
