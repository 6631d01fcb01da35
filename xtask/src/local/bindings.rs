//! The bindings of the edge, read from `edge/wrangler.toml`: Cloudflare and the local process share that list.
//!
//! What the local process can't give is refused, so a new kind of binding is noticed here.

use crate::failure::{Because as _, Failure, Result};
use serde_json::Value;
use std::fs;
use std::path::Path;
use toml::Table;

/// The secrets, which no file lists.
pub const SECRETS: [&str; 2] = ["HONEYGUIDE_SECRET", "ADMIN_SECRET"];

/// Keys of `wrangler.toml` that say how to build and deploy, and nothing about the process.
const NOT_OURS: [&str; 9] = [
    "name",
    "main",
    "no_bundle",
    "find_additional_modules",
    "base_dir",
    "rules",
    "migrations",
    "observability",
    "workers_dev",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bindings {
    pub compatibility_date: String,
    pub compatibility_flags: Vec<String>,
    /// The name of the binding, and the class of the objects.
    pub objects: Vec<(String, String)>,
    /// The binding of the folder of assets.
    pub assets: Option<String>,
    pub vars: Vec<(String, String)>,
}

impl Bindings {
    pub fn read(wrangler_toml: &Path) -> Result<Self> {
        let name = || wrangler_toml.display().to_string();
        let text = fs::read_to_string(wrangler_toml).because(|| format!("{} can't be read", name()))?;
        Self::parse(&text).because(name)
    }

    fn parse(text: &str) -> Result<Self> {
        let table: Table = text.parse().because(|| "it isn't TOML".into())?;
        let mut bindings = Self {
            compatibility_date: string(&table, "compatibility_date")?,
            compatibility_flags: Vec::new(),
            objects: Vec::new(),
            assets: None,
            vars: Vec::new(),
        };
        for (key, value) in &table {
            match key.as_str() {
                "compatibility_date" => {}
                "compatibility_flags" => {
                    let flags = value.as_array().into_iter().flatten();
                    bindings.compatibility_flags = flags.filter_map(|flag| flag.as_str().map(str::to_owned)).collect();
                }
                "durable_objects" => bindings.objects = objects(value)?,
                "assets" => bindings.assets = value.get("binding").and_then(toml::Value::as_str).map(str::to_owned),
                "vars" => bindings.vars = value.as_table().into_iter().flatten().map(var).collect::<Result<_>>()?,
                other if NOT_OURS.contains(&other) => {}
                other => {
                    return Err(Failure::new(format!("the local process doesn't know what to do with \"{other}\"")));
                }
            }
        }
        Ok(bindings)
    }

    /// With values in place of its own. A name that isn't there is a mistake.
    pub fn with(mut self, vars: &[(String, String)]) -> Result<Self> {
        for (name, value) in vars {
            let own = self.vars.iter_mut().find(|(own, _)| own == name);
            own.because(|| format!("edge/wrangler.toml has no variable \"{name}\""))?.1.clone_from(value);
        }
        Ok(self)
    }
}

fn objects(value: &toml::Value) -> Result<Vec<(String, String)>> {
    let list =
        value.get("bindings").and_then(toml::Value::as_array).because(|| "durable_objects has no bindings".into())?;
    list.iter()
        .map(|entry| {
            let entry = entry.as_table().because(|| "a Durable Object's binding isn't a table".into())?;
            Ok((string(entry, "name")?, string(entry, "class_name")?))
        })
        .collect()
}

fn var((name, value): (&String, &toml::Value)) -> Result<(String, String)> {
    let text = value.as_str().because(|| format!("the variable \"{name}\" isn't text"))?;
    Ok((name.clone(), text.to_owned()))
}

fn string(table: &Table, key: &str) -> Result<String> {
    table
        .get(key)
        .and_then(toml::Value::as_str)
        .map(str::to_owned)
        .because(|| format!("\"{key}\" is missing, or isn't text"))
}

/// Text between double quotes, escaped as both JSON and Cap'n Proto read it.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::Bindings;

    const FILE: &str = "name = \"x\"\ncompatibility_date = \"2026-11-01\"\n[assets]\ndirectory = \"d\"\nbinding = \"ASSETS\"\n\
        [[durable_objects.bindings]]\nname = \"PROGRAM\"\nclass_name = \"ProgramDo\"\n[vars]\nFRIEND_PATH = \"/r\"\n";

    #[test]
    fn the_list_is_read() {
        let bindings = Bindings::parse(FILE).unwrap();
        assert_eq!(bindings.objects, [("PROGRAM".to_owned(), "ProgramDo".to_owned())]);
        assert_eq!(bindings.assets.as_deref(), Some("ASSETS"));
        let changed = bindings.with(&[("FRIEND_PATH".into(), "/go".into())]).unwrap();
        assert_eq!(changed.vars, [("FRIEND_PATH".to_owned(), "/go".to_owned())]);
    }

    #[test]
    fn what_the_local_process_cannot_give_is_refused() {
        let failure = Bindings::parse(
            &format!("[[queues.producers]]\nqueue = \"q\"\n{FILE}").replace("name = \"x\"\ncompat", "compat"),
        );
        assert!(failure.is_err());
        let failure = Bindings::parse(&format!("{FILE}\n[queues]\nx = 1\n")).unwrap_err().to_string();
        assert!(failure.contains("\"queues\""), "{failure}");
        assert!(Bindings::parse(FILE).unwrap().with(&[("OTHER".into(), String::new())]).is_err());
    }
}
