//! Tables as batches: each row of a CSV (RFC 4180) becomes the line of JSON that an API client would have sent, so that
//! both are read by the same strict reader and faults name the same fields.
//!
//! The heading names fields by their paths, such as `value.amount` or `properties.plan`. A cell that is empty is a field
//! that isn't there. Amounts are whole numbers; all else is text.

use crate::fault::Refusal;
use serde_json::{Map, Value};

/// More columns than any body has fields.
const MOST_COLUMNS: usize = 60;

/// A line for each row, or what is wrong with the row. The rows are counted from 1, the heading aside.
pub type Row = Result<String, Refusal>;

/// Whether a body is said to be a table.
pub fn is_csv(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/csv"))
}

pub fn rows(text: &str) -> Result<Vec<Row>, Refusal> {
    // Spreadsheets put a byte order mark before the heading.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut table = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let heading = table.headers().map_err(|_| bad_heading("It can't be read."))?.clone();
    let columns: Vec<Vec<&str>> = heading.iter().map(|name| name.split('.').collect()).collect();
    check(&columns)?;
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|_| bad_row("This row can't be read as CSV."))?;
        if record.len() != columns.len() {
            let message = format!("This row has {} cells, and the heading {}.", record.len(), columns.len());
            return Err(bad_row(message));
        }
        let mut line = Map::new();
        for (column, cell) in columns.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty()) {
            place(&mut line, column, cell);
        }
        Ok(Value::Object(line).to_string())
    };
    Ok(table.records().map(row).collect())
}

fn check(columns: &[Vec<&str>]) -> Result<(), Refusal> {
    let joined = |column: &Vec<&str>| column.join(".");
    if columns.is_empty() || columns.len() > MOST_COLUMNS {
        return Err(bad_heading("The first line names the columns, such as event,external_id,value.amount."));
    }
    for (at, column) in columns.iter().enumerate() {
        if column.len() > 3 || column.iter().any(|part| part.is_empty() || part.contains([';', '\t'])) {
            let message =
                format!("\"{}\" is no column. If the file has semicolons, save it with commas.", joined(column));
            return Err(bad_heading(&message));
        }
        let meets = |other: &Vec<&str>| column.starts_with(other) || other.starts_with(column);
        if let Some(other) = columns.iter().take(at).find(|other| meets(other)) {
            return Err(bad_heading(&format!("\"{}\" and \"{}\" name one field.", joined(other), joined(column))));
        }
    }
    Ok(())
}

fn place(line: &mut Map<String, Value>, path: &[&str], cell: &str) {
    match path {
        [] => {}
        [name] => {
            let number = if *name == "amount" { cell.parse::<i64>().ok() } else { None };
            line.insert((*name).to_owned(), number.map_or_else(|| Value::from(cell), Value::from));
        }
        [name, rest @ ..] => {
            let inner = line.entry((*name).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                place(inner, rest, cell);
            }
        }
    }
}

fn bad_heading(message: &str) -> Refusal {
    Refusal::new(400, "invalid_heading", message)
}

fn bad_row(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "invalid_row", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::conversions::NewConversion;
    use crate::wire::read;

    #[test]
    fn a_row_is_the_line_that_an_api_client_would_have_sent() {
        let text = "\u{feff}event,external_id,value.amount,value.currency,customer.email,attribution.code,properties.plan\r\n\
            purchase,order-1,12000,USD,ada@example.com,abc,\"pro, yearly\"\r\n\
            purchase,\"order \"\"2\"\"\",5,USD,bob@example.com,,\r\n\
            purchase,order-3,12.50,USD,eve@example.com,,\r\n\
            purchase,order-4\r\n";
        let rows = rows(text).unwrap();
        let first = rows[0].clone().unwrap();
        let api = r#"{"event":"purchase","external_id":"order-1","value":{"amount":12000,"currency":"USD"},
            "customer":{"email":"ada@example.com"},"attribution":{"code":"abc"},"properties":{"plan":"pro, yearly"}}"#;
        let read_as = |line: &str| read::body::<NewConversion>(line);
        assert_eq!(read_as(&first), read_as(api));
        let second = read_as(rows[1].as_ref().unwrap()).unwrap();
        assert_eq!((second.external_id.as_str(), second.attribution.code), ("order \"2\"", None));
        let third = read_as(rows[2].as_ref().unwrap()).unwrap_err();
        assert_eq!((third.code, third.field.as_deref()), ("wrong_type", Some("value.amount")));
        let fourth = rows[3].as_ref().unwrap_err();
        assert_eq!((fourth.status, fourth.code), (400, "invalid_row"));
        assert_eq!(rows.len(), 4);
    }

    #[test]
    fn a_heading_that_cannot_be_meant_is_refused_for_the_whole_file() {
        for text in [
            "",
            "event,event\n",
            "value,value.amount\n",
            "event,,x\n",
            "a.b.c.d\n",
            "event;external_id\n",
            "event\texternal_id\n",
        ] {
            assert_eq!(rows(text).map_err(|refusal| refusal.code), Err("invalid_heading"), "{text:?}");
        }
        assert_eq!(rows("event,external_id\n"), Ok(vec![]));
        let wide = (0..61).map(|at| format!("c{at}")).collect::<Vec<_>>().join(",");
        assert!(rows(&wide).is_err());
    }

    #[test]
    fn tables_are_told_by_what_they_are_said_to_be() {
        for (text, csv) in
            [("text/csv", true), ("Text/CSV; charset=utf-8", true), ("application/json", false), ("", false)]
        {
            assert_eq!(is_csv(text), csv, "{text}");
        }
    }
}
