//! Reads the regular expressions that the list is written in. What isn't known here is refused by name, so that a new
//! version of the list can't be compiled wrongly.

use crate::failure::{Failure, Result};
use std::iter::Peekable;
use std::str::Chars;

/// As `domain::clickquality`'s `Part`, which says what each means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Some(Set, u16, u16),
    OneOf(Vec<Vec<Part>>),
    Start,
    End,
    Edge,
    NotAfter(Vec<String>),
    NotBefore(Vec<String>),
}

/// Characters in lower case: ASCII as bits, and whether all others belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Set {
    pub(super) ascii: u128,
    pub(super) others: bool,
}

/// One expression, in lower case.
pub(super) fn parse(expression: &str) -> Result<Vec<Part>> {
    let mut reader = Reader { rest: expression.chars().peekable() };
    let mut choices = reader.choices()?;
    match (reader.rest.next(), choices.pop()) {
        (None, Some(only)) if choices.is_empty() => Ok(only),
        (None, Some(last)) => {
            choices.push(last);
            Ok(vec![Part::OneOf(choices)])
        }
        _ => Err(unknown("a parenthesis too many")),
    }
}

fn unknown(what: &str) -> Failure {
    Failure::new(format!("it has {what}, which isn't known here"))
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn took(&mut self, expected: char) -> bool {
        self.rest.next_if_eq(&expected).is_some()
    }

    fn next(&mut self) -> Result<char> {
        self.rest.next().ok_or_else(|| unknown("no end"))
    }

    /// Sequences between bars, up to a closing parenthesis or the end.
    fn choices(&mut self) -> Result<Vec<Vec<Part>>> {
        let mut choices = vec![self.sequence()?];
        while self.took('|') {
            choices.push(self.sequence()?);
        }
        Ok(choices)
    }

    fn sequence(&mut self) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        while self.rest.peek().is_some_and(|next| !matches!(next, '|' | ')')) {
            let part = self.one()?;
            match (self.repeated(part)?, parts.last_mut()) {
                (Part::Text(more), Some(Part::Text(text))) => text.push_str(&more),
                (part, _) => parts.push(part),
            }
        }
        Ok(parts)
    }

    fn one(&mut self) -> Result<Part> {
        Ok(match self.next()? {
            '^' => Part::Start,
            '$' => Part::End,
            '(' => self.group()?,
            '[' => Part::Some(self.set()?, 1, 1),
            '\\' => match self.next()? {
                'b' => Part::Edge,
                letter if letter.is_ascii_alphabetic() => Part::Some(class(letter)?, 1, 1),
                sign => text(sign)?,
            },
            sign @ ('.' | '*' | '+' | '?' | '{') => return Err(unknown(&format!("a bare {sign}"))),
            sign => text(sign)?,
        })
    }

    /// What follows a part: how often it may be there.
    fn repeated(&mut self, part: Part) -> Result<Part> {
        let (least, most) = match self.rest.peek() {
            Some('?') => (0, 1),
            Some('*') => (0, u16::MAX),
            Some('+') => (1, u16::MAX),
            Some('{') => return self.counted(part),
            _ => return Ok(part),
        };
        self.next()?;
        repeat(part, least, most, self.took('?'))
    }

    fn counted(&mut self, part: Part) -> Result<Part> {
        self.next()?;
        let mut inside = String::new();
        while !self.took('}') {
            inside.push(self.next()?);
        }
        let number = |text: &str| text.parse::<u16>().map_err(|_| unknown(&format!("{{{inside}}}")));
        let (least, most) = match inside.split_once(',') {
            None => (number(&inside)?, number(&inside)?),
            Some((least, "")) => (number(least)?, u16::MAX),
            Some((least, most)) => (number(least)?, number(most)?),
        };
        repeat(part, least, most, self.took('?'))
    }

    fn group(&mut self) -> Result<Part> {
        let kind: String = if self.took('?') {
            match self.next()? {
                '<' => format!("<{}", self.next()?),
                sign => sign.to_string(),
            }
        } else {
            ":".into()
        };
        let choices = self.choices()?;
        if !self.took(')') {
            return Err(unknown("a group without an end"));
        }
        Ok(match kind.as_str() {
            ":" => Part::OneOf(choices),
            "!" => Part::NotBefore(texts(&choices)?),
            "<!" => Part::NotAfter(texts(&choices)?),
            other => return Err(unknown(&format!("a group (?{other}"))),
        })
    }

    fn set(&mut self) -> Result<Set> {
        let negated = self.took('^');
        let mut set = Set { ascii: 0, others: false };
        loop {
            let first = match self.next()? {
                ']' => break,
                '\\' => match self.next()? {
                    letter if letter.is_ascii_alphabetic() => {
                        set.ascii |= class(letter)?.ascii;
                        continue;
                    }
                    sign => sign,
                },
                sign => sign,
            };
            let last = match (first, self.rest.peek()) {
                ('-', _) | (_, None) => first,
                (_, Some('-')) => {
                    self.next()?;
                    match self.rest.peek() {
                        Some(']') | None => {
                            set.ascii |= bit('-')?;
                            first
                        }
                        Some(_) => self.next()?,
                    }
                }
                _ => first,
            };
            for sign in first..=last {
                set.ascii |= bit(sign)?;
            }
        }
        Ok(if negated { Set { ascii: !set.ascii, others: true } } else { set })
    }
}

