//! The owner's console: a single page in the browser that speaks the public JSON API and nothing else.
//!
//! `app` is the frame, `screens` the table of routes, `view` what all screens are made of, `api` how they ask.

#![allow(unreachable_pub, reason = "what Leptos makes of a component is `pub`")]
#![allow(clippy::too_many_lines, reason = "a view is told in one piece")]
#![allow(clippy::indexing_slicing, reason = "only `serde_json::Value` is indexed: an absent field reads as null")]
#![allow(clippy::needless_pass_by_value, reason = "a component owns what it is given")]

mod app;
mod screens;
mod view;

mod api;
mod sample;
mod session;
mod words;

fn main() {
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    leptos::mount::mount_to_body(app::App);
}
