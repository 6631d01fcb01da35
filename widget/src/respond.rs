//! The way in: facts, words and pieces as text → what to draw, or what a press means, as text.
//!
//! With an `act` among the facts something was pressed, or done; without one the piece of that `kind`
//! is drawn.

use crate::decide::decide;
use crate::drawing::Drawing;
use crate::facts::{END, Facts, join};

pub(crate) fn respond(said: &[u8]) -> Vec<u8> {
    let mut facts = Facts::read(said);
    let asks = decide(&mut facts);
    let (act, kind) = (facts.get(b"act").to_vec(), facts.get(b"kind").to_vec());
    let mut drawing = Drawing { facts, lines: Vec::new() };
    drawing.facts.decide(b"line", b"\r\n");
    drawing.piece(b"facts", b"");
    if act.is_empty() {
        drawing.piece(&kind, b"");
        if asks {
            drawing.lines.extend_from_slice(b"!join\x1e");
        }
    } else if !drawing.piece(&join(b"on.", &act), b"") {
        drawing.lines.push(b'!');
        drawing.lines.extend_from_slice(&act);
        drawing.lines.push(END);
    }
    drawing.lines
}

#[cfg(test)]
mod tests {
    use super::respond;

    const PIECES: [&str; 3] =
        [include_str!("../pieces/press.txt"), include_str!("../pieces/first.txt"), include_str!("../pieces/more.txt")];
    const WORDS: &str = include_str!("../words/en.json");

    /// As the browser's side says it: `;` for the end of an entry, `~` between key and value.
    fn ask(facts: &str) -> String {
        let facts = facts.replace('~', "\u{1f}").replace(';', "\u{1e}");
        let quoted = |line: &str| line.trim().trim_end_matches(',').replacen("\": \"", "\u{1f}", 1).replace('"', "");
        let words: Vec<String> = WORDS.lines().filter(|line| line.contains("\": \"")).map(quoted).collect();
        let lines: Vec<&str> = PIECES
            .iter()
            .flat_map(|file| file.lines())
            .map(str::trim_start)
            .filter(|line| !(line.is_empty() || line.starts_with("//")))
            .collect();
        let said = [facts, words.join("\u{1e}") + "\u{1e}", lines.join("\n")].join("\u{1d}");
        String::from_utf8(respond(said.as_bytes())).unwrap()
    }

    #[track_caller]
    fn check(facts: &str, expected: &str) {
        assert_eq!(ask(facts).replace('\u{1f}', "~").replace('\u{1e}', ";"), expected);
    }

    #[track_caller]
    fn has(facts: &str, expected: &[&str]) {
        let drawn = ask(facts).replace('\u{1f}', "~").replace('\u{1e}', "\n");
        for line in expected {
            assert!(drawn.lines().any(|drawn| drawn == *line), "no {line} in\n{drawn}");
        }
    }

    #[test]
    fn a_press_on_copy_asks_for_it_and_what_came_of_it_is_said() {
        check("act~copy;link~https://a.example/r/K7;", "~say;!copy~https://a.example/r/K7~own;");
        check("act~copied;status~200;", "~copied~1;~say~share.copied_link;");
        check("act~copied;status~0;", "~say~share.copy_yourself;");
    }

    #[test]
    fn an_address_that_is_refused_is_said_to_be_wrong() {
        check("act~mailed;status~422;", "~say~join.wrong;");
        check("act~mailed;status~202;", "~say~join.sent;");
        check("act~mailed;status~0;", "~say~later;");
    }

    #[test]
    fn each_channel_is_counted_by_its_name() {
        check("act~shared;channel~telegram;", "!shared~telegram;");
        check("act~png;", "!png;");
    }

    #[test]
    fn the_qr_code_is_drawn_when_it_is_asked_for_and_put_away_again() {
        check("act~qr;link~https://a.example/r/K7;", "~qr_open~1;!qr~https://a.example/r/K7/qr;");
        check("act~qr;qr_open~1;", "~qr_open;");
    }

    #[test]
    fn a_stranger_may_get_a_link_by_mail_only_where_the_program_says_so() {
        has("kind~share;visit.join_by_email~true;", &["\"Get my link", "\"Send your own link to a friend."]);
        has("kind~share;visit.join_by_email~false;", &["\"Sign in to get your own link.", "=aria-disabled true"]);
    }