fn text(sign: char) -> Result<Part> {
    bit(sign).map(|_| Part::Text(sign.to_ascii_lowercase().to_string()))
}

/// A character's bit, in lower case.
fn bit(sign: char) -> Result<u128> {
    if sign.is_ascii() {
        Ok(1 << u32::from(sign.to_ascii_lowercase()))
    } else {
        Err(unknown(&format!("the character {sign}")))
    }
}

fn class(letter: char) -> Result<Set> {
    let all = |wanted: fn(&char) -> bool| {
        let ascii = ('\0'..='\x7f').filter(wanted).filter_map(|sign| bit(sign).ok()).fold(0, |set, bit| set | bit);
        Ok(Set { ascii, others: false })
    };
    match letter {
        'd' => all(char::is_ascii_digit),
        'w' => all(|sign| sign.is_ascii_alphanumeric() || *sign == '_'),
        's' => all(|sign| matches!(sign, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')),
        other => Err(unknown(&format!("\\{other}"))),
    }
}

/// Of groups only one that may be missing: a group any number of times would need a stack as deep as the agent is long.
/// A lazy repetition meets the same agents as a greedy one, where only whether it is met is asked.
fn repeat(part: Part, least: u16, most: u16, _lazy: bool) -> Result<Part> {
    Ok(match (part, least, most) {
        (Part::Some(set, 1, 1), ..) => Part::Some(set, least, most),
        (Part::Text(text), ..) if text.len() == 1 => {
            let ascii = text.chars().map(bit).collect::<Result<Vec<_>>>()?.into_iter().fold(0, |set, bit| set | bit);
            Part::Some(Set { ascii, others: false }, least, most)
        }
        (Part::OneOf(mut choices), 0, 1) => {
            choices.push(Vec::new());
            Part::OneOf(choices)
        }
        (part, ..) => return Err(unknown(&format!("{part:?} {least} to {most} times"))),
    })
}

/// Choices that are plain text each: all that is known of what stands around a match. Groups in it are opened.
fn texts(choices: &[Vec<Part>]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for choice in choices {
        match choice.as_slice() {
            [Part::Text(text)] => found.push(text.clone()),
            [Part::OneOf(inner)] => found.extend(texts(inner)?),
            other => return Err(unknown(&format!("{other:?} around a match"))),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Part, Set, parse};

    fn some(signs: &str, least: u16, most: u16) -> Part {
        let ascii = signs.bytes().fold(0, |set, sign| set | 1 << sign);
        Part::Some(Set { ascii, others: false }, least, most)
    }

    fn text(text: &str) -> Part {
        Part::Text(text.into())
    }

    #[track_caller]
    fn check(expression: &str, expected: &[Part]) {
        assert_eq!(parse(expression).unwrap(), expected, "{expression}");
    }

    #[test]
    fn what_the_list_is_written_in_is_read() {
        check(r"^Zdm/\d", &[Part::Start, text("zdm/"), some("0123456789", 1, 1)]);
        check(r"\.com\b", &[text(".com"), Part::Edge]);
        check("ab?", &[text("a"), some("b", 0, 1)]);
        check("[a-c-]{2,}$", &[some("abc-", 2, u16::MAX), Part::End]);
        check("x(?:a|b)?", &[text("x"), Part::OneOf(vec![vec![text("a")], vec![text("b")], vec![]])]);
        check("(?<! cu)bot", &[Part::NotAfter(vec![" cu".into()]), text("bot")]);
        check("java(?!(?:a|;))", &[text("java"), Part::NotBefore(vec!["a".into(), ";".into()])]);
        let Part::Some(others, 1, 1) = parse("[^g]").unwrap()[0] else { panic!("a set") };
        assert!(others.others && others.ascii == !(1 << b'g'));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (expression, named) in [
            ("a.b", "a bare ."),
            (r"\pL", r"\p"),
            ("(?=a)b", "(?="),
            ("(?:ab)*", "times"),
            (r"(?!\d)", "around a match"),
            ("(a", "without an end"),
            ("a)", "a parenthesis too many"),
            ("[a", "no end"),
            ("é", "é"),
        ] {
            let wrong = parse(expression).unwrap_err().to_string();
            assert!(wrong.contains(named), "{expression}: {wrong}");
        }
    }
}
