//! How participants are looked for: the orders of their list and of others, and what a text that an owner types stands for.
//!
//! A text stands for beginnings: of a code, an address, a name, an id of the site's. Each is a range of texts, so that an
//! index finds it, however many participants there are.

use crate::fault::Refusal;

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    EarliestFirst,
    NewestFirst,
    ByName,
    ByNameBackwards,
}

impl Order {
    pub const ALL: [Self; 4] = [Self::EarliestFirst, Self::NewestFirst, Self::ByName, Self::ByNameBackwards];
    /// Those of a list that has no names.
    pub const BY_TIME: [Self; 2] = [Self::EarliestFirst, Self::NewestFirst];

    /// As the parameter `sort` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EarliestFirst => "created_at",
            Self::NewestFirst => "-created_at",
            Self::ByName => "name",
            Self::ByNameBackwards => "-name",
        }
    }

    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::among(&Self::ALL, text)
    }

    /// An order by time alone.
    pub fn by_time(text: &str) -> Result<Self, Refusal> {
        Self::among(&Self::BY_TIME, text)
    }

    fn among(known: &[Self], text: &str) -> Result<Self, Refusal> {
        known.iter().copied().find(|order| order.as_str() == text).ok_or_else(|| {
            let known = known.iter().map(|order| order.as_str()).collect::<Vec<_>>().join(", ");
            Refusal::new(400, "unknown_value", format!("sort is one of {known}.")).at("sort")
        })
    }

    pub const fn is_by_name(self) -> bool {
        matches!(self, Self::ByName | Self::ByNameBackwards)
    }

    pub const fn is_backwards(self) -> bool {
        matches!(self, Self::NewestFirst | Self::ByNameBackwards)
    }
}

/// The texts that begin so: those from one on, up to another that isn't among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    pub from: String,
    pub until: String,
}

impl Beginning {
    fn of(text: String) -> Self {
        let until = format!("{text}{}", char::MAX);
        Self { from: text, until }
    }

    /// No text at all.
    const fn nothing() -> Self {
        Self { from: String::new(), until: String::new() }
    }
}

/// What a typed text stands for. Small and capital letters of ASCII are the same wherever these are compared, but in
/// codes, which are small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Of addresses and of the site's ids.
    pub text: Beginning,
    pub code: Beginning,
    /// In small letters; and with a capital at its beginning, where that letter isn't one of ASCII's.
    pub names: [Beginning; 2],
}

/// Rows that are found by a text's own indexes: all of them are then put in order. Of a text that fits more, the list is
/// gone through in its order instead, and a page is soon full.
pub const FEW: i64 = 2_000;

/// Characters of a text.
const LONGEST: usize = 255;

impl Search {
    /// Nothing where nothing was typed.
    pub fn parse(text: &str) -> Result<Option<Self>, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.chars().count() > LONGEST {
            let message = format!("search has {LONGEST} characters at most.");
            return Err(Refusal::new(400, "invalid_parameter", message).at("search"));
        }
        let small = text.to_lowercase();
        let mut letters = small.chars();
        let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        let capital = if capital.eq_ignore_ascii_case(&small) { Beginning::nothing() } else { Beginning::of(capital) };
        Ok(Some(Self {
            text: Beginning::of(text.to_owned()),
            code: Beginning::of(small.clone()),
            names: [Beginning::of(small), capital],
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_read_as_it_is_written_and_no_other() {
        for order in Order::ALL {
            assert_eq!(Order::parse(order.as_str()).unwrap(), order);
            assert_eq!(order.as_str().starts_with('-'), order.is_backwards());
            assert_eq!(order.as_str().ends_with("name"), order.is_by_name());
        }
        for text in ["clicks", "Name", "--name", "+name", ""] {
            let refusal = Order::parse(text).unwrap_err();
            assert_eq!((refusal.code, refusal.field.as_deref()), ("unknown_value", Some("sort")), "{text}");
        }
    }

    #[test]
    fn a_list_without_names_is_in_the_order_of_time_alone() {
        assert_eq!(Order::by_time("-created_at"), Ok(Order::NewestFirst));
        assert_eq!(Order::by_time("created_at"), Ok(Order::EarliestFirst));
        let refusal = Order::by_time("name").unwrap_err();
        assert!(refusal.message.contains("created_at, -created_at"), "{}", refusal.message);
    }

    #[test]
    fn a_text_stands_for_all_that_begins_with_it() {
        let found = |search: &Beginning, text: &str| search.from.as_str() <= text && text < search.until.as_str();
        let ada = Search::parse("  ada ").unwrap().unwrap();
        for (text, is_found) in
            [("ada", true), ("ada@example.com", true), ("ada\u{10fffe}", true), ("ad", false), ("adb", false)]
        {
            assert_eq!(found(&ada.text, text), is_found, "{text}");
        }
        let odon = Search::parse("öDÖn").unwrap().unwrap();
        assert!(odon.names.iter().any(|name| found(name, "Ödön Nagy")));
        assert!(odon.names.iter().any(|name| found(name, "ödön nagy")));
        let [_, capital] = &ada.names;
        assert!(!found(capital, "") && !found(capital, "Ada"), "it would be looked for twice");
        assert!(found(&Search::parse("ADA-M").unwrap().unwrap().code, "ada-mail"));
    }

    #[test]
    fn nothing_typed_is_nothing_looked_for_and_too_much_is_refused() {
        assert_eq!(Search::parse(" "), Ok(None));
        assert!(Search::parse(&"ü".repeat(255)).is_ok());
        assert_eq!(Search::parse(&"ü".repeat(256)).unwrap_err().code, "invalid_parameter");
    }
}
