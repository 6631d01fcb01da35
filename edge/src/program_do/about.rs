//! What is put beside an event for destinations that must know more of it, and who wants no messages any more.

use super::Turn;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::settings::chance;
use crate::store::{int, text};
use honeyguide_domain::auth::{fingerprint, publishable_key};
use honeyguide_domain::destination::about::{conversion_of, recipient};
use honeyguide_domain::destination::email::unsubscribe;
use honeyguide_domain::destination::{Concern, redaction::encoded};
use honeyguide_domain::event::Event;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::ParticipantId;
use honeyguide_domain::program::Program;
use serde::Deserialize;
use serde_json::{Value, json};

/// The bodies of one event, each made when the first destination asks for it.
pub(super) struct Bodies<'a> {
    turn: &'a Turn<'a>,
    event: &'a Event,
    plain: Option<String>,
    with_conversion: Option<String>,
    with_people: Option<String>,
}

impl<'a> Bodies<'a> {
    pub(super) fn of(turn: &'a Turn<'a>, event: &'a Event) -> Self {
        Self { turn, event, plain: None, with_conversion: None, with_people: None }
    }

    pub(super) fn for_concern(&mut self, concern: Concern) -> Outcome<&str> {
        let slot = match concern {
            Concern::Nothing => &mut self.plain,
            Concern::Conversion => &mut self.with_conversion,
            Concern::People => &mut self.with_people,
        };
        let body = match slot.take() {
            Some(body) => body,
            None => match concern {
                Concern::Nothing => self.event.body(),
                other => self.event.body_about(&self.turn.about(self.event, other)?),
            },
        };
        Ok(slot.insert(body))
    }
}

#[derive(Deserialize)]
struct Folded {
    folded: Option<String>,
}

impl Turn<'_> {
    fn about(&self, event: &Event, concern: Concern) -> Outcome<Value> {
        let data: Value = serde_json::from_str(&event.data)?;
        let conversion = match conversion_of(&data) {
            Some(id) => Some(serde_json::to_value(self.answer(&self.conversion_by_id(id)?)?)?),
            None => None,
        };
        if concern != Concern::People {
            return Ok(json!({"conversion": conversion}));
        }
        let (_, program) = self.program()?;
        let whom = recipient(event.kind.as_str(), &data, conversion.as_ref());
        let whom = whom.map(|id| self.recipient(&program, id)).transpose()?.flatten();
        Ok(json!({
            "program": {"id": program.id.as_str(), "name": program.name, "site": program.site.as_str()},
            "recipient": whom,
            "conversion": conversion,
        }))
    }

    /// A participant or a customer, as messages need them.
    fn recipient(&self, program: &Program, id: &str) -> Outcome<Option<Value>> {
        #[derive(Deserialize)]
        struct Customer {
            external_id: Option<String>,
            email: Option<String>,
        }
        let mut whom = if id.starts_with(ParticipantId::PREFIX) {
            let Some(row) = self.participant_by("id", id)? else { return Ok(None) };
            let row = row.json(program, &self.settings.friend_path);
            json!({
                "id": id, "side": "referrer", "external_id": row["external_id"], "name": row["name"],
                "email": row["email"], "code": row["code"], "link": row["link"], "lang": row["lang"],
            })
        } else {
            let query = "SELECT external_id, email FROM customers WHERE id = ?";
            let Some(row) = self.store.row::<Customer>(query, vec![text(id)])? else { return Ok(None) };
            json!({"id": id, "side": "friend", "external_id": row.external_id, "email": row.email})
        };
        whom["unsubscribed"] = json!(self.is_unsubscribed(id)?);
        whom["unsubscribe"] = json!(format!(
            "{}{}/-/v1/unsubscribe?k={}&t={}",
            program.site.origin(),
            self.settings.friend_path,
            publishable_key(&program.id),
            encoded(&unsubscribe::token(&self.mail_key()?, id)),
        ));
        Ok(Some(whom))
    }

    fn folded_address(&self, id: &str) -> Outcome<Option<String>> {
        let table = if id.starts_with(ParticipantId::PREFIX) { "participants" } else { "customers" };
        let row: Option<Folded> =
            self.store.row(&format!("SELECT folded FROM {table} WHERE id = ?"), vec![text(id)])?;
        Ok(row.and_then(|row| row.folded))
    }

    fn is_unsubscribed(&self, id: &str) -> Outcome<bool> {
        let Some(folded) = self.folded_address(id)? else { return Ok(false) };
        let query = "SELECT EXISTS (SELECT 1 FROM unsubscribed WHERE mark = ?) AS n";
        Ok(self.store.number(query, vec![text(unsubscribe::mark(&folded))])? == 1)
    }

    /// The key of the addresses to unsubscribe: the program's own, so that they work for as long as it does.
    fn mail_key(&self) -> Outcome<String> {
        #[derive(Deserialize)]
        struct Key {
            value: String,
        }
        let fresh = fingerprint(&format!("{:?}", chance::<32>()));
        self.store.run("INSERT OR IGNORE INTO settings (name, value) VALUES ('mail_key', ?)", vec![text(fresh)])?;
        let row: Option<Key> = self.store.row("SELECT value FROM settings WHERE name = 'mail_key'", vec![])?;
        row.map(|row| row.value).ok_or_else(|| Failure::Ours("the mail key was not kept".to_owned()))
    }

    /// Takes someone off the list, by the address that a message carried. Whoever is off it stays so.
    pub(super) fn unsubscribe(&self, token: &str) -> Outcome<Reply> {
        let key = self.mail_key()?;
        let bad = || Failure::Refused(Refusal::new(404, "not_found", "This address is cut off or altered."));
        let id = unsubscribe::check(&key, token).ok_or_else(bad)?;
        if let Some(folded) = self.folded_address(id)? {
            let values = vec![text(unsubscribe::mark(&folded)), int(self.now.millis())];
            self.store.run("INSERT OR IGNORE INTO unsubscribed (mark, at) VALUES (?, ?)", values)?;
        }
        Ok(Reply::none())
    }
}
