//! The share page: what the widget does, by links and forms alone. By plain HTTP, and in Chromium with scripts off.

use honeyguide_tests::receiver::Received;
use honeyguide_tests::shop::Shop;
use honeyguide_tests::{Answer, Browser, Client, Receiver, World, wait_for};
use serde_json::{Value, json};

const FORM: &str = "application/x-www-form-urlencoded";

fn visitor(world: &World) -> Client {
    Client::new(&world.client.base, "")
}

fn post(world: &World, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = [&[("content-type", FORM)], headers].concat();
    visitor(world).send("POST", path, &headers, Some(body.as_bytes())).unwrap()
}

#[track_caller]
fn has(answer: &Answer, words: &[&str]) {
    for words in words {
        assert!(answer.text.contains(words), "{words} isn't in {}", answer.text);
    }
}

/// What every answer of the page holds to.
#[track_caller]
fn is_a_page(answer: &Answer) {
    assert!(answer.header("content-type").unwrap().starts_with("text/html"), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert!(!answer.text.contains("<script") && !answer.text.contains(" style="), "{}", answer.text);
}

#[test]
fn a_link_is_shown_with_all_ways_to_share_it_and_one_that_leads_nowhere_is_not() {
    let world = World::start();
    let ada = world.client.participant("ada");
    let (code, link) = (ada["code"].as_str().unwrap(), ada["link"].as_str().unwrap());
    let address = ada["share_page"].as_str().unwrap();
    assert_eq!(address, format!("http://shop.localhost:{}/r/-/share?k=hg_pk_acme&code={code}", world.shop_port));
    let path = &address[address.find("/r/-/").unwrap()..];

    let page = visitor(&world).get(path).expect(200);
    is_a_page(&page);
    has(&page, &["<html lang=\"en\" dir=\"ltr\">", &format!("value=\"{link}\""), "Give $20, get $20", "<svg"]);
    has(&page, &["mailto:", "wa.me", "t.me", "sms:", "x.com", "linkedin.com", "facebook.com", "I may earn a reward"]);
    let languages =
        [("de", "Ihr Link", "ltr"), ("ar", "رابطك", "rtl"), ("pt-BR", "O seu link", "ltr"), ("nl", "Your link", "ltr")];
    for (lang, words, direction) in languages {
        let page = visitor(&world).get(&format!("{path}&lang={lang}")).expect(200);
        has(&page, &[words, &format!("dir=\"{direction}\"")]);
        let liked = visitor(&world).send("GET", path, &[("accept-language", lang)], None).unwrap().expect(200);
        has(&liked, &[words]);
    }

    for gone in ["nobody-has-it", "x", "%F0%9F%98%80"] {
        let page = visitor(&world).get(&format!("/r/-/share?k=hg_pk_acme&code={gone}")).expect(200);
        is_a_page(&page);
        has(&page, &["This link isn’t in use.", "name=\"email\""]);
        assert!(!page.text.contains("mailto:"));
    }
    assert_eq!(visitor(&world).get("/r/-/share").expect(401).json["error"]["code"], "unauthorized");
    visitor(&world).get("/r/-/share?k=hg_pk_nobody").expect(401);
}

#[test]
fn a_link_is_asked_for_by_mail_and_the_page_says_the_same_whoever_asks() {
    let world = World::start();
    let receiver = Receiver::start();
    let events = json!({"kind": "webhook", "url": receiver.url, "events": ["participant.link_requested"]});
    world.client.post("/v1/destinations", &events).expect(201);
    world.client.participant("ada");
    let ask = |email: &str| post(&world, "/r/-/share?k=hg_pk_acme&lang=en", &[("email", email)], &[]);
    let (known, unknown) = (ask("ada@example.com").expect(200), ask("zoe@example.com").expect(200));
    is_a_page(&known);
    has(&known, &["Look in your mailbox"]);
    assert_eq!(known.text, unknown.text);
    let bodies: Vec<Value> = receiver.wait_for_events(2, 20).iter().map(Received::json).collect();
    let asked = |email: &str| bodies.iter().find(|body| body["data"]["email"] == email).unwrap();
    assert!(asked("ada@example.com")["data"]["participant"]["share_page"].as_str().unwrap().contains("/-/share?k="));
    assert_eq!(asked("zoe@example.com")["data"]["participant"], Value::Null);

    let wrong = ask("nobody");
    is_a_page(&wrong);
    has(&wrong.expect(422), &["That address doesn’t look right"]);
    has(&post(&world, "/r/-/share?k=hg_pk_acme", &[("other", "1")], &[]).expect(400), &["That wasn’t done."]);
    world.change_program(&json!({"join": {"email": false}}));
    let off = ask("ada@example.com").expect(403);
    has(&off, &["Sign in at shop.localhost"]);
    assert!(!off.text.contains("name=\"email\""));
    // What sends mail is limited as joining is.
    let often = wait_for("the limit", 10, || Some(ask("ada@example.com")).filter(|answer| answer.status == 429));
    is_a_page(&often);
    assert!(often.header("retry-after").is_some());
}

#[test]
fn an_identity_that_is_posted_shows_the_standing_and_lets_its_owner_say_whether_they_are_named() {
    let world = World::start();
    world.change_program(&json!({"leaderboard": true, "testimonials": [{"name": "Grace", "words": "Good tea."}]}));
    let identity = world.identity("ada", Some("Ada Lovelace"));
    let path = "/r/-/share?lang=en";
    let mine = |more: &[(&str, &str)]| {
        let fields = [&[("k", "hg_pk_acme"), ("identity", identity.as_str())], more].concat();
        post(&world, path, &fields, &[("sec-fetch-site", "same-origin")])
    };
    let first = mine(&[]).expect(200);
    is_a_page(&first);
    has(&first, &["Your standing", "Nothing yet.", "don’t see your name", "Good tea.", "http://shop.localhost"]);
    assert!(!first.text.contains(&format!("identity={identity}")), "an identity isn't put in an address");

    let ada = world.client.get("/v1/participants?external_id=ada").expect(200).json["data"][0].clone();
    let mut order = Client::purchase("order-1", "friend", 12_000, "");
    order["attribution"] = json!({"code": ada["code"]});
    world.client.post("/v1/conversions", &order).expect(201);
    let shown = mine(&[("show_name", "true")]).expect(200);
    has(&shown, &["see your first name: Ada.", "$20", "Pending until", "Ada L.", "value=\"false\""]);
    let hidden = mine(&[("show_name", "false")]).expect(200);
    has(&hidden, &["don’t see your name", "A member"]);
    assert!(!hidden.text.contains("Ada L."));

    // In an address an identity means nothing.
    let by_address = visitor(&world).get(&format!("/r/-/share?k=hg_pk_acme&identity={identity}")).expect(200);
    assert!(!by_address.text.contains("Your standing"));
    let signed_out = post(&world, path, &[("k", "hg_pk_acme"), ("identity", "a.b.c")], &[]).expect(401);
    is_a_page(&signed_out);
    has(&signed_out, &["Your sign-in has ended."]);
}

#[test]
fn another_sites_page_posts_nothing() {
    let world = World::start();
    let ada = world.client.participant("ada");
    world.change_program(&json!({"consent": "required"}));
    let code = ada["code"].as_str().unwrap();
    let host = world.client.base.trim_start_matches("http://").to_owned();
    let fields = [("k", "hg_pk_acme"), ("consent", "granted"), ("via", code)];
    let own = format!("http://{host}");
    for headers in [
        vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
    ] {
        let refused = post(&world, "/r/-/share", &fields, &headers).expect(403);
        assert_eq!(refused.json["error"]["code"], "cross_site");
        assert_eq!(refused.cookie(), None);
    }
    let asked = visitor(&world).get(&format!("/r/-/share?k=hg_pk_acme&via={code}")).expect(200);
    has(&asked, &["name=\"consent\" value=\"granted\"", "From a friend"]);
    for headers in [vec![("sec-fetch-site", "same-origin")], vec![("origin", own.as_str())]] {
        let granted = post(&world, "/r/-/share", &fields, &headers).expect(200);
        is_a_page(&granted);
        assert!(!granted.text.contains("name=\"consent\""), "nobody is asked twice");
        let order = Client::purchase("order", "friend", 12_000, &granted.cookie().unwrap());
        let sale = world.client.post("/v1/conversions", &order).json;
        assert_eq!(
            (&sale["decision"]["outcome"], &sale["decision"]["consent"]),
            (&json!("credited"), &json!("granted"))
        );
    }
    let denied = post(&world, "/r/-/share", &[("k", "hg_pk_acme"), ("consent", "denied"), ("via", code)], &[]);
    assert_eq!(denied.expect(200).cookie().as_deref(), Some(""));
}

/// Where photographs of the page go, if someone wants to look: `HONEYGUIDE_PHOTOS`.
fn photograph(browser: &Browser, name: &str) {
    let Ok(folder) = std::env::var("HONEYGUIDE_PHOTOS") else { return };
    for (width, scheme) in [(280, "light"), (360, "dark"), (768, "light"), (1280, "light"), (1280, "dark")] {
        browser.prefer(scheme);
        browser.resize(width, 900);
        let height = browser.script("return document.documentElement.scrollHeight").as_f64().unwrap();
        let photo = browser.photo(Some([0.0, 0.0, f64::from(width), height.min(4_000.0)]));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(format!("{folder}/{name}-{width}-{scheme}.png"), photo).unwrap();
    }
}

/// Nothing of the page is wider than the window.
#[track_caller]
fn fits(browser: &Browser) {
    for width in [280, 360, 768, 1280] {
        browser.resize(width, 900);
        let wide = browser.script("return document.documentElement.scrollWidth").as_u64().unwrap();
        assert!(wide <= u64::from(width), "{wide} pixels in a window of {width}");
    }
}

#[test]
fn with_scripts_off_a_link_is_asked_for_shared_and_its_standing_seen() {
    let world = World::start();
    let shop = Shop::start(&world);
    world.change_program(&json!({
        "leaderboard": true,
        "testimonials": [
            {"name": "Grace, Leeds", "words": "I sent it to my sister, and a week later we both had our twenty."},
            {"name": "Mary", "words": "The teapot is lovely, and so is the discount."}],
        "rewards": [
            {"id": "referrer", "side": "referrer", "on": "purchase", "kind": "credit",
             "tiers": {"by": "count", "steps": [{"up_to": 4, "flat": {"amount": 2000, "currency": "USD"}},
                {"flat": {"amount": 3000, "currency": "USD"}}]}},
            {"id": "friend", "side": "friend", "on": "purchase", "kind": "credit", "flat": {"amount": 2000, "currency": "USD"}}],
    }));
    for (who, sales) in [("grace", 5), ("mary", 3), ("ada", 2)] {
        let name = format!("{}{} Hopper", who[..1].to_uppercase(), &who[1..]);
        let client = world.as_participant(who, Some(&name));
        let code = client.post("/r/-/v1/join", &json!({"k": "hg_pk_acme"})).expect(200).json["code"].clone();
        if who != "mary" {
            client.post("/r/-/v1/me", &json!({"k": "hg_pk_acme", "show_name": true})).expect(200);
        }
        for number in 0..sales {
            let order = format!("{who}-{number}");
            let mut order = Client::purchase(&order, &order, 12_000, "");
            order["attribution"] = json!({"code": code});
            world.client.post("/v1/conversions", &order).expect(201);
        }
    }
    let browser = Browser::start();
    browser.open(&format!("{}/", shop.url));
    browser.devtools("Emulation.setScriptExecutionDisabled", &json!({"value": true}));

    // By e-mail.
    browser.open(&format!("{}/r/-/share?k=hg_pk_acme&lang=en", shop.url));
    assert_eq!(browser.text_of("h1"), "Give $20, get $20");
    fits(&browser);
    photograph(&browser, "stranger");
    browser.fill("input[name=email]", "zoe@example.com");
    browser.click("form button");
    browser.wait_for_text("[role=status]", "Look in your mailbox");
    photograph(&browser, "mailed");

    // By a form of the shop's own, which has what its backend signed.
    let identity = world.identity("ada", Some("Ada Hopper"));
    browser.open(&format!("{}/", shop.url));
    browser.script(&format!(
        "const form = document.createElement('form'); form.method = 'post'; form.action = '/r/-/share?lang=en';
         for (const [name, value] of Object.entries({}))
           form.append(Object.assign(document.createElement('input'), {{ type: 'hidden', name, value }}));
         document.body.append(form); form.submit();",
        json!({"k": "hg_pk_acme", "identity": identity})
    ));
    let link = browser.wait_for_text("#link", "/r/");
    assert!(link.starts_with(&format!("{}/r/", shop.url)), "{link}");
    assert!(!browser.address().contains(&identity), "{}", browser.address());
    browser.wait_for_text("main", "Next: $30");
    assert!(browser.text_of("ol").contains("Ada H."));
    fits(&browser);
    photograph(&browser, "member");
    browser.click("button[name=show_name]");
    browser.wait_for_text("main", "don’t see your name");
    assert!(!browser.text_of("ol").contains("Ada H."));

    // Shown by its code, in each language: nothing is cut off, and what is right to left stands so.
    let code = link.trim().rsplit('/').next().unwrap();
    for lang in ["en", "de", "fr", "es", "pt", "ja", "ar", "hi"] {
        browser.open(&format!("{}/r/-/share?k=hg_pk_acme&code={code}&lang={lang}", shop.url));
        fits(&browser);
        photograph(&browser, &format!("link-{lang}"));
    }
    let address = browser.script("return document.querySelector('a.way').href");
    assert!(address.as_str().unwrap().starts_with("mailto:?subject="), "{address}");
    browser.expect_quiet_console();
}
