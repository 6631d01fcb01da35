//! How a piece is drawn: its lines (`widget/pieces/*.txt`), with the facts put in → the lines that
//! `core/surface.js` carries out. No markup: each line is one kind of call that the page allows under
//! the strictest policy, and no value can become another.
//!
//! | line | means |
//! | --- | --- |
//! | `#name` | begins a piece |
//! | `@name` | that piece's lines, here |
//! | `?key` `?!key` `?key=value` … `:` … `.` | where it is so, and where it is not |
//! | `[list` … `]` | for each entry of a list; inside, `.key` is the entry's |
//! | `%key value` | a fact for the lines after it |
//! | `<tag name …` … `>` | an element; its names are class and part |
//! | `=name value` | an attribute |
//! | `"words` | text |
//! | `*path` | a drawing of 24 by 24, in the colour of the words beside it |
//! | `~key\|value` | what the surface is to remember |
//! | `!effect\|value…` | what is to be done |
//!
//! | in a line | means |
//! | --- | --- |
//! | `{key}` | a fact; `{%key}` percent-encoded |
//! | `{=key name=fact …}` | words, with what stands in their braces; `a.$key` is `a.` and that fact |
//! | `{#key fact name=fact …}` | the words for that number, `{count}` |

use crate::facts::{END, Facts, UNIT, cut, join};

pub(crate) struct Drawing<'a> {
    pub(crate) facts: Facts<'a>,
    pub(crate) lines: Vec<u8>,
}

impl<'a> Drawing<'a> {
    /// The piece of that name → whether it is there.
    pub(crate) fn piece(&mut self, name: &[u8], item: &[u8]) -> bool {
        let mut rest = self.facts.pieces;
        while !rest.is_empty() {
            let (line, after) = cut(rest, b'\n');
            rest = after;
            if line.strip_prefix(b"#") == Some(name) {
                self.block(&mut rest, item, true);
                return true;
            }
        }
        false
    }

    /// Up to the line that ends this block → that line's mark. What isn't `wanted` is passed over.
    fn block(&mut self, rest: &mut &'a [u8], item: &[u8], wanted: bool) -> u8 {
        while !rest.is_empty() {
            let (line, after) = cut(rest, b'\n');
            *rest = after;
            let Some((mark, line)) = line.split_first() else { continue };
            match mark {
                b'?' => {
                    let holds = self.holds(line, item);
                    if self.block(rest, item, wanted && holds) == b':' {
                        self.block(rest, item, wanted && !holds);
                    }
                }
                b'[' => self.each(rest, line, item, wanted),
                b'#' | b':' | b'.' | b']' => return *mark,
                _ if !wanted => {}
                b'@' => {
                    self.piece(line, item);
                }
                b'%' => {
                    let (key, value) = cut(line, b' ');
                    let at = self.lines.len();
                    self.fill(value, item);
                    let value = self.lines.split_off(at);
                    self.facts.decide(key, &value);
                }
                _ => {
                    self.lines.push(*mark);
                    self.fill(line, item);
                    self.lines.push(END);
                }
            }
        }
        0
    }

    fn each(&mut self, rest: &mut &'a [u8], list: &[u8], item: &[u8], wanted: bool) {
        let begin = *rest;
        let mut entry = join(list, b".");
        let stem = entry.len();
        for at in 0..100 {
            entry.truncate(stem);
            if at > 9 {
                entry.push(b'0' + at / 10);
            }
            entry.push(b'0' + at % 10);
            if !(wanted && self.facts.has(&entry)) {
                break;
            }
            *rest = begin;
            self.block(rest, &entry, true);
        }
        *rest = begin;
        self.block(rest, item, false);
    }

    fn holds(&self, condition: &[u8], item: &[u8]) -> bool {
        let not = condition.strip_prefix(b"!");
        let (key, value) = cut(not.unwrap_or(condition), b'=');
        let key = whole(key, item);
        let so = if value.is_empty() { self.facts.has(&key) } else { self.facts.is(&key, value) };
        so != not.is_some()
    }

    fn put(&mut self, key: &[u8], item: &[u8]) {
        self.lines.extend_from_slice(self.facts.get(&whole(key, item)));
    }

    /// Appends a line with everything in braces put in, and `|` as what parts values.
    fn fill(&mut self, mut rest: &[u8], item: &[u8]) {
        while !rest.is_empty() {
            let (before, after) = cut(rest, b'{');
            let (asked, after) = cut(after, b'}');
            self.lines.extend(before.iter().map(|byte| if *byte == b'|' { UNIT } else { *byte }));
            rest = after;
            let (key, given) = cut(asked, b' ');
            match key.split_first() {
                Some((b'=', key)) => {
                    let (stem, last) = cut(key, b'$');
                    let key = join(stem, self.facts.get(&whole(last, item)));
                    self.say(self.facts.word(&key), given, b"", item);
                }
                Some((b'#', key)) => {
                    let (number, given) = cut(given, b' ');
                    let words = self.facts.plural(key, &whole(number, item));
                    self.say(words, given, number, item);
                }
                Some((b'%', key)) => encode(self.facts.get(key), &mut self.lines),
                _ => self.put(key, item),
            }
        }
    }

