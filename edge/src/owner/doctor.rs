//! The doctor: asks the program's site three things, at once, as a stranger would. What it means is `domain::doctor`'s.

use super::Asked;
use super::many::permitted;
use super::routes::look;
use crate::command::ProgramCommand as C;
use crate::failure::{Outcome, json};
use crate::outgoing;
use crate::settings::now;
use futures_util::future::join3;
use honeyguide_domain::auth::{Scope, publishable_key};
use honeyguide_domain::doctor::{Answered, Facts, addresses, examine};
use honeyguide_domain::program::Program;
use url::Url;
use worker::{Env, Response};

/// All that one of the three may take, in milliseconds.
const LONGEST: u32 = 8_000;
/// As much of a page as is read, in bytes: a script tag stands near its beginning or its end.
const PAGE: usize = 1024 * 1024;
/// A first page leads to another one by so many steps at most.
const STEPS: usize = 4;

pub(super) async fn answer(asked: &Asked<'_>) -> Outcome<Response> {
    if let Err(refused) = permitted(asked, Scope::Read).await? {
        return Ok(refused);
    }
    let mut file: serde_json::Value = serde_json::from_str(&look(asked, C::File).await?.text().await?)?;
    if let Some(fields) = file.as_object_mut() {
        fields.remove("version");
    }
    let program = Program::from_json(&file.to_string())?;
    let friend_path = asked.settings.friend_path.as_str();
    let [page, script, consent] = addresses(&program.site, friend_path);
    let denied = serde_json::json!({"k": publishable_key(&program.id), "state": "denied"}).to_string();
    let (page, script, consent) =
        join3(visit(asked.env, page), ask(asked.env, &script, None, 0), ask(asked.env, &consent, Some(&denied), 0))
            .await;
    let [page, script, consent] = [page, script, consent].map(|heard| heard.map(|(heard, _)| heard));
    let checkup = examine(&Facts { program: &program, friend_path, now: now(), page, script, consent });
    Ok(json(200, &serde_json::to_string(&checkup)?)?)
}

/// A page, wherever it leads to.
async fn visit(env: &Env, mut address: String) -> Result<(Answered, Option<String>), String> {
    for _ in 0..STEPS {
        let (heard, leads) = ask(env, &address, None, PAGE).await?;
        let next = leads.filter(|_| matches!(heard.status, 301 | 302 | 303 | 307 | 308));
        let Some(next) = next.and_then(|next| Url::parse(&address).ok()?.join(&next).ok()) else {
            return Ok((heard, None));
        };
        address = next.into();
    }
    Err("It leads from one address to the next, and to no page.".to_owned())
}

/// One request; its answer, and where that leads.
async fn ask(env: &Env, address: &str, body: Option<&str>, most: usize) -> Result<(Answered, Option<String>), String> {
    let told = |error| worker::Error::from(error).to_string();
    let init = web_sys::RequestInit::new();
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body(&body.into());
    }
    init.set_redirect(web_sys::RequestRedirect::Manual);
    init.set_signal(Some(&web_sys::AbortSignal::timeout_with_u32(LONGEST)));
    let request = web_sys::Request::new_with_str_and_init(address, &init).map_err(told)?;
    for (name, value) in [("user-agent", "Honeyguide/0.1 (doctor)"), ("accept", "*/*"), ("content-type", "text/plain")]
    {
        if name != "content-type" || body.is_some() {
            request.headers().set(name, value).map_err(told)?;
        }
    }
    let response = outgoing::fetch(env, &request).await?;
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let is_kept = header("age").is_some_and(|age| age.trim() != "0");
    let heard = Answered {
        status: response.status(),
        content_type: header("content-type").unwrap_or_default(),
        date: header("date").filter(|_| !is_kept),
        policy: header("content-security-policy").unwrap_or_default(),
        set_cookie: header("set-cookie").unwrap_or_default(),
        body: outgoing::beginning(&response, most).await?,
    };
    let leads = header("location");
    Ok((heard, leads))
}
