//! The two secrets of a deployment, which are in no file of the repository.

use crate::build::hex;
use crate::failure::{Because as _, Result};
use std::fs::File;
use std::io::Read as _;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The keys that sign touches are derived from it: at least 32 random bytes, as any text.
    pub honeyguide: String,
    /// Makes programs.
    pub admin: String,
}

impl Secrets {
    /// New ones.
    pub fn random() -> Result<Self> {
        Ok(Self { honeyguide: random()?, admin: format!("hg_admin_{}", random()?) })
    }
}

/// 32 random bytes in hexadecimal.
fn random() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .because(|| "/dev/urandom can't be read".into())?;
    Ok(hex(&bytes))
}
