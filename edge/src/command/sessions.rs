//! What the directory does with sessions of the admin secret. Secrets and tokens are given as fingerprints.

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum SessionCommand {
    /// `secret`: the admin secret that was sent, which is in force.
    SignIn {
        secret: String,
        token: String,
        agent: Option<String>,
    },
    /// Whether it is in force, under the admin secret that is. Its use is noted, now and then.
    Check {
        secret: String,
        token: String,
    },
    /// `current`: the token that was sent, if one was.
    List {
        secret: String,
        current: Option<String>,
    },
    Revoke {
        id: String,
    },
    SignOut {
        token: String,
    },
}
