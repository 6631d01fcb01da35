//! What browsers call, under `{friend path}/-/`: the widget's files and the small public API. Limited per visitor and
//! program; a redirect never is.

mod share;
mod spoken;

use crate::assets;
use crate::buffer;
use crate::command::{ClicksCommand, InwardCommand, ProgramCall, ProgramCommand, ask, fetch, shard_name};
use crate::failure::{Failure, Outcome, json};
use crate::owner::{claim_code, known_program, limited_text};
use crate::redirect::{self, Seen};
use crate::settings::{Settings, chance, now};
use honeyguide_domain::auth::{bearer, program_of_publishable};
use honeyguide_domain::code::Code;
use honeyguide_domain::destination::email::unsubscribe;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::ClickId;
use honeyguide_domain::ratelimit::{BROWSER, Buckets, JOIN, Limit};
use honeyguide_domain::routes;
use honeyguide_domain::site::{Site, host_of};
use honeyguide_domain::token::{self, ProgramTag, Touch};
use honeyguide_domain::visitor::DayKey;
use honeyguide_domain::wire::participants::{Beacon, BeaconEvent, ConsentGiven, Join, MyChange, NewClaim};
use honeyguide_domain::wire::read;
use honeyguide_domain::wire::visits::OfferInForce;
use serde_json::Value;
use std::cell::RefCell;
use worker::{Env, Request, Response};

thread_local! {
    static BUCKETS: RefCell<Buckets> = RefCell::default();
}

/// One call of a browser's.
pub(crate) struct Visit<'a> {
    pub(crate) env: &'a Env,
    pub(crate) settings: &'a Settings,
    pub(crate) seen: &'a Seen<'a>,
    pub(crate) token: Option<String>,
}

/// The table of contents of the browser's API; `rest` is what follows `/-/`.
pub(crate) async fn answer(visit: &Visit<'_>, rest: &str, mut request: Request) -> Outcome<Response> {
    let (query, path) = (visit.seen.path_and_query().1, format!("/r/-/{rest}"));
    if !routes::is_known(visit.seen.method, &path) {
        return Err(routes::nothing_here(visit.seen.method, &path).into());
    }
    match (visit.seen.method, rest) {
        ("GET", "v1/offer") => visit.offer(query).await,
        ("GET", "v1/reference") => visit.reference(query).await,
        ("GET", "v1/me") => visit.me(query).await,
        ("POST", "v1/me") => visit.change_me(&limited_text(&mut request).await?).await,
        ("GET", "v1/leaderboard") => visit.leaderboard(query).await,
        ("POST", "v1/touch") => visit.touch(&limited_text(&mut request).await?).await,
        ("POST", "v1/consent") => visit.consent(&limited_text(&mut request).await?).await,
        ("POST", "v1/join") => visit.join(&limited_text(&mut request).await?).await,
        ("POST", "v1/claim") => visit.claim(&limited_text(&mut request).await?).await,
        ("GET", "share") => visit.share_page(query, &request).await,
        ("POST", "share") => visit.share_form(query, &mut request).await,
        ("GET", "v1/unsubscribe") => unsubscribe_page(false),
        ("POST", "v1/unsubscribe") => visit.unsubscribe(query).await,
        ("GET" | "HEAD", name) => match assets::file(visit.env, "widget", name).await? {
            Some(file) => Ok(file),
            None => Err(Refusal::not_found("file").into()),
        },
        _ => Err(Refusal::not_found("path").into()),
    }
}

/// A parameter of a query, decoded.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    let own =
        |pair: &str| pair.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value.replace('+', " "));
    query.split('&').find_map(own).map(|value| redirect::percent_decoded(&value)).filter(|value| !value.is_empty())
}

