//! The settings of a deployment, read once an isolate: `wrangler.toml` lists them with what they mean.

use honeyguide_domain::destination::Loopback;
use honeyguide_domain::token::Signer;
use worker::Env;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) friend_path: String,
    pub(crate) address_header: String,
    pub(crate) owner_host: String,
    pub(crate) loopback: Loopback,
    pub(crate) shards: u16,
    pub(crate) secret: String,
    pub(crate) admin_secret: String,
    pub(crate) signer: Signer,
}

thread_local! {
    static SETTINGS: std::cell::OnceCell<Settings> = const { std::cell::OnceCell::new() };
}

impl Settings {
    pub(crate) fn of(env: &Env) -> Self {
        SETTINGS.with(|settings| settings.get_or_init(|| Self::read(env)).clone())
    }

    fn read(env: &Env) -> Self {
        let var = |name: &str| env.var(name).map(|value| value.to_string()).unwrap_or_default();
        let secret = var("HONEYGUIDE_SECRET");
        let previous = var("HONEYGUIDE_SECRET_PREVIOUS");
        let secrets: Vec<&str> = [secret.as_str(), previous.as_str()].into_iter().filter(|s| !s.is_empty()).collect();
        let friend_path = var("FRIEND_PATH");
        let friend_path = friend_path.trim_end_matches('/');
        Self {
            friend_path: if friend_path.is_empty() { "/r".to_owned() } else { friend_path.to_owned() },
            address_header: var("CLIENT_ADDRESS_HEADER"),
            owner_host: var("OWNER_HOST"),
            loopback: if var("LOOPBACK_DESTINATIONS") == "allowed" { Loopback::Allowed } else { Loopback::Refused },
            shards: var("CLICK_SHARDS").parse().unwrap_or(1).max(1),
            signer: Signer::new(&secrets),
            admin_secret: var("ADMIN_SECRET"),
            secret,
        }
    }
}

/// Fresh random bytes.
pub(crate) fn chance<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // The runtime's generator doesn't fail; were it to, an all-zero id would collide and be refused, never reused.
    let _ = getrandom::fill(&mut bytes);
    bytes
}

/// Our clock, in milliseconds.
pub(crate) fn now() -> honeyguide_domain::time::Timestamp {
    honeyguide_domain::time::Timestamp::from_millis(i64::try_from(worker::Date::now().as_millis()).unwrap_or(0))
}
