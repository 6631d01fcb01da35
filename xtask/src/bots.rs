//! `cargo run -p xtask -- bots`: the public list of bots, fetched, vendored, and compiled into what the edge matches.
//!
//! The list is `isbot`'s. Two files come of it: `isbot.txt`, its regular expressions as they are, under a header that
//! names version, licence and checksum; and `list.rs`, the same with our amendments in the form of
//! `domain::clickquality`. The header's version is the pinned one; `--newest` moves it. The same version gives the
//! same files, byte for byte. Needs `npm` and `tar`.

mod amended;
mod expression;
mod package;
mod source;

use crate::command::Bots;
use crate::failure::{Because as _, Failure, Result};
use crate::place::Place;
use crate::say;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const VENDORED: &str = "domain/src/clickquality/isbot.txt";
const COMPILED: &str = "domain/src/clickquality/list.rs";

/// The vendored list: what its header says, and its regular expressions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct List {
    version: String,
    licence: String,
    /// Of the package, as npm writes it: `sha512-`, then base64.
    integrity: String,
    patterns: Vec<String>,
}

pub(crate) fn bots(place: &Place, options: Bots) -> Result<()> {
    let path = place.root().join(VENDORED);
    let held = fs::read_to_string(&path).ok().map(|text| List::read(&text)).transpose()?;
    let wanted = match &held {
        Some(held) if !options.newest => held.version.clone(),
        _ => "latest".to_owned(),
    };
    let fetched = package::fetch(place, &wanted)?;
    if let Some(held) = held.as_ref().filter(|held| held.version == fetched.version)
        && held.integrity != fetched.integrity
    {
        return Err(Failure::new(format!(
            "isbot {} isn't what was vendored: its checksum is {}, and was {}.",
            fetched.version, fetched.integrity, held.integrity
        )));
    }
    tell(held.as_ref(), &fetched);
    let compiled = compile(&fetched.write())?;
    let vendored = put(&path, &fetched.write(), options.check)?;
    let list = put(&place.root().join(COMPILED), &compiled, options.check)?;
    match (vendored || list, options.check) {
        (false, _) => say::line("Nothing to change."),
        (true, false) => say::line("Written. The corpus says what it is worth: cargo test -p honeyguide-domain corpus"),
        (true, true) => {
            let again = if options.newest { "bots --newest" } else { "bots" };
            return Err(Failure::new(format!("The list isn't up to date. To renew it: cargo run -p xtask -- {again}")));
        }
    }
    Ok(())
}

/// `list.rs`, from the text of `isbot.txt`.
fn compile(vendored: &str) -> Result<String> {
    let list = List::read(vendored)?;
    let amended = amended::amend(&list.patterns)?;
    let mut parsed = Vec::with_capacity(amended.len());
    for pattern in amended {
        let parts = expression::parse(&pattern).because(|| format!("The list's \"{pattern}\" can't be compiled"))?;
        parsed.push((pattern, parts));
    }
    source::write(&list.version, &parsed)
}

/// Writes a file that differs, unless it is only to be looked at; says whether it differs.
fn put(path: &Path, text: &str, only_look: bool) -> Result<bool> {
    let differs = fs::read_to_string(path).ok().as_deref() != Some(text);
    if differs && !only_look {
        fs::write(path, text).because(|| format!("{} can't be written", path.display()))?;
    }
    Ok(differs)
}

/// Says what the fetched list has that the held one hasn't, and the other way round.
fn tell(held: Option<&List>, fetched: &List) {
    let patterns = |list: &List| list.patterns.iter().cloned().collect::<BTreeSet<_>>();
    let old = held.map(patterns).unwrap_or_default();
    let new = patterns(fetched);
    let before = held.map_or("none", |held| held.version.as_str());
    say::line(format!("isbot: {before} is held, {} fetched, {} expressions", fetched.version, new.len()));
    for gone in old.difference(&new) {
        say::line(format!("  - {gone}"));
    }
    for come in new.difference(&old) {
        say::line(format!("  + {come}"));
    }
}

impl List {
    fn read(text: &str) -> Result<Self> {
        let said = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix('#')?.trim().strip_prefix(name))
                .map(|value| value.trim().to_owned())
                .because(|| format!("{VENDORED} has no line \"# {name}\"."))
        };
        let patterns = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        Ok(Self {
            version: said("version:")?,
            licence: said("licence:")?,
            integrity: said("integrity:")?,
            patterns: patterns.map(str::to_owned).collect(),
        })
    }

    fn write(&self) -> String {
        format!(
            "# The public list of bots in use: regular expressions, in any case of letters, one a line.\n\
             # Made by `cargo run -p xtask -- bots`. Not to be edited: amendments are in xtask/src/bots/amended.rs.\n\
             # source: npm package isbot, by its contributors\n\
             # version: {}\n# licence: {}\n# integrity: {}\n{}\n",
            self.version,
            self.licence,
            self.integrity,
            self.patterns.join("\n")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{COMPILED, List, VENDORED, compile};
    use crate::place::Place;
    use std::fs;

    fn read(path: &str) -> String {
        fs::read_to_string(Place::find().unwrap().root().join(path)).unwrap()
    }

    #[test]
    fn what_is_compiled_in_is_made_from_what_is_vendored() {
        assert!(
            compile(&read(VENDORED)).unwrap() == read(COMPILED),
            "{COMPILED} was edited, or its compiler changed: run cargo run -p xtask -- bots"
        );
    }

    #[test]
    fn a_vendored_list_is_read_as_it_was_written() {
        let list = List::read(&read(VENDORED)).unwrap();
        assert_eq!(list.write(), read(VENDORED));
        assert_eq!(list.licence, "Unlicense");
        assert!(list.patterns.len() > 150);
        assert!(List::read("# version: 1\nbot\n").unwrap_err().to_string().contains("licence"));
    }
}
