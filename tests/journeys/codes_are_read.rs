//! QR codes: whatever is drawn is read again, by two decoders that others wrote and that know nothing of each other.

use honeyguide_tests::shop::Shop;
use honeyguide_tests::{Browser, World, wait_for};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::place::Place;

/// The longest link that a code is promised for.
const LONGEST: usize = 300;

/// The QR module's file that ends so after the hash in its name.
fn built(ends: &str) -> PathBuf {
    let folder = Place::find().unwrap().assets().join("widget");
    let fits = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let rest =
            name.strip_prefix("qr-").map(|rest| rest.trim_start_matches(|letter: char| letter.is_ascii_hexdigit()));
        rest == Some(ends)
    };
    std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).find(fits).unwrap()
}

/// What both decoders read of each, by name.
pub(crate) fn decoded(arguments: &[&str]) -> serde_json::Map<String, Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/decode.mjs");
    let output = Command::new("node").arg("--no-warnings").arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Value>(&output.stdout).unwrap().as_object().unwrap().clone()
}

#[test]
fn a_link_of_any_length_is_read_by_both() {
    let module = built("-plain.js");
    let read = decoded(&["drawn", module.to_str().unwrap(), &LONGEST.to_string()]);
    assert_eq!(read.len(), LONGEST);
    for (text, both) in read {
        assert_eq!(both, json!([text, text]), "{} characters", text.len());
    }
}

/// Draws the shortest and the longest link of each size, each on a light tile: → `[{ text, side, x, y, width }]`.
const DRAW: &str = "
    const done = arguments[arguments.length - 1];
    import(MODULE).then(({ draw }) => {
        const texts = [];
        let before = 0;
        for (let length = 1; length <= LONGEST; length++) {
            const text = 'https://shop.example/r/'.padEnd(length, 'k7q2-Zx').slice(0, length);
            const { size } = draw(text);
            if (size !== before || length === LONGEST) texts.push(text);
            if (size !== before && length > 1) texts.push(text.slice(0, -1));
            before = size;
        }
        document.body.replaceChildren();
        const add = (parent, name, attributes) => {
            const node = document.createElementNS('http://www.w3.org/2000/svg', name);
            for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
            return parent.appendChild(node);
        };
        const tiles = texts.map((text) => {
            const { size, path } = draw(text);
            const tile = add(document.body, 'svg', { viewBox: `0 0 ${size} ${size}`, width: 4 * size, height: 4 * size });
            Object.assign(tile.style, { display: 'block', margin: '3rem' });
            add(tile, 'rect', { width: size, height: size, fill: '#fff' });
            add(tile, 'path', { d: path, fill: '#000' });
            return { text, side: size, tile };
        });
        done(tiles.map(({ tile, ...rest }) => {
            const { x, y, width } = tile.getBoundingClientRect();
            return { ...rest, x: x + scrollX, y: y + scrollY, width };
        }));
    }).catch((error) => done(String(error)));";

#[test]
fn a_photograph_of_every_size_in_either_scheme_is_read_by_both() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = Browser::start();
    let module = built(".js");
    let module = json!(format!("/r/-/{}", module.file_name().unwrap().to_str().unwrap()));
    let script = DRAW.replace("MODULE", &module.to_string()).replace("LONGEST", &LONGEST.to_string());
    let photos = world.data.join("photos");
    std::fs::create_dir_all(&photos).unwrap();
    let mut expected = serde_json::Map::new();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        browser.open(&format!("{}/checkout", shop.url));
        let tiles = browser.script_that_ends(&script);
        let sides: std::collections::BTreeSet<u64> = tiles
            .as_array()
            .unwrap_or_else(|| panic!("{tiles}"))
            .iter()
            .map(|tile| tile["side"].as_u64().unwrap())
            .collect();
        // Version 1 has 21 modules a side and four more on each for the quiet zone; each version has four more.
        let versions: Vec<u64> = sides.iter().map(|side| (side - 8 - 17) / 4).collect();
        assert_eq!(versions, (1..=versions.len() as u64).collect::<Vec<_>>(), "a version is missing");
        for (number, tile) in tiles.as_array().unwrap().iter().enumerate() {
            let place = |name: &str| tile[name].as_f64().unwrap();
            // With some of the page around it.
            let part = [place("x") - 16.0, place("y") - 16.0, place("width") + 32.0, place("width") + 32.0];
            let name = format!("{scheme}-{number}.png");
            std::fs::write(photos.join(&name), browser.photo(Some(part))).unwrap();
            expected.insert(name, json!([tile["text"], tile["text"]]));
        }
    }
    browser.expect_quiet_console();
    let read = decoded(&["photos", photos.to_str().unwrap()]);
    assert_eq!(read.len(), expected.len());
    for (name, both) in read {
        assert_eq!(both, expected[&name], "{}", photos.join(name).display());
    }
}

#[test]
fn the_element_itself_is_read_in_either_theme_at_any_width() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = Browser::start();
    let photos = world.data.join("elements");
    std::fs::create_dir_all(&photos).unwrap();
    for theme in ["light", "dark"] {
        for width in [280, 1280] {
            browser.resize(width, 3000);
            browser.open(&format!("{}/gallery/member?theme={theme}", shop.url));
            let part = wait_for("the code", 30, || {
                let script = "const code = document.querySelector('honeyguide-qr').shadowRoot?.querySelector('svg:has(path[d*=\"h7v1h-7z\"])');
                    const { x, y, width, height } = code?.getBoundingClientRect() ?? {};
                    return code && [x + scrollX, y + scrollY, width, height];";
                let part = browser.script(script);
                part.as_array().map(|sides| [0, 1, 2, 3].map(|at| sides[at].as_f64().unwrap()))
            });
            std::fs::write(photos.join(format!("{theme}-{width}.png")), browser.photo(Some(part))).unwrap();
        }
    }
    browser.expect_quiet_console();
    let link = format!("{}/r/ada7k/qr", shop.url);
    let read = decoded(&["photos", photos.to_str().unwrap()]);
    assert_eq!(read.len(), 4);
    for (name, both) in read {
        assert_eq!(both, json!([link, link]), "{name}");
    }
}
