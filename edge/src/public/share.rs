//! The share page: its forms are read, what they ask is done as the widget would ask it, and `domain` draws the page.

use super::spoken::Local;
use super::{Visit, parameter};
use crate::command::{ProgramCall, ProgramCommand, fetch};
use crate::failure::{Failure, Outcome};
use crate::owner::limited_text;
use honeyguide_domain::auth::publishable_key;
use honeyguide_domain::code::Code;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::leaderboard::Place;
use honeyguide_domain::program::ProgramId;
use honeyguide_domain::ratelimit::{BROWSER, JOIN, Limit};
use honeyguide_domain::sharepage::{self, Form, Notice, Page};
use honeyguide_domain::site::Site;
use honeyguide_domain::wire::visits::{Member, OfferInForce};
use honeyguide_domain::words::Lang;
use serde::Deserialize;
use serde_json::Value;
use worker::{Request, Response};

/// What the address of the page asks for.
struct Asked {
    key: Option<String>,
    lang: Option<Lang>,
    code: Option<String>,
    via: Option<String>,
}

/// What a form has changed of the page.
#[derive(Default)]
struct Shown {
    notice: Option<Notice>,
    member: Option<Member>,
    identity: String,
    /// What the visitor just said to being counted, and the cookie that follows from it.
    consent: Option<(bool, Option<String>)>,
}

impl Asked {
    fn of(query: &str, request: &Request) -> Self {
        let accept = header(request, "accept-language");
        let lang = parameter(query, "lang").and_then(|lang| Lang::parse(&lang)).or_else(|| Lang::named(&accept));
        let [key, code, via] = ["k", "code", "via"].map(|name| parameter(query, name));
        Self { key, lang, code, via }
    }
}

fn header(request: &Request, name: &str) -> String {
    request.headers().get(name).ok().flatten().unwrap_or_default()
}

