//! Participants and their links.

use super::Turn;
use super::remembered::remembered;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{int, maybe, maybe_int, text};
use honeyguide_domain::attribution::LinkFacts;
use honeyguide_domain::auth::publishable_key;
use honeyguide_domain::code::Code;
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{EventId, Minter, ParticipantId};
use honeyguide_domain::person::Identity;
use honeyguide_domain::program::{Consent, Durability, Program};
use honeyguide_domain::site::Site;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::participants::{NewLink, NewParticipant, ParticipantChange, Standing};
use honeyguide_domain::wire::read;
use honeyguide_domain::words::Lang;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Of the table under the name `p`.
pub(super) const FIELDS: &str =
    "p.seq, p.id, p.external_id, p.email, p.name, p.state, p.metadata, p.created_at, p.show_name, p.lang,
    (SELECT code FROM links WHERE participant = p.id ORDER BY seq LIMIT 1) AS code";

#[derive(Deserialize)]
pub(super) struct ParticipantRow {
    seq: i64,
    pub(super) id: String,
    external_id: String,
    email: String,
    pub(super) name: Option<String>,
    pub(super) state: String,
    metadata: String,
    created_at: i64,
    show_name: i64,
    lang: Option<String>,
    pub(super) code: Option<String>,
}

impl ParticipantRow {
    pub(super) const fn seq(&self) -> i64 {
        self.seq
    }

    pub(super) fn shows_name(&self) -> bool {
        self.show_name == 1
    }

    pub(super) fn json(&self, program: &Program, friend_path: &str) -> Value {
        let code = self.code.as_deref().unwrap_or_default();
        let link = address(program, friend_path, code);
        let page =
            format!("{}{friend_path}/-/share?k={}&code={code}", program.site.origin(), publishable_key(&program.id));
        let metadata: Value = serde_json::from_str(&self.metadata).unwrap_or_default();
        json!({
            "id": self.id, "external_id": self.external_id, "email": self.email, "name": self.name, "state": self.state,
            "code": code, "link": link, "share_page": page, "metadata": metadata, "show_name": self.shows_name(),
            "lang": self.lang,
            "created_at": Timestamp::from_millis(self.created_at),
        })
    }
}

/// The whole address of a link, on the program's own site.
pub(super) fn address(program: &Program, friend_path: &str, code: &str) -> String {
    format!("{}{friend_path}/{code}", program.site.origin())
}

/// A link leads nowhere but to the program's own site.
fn at_home(program: &Program, destination: Option<&Site>) -> Result<(), Refusal> {
    if destination.is_none_or(|destination| destination.is_same_site(&program.site)) {
        return Ok(());
    }
    let message = format!("A link leads to the program's own site, {}.", program.site.host());
    Err(Refusal::new(422, "foreign_destination", message).at("destination"))
}

/// Results of lines.
fn made(status: u16, participant: &Value) -> Value {
    json!({"status": status, "participant": participant})
}

fn refused(refusal: &Refusal) -> Outcome<Value> {
    let body: Value = serde_json::from_str(&refusal.body())?;
    Ok(json!({"status": refusal.status, "error": body["error"]}))
}

#[derive(Deserialize)]
struct LinkRow {
    code: String,
    participant: String,
    destination: Option<String>,
    state: String,
    participant_state: String,
    external_id: String,
    folded: String,
}

