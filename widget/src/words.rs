//! Every word that the widget itself says, in English. The offer's own words are the program's.

pub(crate) const YOUR_FRIEND_GETS: &str = "Your friend gets";
pub(crate) const YOU_GET: &str = "You get";

pub(crate) const SHARE_LEAD: &str = "Send your own link to a friend.";
pub(crate) const YOUR_LINK: &str = "Your link";
pub(crate) const GETTING_LINK: &str = "Getting your link…";
pub(crate) const NO_LINK: &str = "We couldn’t get your link.";
pub(crate) const TRY_AGAIN: &str = "Try again";
pub(crate) const SIGN_IN: &str = "Sign in to get your own link.";

pub(crate) const COPY: &str = "Copy";
pub(crate) const COPIED: &str = "Copied";
pub(crate) const LINK_COPIED: &str = "Your link is copied.";
pub(crate) const COPY_YOURSELF: &str = "The link is selected: copy it from there.";
pub(crate) const SHARE: &str = "Share";
pub(crate) const EMAIL: &str = "E-mail";
pub(crate) const WHATSAPP: &str = "WhatsApp";

pub(crate) const YOUR_EMAIL: &str = "Your e-mail";
pub(crate) const GET_LINK: &str = "Get my link";
pub(crate) const SENDING: &str = "Sending…";
pub(crate) const LOOK_IN_MAILBOX: &str = "Look in your mailbox: your link is on its way.";
pub(crate) const WRONG_EMAIL: &str = "That address doesn’t look right.";
pub(crate) const TOO_MANY: &str = "That was often. Try again in a minute.";
pub(crate) const TRY_LATER: &str = "That didn’t work. Try again later.";

pub(crate) const A_FRIEND: &str = "a friend";
pub(crate) const DISMISS: &str = "Close";

/// The headline of a share card whose program has no offer.
pub(crate) fn share_program(program: &str) -> String {
    ["Share ", program].concat()
}

/// Over the friend's side of the offer, on the banner.
pub(crate) fn from(referrer: Option<&str>) -> String {
    ["From ", referrer.unwrap_or(A_FRIEND)].concat()
}

/// What a friend is to know of the referrer's interest.
pub(crate) fn interest(referrer: Option<&str>) -> String {
    let referrer = referrer.unwrap_or("Your friend");
    [referrer, " may earn a reward if you buy."].concat()
}

/// What a referrer is to know of their own message.
pub(crate) fn added(disclosure: &str) -> String {
    ["Your message adds: “", disclosure, "”"].concat()
}
