//! The page: whole, escaped, and in every language.

use super::*;
use crate::program::Program;
use crate::wire::visits::Referral;
use serde_json::{Value, json};

struct Plain;

impl Spoken for Plain {
    fn number(&self, number: i64) -> String {
        number.to_string()
    }
    fn money(&self, money: Money) -> String {
        format!("{} {}", money.amount(), money.currency())
    }
    fn percent(&self, percent: &str) -> String {
        format!("{percent} %")
    }
    fn day(&self, at: Timestamp) -> String {
        at.to_string().chars().take(10).collect()
    }
}

fn program(more: &Value) -> Program {
    let mut file = json!({
        "id": "acme", "name": "Acme <b>", "kind": "referral", "site": "https://www.shop.example/?a=1&b=2",
        "offer": {"headline": "Give \"tea\" & more", "friend": "Tea", "terms": "Once <i>."}, "join": {"email": true},
        "leaderboard": true, "testimonials": [{"name": "Bo <script>", "words": "Good & hot."}],
        "rewards": [{"id": "r", "side": "referrer", "on": "purchase", "kind": "gift", "item": "Tea"}],
    });
    more.as_object().unwrap().iter().for_each(|(name, value)| file[name] = value.clone());
    Program::from_json(&file.to_string()).unwrap()
}

fn member(show_name: bool) -> Member {
    let reward = |state: &str, more: Value| {
        let mut reward = json!({"state": state, "kind": "credit", "value": null, "item": null, "months": null, "coupon": null,
            "created_at": "2026-11-01T00:00:00.000Z", "due_at": "2026-12-01T00:00:00.000Z"});
        more.as_object().unwrap().iter().for_each(|(name, value)| reward[name] = value.clone());
        reward
    };
    let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
    serde_json::from_value(json!({
        "participant": {"code": "ada", "link": "https://shop.example/r/ada", "name": "Ada <Lovelace>", "show_name": show_name},
        "clicks": {"raw": 9, "person": 7, "human": 5}, "conversions": 4,
        "rewards": [reward("pending", json!({"value": usd(2000)})), reward("fulfilled", json!({"kind": "gift", "item": "Tea & cake"})),
            reward("reversed", json!({"kind": "free_months", "months": 2})), reward("held", json!({"kind": "coupon", "coupon": "T-1"}))],
        "next_tier": {"rule": "m", "at": 100_000, "reached": 25_000, "missing": 75_000, "unit": {"currency": "USD"}, "over": "ever",
            "earns": {"kind": "credit", "percent": "12.5", "once": false}},
        "show_name": show_name,
    }))
    .unwrap()
}

/// The page with some of it set.
fn page<'a>(offer: &'a OfferInForce, set: impl FnOnce(&mut Page<'a>)) -> String {
    let mut page = Page {
        key: "hg_pk_acme",
        offer,
        link: None,
        code: None,
        via: None,
        member: None,
        identity: "",
        board: &[],
        notice: None,
        spoken: &Plain,
    };
    set(&mut page);
    page.html()
}

fn offer(lang: Lang, more: &Value) -> OfferInForce {
    OfferInForce::of(&program(more), lang, Referral::default())
}

#[track_caller]
fn has(html: &str, words: &[&str]) {
    for words in words {
        assert!(html.contains(words), "{words} isn't in {html}");
    }
}

#[test]
fn whatever_others_wrote_is_escaped_and_there_is_no_script() {
    let offer = offer(Lang::En, &json!({"words": {"en": {"page.your_link": "<u>Link</u>"}}}));
    let ada = member(true);
    let html = page(&offer, |page| {
        page.member = Some(&ada);
        page.identity = "a\"><b.c";
        page.link = Some("https://shop.example/r/ada");
        page.board = &[];
    });
    has(
        &html,
        &["Acme &lt;b&gt;", "Give &quot;tea&quot; &amp; more", "Once &lt;i&gt;.", "Bo &lt;script&gt;", "&lt;u&gt;Link"],
    );
    has(&html, &["a&quot;&gt;&lt;b.c", "Tea &amp; cake", "https://www.shop.example/?a=1&amp;b=2"]);
    for never in ["<script", "<b>", "<i>", "<u>", " style=", " on", "javascript:"] {
        let never = if never == " on" { " onclick=" } else { never };
        assert!(!html.contains(never), "{never}");
    }
}

