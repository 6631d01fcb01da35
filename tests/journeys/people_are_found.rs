//! Among very many participants, an owner finds one by what they remember, in the order that they like, a page at a time;
//! and a page reads what it shows, not all that there is.

use honeyguide_tests::{Client, World};
use serde_json::{Value, json};

const PEOPLE: usize = 3_000;

/// The site's ids of those that a list shows.
fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|row| row["external_id"].as_str().unwrap().to_owned()).collect()
}

fn found(client: &Client, query: &str) -> Vec<String> {
    ids(&client.get(&format!("/v1/participants?{query}")).expect(200).json)
}

/// All pages of a list.
#[track_caller]
fn walked(client: &Client, query: &str, limit: usize) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/participants?{query}&limit={limit}&cursor={cursor}");
        let path = path.trim_end_matches("&cursor=");
        let page = client.get(path).expect(200).json;
        assert!(ids(&page).len() <= limit);
        all.extend(ids(&page));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return all,
        }
    }
}

fn make(client: &Client, id: &str, email: &str, name: Option<&str>, code: &str) -> String {
    let body = json!({"external_id": id, "email": email, "name": name, "code": code});
    client.post("/v1/participants", &body).expect(201).json["id"].as_str().unwrap().to_owned()
}

#[test]
fn people_are_found_by_how_a_code_an_address_a_name_or_an_id_begins() {
    let world = World::start();
    let client = &world.client;
    make(client, "u-1", "Ada@example.com", Some("Lovelace, Ada"), "countess");
    make(client, "u-2", "grace@example.com", Some("Ödön"), "hopper");
    make(client, "U-3", "ada@example.net", None, "zeta");
    let eve = make(client, "other", "eve@example.com", Some("adam"), "evil");
    for (query, who) in [
        ("search=ada", "u-1 U-3 other"),
        ("search=ADA@", "u-1 U-3"),
        ("search=ada@example.n", "U-3"),
        ("search=lovelace", "u-1"),
        ("search=lovelace,%20a", "u-1"),
        ("search=CountE", "u-1"),
        ("search=u-", "u-1 u-2 U-3"),
        ("search=%C3%B6d", "u-2"),
        ("search=%C3%96D%C3%96N", "u-2"),
        ("search=example", ""),
        ("search=%25", ""),
        ("search=", "u-1 u-2 U-3 other"),
        ("search=ada&sort=-created_at", "other U-3 u-1"),
        ("sort=name", "U-3 other u-1 u-2"),
        ("sort=-name", "u-2 u-1 other U-3"),
        ("email=ada@example.net", "U-3"),
        ("email=Ada@example.net", ""),
        ("external_id=U-3", "U-3"),
        ("external_id=u-3", ""),
        ("search=ada&external_id=U-3&state=active", "U-3"),
    ] {
        assert_eq!(found(client, query).join(" "), who, "{query}");
    }
    let ada = client.get("/v1/participants?external_id=u-1").expect(200).json["data"][0]["id"].clone();
    let some = format!("ids={eve},prt_nobody,{}", ada.as_str().unwrap());
    assert_eq!(found(client, &some).join(" "), "u-1 other", "in the list's order, and nobody for an unknown id");
    assert_eq!(found(client, &format!("{some}&search=eve&sort=name")).join(" "), "other");
    let many = format!("/v1/participants?ids={}", vec!["prt_x"; 101].join(","));
    assert_eq!(client.get(&many).expect(400).json["error"]["field"], "ids");
    // Another link is another way to be found; who changes is found by what they are now.
    client.post(&format!("/v1/participants/{eve}/links"), &json!({"code": "apple"})).expect(201);
    let change = json!({"name": "Eve", "state": "paused"}).to_string();
    client.send("PATCH", &format!("/v1/participants/{eve}"), &[], Some(change.as_bytes())).unwrap().expect(200);
    for (query, who) in [
        ("search=app", "other"),
        ("search=ada", "u-1 U-3"),
        ("search=ev", "other"),
        ("state=paused", "other"),
        ("state=paused&sort=-name", "other"),
        ("state=active", "u-1 u-2 U-3"),
        ("state=active&sort=-created_at", "U-3 u-2 u-1"),
        ("state=nonsense", ""),
    ] {
        assert_eq!(found(client, query).join(" "), who, "{query}");
    }
    for (query, code) in [
        ("sort=clicks", "unknown_value"),
        ("serch=x", "unknown_parameter"),
        (format!("search={}", "x".repeat(256)).as_str(), "invalid_parameter"),
    ] {
        let refused = client.get(&format!("/v1/participants?{query}")).expect(400).json;
        assert_eq!(refused["error"]["code"], code, "{query}");
    }
}

