//! The form in which the public list of bots is compiled in, and its matching: parts in a row, tried from one place.
//!
//! `xtask` turns the list's regular expressions into this form, so that no regular expression engine is shipped. Text
//! and agents are in lower case. Called by `declared`, at most once for each new agent.

/// What must be met, part after part.
pub(super) type Pattern = &'static [Part];

#[derive(Debug)]
#[allow(dead_code, reason = "which parts there are is the list's matter, and changes with it")]
pub(super) enum Part {
    /// These letters.
    Text(&'static str),
    /// At least and at most so many characters of a set, the more the better.
    Some(&'static Set, u16, u16),
    /// One of these, in this order.
    OneOf(&'static [Pattern]),
    /// The agent's beginning.
    Start,
    /// Its end.
    End,
    /// Between a letter, digit or `_` and anything else.
    Edge,
    /// None of these ends here.
    NotAfter(&'static [&'static str]),
    /// None of these begins here.
    NotBefore(&'static [&'static str]),
}

/// Characters. A byte above 127 counts as one that no set names.
#[derive(Debug)]
pub(super) struct Set {
    /// A bit for each ASCII character.
    pub(super) ascii: u128,
    pub(super) others: bool,
}

impl Set {
    fn has(&self, byte: u8) -> bool {
        if byte.is_ascii() { self.ascii >> byte & 1 == 1 } else { self.others }
    }
}

/// Whether `parts` are met in `agent` from the byte `at` on.
pub(super) fn matches(parts: &[Part], agent: &[u8], at: usize) -> bool {
    go(parts, agent, at, &|_| true)
}

/// Tries the first part, then the rest; `then` is told where they ended, and may refuse.
fn go(parts: &[Part], agent: &[u8], at: usize, then: &dyn Fn(usize) -> bool) -> bool {
    let Some((first, rest)) = parts.split_first() else { return then(at) };
    let (before, ahead) = agent.split_at_checked(at).unwrap_or((agent, &[]));
    let met = match first {
        Part::Text(text) => {
            return ahead.starts_with(text.as_bytes()) && go(rest, agent, at + text.len(), then);
        }
        Part::Some(set, least, most) => {
            let there = ahead.iter().take(usize::from(*most)).take_while(|byte| set.has(**byte)).count();
            return (usize::from(*least)..=there).rev().any(|count| go(rest, agent, at + count, then));
        }
        Part::OneOf(choices) => {
            return choices.iter().any(|choice| go(choice, agent, at, &|end| go(rest, agent, end, then)));
        }
        Part::Start => at == 0,
        Part::End => ahead.is_empty(),
        Part::Edge => before.last().copied().is_some_and(word) != ahead.first().copied().is_some_and(word),
        Part::NotAfter(texts) => !texts.iter().any(|text| before.ends_with(text.as_bytes())),
        Part::NotBefore(texts) => !texts.iter().any(|text| ahead.starts_with(text.as_bytes())),
    };
    met && go(rest, agent, at, then)
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
