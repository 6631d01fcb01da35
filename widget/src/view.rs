//! What is drawn. Each surface is built from nodes, never from markup, so it works where a page
//! allows no inline style, no script and no `innerHTML`.

pub(crate) mod banner;
pub(crate) mod offer;
pub(crate) mod share;

mod dom;
mod row;
mod ways;

/// The one style sheet, worn by every surface.
pub(crate) const STYLE: &str = include_str!("view/style.css");
