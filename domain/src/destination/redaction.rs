//! Secrets taken out of what is stored: as they are, as they stand in an address, and as they stand in JSON.

const HIDDEN: &str = "(redacted)";

/// A text without these secrets, the longest first, so that none leaves a piece of another.
pub fn redacted(text: &str, secrets: &[String]) -> String {
    let mut spellings: Vec<String> = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .flat_map(|secret| [secret.clone(), encoded(secret), in_json(secret)])
        .collect();
    spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    spellings.dedup();
    spellings.iter().fold(text.to_owned(), |text, spelling| text.replace(spelling, HIDDEN))
}

/// As a value in an address's query.
pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_however_it_is_spelt() {
        let secrets = ["to/ken+1".to_owned(), "to/ken+12\"x".to_owned(), String::new()];
        for (text, shown) in [
            ("https://v.example/?s=to%2Fken%2B1&x=1", "https://v.example/?s=(redacted)&x=1"),
            ("Bearer to/ken+1", "Bearer (redacted)"),
            (r#"{"a":"to/ken+12\"x"}"#, r#"{"a":"(redacted)"}"#),
            ("nothing here", "nothing here"),
        ] {
            assert_eq!(redacted(text, &secrets), shown);
        }
    }
}
