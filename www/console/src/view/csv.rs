//! Tables as CSV: what one sees is what one gets, and no cell is a formula to the program that opens it.

use crate::words;
use leptos::prelude::*;

/// A whole file of rows, by RFC 4180.
pub(crate) fn written(rows: &[Vec<String>]) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Memory takes all that is written.
        let _written = writer.write_record(row.iter().map(|cell| defused(cell)));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A cell that spreadsheets would take for a formula gets an apostrophe before it, as OWASP says. A plain number stays one.
fn defused(cell: &str) -> String {
    let begins = cell.trim_start_matches([' ', '\u{a0}', '\u{feff}', '"']);
    let is_formula = begins.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '|', '＝', '＋', '－', '＠']);
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_formula && !is_number { format!("'{cell}") } else { cell.to_owned() }
}

/// Saves a table that is shown whole.
#[component]
pub(crate) fn SaveTable(
    /// The file's name, without its end.
    name: &'static str,
    /// The first has the titles.
    rows: Vec<Vec<String>>,
) -> impl IntoView {
    let file = format!("{name}.csv");
    view! {
        <div class="under">
            <button type="button" class="quiet end" on:click=move |_| { let _saved = save(&file, &rows); }>{words::common::csv()}</button>
        </div>
    }
}

/// Has the browser save it.
pub(crate) fn save(name: &str, rows: &[Vec<String>]) -> Option<()> {
    super::save::text(name, "text/csv;charset=utf-8", &format!("\u{feff}{}", written(rows)))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("-2.50", "-2.50"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("＝1", "'＝1"),
            ("Ada", "Ada"),
            ("a, b", "\"a, b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("\tx", "'\tx"),
        ] {
            assert_eq!(written(&[vec![cell.to_owned(), "x".to_owned()]]), format!("{expected},x\r\n"), "{cell}");
        }
    }
}
