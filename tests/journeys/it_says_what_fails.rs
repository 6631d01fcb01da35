//! The operator's view: a line for each failure, none for what goes well, and figures for the deployment's holder alone.

use honeyguide_tests::{Client, World, wait_for};
use serde_json::{Value, json};
use xtask::local::Settings;

const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

/// Has all that the process says go to a file.
fn into_a_file(settings: &mut Settings) {
    settings.said = Some(settings.data.join("said.txt"));
}

/// The lines that are ours: what the runtime says of itself begins with the file of its own that says it.
fn said(world: &World) -> Vec<String> {
    let all = std::fs::read_to_string(world.data.join("said.txt")).unwrap();
    all.lines().filter(|line| !line.starts_with("workerd/")).map(str::to_owned).collect()
}

/// The lines about failures, and nothing but them.
#[track_caller]
fn failures(world: &World) -> Vec<Value> {
    let said = said(world);
    let parsed = said.iter().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")));
    let lines: Vec<Value> = parsed.collect();
    for line in &lines {
        let names: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(names, ["at", "level", "what", "why"], "{line}");
        assert_eq!(line["level"], "error");
        assert!(line["at"].as_str().unwrap().ends_with('Z') && !line["why"].as_str().unwrap().is_empty(), "{line}");
    }
    lines
}

/// The value of a sample, by its name and labels; 0 where there is none.
fn sample(world: &World, name: &str) -> f64 {
    let metrics = world.admin().get("/v1/metrics").expect(200).text;
    let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
    value.map_or(0.0, |value| value.parse().unwrap())
}

/// As many as were counted, exactly.
#[track_caller]
fn is(world: &World, name: &str, expected: u32) {
    let value = sample(world, name);
    assert!((value - f64::from(expected)).abs() < 0.5, "{name}: {value}, not {expected}");
}

#[test]
fn two_hundred_requests_that_go_well_or_are_the_callers_fault_say_nothing() {
    let world = World::start_changed(into_a_file);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let mut touch = String::new();
    for number in 0..40 {
        touch = world.client.follow(&code, &[("user-agent", CHROME)]).expect(302).cookie().unwrap();
        world.client.follow(&format!("nobody-{number}"), &[]).expect(302);
    }
    let browser = Client::new(&world.client.base, "");
    let landing = br#"{"k":"hg_pk_acme","event":"landing"}"#;
    for number in 0..20 {
        let order = Client::purchase(&format!("o-{number}"), &format!("friend-{number}"), 6_000, &touch);
        world.client.post("/v1/conversions", &order).expect(201);
        world.client.get("/v1/stats/clicks?group_by=code").expect(200);
        world.client.follow(&code, &[("user-agent", "facebookexternalhit/1.1")]).expect(200);
        world.client.follow(&code, &[("sec-purpose", "prefetch")]).expect(503);
        browser.get("/r/-/v1/offer?k=hg_pk_acme").expect(200);
        let cookie = format!("hg={touch}");
        let told = browser.send("POST", "/r/-/v1/touch", &[("cookie", &cookie)], Some(landing)).unwrap();
        told.expect(204);
    }
    world.client.get("/v1/no-such-thing").expect(404);
    world.client.post("/v1/conversions", &json!({"event": "purchase"})).expect(400);
    browser.get("/v1/rewards").expect(401);
    wait_for("the clicks to be in storage", 10, || (sample(&world, "honeyguide_buffer_depth") < 0.5).then_some(()));
    assert_eq!(said(&world), Vec::<String>::new());
    is(&world, "honeyguide_errors_total{what=\"request failed\"}", 0);
}

