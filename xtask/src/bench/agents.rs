//! Who asks: browsers and bots, each with the headers that it sends when a link is followed.
//!
//! Host, address and cookie are the traffic's. Bots send no `Sec-Fetch-*`, and neither do old browsers.

use super::chance::Weighted;

/// One kind of client.
#[derive(Debug)]
pub(super) struct Agent {
    /// How often it is met among its like.
    pub(super) weight: u64,
    /// Name and value, as sent.
    pub(super) headers: &'static [(&'static str, &'static str)],
}

pub(super) fn weighted(agents: &[Agent]) -> Weighted {
    Weighted::new(agents.iter().map(|agent| agent.weight))
}

const CHROMIUM_ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,\
    */*;q=0.8,application/signed-exchange;v=b3;q=0.7";
const PLAIN_ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// People's browsers. Weights are rough shares of the web's visits.
pub(super) const BROWSERS: &[Agent] = &[
    // Chrome on Android.
    Agent {
        weight: 35,
        headers: &[
            ("sec-ch-ua", "\"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\", \"Google Chrome\";v=\"140\""),
            ("sec-ch-ua-mobile", "?1"),
            ("sec-ch-ua-platform", "\"Android\""),
            ("Upgrade-Insecure-Requests", "1"),
            (
                "User-Agent",
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile \
                 Safari/537.36",
            ),
            ("Accept", CHROMIUM_ACCEPT),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-User", "?1"),
            ("Sec-Fetch-Dest", "document"),
            ("Accept-Encoding", "gzip, deflate, br, zstd"),
            ("Accept-Language", "en-GB,en;q=0.9"),
            ("Priority", "u=0, i"),
        ],
    },
    // Safari on an iPhone.
    Agent {
        weight: 20,
        headers: &[
            ("Sec-Fetch-Dest", "document"),
            (
                "User-Agent",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.6 Mobile/15E148 Safari/604.1",
            ),
            ("Accept", PLAIN_ACCEPT),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Accept-Language", "en-US,en;q=0.9"),
            ("Priority", "u=0, i"),
            ("Accept-Encoding", "gzip, deflate, br"),
        ],
    },
    // Chrome on Windows, from a chat's web page.
    Agent {
        weight: 18,
        headers: &[
            ("sec-ch-ua", "\"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\", \"Google Chrome\";v=\"140\""),
            ("sec-ch-ua-mobile", "?0"),
            ("sec-ch-ua-platform", "\"Windows\""),
            ("Upgrade-Insecure-Requests", "1"),
            (
                "User-Agent",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36",
            ),
            ("Accept", CHROMIUM_ACCEPT),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-User", "?1"),
            ("Sec-Fetch-Dest", "document"),
            ("Referer", "https://chat.example/"),
            ("Accept-Encoding", "gzip, deflate, br, zstd"),
            ("Accept-Language", "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"),
            ("Priority", "u=0, i"),
        ],
    },
    // Safari on a Mac.
    Agent {
        weight: 8,
        headers: &[
            ("Sec-Fetch-Dest", "document"),
            (
                "User-Agent",
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.6 Safari/605.1.15",
            ),
            ("Accept", PLAIN_ACCEPT),
            ("Sec-Fetch-Site", "none"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Accept-Language", "fr-FR,fr;q=0.9"),
            ("Priority", "u=0, i"),
            ("Accept-Encoding", "gzip, deflate, br"),
        ],
    },
    // Edge.
    Agent {
        weight: 6,
        headers: &[
            ("sec-ch-ua", "\"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\", \"Microsoft Edge\";v=\"140\""),
            ("sec-ch-ua-mobile", "?0"),
            ("sec-ch-ua-platform", "\"Windows\""),
            ("Upgrade-Insecure-Requests", "1"),
            (
                "User-Agent",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
            ),
            ("Accept", CHROMIUM_ACCEPT),
            ("Sec-Fetch-Site", "none"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-User", "?1"),
            ("Sec-Fetch-Dest", "document"),
            ("Accept-Encoding", "gzip, deflate, br, zstd"),
            ("Accept-Language", "en-US,en;q=0.9"),
        ],
    },
    // Firefox, which asks not to be sold.
    Agent {
        weight: 5,
        headers: &[
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
            ("Accept", PLAIN_ACCEPT),
            ("Accept-Language", "en-US,en;q=0.5"),
            ("Accept-Encoding", "gzip, deflate, br, zstd"),
            ("Sec-GPC", "1"),
            ("Upgrade-Insecure-Requests", "1"),
            ("Sec-Fetch-Dest", "document"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-User", "?1"),
            ("Priority", "u=0, i"),
        ],
    },
    // The browser inside a social network's app.
    Agent {
        weight: 6,
        headers: &[
            ("Sec-Fetch-Dest", "document"),
            (
                "User-Agent",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Mobile/15E148 Instagram 397.0.0.34.81 (iPhone15,3; iOS 18_6; en_US; en; scale=3.00; 1290x2796)",
            ),
            ("Accept", PLAIN_ACCEPT),
            ("Sec-Fetch-Site", "none"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Accept-Language", "en-US,en;q=0.9"),
            ("Accept-Encoding", "gzip, deflate"),
        ],
    },
    // A Safari from before it sent `Sec-Fetch-*`.
    Agent {
        weight: 2,
        headers: &[
            ("Accept", PLAIN_ACCEPT),
            (
                "User-Agent",
                "Mozilla/5.0 (iPad; CPU OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 \
                 Mobile/15E148 Safari/604.1",
            ),
            ("Accept-Language", "en-US,en;q=0.9"),
            ("Accept-Encoding", "gzip, deflate"),
        ],
    },
];

/// Crawlers, and services that show previews of links.
pub(super) const BOTS: &[Agent] = &[
    Agent {
        weight: 4,
        headers: &[
            (
                "Accept",
                "text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8",
            ),
            ("From", "googlebot(at)googlebot.com"),
            (
                "User-Agent",
                "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/140.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            ),
            ("Accept-Encoding", "gzip, deflate, br"),
        ],
    },
    Agent {
        weight: 2,
        headers: &[
            ("Accept", "*/*"),
            ("From", "bingbot(at)microsoft.com"),
            (
                "User-Agent",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; \
                 +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36",
            ),
            ("Accept-Encoding", "gzip, deflate, br"),
        ],
    },
    Agent {
        weight: 2,
        headers: &[
            ("User-Agent", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"),
            ("Accept", "*/*;q=0.8"),
            ("Accept-Encoding", "deflate, gzip, br"),
            ("Accept-Language", "en-us,en-gb,en;q=0.7,*;q=0.3"),
        ],
    },
    Agent {
        weight: 1,
        headers: &[
            ("User-Agent", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "deflate, gzip"),
            ("Range", "bytes=0-524287"),
        ],
    },
    Agent { weight: 1, headers: &[("User-Agent", "WhatsApp/2.23.20.0 A"), ("Accept", "*/*")] },
];
