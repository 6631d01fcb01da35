//! How large things may get. `cargo verify` fails when one is larger.

use crate::build::Size;
use crate::failure::{Failure, Result};

/// The loader is on every page of the site. Peers' loaders with attribution have 1.2 to 2.5 kB.
const LOADER: usize = 2048;

/// Loader, glue and WebAssembly together, brotli. Peers' widgets are React bundles, many times that.
const WIDGET: usize = 12_500;

/// The QR module, which is fetched when a code is asked for: script and WebAssembly, brotli.
const QR: usize = 6_000;

/// The edge's module, gzip. The network takes far more; this is our own ceiling.
const EDGE: usize = 3 << 20;

/// Every budget that is broken, in one failure.
pub(crate) fn check(sizes: &[Size]) -> Result<()> {
    let sum =
        |of: &dyn Fn(&&Size) -> bool, bytes: fn(&Size) -> usize| -> usize { sizes.iter().filter(of).map(bytes).sum() };
    let is_qr = |size: &&Size| size.name.starts_with("widget/qr-");
    let is_plain = |size: &&Size| size.name.ends_with("-plain.js");
    let broken: Vec<String> = [
        ("widget/widget.js (brotli)", sum(&|size| size.name == "widget/widget.js", |size| size.brotli), LOADER),
        (
            "the whole widget (brotli)",
            sum(&|size| size.name.starts_with("widget/") && !is_qr(size), |size| size.brotli),
            WIDGET,
        ),
        ("the QR module (brotli)", sum(&|size| is_qr(size) && !is_plain(size), |size| size.brotli), QR),
        ("the edge (gzip)", sum(&|size| size.name.starts_with("edge/"), |size| size.gzip), EDGE),
    ]
    .into_iter()
    .filter(|(_, bytes, most)| bytes > most)
    .map(|(what, bytes, most)| format!("{what} has {bytes} bytes, and may have {most}"))
    .collect();
    if broken.is_empty() { Ok(()) } else { Err(Failure::new(format!("Over budget: {}.", broken.join("; ")))) }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::build::Size;

    fn size(name: &str, brotli: usize) -> Size {
        Size { name: name.into(), raw: 0, gzip: 0, brotli }
    }

    #[test]
    fn the_loader_and_the_whole_have_budgets_of_their_own() {
        assert!(check(&[size("widget/widget.js", 2048), size("widget/core-1.js", 10_452)]).is_ok());
        let failure =
            check(&[size("widget/widget.js", 2049), size("widget/core-1.js", 11_000)]).unwrap_err().to_string();
        assert!(failure.contains("2049 bytes") && failure.contains("13049 bytes"), "{failure}");
    }

    #[test]
    fn the_qr_module_has_one_too_in_which_its_fallback_does_not_count() {
        assert!(check(&[size("widget/qr-1.js", 500), size("widget/qr-1.wasm", 5_500)]).is_ok());
        assert!(check(&[size("widget/qr-1-plain.js", 8_000)]).is_ok());
        assert!(check(&[size("widget/qr-1.js", 501), size("widget/qr-1.wasm", 5_500)]).is_err());
    }
}
