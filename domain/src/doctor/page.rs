//! The snippet in a page's HTML.

use crate::site::Site;
use url::Url;

/// The widget's script tag, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) src: String,
    pub(super) program: Option<String>,
}

/// The first script of the page that is the widget's. What is within a comment isn't one.
pub(super) fn snippet(html: &str) -> Option<Tag> {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..)?;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let is_script = rest.get(..6).is_some_and(|name| name.eq_ignore_ascii_case("script"));
        if !is_script {
            continue;
        }
        let tag = rest.split('>').next().unwrap_or_default();
        if let Some(src) = value(tag, "src").filter(|src| src.split(['?', '#']).next().is_some_and(is_ours)) {
            return Some(Tag { src, program: value(tag, "data-program") });
        }
    }
    None
}

fn is_ours(path: &str) -> bool {
    path.ends_with("/-/widget.js")
}

/// The value of an attribute, quoted or not.
fn value(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag.get(6..)?;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        let end = rest.find(|letter: char| letter.is_whitespace() || letter == '=').unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        if key.is_empty() && after.is_empty() {
            return None;
        }
        let after = after.trim_start();
        let Some(after) = after.strip_prefix('=') else {
            if key.is_empty() {
                return None;
            }
            rest = after;
            continue;
        };
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let (given, next) = match quote {
            Some(quote) => after.get(1..)?.split_once(quote)?,
            None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(given.replace("&amp;", "&"));
        }
        rest = next;
    }
}

/// Where the script comes from.
pub(super) fn resolved(tag: &Tag, site: &Site) -> Option<Site> {
    let base = Url::parse(site.as_str()).ok()?;
    Site::parse(base.join(&tag.src).ok()?.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snippet_is_found_however_it_is_written() {
        for (html, src, program) in [
            (
                r#"<script async src="/r/-/widget.js" data-program="hg_pk_acme"></script>"#,
                "/r/-/widget.js",
                Some("hg_pk_acme"),
            ),
            (
                "<SCRIPT data-program=hg_pk_a SRC='https://s.example/r/-/widget.js?v=1' defer>",
                "https://s.example/r/-/widget.js?v=1",
                Some("hg_pk_a"),
            ),
            (r#"<script src="/a.js"></script><script src="/go/-/widget.js"/>"#, "/go/-/widget.js", None),
        ] {
            let expected = Tag { src: src.to_owned(), program: program.map(str::to_owned) };
            assert_eq!(snippet(html), Some(expected), "{html}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not_it() {
        for html in [
            "",
            "<",
            "<script",
            "<script src",
            "<script src=",
            "<script src=\"/r/-/widget.js",
            "<script =\"=\" ==>",
            r#"<!-- <script src="/r/-/widget.js"></script> -->"#,
            r#"<img src="/r/-/widget.js">"#,
            "<script>load('/r/-/widget.js')</script>",
            "<script ü= src>",
        ] {
            assert_eq!(snippet(html), None, "{html}");
        }
    }
}
