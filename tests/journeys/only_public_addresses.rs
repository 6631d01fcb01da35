//! No request goes to an address that isn't public: as it is written, as a name resolves, or as the network connects.

use honeyguide_tests::{Manner, Rough, World, wait_for};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A resolver, by DNS over HTTPS, whose answer can be changed in the middle of a test.
struct Resolver {
    url: String,
    answer: Arc<Mutex<&'static str>>,
    server: Arc<tiny_http::Server>,
}

impl Resolver {
    fn start(answer: &'static str) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").unwrap());
        let url = format!("http://{}/dns-query", server.server_addr());
        let (serving, answer) = (server.clone(), Arc::new(Mutex::new(answer)));
        let now = answer.clone();
        std::thread::spawn(move || {
            for request in serving.incoming_requests() {
                let kind = if request.url().contains("type=AAAA") { 28 } else { 1 };
                let address = *now.lock().unwrap();
                let fits = address.contains(':') == (kind == 28);
                let records =
                    if fits { json!([{"name": "x.", "type": kind, "TTL": 0, "data": address}]) } else { json!([]) };
                let body = json!({"Status": 0, "Answer": records}).to_string();
                let _ = request.respond(tiny_http::Response::from_string(body));
            }
        });
        Self { url, answer, server }
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

fn attempt(world: &World, destination: &str) -> Value {
    let made = world.client.post(&format!("/v1/destinations/{destination}/test"), &json!({})).expect(202).json;
    let path = format!("/v1/deliveries/{}", made["delivery"].as_str().unwrap());
    wait_for("an attempt", 30, || {
        let answer = world.client.get(&path);
        Some(answer.json["attempts"][0].clone()).filter(|attempt| answer.status == 200 && attempt.is_object())
    })
}

#[test]
fn an_address_that_is_not_public_is_refused_however_it_is_written() {
    let world = World::start();
    for url in [
        "https://10.0.0.1/",
        "https://0xa9.0xfe.0xa9.0xfe/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://192.168.257/",
        "https://metadata.google.internal/",
        "https://１０.０.０.１/",
        "https://%31%30.0.0.1/",
        "https://example.com@10.0.0.1/",
        "https://10.0.0.1.nip.io/",
        "https://example.com:25/",
        "http://example.com/",
        "file:///etc/passwd",
    ] {
        let body = json!({"kind": "webhook", "url": url, "events": ["*"]});
        let refused = world.client.post("/v1/destinations", &body).expect(422).json;
        assert_eq!(
            (&refused["error"]["code"], &refused["error"]["field"]),
            (&json!("invalid_destination"), &json!("url")),
            "{url}"
        );
        let mut file = world.client.get("/v1/program").expect(200).json;
        file["approval"] = json!({"callback": {"url": url, "default": "hold"}});
        let put = world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap();
        assert_eq!(put.expect(422).json["error"]["field"], "approval.callback.url", "{url}");
    }
}

#[test]
fn a_public_name_that_resolves_to_loopback_is_refused_when_it_is_written_and_when_it_is_called() {
    let resolver = Resolver::start("127.0.0.1");
    let world = World::start_changed(|settings| settings.set("RESOLVER", &resolver.url));
    let body = json!({"kind": "webhook", "url": "https://hooks.example.com/in", "events": ["*"]});
    for (address, shown) in [("127.0.0.1", "127.0.0.1"), ("169.254.169.254", "169.254.169.254"), ("fd00::1", "fd00::1")]
    {
        *resolver.answer.lock().unwrap() = address;
        let refused = world.client.post("/v1/destinations", &body).expect(422).json;
        let message = format!("hooks.example.com resolves to {shown}, which isn't public: nothing is sent there.");
        assert_eq!(refused["error"]["message"], message);
        assert_eq!(refused["error"]["field"], "url");
    }
    let mut file = world.client.get("/v1/program").expect(200).json;
    file["approval"] = json!({"callback": {"url": "https://ask.example.com/", "default": "hold"}});
    let put = world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap();
    assert_eq!(put.expect(422).json["error"]["field"], "approval.callback.url");

    // It was public when it was looked at, and leads inside when it is called.
    *resolver.answer.lock().unwrap() = "8.8.8.8";
    let made = world.client.post("/v1/destinations", &body).expect(201).json;
    *resolver.answer.lock().unwrap() = "127.0.0.1";
    let error = attempt(&world, made["id"].as_str().unwrap());
    assert_eq!(error["error"], "hooks.example.com resolves to 127.0.0.1, which isn't public: nothing is sent there.");
    assert!(error["status"].is_null());
}

/// The network is the guard that holds whatever the rest says: with every check of ours switched off, names and numbers of
/// this machine still lead nowhere. `localhost` is a name that resolves to loopback on every machine.
#[test]
fn the_network_refuses_to_connect_inside_though_nothing_else_would() {
    let inside = Rough::start(Manner::status(200));
    let port = inside.url.rsplit(':').next().unwrap().trim_end_matches("/hook").to_owned();
    let world = World::start_changed_with_faults(|settings| settings.set("LOCAL_HOSTS", ""));
    world.switch("addresses-unchecked");
    let own = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    let own = own.map_or("127.0.0.1".to_owned(), |own| own.ip().to_string());
    for host in ["localhost", "127.0.0.1", "127.1", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", own.as_str()] {
        let body = json!({"kind": "webhook", "url": format!("http://{host}:{port}/hook"), "events": ["*"]});
        let made = world.client.post("/v1/destinations", &body).expect(201).json;
        let tried = attempt(&world, made["id"].as_str().unwrap());
        assert!(tried["status"].is_null() && tried["error"].is_string(), "{host}: {tried}");
    }
    assert_eq!(inside.count(), 0);
}

#[test]
fn what_the_setting_no_longer_names_is_not_called_though_it_was_written_before() {
    let mut world = World::start();
    let receiver = Rough::start(Manner::status(200));
    let body = json!({"kind": "webhook", "url": receiver.url, "events": ["*"]});
    let made = world.client.post("/v1/destinations", &body).expect(201).json;
    assert_eq!(attempt(&world, made["id"].as_str().unwrap())["status"], 200);
    world.start_again_changed(|settings| settings.set("LOCAL_HOSTS", ""));
    let tried = attempt(&world, made["id"].as_str().unwrap());
    assert!(tried["error"].as_str().unwrap().starts_with("Not sent: "), "{tried}");
    assert_eq!(receiver.count(), 1);
}