#[test]
fn every_order_is_walked_page_by_page_and_a_page_reads_what_it_shows() {
    let world = World::start_in_memory();
    let names = [Some("Ada"), Some("ada"), None, Some("Zoe"), Some("Émile")];
    let line = |number: usize| {
        let name = names[number % names.len()];
        json!({"external_id": format!("user-{number:05}"), "email": format!("user{number}@example.com"), "name": name})
    };
    let lines: Vec<String> = (0..PEOPLE).map(|number| line(number).to_string()).collect();
    let headers = [("content-type", "application/x-ndjson")];
    let made = world
        .client
        .send("POST", "/v1/participants/batch", &headers, Some(lines.join("\n").as_bytes()))
        .unwrap()
        .expect(200);
    assert_eq!(made.text.lines().count(), PEOPLE);
    let client = world.client.on_one_connection();
    for number in (0..PEOPLE).step_by(100) {
        let found = client.get(&format!("/v1/participants?external_id=user-{number:05}")).expect(200).json;
        let path = format!("/v1/participants/{}", found["data"][0]["id"].as_str().unwrap());
        client.send("PATCH", &path, &[], Some(br#"{"state":"paused"}"#)).unwrap().expect(200);
    }

    let all: Vec<String> = (0..PEOPLE).map(|number| format!("user-{number:05}")).collect();
    let backwards: Vec<String> = all.iter().rev().cloned().collect();
    assert_eq!(walked(&client, "", 700), all);
    assert_eq!(walked(&client, "sort=-created_at", 700), backwards);
    let mut by_name: Vec<(String, String)> = (0..PEOPLE)
        .map(|number| (names[number % names.len()].unwrap_or("").to_ascii_lowercase(), all[number].clone()))
        .collect();
    by_name.sort();
    let by_name: Vec<String> = by_name.into_iter().map(|(_, id)| id).collect();
    assert_eq!(walked(&client, "sort=name", 333), by_name);
    assert_eq!(walked(&client, "sort=-name", 333), by_name.iter().rev().cloned().collect::<Vec<_>>());
    // A search that fits nearly all goes along the order; one that fits few is put in order.
    assert_eq!(walked(&client, "search=user&sort=name", 333), by_name);
    let few: Vec<String> = by_name.iter().filter(|id| id.starts_with("user-002")).cloned().collect();
    assert_eq!(walked(&client, "search=USER-002&sort=name", 9), few);
    let paused: Vec<String> = all.iter().step_by(100).cloned().collect();
    assert_eq!(walked(&client, "state=paused", 7), paused);
    assert_eq!(walked(&client, "state=paused&search=user&sort=-created_at", 7).len(), paused.len());
    assert_eq!(walked(&client, "state=active&sort=name", 900).len(), PEOPLE - paused.len());

    let rows_read = || {
        let text = Client::new(&world.client.base, &world.admin_secret).get("/v1/metrics").expect(200).text;
        let line = text.lines().find_map(|line| line.strip_prefix("honeyguide_rows_read_total{object=\"program\"} "));
        line.unwrap().parse::<f64>().unwrap()
    };
    let middle = client.get("/v1/participants?external_id=user-01500").json["data"][0]["id"].clone();
    assert!(middle.is_string());
    for (query, most) in [
        ("cursor=1500", 200.0),
        ("cursor=1500&sort=-created_at", 200.0),
        ("cursor=1500&sort=name", 200.0),
        ("cursor=1500&sort=-name", 200.0),
        ("state=paused", 300.0),
        ("state=paused&sort=-name", 300.0),
        ("state=active&cursor=1500&sort=name", 200.0),
        ("email=user1234@example.com", 50.0),
        ("search=user-012", 600.0),
        ("search=user1234@", 50.0),
        // Six hundred are found: counted, gathered, put in order.
        ("search=zoe&sort=-created_at", 4_500.0),
    ] {
        let before = rows_read();
        let page = client.get(&format!("/v1/participants?limit=20&{query}")).expect(200);
        let read = rows_read() - before;
        println!("{query}: {} shown, {read} rows read", ids(&page.json).len());
        assert!(!ids(&page.json).is_empty() && read <= most, "{query}: {read} rows read, at most {most} should be");
    }
}
