//! Rules that read Rust: just enough of a lexer to tell code from comments, strings and tests.

use crate::SourceFile;

/// The core's rooms, from the ground up. A room imports only from those before it.
const ROOMS: [&str; 16] = [
    "base", "schema", "observe", "answer", "identity", "graph", "history", "analysis", "simulate", "query", "insight",
    "act", "wire", "agent", "engine", "testkit",
];

/// Imports of a room that stands above the importing one, and imports that go around the rooms. Tests are exempt.
pub fn upward_imports(file: &SourceFile) -> Vec<String> {
    let Some(modules) = modules_of(&file.path) else { return Vec::new() };
    let code = without_tests(&code_of(&file.text));
    let own = ROOMS.iter().position(|room| Some(room) == modules.first());
    let wrong = imported(&code, modules.len()).into_iter().filter(|(_, name)| !may_import(own, name));
    wrong.map(|(line, name)| format!("{}:{line}: {name}", file.path)).collect()
}

fn may_import(own: Option<usize>, name: &str) -> bool {
    let other = ROOMS.iter().position(|room| *room == name);
    matches!((own, other), (Some(own), Some(other)) if other <= own)
}

/// The modules that lead to a file of the core: `graph`, `snapshot`. `None` for a file that is in no room, and for tests in a file of their own.
fn modules_of(path: &str) -> Option<Vec<&str>> {
    let inner = path.strip_prefix("twin-core/src/")?.strip_suffix(".rs")?;
    let modules: Vec<&str> = inner.split('/').filter(|part| *part != "mod").collect();
    (modules != ["lib"] && modules.last() != Some(&"tests")).then_some(modules)
}

/// The names that code takes from the crate's root, with their lines: by `crate::` or by as many `super::` as it is deep.
fn imported(code: &str, depth: usize) -> Vec<(usize, String)> {
    let climb = "super::".repeat(depth);
    let mut found = Vec::new();
    for prefix in ["crate::", climb.as_str()] {
        for (at, _) in code.match_indices(prefix) {
            if code[..at].ends_with(|before: char| before.is_alphanumeric() || "_:".contains(before)) {
                continue;
            }
            let line = code[..at].matches('\n').count() + 1;
            found.extend(first_names(&code[at + prefix.len()..]).into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// `base` of `base::Error`; `base` and `schema` of `{base::Error, schema}`.
fn first_names(rest: &str) -> Vec<String> {
    if !rest.starts_with('{') {
        return vec![first_name(rest)];
    }
    let group = &rest[1..end_of_block(rest).saturating_sub(1).max(1)];
    let mut depth = 0;
    let parts = group.split(|letter| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        letter == ',' && depth == 0
    });
    parts.map(|part| first_name(part.trim_start())).filter(|name| !name.is_empty()).collect()
}

fn first_name(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// Marks of code that is not finished, not run, or waits for a clock.
const LATER: [&str; 6] = ["#[ignore", "todo!", "unimplemented!", "dbg!", "#[should_panic", "thread::sleep"];

/// Lines with code that was left for later.
pub fn left_for_later(file: &SourceFile) -> Vec<String> {
    if !file.is_rust() {
        return Vec::new();
    }
    let code = code_of(&file.text);
    let lines =
        code.lines().enumerate().flat_map(|(number, line)| LATER.map(|mark| (number, line.contains(mark), mark)));
    lines
        .filter(|(_, found, _)| *found)
        .map(|(number, _, mark)| format!("{}:{}: {mark}", file.path, number + 1))
        .collect()
}

/// Where the block ends that `code` opens with `{`: the place after its `}`, or the end of the text.
pub fn end_of_block(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in code.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// The code without items marked `#[cfg(test)]`; lines stay where they are.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        let (before, item) = rest.split_at(at);
        let open = item.find(['{', ';']).unwrap_or(item.len());
        let end = if item[open..].starts_with('{') { open + end_of_block(&item[open..]) } else { open };
        kept.push_str(before);
        kept.extend(item[..end].chars().filter(|letter| *letter == '\n'));
        rest = &item[end..];
    }
    kept + rest
}

/// The text with everything but line breaks taken out of comments and strings.
pub fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (end, is_code) = next_piece(rest, code.chars().next_back());
        let piece = &rest[..end];
        code.extend(piece.chars().filter(|letter| is_code || *letter == '\n'));
        rest = &rest[end..];
    }
    code
}

/// How long the next piece of text is, and whether it is code.
fn next_piece(rest: &str, before: Option<char>) -> (usize, bool) {
    let in_word = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let comment = line_comment(rest).or_else(|| block_comment(rest));
    let literal = || {
        if in_word && !rest.starts_with('"') {
            None
        } else {
            raw_string(rest).or_else(|| string(rest)).or_else(|| letter(rest))
        }
    };
    match comment.or_else(literal) {
        Some(end) => (end, false),
        None => (rest.chars().next().map_or(0, char::len_utf8), true),
    }
}

fn line_comment(rest: &str) -> Option<usize> {
    rest.starts_with("//").then(|| rest.find('\n').unwrap_or(rest.len()))
}

fn block_comment(rest: &str) -> Option<usize> {
    rest.starts_with("/*").then(|| rest.find("*/").map_or(rest.len(), |end| end + 2))
}

fn raw_string(rest: &str) -> Option<usize> {
    let opened = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = opened.chars().take_while(|letter| *letter == '#').count();
    let body = opened[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let start = rest.len() - body.len();
    Some(body.find(&close).map_or(rest.len(), |end| start + end + close.len()))
}

fn string(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('"').or_else(|| rest.strip_prefix("b\""))?;
    Some(rest.len() - body.len() + end_of_quoted(body, '"'))
}

/// A character literal, not a lifetime.
fn letter(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'').or_else(|| rest.strip_prefix("b'"))?;
    let mut letters = body.chars();
    let is_literal = letters.next()? == '\\' || letters.next() == Some('\'');
    is_literal.then(|| rest.len() - body.len() + end_of_quoted(body, '\''))
}

fn end_of_quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in body.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            found if found == quote => return at + found.len_utf8(),
            _ => {}
        }
    }
    body.len()
}

