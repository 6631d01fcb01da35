//! A link as a QR code: the modules as one path, for an SVG that needs no script.

use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};
use std::fmt::Write as _;

/// Empty modules around a code, which readers need (ISO/IEC 18004, 9.1).
const QUIET: i32 = 4;

/// A code, one unit a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Height and width, the quiet zone included.
    pub size: i32,
    /// The dark modules, as path data of SVG.
    pub path: String,
}

/// None where the text is too long for any code: 2,331 bytes are the most.
pub fn draw(text: &str) -> Option<Drawn> {
    let mut scratch = vec![0; Version::MAX.buffer_len()];
    let mut held = vec![0; Version::MAX.buffer_len()];
    let level = QrCodeEcc::Medium;
    let code =
        QrCode::encode_text(text, &mut scratch, &mut held, level, Version::MIN, Version::MAX, None, true).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = i32::try_from((x..code.size()).take_while(|x| code.get_module(*x, y)).count()).unwrap_or(0);
            if run > 0 {
                // Writing to a text can't fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    Some(Drawn { size: code.size() + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dark modules of a path, by row and column.
    fn modules(drawn: &Drawn) -> Vec<(i32, i32)> {
        let number = |text: &str| text.parse::<i32>().unwrap();
        let runs = drawn.path.split('M').skip(1).map(|run| {
            let (place, rest) = run.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            (number(x), number(y), number(rest.split_once('v').unwrap().0))
        });
        runs.flat_map(|(x, y, run)| (x..x + run).map(move |x| (y, x))).collect()
    }

    #[test]
    fn the_path_has_the_codes_dark_modules_and_a_quiet_zone() {
        for text in ["x", "https://shop.example/r/ada/qr", &"https://shop.example/r/".repeat(12)] {
            let (mut scratch, mut held) = ([0; 4000], [0; 4000]);
            let code = QrCode::encode_text(
                text,
                &mut scratch,
                &mut held,
                QrCodeEcc::Medium,
                Version::MIN,
                Version::MAX,
                None,
                true,
            )
            .unwrap();
            let drawn = draw(text).unwrap();
            assert_eq!(drawn.size, code.size() + 8);
            let dark: Vec<(i32, i32)> = (0..drawn.size)
                .flat_map(|y| (0..drawn.size).map(move |x| (y, x)))
                .filter(|(y, x)| code.get_module(x - QUIET, y - QUIET))
                .collect();
            assert_eq!(modules(&drawn), dark);
        }
        assert_eq!(draw(&"a".repeat(3_000)), None);
    }
}
