//! Writes the list as Rust: constants for `domain::clickquality`, sorted by the first letter of what they meet.

use super::expression::{Part, Set};
use crate::failure::{Because as _, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// An expression, and what is to be written of its parts.
type Listed<'a> = (&'a String, &'a [Part]);

/// `list.rs`. Each expression has its parts.
pub(super) fn write(version: &str, parsed: &[(String, Vec<Part>)]) -> Result<String> {
    let mut sets = BTreeSet::new();
    let mut at_the_start = Vec::new();
    let mut anywhere = Vec::new();
    let mut by_letter: BTreeMap<u8, Vec<Listed<'_>>> = BTreeMap::new();
    for (expression, parts) in parsed {
        gather(parts, &mut sets);
        if let [Part::Start, rest @ ..] = parts.as_slice() {
            at_the_start.push((expression, rest));
        } else if let Some(letter) = first_letter(parts) {
            by_letter.entry(letter).or_default().push((expression, parts.as_slice()));
        } else {
            anywhere.push((expression, parts.as_slice()));
        }
    }
    let sets: Vec<Set> = sets.into_iter().collect();
    let mut text = format!(
        "//! The public list of bots, isbot {version}, as parts to be matched; amended as xtask/src/bots/amended.rs \
         says.\n//!\n//! Made by `cargo run -p xtask -- bots` from `isbot.txt`, which names its source and licence. Not \
         to be edited.\n\nuse super::pattern::{{Part, Pattern, Set}};\n\n"
    );
    for (number, set) in sets.iter().enumerate() {
        let hex = format!("{:032x}", set.ascii);
        let groups: Vec<&str> = (0..8).filter_map(|group| hex.get(group * 4..group * 4 + 4)).collect();
        let hex = groups.join("_");
        let line = format!("const SET_{number}: &Set = &Set {{ ascii: 0x{hex}, others: {} }};\n", set.others);
        text.push_str(&line);
    }
    constant(&mut text, "pub(super) const AT_THE_START", &at_the_start, &sets)?;
    constant(&mut text, "pub(super) const ANYWHERE", &anywhere, &sets)?;
    for (letter, group) in &by_letter {
        constant(&mut text, &format!("const FROM_{letter:02X}"), group, &sets)?;
    }
    text.push_str("\n/// Those that begin with this byte, wherever it is.\n");
    text.push_str("pub(super) const fn beginning_with(byte: u8) -> &'static [Pattern] {\n    match byte {\n");
    for letter in by_letter.keys() {
        writeln!(text, "        {letter} => FROM_{letter:02X},").because(|| "A line can't be written".into())?;
    }
    text.push_str("        _ => &[],\n    }\n}\n");
    Ok(text)
}

fn constant(text: &mut String, name: &str, group: &[Listed<'_>], sets: &[Set]) -> Result<()> {
    write!(text, "\n{name}: &[Pattern] = &[\n").because(|| "A line can't be written".into())?;
    for (expression, parts) in group {
        let parts = row(parts, sets)?;
        writeln!(text, "    {parts}, // {expression}").because(|| "A line can't be written".into())?;
    }
    text.push_str("];\n");
    Ok(())
}

/// The byte that any match begins with, where there is one.
fn first_letter(parts: &[Part]) -> Option<u8> {
    parts.iter().find_map(|part| match part {
        Part::NotAfter(_) | Part::Edge => None,
        Part::Text(text) => Some(text.bytes().next()),
        _ => Some(None),
    })?
}

fn gather(parts: &[Part], sets: &mut BTreeSet<Set>) {
    for part in parts {
        match part {
            Part::Some(set, ..) => {
                sets.insert(*set);
            }
            Part::OneOf(choices) => choices.iter().for_each(|choice| gather(choice, sets)),
            _ => {}
        }
    }
}

fn row(parts: &[Part], sets: &[Set]) -> Result<String> {
    let words: Result<Vec<String>> = parts.iter().map(|part| word(part, sets)).collect();
    Ok(format!("&[{}]", words?.join(", ")))
}

fn word(part: &Part, sets: &[Set]) -> Result<String> {
    Ok(match part {
        Part::Text(text) => format!("Part::Text({text:?})"),
        Part::Some(set, least, most) => {
            let number = sets.iter().position(|one| one == set).because(|| "A set was not gathered.".into())?;
            format!("Part::Some(SET_{number}, {least}, {most})")
        }
        Part::OneOf(choices) => {
            let rows: Result<Vec<String>> = choices.iter().map(|choice| row(choice, sets)).collect();
            format!("Part::OneOf(&[{}])", rows?.join(", "))
        }
        Part::Start => "Part::Start".into(),
        Part::End => "Part::End".into(),
        Part::Edge => "Part::Edge".into(),
        Part::NotAfter(texts) => format!("Part::NotAfter(&{texts:?})"),
        Part::NotBefore(texts) => format!("Part::NotBefore(&{texts:?})"),
    })
}
