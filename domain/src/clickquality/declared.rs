//! What a user agent declares itself to be. Reads nothing but the agent, so its answer can be kept for each agent.
//!
//! Four lists decide, in this order: who shows previews of links; who looks at links in mail; which plain clients are
//! let through all the same; and the public list of bots (`list`, made by `cargo run -p xtask -- bots`), with a few
//! more that it lacks. What pretends to be a browser can't be told here: most mail scanners do. The landing answers
//! for these: a scanner that doesn't run the page's script is never confirmed as `human`.

use super::list;
use super::pattern::{self, Pattern};

/// Of one agent, as far as its words go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    /// A browser, an HTTP client that says no more than its name, or nothing at all.
    Plain,
    /// Fetches a link to show its preview.
    Unfurler,
    /// Looks at links in mail before, or without, a reader who follows them.
    MailScanner,
    /// A crawler or another program that says so.
    Bot,
}

/// Bytes of an agent that are read. Browsers' have less than 400.
const READ: usize = 1_024;

/// Previews of links in chats and feeds, by the token each service names in its agent.
const UNFURLERS: [&str; 26] = [
    "facebookexternalhit",
    "facebot",
    "twitterbot",
    "slackbot",
    "slack-imgproxy",
    "whatsapp/",
    "telegrambot",
    "discordbot",
    "linkedinbot",
    "skypeuripreview",
    "microsoftpreview",
    "redditbot",
    "pinterestbot",
    "vkshare",
    "iframely",
    "embedly",
    "mastodon/",
    "cardyb",
    // Not "snapchat": its own browser says that too, with a person in front of it.
    "snap url preview",
    "snapchatads",
    "viber",
    "line-poker",
    "kakaotalk-scrap",
    "signal-desktop-preview",
    "quora link preview",
    "google-pagerenderer",
];

/// Mail gateways that say who they are, proxies of mailboxes, and mail and office programs that ask for a link
/// themselves before they hand it to the browser. "ms-office" isn't here: Internet Explorer says that too.
const MAIL_SCANNERS: [&str; 33] = [
    "barracuda",
    "proofpoint",
    "mimecast",
    "messagelabs",
    "symantec",
    "ironport",
    "trend micro",
    "trendmicro",
    "tmufe",
    "fireeye",
    "forcepoint",
    "websense",
    "fortimail",
    "sophos email",
    "vadesecure",
    "avanan",
    "cyren",
    "safelinks",
    "mailscanner",
    "spamassassin",
    "bingpreview",
    "googleimageproxy",
    "yahoomailproxy",
    "microsoft outlook",
    "microsoft office",
    "macoutlook",
    "outlook-ios",
    "outlook-android",
    "outlook-express",
    "airmail",
    ") word/",
    ") excel/",
    ") powerpoint/",
];

/// HTTP clients and libraries that say their own name and version and nothing else. They count as persons until a
/// landing says otherwise: whoever tries a link by hand or tests a shop with them gets what a friend gets, and their
/// agent says as little about who uses them as a browser's does. With a word of their own in it, as in
/// `curl/8.5 (mybot)` or with an address to read more at, they are bots like any other; and so are the clients that are
/// seldom used by hand, such as Java's.
pub const PLAIN_CLIENTS: [&str; 20] = [
    "curl",
    "wget",
    "python-requests",
    "python-urllib",
    "python-httpx",
    "python/", // "Python/3.9 aiohttp/3.7.3"
    "aiohttp",
    "axios",
    "node",
    "node-fetch",
    "undici",
    "go-http-client",
    "okhttp",
    "reqwest",
    "ureq",
    "deno",
    "bun",
    "httpie",
    "postmanruntime",
    "insomnia",
];

/// What the clients above say of themselves and others would not: `node-fetch` names its home.
const OWN_HOMES: [&str; 2] = ["bitinn/node-fetch)", "node-fetch/node-fetch)"];

/// In a plain client's agent, each of these says that it is more than plain.
const MORE_THAN_PLAIN: [&str; 6] = ["://", "@", "bot", "crawl", "spider", "scan"];

/// Kinds of programs that the public list lacks, each by the word that its agents have in common.
const MORE_BOTS: [&str; 15] = [
    "uptime",
    "screenshot",
    "webthumb",
    "webscreen",
    "wkhtmlto",
    "kube-probe",
    "zombie.js",
    "whatweb",
    "htdig",
    "siege/",
    "yandex.translate",
    "gtmetrix",
    "debugbear",
    "claude-web",
    "email extractor",
];

/// What a browser that says `compatible` names itself, or what it runs on.
const ENGINES: [&str; 12] =
    ["msie", "trident", "gecko", "khtml", "webkit", "opera", "konqueror", "windows", "linux", "mac", "x11", "android"];

/// What this agent declares itself to be. No agent at all is plain.
pub fn agent(user_agent: &str) -> Agent {
    let agent = user_agent.trim().as_bytes();
    let agent = agent.get(..READ).unwrap_or(agent).to_ascii_lowercase();
    let names = |words: &[&str]| has_any(&agent, words);
    if names(&UNFURLERS) {
        Agent::Unfurler
    } else if names(&MAIL_SCANNERS) {
        Agent::MailScanner
    } else if !is_plain_client(&agent) && (listed(&agent) || names(&MORE_BOTS) || is_compatible_only(&agent)) {
        Agent::Bot
    } else {
        Agent::Plain
    }
}

/// Whether an agent, in lower case, is one of `PLAIN_CLIENTS` and no more.
pub(super) fn is_plain_client(agent: &[u8]) -> bool {
    let begins = |name: &&str| {
        agent.strip_prefix(name.as_bytes()).filter(|rest| match rest.first() {
            None | Some(b'/' | b' ') => true,
            Some(_) => name.ends_with('/'),
        })
    };
    // Too little to judge by.
    if agent == b"mozilla/5.0" {
        return true;
    }
    PLAIN_CLIENTS.iter().find_map(begins).is_some_and(|rest| {
        OWN_HOMES.iter().any(|home| rest.ends_with(home.as_bytes())) || !has_any(rest, &MORE_THAN_PLAIN)
    })
}

/// `Mozilla/5.0 (compatible; somebot/1.0)`: said to be compatible with browsers, by something that names none.
fn is_compatible_only(agent: &[u8]) -> bool {
    let comment = agent.strip_prefix(b"mozilla/").and_then(|rest| rest.splitn(2, |byte| *byte == b' ').nth(1));
    comment.is_some_and(|comment| comment.starts_with(b"(compatible; ")) && !has_any(agent, &ENGINES)
}

/// Whether the public list knows this agent, given in lower case.
pub(super) fn listed(agent: &[u8]) -> bool {
    let met = |patterns: &[Pattern], at: usize| patterns.iter().any(|parts| pattern::matches(parts, agent, at));
    met(list::AT_THE_START, 0)
        || agent.iter().enumerate().any(|(at, byte)| met(list::beginning_with(*byte), at) || met(list::ANYWHERE, at))
}

/// Whether `text` holds one of these words, all in lower case.
fn has_any(text: &[u8], words: &[&str]) -> bool {
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let begins = |word: &&str| match word.as_bytes() {
            [letter, others @ ..] => letter == first && after.starts_with(others),
            [] => true,
        };
        if words.iter().any(begins) {
            return true;
        }
        rest = after;
    }
    false
}
