//! Habits that a machine can hold: short files that say what they own, no banned names, a README whose map is true.

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST: usize = 500;
const ROOMS: [&str; 6] = ["domain", "edge", "widget", "www", "tests", "xtask"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// All files of the rooms with one of these endings.
fn files(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut folders: Vec<PathBuf> = ROOMS.iter().map(|room| root().join(room)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | "node_modules" | "build" | ".wrangler") {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    assert!(found.len() > 10, "the rooms are not where they are looked for");
    found
}

#[test]
fn no_file_is_longer_than_it_may_be() {
    for (path, text) in files(&[".rs", ".js", ".mjs", ".ts", ".css", ".html"]) {
        assert!(text.lines().count() <= LONGEST, "{} has {} lines", path.display(), text.lines().count());
    }
}

#[test]
fn every_rust_file_says_what_it_owns() {
    for (path, text) in files(&[".rs"]) {
        assert!(text.starts_with("//! "), "{} doesn't open with //!", path.display());
    }
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    for (path, _) in files(&[".rs", ".js", ".mjs", ".ts"]) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let banned = ["utils", "util", "helpers", "helper", "common", "types", "manager", "service", "mod", "misc"];
        assert!(!banned.contains(&name.as_str()), "{}", path.display());
    }
}

#[test]
fn domain_depends_on_nothing_that_reads_a_clock_draws_chance_or_does_io() {
    let manifest = fs::read_to_string(root().join("domain/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("[dev-dependencies]").next().unwrap();
    for banned in ["worker", "wasm-bindgen", "js-sys", "web-sys", "rand", "getrandom", "tokio", "chrono"] {
        assert!(!dependencies.lines().any(|line| line.starts_with(banned)), "{banned} in domain/Cargo.toml");
    }
    for (path, text) in files(&[".rs"]).into_iter().filter(|(path, _)| path.starts_with("domain/src")) {
        for banned in ["SystemTime", "Instant::now", "::now()", "thread_rng", "getrandom", "std::fs", "std::net::Tcp"] {
            assert!(!text.contains(banned), "{banned} in {}", path.display());
        }
    }
}

#[test]
fn dependencies_between_rooms_point_one_way() {
    for room in ["edge", "widget", "domain", "www/console"] {
        let manifest = fs::read_to_string(root().join(room).join("Cargo.toml")).unwrap();
        for other in ["edge", "widget", "tests", "console"].iter().filter(|other| !room.ends_with(**other)) {
            assert!(!manifest.contains(&format!("honeyguide-{other}")), "{room} depends on {other}");
        }
    }
}

#[test]
fn the_readmes_map_names_every_room() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for room in ROOMS {
        assert!(readme.contains(&format!("{room}/")), "{room} isn't on the map");
    }
}

#[test]
fn every_dependency_has_its_reason_in_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for room in ["domain", "edge", "widget", "widget/qr", "www/console", "tests", "xtask"] {
        let manifest = fs::read_to_string(root().join(room).join("Cargo.toml")).unwrap();
        let mut inside = false;
        for line in manifest.lines() {
            if line.starts_with('[') {
                inside = line.contains("dependencies");
            } else if let (true, Some((name, _))) = (inside, line.split_once(['=', '.'])) {
                let name = name.trim();
                let own = name.starts_with("honeyguide") || name == "xtask" || name.is_empty() || name.starts_with('#');
                assert!(own || readme.contains(&format!("`{name}`")), "{name} of {room} has no line in the README");
            }
        }
    }
}

#[test]
fn licences_of_all_dependencies_are_permissive() {
    let metadata = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let allowed = [
        "MIT",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Unicode-3.0",
        "Zlib",
        "CC0-1.0",
        "Unlicense",
        "MIT-0",
        "BSL-1.0",
        "0BSD",
        "MPL-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "CDLA-Permissive-2.0",
    ];
    for package in metadata["packages"].as_array().unwrap() {
        let licence = package["license"].as_str().unwrap_or_default().replace('/', " OR ");
        let fine = licence.split(" OR ").any(|one| {
            one.trim_matches(['(', ')'])
                .split(" AND ")
                .all(|part| allowed.contains(&part.trim().trim_matches(['(', ')'])))
        });
        assert!(fine, "{} is under \"{licence}\"", package["name"]);
    }
}

/// The lists of words in a match arm such as `("GET", ["rewards", id, "approve" | "reject"]) =>`, as paths.
fn arms(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for arm in text.split("(\"").skip(1) {
        let Some((method, rest)) = arm.split_once("\", [") else { continue };
        let Some((list, _)) = rest.split_once("])") else { continue };
        if !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            continue;
        }
        let mut paths = vec!["/v1".to_owned()];
        for segment in list.split(',').map(str::trim).filter(|segment| !segment.is_empty()) {
            let words: Vec<String> = segment
                .split('|')
                .map(str::trim)
                .map(|word| if word.starts_with('"') { word.trim_matches('"').to_owned() } else { "{}".to_owned() })
                .collect();
            paths = paths.iter().flat_map(|path| words.iter().map(move |word| format!("{path}/{word}"))).collect();
        }
        found.extend(paths.into_iter().map(|path| (method.to_owned(), path)));
    }
    found
}

#[test]
fn the_router_and_the_table_of_routes_name_the_same_routes() {
    let router: Vec<(String, String)> = ["routes", "money", "inward", "sessions"]
        .iter()
        .flat_map(|name| arms(&fs::read_to_string(root().join(format!("edge/src/owner/{name}.rs"))).unwrap()))
        .collect();
    assert!(router.len() > 40, "the router's arms are not written as they are looked for");
    for (method, path) in &router {
        let asked = path.replace("{}", "x");
        // `{action}` stands for each of its names.
        let known = honeyguide_domain::routes::is_known(method, &asked) || path == "/v1/rewards/{}/{}";
        assert!(known, "{method} {path} has no line in domain/src/routes.rs, so nobody can reach it");
    }
    // Vendors' posts have a door of their own.
    let owners = |path: &str| path.starts_with("/v1/") && !path.ends_with("{program}");
    for route in honeyguide_domain::routes::ROUTES.iter().filter(|route| owners(route.path)) {
        let form: Vec<&str> = route.path.split('/').map(|one| if one.starts_with('{') { "{}" } else { one }).collect();
        let fits = |path: &str| {
            let given: Vec<&str> = path.split('/').collect();
            given.len() == form.len() && given.iter().zip(&form).all(|(given, form)| given == form || *given == "{}")
        };
        let found = router.iter().any(|(method, path)| method == route.method && fits(path));
        assert!(found, "{} {} is in domain/src/routes.rs, and the router doesn't answer it", route.method, route.path);
    }
}
