//! A deployment holds many programs; keys have scopes, can be several, and can be revoked.

use honeyguide_tests::{Client, World};
use serde_json::{Value, json};

#[test]
fn a_program_file_is_linted_as_it_is_or_as_it_would_be_and_nothing_changes() {
    let world = World::start();
    let lint = |body: &str| world.client.send("POST", "/v1/program/lint", &[], Some(body.as_bytes())).unwrap();
    let found = |body: &str| {
        let findings = lint(body).expect(200).json["findings"].clone();
        let one = |finding: &Value| {
            assert!(finding["why"].is_string() && finding["fix"].is_string(), "{finding}");
            ["severity", "code", "path"].map(|name| finding[name].as_str().unwrap().to_owned())
        };
        findings.as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    let has = |all: &[[String; 3]], one: [&str; 3]| assert!(all.contains(&one.map(str::to_owned)), "{all:?}");
    has(&found(""), ["warning", "no_cap", "budget"]);
    let mut file = world.client.get("/v1/program").expect(200).json;
    file["budget"] = json!({"amount": 1_000_000, "currency": "USD"});
    assert!(found(&file.to_string()).iter().all(|[_, code, _]| code != "no_cap"));
    file["rewards"][0]["hold_dayz"] = json!(3);
    has(&found(&file.to_string()), ["error", "unknown_field", "rewards[0].hold_dayz"]);
    has(&found("{"), ["error", "malformed_json", ""]);
    assert_eq!(world.client.get("/v1/program").json["version"], 1);
    let key = world.client.post("/v1/keys", &json!({"scopes": ["read"]})).expect(201).json;
    let reader = Client::new(&world.client.base, key["secret_key"].as_str().unwrap());
    reader.send("POST", "/v1/program/lint", &[], None).unwrap().expect(200);
    Client::new(&world.client.base, "").send("POST", "/v1/program/lint", &[], None).unwrap().expect(401);
}

#[test]
fn programs_are_apart_and_a_touch_of_one_proves_nothing_in_another() {
    let world = World::start();
    let admin = Client::new(&world.client.base, &world.admin_secret);
    let mut file = world.client.get("/v1/program").json;
    file["id"] = json!("other");
    let made = admin.post("/v1/programs", &file).expect(201).json;
    assert_eq!(admin.post("/v1/programs", &file).expect(409).json["error"]["code"], "program_exists");
    assert_eq!(Client::new(&world.client.base, "wrong").post("/v1/programs", &file).status, 401);
    let other = Client::new(&world.client.base, made["secret_key"].as_str().unwrap());
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    let sale = other.post("/v1/conversions", &Client::purchase("order-1", "friend", 12_000, &touch)).expect(201).json;
    assert_eq!(sale["decision"]["reason"], "token_invalid");
    let taken = json!({"external_id": "eve", "email": "eve@example.com", "code": code});
    assert_eq!(other.post("/v1/participants", &taken).expect(409).json["error"]["code"], "code_taken");
    assert_eq!(other.get("/v1/participants").json["data"], json!([]));
}

#[test]
fn a_key_does_what_its_scopes_say_until_it_is_revoked() {
    let world = World::start();
    let made = world.client.post("/v1/keys", &json!({"label": "reader", "scopes": ["read"]})).expect(201).json;
    let reader = Client::new(&world.client.base, made["secret_key"].as_str().unwrap());
    reader.get("/v1/rewards").expect(200);
    let body = json!({"external_id": "ada", "email": "ada@example.com"});
    assert_eq!(reader.post("/v1/participants", &body).expect(403).json["error"]["code"], "forbidden");
    let path = format!("/v1/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(world.client.send("DELETE", &path, &[], None).unwrap().status, 204);
    reader.get("/v1/rewards").expect(401);
    assert!(!world.client.get("/v1/keys").text.contains(made["secret_key"].as_str().unwrap()));
}

#[test]
fn a_key_makes_no_key_that_can_do_more() {
    let world = World::start();
    let made = world.client.post("/v1/keys", &json!({"scopes": ["read", "write"]})).expect(201).json;
    let writer = Client::new(&world.client.base, made["secret_key"].as_str().unwrap());
    let refused = writer.post("/v1/keys", &json!({"scopes": ["read", "money"]})).expect(403).json;
    assert_eq!((&refused["error"]["code"], &refused["error"]["field"]), (&json!("forbidden"), &json!("scopes")));
    assert_eq!(writer.post("/v1/keys", &json!({})).expect(201).json["scopes"], json!(["read", "write"]));
    writer.post("/v1/keys", &json!({"scopes": ["read"]})).expect(201);
}

#[test]
fn an_idempotency_key_gives_the_same_answer_and_refuses_another_body() {
    let world = World::start();
    let post = |path: &str, body: &serde_json::Value| {
        world.client.send("POST", path, &[("idempotency-key", "once")], Some(body.to_string().as_bytes())).unwrap()
    };
    let body = json!({"external_id": "ada", "email": "ada@example.com"});
    let first = post("/v1/participants", &body).expect(201);
    let second = post("/v1/participants", &body).expect(201);
    assert_eq!(first.json, second.json);
    assert_eq!((first.header("idempotent-replayed"), second.header("idempotent-replayed")), (None, Some("true")));
    let other = json!({"external_id": "bob", "email": "bob@example.com"});
    assert_eq!(post("/v1/participants", &other).expect(409).json["error"]["code"], "idempotency_key_reused");
    let key = |n: &str| world.client.send("POST", "/v1/keys", &[("idempotency-key", n)], Some(b"{}")).unwrap();
    assert!(key("secret").json["secret_key"].is_string());
    assert!(key("secret").json.get("secret_key").is_none(), "a secret is shown once");
}
