//! Clicks: links that are followed by people's browsers and by bots, through channels, and friends who look around.

use super::super::agents::{self, BOTS, BROWSERS};
use super::super::chance::Weighted;
use super::super::load;
use super::progress::Progress;
use super::{Target, chance_of};
use crate::failure::{Because as _, Result};
use crate::http;
use crate::place::Place;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;

/// Links that are followed, the most popular first.
const FOLLOWED: usize = 10_000;
/// Requests that are drawn; they are sent in a circle.
const REQUESTS: usize = 100_000;
/// In thousandths.
const UNKNOWN: u64 = 10;
const FROM_BOTS: u64 = 90;
const EMBEDDED: u64 = 20;
/// Of load, after which the clicks are counted.
const SECONDS: u64 = 10;
/// Friends who are followed onto the site.
const VISITS: usize = 400;
const CHANNELS: [(&str, u64); 7] =
    [("", 30), ("whatsapp", 25), ("email", 15), ("instagram", 12), ("x", 8), ("qr", 6), ("newsletter", 4)];
const ADDRESS: &str = "X-Forwarded-For";

/// Follows links until a program has so many clicks of its own.
pub(super) fn follow(place: &Place, target: &Target<'_>, all: u64, codes: &[String]) -> Result<()> {
    let requests = place.built("fill.http");
    let followed = codes.get(..codes.len().min(FOLLOWED)).unwrap_or_default();
    fs::write(&requests, drawn(followed)).because(|| format!("{} can't be written", requests.display()))?;
    let small = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let mut there = counted(target)?;
    let (mut progress, mut rate) = (Progress::from(small(there), small(all)), 1_000);
    while there < all {
        let seconds = ((all - there) / rate).clamp(1, SECONDS);
        let answered = load::run_long(place, target.edge, &requests, u32::try_from(seconds).unwrap_or(1))?;
        rate = (answered / seconds).max(1);
        there = counted(target)?.max(there + answered);
        progress.is_at(small(there));
    }
    fs::remove_file(&requests).because(|| format!("{} can't be removed", requests.display()))
}

fn counted(target: &Target<'_>) -> Result<u64> {
    let days = target.get("/v1/stats/clicks?group_by=day&limit=1000")?;
    let rows = days.get("data").and_then(Value::as_array);
    Ok(rows.into_iter().flatten().filter_map(|row| row.get("raw")?.as_u64()).sum())
}

/// Requests as they are sent, one after the other.
fn drawn(codes: &[String]) -> String {
    let mut chance = chance_of(2, 0);
    let popular = Weighted::zipf(u64::try_from(codes.len()).unwrap_or(0));
    let channels = Weighted::new(CHANNELS.map(|(_, weight)| weight));
    let (browsers, bots) = (agents::weighted(BROWSERS), agents::weighted(BOTS));
    let mut text = String::with_capacity(REQUESTS * 800);
    for _ in 0..REQUESTS {
        let known = codes.get(popular.draw(&mut chance)).filter(|_| !chance.thousandths(UNKNOWN));
        let code = known.map_or("nobodys-code", String::as_str);
        let channel = CHANNELS.get(channels.draw(&mut chance)).map_or("", |(name, _)| *name);
        let is_bot = chance.thousandths(FROM_BOTS);
        let is_embedded = !is_bot && chance.thousandths(EMBEDDED);
        let (list, weighted) = if is_bot { (BOTS, &bots) } else { (BROWSERS, &browsers) };
        let Some(agent) = list.get(weighted.draw(&mut chance)) else { continue };
        let slash = if channel.is_empty() { "" } else { "/" };
        let _infallible = write!(text, "GET /r/{code}{slash}{channel} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        for (name, value) in agent.headers {
            let value = match *name {
                "Sec-Fetch-Mode" if is_embedded => "no-cors",
                "Sec-Fetch-Dest" if is_embedded => "image",
                _ => value,
            };
            let _infallible = write!(text, "{name}: {value}\r\n");
        }
        let _infallible = write!(text, "{ADDRESS}: {}\r\n\r\n", address(chance.below(1 << 20)));
    }
    text
}

/// Of the network that is kept for measurements, and so nobody's.
fn address(number: u64) -> String {
    format!("198.{}.{}.{}", 18 + (number >> 16 & 1), number >> 8 & 255, number & 255)
}

/// Friends follow links, land on the site, and go on: the cookies that they have then. The second run finds that they
/// came, and sends nobody.
pub(super) fn visit(target: &Target<'_>, codes: &[String]) -> Result<Vec<(usize, String)>> {
    let last = VISITS.min(codes.len());
    let known = format!("/v1/conversions?external_id=fill-visit-{}", last.saturating_sub(1));
    if target.get(&known)?.get("data").and_then(Value::as_array).is_some_and(|data| !data.is_empty()) {
        return Ok(Vec::new());
    }
    let program = target.get("/v1/program")?;
    let program = program.get("id").and_then(Value::as_str).because(|| "The program has no id.".into())?;
    let key = format!("hg_pk_{program}");
    let (mut progress, mut cookies) = (Progress::of(last), Vec::new());
    for (number, code) in codes.iter().take(last).enumerate() {
        let who = address(u64::try_from(number).unwrap_or(0));
        let agent = BROWSERS.first().map_or(&[][..], |agent| agent.headers);
        let mut headers = agent.to_vec();
        headers.push((ADDRESS, &who));
        let Some(cookie) = http::cookie(&target.address(&format!("/r/{code}/email")), &headers)? else { continue };
        for event in ["landing", "engaged"].iter().take(if number.is_multiple_of(3) { 2 } else { 1 }) {
            let body = json!({"k": key, "event": event});
            http::beacon(&target.address("/r/-/v1/touch"), &[("Cookie", &cookie), (ADDRESS, &who)], &body)?;
        }
        cookies.push((number, cookie));
        progress.is_at(number);
    }
    Ok(cookies)
}

#[cfg(test)]
mod tests {
    use super::{REQUESTS, drawn};

    #[test]
    fn the_mixture_is_the_same_in_every_run_and_whole() {
        let codes: Vec<String> = (0..100).map(|number| format!("c{number:07}")).collect();
        let text = drawn(&codes);
        assert_eq!(text, drawn(&codes));
        let requests: Vec<&str> = text.split_terminator("\r\n\r\n").collect();
        assert_eq!(requests.len(), REQUESTS);
        let share = |has: &str| requests.iter().filter(|request| request.contains(has)).count() * 1_000 / REQUESTS;
        assert!((8..13).contains(&share("GET /r/nobodys-code")), "unknown");
        assert!((240..260).contains(&share("/whatsapp HTTP/1.1")), "channels");
        assert!((10..25).contains(&share("Sec-Fetch-Dest: image")), "embedded: {}", share("Sec-Fetch-Dest: image"));
    }
}
