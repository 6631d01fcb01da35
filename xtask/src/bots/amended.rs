//! Where we don't follow the public list, and why. An amendment that meets nothing any more is a failure, so that each
//! new version of the list is looked at.

use crate::failure::{Failure, Result};

struct Amendment {
    /// As the list has it.
    listed: &'static str,
    /// What we take instead, or nothing.
    ours: Option<&'static str>,
    #[expect(dead_code, reason = "written for who reads this file")]
    why: &'static str,
}

const AMENDMENTS: [Amendment; 8] = [
    Amendment {
        listed: "chromeframe",
        ours: None,
        why: "An add-on of Internet Explorer, with a person in front of it.",
    },
    Amendment {
        listed: "download",
        ours: Some("(?<!gwx:)download"),
        why: "Internet Explorer says GWX:DOWNLOADED where Windows 10 waited to be installed.",
    },
    Amendment {
        listed: "optimize",
        ours: Some("optimize(?!d;|die)"),
        why: "Internet Explorer was given out as \"MSN Optimized\" and \"OptimizedIE8\".",
    },
    Amendment {
        listed: r"(?<! cu)bots?(?:\b|_)",
        ours: Some(r"(?<! cu|; b |; m )bots?(?:\b|_)"),
        why: "\"B BOT 550\" and \"M bot 60\" are phones.",
    },
    Amendment {
        listed: "headless",
        ours: Some("headless(?!chrome)"),
        why: "HeadlessChrome runs the landing page, which confirms it or not; owners test their shops with it.",
    },
    Amendment {
        listed: "(?:^|[^g])news(?!sapphire)",
        ours: Some("(?<!g)news(?!sapphire)"),
        why: "The same, and it begins with a letter, so that it is looked for where that letter is.",
    },
    Amendment {
        listed: r"^[\w \.\-\(?:\):%]+(?:/v?\d+(?:\.\d+)?(?:\.\d{1,10})*?)?(?:,|$)",
        ours: Some(r"^[\w \.\-\(?:\):%]+(?:/v?\d[\d.]*)?(?:,|$)"),
        why: "The same but for dots in a row; a repeated group could be as deep as an agent is long.",
    },
    Amendment { listed: r"\b\w+/1\.0;", ours: Some(r"\w/1\.0;"), why: "The same, and quicker." },
];

/// The list as we use it.
pub(super) fn amend(listed: &[String]) -> Result<Vec<String>> {
    if let Some(stale) = AMENDMENTS.iter().find(|one| !listed.iter().any(|pattern| pattern == one.listed)) {
        return Err(Failure::new(format!(
            "The list has no \"{}\" any more: look at its amendment in xtask/src/bots/amended.rs.",
            stale.listed
        )));
    }
    let ours = |pattern: &String| match AMENDMENTS.iter().find(|one| one.listed == pattern) {
        Some(amendment) => amendment.ours.map(str::to_owned),
        None => Some(pattern.clone()),
    };
    Ok(listed.iter().filter_map(ours).collect())
}
