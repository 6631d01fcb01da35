//! A browser signs in with a key and then goes without it: as far as the key goes, for as long as it goes, and from its own
//! origin alone.

use honeyguide_tests::shop::Shop;
use honeyguide_tests::{Answer, Browser, Client, Firefox, World};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

/// A browser's page of the owner's host: it has a cookie, and no key.
struct Page {
    client: Client,
    cookie: String,
}

impl Page {
    #[track_caller]
    fn signed_in(world: &World, key: &str) -> Self {
        Self::signed_in_as(world, key, "hg_session_acme_")
    }

    /// `begins`: how the token does.
    #[track_caller]
    fn signed_in_as(world: &World, key: &str, begins: &str) -> Self {
        let made = Client::new(&world.client.base, key).send("POST", "/v1/sessions", &[], None).unwrap().expect(201);
        let set = made.header("set-cookie").unwrap();
        let (cookie, attributes) = set.split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=604800");
        let (name, token) = cookie.split_once('=').unwrap();
        assert!(name == "__Host-honeyguide_session" && token.starts_with(begins), "{cookie}");
        assert!(!made.text.contains(token), "the token is for the cookie alone");
        Self { client: Client::new(&world.client.base, ""), cookie: cookie.to_owned() }
    }

    fn send_from(&self, site: Option<&str>, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut headers = vec![("cookie", self.cookie.as_str())];
        headers.extend(site.map(|site| ("sec-fetch-site", site)));
        let body = body.map(Value::to_string);
        self.client.send(method, path, &headers, body.as_deref().map(str::as_bytes)).unwrap()
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.send_from(Some("same-origin"), method, path, body)
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }
}

#[track_caller]
fn is_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.json["error"]["code"]), (status, &json!(code)), "{}", answer.text);
}

fn key(world: &World, scopes: &[&str]) -> (String, String) {
    let made = world.client.post("/v1/keys", &json!({"label": scopes.join(" "), "scopes": scopes})).expect(201).json;
    ["secret_key", "id"].map(|name| made[name].as_str().unwrap().to_owned()).into()
}

#[test]
fn who_signs_in_does_what_the_key_may_and_nothing_after_signing_out() {
    let world = World::start();
    let page = Page::signed_in(&world, &world.client.key);
    let ada = json!({"external_id": "ada", "email": "ada@example.com"});
    page.send("POST", "/v1/participants", Some(&ada)).expect(201);
    assert_eq!(page.get("/v1/participants").expect(200).json["data"][0]["external_id"], "ada");
    let other = Page::signed_in(&world, &world.client.key);
    let listed = page.get("/v1/sessions").expect(200).json;
    let marked: Vec<&Value> = listed["data"].as_array().unwrap().iter().map(|row| &row["current"]).collect();
    assert_eq!(marked, [true, false], "{listed}");
    assert_eq!(world.client.get("/v1/sessions").expect(200).json["data"][0]["current"], false);
    assert!(!listed.to_string().contains("hg_session_"), "no token is told");

    let id = listed["data"][1]["id"].as_str().unwrap();
    assert_eq!(page.send("DELETE", &format!("/v1/sessions/{id}"), None).status, 204);
    is_refused(&other.get("/v1/program"), 401, "session_ended");
    is_refused(&page.send("DELETE", &format!("/v1/sessions/{id}"), None), 404, "not_found");

    let out = page.send("DELETE", "/v1/sessions/current", None).expect(204);
    assert!(out.header("set-cookie").unwrap().starts_with("__Host-honeyguide_session=; Path=/; Secure;"));
    // The cookie that someone had taken before.
    is_refused(&page.get("/v1/program"), 401, "session_ended");
    is_refused(&page.send("POST", "/v1/participants", Some(&ada)), 401, "session_ended");
    assert_eq!(page.send("DELETE", "/v1/sessions/current", None).status, 204, "twice is as good as once");
    assert_eq!(world.client.get("/v1/sessions").json["data"], json!([]));
}

