//! Vendors hear of what happened in their own words, once by one id, if the visitor agreed; and a vendor that says no
//! with 200 is asked again.

use honeyguide_tests::{Call, Client, Vendor, World, wait_for};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// SHA-256 of `friend@example.com`, and of `friend`.
const FRIENDS_ADDRESS: &str = "f387373a9f44e7b317f6dc3f28e1807788ca174c44c247745fffaafbacb04bbe";
const FRIENDS_ID: &str = "cde48537ca2c28084ff560826d0e6388b7c57a51497a6cb56f397289e52ff41b";
const SECRET: &str = "vendors-own-secret";

/// A vendor, the destination that leads to it, and what it answers where it takes an event.
struct Played {
    kind: &'static str,
    vendor: Vendor,
    id: String,
}

fn destination(world: &World, body: &Value) -> String {
    world.client.post("/v1/destinations", body).expect(201).json["id"].as_str().unwrap().to_owned()
}

fn play(world: &World, kind: &'static str, settings: &Value, secret: &str, answer: (u16, &str)) -> Played {
    let vendor = Vendor::answering(answer.0, answer.1);
    let secrets = if secret.is_empty() { json!({}) } else { json!({secret: SECRET}) };
    let url = format!("{}/", vendor.url);
    let body = json!({
        "kind": kind, "url": url, "events": ["conversion.recorded"], "settings": settings, "secrets": secrets,
    });
    Played { kind, id: destination(world, &body), vendor }
}

