//! Our edge as it is loaded: one program, its participants' links, and cookies of friends who came before.

use super::subject::{Keeps, Subject};
use super::traffic::{CODES, HOST};
use crate::failure::{Because as _, Failure, Result};
use crate::http;
use crate::local::{Secrets, Settings};
use crate::place::Place;
use serde_json::{Value, json};
use std::path::Path;

/// Few enough for an answer in time.
const LINES_OF_A_BATCH: usize = 500;
/// Friends who come again, each with a touch of another link.
const COOKIES: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    AfterRedirect,
    BeforeRedirect,
}

impl Durability {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::AfterRedirect => "after-redirect",
            Self::BeforeRedirect => "before-redirect",
        }
    }
}

/// An edge with one program, and no participants yet.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) subject: Subject,
    pub(super) key: String,
    /// What a shop's backend signs its customers' identities with.
    pub(super) identity_secret: String,
}

/// What its traffic is drawn from.
#[derive(Debug)]
pub(super) struct Links {
    pub(super) codes: Vec<String>,
    /// As `name=value`.
    pub(super) cookies: Vec<String>,
}

impl Program {
    /// `rewards`: those of the program's file.
    pub(super) fn start(place: &Place, folder: &Path, durability: Durability, rewards: &Value) -> Result<Self> {
        let settings = Settings::new(place, &folder.join(durability.as_str()), Secrets::random()?);
        let admin = settings.secrets.admin.clone();
        let mut subject = Subject::start(settings, Keeps::Nothing)?;
        let file = json!({
            "id": "bench", "name": "Bench", "kind": "referral", "site": format!("http://{HOST}"),
            "durability": durability.as_str(), "rewards": rewards,
            "offer": {"headline": "Give $20, get $20", "friend": "$20 of credit on your first order from $50"},
        });
        let made = http::post(&format!("{}/v1/programs", subject.address()), &admin, &file)?;
        if made.status >= 300 {
            return Err(made.refusal("The program of the bench"));
        }
        let key = text(&made.body, "secret_key")?;
        subject.keep(Keeps::Clicks(key.clone()));
        let identity_secret = text(&made.body, "identity_secret")?;
        Ok(Self { subject, key, identity_secret })
    }

    /// Makes the participants, and follows some of their links. The order of the codes is the order of joining.
    pub(super) fn fill(&self) -> Result<Links> {
        let codes = self.join(CODES)?;
        let cookies = codes.iter().take(COOKIES).map(|code| self.cookie(code)).collect::<Result<_>>()?;
        Ok(Links { codes, cookies })
    }

    /// Makes so many participants: their codes.
    pub(super) fn join(&self, many: usize) -> Result<Vec<String>> {
        let batch = format!("{}/v1/participants/batch", self.subject.address());
        let people: Vec<Value> = (0..many)
            .map(|number| json!({"external_id": format!("p{number}"), "email": format!("p{number}@{HOST}")}))
            .collect();
        let mut codes = Vec::with_capacity(many);
        for people in people.chunks(LINES_OF_A_BATCH) {
            for line in http::post_lines(&batch, &self.key, people)? {
                let person = line.get("participant").because(|| format!("A participant wasn't made: {line}"))?;
                codes.push(text(person, "code")?);
            }
        }
        Ok(codes)
    }

    /// Of the touch that following the link makes.
    fn cookie(&self, code: &str) -> Result<String> {
        let headers = [("Host", HOST), ("User-Agent", "Mozilla/5.0"), ("X-Forwarded-For", "203.0.113.7")];
        let cookie = http::cookie(&format!("{}/r/{code}", self.subject.address()), &headers)?;
        cookie.because(|| format!("The link {code} set no cookie."))
    }
}

fn text(body: &Value, name: &str) -> Result<String> {
    let found = body.get(name).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| Failure::new(format!("The edge's answer has no \"{name}\".")))
}
