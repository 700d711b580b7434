//! Rules about crates: who may depend on whom, and on how much.

use std::collections::BTreeSet;

use crate::SourceFile;

const BASE: &str = "twin-connector-base";
const CORE: &str = "twin-core";

/// The most crates that the core's default build may take.
const CORE_CRATES: usize = 60;

/// What the core must never pull in: an async runtime, a socket, another language's library, a wall clock.
const FORBIDDEN: [&str; 17] = [
    "arrow",
    "async-std",
    "chrono",
    "curl-sys",
    "datafusion",
    "git2",
    "hyper",
    "kube",
    "native-tls",
    "openssl",
    "openssl-sys",
    "reqwest",
    "rustls",
    "smol",
    "time",
    "tokio",
    "ureq",
];

/// Dependencies on a crate of this workspace that the design rules out.
pub fn wrong_dependencies(file: &SourceFile) -> Vec<String> {
    let Some(allowed) = allowed(&file.path) else { return Vec::new() };
    let ours = dependencies(&file.text).into_iter().filter(|name| is_ours(name));
    ours.filter(|name| !allowed.contains(&name.as_str())).map(|name| format!("{}: {name}", file.path)).collect()
}

/// What the crate of a manifest may depend on; `None` if it may depend on everything.
fn allowed(path: &str) -> Option<&'static [&'static str]> {
    match path.split('/').collect::<Vec<_>>().as_slice() {
        [CORE, "Cargo.toml"] => Some(&[]),
        ["twin-connectors", "base", "Cargo.toml"] => Some(&[CORE]),
        ["twin-connectors", _, "Cargo.toml"] => Some(&[CORE, BASE]),
        _ => None,
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with("twin-") || ["benches", "examples"].contains(&name)
}

/// What a crate is built from; what its tests need is not asked.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let sections = ["dependencies", "build-dependencies"];
    let tables = sections.iter().filter_map(|section| manifest.get(*section)?.as_table());
    tables.flat_map(|table| table.keys().cloned()).collect()
}

/// Families of connectors that the facade does not depend on.
pub fn missing_families(files: &[SourceFile]) -> Vec<String> {
    let facade = files.iter().find(|file| file.path == "twin-connectors/Cargo.toml");
    let taken = facade.map(|file| dependencies(&file.text)).unwrap_or_default();
    let families =
        files.iter().filter_map(|file| file.path.strip_prefix("twin-connectors/")?.strip_suffix("/Cargo.toml"));
    families.filter(|family| !taken.contains(&format!("twin-connector-{family}"))).map(str::to_owned).collect()
}

/// A crate that does not take the workspace's lints, and with them `forbid(unsafe_code)`. A binding denies unsafe code instead, because macros
/// write some for it and allow themselves to.
pub fn without_lints(file: &SourceFile) -> Option<String> {
    let manifest: toml::Table = file.path.ends_with("Cargo.toml").then(|| file.text.parse().ok()).flatten()?;
    let lints = manifest.get("lints");
    let takes = lints.and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool) == Some(true);
    let unsafe_code = lints.and_then(|lints| lints.get("rust")?.get("unsafe_code")?.as_str());
    let denies = file.path.starts_with("bindings-") && unsafe_code == Some("deny");
    (manifest.contains_key("package") && !takes && !denies).then(|| file.path.clone())
}

/// The names in what `cargo tree --prefix none` prints.
pub fn names_in_tree(printed: &str) -> BTreeSet<String> {
    printed.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Crates that the core must not pull in, and too many of them.
pub fn heavy(names: &BTreeSet<String>) -> Vec<String> {
    let mut breaks: Vec<String> =
        FORBIDDEN.iter().filter(|name| names.contains(**name)).map(|name| (*name).to_owned()).collect();
    if names.len() >= CORE_CRATES {
        breaks.push(format!("{} crates", names.len()));
    }
    breaks
}

/// Packages of the lock file that come from elsewhere than crates.io.
pub fn strange_sources(file: &SourceFile) -> Vec<String> {
    const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let sources = file.text.lines().filter(|line| file.path == "Cargo.lock" && line.starts_with("source = "));
    sources.filter(|line| *line != REGISTRY).map(str::to_owned).collect()
}

#[test]
fn a_sideways_dependency_is_found() {
    let manifest = "[dependencies]\ntwin-connector-cost.workspace = true\ntwin-core.workspace = true\nserde = \"1\"";
    let wrong = |path: &str| wrong_dependencies(&SourceFile::made_up(path, manifest)).len();
    assert_eq!(wrong("twin-core/Cargo.toml"), 2);
    assert_eq!(wrong("twin-connectors/base/Cargo.toml"), 1);
    assert_eq!(wrong("twin-connectors/iac/Cargo.toml"), 1);
    assert_eq!(wrong("twin-connectors/Cargo.toml"), 0);
}

#[test]
fn a_family_that_the_facade_forgot_is_found() {
    let facade = SourceFile::made_up("twin-connectors/Cargo.toml", "[dependencies]\ntwin-connector-cost = \"1\"");
    let families = ["cost", "iac"].map(|name| SourceFile::made_up(&format!("twin-connectors/{name}/Cargo.toml"), ""));
    let files: Vec<SourceFile> = std::iter::once(facade).chain(families).collect();
    assert_eq!(missing_families(&files), ["iac"]);
}

#[test]
fn a_crate_without_lints_is_found() {
    let told = |text: &str| without_lints(&SourceFile::made_up("a/Cargo.toml", text));
    assert!(told("[package]\nname = \"a\"").is_some());
    assert_eq!(told("[package]\nname = \"a\"\n[lints]\nworkspace = true"), None);
    assert_eq!(told("[workspace]"), None);
    let denies = "[package]\nname = \"a\"\n[lints.rust]\nunsafe_code = \"deny\"";
    assert!(told(denies).is_some());
    assert_eq!(without_lints(&SourceFile::made_up("bindings-a/Cargo.toml", denies)), None);
}

#[test]
fn a_heavy_core_is_found() {
    assert_eq!(heavy(&names_in_tree("twin-core v0.1.0\nserde v1.0.0 (*)\ntokio v1.0.0")), ["tokio"]);
    let many: BTreeSet<String> = (0..60).map(|number| format!("crate-{number}")).collect();
    assert_eq!(heavy(&many), ["60 crates"]);
}

#[test]
fn a_strange_registry_is_found() {
    let lock = SourceFile::made_up("Cargo.lock", "source = \"git+https://example.org/x\"\n");
    assert_eq!(strange_sources(&lock).len(), 1);
}
