//! What is being written: the file's text, what it says, what the linter says of it, and the version in force.
//!
//! Invariant: nothing typed is lost: a text that can't be read stays as it is, and what isn't published is kept in the tab.

use super::json;
use crate::api::{self, Problem};
use crate::session::Session;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// After the last key, the linter waits so long.
const PAUSE: Duration = Duration::from_millis(350);

/// What the linter found, or what a refusal says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Finding {
    pub(super) severity: String,
    pub(super) code: String,
    pub(super) path: String,
    pub(super) why: String,
    pub(super) fix: String,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Draft {
    pub(super) text: RwSignal<String>,
    /// What the text said when it could be read last.
    pub(super) value: RwSignal<Value>,
    /// Where the text can't be read, and why.
    pub(super) broken: RwSignal<Option<(usize, String)>>,
    /// The file in force, with its version; null until it is there.
    pub(super) base: RwSignal<Value>,
    pub(super) findings: RwSignal<Vec<Finding>>,
    /// Whether the linter is awaited.
    pub(super) looking: RwSignal<bool>,
    asked: StoredValue<u32>,
}

impl Draft {
    pub(super) fn start() -> Self {
        let draft = Self {
            text: RwSignal::new(String::new()),
            value: RwSignal::new(Value::Null),
            broken: RwSignal::new(None),
            base: RwSignal::new(Value::Null),
            findings: RwSignal::new(Vec::new()),
            looking: RwSignal::new(false),
            asked: StoredValue::new(0),
        };
        provide_context(draft);
        Effect::new(move |_| {
            draft.text.track();
            draft.look();
            draft.keep();
        });
        draft
    }

    pub(super) fn here() -> Self {
        expect_context()
    }

    /// A file came into force: it is what is shown, unless something is being written.
    pub(super) fn begin(self, file: Value) {
        self.base.set(file.clone());
        let kept = storage().and_then(|storage| storage.get_item(&self.name()).ok().flatten());
        match kept {
            Some(text) => self.write(text),
            None => self.show(&file),
        }
    }

    /// Forgets what was written.
    pub(super) fn drop_all(self) {
        let base = self.base.get_untracked();
        self.show(&base);
    }

    /// A file was published: it is the one in force now.
    pub(super) fn published(self, file: Value) {
        self.base.set(file.clone());
        self.show(&file);
    }

    pub(super) fn show(self, file: &Value) {
        let mut file = file.clone();
        json::put(&mut file, "version", None);
        self.write(json::written(&file));
    }

    pub(super) fn write(self, text: String) {
        match serde_json::from_str::<Value>(&text) {
            Ok(value) if value.is_object() => {
                self.broken.set(None);
                if self.value.with_untracked(|now| *now != value) {
                    self.value.set(value);
                }
            }
            Ok(_) => self.broken.set(Some((1, words::program::no_object().to_owned()))),
            Err(wrong) => self.broken.set(Some((wrong.line().max(1), wrong.to_string()))),
        }
        self.text.set(text);
    }

    /// What the form says of one place.
    pub(super) fn put(self, path: &str, new: Option<Value>) {
        if self.broken.with_untracked(Option::is_some) {
            return;
        }
        let mut file = self.value.get_untracked();
        json::put(&mut file, path, new);
        self.write(json::written(&file));
    }

    pub(super) fn at(self, path: &str) -> Value {
        self.value.with(|file| json::at(file, path).clone())
    }

    /// The file as it would be published: on top of the version that it was written from.
    pub(super) fn whole(self) -> Value {
        let mut file = self.value.get_untracked();
        let version = self.base.with_untracked(|base| base["version"].clone());
        json::put(&mut file, "version", Some(version));
        file
    }

    pub(super) fn differences(self) -> Vec<json::Difference> {
        self.value
            .with(|value| self.base.with(|base| if base.is_null() { vec![] } else { json::differences(base, value) }))
    }

    /// What was found at a place or within it.
    pub(super) fn found_at(self, path: &str) -> Vec<Finding> {
        let within = |found: &&Finding| {
            found.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.findings.with(|all| all.iter().filter(within).cloned().collect())
    }

    /// Says a refusal at its places.
    pub(super) fn refused(self, problem: &Problem) {
        let found = problem.faults.iter().map(|fault| Finding {
            severity: "error".to_owned(),
            code: fault.code.clone(),
            path: fault.path.clone(),
            why: fault.message.clone(),
            fix: String::new(),
        });
        let found: Vec<Finding> = found.collect();
        if !found.is_empty() {
            self.findings.set(found);
        }
    }

    /// Asks the linter when nothing more was typed for a moment.
    fn look(self) {
        let is_empty = self.text.with_untracked(String::is_empty);
        // Before anything was read, nothing is under way.
        self.asked.update_value(|asked| *asked += u32::from(!is_empty || *asked > 0));
        let asked = self.asked.get_value();
        if is_empty {
            return;
        }
        set_timeout(
            move || {
                if self.asked.try_get_value() != Some(asked)
                    || self.broken.try_with_untracked(Option::is_some) != Some(false)
                {
                    return;
                }
                self.looking.set(true);
                let file = self.value.get_untracked();
                spawn_local(async move {
                    let told = api::send("POST", "/v1/program/lint", Some(&file)).await;
                    if self.asked.try_get_value() != Some(asked) {
                        return;
                    }
                    self.looking.set(false);
                    if let Ok(told) = told {
                        self.findings.set(serde_json::from_value(told["findings"].clone()).unwrap_or_default());
                    }
                });
            },
            // The file as it was read is looked at at once: nobody types yet.
            if asked == 1 { Duration::ZERO } else { PAUSE },
        );
    }

    /// What isn't published outlives a reload of the tab.
    fn keep(self) {
        let Some(storage) = storage().filter(|_| self.base.with_untracked(|base| !base.is_null())) else { return };
        let same = self.broken.with_untracked(Option::is_none) && untrack(|| self.differences().is_empty());
        let name = self.name();
        let _kept = if same { storage.remove_item(&name) } else { storage.set_item(&name, &self.text.get_untracked()) };
    }

    fn name(self) -> String {
        let id = self.base.with_untracked(|base| base["id"].as_str().unwrap_or_default().to_owned());
        format!("honeyguide-draft-{id}")
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

/// Publishes a file; the session's program is asked for again, as its name may be another.
pub(super) async fn publish(file: &Value) -> Result<Value, Problem> {
    let told = api::send("PUT", "/v1/program", Some(file)).await?;
    Session::refresh();
    Ok(told)
}