#[test]
fn each_failure_says_one_line_and_is_counted_once() {
    let world = World::start_changed_with_faults(into_a_file);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).expect(302).cookie().unwrap();

    let order = Client::purchase("order-1", "friend", 12_000, &touch).to_string();
    let fault = [("x-honeyguide-fault", "panic-in-record")];
    world.client.send("POST", "/v1/conversions", &fault, Some(order.as_bytes())).unwrap().expect(500);
    let lines = wait_for("a line", 5, || Some(failures(&world)).filter(|lines| !lines.is_empty()));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0]["what"], "panic");
    assert!(lines[0]["why"].as_str().unwrap().contains("panic-in-record"), "{lines:#?}");

    world.switch("program-down");
    for _ in 0..3 {
        let failed = world.client.get("/v1/rewards").expect(500);
        assert!(!failed.text.contains("PROGRAM"), "what is ours is not shown: {}", failed.text);
    }
    world.switch("storage-up");
    wait_for("three more lines", 5, || (failures(&world).len() == 4).then_some(()));
    is(&world, "honeyguide_errors_total{what=\"panic\"}", 1);
    is(&world, "honeyguide_errors_total{what=\"request failed\"}", 3);

    world.switch("directory-down");
    world.client.follow("never-seen", &[]).expect(302);
    world.switch("storage-up");
    wait_for("a line on the link", 5, || (failures(&world).len() == 5).then_some(()));
    assert_eq!(failures(&world)[4]["what"], "link not resolved");
    is(&world, "honeyguide_errors_total{what=\"link not resolved\"}", 1);
    is(&world, "honeyguide_link_lookups_total{source=\"unreached\"}", 1);

    // A batch of clicks says a line for each try.
    wait_for("the clicks to be in storage", 5, || (sample(&world, "honeyguide_buffer_depth") < 0.5).then_some(()));
    world.switch("clicks-down");
    world.client.follow(&code, &[]).expect(302);
    wait_for("a try that failed", 5, || (failures(&world).len() > 5).then_some(()));
    is(&world, "honeyguide_buffer_depth", 1);
    world.switch("storage-up");
    wait_for("the click to be in storage", 20, || (sample(&world, "honeyguide_buffer_depth") < 0.5).then_some(()));
    let tries = failures(&world).iter().skip(5).filter(|line| line["what"] == "clicks not stored").count();
    assert_eq!(failures(&world).len(), 5 + tries, "nothing else failed");
    is(&world, "honeyguide_errors_total{what=\"clicks not stored\"}", u32::try_from(tries).unwrap());
}

#[test]
fn the_deployments_figures_are_there_for_its_holder_alone_and_move_with_what_happens() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let nobody = Client::new(&world.client.base, "");
    for stranger in [&world.client, &nobody] {
        assert_eq!(stranger.get("/v1/metrics").expect(401).json["error"]["code"], "unauthorized");
    }
    let metrics = world.admin().get("/v1/metrics").expect(200);
    assert!(metrics.header("content-type").unwrap().starts_with("application/openmetrics-text"), "{metrics:?}");
    assert!(metrics.text.ends_with("# EOF\n"), "{}", metrics.text);
    for family in [
        "requests counter",
        "errors counter",
        "clicks counter",
        "clicks_dropped counter",
        "link_lookups counter",
        "links_held gauge",
        "buffer_depth gauge",
        "flush_seconds histogram",
    ] {
        assert!(metrics.text.contains(&format!("# TYPE honeyguide_{family}\n")), "{family} in {}", metrics.text);
    }

    let (owner, browser) = ("honeyguide_requests_total{door=\"owner\"}", "honeyguide_requests_total{door=\"browser\"}");
    let before = sample(&world, owner);
    for _ in 0..3 {
        world.client.follow(&code, &[("user-agent", CHROME)]).expect(302);
        world.client.get("/r/-/v1/offer?k=hg_pk_acme").expect(200);
    }
    world.client.follow(&code, &[("user-agent", "facebookexternalhit/1.1")]).expect(200);
    world.client.follow(&code, &[("sec-purpose", "prefetch")]).expect(503);
    world.client.send("HEAD", &format!("/r/{code}"), &[], None).unwrap().expect(302);
    is(&world, browser, 3);
    for (quality, clicks) in [("person", 3), ("unfurler", 1), ("prefetch", 1), ("head", 1), ("bot", 0)] {
        is(&world, &format!("honeyguide_clicks_total{{quality=\"{quality}\"}}"), clicks);
    }
    is(&world, "honeyguide_link_lookups_total{source=\"asked\"}", 1);
    is(&world, "honeyguide_link_lookups_total{source=\"isolate\"}", 5);
    is(&world, "honeyguide_links_held", 1);
    wait_for("a flush", 5, || (sample(&world, "honeyguide_flush_seconds_count") > 0.5).then_some(()));
    assert!(sample(&world, "honeyguide_flush_seconds_bucket{le=\"+Inf\"}") > 0.5);
    wait_for("the buffer to be empty", 5, || (sample(&world, "honeyguide_buffer_depth") < 0.5).then_some(()));
    assert!(sample(&world, owner) > before);
}