impl Visit<'_> {
    /// The program that a publishable key names, after this visitor's turn is counted.
    async fn program(&self, key: Option<&str>, limit: Limit) -> Outcome<String> {
        let bad = || Refusal::new(401, "unauthorized", "Send the program's publishable key as \"k\": hg_pk_….").at("k");
        let program = key.and_then(program_of_publishable).ok_or_else(bad)?;
        let key = |what: &str| DayKey::new(format!("{what} {} {}", program.as_str(), limit.burst).as_bytes());
        let (visitor, address) = (self.seen.visitor(&key("visitor")), self.seen.neighbours(&key("address")));
        let wait = BUCKETS.with_borrow_mut(|buckets| buckets.take(visitor, address, limit, now()));
        wait.map_err(Refusal::too_often)?;
        if known_program(self.env, program.as_str()).await?.is_none() {
            return Err(bad().into());
        }
        Ok(program.as_str().to_owned())
    }

    async fn ask(&self, program: &str, command: ProgramCommand) -> Outcome<Response> {
        let call = ProgramCall::of_deployment(command);
        ask(self.env, "PROGRAM", program, &call).await
    }

    /// The newest touch of this program that the cookie proves.
    fn newest(&self, program: &str) -> Option<Touch> {
        let tag = ProgramTag::of(program);
        let proved = |token: &str| self.settings.signer.check(token).ok().filter(|touch| touch.program.fits(tag));
        self.seen.touches().split('.').filter_map(proved).max_by_key(Touch::at)
    }

    async fn offer(&self, query: &str) -> Outcome<Response> {
        let program = self.program(parameter(query, "k").as_deref(), BROWSER).await?;
        let (via, lang) = (parameter(query, "via"), parameter(query, "lang"));
        let offer = self.offer_for(&program, via.as_deref(), lang).await?;
        Ok(json(200, &serde_json::to_string(&offer)?)?)
    }

    /// The offer in force for this visitor: by their cookie, or by the code of the address.
    async fn offer_for(&self, program: &str, via: Option<&str>, lang: Option<String>) -> Outcome<OfferInForce> {
        let touch = self.newest(program);
        let code = touch.as_ref().map(|touch| touch.code.to_string()).or_else(|| via.map(str::to_lowercase));
        let click = touch.as_ref().map(|touch| touch.click.to_string());
        let call = ProgramCall::of_deployment(ProgramCommand::Offer { code, click, lang });
        let mut offer: OfferInForce = fetch(self.env, "PROGRAM", program, &call).await?;
        let state = if touch.is_some_and(|touch| touch.consented) { "granted" } else { "unknown" };
        state.clone_into(&mut offer.consent_state);
        Ok(offer)
    }

    async fn reference(&self, query: &str) -> Outcome<Response> {
        let program = self.program(parameter(query, "k").as_deref(), BROWSER).await?;
        let touches = self.seen.touches();
        if self.newest(&program).is_none() {
            return Ok(json(200, r#"{"reference":null}"#)?);
        }
        self.ask(&program, ProgramCommand::Reference { touches: touches.to_owned() }).await
    }

    async fn me(&self, query: &str) -> Outcome<Response> {
        let program = self.program(parameter(query, "k").as_deref(), BROWSER).await?;
        let token = self.token.clone().ok_or_else(no_identity)?;
        self.standing(&program, &token).await
    }

    async fn standing(&self, program: &str, token: &str) -> Outcome<Response> {
        let mut response = self.ask(program, ProgramCommand::Me { token: token.to_owned() }).await?;
        let mut body: Value = serde_json::from_str(&response.text().await?)?;
        let code = body["participant"]["code"].as_str().unwrap_or_default().to_owned();
        if response.status_code() == 200 {
            body["clicks"] = crate::owner::clicks_of(self.env, self.settings, program, &code).await?;
        }
        Ok(json(response.status_code(), &body.to_string())?)
    }

    async fn change_me(&self, body: &str) -> Outcome<Response> {
        let change: MyChange = read::body(body)?;
        let program = self.program(Some(&change.key), BROWSER).await?;
        let token = self.token.clone().ok_or_else(no_identity)?;
        self.ask(&program, ProgramCommand::ShowMyName { token, show: change.show_name }).await
    }

    async fn leaderboard(&self, query: &str) -> Outcome<Response> {
        let program = self.program(parameter(query, "k").as_deref(), BROWSER).await?;
        self.ask(&program, ProgramCommand::Leaderboard).await
    }

    async fn touch(&self, body: &str) -> Outcome<Response> {
        let beacon: Beacon = read::body(body)?;
        let program = self.program(Some(&beacon.key), BROWSER).await?;
        let at = now().millis();
        let (shard, command) = match beacon.event {
            BeaconEvent::Landing | BeaconEvent::Engaged => {
                // Without a touch that can be proved there is nothing to confirm.
                let Some(touch) = self.newest(&program) else { return Ok(json(204, "")?) };
                let mark = if beacon.event == BeaconEvent::Landing { "human" } else { "engaged" };
                buffer::flush(self.env).await;
                (touch.click.shard(), ClicksCommand::Mark { click: touch.click.to_string(), mark: mark.to_owned(), at })
            }
            event => {
                let name: String = beacon.channel.unwrap_or_default().chars().take(32).collect();
                (0, ClicksCommand::Count { program, name, event: event.as_str().to_owned(), at })
            }
        };
        ask(self.env, "CLICKS", &shard_name(shard), &command).await?;
        Ok(json(204, "")?)
    }

    async fn consent(&self, body: &str) -> Outcome<Response> {
        let given: ConsentGiven = read::body(body)?;
        let program = self.program(Some(&given.key), BROWSER).await?;
        let response = json(204, "")?;
        if let Some(cookie) = self.consent_cookie(&program, given.granted, given.via.as_deref()).await? {
            response.headers().append("set-cookie", &cookie)?;
        }
        Ok(response)
    }

    /// Turns `via` into the cookie when the visitor agrees; takes the cookie back when not.
    async fn consent_cookie(&self, program: &str, granted: bool, via: Option<&str>) -> Outcome<Option<String>> {
        let host = host_of(self.seen.host);
        let domain = Site::parse(&format!("http://{host}/")).ok().and_then(|site| site.seen_from(host).cookie_domain);
        if !granted {
            return Ok(Some(redirect::set_cookie(self.seen, "", domain.as_deref(), 0)));
        }
        let Some(touch) = self.consented(program, via).await else { return Ok(None) };
        let (link, _) = redirect::resolve(self.env, self.settings, touch.code.as_str(), host).await;
        let signer = &self.settings.signer;
        let value = token::carry_on(signer, self.seen.touches(), &signer.sign(&touch));
        Ok(Some(redirect::set_cookie(self.seen, &value, domain.as_deref(), link.window_seconds)))
    }

    async fn consented(&self, program: &str, via: Option<&str>) -> Option<Touch> {
        if let Some(touch) = self.newest(program) {
            return Some(Touch { consented: true, ..touch });
        }
        let code = Code::parse(via?).ok()?;
        let (link, _) = redirect::resolve(self.env, self.settings, code.as_str(), host_of(self.seen.host)).await;
        let own = link.program == program && link.objection.is_none();
        let click = ClickId::new(now(), buffer::shard(self.settings), chance());
        own.then(|| Touch { click, program: ProgramTag::of(program), code, gpc: self.seen.gpc, consented: true })
    }

    async fn join(&self, body: &str) -> Outcome<Response> {
        let join: Join = read::body(body)?;
        let Some(token) = self.token.clone() else {
            let program = self.program(Some(&join.key), JOIN).await?;
            let email = join.email.ok_or_else(no_identity)?;
            return self.ask(&program, ProgramCommand::LinkRequested { email: email.to_string() }).await;
        };
        let program = self.program(Some(&join.key), BROWSER).await?;
        self.join_as(&program, &token).await
    }

    /// The participant of a signed identity, who is made one where they weren't.
    async fn join_as(&self, program: &str, token: &str) -> Outcome<Response> {
        let mut found = self.ask(program, ProgramCommand::JoinByIdentity { token: token.to_owned() }).await?;
        if found.status_code() != 202 {
            return Ok(found);
        }
        let told: Value = serde_json::from_str(&found.text().await?)?;
        let owner = told["external_id"].as_str().unwrap_or_default();
        let code = claim_code(self.env, self.settings, program, None, &format!("participant {owner}")).await?;
        redirect::forget(program);
        self.ask(program, ProgramCommand::FinishJoin { token: token.to_owned(), code }).await
    }

    /// By one click of a mail program (RFC 8058), or by the button of the page. What the body says doesn't matter.
    async fn unsubscribe(&self, query: &str) -> Outcome<Response> {
        let program = self.program(parameter(query, "k").as_deref(), BROWSER).await?;
        let token = parameter(query, "t").unwrap_or_default();
        let response = self.ask(&program, ProgramCommand::Unsubscribe { token }).await?;
        if response.status_code() == 204 { unsubscribe_page(true) } else { Ok(response) }
    }

    async fn claim(&self, body: &str) -> Outcome<Response> {
        let claim: NewClaim = read::body(body)?;
        let program = self.program(Some(&claim.key), JOIN).await?;
        self.ask(
            &program,
            ProgramCommand::Inward(InwardCommand::Claim {
                body: body.to_owned(),
                touches: self.seen.touches().to_owned(),
            }),
        )
        .await
    }
}

fn unsubscribe_page(done: bool) -> Outcome<Response> {
    let response = Response::from_html(unsubscribe::page(done))?;
    let headers = response.headers();
    headers.set("cache-control", "private, no-store")?;
    headers.set("content-security-policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")?;
    headers.set("referrer-policy", "no-referrer")?;
    headers.set("x-content-type-options", "nosniff")?;
    Ok(response)
}

fn no_identity() -> Failure {
    Failure::Refused(Refusal::new(
        401,
        "invalid_identity",
        "Send the identity that your backend signed: Authorization: Bearer …",
    ))
}

/// The identity of a browser's call.
pub(crate) fn identity(request: &Request) -> Option<String> {
    let header = request.headers().get("authorization").ok().flatten()?;
    bearer(&header).map(str::to_owned)
}
