//! Critical paths of traces, against the rule as it is written.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use twin_core::analysis::{CriticalPath, TraceSpan, critical_path};
use twin_core::base::ErrorKind;

use crate::support::cases;

/// A span of service `S` and its id in capitals: `b a 10 20` is caused by `a`, begins at 10 and takes 20; `-` causes nothing.
fn span(line: &str) -> TraceSpan {
    let words: Vec<&str> = line.split_whitespace().collect();
    TraceSpan {
        id: words[0].to_owned(),
        parent: (words[1] != "-").then(|| words[1].to_owned()),
        service: "S".to_owned(),
        operation: words[0].to_uppercase(),
        start_us: words[2].parse().unwrap(),
        duration_us: words[3].parse().unwrap(),
    }
}

fn spans(lines: &[&str]) -> Vec<TraceSpan> {
    lines.iter().map(|line| span(line)).collect()
}

fn path(lines: &[&str]) -> CriticalPath {
    critical_path(&spans(lines)).unwrap()
}

/// Each operation with its time.
fn times(path: &CriticalPath) -> Vec<(&str, i64)> {
    path.operations.iter().map(|time| (time.operation.as_str(), time.exclusive_us)).collect()
}

fn slack(path: &CriticalPath, id: &str) -> Option<i64> {
    path.slacks.iter().find(|slack| slack.id == id).map(|slack| slack.slack_us)
}

#[test]
fn children_one_after_the_other_are_all_on_the_path_and_those_beside_it_are_not() {
    let told = path(&["a - 0 100", "b a 10 20", "c a 30 30", "d a 40 10", "e a 70 25", "f e 70 20", "g c 30 5"]);
    assert_eq!(told.spans, ["a", "e", "f", "c", "g", "b"]);
    assert_eq!(times(&told), [("A", 25), ("B", 20), ("C", 25), ("E", 5), ("F", 20), ("G", 5)]);
    assert_eq!((told.root.as_deref(), told.duration_us), (Some("a"), 100));
    assert_eq!((slack(&told, "d"), slack(&told, "c"), slack(&told, "a")), (Some(10), Some(0), Some(0)));
}

/// Two that end and begin at once, one overlap that is short enough, one that is not, and one during which another begins.
#[test]
fn a_short_overlap_is_none_unless_another_child_begins_or_ends_in_it() {
    let told = |lines: &[&str]| path(lines).spans.join(" ");
    assert_eq!(told(&["a - 0 1000", "b a 0 109", "c a 100 800"]), "a c b");
    assert_eq!(told(&["a - 0 1000", "b a 0 110", "c a 100 800"]), "a c", "a hundredth is too much");
    assert_eq!(told(&["a - 0 1000", "b a 0 109", "c a 100 800", "d a 105 50"]), "a c");
    assert_eq!(told(&["a - 0 1000", "b a 0 109", "c a 100 800", "d a 109 50"]), "a c", "at its very end too");
    assert_eq!(told(&["a - 0 1000", "b a 0 109", "c a 100 800", "d a 110 50"]), "a c b");
    assert_eq!(told(&["a - 0 100", "b a 0 50", "c a 50 50"]), "a c b");
    assert_eq!(told(&["a - 0 100", "b a 0 50", "d a 10 40", "c a 50 50"]), "a c", "two end as the third begins");
    assert_eq!(told(&["a - 0 0", "b a 0 0", "c a 0 0"]), "a b", "no part of nothing is short enough");
}

#[test]
fn of_children_that_end_at_once_the_longest_counts_whatever_the_order() {
    for lines in [["a - 0 100", "b a 10 50", "c a 20 40"], ["c a 20 40", "b a 10 50", "a - 0 100"]] {
        assert_eq!(path(&lines).spans, ["a", "b"]);
    }
}

#[test]
fn children_are_cut_to_their_parents_and_dropped_with_all_below_if_they_lie_outside() {
    let told = path(&[
        "a - 0 100",
        "b a -20 50",
        "c b -20 30",
        "d a 90 40",
        "e a 100 10",
        "f e 50 5",
        "g a 100 0",
        "h c 15 5",
    ]);
    assert_eq!(told.spans, ["a", "d", "b", "c"]);
    assert_eq!(times(&told), [("A", 60), ("B", 20), ("C", 10), ("D", 10)]);
    assert_eq!(told.left_out, ["e", "f", "h"]);
    assert_eq!(
        path(&["a - 0 100", "b a 40 0", "c b 0 90"]).spans,
        ["a", "b", "c"],
        "not outside of a moment within it"
    );
}

#[test]
fn of_several_roots_the_longest_without_a_parent_is_taken_and_the_rest_is_told() {
    let told = path(&["x lost 0 900", "a - 5 10", "b - 0 50", "c b 0 20", "d a 5 2", "y z 0 9", "z y 0 9"]);
    assert_eq!((told.root.as_deref(), told.duration_us), (Some("b"), 50));
    assert_eq!(
        (told.spans, told.left_out),
        (vec!["b".into(), "c".into()], ["x", "a", "d", "y", "z"].map(str::to_owned).into())
    );
    let broken = path(&["x lost 0 90", "y lost 0 80", "b x 0 20"]);
    assert_eq!((broken.root.as_deref(), broken.left_out), (Some("x"), vec!["y".to_owned()]));
}