impl Turn<'_> {
    /// The participant of that `external_id`, or 404 when one may be made. Reads the body whole, so it is refused early.
    pub(super) fn find_participant(&self, body: &str) -> Outcome<Reply> {
        let new: NewParticipant = read::body(body)?;
        self.check_destination(new.destination.as_ref())?;
        match self.participant_by("external_id", &new.external_id)? {
            Some(row) => {
                let (_, program) = self.program()?;
                Ok(Reply::new(200, row.json(&program, &self.settings.friend_path)))
            }
            None => Ok(Reply::new(204, Value::Null)),
        }
    }

    fn check_destination(&self, destination: Option<&Site>) -> Outcome<()> {
        let (_, program) = self.program()?;
        Ok(at_home(&program, destination)?)
    }

    pub(super) fn participant_by(&self, column: &str, value: &str) -> Outcome<Option<ParticipantRow>> {
        self.store.row(&format!("SELECT {FIELDS} FROM participants p WHERE p.{column} = ?"), vec![text(value)])
    }

    pub(super) fn create_participant(&self, body: &str, code: &str) -> Outcome<Reply> {
        let new: NewParticipant = read::body(body)?;
        self.check_destination(new.destination.as_ref())?;
        self.join(&new, code)
    }

    /// Makes the participant and the first link, or answers with the one who is there.
    pub(super) fn join(&self, new: &NewParticipant, code: &str) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        if let Some(row) = self.participant_by("external_id", &new.external_id)? {
            return Ok(Reply::new(200, row.json(&program, &self.settings.friend_path)));
        }
        let mut minter = self.minter();
        let body = self.add_participant(new, code, &mut minter)?.json(&program, &self.settings.friend_path);
        self.publish(&[Event::new(EventId::mint(&mut minter), EventKind::ParticipantJoined, self.now, &body)])?;
        Ok(Reply::new(201, body))
    }

    /// Of each line its result where it has one by now: who is there already, or what is wrong with it.
    pub(super) fn find_participants(&self, lines: &[String]) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        let read: Vec<Result<NewParticipant, Refusal>> = lines.iter().map(|line| read::body(line)).collect();
        let known = self.known_participants(read.iter().flatten())?;
        let result = |new: Result<NewParticipant, Refusal>| match new
            .and_then(|new| at_home(&program, new.destination.as_ref()).map(|()| known.get(&new.external_id)))
        {
            Ok(None) => Ok(Value::Null),
            Ok(Some(row)) => Ok(made(200, &row.json(&program, &self.settings.friend_path))),
            Err(refusal) => refused(&refusal),
        };
        Ok(Reply::new(200, Value::Array(read.into_iter().map(result).collect::<Outcome<_>>()?)))
    }

    /// Lines with their codes, each made, or found where it was made in the meantime. What is refused is refused before
    /// anything of it is written, and leaves the others as they are.
    pub(super) fn create_participants(&self, lines: &[(String, String)]) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        let read: Vec<Result<NewParticipant, Refusal>> = lines.iter().map(|(line, _)| read::body(line)).collect();
        let mut known = self.known_participants(read.iter().flatten())?;
        let (mut minter, mut events) = (self.minter(), Vec::new());
        let mut results = Vec::with_capacity(lines.len());
        for (new, (_, code)) in read.into_iter().zip(lines) {
            let new = new.and_then(|new| at_home(&program, new.destination.as_ref()).map(|()| new));
            results.push(match new {
                Err(refusal) => refused(&refusal)?,
                Ok(new) => {
                    let before = known.get(&new.external_id).map(|row| row.json(&program, &self.settings.friend_path));
                    if let Some(body) = before {
                        made(200, &body)
                    } else {
                        let row = self.add_participant(&new, code, &mut minter)?;
                        let body = row.json(&program, &self.settings.friend_path);
                        let id = EventId::mint(&mut minter);
                        events.push(Event::new(id, EventKind::ParticipantJoined, self.now, &body));
                        known.insert(new.external_id, row);
                        made(201, &body)
                    }
                }
            });
        }
        self.publish(&events)?;
        Ok(Reply::new(200, Value::Array(results)))
    }

    /// Those of them who are there, by their external ids.
    fn known_participants<'a>(
        &self,
        all: impl Iterator<Item = &'a NewParticipant>,
    ) -> Outcome<HashMap<String, ParticipantRow>> {
        let ids: Vec<&str> = all.map(|new| new.external_id.as_str()).collect();
        let query = format!(
            "SELECT {FIELDS} FROM json_each(?) AS each CROSS JOIN participants p ON p.external_id = each.value"
        );
        let rows: Vec<ParticipantRow> = self.store.rows(&query, vec![text(json!(ids))])?;
        Ok(rows.into_iter().map(|row| (row.external_id.clone(), row)).collect())
    }

    /// Writes down someone who isn't there, with the first link.
    fn add_participant(&self, new: &NewParticipant, code: &str, minter: &mut Minter) -> Outcome<ParticipantRow> {
        let code = Code::parse(code)?;
        let id = ParticipantId::mint(minter);
        let metadata = Value::Object(new.metadata.clone()).to_string();
        self.store.run(
            "INSERT INTO participants (id, external_id, email, folded, name, state, metadata, created_at, lang)
             VALUES (?, ?, ?, ?, ?, 'active', ?, ?, ?)",
            vec![
                text(&id),
                text(&new.external_id),
                text(&new.email),
                text(new.email.folded()),
                maybe(new.name.as_ref()),
                text(&metadata),
                int(self.now.millis()),
                maybe(new.lang.map(Lang::as_str)),
            ],
        )?;
        self.add_link(&code, id.as_str(), new.destination.as_ref())?;
        Ok(ParticipantRow {
            seq: 0,
            id: id.to_string(),
            external_id: new.external_id.clone(),
            email: new.email.to_string(),
            name: new.name.clone(),
            state: "active".to_owned(),
            metadata,
            created_at: self.now.millis(),
            show_name: 0,
            lang: new.lang.map(|lang| lang.as_str().to_owned()),
            code: Some(code.to_string()),
        })
    }

    fn add_link(&self, code: &Code, participant: &str, destination: Option<&Site>) -> Outcome<()> {
        self.store.run(
            "INSERT INTO links (code, participant, destination, state, created_at) VALUES (?, ?, ?, 'active', ?)",
            vec![text(code), text(participant), maybe(destination.map(Site::as_str)), int(self.now.millis())],
        )
    }

    pub(super) fn participant(&self, id: &str) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        let row = self.participant_by("id", id)?.ok_or_else(|| Failure::Refused(Refusal::not_found("participant")))?;
        let links: Vec<Value> = self
            .store
            .rows::<Value>(
                "SELECT code, destination, state FROM links WHERE participant = ? ORDER BY seq",
                vec![text(id)],
            )?
            .into_iter()
            .map(|mut link| {
                let code = link["code"].as_str().unwrap_or_default().to_owned();
                link["link"] = json!(address(&program, &self.settings.friend_path, &code));
                link
            })
            .collect();
        let mut body = row.json(&program, &self.settings.friend_path);
        body["links"] = json!(links);
        Ok(Reply::new(200, body))
    }

    pub(super) fn change_participant(&self, id: &str, body: &str) -> Outcome<Reply> {
        let change: ParticipantChange = read::body(body)?;
        if let Some(state) = change.state.map(Standing::as_str) {
            self.store.run(
                "INSERT INTO pauses (participant, paused, after)
                 SELECT id, ? <> 'active', (SELECT COALESCE(MAX(seq), 0) FROM conversions)
                 FROM participants WHERE id = ? AND state <> ?",
                vec![text(state), text(id), text(state)],
            )?;
        }
        self.store.run(
            "UPDATE participants SET name = COALESCE(?, name), email = COALESCE(?, email), folded = COALESCE(?, folded),
             state = COALESCE(?, state), metadata = COALESCE(?, metadata), show_name = COALESCE(?, show_name),
             lang = COALESCE(?, lang) WHERE id = ?",
            vec![
                maybe(change.name),
                maybe(change.email.as_ref()),
                maybe(change.email.as_ref().map(honeyguide_domain::person::Email::folded)),
                maybe(change.state.map(Standing::as_str)),
                maybe(change.metadata.map(Value::Object)),
                maybe_int(change.show_name.map(i64::from)),
                maybe(change.lang.map(Lang::as_str)),
                text(id),
            ],
        )?;
        self.participant(id)
    }

    pub(super) fn create_link(&self, id: &str, body: &str, code: &str) -> Outcome<Reply> {
        let new: NewLink =
            if body.trim().is_empty() { NewLink { code: None, destination: None } } else { read::body(body)? };
        self.check_destination(new.destination.as_ref())?;
        if self.participant_by("id", id)?.is_none() {
            return Err(Refusal::not_found("participant").into());
        }
        // An empty code asks only whether the link could be made.
        if code.is_empty() {
            return Ok(Reply::none());
        }
        let code = Code::parse(code)?;
        if self.link_row(code.as_str())?.is_none() {
            self.add_link(&code, id, new.destination.as_ref())?;
        }
        let (_, program) = self.program()?;
        let link = address(&program, &self.settings.friend_path, code.as_str());
        let destination = new.destination.as_ref().map(Site::as_str);
        Reply::created(
            &json!({"code": code, "link": link, "participant": id, "destination": destination, "state": "active"}),
        )
    }

    fn link_row(&self, code: &str) -> Outcome<Option<LinkRow>> {
        self.store.row(
            "SELECT l.code, l.participant, l.destination, l.state, p.state AS participant_state, p.external_id, p.folded
             FROM links l CROSS JOIN participants p ON p.id = l.participant WHERE l.code = ?",
            vec![text(code)],
        )
    }

    /// What attribution reads of a link.
    pub(super) fn link_facts(&self, code: &str) -> Outcome<Option<LinkFacts>> {
        let code = code.trim().to_lowercase();
        let read = || self.read_link_facts(&code);
        remembered(self.remembered.map(|remembered| &remembered.links), code.clone(), read)
    }

    fn read_link_facts(&self, code: &str) -> Outcome<Option<LinkFacts>> {
        let Some(row) = self.link_row(code)? else { return Ok(None) };
        Ok(Some(LinkFacts {
            code: Code::parse(&row.code)?,
            participant: ParticipantId::parse(&row.participant)?,
            identity: Identity { external_id: Some(row.external_id), email: Some(row.folded) },
            participant_paused: row.participant_state != "active",
            active: row.state == "active",
        }))
    }

    /// What attribution reads of a participant: their first link stands for them.
    pub(super) fn first_link(&self, participant: &str) -> Outcome<Option<LinkFacts>> {
        match self.participant_by("id", participant)?.and_then(|row| row.code) {
            Some(code) => self.link_facts(&code),
            None => Ok(None),
        }
    }

    /// Whether a code leads somewhere now.
    pub(super) fn is_active(&self, code: &str) -> Outcome<bool> {
        Ok(self.link_row(code)?.is_some_and(|row| row.state == "active" && row.participant_state == "active"))
    }

    /// What the redirect keeps of links for a while.
    pub(super) fn links(&self, codes: &[String]) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        let version = self.links_version()?;
        let told = |code: &String| {
            let row = self.link_row(code)?;
            let objection = match &row {
                None => Some("unknown_code"),
                Some(row) if row.participant_state != "active" => Some("participant_paused"),
                Some(row) if row.state != "active" => Some("link_not_active"),
                Some(_) => None,
            };
            let destination = row.and_then(|row| row.destination);
            Ok(json!({
                "program": program.id.as_str(), "name": program.name, "site": program.site.as_str(),
                "destination": destination.unwrap_or_else(|| program.site.as_str().to_owned()),
                "objection": objection, "consent_required": program.consent == Consent::Required,
                "window_seconds": program.attribution.longest_window().as_millis() / 1_000,
                "before_redirect": program.durability == Durability::BeforeRedirect,
                "headline": program.offer.as_ref().map(|offer| offer.headline.clone()),
                "friend_offer": program.offer.as_ref().and_then(|offer| offer.friend.clone()),
                "version": version,
            }))
        };
        Reply::ok(&codes.iter().map(told).collect::<Outcome<Vec<Value>>>()?)
    }

    /// Grows with every change that a link's visitors would notice.
    pub(super) fn links_version(&self) -> Outcome<i64> {
        self.store.number("SELECT (SELECT value + 0 FROM settings WHERE name = 'links') AS n", vec![])
    }

    pub(super) fn links_changed(&self) -> Outcome<()> {
        let query = "INSERT INTO settings (name, value) VALUES ('links', '1')
             ON CONFLICT (name) DO UPDATE SET value = CAST(value + 1 AS TEXT)";
        self.store.run(query, vec![])
    }
}

/// A page of a list: rows one more than the limit say that there is another.
pub(super) fn page<T>(
    query: &Query,
    rows: &[T],
    seq: impl Fn(&T) -> i64,
    json: impl Fn(&T) -> Outcome<Value>,
) -> Outcome<Reply> {
    let limit = usize::try_from(query.limit).unwrap_or(0);
    let data = rows.iter().take(limit).map(json).collect::<Outcome<Vec<_>>>()?;
    let next = rows.get(limit).and_then(|_| rows.get(limit.checked_sub(1)?)).map(|row| seq(row).to_string());
    Reply::ok(&json!({"data": data, "next_cursor": next}))
}
