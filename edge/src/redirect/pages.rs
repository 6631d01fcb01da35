//! The answers of a link that are built here: a redirect, a few words, and the page that unfurlers read.

use super::Link;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = redirectAnswer)]
    fn redirect_answer(location: &str, cookie: &str) -> web_sys::Response;
    #[wasm_bindgen(js_name = pageAnswer)]
    fn page_answer(status: u16, kind: &str, body: &str) -> web_sys::Response;
}

/// A redirect that no cache keeps and no index lists. An empty cookie sets none.
pub(super) fn redirect(location: &str, cookie: &str) -> web_sys::Response {
    redirect_answer(location, cookie)
}

/// An answer that no cache keeps, with a few words at most.
pub(crate) fn plain(status: u16, words: &str) -> web_sys::Response {
    page_answer(status, "text/plain; charset=utf-8", words)
}

/// A page that no cache keeps.
pub(super) fn html(body: &str) -> web_sys::Response {
    page_answer(200, "text/html; charset=utf-8", body)
}

/// What a chat or a feed shows of a link: Open Graph tags, and a way on for a person.
pub(super) fn preview(link: &Link, location: &str) -> String {
    let title = link.headline.as_deref().unwrap_or(&link.name);
    let about = link.friend_offer.as_deref().unwrap_or("Recommended by a friend.");
    let [title, about, name, location] = [title, about, &link.name, location].map(escaped);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta property=\"og:type\" content=\"website\"><meta property=\"og:title\" content=\"{title}\">\
         <meta property=\"og:description\" content=\"{about}\"><meta property=\"og:site_name\" content=\"{name}\">\
         <meta property=\"og:url\" content=\"{location}\"><meta name=\"robots\" content=\"noindex\"></head>\
         <body><p><a href=\"{location}\">{title}</a></p></body></html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