/// Every kind with a vendor behind it.
fn everyone(world: &World) -> Vec<Played> {
    let mut all = vec![
        play(world, "google_analytics", &json!({"measurement_id": "G-1"}), "api_secret", (204, "")),
        play(world, "meta", &json!({"pixel_id": "77"}), "access_token", (200, r#"{"events_received":1}"#)),
        play(world, "tiktok", &json!({"pixel_code": "C9"}), "access_token", (200, r#"{"code":0,"message":"OK"}"#)),
        play(world, "segment", &json!({}), "write_key", (200, r#"{"success":true}"#)),
        play(world, "hubspot", &json!({"event_names": {"purchase": "pe1_purchase"}}), "access_token", (204, "")),
        play(world, "slack", &json!({"channel": "C1"}), "token", (200, r#"{"ok":true}"#)),
        play(
            world,
            "email",
            &json!({"provider": "postmark", "from": "Acme <hello@shop.example>"}),
            "token",
            (200, r#"{"ErrorCode":0,"Message":"OK"}"#),
        ),
        play(
            world,
            "http",
            &json!({"body": {"order": "{{data.external_id}}", "key": "{{secret.token}}"}, "expect": {"status": "success"}}),
            "token",
            (200, r#"{"status":"success"}"#),
        ),
    ];
    // An incoming webhook of Slack's is an address that is a secret.
    let vendor = Vendor::answering(200, "ok");
    let address = format!("{}/services/T/B/{SECRET}", vendor.url);
    let body = json!({"kind": "slack", "events": ["conversion.recorded"], "secrets": {"webhook_url": address}});
    all.push(Played { kind: "slack webhook", id: destination(world, &body), vendor });
    all
}

/// A purchase by a friend who came by a link; `headers` are the browser's at the click.
fn sell(world: &World, order: &str, consent: Option<&str>, headers: &[(&str, &str)]) {
    let code = world.client.participant(&format!("ref-{order}"))["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, headers).cookie().unwrap();
    let mut sale = Client::purchase(order, "friend", 12_050, &touch);
    sale["properties"] = json!({"ga_client_id": "GA1.1.5.6", "fbp": "fb.1.1.2", "ttclid": "E.C.P.1", "plan": "pro"});
    if let Some(consent) = consent {
        sale["attribution"]["consent"] = json!(consent);
    }
    world.client.post("/v1/conversions", &sale).expect(201);
}

/// The one delivery of a destination, with its attempts, once it is in that state.
#[track_caller]
fn delivery(world: &World, destination: &str, state: &str) -> Value {
    let id = wait_for(&format!("a delivery that is {state}"), 30, || {
        let path = format!("/v1/deliveries?destination={destination}&state={state}");
        let rows = world.client.get(&path).expect(200).json;
        rows["data"][0]["id"].as_str().map(str::to_owned)
    });
    world.client.get(&format!("/v1/deliveries/{id}")).expect(200).json
}

/// By what each vendor knows an event again.
fn known_by(kind: &str, call: &Call) -> String {
    let body = call.json();
    let place = match kind {
        "google_analytics" => &body["events"][0]["params"]["event_id"],
        "meta" | "tiktok" => &body["data"][0]["event_id"],
        "segment" => &body["messageId"],
        "hubspot" => &body["uuid"],
        "slack" => &body["metadata"]["event_payload"]["id"],
        "slack webhook" => &body["blocks"][1]["elements"][0]["text"],
        "email" => &body["Metadata"]["event"],
        _ => return call.header("idempotency-key").unwrap().to_owned(),
    };
    place.as_str().unwrap_or_else(|| panic!("{kind}: {body}")).to_owned()
}

#[test]
fn each_vendor_hears_of_a_purchase_in_its_own_words_and_no_secret_is_kept_in_sight() {
    let world = World::start();
    let all = everyone(&world);
    sell(&world, "order-1", Some("granted"), &[]);
    for Played { kind, vendor, id } in &all {
        let call = vendor.wait_for_calls(1, 20).remove(0);
        let body = call.json();
        match *kind {
            "google_analytics" => {
                assert_eq!(call.path, format!("/mp/collect?measurement_id=G-1&api_secret={SECRET}"));
                assert_eq!((&body["client_id"], &body["consent"]["ad_user_data"]), (&json!("5.6"), &json!("GRANTED")));
                let event = &body["events"][0];
                assert_eq!((&event["name"], &event["params"]["value"]), (&json!("purchase"), &json!(120.5)));
            }
            "meta" => {
                assert_eq!(call.path, "/v24.0/77/events");
                let event = &body["data"][0];
                assert_eq!((&body["access_token"], &event["event_name"]), (&json!(SECRET), &json!("Purchase")));
                assert_eq!(event["user_data"]["em"], json!([FRIENDS_ADDRESS]));
                assert_eq!(event["user_data"]["external_id"], json!([FRIENDS_ID]));
                assert_eq!(event["user_data"]["fbp"], "fb.1.1.2");
            }
            "tiktok" => {
                assert_eq!(call.path, "/open_api/v1.3/event/track/");
                assert_eq!(call.header("access-token"), Some(SECRET));
                assert_eq!(body["data"][0]["user"]["email"], FRIENDS_ADDRESS);
                assert_eq!(body["data"][0]["properties"]["value"], 120.5);
            }
            "segment" => {
                assert_eq!((call.path.as_str(), &body["userId"]), ("/v1/track", &json!("friend")));
                assert_eq!(body["context"]["consent"]["categoryPreferences"]["Advertising"], true);
                assert_eq!((&body["properties"]["plan"], &body["properties"]["fbp"]), (&json!("pro"), &Value::Null));
            }
            "hubspot" => {
                assert_eq!((call.path.as_str(), &body["eventName"]), ("/events/v3/send", &json!("pe1_purchase")));
                assert_eq!(body["email"], "friend@example.com");
            }
            "slack" => assert_eq!(call.path, "/api/chat.postMessage"),
            "slack webhook" => assert!(body["text"].as_str().unwrap().contains("120.50 USD: credited to ref-order-1")),
            "email" => assert_eq!((call.path.as_str(), &body["To"]), ("/email", &json!("ref-order-1@example.com"))),
            _ => assert_eq!(body, json!({"order": "order-1", "key": SECRET})),
        }
        let ad = ["google_analytics", "meta", "tiktok"].contains(kind);
        assert!(!ad || !call.body.contains("friend@example.com"), "{kind} gets no address");
        let kept = delivery(&world, id, "delivered");
        assert!(kept["attempts"][0]["request"]["method"] == "POST", "{kind}: {kept}");
        let shown = world.client.get(&format!("/v1/destinations/{id}")).expect(200).text;
        assert!(!shown.contains(SECRET) && !kept.to_string().contains(SECRET), "{kind}: {shown} {kept}");
    }
    let listed = world.client.get("/v1/destinations").expect(200).text;
    assert!(!listed.contains(SECRET));
}

#[test]
fn a_no_with_200_is_a_failure_and_the_next_try_has_the_same_id() {
    let world = World::start();
    // Google never says no.
    let all: Vec<Played> = everyone(&world).into_iter().filter(|one| one.kind != "google_analytics").collect();
    let accepted: Vec<(u16, &str)> = all
        .iter()
        .map(|one| match one.kind {
            "meta" => (200, r#"{"events_received":1}"#),
            "tiktok" => (200, r#"{"code":0}"#),
            "segment" => (200, r#"{"success":true}"#),
            "hubspot" => (204, ""),
            "slack" => (200, r#"{"ok":true}"#),
            "slack webhook" => (200, "ok"),
            "email" => (200, r#"{"ErrorCode":0}"#),
            _ => (200, r#"{"status":"success"}"#),
        })
        .collect();
    for one in &all {
        one.vendor.answer_with(
            200,
            &match one.kind {
                "meta" => format!(r#"{{"error":{{"message":"bad token {SECRET}"}}}}"#),
                "tiktok" => r#"{"code":40002,"message":"no such pixel"}"#.to_owned(),
                "segment" => r#"{"success":false,"message":"bad key"}"#.to_owned(),
                "hubspot" => r#"{"status":"error","message":"no such event"}"#.to_owned(),
                "slack" => r#"{"ok":false,"error":"channel_not_found"}"#.to_owned(),
                "slack webhook" => "invalid_payload".to_owned(),
                "email" => r#"{"ErrorCode":300,"Message":"bad sender"}"#.to_owned(),
                _ => r#"{"status":"error"}"#.to_owned(),
            },
        );
    }
    sell(&world, "order-1", Some("granted"), &[]);
    for one in &all {
        one.vendor.wait_for_calls(1, 20);
    }
    for (one, (status, body)) in all.iter().zip(accepted) {
        one.vendor.answer_with(status, body);
    }
    for Played { kind, vendor, id } in &all {
        let calls = vendor.wait_for_calls(2, 30);
        let ids: BTreeSet<String> = calls.iter().map(|call| known_by(kind, call)).collect();
        assert_eq!(ids.len(), 1, "{kind} is told the same id over all tries: {ids:?}");
        let kept = delivery(&world, id, "delivered");
        let first = &kept["attempts"][0];
        assert_eq!(first["status"], 200, "{kind}: {first}");
        assert!(first["error"].as_str().is_some_and(|why| !why.is_empty()), "{kind}: {first}");
        assert!(!kept.to_string().contains(SECRET), "{kind}: {kept}");
        if *kind == "meta" {
            assert_eq!(first["error"], "bad token (redacted)");
        }
    }
}

#[test]
fn what_a_visitor_did_not_agree_to_is_skipped_with_its_reason() {
    let gpc = [("sec-gpc", "1")];
    for (consent, headers, ad, hubspot) in [
        (Some("denied"), &[][..], "consent_denied", "skipped"),
        (None, &[][..], "consent_unknown", "delivered"),
        (Some("granted"), &gpc[..], "gpc", "delivered"),
    ] {
        let world = World::start();
        let all = everyone(&world);
        sell(&world, "order-1", consent, headers);
        for Played { kind, vendor, id } in &all {
            if ["google_analytics", "meta", "tiktok", "segment"].contains(kind) {
                let kept = delivery(&world, id, "skipped");
                let why = kept["attempts"][0]["error"].as_str().unwrap();
                assert!(why.starts_with(&format!("{ad}: ")), "{kind}: {why}");
                assert_eq!((&kept["attempts"][0]["request"], vendor.calls().len()), (&Value::Null, 0), "{kind}");
            } else if *kind == "hubspot" {
                delivery(&world, id, hubspot);
            } else if *kind == "email" {
                // With consent denied nobody has the credit, so nobody is thanked.
                delivery(&world, id, if consent == Some("denied") { "skipped" } else { "delivered" });
            } else {
                delivery(&world, id, "delivered");
            }
        }
    }
}

#[test]
fn people_get_their_mails_until_they_say_no() {
    let world = World::start();
    let vendor = Vendor::answering(200, r#"{"id":"49a3"}"#);
    let id = destination(
        &world,
        &json!({
            "kind": "email", "url": vendor.url, "secrets": {"token": SECRET},
            "settings": {"provider": "resend", "from": "Acme <hello@shop.example>"},
        }),
    );
    let ada = world.client.participant("ada");
    let welcome = vendor.wait_for_calls(1, 20).remove(0);
    assert_eq!(welcome.header("authorization"), Some(format!("Bearer {SECRET}").as_str()));
    assert!(welcome.header("idempotency-key").is_some_and(|key| key.starts_with("evt_")));
    let mail = welcome.json();
    assert_eq!(mail["to"], json!(["ada@example.com"]));
    for body in ["text", "html"] {
        assert!(mail[body].as_str().unwrap().contains(ada["link"].as_str().unwrap()), "{mail}");
    }
    let header = mail["headers"]["List-Unsubscribe"].as_str().unwrap();
    assert_eq!(mail["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    let address = header.trim_matches(['<', '>']);
    let path = address.split_once("/r/").map(|(_, rest)| format!("/r/{rest}")).unwrap();
    assert!(!address.contains("ada") && !address.contains('@'), "{address}");

    let touch = world.client.follow(ada["code"].as_str().unwrap(), &[]).cookie().unwrap();
    world.client.post("/v1/conversions", &Client::purchase("order-1", "friend", 12_000, &touch)).expect(201);
    let calls = vendor.wait_for_calls(4, 20);
    let mut told: Vec<(String, String)> = calls[1..]
        .iter()
        .map(|call| (call.json()["to"][0].to_string(), call.json()["subject"].as_str().unwrap().to_owned()))
        .collect();
    told.sort();
    let [ada_thanked, ada_earned, friend_earned] = told.as_slice() else { panic!("{told:?}") };
    assert!(ada_earned.0.contains("ada@") && ada_earned.1 == "You earned 20.00 USD", "{told:?}");
    assert!(ada_thanked.0.contains("ada@") && ada_thanked.1.starts_with("Thank you from "), "{told:?}");
    assert!(friend_earned.0.contains("friend@") && friend_earned.1 == "You earned 20.00 USD", "{told:?}");

    // A mail scanner follows every link; only a post takes someone off the list. A mail program posts a form.
    let visitor = Client::new(&world.client.base, "");
    assert!(visitor.get(&path).expect(200).text.contains("<form method=\"post\""));
    let altered = path.replace("t=prt_", "t=prt_0");
    visitor.send("POST", &altered, &[], Some(b"List-Unsubscribe=One-Click")).unwrap().expect(404);
    let reward = world.client.get("/v1/rewards?side=referrer").expect(200).json["data"][0]["id"].clone();
    let act = |action: &str| {
        world.client.post(&format!("/v1/rewards/{}/{action}", reward.as_str().unwrap()), &json!({})).expect(200)
    };
    act("approve");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for _ in 0..2 {
        visitor.send("POST", &path, &form, Some(b"List-Unsubscribe=One-Click")).unwrap().expect(200);
    }
    act("fulfil");
    let kept = delivery(&world, &id, "skipped");
    assert_eq!(kept["type"], "reward.fulfilled");
    assert!(kept["attempts"][0]["error"].as_str().unwrap().starts_with("unsubscribed: "), "{kept}");
    assert_eq!(vendor.calls().len(), 4);
}

#[test]
fn an_address_that_a_provider_gave_up_is_not_tried_again() {
    let world = World::start();
    let vendor = Vendor::answering(422, r#"{"ErrorCode":406,"Message":"Inactive recipient"}"#);
    let settings = json!({"provider": "postmark", "from": "hello@shop.example"});
    let body = json!({"kind": "email", "url": vendor.url, "secrets": {"token": SECRET}, "settings": settings});
    let id = destination(&world, &body);
    world.client.participant("ada");
    let kept = delivery(&world, &id, "skipped");
    assert_eq!((&kept["attempts"][0]["status"], kept["attempts"].as_array().unwrap().len()), (&json!(422), 1));
    assert!(kept["attempts"][0]["error"].as_str().unwrap().starts_with("recipient_refused: "), "{kept}");
}

#[test]
fn settings_are_changed_in_part_and_secrets_are_given_and_never_had_back() {
    let world = World::start();
    let vendor = Vendor::answering(200, r#"{"validationMessages":[]}"#);
    let made = json!({
        "kind": "google_analytics", "url": vendor.url, "settings": {"measurement_id": "G-1"},
        "secrets": {"api_secret": SECRET},
    });
    let made = world.client.post("/v1/destinations", &made).expect(201).json;
    assert_eq!((&made["secrets"], &made["secret"]), (&json!(["api_secret"]), &Value::Null));
    assert_eq!(made["events"], json!(["conversion.recorded", "conversion.refunded"]));
    let path = format!("/v1/destinations/{}", made["id"].as_str().unwrap());
    let change = |body: &Value| world.client.send("PATCH", &path, &[], Some(body.to_string().as_bytes())).unwrap();
    change(&json!({"secrets": {"api_secret": "another-secret"}, "settings": {"consent": "not_required"}})).expect(200);
    let changed = world.client.get(&path).expect(200).json;
    assert_eq!(changed["settings"], json!({"measurement_id": "G-1", "consent": "not_required"}));
    for (body, status, code) in [
        (json!({"secrets": {"api_secret": null}}), 400, "missing_field"),
        (json!({"settings": {"measurment_id": "x"}}), 400, "unknown_field"),
        (json!({"events": ["reward.*"]}), 422, "event_not_taken"),
    ] {
        assert_eq!(change(&body).expect(status).json["error"]["code"], code);
    }
    let rotated = world.client.post(&format!("{path}/rotate"), &json!({})).expect(409).json;
    assert_eq!(rotated["error"]["code"], "not_our_secret");
    let private = json!({"kind": "slack", "secrets": {"webhook_url": "https://10.0.0.1/services/T"}});
    let refused = world.client.post("/v1/destinations", &private).expect(422).json;
    assert_eq!(refused["error"]["field"], "secrets.webhook_url");

    // A test is asked of the validation server, which says what is wrong.
    world.client.post(&format!("{path}/test"), &json!({})).expect(202);
    let call = vendor.wait_for_calls(1, 20).remove(0);
    assert_eq!(call.path, "/debug/mp/collect?measurement_id=G-1&api_secret=another-secret");
}

#[test]
fn a_message_is_in_the_persons_language_and_an_owners_own_words_are_checked_when_they_are_set() {
    let world = World::start();
    let vendor = Vendor::answering(200, r#"{"ErrorCode":0}"#);
    let body = |messages: Value| {
        json!({"kind": "email", "url": vendor.url, "secrets": {"token": SECRET}, "settings":
            {"provider": "postmark", "from": "hello@shop.example", "lang": "fr", "messages": messages}})
    };
    let wrong = body(json!({"de": {"your_link": {"text": "Hallo {{nmae}}", "html": "<a href={{link}}>x</a>"}}}));
    let refused = world.client.post("/v1/destinations", &wrong).expect(400).json["error"]["faults"].clone();
    let told: Vec<(&str, &str)> = refused
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["path"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    assert!(told.contains(&("settings.messages.de.your_link.text", "unknown_placeholder")), "{refused}");
    assert!(told.contains(&("settings.messages.de.your_link.html", "unsafe_placeholder")), "{refused}");
    assert!(refused.to_string().contains("did you mean \\\"name\\\"?"), "{refused}");
    let own =
        body(json!({"de": {"your_link": {"subject": "Dein Link, {{name}}", "html": "<b>{{name}}</b> {{link}}"}}}));
    world.client.post("/v1/destinations", &own).expect(201);
    for (who, lang) in [("ada", json!("de")), ("bob", json!("ar")), ("eve", Value::Null)] {
        let new = json!({"external_id": who, "email": format!("{who}@example.com"), "name": "<i>A", "lang": lang});
        assert_eq!(world.client.post("/v1/participants", &new).expect(201).json["lang"], lang);
    }
    let calls = vendor.wait_for_calls(3, 20);
    let mail =
        |who: &str| calls.iter().map(Call::json).find(|mail| mail["To"] == format!("{who}@example.com")).unwrap();
    assert_eq!(mail("ada")["Subject"], "Dein Link, <i>A");
    assert!(mail("ada")["HtmlBody"].as_str().unwrap().contains("<b>&lt;i&gt;A</b> http"), "{}", mail("ada"));
    assert!(mail("bob")["HtmlBody"].as_str().unwrap().contains("lang=\"ar\" dir=\"rtl\""), "{}", mail("bob"));
    assert!(mail("eve")["Subject"].as_str().unwrap().starts_with("Votre lien pour"), "{}", mail("eve"));
}
