//! The document is `OpenAPI` 3.1 by the initiative's own schema, and describes the routes that there are.

use super::document;
use crate::routes::ROUTES;
use serde_json::Value;
use std::collections::BTreeSet;

/// <https://spec.openapis.org/oas/3.1/schema/2022-10-07>, as published (Apache-2.0).
const OFFICIAL: &str = include_str!("openapi_schema_3_1.json");

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item)| {
        let item: &Value = item;
        let path: &String = path;
        item.as_object().unwrap().iter().map(move |(method, what)| (method.to_uppercase(), path.clone(), what))
    };
    paths.iter().flat_map(of).collect()
}

#[test]
fn the_document_is_open_api_by_the_official_schema() {
    let official: Value = serde_json::from_str(OFFICIAL).unwrap();
    let validator = jsonschema::draft202012::new(&official).unwrap();
    let document = document("0.0.0");
    let faults: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_schema_is_json_schema_and_every_pointer_leads_somewhere() {
    let document = document("0.0.0");
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(pointer)) = fields.get("$ref") {
                    assert!(document.pointer(pointer.trim_start_matches('#')).is_some(), "{pointer} leads nowhere");
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}");
    }
}

#[test]
fn the_document_has_the_routes_that_there_are_and_no_others() {
    let document = document("0.0.0");
    let described: BTreeSet<(String, String)> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let routes: BTreeSet<(String, String)> =
        ROUTES.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    let missing: Vec<_> = routes.difference(&described).collect();
    let surplus: Vec<_> = described.difference(&routes).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "without operation: {missing:?}; without route: {surplus:?}");
}

#[test]
fn every_operation_has_a_name_of_its_own_and_an_answer_that_is_no_refusal() {
    let document = document("0.0.0");
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2') || status.starts_with('3')), "{method} {path}");
    }
}
