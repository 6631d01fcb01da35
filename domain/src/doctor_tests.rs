//! The doctor's verdicts, over what a site may answer.

use super::*;

fn program(site: &str) -> Program {
    let file = serde_json::json!({"id": "acme", "name": "Acme", "kind": "referral", "site": site});
    Program::from_json(&file.to_string()).unwrap()
}

fn answered(status: u16, content_type: &str, body: &str) -> Answered {
    let date = Some("Fri, 20 Nov 2026 12:00:00 GMT".to_owned());
    Answered { status, content_type: content_type.to_owned(), date, body: body.to_owned(), ..Answered::default() }
}

const SNIPPET: &str = r#"<script async src="/r/-/widget.js" data-program="hg_pk_acme"></script>"#;

/// A site where all is well, changed by the case.
fn states(site: &str, change: impl FnOnce(&mut Facts<'_>)) -> Vec<(&'static str, Health)> {
    checkup(site, change).checks.iter().map(|check| (check.what, check.state)).collect()
}

fn checkup(site: &str, change: impl FnOnce(&mut Facts<'_>)) -> Checkup {
    let program = program(site);
    let cookie = match program.site.seen_from(program.site.host()).cookie_domain {
        Some(domain) => format!("; Domain={domain}"),
        None => String::new(),
    };
    let name = if program.site.is_https() { "__Secure-hg" } else { "hg" };
    let consent = Answered { set_cookie: format!("{name}=; Path=/; Max-Age=0{cookie}"), ..answered(204, "", "") };
    let mut facts = Facts {
        program: &program,
        friend_path: "/r",
        now: Timestamp::parse("2026-11-20T12:00:05Z").unwrap(),
        page: Ok(answered(200, "text/html", SNIPPET)),
        script: Ok(answered(200, "text/javascript; charset=utf-8", "")),
        consent: Ok(consent),
    };
    change(&mut facts);
    examine(&facts)
}

fn state_of(what: &str, change: impl FnOnce(&mut Facts<'_>)) -> Health {
    states("https://www.shop.example", change).into_iter().find(|(name, _)| *name == what).unwrap().1
}

#[test]
fn a_site_that_is_set_up_well_is_all_good() {
    for site in
        ["https://www.shop.example", "https://shop.co.uk/start", "http://shop.localhost:8788", "http://127.0.0.1:80"]
    {
        let all = states(site, |_| ());
        assert!(all.iter().all(|(_, state)| *state == Health::Good), "{site}: {all:?}");
        assert_eq!(
            all.iter().map(|(what, _)| *what).collect::<Vec<_>>(),
            ["page", "script", "route", "cookie", "policy", "clock"]
        );
    }
    assert!(checkup("https://a.example", |_| ()).checks.iter().all(|check| check.fix.is_none()));
}

#[test]
fn a_site_that_does_not_answer_is_bad_and_what_depends_on_it_unknown() {
    let silent = |facts: &mut Facts<'_>| {
        facts.page = Err("No whole answer came in time.".to_owned());
        facts.script = Err("No whole answer came in time.".to_owned());
        facts.consent = Err("No whole answer came in time.".to_owned());
    };
    let all = checkup("https://www.shop.example", silent).checks;
    let told: Vec<_> = all.iter().map(|check| check.state).collect();
    let [bad, unknown] = [Health::Bad, Health::Unknown];
    assert_eq!(told, [bad, unknown, bad, unknown, unknown, unknown]);
    assert!(all.iter().all(|check| check.fix.is_some()));
}

#[test]
fn the_snippet_is_for_this_program_or_the_doctor_says_for_which() {
    let page = |html: &'static str| move |facts: &mut Facts<'_>| facts.page = Ok(answered(200, "text/html", html));
    assert_eq!(state_of("script", page("<p>Hello</p>")), Health::Warning);
    assert_eq!(
        state_of("script", page(r#"<script src="/r/-/widget.js" data-program="hg_pk_b"></script>"#)),
        Health::Bad
    );
    assert_eq!(state_of("script", page(r#"<script src="/r/-/widget.js"></script>"#)), Health::Bad);
}

#[test]
fn a_route_of_another_host_costs_what_safari_takes() {
    let from = |src: &'static str| {
        move |facts: &mut Facts<'_>| {
            facts.script = Ok(answered(404, "text/html", ""));
            let html = format!(r#"<script src="{src}" data-program="hg_pk_acme"></script>"#);
            facts.page = Ok(answered(200, "text/html", &html));
        }
    };
    assert_eq!(state_of("route", from("https://go.shop.example/r/-/widget.js")), Health::Warning);
    assert_eq!(state_of("route", from("https://edge.example/r/-/widget.js")), Health::Bad);
    assert_eq!(state_of("route", from("/r/-/widget.js")), Health::Bad);
}

#[test]
fn a_cookie_for_another_domain_says_that_the_host_is_not_passed_on() {
    let cookie = |status: u16, set_cookie: &'static str| {
        move |facts: &mut Facts<'_>| {
            facts.consent = Ok(Answered { set_cookie: set_cookie.to_owned(), ..answered(status, "", "") });
        }
    };
    assert_eq!(state_of("cookie", cookie(204, "__Secure-hg=; Path=/")), Health::Bad);
    assert_eq!(state_of("cookie", cookie(204, "__Secure-hg=; Domain=edge.example")), Health::Bad);
    assert_eq!(state_of("cookie", cookie(204, "hg=; Domain=shop.example")), Health::Bad);
    assert_eq!(state_of("cookie", cookie(401, "")), Health::Bad);
    assert_eq!(state_of("cookie", cookie(429, "")), Health::Unknown);
    assert_eq!(state_of("cookie", cookie(404, "")), Health::Unknown);
    let open = states("http://www.shop.example", |_| ());
    assert_eq!(open[3], ("cookie", Health::Warning));
}

#[test]
fn clocks_are_compared_where_the_server_says_its_time() {
    let date = |date: &'static str| {
        move |facts: &mut Facts<'_>| {
            let date = Some(date.to_owned()).filter(|date| !date.is_empty());
            facts.page = Ok(Answered { date, ..answered(200, "text/html", SNIPPET) });
        }
    };
    for (text, state) in [
        ("", Health::Unknown),
        ("yesterday", Health::Unknown),
        ("Fri, 20 Nov 2026 12:00:30 GMT", Health::Good),
        ("Fri, 20 Nov 2026 12:02:00 GMT", Health::Warning),
        ("Fri, 20 Nov 2026 12:07:00 GMT", Health::Bad),
        ("Fri, 20 Nov 2026 11:50:00 GMT", Health::Bad),
    ] {
        assert_eq!(state_of("clock", date(text)), state, "{text}");
    }
}
