//! The settings of a deployment, read once an isolate: `wrangler.toml` lists them with what they mean.

use honeyguide_domain::address::LocalHosts;
use honeyguide_domain::seal::Sealer;
use honeyguide_domain::site::{Site, host_of};
use honeyguide_domain::time::Span;
use honeyguide_domain::token::Signer;
use worker::Env;

pub(crate) struct Settings {
    pub(crate) friend_path: String,
    pub(crate) owner_host: String,
    /// Hosts that may be called though they aren't public.
    pub(crate) local_hosts: LocalHosts,
    /// Where a name's addresses are asked for, by DNS over HTTPS. Empty: nowhere.
    pub(crate) resolver: String,
    /// How long deliveries and their attempts are kept.
    pub(crate) delivery_retention: Span,
    pub(crate) shards: u16,
    /// How long raw clicks are kept; what they add up to stays.
    pub(crate) click_retention: Span,
    /// Whether links may be kept in the data centre's cache.
    pub(crate) link_cache: bool,
    /// Storage that doesn't answer a redirect by then counts as gone.
    pub(crate) deadline: std::time::Duration,
    /// Where a friend arrives when nothing can be asked and the link isn't known. Empty: the root of the host.
    pub(crate) fallback_site: Option<Site>,
    pub(crate) secret: String,
    pub(crate) admin_secret: String,
    pub(crate) signer: Signer,
    /// Keeps secrets that are stored.
    pub(crate) sealer: Sealer,
}

/// The two halves of the friend's path.
pub(crate) enum Friends<'a> {
    /// `/r/-/…`: the browser's API and the widget's files; what follows.
    Browser(&'a str),
    /// `/r/…`: a code, and a channel perhaps.
    Link(&'a str),
}

thread_local! {
    static SETTINGS: std::cell::OnceCell<&'static Settings> = const { std::cell::OnceCell::new() };
}

impl Settings {
    /// The settings of this isolate: read once, and kept for as long as it lives.
    pub(crate) fn of(env: &Env) -> &'static Self {
        SETTINGS.with(|settings| *settings.get_or_init(|| Box::leak(Box::new(Self::read(env)))))
    }

    /// What an address under the friend's path is for.
    pub(crate) fn friends<'a>(&self, path: &'a str) -> Option<Friends<'a>> {
        let rest = path.strip_prefix(self.friend_path.as_str())?;
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix('/')?.trim_start_matches('/') };
        Some(match rest.strip_prefix('-') {
            Some(own) if own.is_empty() || own.starts_with('/') => Friends::Browser(own.trim_start_matches('/')),
            _ => Friends::Link(rest),
        })
    }

    /// Whether the owner's side is served on this host.
    pub(crate) fn is_owners(&self, host: &str) -> bool {
        self.owner_host.is_empty() || host_of(host) == host_of(&self.owner_host)
    }

    /// The same, where no request has had them read yet: nothing.
    pub(crate) fn held() -> Option<&'static Self> {
        SETTINGS.with(|settings| settings.get().copied())
    }

    fn read(env: &Env) -> Self {
        crate::metrics::report_panics();
        let var = |name: &str| env.var(name).map(|value| value.to_string()).unwrap_or_default();
        let secret = var("HONEYGUIDE_SECRET");
        let previous = var("HONEYGUIDE_SECRET_PREVIOUS");
        let secrets: Vec<&str> = [secret.as_str(), previous.as_str()].into_iter().filter(|s| !s.is_empty()).collect();
        let friend_path = var("FRIEND_PATH");
        let friend_path = friend_path.trim_end_matches('/');
        Self {
            friend_path: if friend_path.is_empty() { "/r".to_owned() } else { friend_path.to_owned() },
            owner_host: var("OWNER_HOST"),
            local_hosts: LocalHosts::parse(&var("LOCAL_HOSTS")),
            resolver: var("RESOLVER"),
            delivery_retention: Span::days(var("DELIVERY_RETENTION_DAYS").parse().unwrap_or(30).max(1)),
            shards: var("CLICK_SHARDS").parse().unwrap_or(1).max(1),
            click_retention: Span::days(var("CLICK_RETENTION_DAYS").parse().unwrap_or(400).max(1)),
            link_cache: var("LINK_CACHE") == "on",
            deadline: std::time::Duration::from_millis(1_500),
            fallback_site: Site::parse(&var("FALLBACK_SITE")).ok(),
            signer: Signer::new(&secrets),
            sealer: Sealer::new(&secrets),
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

/// Fresh random bytes for a click: asked for in stock, since each question leaves the module. They name, and guard
/// nothing.
pub(crate) fn chance_for_click() -> [u8; 8] {
    thread_local! {
        static STOCK: std::cell::RefCell<Vec<[u8; 8]>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    STOCK.with_borrow_mut(|stock| {
        if stock.is_empty() {
            let fresh = chance::<4096>();
            stock.extend_from_slice(fresh.as_chunks::<8>().0);
        }
        stock.pop().unwrap_or_default()
    })
}

/// Our clock, in milliseconds.
pub(crate) fn now() -> honeyguide_domain::time::Timestamp {
    let now =
        honeyguide_domain::time::Timestamp::from_millis(i64::try_from(worker::Date::now().as_millis()).unwrap_or(0));
    #[cfg(feature = "faults")]
    let now = now.after(crate::faults::ahead());
    now
}

/// What a future gives, or nothing where it takes longer than that.
pub(crate) async fn within<T>(longest: std::time::Duration, work: impl Future<Output = T>) -> Option<T> {
    use futures_util::future::{Either, select};
    match select(std::pin::pin!(work), std::pin::pin!(worker::Delay::from(longest))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}