    #[test]
    fn who_is_signed_in_gets_a_link_and_nobody_is_asked_twice() {
        has("kind~share;signed~1;", &["!join", "=placeholder Getting your link…"]);
        has(
            "kind~share;signed~1;member~known;link~https://a.example/r/K7;",
            &["!join", "=value https://a.example/r/K7"],
        );
        assert!(!ask("kind~share;signed~1;member~asking;joined~1;").contains("!join"));
        assert!(
            !ask("kind~launcher;signed~1;").contains("!join"),
            "a launcher on every page makes nobody a participant"
        );
        has("kind~launcher;signed~1;opened~1;", &["!join"]);
    }

    const ACME: &str = "kind~share;signed~1;member~known;link~https://a.example/r/K7;visit.program.name~Acme;\
        visit.offer.friend~$20 off;visit.offer.disclosure~I may earn a reward.;";

    #[test]
    fn every_channel_has_its_own_link_and_carries_the_disclosure_where_it_takes_a_text() {
        let link = "https%3A%2F%2Fa.example%2Fr%2FK7%2F";
        let (title, told) = ("Acme%3A%20%2420%20off", "%0D%0AI%20may%20earn%20a%20reward.");
        for address in [
            format!("mailto:?subject={title}&body={title}%0D%0A{link}email{told}"),
            format!("https://wa.me/?text={title}%0D%0A{link}whatsapp{told}"),
            format!("https://t.me/share/url?url={link}telegram&text={title}{told}"),
            format!("sms:?&body={title}%0D%0A{link}sms{told}"),
            format!("https://x.com/intent/post?text={title}{told}&url={link}x"),
            format!("https://www.linkedin.com/sharing/share-offsite/?url={link}linkedin"),
            format!("https://www.facebook.com/sharer/sharer.php?u={link}facebook"),
        ] {
            has(ACME, &[&format!("=href {address}")]);
        }
        let share = "!share~Acme: $20 off~Acme: $20 off\r\nI may earn a reward.~https://a.example/r/K7/share;";
        check(&format!("act~share;{ACME}"), share);
    }

    #[test]
    fn a_program_without_an_offer_is_shared_by_name() {
        let bare = "kind~share;signed~1;member~known;link~https://a.example/r/K7;visit.program.name~Ünder & Söhne;";
        let text = "%C3%9Cnder%20%26%20S%C3%B6hne%0D%0Ahttps%3A%2F%2Fa.example%2Fr%2FK7%2Fwhatsapp";
        has(bare, &[&format!("=href https://wa.me/?text={text}")]);
    }

    #[test]
    fn a_banner_says_a_name_only_where_there_is_one() {
        let friend = "kind~banner;visit.referred~true;visit.offer.friend~$20;visit.offer.referrer~$20;";
        has(friend, &["\"From a friend", "\"Your friend may earn a reward if you buy.", "\"$20"]);
        has(&format!("{friend}visit.referrer_name~Ada;"), &["\"From Ada", "=aria-label From Ada"]);
        check(&format!("{friend}dismissed~1;"), "");
    }

    #[test]
    fn a_reward_is_shown_with_its_worth_state_and_date() {
        let me = "kind~standing;signed~1;me_state~known;me.rewards~2;me.rewards#~other;me.rewards.0~1;me.rewards.0.value~$20;\
            me.rewards.0.state~pending;me.rewards.0.due_at~Dec 21, 2026;me.rewards.1~1;me.rewards.1.kind~gift;\
            me.rewards.1.state~fulfilled;me.rewards.1.created_at~Nov 2, 2026;";
        has(me, &["\"$20", "\"Pending", "\"from Dec 21, 2026", "\"Gift", "\"Received", "\"Nov 2, 2026", "\"rewards"]);
    }

    #[test]
    fn what_is_missing_to_the_next_tier_is_said() {
        let me = "kind~standing;signed~1;me.next_tier.missing~1;me.next_tier.missing#~one;me.next_tier.unit~conversions;\
            me.next_tier.earns.value~$50;me.next_tier.part~0.5;";
        has(me, &["\"1 more referral to $50", "=value 0.5"]);
    }

    #[test]
    fn a_piece_that_has_nothing_to_show_draws_nothing() {
        for kind in ["offer", "banner", "coupon", "consent", "leaderboard", "testimonials", "qr", "what"] {
            check(&format!("kind~{kind};"), "");
        }
    }
}
