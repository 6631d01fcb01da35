//! Files that the edge serves as they are: the widget on the friend's path, site and console on the owner's host.

use worker::{Env, Response};

/// Widget files whose names carry a hash of their content never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
const A_WHILE: &str = "public, max-age=300";

/// A file of `assets/{folder}/{name}`, or none. Names with anything but letters, digits, `-`, `_`, `.` are no files.
pub(crate) async fn file(env: &Env, folder: &str, name: &str) -> worker::Result<Option<Response>> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
        return Ok(None);
    }
    let mut found = env.assets("ASSETS")?.fetch(format!("http://assets/{folder}/{name}"), None).await?;
    if found.status_code() != 200 {
        return Ok(None);
    }
    let response = Response::from_bytes(found.bytes().await?)?;
    let headers = response.headers();
    headers.set("content-type", content_type(name))?;
    headers.set("x-content-type-options", "nosniff")?;
    headers.set("cache-control", if folder == "widget" && name != "widget.js" { FOREVER } else { A_WHILE })?;
    if folder == "widget" {
        headers.set("cross-origin-resource-policy", "cross-origin")?;
    } else {
        headers.set("content-security-policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'")?;
    }
    Ok(Some(response))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("png") => "image/png",
        _ => "text/plain; charset=utf-8",
    }
}