#[test]
fn a_session_is_taken_from_its_own_origin_alone_and_a_key_counts_before_it() {
    let world = World::start();
    let page = Page::signed_in(&world, &world.client.key);
    for site in [None, Some("cross-site"), Some("same-site"), Some("none")] {
        is_refused(&page.send_from(site, "GET", "/v1/program", None), 403, "cross_site");
        is_refused(&page.send_from(site, "POST", "/v1/keys", Some(&json!({}))), 403, "cross_site");
        is_refused(&page.send_from(site, "DELETE", "/v1/sessions/current", None), 403, "cross_site");
    }
    page.get("/v1/program").expect(200);
    let wrong =
        [("authorization", "Bearer hg_sk_acme_wrong"), ("cookie", &page.cookie), ("sec-fetch-site", "same-origin")];
    is_refused(&page.client.send("GET", "/v1/program", &wrong, None).unwrap(), 401, "unauthorized");
    let keyed = [("cookie", page.cookie.as_str()), ("sec-fetch-site", "cross-site")];
    world.client.send("GET", "/v1/program", &keyed, None).unwrap().expect(200);

    // What no key made is none, and asks nothing of what isn't known.
    let objects = world.stored_objects();
    for token in ["hg_session_acme_wrong", "hg_session_nobody_wrong", "nonsense", "hg_sk_acme_x"] {
        let forged = Page { client: page.client.clone(), cookie: format!("__Host-honeyguide_session={token}") };
        is_refused(&forged.get("/v1/program"), 401, "session_ended");
        assert_eq!(forged.send("DELETE", "/v1/sessions/current", None).status, 204);
    }
    assert_eq!(world.stored_objects(), objects);
    // A session isn't made of a session.
    is_refused(&page.send("POST", "/v1/sessions", None), 401, "key_needed");
    is_refused(&page.get("/v1/programs"), 401, "unauthorized");
    world.admin().get("/v1/sessions?program=acme").expect(200);
}

/// A program beside `acme`, and its key.
pub(crate) fn another_program(world: &World, id: &str, kind: &str) -> Client {
    let mut file = world.client.get("/v1/program").expect(200).json;
    (file["id"], file["name"], file["kind"]) = (json!(id), json!(format!("The {id}")), json!(kind));
    let made = world.admin().post("/v1/programs", &file).expect(201).json;
    Client::new(&world.client.base, made["secret_key"].as_str().unwrap())
}

