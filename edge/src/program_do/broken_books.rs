//! Books that are long, or that someone wrote in, on a build of its own. The bundle that ships doesn't contain this file.

use super::Turn;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use honeyguide_domain::id::{EntryId, ParticipantId};
use honeyguide_domain::ledger::{Account, Entry};
use honeyguide_domain::money::{Currency, Money};

impl Turn<'_> {
    /// `book N` posts N entries for some thousand beneficiaries, as rewards would; `sql …` does what it says.
    pub(super) fn break_books(&self) -> Outcome<Option<Reply>> {
        if let Some(statement) = self.fault.strip_prefix("sql ") {
            self.store.run(statement, vec![])?;
            return Ok(Some(Reply::none()));
        }
        let Some(count) = self.fault.strip_prefix("book ") else { return Ok(None) };
        let count: i64 = count.parse().map_err(|_| Failure::Ours("book how many?".to_owned()))?;
        let mut minter = self.minter();
        let people: Vec<String> = (0..1_000).map(|_| ParticipantId::mint(&mut minter).to_string()).collect();
        let currency = Currency::parse("USD")?;
        let people = people.iter().cycle().zip(0..count);
        let entries: Vec<Entry> = people
            .map(|(who, number)| {
                let pending = Account::Pending(who.clone());
                let value = Money::new(1 + number % 997, currency)?;
                Ok(Entry::transfer(EntryId::mint(&mut minter), self.now, "earned", Account::Expense, pending, value))
            })
            .collect::<Outcome<_>>()?;
        self.store.transaction(|| self.book(&entries))?;
        Ok(Some(Reply::none()))
    }
}
