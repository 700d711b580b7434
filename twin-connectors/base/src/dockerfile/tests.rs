//! Dockerfiles: words, lines, stages, and what only looks like an instruction.

use proptest::prelude::*;

use super::{Dockerfile, heredoc, unquoted};

/// A file in short: each stage as `line base [name]`, each instruction as `line NAME flags | words`.
fn check(text: &str, expected: &[&str]) {
    let file = Dockerfile::read(text);
    let mut shown = Vec::new();
    for stage in &file.stages {
        let name = stage.name.as_deref().unwrap_or_default();
        shown.push(format!("{} FROM {} {name}", stage.line, stage.base.value.text).trim_end().to_owned());
        shown.extend(stage.instructions.iter().map(|one| {
            let flags: Vec<&str> = one.flags.iter().map(|flag| flag.text.as_str()).collect();
            format!("{} {} {} | {}", one.line, one.name, flags.join(" "), one.text()).replace("  ", " ")
        }));
    }
    shown.extend(file.flaws.iter().map(|(line, why)| format!("{line} ! {why}")));
    assert_eq!(shown, expected, "{text}");
}

#[test]
fn instructions_are_read_with_their_lines() {
    check("FROM a\nRUN x \\\n\n  # note\n  y\nrun z", &["1 FROM a", "2 RUN | x y", "6 RUN | z"]);
    check("\u{feff}FROM a\r\nRUN x \\\r\n y\r\n", &["1 FROM a", "2 RUN | x y"]);
    check(
        "# escape=`\nFROM a\nRUN x `\n y\nRUN c:\\\nRUN z",
        &["2 FROM a", "3 RUN | x y", "5 RUN | c:\\", "6 RUN | z"],
    );
    check("# note\n# escape=`\nFROM a\nRUN x `\nRUN y", &["3 FROM a", "4 RUN | x `", "5 RUN | y"]);
    check("# syntax=docker/dockerfile:1\n# escape=`\nFROM a`\n", &["3 FROM a"]);
    check("FROM a\nENV A=\"b c\" D=e\\ f", &["1 FROM a", "2 ENV | A=\"b c\" D=e\\ f"]);
    check("FROM a\nCOPY --chown=1:1 --from=b x --y z", &["1 FROM a", "2 COPY --chown=1:1 --from=b | x --y z"]);
    check("FROM a\nRUN ab\\\ncd \\\\\nRUN e", &["1 FROM a", "2 RUN | abcd \\\\", "4 RUN | e"]);
    check("FROM a\nRUN x \\", &["1 FROM a", "2 RUN | x"]);
    check("", &[]);
}

#[test]
fn heredocs_are_no_instructions() {
    check("FROM a\nRUN <<EOF\nFROM no\nENV A=no\nEOF\nUSER u", &["1 FROM a", "2 RUN | <<EOF", "6 USER | u"]);
    check(
        "FROM a\nCOPY <<-\"one\" <<two /x/\nFROM no\n\tone\none\ntwo\nUSER u",
        &["1 FROM a", "2 COPY | <<-\"one\" <<two /x/", "7 USER | u"],
    );
    check("FROM a\nRUN echo \"<<EOF\" <<<x\nUSER u", &["1 FROM a", "2 RUN | echo \"<<EOF\" <<<x", "3 USER | u"]);
    check("FROM a\nENV A=<<EOF\nUSER u", &["1 FROM a", "2 ENV | A=<<EOF", "3 USER | u"]);
    check("FROM a\nRUN <<EOF\nUSER u", &["1 FROM a", "2 RUN | <<EOF", "2 ! a heredoc that does not end"]);
    assert_eq!((heredoc("3<<-'E'"), heredoc("<<"), heredoc("<<$X")), (Some(("E", true)), None, None));
    assert_eq!(unquoted("a\"b 'c'\"'d'"), "ab 'c'd");
}

#[test]
fn stages_know_what_they_stand_on() {
    let text = "ARG TAG=1\nARG BASE=acme/go:$TAG OTHER\nENV no\nFROM --platform=$BUILDPLATFORM ${BASE} AS Build\nFROM build\nFROM $OTHER AS two\nFROM x:${TAG:-2}\n";
    check(
        text,
        &[
            "4 FROM acme/go:1 build",
            "5 FROM build",
            "6 FROM  two",
            "7 FROM x:1",
            "3 ! an instruction before the first FROM",
        ],
    );
    let file = Dockerfile::read(text);
    assert_eq!(file.stages.iter().map(|stage| stage.parent).collect::<Vec<_>>(), [None, Some(0), None, None]);
    let trail: Vec<usize> = file.stages[0].base.value.trail_at(8).iter().map(|origin| origin.line).collect();
    assert_eq!(trail, [2, 1]);
    assert!(file.stages[2].base.value.unknown.contains("OTHER"));
}

#[test]
fn what_is_taken_from_elsewhere_is_told_from_stages() {
    let text = "FROM a AS One\nFROM b\nCOPY --from=one x y\nCOPY --from=0 x y\nCOPY --from=7 x y\nCOPY --from=acme/tool:2 x y\nRUN --mount=type=bind,from=acme/cache,target=/x make\nRUN --mount=type=cache,target=/x make";
    let file = Dockerfile::read(text);
    let taken: Vec<String> =
        file.taken_from(&file.stages[1]).iter().map(|from| format!("{} {}", from.line, from.value.text)).collect();
    assert_eq!(taken, ["5 7", "6 acme/tool:2", "7 acme/cache"]);
    assert_eq!(file.chain().iter().map(|stage| stage.line).collect::<Vec<_>>(), [2]);
    let of = |text: &str| Dockerfile::read(text).chain().iter().map(|stage| stage.line).collect::<Vec<_>>();
    assert_eq!(of("FROM a AS x\nFROM b AS y\nFROM x AS z\nFROM z"), [1, 3, 4]);
    assert_eq!(of("FROM x AS x\nFROM x AS x"), [1, 2]);
}

#[test]
fn many_stages_are_read_in_time_that_their_number_decides() {
    let stages: String =
        (1..20_000).map(|number| format!("FROM s{} AS s{number}\nENV A{number}=1\n", number - 1)).collect();
    assert_eq!(Dockerfile::read(&stages).chain().len(), 19_999);
}

proptest! {
    #[test]
    fn any_text_is_read(text in "(FROM |RUN |COPY --from=|ENV |ARG |[ab$\\\\`\"'<{}=,\n #-]|<<a|\r\n){0,60}") {
        let file = Dockerfile::read(&text);
        let lines = 0..=text.lines().count();
        let words = file.stages.iter().flat_map(|stage| &stage.instructions).flat_map(|one| &one.words);
        for word in words {
            prop_assert!(lines.contains(&word.line));
        }
        prop_assert!(file.chain().len() <= file.stages.len());
    }
}
