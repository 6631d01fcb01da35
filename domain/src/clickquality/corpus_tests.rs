//! How many bots are caught, and how many browsers are taken for bots, on pinned collections of others (`corpus/`,
//! whose files say where each is from). And: what is compiled in meets what the list's own expressions meet.
//!
//! To see the figures: `cargo test -p honeyguide-domain corpus -- --nocapture`.

use super::declared::{self, Agent, PLAIN_CLIENTS};
use super::list;
use super::pattern;
use fancy_regex::Regex;

const BOTS: &str = include_str!("../../corpus/bots.txt");
const BOTS_KNOWN: &str = include_str!("../../corpus/bots-known.txt");
const BROWSERS: &str = include_str!("../../corpus/browsers.txt");
const BROWSERS_KNOWN: &str = include_str!("../../corpus/browsers-known.txt");

const LEAST_RECALL: f64 = 0.97;
const MOST_BROWSERS: f64 = 0.005;

fn agents(corpus: &'static str) -> impl Iterator<Item = &'static str> + Clone {
    corpus.lines().filter(|line| !line.starts_with("# "))
}

/// The share of those agents of which this holds.
fn share(agents: impl Iterator<Item = &'static str> + Clone, holds: impl Fn(&str) -> bool) -> f64 {
    let of = |count: usize| f64::from(u32::try_from(count).unwrap());
    of(agents.clone().filter(|agent| holds(agent)).count()) / of(agents.count())
}

fn caught(agent: &str) -> bool {
    declared::agent(agent) != Agent::Plain
}

fn let_through(agent: &str) -> bool {
    declared::is_plain_client(agent.to_ascii_lowercase().as_bytes()) || agent.contains("HeadlessChrome")
}

fn by_the_list_alone(agent: &str) -> bool {
    declared::listed(agent.to_ascii_lowercase().as_bytes())
}

#[test]
fn corpus_bots_are_caught() {
    for (name, corpus, of_another_source) in [("bots.txt", BOTS, true), ("bots-known.txt", BOTS_KNOWN, false)] {
        let all = share(agents(corpus), caught);
        let judged = agents(corpus).filter(|agent| !let_through(agent));
        let most = share(judged.clone(), caught);
        println!(
            "recall on {name}: {most:.4} of {} bots; {all:.4} of {} with the plain clients that count as persons; the \
             public list alone, without our exceptions: {:.4}",
            judged.clone().count(),
            agents(corpus).count(),
            share(agents(corpus), by_the_list_alone)
        );
        for missed in judged.filter(|agent| of_another_source && !caught(agent)) {
            println!("  missed: {missed}");
        }
        assert!(most >= LEAST_RECALL, "{name}: {most}");
    }
}

#[test]
fn corpus_browsers_are_not_called_bots() {
    for (name, corpus) in [("browsers.txt", BROWSERS), ("browsers-known.txt", BROWSERS_KNOWN)] {
        let wrong = share(agents(corpus), caught);
        println!("browsers called bots in {name}: {:.2} % of {}", wrong * 100.0, agents(corpus).count());
        for agent in agents(corpus).filter(|agent| caught(agent)) {
            println!("  {:?}: {agent}", declared::agent(agent));
        }
        assert!(wrong <= MOST_BROWSERS, "{name}: {wrong}");
    }
}

#[test]
fn corpus_is_matched_as_the_lists_own_expressions_match_it() {
    let lines = include_str!("list.rs").lines().filter_map(|line| line.trim().split_once("], // "));
    let expressions: Vec<Regex> =
        lines.map(|(_, text)| Regex::new(&format!("(?i){}", text.replace(r"\d-.", r"\d\-."))).unwrap()).collect();
    let compiled: usize = (0..=u8::MAX).map(|byte| list::beginning_with(byte).len()).sum();
    assert_eq!(expressions.len(), list::AT_THE_START.len() + list::ANYWHERE.len() + compiled);
    let all = [BOTS, BOTS_KNOWN, BROWSERS, BROWSERS_KNOWN].into_iter().flat_map(agents);
    // The expressions are slow: half of the agents will do.
    for agent in all.filter(|agent| agent.is_ascii()).step_by(2) {
        let expected = expressions.iter().any(|expression| expression.is_match(agent).unwrap());
        assert_eq!(by_the_list_alone(agent), expected, "{agent}");
    }
}

#[test]
fn a_plain_client_is_let_through_until_it_says_more() {
    for name in PLAIN_CLIENTS {
        assert_eq!(declared::agent(&format!("{}/1.2.3", name.trim_end_matches('/'))), Agent::Plain, "{name}");
    }
    for agent in ["", " ", "curl", "Wget/1.20.3 (linux-gnu)", "Python/3.9 aiohttp/3.7.3", "node"] {
        assert_eq!(declared::agent(agent), Agent::Plain, "{agent}");
    }
    for agent in [
        "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
        "Mozilla/5.0",
        "python-requests/2.2.1 CPython/2.7.6 Linux/3.13.0-48-generic",
    ] {
        assert_eq!(declared::agent(agent), Agent::Plain, "{agent}");
    }
    for agent in [
        "curl/8.5.0 (mybot)",
        "curl/8.5.0 (+https://crawler.example)",
        "python-requests/2.31 (ops@shop.example)",
        "Apache-HttpClient/4.5.2 (Java/1.8.0_151)",
        "nodestackbot/0.1 (bot@nodestack.com)",
        "Java/1.8 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    ] {
        assert_eq!(declared::agent(agent), Agent::Bot, "{agent}");
    }
}

#[test]
fn mail_is_looked_at_by_scanners_that_say_so() {
    for agent in [
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        "BarracudaCentral.org Link Checker",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.13231; Pro)",
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Trident/7.0; Microsoft Outlook 15.0.4805; ms-office)",
    ] {
        assert_eq!(declared::agent(agent), Agent::MailScanner, "{agent}");
    }
}

#[test]
fn devices_and_apps_with_unlucky_names_stay_persons() {
    for agent in [
        "Mozilla/5.0 (Linux; Android 9; CUBOT_NOTE_S) AppleWebKit/537.36 Chrome/80.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 6.0; B BOT 550 Build/MRA58K) AppleWebKit/537.36 Chrome/53.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 7.0; M bot 60 Build/NRD90M; wv) AppleWebKit/537.36 Chrome/67.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Snapchat/13.1.0.52",
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; Trident/7.0; .NET4.0C; GWX:DOWNLOADED)",
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.0; Trident/4.0; chromeframe/15.0.874.121; .NET CLR 1.1.4322)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
    ] {
        assert_eq!(declared::agent(agent), Agent::Plain, "{agent}");
    }
}

#[test]
fn a_very_long_agent_is_read_to_its_limit_and_no_further() {
    let long = "Mozilla/5.0 (".to_owned() + &"a 1.0; ".repeat(4_000);
    assert_eq!(declared::agent(&format!("{long} Googlebot/2.1")), Agent::Plain);
    assert_eq!(declared::agent(&"a.1/".repeat(4_000)), Agent::Bot);
    assert!(pattern::matches(list::AT_THE_START[0], b"(x", 0));
}
