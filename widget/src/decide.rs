//! What follows from the facts, as facts of its own for the pieces: what the visitor can do.

use crate::facts::Facts;

/// → whether the visitor's own link is to be asked for.
pub(crate) fn decide(facts: &mut Facts<'_>) -> bool {
    let kind = |kind: &[u8]| facts.is(b"kind", kind);
    let signed = facts.has(b"signed");
    let member = facts.get(b"member");
    let state: &[u8] = match member {
        b"known" => b"known",
        b"refused" => b"refused",
        _ if signed => b"asking",
        _ if facts.is(b"visit.join_by_email", b"true") => b"mail",
        _ => b"nobody",
    };
    // Without a card to show it nobody is asked for a link: joining makes a participant.
    let shows = kind(b"share") || kind(b"join") || kind(b"qr") || kind(b"launcher") && facts.has(b"opened");
    // A link that is remembered from the last page is shown, and asked for all the same.
    let asks = signed && shows && !facts.has(b"joined");
    let banner = facts.is(b"visit.referred", b"true") && facts.has(b"visit.offer.friend") && !facts.has(b"dismissed");
    let good = facts.get(b"status").starts_with(b"2");
    facts.decide(b"state", state);
    if banner {
        facts.decide(b"banner", b"1");
    }
    if good {
        facts.decide(b"good", b"1");
    }
    asks
}
