//! Bad input gets a 4xx with a code, a field and what to do; never a 500, never a hang.

use honeyguide_tests::World;
use serde_json::json;

#[test]
fn a_bad_program_file_is_refused_with_every_fault_and_its_path() {
    let world = World::start();
    let before = world.client.get("/v1/program").expect(200).json;
    let mut bad = before.clone();
    bad["nmae"] = json!("x");
    bad["attribution"]["window_days"] = json!(0);
    bad["rewards"][1]["flat"]["amount"] = json!("20");
    bad["rewards"][0]["side"] = json!("both");
    let refused =
        world.client.send("PUT", "/v1/program", &[], Some(bad.to_string().as_bytes())).unwrap().expect(400).json;
    let paths: Vec<_> =
        refused["error"]["faults"].as_array().unwrap().iter().map(|fault| fault["path"].as_str().unwrap()).collect();
    for path in ["nmae", "attribution.window_days", "rewards[1].flat.amount", "rewards[0].side"] {
        assert!(paths.contains(&path), "{path} in {paths:?}");
    }
    assert_eq!(world.client.get("/v1/program").json, before, "nothing of it was taken");
    let mut good = before.clone();
    good["name"] = json!("Acme & Co");
    let put = |body: &serde_json::Value| {
        world.client.send("PUT", "/v1/program", &[], Some(body.to_string().as_bytes())).unwrap()
    };
    assert_eq!(put(&good).expect(200).json["version"], 2);
    assert_eq!(put(&good).expect(409).json["error"]["code"], "stale_version");
}

#[test]
fn every_kind_of_bad_request_gets_a_4xx_with_a_code() {
    let world = World::start();
    let large = vec![b'x'; 1_100_000];
    let cases: Vec<(&str, &str, &[u8], u16, &str)> = vec![
        ("POST", "/v1/conversions", b"{", 400, "malformed_json"),
        ("POST", "/v1/conversions", b"", 400, "malformed_json"),
        ("POST", "/v1/conversions", b"\xff\xfe", 400, "malformed_json"),
        ("POST", "/v1/conversions", b"[]", 400, "wrong_type"),
        ("POST", "/v1/conversions", br#"{"event":1}"#, 400, "wrong_type"),
        ("POST", "/v1/conversions", br#"{"valeu":1}"#, 400, "unknown_field"),
        ("POST", "/v1/conversions", &large, 413, "too_large"),
        ("POST", "/v1/participants", br#"{"external_id":"x","email":"nobody"}"#, 400, "invalid_email"),
        (
            "POST",
            "/v1/participants",
            br#"{"external_id":"x","email":"a@b.c","destination":"https://evil.example/"}"#,
            422,
            "foreign_destination",
        ),
        ("POST", "/v1/destinations", br#"{"kind":"webhook","url":"http://10.0.0.1/"}"#, 422, "invalid_destination"),
        ("POST", "/v1/refunds", br#"{"event":"purchase"}"#, 400, "missing_field"),
        ("GET", "/v1/rewards?limit=0", b"", 400, "invalid_parameter"),
        ("GET", "/v1/rewards?nope=1", b"", 400, "unknown_parameter"),
        ("GET", "/v1/rewards/rwd_nope", b"", 404, "not_found"),
        ("GET", "/v1/nowhere", b"", 404, "not_found"),
        ("DELETE", "/v1/rewards", b"", 405, "method_not_allowed"),
        ("POST", "/r/-/v1/touch", b"nonsense", 400, "malformed_json"),
        ("GET", "/r/-/v1/offer?k=hg_pk_nobody", b"", 401, "unauthorized"),
        ("GET", "/r/-/v1/me?k=hg_pk_acme", b"", 401, "invalid_identity"),
    ];
    for (method, path, body, status, code) in cases {
        let body = (method == "POST").then_some(body);
        let answer = world.client.send(method, path, &[], body).unwrap();
        assert_eq!(
            (answer.status, answer.json["error"]["code"].as_str()),
            (status, Some(code)),
            "{method} {path}: {}",
            answer.text
        );
        assert!(answer.json["error"]["message"].as_str().is_some_and(|message| message.len() > 10));
    }
    let mut stranger = world.client.clone();
    for key in ["", "nonsense", "hg_sk_acme_wrong", "hg_sk_nobody_wrong", "hg_pk_acme"] {
        key.clone_into(&mut stranger.key);
        assert_eq!(stranger.get("/v1/rewards").status, 401, "{key}");
    }
    assert_eq!(world.client.get("/healthz").expect(200).json["status"], "ok");
}

#[test]
fn a_bad_line_of_a_batch_is_refused_and_the_others_go_on() {
    let world = World::start();
    let lines = [
        r#"{"event":"signup","external_id":"1","customer":{"email":"a@b.c"}}"#,
        "nonsense",
        r#"{"event":"signup","external_id":"2","customer":{"email":"b@b.c"}}"#,
        r#"{"event":"signup","external_id":"1","customer":{"email":"a@b.c"}}"#,
    ];
    let answer =
        world.client.send("POST", "/v1/conversions/batch", &[], Some(lines.join("\n").as_bytes())).unwrap().expect(200);
    let statuses: Vec<_> = answer
        .text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["status"].as_i64().unwrap())
        .collect();
    assert_eq!(statuses, [201, 400, 201, 200]);
}
