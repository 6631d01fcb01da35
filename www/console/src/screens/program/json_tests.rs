//! Places of the program's file.

use super::*;
use serde_json::json;

#[test]
fn a_place_is_read_changed_made_and_taken_away() {
    let mut file = json!({"offer": {"headline": "A"}, "rewards": [{"id": "a"}, {"id": "b"}]});
    assert_eq!(at(&file, "rewards[1].id"), "b");
    assert_eq!(at(&file, "rewards[7].id"), &Value::Null);
    put(&mut file, "offer.terms", Some(json!("T")));
    put(&mut file, "attribution.model", Some(json!("linear")));
    put(&mut file, "rewards[1].hold_days", Some(json!(3)));
    put(&mut file, "rewards[2]", Some(json!({"id": "c"})));
    put(&mut file, "rewards[0]", None);
    put(&mut file, "offer.headline", None);
    put(&mut file, "rewards[9].id", Some(json!("nowhere")));
    let expected = json!({"offer": {"terms": "T"}, "attribution": {"model": "linear"},
        "rewards": [{"id": "b", "hold_days": 3}, {"id": "c"}]});
    assert_eq!(file, expected);
}

#[test]
fn a_file_is_written_so_that_it_reads_the_same_and_says_where_each_place_is() {
    let file = json!({"zeta": [], "id": "acme", "name": "A \"quoted\" }name{", "offer": {}, "rewards":
        [{"side": "friend", "flat": {"amount": 2000, "currency": "USD"}, "id": "x", "on": ["a", "b"]}], "n": null});
    let text = written(&file);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), file, "{text}");
    assert!(text.starts_with("{\n  \"id\": \"acme\",\n  \"name\""), "{text}");
    assert!(text.contains("\"flat\": { \"amount\": 2000, \"currency\": \"USD\" }"), "{text}");
    let lines = lines(&text);
    let line = |path| text.lines().nth(line_of(&lines, path) - 1).unwrap().trim().to_owned();
    assert!(line("rewards[0].flat.amount").starts_with("\"flat\""), "{text}");
    assert!(line("rewards[0].missing").starts_with('{'), "{text}");
    assert!(line("zeta").starts_with("\"zeta\""));
    assert_eq!((line("nothing"), line("")), ("{".to_owned(), "{".to_owned()));
}

#[test]
fn a_broken_text_has_lines_as_far_as_it_goes() {
    for text in ["", "{", "{\"a\"", "{\"a\": [1,", "{\"a\": \"\\", "]", "{a: 1}", "[[[["] {
        let _found = lines(text);
    }
    assert_eq!(line_of(&lines("{\n \"a\": 1,\n \"b\": [\n"), "b"), 3);
}

#[test]
fn files_differ_by_place_and_money_is_one() {
    let before = json!({"version": 1, "name": "A", "site": "s", "rewards": [{"id": "a", "flat": {"amount": 1, "currency": "USD"}}]});
    let after = json!({"version": 2, "name": "B", "rewards": [{"id": "a", "flat": {"amount": 2, "currency": "USD"}}, {"id": "b"}]});
    let found: Vec<String> = differences(&before, &after).into_iter().map(|one| one.path).collect();
    assert_eq!(found, ["name", "site", "rewards[0].flat", "rewards[1]"]);
    assert_eq!(differences(&after, &after), []);
}
