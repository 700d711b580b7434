//! The house rules as tests. Each rule is a function over text that returns what breaks it, with a test of its own that
//! shows it can fail; the tests in this file hold the whole tree against them.

mod bindings;
mod crates;
mod rust;
mod shape;
mod text;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the tree.
pub struct SourceFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// What stands in it; bytes that are not UTF-8 replaced.
    pub text: String,
}

impl SourceFile {
    /// A made-up file, to show that a rule can fail.
    #[cfg(test)]
    pub fn made_up(path: &str, text: &str) -> Self {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Folders that hold what was made or fetched.
const NOT_OURS: [&str; 9] =
    [".git", "target", "node_modules", ".venv", "out", "__pycache__", "dist", ".mypy_cache", ".pytest_cache"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

fn tree() -> Vec<SourceFile> {
    let mut files = Vec::new();
    let mut waiting = vec![root()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("the tree can be listed") {
            let path = entry.expect("the tree can be listed").path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let is_built = [".node", ".so"].iter().any(|ending| name.ends_with(ending));
            if NOT_OURS.contains(&name.as_str()) || is_built || path.is_symlink() {
                continue;
            }
            match path.is_dir() {
                true => waiting.push(path),
                false => files.push(read(&path)),
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn read(path: &Path) -> SourceFile {
    let bytes = fs::read(path).expect("the tree can be read");
    let relative = path.strip_prefix(root()).expect("a path within the tree");
    SourceFile {
        path: relative.to_string_lossy().replace('\\', "/"),
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// Fails with every break of a rule, one a line.
fn hold(rule: &str, breaks: Vec<String>) {
    assert!(breaks.is_empty(), "{rule}:\n  {}", breaks.join("\n  "));
}

#[test]
fn every_file_says_what_it_is_for() {
    hold("a file opens with `//!`", tree().iter().filter_map(text::says_nothing).collect());
}

#[test]
fn a_room_imports_only_from_those_above_it() {
    hold("no upward import", tree().iter().flat_map(rust::upward_imports).collect());
}

#[test]
fn crates_depend_downwards() {
    let files = tree();
    hold("crates depend downwards", files.iter().flat_map(crates::wrong_dependencies).collect());
    hold("the facade has every family", crates::missing_families(&files));
    hold("every crate takes the workspace's lints", files.iter().filter_map(crates::without_lints).collect());
}

#[test]
fn the_core_stays_small() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["tree", "--locked", "-p", "twin-core", "-e", "normal", "--prefix", "none"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = crates::names_in_tree(&String::from_utf8_lossy(&output.stdout));
    assert!(names.contains("twin-core"), "the tree was read");
    hold("the core's dependencies", crates::heavy(&names));
}

#[test]
fn packages_come_from_one_registry() {
    hold("packages come from crates.io", tree().iter().flat_map(crates::strange_sources).collect());
}

#[test]
fn the_top_level_holds_what_a_project_needs() {
    let names = fs::read_dir(root()).expect("the tree can be listed");
    let names = names.map(|entry| entry.expect("the tree can be listed").file_name().to_string_lossy().into_owned());
    hold("the top level", names.filter_map(|name| shape::strange_at_top(&name)).collect());
}

#[test]
fn no_code_is_left_for_later() {
    hold("no unfinished or sleeping code", tree().iter().flat_map(rust::left_for_later).collect());
}

#[test]
fn files_and_functions_are_short() {
    let files = tree();
    hold("files are short", files.iter().filter_map(shape::long_file).collect());
    hold("functions are short", files.iter().flat_map(shape::long_functions).collect());
}

#[test]
fn bindings_hold_no_logic() {
    let files = tree();
    hold("functions of bindings are short", files.iter().flat_map(bindings::long_functions).collect());
    hold("most functions of bindings are very short", bindings::long_medians(&files));
    hold("nobody writes unsafe code", files.iter().flat_map(bindings::unsafe_lines).collect());
}

#[test]
fn no_file_names_a_machine() {
    hold("no path of a machine", tree().iter().flat_map(text::machine_paths).collect());
}
