//! Rules about how long things are, and what lies at the top.

use crate::SourceFile;
use crate::rust::{code_of, end_of_block};

/// What may lie at the top level, beside what version control ignores.
const TOP: [&str; 25] = [
    ".cargo",
    ".ci",
    ".git",
    ".github",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Makefile",
    "README.md",
    "benches",
    "bindings-node",
    "bindings-python",
    "conformance",
    "deny.toml",
    "docs",
    "examples",
    "out",
    "rustfmt.toml",
    "target",
    "twin-connectors",
];

/// A name that has no place at the top level.
pub fn strange_at_top(name: &str) -> Option<String> {
    let ignored = name.ends_with(".twin") || name == "twin-core";
    (!ignored && !TOP.contains(&name)).then(|| name.to_owned())
}

const FILE_LINES: usize = 700;
const FUNCTION_LINES: usize = 60;

/// Files that may be longer, each a table, as `path`.
const LONG_FILES: [&str; 0] = [];

/// Functions that may be longer, each a table, as `path name`.
const LONG_FUNCTIONS: [&str; 2] = [
    "twin-connectors/base/src/endpoint/tests.rs what_only_looks_like_a_peer_is_none",
    "twin-connectors/iac/tests/terraform_state.rs a_resource_tells_what_its_type_may_tell",
];

/// A Rust file of more than 700 lines: it usually holds a second idea.
pub fn long_file(file: &SourceFile) -> Option<String> {
    let lines = file.text.lines().count();
    let long = file.is_rust() && lines > FILE_LINES && !LONG_FILES.contains(&file.path.as_str());
    long.then(|| format!("{}: {lines} lines", file.path))
}

/// Functions of more than 60 lines, from `fn` to the closing brace.
pub fn long_functions(file: &SourceFile) -> Vec<String> {
    if !file.is_rust() {
        return Vec::new();
    }
    let code = code_of(&file.text);
    let long = functions(&code).into_iter().filter(|(_, lines)| *lines > FUNCTION_LINES);
    let told = long.map(|(name, lines)| (format!("{} {name}", file.path), lines));
    told.filter(|(name, _)| !LONG_FUNCTIONS.contains(&name.as_str()))
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect()
}

/// Each function's name and number of lines.
pub fn functions(code: &str) -> Vec<(String, usize)> {
    code.match_indices("fn ")
        .filter(|(at, _)| starts_a_word(code, *at))
        .filter_map(|(at, _)| function(&code[at..]))
        .collect()
}

fn starts_a_word(code: &str, at: usize) -> bool {
    !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
}

fn function(code: &str) -> Option<(String, usize)> {
    let name: String =
        code["fn ".len()..].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let open = code.find(['{', ';']).filter(|_| !name.is_empty())?;
    let end = if code[open..].starts_with('{') { open + end_of_block(&code[open..]) } else { open };
    Some((name, code[..end].lines().count()))
}

#[test]
fn a_strange_name_at_the_top_is_found() {
    assert_eq!(strange_at_top("notes.txt"), Some("notes.txt".to_owned()));
    assert_eq!(strange_at_top("README.md"), None);
}

#[test]
fn a_long_file_and_a_long_function_are_found() {
    let body = "    step();\n".repeat(59);
    let long = SourceFile::made_up("a.rs", &format!("fn short() {{}}\nfn long() {{\n{body}}}\n"));
    assert_eq!(long_functions(&long), ["a.rs long: 61 lines"]);
    let fits = SourceFile::made_up("a.rs", &format!("fn fits() {{\n{}}}\n", "    step();\n".repeat(58)));
    assert!(long_functions(&fits).is_empty());
    let told = long_file(&SourceFile::made_up("a.rs", &"\n".repeat(701)));
    assert_eq!(told.as_deref(), Some("a.rs: 701 lines"));
    assert_eq!(long_file(&SourceFile::made_up("a.json", &"\n".repeat(701))), None);
}
