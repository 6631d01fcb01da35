//! The program: made when it is new, and given its file again when that has changed.
//!
//! Invariant: a run that is killed at any line is made good by the next one. A program that was made without its keys
//! being kept gets new ones, by the admin secret.

use super::data::{Data, Keys};
use crate::build::hex;
use crate::failure::{Because as _, Result};
use crate::http::{self, Answer};
use crate::say;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The shop's address in the demo's program file. On another port it is another one.
const DEMO_SITE: &str = "http://shop.localhost:8788";

/// A program file as it was read. What it means is the edge's to say.
#[derive(Debug, Clone)]
pub(super) struct ProgramFile {
    path: PathBuf,
    id: String,
    content: Value,
}

pub(super) fn read(path: &Path) -> Result<ProgramFile> {
    let name = || format!("The program file {}", path.display());
    let text = fs::read_to_string(path).because(|| format!("{} can't be read", name()))?;
    let content: Value = serde_json::from_str(&text).because(|| format!("{} isn't JSON", name()))?;
    let id = content.get("id").and_then(Value::as_str).because(|| format!("{} has no \"id\".", name()))?.to_owned();
    Ok(ProgramFile { path: path.to_path_buf(), id, content })
}

impl ProgramFile {
    /// The same, with the demo shop's site where that shop really is.
    pub(super) fn at_shop(mut self, port: u16) -> Self {
        if let Some(site) = self.content.get_mut("site").filter(|site| *site == DEMO_SITE) {
            *site = json!(format!("http://shop.localhost:{port}"));
        }
        self
    }

    fn digest(&self) -> String {
        hex(&Sha256::digest(self.content.to_string()))
    }

    fn named(&self) -> String {
        format!("The program file {}", self.path.display())
    }
}

/// The keys of a program that is as its file says.
pub(super) fn ensure(edge: &str, file: &ProgramFile, data: &mut Data) -> Result<Keys> {
    let admin = data.secrets()?.admin;
    let Some((keys, digest)) = data.keys(&file.id) else { return make(edge, file, &admin, data) };
    // The edge may have lost what we kept: its files were removed, or the key was revoked.
    let known = http::get(&format!("{edge}/v1/program"), Some(&keys.secret_key))?.status == 200;
    match known {
        false => make(edge, file, &admin, data),
        true if digest == file.digest() => Ok(keys),
        true => change(edge, file, keys, data),
    }
}

fn make(edge: &str, file: &ProgramFile, admin: &str, data: &mut Data) -> Result<Keys> {
    say::line(format!("> making the program \"{}\"", file.id));
    let answer = http::post(&format!("{edge}/v1/programs"), admin, &file.content)?;
    if answer.status == 409 {
        let keys = recover(edge, file, admin)?;
        data.keep(&keys, "")?;
        return change(edge, file, keys, data);
    }
    let answer = granted(answer, &file.named())?;
    let keys = Keys {
        program: file.id.clone(),
        secret_key: text(&answer, "secret_key")?,
        publishable_key: text(&answer, "publishable_key")?,
        identity_secret: text(&answer, "identity_secret")?,
    };
    data.keep(&keys, &file.digest())?;
    Ok(keys)
}

/// New keys for a program whose first ones were lost by a crash.
fn recover(edge: &str, file: &ProgramFile, admin: &str) -> Result<Keys> {
    let id = &file.id;
    say::line(format!("> the program \"{id}\" is there and its keys are lost: making new ones"));
    let key = http::post(&format!("{edge}/v1/keys?program={id}"), admin, &json!({"label": "cargo dev"}))?;
    let identity = http::post(&format!("{edge}/v1/keys/identity?program={id}"), admin, &json!({}))?;
    Ok(Keys {
        program: id.clone(),
        secret_key: text(&granted(key, "A new secret key")?, "secret_key")?,
        publishable_key: format!("hg_pk_{id}"),
        identity_secret: text(&granted(identity, "A new identity secret")?, "identity_secret")?,
    })
}

fn change(edge: &str, file: &ProgramFile, keys: Keys, data: &mut Data) -> Result<Keys> {
    say::line(format!("> giving the program \"{}\" its file, which has changed", file.id));
    granted(http::put(&format!("{edge}/v1/program"), &keys.secret_key, &file.content)?, &file.named())?;
    data.keep(&keys, &file.digest())?;
    Ok(keys)
}

fn granted(answer: Answer, what: &str) -> Result<Value> {
    if (200..300).contains(&answer.status) { Ok(answer.body) } else { Err(answer.refusal(what)) }
}

fn text(body: &Value, name: &str) -> Result<String> {
    body.get(name)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .because(|| format!("The edge's answer has no \"{name}\"."))
}

#[cfg(test)]
mod tests {
    use super::ProgramFile;
    use serde_json::json;

    #[test]
    fn only_the_demo_site_moves_with_the_shop() {
        let file =
            |site: &str| ProgramFile { path: "p".into(), id: "a".into(), content: json!({"id": "a", "site": site}) };
        let site = |file: ProgramFile| file.content.get("site").cloned();
        assert_eq!(site(file("http://shop.localhost:8788").at_shop(9001)), Some(json!("http://shop.localhost:9001")));
        assert_eq!(site(file("https://shop.example").at_shop(9001)), Some(json!("https://shop.example")));
        assert_ne!(file("http://shop.localhost:8788").digest(), file("http://shop.localhost:8788").at_shop(1).digest());
    }
}
