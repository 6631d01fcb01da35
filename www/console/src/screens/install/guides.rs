//! The guides of `www/docs/guides`, with this program's key and site in them.

use super::Code;
use crate::view::Address;
use crate::words;
use leptos::prelude::*;

/// Its name in the address, what it is called, and its text.
const GUIDES: &[(&str, &str, &str)] = &[
    ("html", "HTML", include_str!("../../../../docs/guides/html.md")),
    ("wordpress", "WordPress", include_str!("../../../../docs/guides/wordpress.md")),
    ("shopify", "Shopify", include_str!("../../../../docs/guides/shopify.md")),
    ("gtm", "Google Tag Manager", include_str!("../../../../docs/guides/gtm.md")),
    ("react", "React", include_str!("../../../../docs/guides/react.md")),
    ("next", "Next.js", include_str!("../../../../docs/guides/next.md")),
    ("vue", "Vue", include_str!("../../../../docs/guides/vue.md")),
];

#[component]
pub(super) fn Guides(key: String, site: String, owner: String, path: String) -> impl IntoView {
    let here = Address::here();
    let chosen = Memo::new(move |_| here.get("guide"));
    let shown = move || {
        let name = chosen.get();
        let (_, _, text) = GUIDES.iter().find(|(guide, ..)| *guide == name).or(GUIDES.first())?;
        let text = text
            .replace("hg_pk_acme", &key)
            .replace("https://shop.example", &site)
            .replace("honeyguide.example.com", &owner)
            .replace("/r/", &format!("{path}/"));
        Some(parts(&text).into_iter().map(Part::shown).collect_view())
    };
    view! {
        <section class="card guides" aria-labelledby="guides">
            <h2 id="guides">{words::install::guides()}</h2>
            <nav class="tabs" aria-label=words::install::guides()>
                {GUIDES.iter().enumerate().map(|(number, (name, title, _))| {
                    let current = move || {
                        let chosen = chosen.get();
                        (chosen == *name || (number == 0 && chosen.is_empty())).then_some("page")
                    };
                    view! { <a href=move || here.with(&[("guide", name)]) aria-current=current>{*title}</a> }
                }).collect_view()}
            </nav>
            {shown}
        </section>
    }
}

/// A part of a guide. Its title is left out: the choice above says it.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Head(String),
    Text(String),
    Code(String),
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = text.lines();
    let mut paragraph = String::new();
    let end = |paragraph: &mut String, parts: &mut Vec<Part>| {
        if !paragraph.is_empty() {
            parts.push(Part::Text(std::mem::take(paragraph)));
        }
    };
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            end(&mut paragraph, &mut parts);
            let code: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            parts.push(Part::Code(code.join("\n") + "\n"));
        } else if let Some(head) = line.strip_prefix("## ") {
            end(&mut paragraph, &mut parts);
            parts.push(Part::Head(plain(head)));
        } else if line.trim().is_empty() {
            end(&mut paragraph, &mut parts);
        } else if !line.starts_with("# ") {
            if line.starts_with("- ") || line.starts_with("| ") {
                end(&mut paragraph, &mut parts);
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph += &plain(line);
        }
    }
    end(&mut paragraph, &mut parts);
    parts
}

/// Without the marks of a link or a stress: `[embed.md](../embed.md)` is `embed.md`.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let (before, label) = before.rsplit_once('[').unwrap_or((before, ""));
        out += before;
        out += label;
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    (out + rest).replace("**", "")
}

impl Part {
    fn shown(self) -> AnyView {
        match self {
            Self::Head(text) => view! { <h3>{text}</h3> }.into_any(),
            Self::Code(text) => view! { <Code text what=words::install::code() /> }.into_any(),
            Self::Text(text) => {
                let pieces = text.split('`').enumerate().map(|(number, piece)| {
                    let piece = piece.to_owned();
                    if number % 2 == 1 { view! { <code>{piece}</code> }.into_any() } else { piece.into_any() }
                });
                view! { <p>{pieces.collect_view()}</p> }.into_any()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_is_paragraphs_heads_and_code() {
        let text = "# Guide: x\n\nOne `a`\ntwo [embed.md](../embed.md#x) **three**.\n\n```html\n<a>\n```\n## Next\n- four\n- five\n";
        let text_of = |text: &str| Part::Text(text.to_owned());
        let expected = [
            text_of("One `a` two embed.md three."),
            Part::Code("<a>\n".to_owned()),
            Part::Head("Next".to_owned()),
            text_of("- four"),
            text_of("- five"),
        ];
        assert_eq!(parts(text), expected);
        assert!(GUIDES.iter().all(|(_, _, text)| !parts(text).is_empty()));
    }
}
