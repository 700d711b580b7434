//! Documents: what is read, where it stands, and what is refused.

use proptest::prelude::*;
use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator};

use super::{Content, Document, Lines, Node, documents};

fn read(text: &str) -> Vec<Document> {
    documents("a.yaml", text.as_bytes(), &Limits::default())
}

/// A tree in one line: `key@line`, `text@line`, `~` for nothing, quotes for scalars that were quoted.
fn show(node: &Node) -> String {
    let line = node.line;
    match &node.content {
        Content::Null => format!("~@{line}"),
        Content::Scalar { text, plain: true, .. } => format!("{text}@{line}"),
        Content::Scalar { text, .. } => format!("{text:?}@{line}"),
        Content::Sequence(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
        Content::Mapping(entries) => {
            let shown = entries.iter().map(|(key, value)| format!("{}:{}", show(key), show(value)));
            format!("{{{}}}", shown.collect::<Vec<_>>().join(" "))
        }
    }
}

fn check(text: &str, expected: &[&str]) {
    let shown: Vec<String> = read(text)
        .iter()
        .map(|document| match &document.root {
            Ok(root) => format!("{} {}", document.index, show(root)),
            Err(refused) => format!("{} {} {}", document.index, refused.code, refused.locator),
        })
        .collect();
    assert_eq!(shown, expected, "{text}");
}

#[test]
fn a_tree_knows_its_lines() {
    check("a: 1\nb:\n  - x\n  - 'y'\nc:\n", &["0 {a@1:1@1 b@2:[x@3 \"y\"@4] c@5:~@5}"]);
    check("a: |\n  one\n  two\nb: >\n  three\n  four\n", &["0 {a@1:\"one\\ntwo\\n\"@2 b@4:\"three four\\n\"@5}"]);
    check("# note\na: |2\n\n  one\n", &["0 {a@2:\"\\none\\n\"@3}"]);
    check("a: one\r\nb: two\r\n", &["0 {a@1:one@1 b@2:two@2}"]);
    check("\u{FEFF}a: 1\n", &["0 {a@1:1@1}"]);
    check("{\n\t\"a\": [1,\t\"\\u0041\"],\n\t\"b\": null\n}\n", &["0 {\"a\"@2:[1@2 \"A\"@2] \"b\"@3:~@3}"]);
    check("? [a, b]\n: 1\n1: 2\n", &["0 {[a@1 b@1]:1@2 1@3:2@3}"]);
}

#[test]
fn documents_are_told_apart() {
    check("---\na: 1\n---\n# empty\n---\nb: 2\n...\n", &["0 {a@2:1@2}", "2 {b@6:2@6}"]);
    check("# head\n---\na: 1\n", &["0 {a@3:1@3}"]);
    check("%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: 1\n", &["0 {a@3:1@3}", "1 {b@7:1@7}"]);
    check("a: |\n  x\n  ---\n---\nb: 1\n", &["0 {a@1:\"x\\n---\\n\"@2}", "1 {b@5:1@5}"]);
    check("--- # one\na: 1\n--- {b: 2}\n", &["0 {a@2:1@2}", "1 {b@3:2@3}"]);
    check("", &[]);
    check("# nothing\n---\n---\n~\n", &[]);
}

#[test]
fn a_broken_document_does_not_touch_the_others() {
    check("a: 1\n---\nb: [1\nc: 2\n---\nd: 3\n", &["0 {a@1:1@1}", "1 syntax a.yaml:4", "2 {d@6:3@6}"]);
    check("---\na: \"x\n---\nb: 1\n", &["0 syntax a.yaml:2", "1 {b@4:1@4}"]);
    check("a: {{ .Values.name }}\n---\nb: 1\n", &["0 {a@1:{{.Values.name@1:~@1}:~@1}}", "1 {b@3:1@3}"]);
    check("{{- if .Values.on }}\na: 1\n{{- end }}\n---\nb: 1\n", &["0 syntax a.yaml:1", "1 {b@5:1@5}"]);
    check("a: *b\n", &["0 syntax a.yaml:1"]);
    check("a: &a [*a]\n", &["0 syntax a.yaml:1"]);
    check("a: @secret\n", &["0 syntax a.yaml:1"]);
}

#[test]
fn aliases_are_followed_and_merge_keys_applied() {
    check("a: &a {x: 1}\nb: *a\n", &["0 {a@1:{x@1:1@1} b@2:{x@1:1@1}}"]);
    check("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\n", &["0 {a@1:{x@1:1@1 y@1:2@1} b@2:{y@1:2@1 x@2:3@2}}"]);
    check(
        "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc:\n  <<: [*a, *b]\n",
        &["0 {a@1:{x@1:1@1} b@2:{x@2:2@2 y@2:2@2} c@3:{x@1:1@1 y@2:2@2}}"],
    );
    check("a: 1\na: 2\n", &["0 {a@2:2@2}"]);
}

fn refusal(text: &[u8], limits: &Limits) -> Diagnostic {
    let mut found = documents("a.yaml", text, limits).into_iter().filter_map(|document| document.root.err());
    found.next().expect("nothing was refused")
}

fn check_refused(name: &str, text: &[u8], code: &str, line: usize) {
    let limits =
        Limits { payload_bytes: 1 << 20, line_bytes: 10_000, depth: 50, nodes: 100_000, files: 1, ..Limits::default() };
    let refused = refusal(text, &limits);
    assert_eq!((refused.code.as_str(), refused.locator), (code, Locator::line("a.yaml", line)), "{name}");
}

#[test]
fn what_is_over_a_limit_or_no_text_is_refused() {
    let bomb: String = (1..12).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        let above = level - 1;
        text + &format!("a{level}: &a{level} [*a{above}, *a{above}, *a{above}, *a{above}, *a{above}, *a{above}]\n")
    });
    let chain: String = (1..100)
        .fold("a0: &a0 [x]\n".to_owned(), |text, level| text + &format!("a{level}: &a{level} [*a{}]\n", level - 1));
    let long_text = format!("a: &a {}\nb: [{}]\n", "x".repeat(5_000), "*a, ".repeat(1_000));
    let nested: String = (0..200).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    check_refused("alias bomb", bomb.as_bytes(), "limit", 7);
    check_refused("alias chain", chain.as_bytes(), "limit", 49);
    check_refused("copied text", long_text.as_bytes(), "limit", 2);
    check_refused("flow depth", "[".repeat(100_000).split_at(9_000).0.as_bytes(), "limit", 1);
    check_refused("block depth", nested.as_bytes(), "limit", 50);
    check_refused("sequence depth", "- ".repeat(1_000).as_bytes(), "limit", 1);
    check_refused("long line", format!("a: 1\nb: {}\n", "x".repeat(10_000)).as_bytes(), "limit", 2);
    check_refused("long scalar", format!("{{\"a\":\n\"{}\"}}", "x".repeat(10_001)).as_bytes(), "limit", 2);
    check_refused("payload", " ".repeat((1 << 20) + 1).as_bytes(), "limit", 0);
    check_refused("nul", b"a: 1\nb: \0\n", "encoding", 2);
    check_refused("binary", &[0x7f, b'E', b'L', b'F', 2, 1, 1, 0, b'\n'], "encoding", 1);
    check_refused("not utf-8", b"a: 1\nb: \xff\xfa\n", "encoding", 2);
    check_refused("utf-16", &[0xff, 0xfe, b'a', 0], "encoding", 1);
    check_refused("lone carriage return", b"a: 1\rb: 2\n", "encoding", 1);
}

