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
use honeyguide_domain::id::{EventId, ParticipantId};
use honeyguide_domain::person::Identity;
use honeyguide_domain::program::{Consent, Durability, Program};
use honeyguide_domain::site::Site;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::participants::{NewLink, NewParticipant, ParticipantChange, Standing};
use honeyguide_domain::wire::read;
use honeyguide_domain::words::Lang;
use serde::Deserialize;
use serde_json::{Value, json};

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
fn address(program: &Program, friend_path: &str, code: &str) -> String {
    format!("{}{friend_path}/{code}", program.site.origin())
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
        if destination.is_none_or(|destination| destination.is_same_site(&program.site)) {
            return Ok(());
        }
        let message = format!("A link leads to the program's own site, {}.", program.site.host());
        Err(Refusal::new(422, "foreign_destination", message).at("destination").into())
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
        let id = ParticipantId::mint(&mut minter);
        self.store.run(
            "INSERT INTO participants (id, external_id, email, folded, name, state, metadata, created_at, lang)
             VALUES (?, ?, ?, ?, ?, 'active', ?, ?, ?)",
            vec![
                text(&id),
                text(&new.external_id),
                text(&new.email),
                text(new.email.folded()),
                maybe(new.name.as_ref()),
                text(Value::Object(new.metadata.clone())),
                int(self.now.millis()),
                maybe(new.lang.map(Lang::as_str)),
            ],
        )?;
        self.add_link(&Code::parse(code)?, id.as_str(), new.destination.as_ref())?;
        let row = self.participant_by("id", id.as_str())?.ok_or_else(|| Failure::Ours("not kept".to_owned()))?;
        let body = row.json(&program, &self.settings.friend_path);
        self.publish(&[Event::new(EventId::mint(&mut minter), EventKind::ParticipantJoined, self.now, &body)])?;
        Ok(Reply::new(201, body))
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