impl Visit<'_> {
    pub(super) async fn share_page(&self, query: &str, request: &Request) -> Outcome<Response> {
        let asked = Asked::of(query, request);
        match self.counted(&asked, BROWSER).await? {
            Ok(program) => self.draw(&program, &asked, Shown::default()).await,
            Err(too_often) => Ok(too_often),
        }
    }

    pub(super) async fn share_form(&self, query: &str, request: &mut Request) -> Outcome<Response> {
        let (site, origin) = (header(request, "sec-fetch-site"), header(request, "origin"));
        if !sharepage::may_post(&site, &origin, self.seen.host) {
            let message = "This form is taken from the site's own pages alone.";
            return Err(Refusal::new(403, "cross_site", message).into());
        }
        let mut asked = Asked::of(query, request);
        let form = Form::read(&limited_text(request).await?);
        asked.key = form.key.clone().or(asked.key);
        asked.via = form.via.clone().or(asked.via);
        // Only what sends mail is limited as such.
        let limit = if form.identity.is_none() && form.email.is_some() { JOIN } else { BROWSER };
        let program = match self.counted(&asked, limit).await? {
            Ok(program) => program,
            Err(too_often) => return Ok(too_often),
        };
        let shown = self.done(&program, &asked, &form).await?;
        self.draw(&program, &asked, shown).await
    }

    /// The program, after this visitor's turn is counted, or what they are told when they come too often.
    async fn counted(&self, asked: &Asked, limit: Limit) -> Outcome<Result<String, Response>> {
        match self.program(asked.key.as_deref(), limit).await {
            Err(Failure::Refused(refusal)) if refusal.status == 429 => {
                let response = page(429, sharepage::too_often(asked.lang.unwrap_or_default()))?;
                response.headers().set("retry-after", &refusal.retry_after.unwrap_or(1).to_string())?;
                Ok(Err(response))
            }
            found => found.map(Ok),
        }
    }

    /// Does what a form asks for.
    async fn done(&self, program: &str, asked: &Asked, form: &Form) -> Outcome<Shown> {
        if let Some(granted) = form.consent {
            let cookie = self.consent_cookie(program, granted, asked.via.as_deref()).await?;
            return Ok(Shown { consent: Some((granted, cookie)), ..Shown::default() });
        }
        let notice = match (&form.identity, &form.email) {
            (Some(identity), _) => match self.known(program, identity, form.show_name).await? {
                Ok(member) => {
                    return Ok(Shown { member: Some(member), identity: identity.clone(), ..Shown::default() });
                }
                Err(notice) => notice,
            },
            (None, Some(_)) => match form.address() {
                Ok(email) => self.mailed(program, email.to_string()).await?,
                Err(notice) => notice,
            },
            (None, None) => Notice::NotDone,
        };
        Ok(Shown { notice: Some(notice), ..Shown::default() })
    }

    async fn mailed(&self, program: &str, email: String) -> Outcome<Notice> {
        let response = self.ask(program, ProgramCommand::LinkRequested { email }).await?;
        match response.status_code() {
            202 => Ok(Notice::Mailed),
            403 => Ok(Notice::JoinOff),
            status => Err(not_answered(status)),
        }
    }

    /// A member by their signed identity, who is made one where they weren't; changed first, if they ask for that.
    async fn known(&self, program: &str, identity: &str, show: Option<bool>) -> Outcome<Result<Member, Notice>> {
        match self.join_as(program, identity).await?.status_code() {
            200 => {}
            401 => return Ok(Err(Notice::SignedOut)),
            status => return Err(not_answered(status)),
        }
        if let Some(show) = show {
            let command = ProgramCommand::ShowMyName { token: identity.to_owned(), show };
            let status = self.ask(program, command).await?.status_code();
            if status != 200 {
                return Err(not_answered(status));
            }
        }
        let mut found = self.standing(program, identity).await?;
        if found.status_code() != 200 {
            return Err(not_answered(found.status_code()));
        }
        Ok(Ok(serde_json::from_str(&found.text().await?)?))
    }

    async fn draw(&self, program: &str, asked: &Asked, shown: Shown) -> Outcome<Response> {
        let lang = asked.lang.map(|lang| lang.as_str().to_owned());
        let mut offer = self.offer_for(program, asked.via.as_deref(), lang).await?;
        if let Some((granted, _)) = &shown.consent {
            // The cookie that says so is only on its way; who says no isn't asked again on this page.
            "granted".clone_into(&mut offer.consent_state);
            offer.referred &= *granted;
        }
        let mut notice = shown.notice;
        let link = match (&shown.member, asked.code.as_deref()) {
            (Some(member), _) => Some(member.participant.link.clone()),
            (None, Some(code)) => {
                let link = self.link_in_use(program, &offer, code).await?;
                notice = notice.or_else(|| link.is_none().then_some(Notice::NoLink));
                link
            }
            (None, None) => None,
        };
        let board = if offer.leaderboard { self.board(program).await? } else { Vec::new() };
        let key = ProgramId::parse(program).map(|program| publishable_key(&program)).unwrap_or_default();
        let html = Page {
            key: &key,
            offer: &offer,
            link: link.as_deref(),
            code: asked.code.as_deref(),
            via: asked.via.as_deref(),
            member: shown.member.as_ref(),
            identity: &shown.identity,
            board: &board,
            notice,
            spoken: &Local(offer.lang()),
        }
        .html();
        let response = page(notice.map_or(200, Notice::status), html)?;
        if let Some((_, Some(cookie))) = shown.consent {
            response.headers().append("set-cookie", &cookie)?;
        }
        Ok(response)
    }

    /// The address of a code's link, where it leads somewhere.
    async fn link_in_use(&self, program: &str, offer: &OfferInForce, code: &str) -> Outcome<Option<String>> {
        let (Ok(code), Ok(site)) = (Code::parse(code), Site::parse(&offer.program.site)) else { return Ok(None) };
        let call = ProgramCall::of_deployment(ProgramCommand::Links { codes: vec![code.to_string()] });
        let found: Value = fetch(self.env, "PROGRAM", program, &call).await?;
        let leads = found[0]["objection"].is_null();
        Ok(leads.then(|| format!("{}{}/{code}", site.origin(), self.settings.friend_path)))
    }

    async fn board(&self, program: &str) -> Outcome<Vec<Place>> {
        #[derive(Deserialize)]
        struct Board {
            data: Vec<Place>,
        }
        let call = ProgramCall::of_deployment(ProgramCommand::Leaderboard);
        Ok(fetch::<Board>(self.env, "PROGRAM", program, &call).await?.data)
    }
}

fn not_answered(status: u16) -> Failure {
    if status == 500 {
        return Failure::Logged("the program failed".to_owned());
    }
    Failure::Ours(format!("the program answered {status}"))
}

/// A page that nobody keeps, lists or frames. `same-origin`: without its own address as the origin a form would be taken
/// for another site's, and other sites still hear nothing.
fn page(status: u16, html: String) -> Outcome<Response> {
    let response = Response::from_html(html)?.with_status(status);
    let headers = response.headers();
    headers.set("cache-control", "private, no-store")?;
    headers.set("content-security-policy", &sharepage::policy())?;
    headers.set("referrer-policy", "same-origin")?;
    headers.set("x-content-type-options", "nosniff")?;
    headers.set("x-robots-tag", "noindex")?;
    Ok(response)
}