/// Each document keeps the limit; together they would fill the memory.
#[test]
fn documents_share_the_room_of_their_file() {
    let limits = Limits { nodes: 10_000, ..Limits::default() };
    let words = |count: usize| vec!["x"; count].join(", ");
    let full = format!("a: &a [{}]\nb: [{}]\n", words(500), vec!["*a"; 16].join(", "));
    let broken = format!("{full}c: [\n{}", "d: [\n]\n".repeat(150));
    for (text, read) in [(&full, 1), (&broken, 0)] {
        let stream = format!("{}---\nlast: 1\n", format!("---\n{text}").repeat(100));
        let roots: Vec<_> =
            documents("a.yaml", stream.as_bytes(), &limits).into_iter().map(|found| found.root).collect();
        let held: usize = roots.iter().flatten().map(|root| nodes(root).len()).sum();
        let refused = roots.iter().filter_map(|root| root.as_ref().err()).filter(|refused| refused.code == "limit");
        assert!(roots.len() == 101 && held <= 20_000, "{held}");
        assert_eq!((roots.iter().flatten().count(), refused.count() > 95, roots[100].is_ok()), (read + 1, true, true));
    }
}

#[test]
fn a_syntax_message_never_quotes_the_text() {
    for text in ["a: @hunter2", "a: `hunter2`", "hunter2: [", "%hunter2\na: 1", "a: \"\\hunter2\"", "a: *hunter2"] {
        let message = refusal(text.as_bytes(), &Limits::default()).message;
        assert!(!message.contains("hunter") && !message.contains('`'), "{text}: {message}");
    }
}

