//! Rules about bindings: they unwrap arguments, call the core and wrap what comes back, which takes few lines in whatever language.

use std::collections::BTreeMap;

use crate::SourceFile;
use crate::rust::code_of;
use crate::shape;

/// No function of a binding is longer.
const LONGEST: usize = 30;
/// Half of a binding's functions in one language are no longer.
const MEDIAN: usize = 5;

/// Where bindings keep what they are made of, and how its files end. Declarations of types have no functions.
const PLACES: [(&str, &str); 4] = [
    ("bindings-node/src/", ".rs"),
    ("bindings-node/lib/", ".js"),
    ("bindings-python/src/", ".rs"),
    ("bindings-python/python/", ".py"),
];

/// Functions of a binding that are too long.
pub fn long_functions(file: &SourceFile) -> Vec<String> {
    let long = functions(file).into_iter().filter(|(_, lines)| *lines > LONGEST);
    long.map(|(name, lines)| format!("{} {name}: {lines} lines", file.path)).collect()
}

/// Bindings of which the median function is too long, in one of their languages.
pub fn long_medians(files: &[SourceFile]) -> Vec<String> {
    let mut lengths: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for file in files {
        let place = place(file).map(|(folder, _)| folder).unwrap_or_default();
        lengths.entry(place).or_default().extend(functions(file).into_iter().map(|(_, lines)| lines));
    }
    let medians = lengths.into_iter().filter_map(|(place, mut lines)| {
        lines.sort_unstable();
        Some((place, *lines.get(lines.len() / 2)?))
    });
    medians.filter(|(_, median)| *median > MEDIAN).map(|(place, median)| format!("{place}: {median} lines")).collect()
}

/// Lines of a binding with unsafe code that a person wrote.
pub fn unsafe_lines(file: &SourceFile) -> Vec<String> {
    let is_ours = place(file).is_some_and(|(_, ending)| ending == ".rs");
    let code = if is_ours { code_of(&file.text) } else { String::new() };
    let lines = code.lines().enumerate().filter(|(_, line)| line.contains("unsafe"));
    lines.map(|(number, _)| format!("{}:{}", file.path, number + 1)).collect()
}

fn place(file: &SourceFile) -> Option<(&'static str, &'static str)> {
    PLACES.into_iter().find(|(folder, ending)| file.path.starts_with(folder) && file.path.ends_with(ending))
}

/// The functions that a person wrote: those that are made from the core's types are as the core makes them.
fn functions(file: &SourceFile) -> Vec<(String, usize)> {
    const MADE: &str = "Written by the core from its own types";
    match place(file).filter(|_| !file.text.contains(MADE)) {
        Some((_, ".rs")) => shape::functions(&code_of(&file.text)),
        Some((_, ending)) => by_indentation(&file.text, ending),
        None => Vec::new(),
    }
}

/// Functions that begin with a head and end with the first line that stands no deeper.
fn by_indentation(text: &str, ending: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let heads = lines.iter().enumerate().filter(|(_, line)| is_head(line, ending));
    heads.map(|(at, head)| (head.trim().to_owned(), length(&lines[at..]))).collect()
}

fn is_head(line: &str, ending: &str) -> bool {
    let line = line.trim();
    match ending {
        ".py" => line.starts_with("def ") || line.starts_with("async def "),
        _ => (line.ends_with(") {") || line.ends_with("=> {")) && !is_control(line),
    }
}

fn is_control(line: &str) -> bool {
    let word = line.trim_start_matches("} ").split([' ', '(']).next().unwrap_or_default();
    ["if", "else", "for", "while", "switch", "catch", "class"].contains(&word)
}

/// From a head to the line before the next one that stands no deeper; the brace that closes a function is its own.
fn length(lines: &[&str]) -> usize {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let own = lines.first().map_or(0, |head| depth(head));
    let inside = |line: &&&str| line.trim().is_empty() || depth(line) > own || line.trim_start().starts_with(") ->");
    let inner = lines.iter().skip(1).take_while(inside).count();
    let body = lines.iter().skip(1).take(inner).rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    let closes = lines.get(1 + inner).is_some_and(|line| line.trim_start().starts_with('}'));
    1 + body + usize::from(closes)
}

#[test]
fn long_functions_of_three_languages_are_found() {
    let cases = [
        ("bindings-node/src/a.rs", "fn long() {\n", "    step();\n", "}\n"),
        ("bindings-node/lib/a.js", "  async long(a, { b } = {}) {\n", "    if (a) {\n    }\n", "  }\n"),
        ("bindings-python/python/twin/a.py", "def long(self) -> None:\n", "    step()\n", "\n\nx = 1\n"),
    ];
    for (path, head, line, end) in cases {
        let of = |count| SourceFile::made_up(path, &[head, &line.repeat(count), end].concat());
        assert!(long_functions(&of(10)).is_empty(), "{path}");
        assert_eq!(long_functions(&of(40)).len(), 1, "{path}");
        assert_eq!(long_medians(&[of(10)]).len(), 1, "{path}");
        assert!(long_medians(&[of(1)]).is_empty(), "{path}");
    }
    assert!(long_functions(&SourceFile::made_up("benches/a.py", "def long():\n    step()\n")).is_empty());
}

#[test]
fn unsafe_code_of_a_binding_is_found() {
    let text = "// unsafe\nfn a() {\n    unsafe { b() }\n}\n";
    assert_eq!(unsafe_lines(&SourceFile::made_up("bindings-node/src/a.rs", text)), ["bindings-node/src/a.rs:3"]);
    assert!(unsafe_lines(&SourceFile::made_up("twin-core/src/a.rs", text)).is_empty());
}
