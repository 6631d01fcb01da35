//! The way off the list: an address that names nobody, and works without a login and years later. It carries the
//! person's id and a proof that we wrote it, by a key that is the program's own.

use crate::token::derive;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};

const PROOF: usize = 12;

/// What an unsubscribe address carries: `{id}.{proof}`.
pub fn token(key: &str, id: &str) -> String {
    format!("{id}.{}", proof(key, id))
}

/// Whose token this is; none where we didn't write it.
pub fn check<'a>(key: &str, token: &'a str) -> Option<&'a str> {
    let (id, given) = token.split_once('.')?;
    let right = proof(key, id);
    let differs = given.bytes().zip(right.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other));
    (given.len() == right.len() && differs == 0).then_some(id)
}

fn proof(key: &str, id: &str) -> String {
    let whole = derive(key.as_bytes(), format!("unsubscribe {id}").as_bytes());
    BASE64URL_NOPAD.encode(whole.first_chunk::<PROOF>().map_or(&[], |part| part.as_slice()))
}

/// What is kept of someone who is off the list: enough to know the address again, and not the address.
pub fn mark(folded: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(folded.as_bytes()))
}

/// The page that asks, since a mail scanner follows every link, and the page that says it is done.
pub fn page(done: bool) -> String {
    let (title, inside) = if done {
        ("You are off the list", "<p>You get no more of these messages.</p>")
    } else {
        (
            "Unsubscribe",
            "<p>Don't send me these messages any more.</p>\
             <form method=\"post\"><button name=\"List-Unsubscribe\" value=\"One-Click\">Unsubscribe</button></form>",
        )
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title></head><body><main><h1>{title}</h1>{inside}</main></body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_we_wrote_works() {
        let token = token("key", "prt_1");
        assert_eq!(check("key", &token), Some("prt_1"));
        assert!(!token.contains('@'));
        for bad in [token.replace("prt_1", "prt_2"), format!("{token}x"), "prt_1.".to_owned(), "prt_1".to_owned()] {
            assert_eq!(check("key", &bad), None, "{bad}");
        }
        assert_eq!(check("other key", &token), None);
        assert_eq!(mark("a@b.c").len(), 64);
        assert!(page(false).contains("method=\"post\"") && !page(true).contains("<form"));
    }
}