#[test]
fn the_admin_secret_signs_in_to_all_programs_and_nothing_is_left_after_signing_out() {
    let mut world = World::start();
    another_program(&world, "globex", "partner");
    let signed_in = |world: &World| Page::signed_in_as(world, &world.admin_secret, "hg_admin_session_");
    let page = signed_in(&world);
    assert_eq!(page.get("/v1/programs").expect(200).json["data"].as_array().unwrap().len(), 2);
    assert_eq!(page.get("/v1/program?program=globex").expect(200).json["kind"], "partner");
    let ada = json!({"external_id": "ada", "email": "ada@example.com"});
    page.send("POST", "/v1/participants?program=acme", Some(&ada)).expect(201);
    is_refused(&page.get("/v1/program"), 400, "program_needed");
    is_refused(&page.get("/v1/program?program=nobody"), 404, "not_found");
    is_refused(&page.send("POST", "/v1/sessions", None), 401, "key_needed");

    // From its own origin alone, as any other.
    for site in [None, Some("cross-site"), Some("same-site"), Some("none")] {
        is_refused(&page.send_from(site, "GET", "/v1/programs", None), 403, "cross_site");
        is_refused(&page.send_from(site, "POST", "/v1/keys?program=acme", Some(&json!({}))), 403, "cross_site");
        is_refused(&page.send_from(site, "DELETE", "/v1/sessions/current", None), 403, "cross_site");
    }
    // Its sessions are listed apart from a program's, and ended one by one.
    Page::signed_in(&world, &world.client.key);
    let other = signed_in(&world);
    let listed = page.get("/v1/sessions").expect(200).json;
    let rows = listed["data"].as_array().unwrap();
    let marked: Vec<_> = rows.iter().map(|row| (&row["program"], &row["key"], &row["current"])).collect();
    assert_eq!(marked, [(&Value::Null, &Value::Null, &json!(true)), (&Value::Null, &Value::Null, &json!(false))]);
    assert!(!listed.to_string().contains("hg_admin_session_"), "no token is told");
    let of_program = page.get("/v1/sessions?program=acme").expect(200).json;
    assert_eq!((&of_program["data"][0]["program"], &of_program["data"][0]["current"]), (&json!("acme"), &json!(false)));
    let id = rows[1]["id"].as_str().unwrap();
    assert_eq!(page.send("DELETE", &format!("/v1/sessions/{id}"), None).status, 204);
    is_refused(&other.get("/v1/programs"), 401, "session_ended");
    is_refused(&page.send("DELETE", &format!("/v1/sessions/{id}"), None), 404, "not_found");

    world.kill_and_start_again();
    let page = Page { client: Client::new(&world.client.base, ""), ..page };
    page.get("/v1/programs").expect(200);
    let out = page.send("DELETE", "/v1/sessions/current", None).expect(204);
    assert!(out.header("set-cookie").unwrap().starts_with("__Host-honeyguide_session=; Path=/; Secure;"));
    // The cookie that someone had taken before.
    for (method, path) in [("GET", "/v1/programs"), ("GET", "/v1/program?program=acme"), ("GET", "/v1/sessions")] {
        is_refused(&page.send(method, path, None), 401, "session_ended");
    }
    is_refused(&page.send("POST", "/v1/participants?program=acme", Some(&ada)), 401, "session_ended");
    assert_eq!(page.send("DELETE", "/v1/sessions/current", None).status, 204, "twice is as good as once");

    // Forged ones are none; and with another secret, those of the one before have ended.
    let objects = world.stored_objects();
    for token in ["hg_admin_session_wrong", "hg_admin_session_"] {
        let forged = Page { client: page.client.clone(), cookie: format!("__Host-honeyguide_session={token}") };
        is_refused(&forged.get("/v1/programs"), 401, "session_ended");
    }
    assert_eq!(world.stored_objects(), objects);
    let before = signed_in(&world);
    world.start_again_changed(|settings| settings.secrets.admin = "another".to_owned());
    let before = Page { client: Client::new(&world.client.base, ""), ..before };
    is_refused(&before.get("/v1/programs"), 401, "session_ended");
}

#[test]
fn a_session_of_the_admin_secret_ends_when_it_is_not_used() {
    let world = World::start_with_faults();
    let page = Page::signed_in_as(&world, &world.admin_secret, "hg_admin_session_");
    world.switch(&format!("clock {}", 11 * HOUR));
    page.get("/v1/programs").expect(200);
    world.switch(&format!("clock {}", 22 * HOUR));
    page.get("/v1/programs").expect(200);
    world.switch(&format!("clock {}", 35 * HOUR));
    is_refused(&page.get("/v1/programs"), 401, "session_ended");
}

#[test]
fn a_session_of_a_reader_approves_nothing_and_ends_with_its_key() {
    let world = World::start();
    let (reader, id) = key(&world, &["read"]);
    let page = Page::signed_in(&world, &reader);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    let sale = world.client.post("/v1/conversions", &Client::purchase("order-1", "friend", 12_000, &touch)).expect(201);
    let reward = sale.json["rewards"][0]["id"].as_str().unwrap();
    page.get(&format!("/v1/rewards/{reward}")).expect(200);
    for (method, path) in [
        ("POST", format!("/v1/rewards/{reward}/approve")),
        ("POST", "/v1/payouts".to_owned()),
        ("POST", "/v1/keys".to_owned()),
        ("POST", "/v1/participants/batch".to_owned()),
        ("DELETE", format!("/v1/keys/{id}")),
    ] {
        is_refused(&page.send(method, &path, Some(&json!({}))), 403, "forbidden");
    }
    assert_eq!(world.client.get(&format!("/v1/rewards/{reward}")).json["state"], "pending");
    let listed = world.client.get("/v1/sessions").expect(200).json;
    assert_eq!((&listed["data"][0]["key"], &listed["data"][0]["scopes"]), (&json!(id), &json!(["read"])));

    assert_eq!(world.client.send("DELETE", &format!("/v1/keys/{id}"), &[], None).unwrap().status, 204);
    is_refused(&page.get("/v1/rewards"), 401, "session_ended");
    let again = Client::new(&world.client.base, &reader).send("POST", "/v1/sessions", &[], None).unwrap();
    is_refused(&again, 401, "unauthorized");
}