#[test]
fn without_a_link_one_is_asked_for_and_with_one_it_is_shared() {
    let offer = offer(Lang::En, &json!({}));
    let without = page(&offer, |page| page.code = Some("gone"));
    has(&without, &["name=\"email\"", "share?k=hg_pk_acme&amp;code=gone&amp;lang=en", "Sign in at shop.example"]);
    assert!(!without.contains("mailto:"));
    let with = page(&offer, |page| page.link = Some("https://shop.example/r/ada"));
    has(&with, &["value=\"https://shop.example/r/ada\"", "mailto:?subject=", "wa.me", "<svg", "Your message adds"]);
    assert!(!with.contains("name=\"email\""));
    let closed = page(&self::offer(Lang::En, &json!({"join": {"email": false}})), |_| ());
    assert!(!closed.contains("name=\"email\"") && closed.contains("Sign in at shop.example"));
}

#[test]
fn a_member_sees_clicks_rewards_what_is_next_and_their_name() {
    let offer = offer(Lang::En, &json!({}));
    for (shown, said, turned) in [(true, "see your first name: Ada.", "false"), (false, "don’t see your name", "true")]
    {
        let ada = member(shown);
        let html = page(&offer, |page| {
            page.member = Some(&ada);
            page.identity = "a.b.c";
            page.link = Some(&ada.participant.link);
        });
        has(&html, &["<dd>7</dd>", "<dd>4</dd>", "Next: 12.5 % of the sale", "25000 USD of 100000 USD", "75000 USD"]);
        has(
            &html,
            &["2000 USD", "Pending until 2026-12-01", "Tea &amp; cake", "Paid", "Free months: 2", "Taken back", "T-1"],
        );
        has(&html, &[said, &format!("name=\"show_name\" value=\"{turned}\""), "name=\"identity\" value=\"a.b.c\""]);
        assert!(!html.contains("hreflang"), "an identity isn't put in an address, nor lost on the way");
    }
}

#[test]
fn a_friend_sees_from_whom_and_their_code_and_is_asked_where_it_is_asked() {
    let coupon = crate::wire::visits::CouponHeld { code: "TEA-1".to_owned(), item: Some("10 % off".to_owned()) };
    let referral =
        Referral { code: Some("ada".to_owned()), referrer_name: Some("Ada".to_owned()), coupon: Some(coupon) };
    let mut offer = OfferInForce::of(&program(&json!({"consent": "required"})), Lang::En, referral);
    let asked = page(&offer, |page| page.via = Some("ada"));
    has(
        &asked,
        &["From Ada", "TEA-1", "10 % off", "may earn a reward", "name=\"consent\" value=\"granted\"", "via=ada"],
    );
    offer.consent_state = "granted".to_owned();
    offer.referrer_name = None;
    let granted = page(&offer, |_| ());
    assert!(granted.contains("From a friend") && !granted.contains("name=\"consent\""));
}

#[test]
fn the_page_is_whole_in_every_language() {
    let board = [
        Place { rank: 1, name: Some("Ada L.".to_owned()), conversions: 9 },
        Place { rank: 2, name: None, conversions: 4 },
    ];
    let ada = member(false);
    for lang in Lang::ALL.iter().copied() {
        let offer = offer(lang, &json!({}));
        for notice in
            [Notice::Mailed, Notice::WrongEmail, Notice::JoinOff, Notice::SignedOut, Notice::NoLink, Notice::NotDone]
        {
            let html = page(&offer, |page| {
                page.notice = Some(notice);
                page.board = &board;
                page.member = Some(&ada);
                page.link = Some(&ada.participant.link);
            });
            let direction = if lang == Lang::Ar { "rtl" } else { "ltr" };
            has(&html, &[&format!("<html lang=\"{}\" dir=\"{direction}\">", lang.as_str()), "Ada L."]);
            assert!(!html.contains("page."), "a word is missing: {html}");
            assert!(!html.split("</style>").nth(1).unwrap().contains('{'), "a place isn't filled in: {html}");
            let role = if notice.status() == 200 { "status" } else { "alert" };
            has(&html, &[&format!("role=\"{role}\"")]);
        }
        assert!(too_often(lang).contains("role=\"status\""));
    }
}

#[test]
fn the_policy_allows_the_pages_own_style_and_forms_alone() {
    let policy = policy();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe") && !policy.contains("script"));
    let style = page(&offer(Lang::En, &json!({})), |_| ());
    let style = style.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    assert_eq!(style, STYLE);
}
