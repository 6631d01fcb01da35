//! Batches as lines of JSON and as tables: a result a line, and what is wrong with one holds up no other.

use honeyguide_tests::{Answer, World};
use serde_json::{Value, json};

fn upload(world: &World, what: &str, kind: &str, body: &str) -> Answer {
    let path = format!("/v1/{what}/batch");
    world.client.send("POST", &path, &[("content-type", kind)], Some(body.as_bytes())).unwrap()
}

fn results(answer: &Answer) -> Vec<Value> {
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_table_of_conversions_is_recorded_row_by_row_as_lines_of_json_are() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let table = format!(
        "event,external_id,value.amount,value.currency,customer.email,attribution.code,properties.plan\r\n\
         purchase,order-1,12000,USD,bob@example.com,{code},\"pro, yearly\"\r\n\
         purchase,order-2,99.50,USD,eve@example.com,{code},\r\n\
         purchase,order-3,12000,USD,kim@example.com\r\n\
         purchase,order-1,12000,USD,bob@example.com,{code},\r\n\
         purchase,order-4,12000,USD,joe@example.com,,\r\n"
    );
    let rows = results(&upload(&world, "conversions", "text/csv; charset=utf-8", &table).expect(200));
    let statuses: Vec<(u64, u64)> =
        rows.iter().map(|row| (row["line"].as_u64().unwrap(), row["status"].as_u64().unwrap())).collect();
    assert_eq!(statuses, [(1, 201), (2, 400), (3, 400), (4, 200), (5, 201)], "{rows:#?}");
    assert_eq!(rows[0]["conversion"]["decision"]["reason"], "code_given");
    assert_eq!(rows[0]["conversion"]["properties"], json!({"plan": "pro, yearly"}));
    assert_eq!((&rows[1]["error"]["code"], &rows[1]["error"]["field"]), (&json!("wrong_type"), &json!("value.amount")));
    assert_eq!(rows[2]["error"]["code"], "invalid_row");
    assert_eq!(rows[3]["conversion"]["id"], rows[0]["conversion"]["id"]);

    let lines = format!(
        "{}\n\n{}\nnot json\n",
        json!({"event": "purchase", "external_id": "order-4", "value": {"amount": 12_000, "currency": "USD"},
            "customer": {"email": "joe@example.com"}}),
        json!({"event": "purchase", "external_id": "order-5", "value": {"amount": 12_000, "currency": "USD"},
            "customer": {"email": "amy@example.com"}, "attribution": {"code": code}}),
    );
    let rows = results(&upload(&world, "conversions", "application/x-ndjson", &lines).expect(200));
    let statuses: Vec<u64> = rows.iter().map(|row| row["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 201, 400], "a table and lines know of each other");

    let heading = upload(&world, "conversions", "text/csv", "event,external_id,valeu\nx,y,1\n").expect(200);
    assert_eq!(results(&heading)[0]["error"]["code"], "unknown_field", "{}", heading.text);
    let refused = upload(&world, "conversions", "text/csv", "event;external_id\nx;y\n").expect(400);
    assert_eq!(refused.json["error"]["code"], "invalid_heading");
    let people = "external_id,email,name\np-1,p1@example.com,Pam\np-2,nobody,Nob\n";
    let rows = results(&upload(&world, "participants", "text/csv", people).expect(200));
    assert_eq!((&rows[0]["status"], &rows[1]["status"]), (&json!(201), &json!(400)), "{rows:#?}");
    let many = format!("event,external_id\n{}", "signup,x\n".repeat(10_001));
    assert_eq!(upload(&world, "conversions", "text/csv", &many).status, 413);
}