#[test]
fn a_session_outlives_a_crash_and_ends_when_it_is_not_used() {
    let mut world = World::start_with_faults();
    let page = Page::signed_in(&world, &world.client.key);
    world.kill_and_start_again();
    page.get("/v1/program").expect(200);
    let used = |hours: i64| {
        world.switch(&format!("clock {}", hours * HOUR));
        page.get("/v1/program").status
    };
    // Each use gives it another twelve hours, but for a week.
    let statuses: Vec<u16> = (1..16).map(|time| used(time * 11)).collect();
    assert_eq!(statuses, [200; 15]);
    assert_eq!(used(169), 401);
    world.switch("clock 0");
    let idle = Page::signed_in(&world, &world.client.key);
    world.switch(&format!("clock {}", 13 * HOUR));
    is_refused(&idle.get("/v1/program"), 401, "session_ended");
}

#[test]
fn a_key_has_a_hundred_sessions_and_the_oldest_give_way() {
    let world = World::start_in_memory();
    let first = Page::signed_in(&world, &world.client.key);
    let second = Page::signed_in(&world, &world.client.key);
    let client = world.client.on_one_connection();
    for _ in 0..99 {
        client.send("POST", "/v1/sessions", &[], None).unwrap().expect(201);
    }
    is_refused(&first.get("/v1/program"), 401, "session_ended");
    assert_eq!(second.get("/v1/sessions").expect(200).json["data"].as_array().unwrap().len(), 100);
}

/// Signs in, looks, signs out and looks again, with nothing but `fetch`; gives the statuses, and what scripts see of the
/// cookie.
fn in_a_page(key: &str) -> String {
    format!(
        "const ask = async (method, path, headers = {{}}) => (await fetch(path, {{method, headers}})).status;
         const said = [await ask('GET', '/v1/program'),
            await ask('POST', '/v1/sessions', {{authorization: 'Bearer {key}'}}), await ask('GET', '/v1/program'),
            document.cookie, await ask('DELETE', '/v1/sessions/current'), await ask('GET', '/v1/program')];"
    )
}

fn as_it_should() -> Value {
    json!([401, 201, 200, "", 204, 401])
}

#[test]
fn chromium_keeps_the_cookie_and_a_shops_page_cannot_use_it() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = Browser::start();
    browser.open(&format!("{}/healthz", world.client.base));
    let script = format!("const end = arguments[0]; (async () => {{ {} end(said); }})()", in_a_page(&world.client.key));
    assert_eq!(browser.script_that_ends(&script), as_it_should());
    let sign_in = format!(
        "const end = arguments[0]; fetch('/v1/sessions', {{method: 'POST', headers: {{authorization: 'Bearer {}'}}}})
            .then(answer => end(answer.status));",
        world.client.key
    );
    assert_eq!(browser.script_that_ends(&sign_in), 201);
    // A form of another site is posted with no cookie, and if one went along, it would be refused by its origin.
    browser.open(&format!("{}/", shop.url));
    let other = format!(
        "const end = arguments[0];
         fetch('{}/v1/keys', {{method: 'POST', mode: 'no-cors', credentials: 'include', body: '{{}}'}})
            .then(() => end('sent'), () => end('not sent'));",
        world.client.base
    );
    browser.script_that_ends(&other);
    assert_eq!(world.client.get("/v1/keys").expect(200).json["data"].as_array().unwrap().len(), 1);
}

#[test]
fn firefox_keeps_the_cookie() {
    let world = World::start();
    let firefox = Firefox::start(&world.data);
    firefox.open(&format!("{}/", world.client.base));
    let script = format!("return (async () => {{ {} return said; }})()", in_a_page(&world.client.key));
    assert_eq!(firefox.script(&script), as_it_should());
}