#[test]
fn an_upward_import_is_found_however_it_is_written() {
    let cases = [
        ("base/work.rs", "use crate::graph::Snapshot;", vec!["graph"]),
        ("base/work.rs", "use super::super::graph::Snapshot;", vec!["graph"]),
        ("base/mod.rs", "use super::graph::Snapshot;", vec!["graph"]),
        ("engine.rs", "use super::testkit;", vec!["testkit"]),
        ("graph/mod.rs", "use crate::{base::{Error, Result}, history, schema::Kind};", vec!["history"]),
        ("graph/mod.rs", "fn f() { crate::engine::open() }", vec!["engine"]),
        ("graph/mod.rs", "use crate::Twin;", vec!["Twin"]),
        ("graph/mod.rs", "use crate::base::Error;\nuse super::schema;\nuse crate::graph::Id;", vec![]),
        ("graph/ids.rs", "use super::Snapshot;", vec![]),
        ("graph/mod.rs", "// use crate::engine\nconst T: &str = \"crate::engine\";", vec![]),
        ("graph/mod.rs", "#[cfg(test)]\nmod tests { use crate::testkit; }\n#[cfg(test)]\nuse crate::testkit;", vec![]),
        ("testkit/mod.rs", "use crate::engine::Twin;", vec![]),
        ("lib.rs", "pub use crate::engine::Twin;", vec![]),
    ];
    for (path, text, expected) in cases {
        let file = SourceFile::made_up(&format!("twin-core/src/{path}"), text);
        let names: Vec<String> =
            upward_imports(&file).iter().map(|found| found.rsplit(' ').next().unwrap_or("").to_owned()).collect();
        assert_eq!(names, expected, "{path}: {text}");
    }
}

#[test]
fn code_left_for_later_is_found_outside_of_text() {
    for mark in LATER {
        assert_eq!(left_for_later(&SourceFile::made_up("a.rs", &format!("{mark}(1)"))).len(), 1, "{mark}");
        assert!(left_for_later(&SourceFile::made_up("a.rs", &format!("// {mark}\nlet s = \"{mark}\";"))).is_empty());
    }
}

#[test]
fn code_is_told_from_text() {
    let cases = [
        ("a // b\nc", "a \nc"),
        ("a /* b\n */ c", "a \n c"),
        ("f(\"a\\\"b\", x)", "f(, x)"),
        ("f(r#\"a\"b\"#, x)", "f(, x)"),
        ("f(b\"a\", br\"b\", '{', '\\'', b'{')", "f(, , , , )"),
        ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("for r in b {}", "for r in b {}"),
    ];
    for (text, expected) in cases {
        assert_eq!(code_of(text), expected, "{text}");
    }
}
