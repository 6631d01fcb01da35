//! The data directory: one run's at a time, with the secrets in `secrets.json`, which only its owner can read.
//!
//! Invariant: `secrets.json` is whole at any moment, and holds a secret before anything that depends on it is stored.

use crate::failure::{Because as _, Failure, Result};
use crate::local::Secrets;
use serde_json::{Value, json};
use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// What a program's backend needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) program: String,
    pub(super) secret_key: String,
    pub(super) publishable_key: String,
    pub(super) identity_secret: String,
}

#[derive(Debug)]
pub(super) struct Data {
    path: PathBuf,
    content: Value,
    _lock: File,
}

impl Data {
    /// Makes the directory where it is missing, and makes sure that it is ours alone and can be written.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let failed = || format!("The data directory {} can't be written", folder.display());
        fs::create_dir_all(folder).because(failed)?;
        let lock = File::options().create(true).append(true).open(folder.join("lock")).because(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::new(format!(
                    "Another `cargo dev` uses the data directory {}; choose another with --data.",
                    folder.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(error).because(failed),
        }
        let path = folder.join("secrets.json");
        let content = match fs::read_to_string(&path) {
            Ok(text) => {
                serde_json::from_str(&text).because(|| format!("{} isn't what `cargo dev` wrote", path.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => json!({}),
            Err(error) => return Err(error).because(|| format!("{} can't be read", path.display())),
        };
        Ok(Self { path, content, _lock: lock })
    }

    /// The deployment's secrets, made at the first start.
    pub(super) fn secrets(&mut self) -> Result<Secrets> {
        if let (Some(honeyguide), Some(admin)) = (self.text(&["honeyguide_secret"]), self.text(&["admin_secret"])) {
            return Ok(Secrets { honeyguide, admin });
        }
        let secrets = Secrets::random()?;
        self.set("honeyguide_secret", json!(secrets.honeyguide));
        self.set("admin_secret", json!(secrets.admin));
        self.save()?;
        Ok(secrets)
    }

    /// A program's keys, and the digest of the program file that it was given last.
    pub(super) fn keys(&self, program: &str) -> Option<(Keys, String)> {
        let text = |name| self.text(&["programs", program, name]);
        let keys = Keys {
            program: program.to_owned(),
            secret_key: text("secret_key")?,
            publishable_key: text("publishable_key")?,
            identity_secret: text("identity_secret")?,
        };
        Some((keys, text("file").unwrap_or_default()))
    }

    pub(super) fn keep(&mut self, keys: &Keys, file: &str) -> Result<()> {
        let entry = json!({
            "secret_key": keys.secret_key,
            "publishable_key": keys.publishable_key,
            "identity_secret": keys.identity_secret,
            "file": file,
        });
        let mut programs = self.content.get("programs").and_then(Value::as_object).cloned().unwrap_or_default();
        programs.insert(keys.program.clone(), entry);
        self.set("programs", Value::Object(programs));
        self.save()
    }

    fn text(&self, path: &[&str]) -> Option<String> {
        path.iter().try_fold(&self.content, |value, name| value.get(name))?.as_str().map(str::to_owned)
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Some(object) = self.content.as_object_mut() {
            object.insert(name.to_owned(), value);
        }
    }

    fn save(&self) -> Result<()> {
        let failed = || format!("{} can't be written", self.path.display());
        let new = self.path.with_extension("new");
        let _there_is_none = fs::remove_file(&new);
        let mut file = File::options().create_new(true).write(true).mode(0o600).open(&new).because(failed)?;
        writeln!(file, "{:#}", self.content).and_then(|()| file.sync_all()).because(failed)?;
        fs::rename(&new, &self.path).because(failed)?;
        let folder = self.path.parent().because(failed)?;
        File::open(folder).and_then(|folder| folder.sync_all()).because(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Data, Keys};
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn secrets_stay_and_only_their_owner_reads_them() {
        let folder = std::env::temp_dir().join(format!("honeyguide-data-{}", std::process::id()));
        let mut data = Data::open(&folder).unwrap();
        let secrets = data.secrets().unwrap();
        let keys = Keys {
            program: "p".into(),
            secret_key: "s".into(),
            publishable_key: "k".into(),
            identity_secret: "i".into(),
        };
        data.keep(&keys, "1").unwrap();
        assert!(Data::open(&folder).unwrap_err().to_string().contains("Another `cargo dev`"));
        drop(data);
        let mut again = Data::open(&folder).unwrap();
        assert_eq!(again.secrets().unwrap(), secrets);
        assert_eq!(again.keys("p"), Some((keys, "1".into())));
        assert_eq!(again.keys("q"), None);
        assert_eq!(fs::metadata(folder.join("secrets.json")).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(folder).unwrap();
    }
}
