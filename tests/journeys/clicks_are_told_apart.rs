//! Each request for a link is counted for what it is, and only a person's sets a cookie.

use honeyguide_tests::{World, wait_for};

const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

#[test]
fn head_prefetch_embedded_unfurlers_and_bots_set_no_cookie_and_are_counted_apart() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let follow = |headers: &[(&str, &str)]| world.client.follow(&code, headers);
    let person = follow(&[("user-agent", CHROME), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]);
    assert!(person.expect(302).cookie().is_some());

    let prefetch =
        follow(&[("user-agent", CHROME), ("sec-purpose", "prefetch"), ("sec-fetch-dest", "document")]).expect(503);
    assert_eq!((prefetch.cookie(), prefetch.header("cache-control")), (None, Some("no-store")));
    let embedded = follow(&[("user-agent", CHROME), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")]);
    assert_eq!(embedded.expect(302).cookie(), None);
    let bot = follow(&[("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")]);
    assert_eq!(bot.expect(302).cookie(), None);
    let unfurled = follow(&[("user-agent", "facebookexternalhit/1.1")]).expect(200);
    assert_eq!(unfurled.cookie(), None);
    assert!(unfurled.text.contains("og:title") && unfurled.text.contains("<a href="), "{}", unfurled.text);
    let head = world.client.send("HEAD", &format!("/r/{code}"), &[("user-agent", CHROME)], None).unwrap();
    assert_eq!((head.status, head.cookie()), (302, None));

    let row = wait_for("six clicks", 10, || {
        let rows = world.client.get("/v1/stats/clicks?group_by=code").expect(200).json;
        rows["data"].as_array().unwrap().iter().find(|row| row["key"] == code.as_str() && row["raw"] == 6).cloned()
    });
    for column in ["person", "unique", "bot", "unfurler", "prefetch", "head", "embedded"] {
        assert_eq!(row[column], 1, "{column} of {row}");
    }
    assert_eq!(row["human"], 0);
}

#[test]
fn a_landing_confirms_a_click_as_human_once_however_often_it_is_told() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let cookie = format!("hg={}", world.client.follow(&code, &[("user-agent", CHROME)]).cookie().unwrap());
    let body = br#"{"k":"hg_pk_acme","event":"landing"}"#;
    for _ in 0..3 {
        let told = world.client.send(
            "POST",
            "/r/-/v1/touch",
            &[("cookie", &cookie), ("content-type", "text/plain")],
            Some(body),
        );
        assert_eq!(told.unwrap().status, 204);
    }
    let forged = world.client.send("POST", "/r/-/v1/touch", &[("cookie", "hg=AAAA")], Some(body)).unwrap();
    assert_eq!(forged.status, 204);
    let row = &world.client.get("/v1/stats/clicks?group_by=day").json["data"][0];
    assert_eq!((&row["raw"], &row["human"]), (&1.into(), &1.into()));
}

#[test]
fn a_paused_participants_link_leads_to_the_site_without_a_cookie() {
    let world = World::start();
    let ada = world.client.participant("ada");
    let code = ada["code"].as_str().unwrap();
    assert!(world.client.follow(code, &[]).cookie().is_some());
    let path = format!("/v1/participants/{}", ada["id"].as_str().unwrap());
    let paused = world.client.send("PATCH", &path, &[], Some(br#"{"state":"paused"}"#)).unwrap().expect(200);
    assert_eq!(paused.json["state"], "paused");
    let after = world.client.follow(code, &[]).expect(302);
    assert_eq!(after.cookie(), None);
}

#[test]
fn codes_of_any_bytes_bring_the_friend_to_the_site() {
    let world = World::start();
    let codes = [
        "nobody",
        "%ff%fe%00",
        "%2e%2e%2f",
        "a/b/c",
        "%F0%9F%98%80",
        "'%20OR%201=1",
        "%",
        "%zz",
        "<script>",
        "\"",
        "-x",
        "",
    ];
    for code in codes {
        let code = code.replace('<', "%3C").replace('>', "%3E").replace('"', "%22");
        let answer = world.client.follow(&code, &[]).expect(302);
        assert_eq!(answer.cookie(), None, "{code}");
        assert!(answer.header("location").unwrap().starts_with("http://shop.localhost"), "{code}");
    }
    world.client.follow(&"x".repeat(65), &[]).expect(404);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let away = world.client.follow(&format!("{code}?to=//evil.example/x"), &[]).expect(302);
    assert!(away.header("location").unwrap().starts_with("http://shop.localhost"), "{away:?}");
    let inside = world.client.follow(&format!("{}/whatsapp?to=/products/mug", code.to_uppercase()), &[]).expect(302);
    assert!(inside.header("location").unwrap().contains("/products/mug"), "{inside:?}");
}
