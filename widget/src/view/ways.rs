//! The ways to share a link: the browser's own share sheet, or a link for each channel.

use super::dom::Part;
use crate::config::Visit;
use crate::share::{Channel, Message};
use crate::words;

/// Each channel with its icon and name.
const CHANNELS: [(Channel, &str, &str); 2] = [
    (Channel::Email, "M3 5h18v14H3zM3 6l9 7 9-7", words::EMAIL),
    (
        Channel::WhatsApp,
        "M3 21l1.5-5A9 9 0 1 1 8 19.6zM9 8.5c0 3.5 3 6.5 6.5 6.5M9 8.5l1 2M15.5 15l-2-1",
        words::WHATSAPP,
    ),
];

/// Without a link they are drawn already, so that nothing moves later, and lead nowhere.
pub(crate) fn draw(ways: &Part, visit: &Visit, link: Option<&str>, native: bool) {
    let idle = if link.is_some() { "false" } else { "true" };
    if native {
        let share = ways.add("button", "button way", words::SHARE);
        share.set("type", "button");
        share.set("data-act", link.map_or("", |_| Channel::Native.name()));
        share.set("aria-disabled", idle);
        return;
    }
    let message = Message::of(visit);
    for (channel, icon, words) in CHANNELS {
        let way = ways.add("a", "way", "");
        way.icon(icon);
        way.add("span", "name", words);
        way.set("role", "link");
        way.set("aria-disabled", idle);
        if let Some(link) = link {
            let encode = |text: &str| js_sys::encode_uri_component(text).into();
            way.set("href", &message.address(channel, link, encode));
            way.set("data-act", channel.name());
            way.set("target", "_blank");
            way.set("rel", "noopener");
        }
    }
}