#[test]
fn only_plain_scalars_are_more_than_text() {
    let root = read("{a: true, b: 'true', c: 8, d: '8', e: !!str 8, f: -3}").remove(0).root.expect("a mapping");
    let at = |key: &str| root.get(key).expect("an entry");
    assert_eq!((at("a").as_bool(), at("b").as_bool()), (Some(true), None));
    assert_eq!((at("c").as_integer(), at("d").as_integer(), at("e").as_integer()), (Some(8), None, None));
    assert_eq!((at("f").as_integer(), at("a").as_integer()), (Some(-3), None));
}

#[test]
fn each_line_of_a_literal_block_stands_on_its_own() {
    let text = "data:\n  file: |\n    one\n    two\n  word: one\n";
    let root = read(text).remove(0).root.expect("a mapping");
    let (file, word) = (root.at(&["data", "file"]).expect("file"), root.at(&["data", "word"]).expect("word"));
    let lines = Lines::of(text);
    assert_eq!((lines.get(file.line_of(1)), word.line_of(1)), ("    two", 5));
    assert_eq!((lines.find("two", 1, 9), lines.find("two", 1, 2), lines.get(0)), (Some(4), None, ""));
}

#[test]
fn a_megabyte_is_read_node_by_node() {
    let text: String = (0..30_000).map(|number| format!("- {{name: item-{number}, port: {number}}}\n")).collect();
    let root = read(&text).remove(0).root.expect("a sequence");
    assert_eq!((root.items().len(), root.items()[29_999].line), (30_000, 30_000));
}

fn nodes(root: &Node) -> Vec<&Node> {
    let children = root.entries().iter().flat_map(|(key, value)| [key, value]).chain(root.items());
    std::iter::once(root).chain(children.flat_map(nodes)).collect()
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        documents("a.yaml", &bytes, &Limits::default());
    }

    #[test]
    fn whatever_looks_like_yaml_is_read_or_refused(text in "([-:?,\\[\\]{}&*#|>@`\"'%!~<. \t\n0-9a-c]|---\n|<<: |- |: |\\*a|&a |\r\n|é|!!str ){0,60}") {
        for document in documents("a.yaml", text.as_bytes(), &Limits::default()) {
            let lines = 1..=text.lines().count();
            match document.root {
                Ok(root) => prop_assert!(nodes(&root).iter().all(|node| lines.contains(&node.line))),
                Err(refused) => match refused.locator {
                    Locator::Line { line, .. } => prop_assert!(lines.contains(&(line as usize))),
                    other => prop_assert!(false, "{}", other),
                },
            }
        }
    }
}

#[test]
fn a_bracket_may_close_at_the_depth_of_its_key() {
    let text = "services:\n  a:\n    command: [\n      \"x\",\n      {\n      y: 1\n    }\n    ]\n    ports: [\n      1\n    ]\n  b: z\n";
    let documents = documents("a.yml", text.as_bytes(), &Limits::default());
    let root = documents[0].root.as_ref().unwrap();
    assert_eq!(root.at(&["services", "a", "command"]).map(|node| node.items().len()), Some(2));
    assert_eq!(root.at(&["services", "b"]).map(|node| node.line), Some(12));
}