    /// Words, whose own braces name what is `given` (`name=fact name=fact`), or the number.
    fn say(&mut self, mut rest: &[u8], given: &[u8], number: &[u8], item: &[u8]) {
        while !rest.is_empty() {
            let (before, after) = cut(rest, b'{');
            let (name, after) = cut(after, b'}');
            self.lines.extend_from_slice(before);
            rest = after;
            if name == b"count" {
                self.put(number, item);
            }
            for pair in given.split(|byte| *byte == b' ') {
                let (known, key) = cut(pair, b'=');
                if known == name {
                    self.put(key, item);
                }
            }
        }
    }
}

/// A key that begins with a dot is of the entry in hand.
fn whole(key: &[u8], item: &[u8]) -> Vec<u8> {
    join(if key.starts_with(b".") { item } else { b"" }, key)
}

/// RFC 3986: what isn't unreserved is percent-encoded.
fn encode(text: &[u8], to: &mut Vec<u8>) {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'A' - 10 + value };
    for byte in text {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            to.push(*byte);
        } else {
            to.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Drawing;
    use crate::facts::Facts;

    /// `;` ends an entry or a line of the answer, `~` parts key and value, `^` the groups.
    #[track_caller]
    fn check(facts: &str, words: &str, piece: &str, expected: &str) {
        let said = [facts, words].join("^").replace('~', "\u{1f}").replace(';', "\u{1e}").replace('^', "\u{1d}");
        let said = format!("{said}\u{1d}#x\n{piece}\n#y\n\"other");
        let mut drawing = Drawing { facts: Facts::read(said.as_bytes()), lines: Vec::new() };
        assert!(drawing.piece(b"x", b"") && !drawing.piece(b"z", b""));
        assert_eq!(String::from_utf8(drawing.lines).unwrap().replace('\u{1e}', ";").replace('\u{1f}', "~"), expected);
    }

    #[test]
    fn facts_and_words_are_put_in() {
        check("a~1;", "", "<p {a} b\n\"{a}{b}!\n>\n@y", "<p 1 b;\"1!;>;\"other;");
        check("who~Ada;", "hi~Hi {name}, {x}!;", "\"{=hi name=who}", "\"Hi Ada, !;");
        check("say~hi;", "hi~Hi!;a.hi~Ah!;", "\"{=$say}\n\"{=a.$say}", "\"Hi!;\"Ah!;");
        check("n~1;n#~one;", "a.one~{count} thing;a.other~{count} things;", "\"{#a n}", "\"1 thing;");
        check("n~2;n#~two;", "a.one~{count} thing;a.other~{count} things;", "\"{#a n}", "\"2 things;");
        check("a~1;b~x y;", "", "!do|{a}|{b}\n~c|{b}", "!do~1~x y;~c~x y;");
        check("a~1;", "", "%a 2{a}\n\"{a}", "\"21;");
    }

    #[test]
    fn braces_and_bars_in_a_fact_stay_what_they_are() {
        check("who~{secret}|;secret~s;", "hi~{name};", "\"{who}{=hi name=who}", "\"{secret}|{secret}|;");
    }

    #[test]
    fn what_goes_into_an_address_is_encoded() {
        check("t~Ü & ~b/1.;", "", "=href {%t}", "=href %C3%9C%20%26%20~b%2F1.;".replace('~', "%1F").as_str());
    }

    #[test]
    fn what_is_not_so_is_passed_over_with_all_that_is_in_it() {
        let lines = "?a\n?b\n\"both\n:\n\"a\n.\n:\n[list\n?a\n\"never\n.\n]\n\"none\n.\n\"end";
        check("a~1;b~1;", "", lines, "\"both;\"end;");
        check("a~1;", "", lines, "\"a;\"end;");
        check("", "", lines, "\"none;\"end;");
        check("a~1;", "", "?a=1\n\"yes\n.\n?!a=2\n\"no\n.\n?!a\n\"never\n.", "\"yes;\"no;");
    }

    #[test]
    fn a_list_is_gone_through_to_its_end() {
        let lines = |line: &dyn Fn(u8) -> String| (0..12).map(line).collect::<Vec<_>>().concat();
        let many = lines(&|at| format!("l.{at}~1;l.{at}.n~{at};"));
        check(&many, "", "[l\n\"{.n}\n]", &lines(&|at| format!("\"{at};")));
        check("", "", "[l\n\"{.n}\n]\n\"none", "\"none;");
    }
}
