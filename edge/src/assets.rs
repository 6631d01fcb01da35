//! Files that the edge serves as they are: the widget on the friend's path, site and console on the owner's host.

use worker::{Env, Response};

/// Widget files whose names carry a hash of their content never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
const A_WHILE: &str = "public, max-age=300";
/// The page that names the files of a build is asked for each time.
const EACH_TIME: &str = "no-cache";

const CSP: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";
/// The console runs its own script and WebAssembly, and makes no markup of texts but what its one policy lets through.
const CONSOLES_CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default";

/// What is served for `/console/{name}`: the file of a build, or the page, which shows the view that the address names.
pub(crate) fn of_console(name: &str) -> &str {
    let is_file = name.starts_with("app-") && !name.contains('/');
    if is_file { name } else { "index.html" }
}

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
    let kept = match (folder, name) {
        ("widget", "widget.js") => A_WHILE,
        ("console", "index.html") => EACH_TIME,
        ("widget" | "console", _) => FOREVER,
        _ => A_WHILE,
    };
    headers.set("cache-control", kept)?;
    match folder {
        "widget" => headers.set("cross-origin-resource-policy", "cross-origin")?,
        "console" => {
            headers.set("content-security-policy", CONSOLES_CSP)?;
            headers.set("referrer-policy", "no-referrer")?;
            headers.set("cross-origin-opener-policy", "same-origin")?;
            headers.set("cross-origin-resource-policy", "same-origin")?;
        }
        _ => headers.set("content-security-policy", CSP)?,
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
