//! `cargo ledger-check FILE`: whether an export of the ledger is whole and as it was written, without the service.
//!
//! The file is `/v1/export/ledger.ndjson`, or pages of `/v1/ledger` as they came, one after the other. Hashes and sums are
//! recomputed by the very code that wrote them.

use crate::command::LedgerCheck;
use crate::failure::{Because as _, Failure, Result};
use honeyguide_domain::ledger::{Posting, Verifier};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read};

pub(crate) fn ledger_check(options: &LedgerCheck) -> Result<()> {
    let path = &options.file;
    let file = File::open(path).because(|| format!("{} can't be opened", path.display()))?;
    println!("{}", verdict(BufReader::new(file), options.head.as_deref())?);
    Ok(())
}

/// What there is to say of a sound book; else the first thing that is wrong.
fn verdict(export: impl Read, published: Option<&str>) -> Result<String> {
    let mut book = Book { verifier: Verifier::default(), published, found: None, entries: 0, entry: String::new() };
    for document in serde_json::Deserializer::from_reader(export).into_iter::<Value>() {
        let after = book.verifier.postings();
        match document.because(|| format!("After posting {after} the file isn't JSON"))? {
            Value::Array(postings) => postings.into_iter().for_each(|posting| book.read(posting)),
            Value::Object(mut page) if page.contains_key("data") => match page.remove("data") {
                Some(Value::Array(postings)) => postings.into_iter().for_each(|posting| book.read(posting)),
                _ => return Err(Failure::new("A page's \"data\" isn't a list.")),
            },
            posting => book.read(posting),
        }
    }
    book.verdict()
}

struct Book<'a> {
    verifier: Verifier,
    published: Option<&'a str>,
    /// The posting that carries the published head.
    found: Option<i64>,
    entries: u64,
    entry: String,
}

impl Book<'_> {
    fn read(&mut self, posting: Value) {
        let seq = posting.get("seq").and_then(Value::as_i64).unwrap_or(self.verifier.postings() + 1);
        let Ok(posting) = serde_json::from_value::<Posting>(posting) else { return self.verifier.unreadable(seq) };
        if self.published == Some(&posting.hash) {
            self.found = Some(posting.seq);
        }
        if self.entry != posting.entry.as_str() {
            self.entries += 1;
            posting.entry.as_str().clone_into(&mut self.entry);
        }
        self.verifier.read(&posting);
    }

    fn verdict(mut self) -> Result<String> {
        let end = self.verifier.head().to_owned();
        self.verifier.end(&end);
        let checked = self.verifier.finish();
        if let Some(broken) = checked.broken {
            return Err(Failure::new(format!("posting {}: {}", broken.seq, broken.why)));
        }
        let mut said =
            format!("valid: {} postings in {} entries\nhead {}", checked.postings, self.entries, checked.head);
        for (currency, sum) in &checked.sums {
            let _ = write!(said, "\nsum of {currency}: {sum}");
        }
        match (self.published, self.found) {
            (Some(_), Some(seq)) => {
                let _ = write!(said, "\nthe published head is posting {seq}'s");
            }
            (Some(head), None) => {
                return Err(Failure::new(format!(
                    "No posting carries the head {head}: the book was written anew, or this file ends before it."
                )));
            }
            (None, _) => {}
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::verdict;
    use honeyguide_domain::id::{EntryId, Minter};
    use honeyguide_domain::ledger::{Account, Chain, Entry, Posting};
    use honeyguide_domain::money::{Currency, Money};
    use honeyguide_domain::time::Timestamp;
    use serde_json::json;

    fn book() -> Vec<Posting> {
        let at = Timestamp::from_millis(1_763_640_000_000);
        let (mut chain, mut minter) = (Chain::default(), Minter::new(at, [7; 8]));
        let usd = Currency::parse("USD").unwrap();
        let entry = |amount| {
            let pending = Account::Pending("prt_1".to_owned());
            let value = Money::new(amount, usd).unwrap();
            Entry::transfer(EntryId::mint(&mut minter), at, "earned", Account::Expense, pending, value)
        };
        [5, 6, 7].map(entry).iter().flat_map(|entry| chain.append(entry).unwrap()).collect()
    }

    fn lines(postings: &[Posting]) -> String {
        postings.iter().map(|posting| serde_json::to_string(posting).unwrap() + "\n").collect()
    }

    #[test]
    fn lines_pages_and_lists_are_read_alike() {
        let postings = book();
        let head = &postings[5].hash;
        let said = format!("valid: 6 postings in 3 entries\nhead {head}\nsum of USD: 0");
        let pages = [&postings[..4], &postings[4..]].map(|data| json!({"data": data, "next_cursor": null}).to_string());
        for file in [lines(&postings), pages.join("\n"), json!(postings).to_string()] {
            assert_eq!(verdict(file.as_bytes(), None).unwrap(), said);
        }
        assert!(verdict(&b""[..], None).unwrap().starts_with("valid: 0 postings"));
    }

    #[test]
    fn the_first_posting_that_is_wrong_is_named() {
        let check = |change: fn(&mut Vec<Posting>), seq: i64| {
            let mut postings = book();
            change(&mut postings);
            let wrong = verdict(lines(&postings).as_bytes(), None).unwrap_err().to_string();
            assert!(wrong.starts_with(&format!("posting {seq}: ")), "{wrong}");
        };
        check(|postings| postings[2].account.push('x'), 3);
        check(|postings| drop(postings.remove(2)), 4);
        check(|postings| drop(postings.remove(0)), 2);
        check(|postings| postings.truncate(5), 5);
        let unreadable = lines(&book()).replacen("\"USD\"", "\"USE\"", 1);
        assert!(verdict(unreadable.as_bytes(), None).unwrap_err().to_string().starts_with("posting 1: "));
        assert!(verdict(&b"{\"seq\""[..], None).is_err());
    }

    #[test]
    fn a_published_head_must_be_in_the_book() {
        let postings = book();
        let said = verdict(lines(&postings).as_bytes(), Some(&postings[3].hash)).unwrap();
        assert!(said.ends_with("the published head is posting 4's"), "{said}");
        assert!(verdict(lines(&postings[..2]).as_bytes(), Some(&postings[3].hash)).is_err());
    }
}
