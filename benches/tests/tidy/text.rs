//! Rules that read a file as plain text.

use crate::SourceFile;

/// A Rust file that does not open with `//!`.
pub fn says_nothing(file: &SourceFile) -> Option<String> {
    (file.is_rust() && !file.text.starts_with("//! ")).then(|| file.path.clone())
}

/// Beginnings of paths that exist on one machine only. Put together here, so that this file does not break its own rule.
fn machines() -> [String; 5] {
    [["/", "home/"], ["/", "root/"], ["/", "Users/"], ["/", "work/"], ["C:", "\\Users"]].map(|parts| parts.concat())
}

/// Lines that name a path of somebody's machine.
pub fn machine_paths(file: &SourceFile) -> Vec<String> {
    let machines = machines();
    let lines = file.text.lines().enumerate();
    let named = lines.filter(|(_, line)| machines.iter().any(|machine| begins_a_path(line, machine)));
    named.map(|(number, line)| format!("{}:{}: {}", file.path, number + 1, line.trim())).collect()
}

/// Whether `machine` stands in `line` as the beginning of a path, not within one such as `src/work/`.
fn begins_a_path(line: &str, machine: &str) -> bool {
    let within = |before: char| before.is_alphanumeric() || "._-/}".contains(before);
    line.match_indices(machine).any(|(at, _)| !line[..at].ends_with(within))
}

#[test]
fn a_file_without_purpose_is_found() {
    assert_eq!(says_nothing(&SourceFile::made_up("a.rs", "use std::fmt;\n")), Some("a.rs".to_owned()));
    assert_eq!(says_nothing(&SourceFile::made_up("a.rs", "//! A file.\n")), None);
    assert_eq!(says_nothing(&SourceFile::made_up("a.toml", "[package]")), None);
}

#[test]
fn a_machine_path_is_found() {
    let bad = machines().map(|machine| format!("let path = \"{machine}somebody\";"));
    for text in &bad {
        assert_eq!(machine_paths(&SourceFile::made_up("a.rs", text)).len(), 1, "{text}");
    }
    assert!(machine_paths(&SourceFile::made_up("a.rs", "src/work/mod.rs $HOME/x https://host/users/")).is_empty());
}
