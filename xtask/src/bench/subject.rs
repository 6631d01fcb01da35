//! The two sides: a Worker in JavaScript that answers a constant redirect, and our redirect with one link.

use crate::failure::{Because as _, Failure, Result};
use crate::http;
use crate::local::{Edge, Reach, Secrets, Settings};
use crate::place::Place;
use serde_json::{Value, json};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long clicks may be on their way to the disk after the load has ended.
const LONGEST_FLUSH: Duration = Duration::from_secs(20);

/// The baseline: what `workerd` can answer at all.
pub(super) fn constant(place: &Place, folder: &Path) -> Result<Settings> {
    let home = place.root().join("tests/bench/constant");
    Ok(Settings {
        workerd: place.workerd(),
        wrangler_toml: home.join("wrangler.toml"),
        bundle: home,
        assets: place.assets(),
        data: folder.join("constant"),
        port: 0,
        reach: Reach::Everywhere,
        secrets: Secrets::random()?,
        vars: Vec::new(),
    })
}

/// Our edge with one program, one participant, and that one's link.
#[derive(Debug)]
pub(super) struct Redirect {
    edge: Edge,
    code: String,
    link: String,
    secret_key: String,
}

impl Redirect {
    pub(super) fn start(place: &Place, folder: &Path) -> Result<Self> {
        let settings = Settings::new(place, &folder.join("redirect"), Secrets::random()?);
        let edge = Edge::start(&settings)?;
        let program = json!({"id": "bench", "name": "Bench", "site": "http://shop.localhost:8788", "kind": "referral"});
        let made = http::post(&format!("{}/v1/programs", edge.address()), &settings.secrets.admin, &program)?;
        let secret_key = text(&made, "secret_key")?;
        let person = json!({"external_id": "bench", "email": "bench@example.com"});
        let joined = http::post(&format!("{}/v1/participants", edge.address()), &secret_key, &person)?;
        let code = text(&joined, "code")?;
        let link = format!("{}/r/{code}", edge.address());
        Ok(Self { edge, code, link, secret_key })
    }

    pub(super) fn link(&self) -> &str {
        &self.link
    }

    /// How many clicks on the link are in SQLite, once all that were answered are, or the time is up.
    pub(super) fn stored(&self, answered: u64) -> Result<u64> {
        let address = format!("{}/v1/stats/clicks?group_by=code&code={}", self.edge.address(), self.code);
        let begun = Instant::now();
        loop {
            let answer = http::get(&address, Some(&self.secret_key))?;
            if answer.status != 200 {
                return Err(answer.refusal("The number of clicks"));
            }
            let rows = answer.body.get("data").or(answer.body.get("rows")).and_then(Value::as_array);
            let rows = rows.because(|| "The numbers of clicks aren't a list.".into())?;
            let stored = rows.iter().filter_map(|row| row.get("raw")?.as_u64()).sum();
            if stored >= answered || begun.elapsed() > LONGEST_FLUSH {
                return Ok(stored);
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
}

fn text(answer: &http::Answer, name: &str) -> Result<String> {
    if answer.status >= 300 {
        return Err(answer.refusal("The subject of the bench"));
    }
    let found = answer.body.get(name).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| Failure::new(format!("The edge's answer has no \"{name}\".")))
}