#[test]
fn misuse_is_named_and_no_span_waits_for_nothing() {
    assert_eq!(critical_path(&[]).unwrap(), CriticalPath::default());
    let told = |lines: &[&str]| critical_path(&spans(lines)).unwrap_err();
    for (lines, word) in [
        (vec!["a - 0 5", "b a 0 -1"], "\"b\" has a negative duration_us"),
        (vec!["a - 0 5", "a - 0 5"], "\"a\" is there twice"),
        (vec!["a b 0 5", "b a 0 5"], "\"a\" and all others have parents"),
        (vec!["a a 0 5"], "\"a\" and all others have parents"),
        (vec!["a - 9223372036854775807 1"], "\"a\" ends after the last moment"),
    ] {
        let error = told(&lines);
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(word), "{error}");
    }
    let edge = path(&["a - -9223372036854775808 9223372036854775807", "b a -9223372036854775808 5"]);
    assert_eq!(edge.spans, ["a", "b"]);
}

#[test]
fn deep_and_wide_traces_cost_no_stack() {
    let count = 100_000_i64;
    let made = |parent: &dyn Fn(i64) -> Option<i64>, start: &dyn Fn(i64) -> i64, duration: &dyn Fn(i64) -> i64| {
        let of = |at: i64| TraceSpan {
            id: format!("s{at}"),
            parent: parent(at).map(|parent| format!("s{parent}")),
            service: "S".to_owned(),
            operation: "O".to_owned(),
            start_us: start(at),
            duration_us: duration(at),
        };
        critical_path(&(0..count).map(of).collect::<Vec<_>>()).unwrap()
    };
    let chain = made(&|at| at.checked_sub(1).filter(|at| *at >= 0), &|at| at, &|at| 2 * (count - at));
    assert_eq!((chain.spans.len(), times(&chain)), (count as usize, vec![("O", 2 * count)]));
    let fan = made(&|at| (at > 0).then_some(0), &|at| at, &|at| if at == 0 { count } else { 1 });
    assert_eq!((fan.spans.len(), times(&fan)), (count as usize, vec![("O", count)]));
}

/// One span after it was cut.
#[derive(Clone)]
struct Cut<'a> {
    span: &'a TraceSpan,
    start: i64,
    end: i64,
}

/// The rule as it is written: every question asks all children again.
fn naive<'a>(all: &'a [TraceSpan], root: &Cut<'a>, times: &mut BTreeMap<&'a str, i64>) {
    let below = all.iter().filter(|span| span.parent.as_ref() == Some(&root.span.id) && span.id != root.span.id);
    let mut children: Vec<Cut<'_>> = Vec::new();
    for span in below {
        let (start, end) = (span.start_us, span.start_us + span.duration_us);
        let is_inside = start >= root.start && end <= root.end;
        if is_inside || (start < root.end && end > root.start) {
            children.push(Cut { span, start: start.max(root.start), end: end.min(root.end) });
        }
    }
    children.sort_by(|a, b| b.end.cmp(&a.end).then(a.start.cmp(&b.start)).then(a.span.id.cmp(&b.span.id)));
    let mut taken: Vec<Cut<'_>> = Vec::new();
    for c in &children {
        let Some(l) = taken.last() else {
            taken.push(c.clone());
            continue;
        };
        let others = children.iter().filter(|other| other.span.id != c.span.id && other.span.id != l.span.id);
        let within = |moment: i64| moment >= l.start && moment <= c.end;
        let is_alone = others.into_iter().all(|other| !within(other.start) && !within(other.end));
        let is_short = (c.end - l.start) as f64 * 100.0 < (root.end - root.start) as f64;
        if c.end < l.start || (c.start < l.start && c.end < l.end && is_short && is_alone) {
            taken.push(c.clone());
        }
    }
    let inner: i64 = taken.iter().map(|child| child.end - child.start).sum();
    *times.entry(&root.span.operation).or_default() += (root.end - root.start - inner).max(0);
    taken.iter().for_each(|child| naive(all, child, times));
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn times_are_what_the_rule_says(
        made in vec((0..12_usize, -20..220_i64, 0..150_i64), 0..12),
        turned in any::<bool>(),
    ) {
        let mut given = spans(&["s0 - 0 200"]);
        for (at, (parent, start, duration)) in made.iter().enumerate() {
            given.push(span(&format!("s{} s{} {start} {duration}", at + 1, parent % (at + 1))));
        }
        let (mut expected, whole) = (BTreeMap::new(), given.clone());
        naive(&whole, &Cut { span: &whole[0], start: 0, end: 200 }, &mut expected);
        if turned {
            given.reverse();
        }
        let told = critical_path(&given).unwrap();
        prop_assert_eq!(times(&told).into_iter().collect::<BTreeMap<_, _>>(), expected);
        prop_assert_eq!(told.slacks.len() + told.left_out.len(), given.len());
        for id in &told.spans {
            prop_assert_eq!(slack(&told, id), Some(0));
        }
        prop_assert!(told.slacks.iter().all(|slack| (0..=200).contains(&slack.slack_us)));
    }
}
