//! The answers of a link that are built here: a redirect, a few words, and the page that unfurlers read.

use super::Link;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = redirectAnswer)]
    fn redirect_answer(location: &str, cookie: &str) -> web_sys::Response;
}

/// A redirect that no cache keeps and no index lists. An empty cookie sets none.
pub(super) fn redirect(location: &str, cookie: &str) -> web_sys::Response {
    redirect_answer(location, cookie)
}

/// An answer that no cache keeps, with a few words at most.
pub(crate) fn plain(status: u16, words: &str) -> web_sys::Response {
    page(status, "text/plain; charset=utf-8", words)
}

fn page(status: u16, kind: &str, body: &str) -> web_sys::Response {
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    let response = web_sys::Response::new_with_opt_str_and_init(Some(body), &init);
    let Ok(response) = response else { return redirect_answer("/", "") };
    for (name, value) in [("content-type", kind), ("cache-control", "no-store"), ("x-robots-tag", "noindex")] {
        response.headers().set(name, value).ok();
    }
    response
}

/// What a chat or a feed shows of a link: Open Graph tags, and a way on for a person.
pub(super) fn preview(link: &Link, location: &str) -> web_sys::Response {
    let title = link.headline.as_deref().unwrap_or(&link.name);
    let about = link.friend_offer.as_deref().unwrap_or("Recommended by a friend.");
    let [title, about, name, location] = [title, about, &link.name, location].map(escaped);
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta property=\"og:type\" content=\"website\"><meta property=\"og:title\" content=\"{title}\">\
         <meta property=\"og:description\" content=\"{about}\"><meta property=\"og:site_name\" content=\"{name}\">\
         <meta property=\"og:url\" content=\"{location}\"><meta name=\"robots\" content=\"noindex\"></head>\
         <body><p><a href=\"{location}\">{title}</a></p></body></html>"
    );
    page(200, "text/html; charset=utf-8", &body)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
