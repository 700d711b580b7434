//! Cases: an estate, questions, and the rows that are expected, all as text. A case knows no interface.
//!
//! ```text
//! file a
//! Workload:a
//!   calls Workload:b
//! Workload:b
//! ask blast_radius b
//!   a down degraded 1
//! ask status
//!   complete
//! ```

use super::estate::{Estate, estate};
use crate::analysis::{BlastRadius, blast_radius, conflicts, cycles, describe, find_all, neighbours, owners, why_not};
use crate::answer::Profile;
use crate::base::Result;
use crate::engine::{At, Twin};
use crate::graph::Snapshot;

/// Applies the case's estate to a fresh twin, asks its questions, and compares the rows.
///
/// # Panics
/// With both lists of rows, if a question has other rows than are expected, or the case makes no sense.
pub fn check(case: &str) {
    let (lines, questions) = parts(case);
    let Estate { now, batches } = estate(&lines).unwrap_or_else(|why| panic!("{why}"));
    let twin = Twin::in_memory();
    twin.apply(batches, now).unwrap_or_else(|error| panic!("{error}"));
    let snapshot = twin.snapshot(At::now(now));
    for (question, expected) in questions {
        let found = rows(&snapshot, &question);
        assert!(found == expected, "{question}\n{}", difference(&expected, &found));
    }
}

/// The estate's lines, and each question with its expected rows.
fn parts(case: &str) -> (String, Vec<(String, Vec<String>)>) {
    let mut lines = String::new();
    let mut questions: Vec<(String, Vec<String>)> = Vec::new();
    for line in case.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match (line.strip_prefix("ask "), questions.last_mut()) {
            (Some(question), _) => questions.push((question.to_owned(), Vec::new())),
            (None, Some((_, rows))) => rows.push(line.to_owned()),
            (None, None) => lines.extend([line, "\n"]),
        }
    }
    (lines, questions)
}

/// Both lists, with what only one of them has marked as in a patch.
fn difference(expected: &[String], found: &[String]) -> String {
    let missing = expected.iter().filter(|row| !found.contains(row)).map(|row| format!("- {row}"));
    let strange = found.iter().map(|row| format!("{} {row}", if expected.contains(row) { " " } else { "+" }));
    missing.chain(strange).collect::<Vec<String>>().join("\n")
}

/// The rows of a question's answer, each as one line. An error is one row.
pub fn rows(snapshot: &Snapshot, question: &str) -> Vec<String> {
    let words: Vec<&str> = question.split_whitespace().collect();
    answered(snapshot, &words).unwrap_or_else(|error| vec![format!("error: {error}")])
}

fn answered(snapshot: &Snapshot, words: &[&str]) -> Result<Vec<String>> {
    let needs = Profile::Cadence;
    Ok(match *words {
        ["status", question] => vec![status(snapshot, question, needs)],
        ["status", question, profile] => vec![status(snapshot, question, Profile::parse(profile)?)],
        ["blast_radius", name] => {
            let answer = blast_radius(snapshot, &BlastRadius::of(snapshot.find(name)?));
            let hits = answer.value.iter();
            hits.map(|hit| format!("{} {} {} {}", hit.entity.name, hit.state, hit.at_least, hit.hops)).collect()
        }
        ["find", kind] => {
            find_all(snapshot, Some(kind), "", needs)?.value.into_iter().map(|found| found.name).collect()
        }
        ["cycles"] => {
            let members = |cycle: crate::analysis::Cycle| cycle.members.into_iter().map(|member| member.name);
            let cycles = cycles(snapshot, needs).value.into_iter();
            cycles.map(|cycle| members(cycle).collect::<Vec<String>>().join(" ")).collect()
        }
        ["neighbours", name] => {
            let rows = neighbours(snapshot, snapshot.find(name)?, None, needs)?.value.into_iter();
            rows.map(|row| format!("{} {} {}", row.at.name, row.relation, row.other.name)).collect()
        }
        ["owners", name] => {
            owners(snapshot, snapshot.find(name)?, &[], needs).value.into_iter().map(|row| row.owner.name).collect()
        }
        ["members", name] => {
            let described = describe(snapshot, snapshot.find(name)?, needs).value;
            described.members.into_iter().map(|member| member.key).collect()
        }
        ["attribute", name, attribute] => {
            let said = describe(snapshot, snapshot.find(name)?, needs).value.attributes.into_iter();
            let wanted = said.filter(|said| said.name.as_str() == attribute);
            wanted.map(|said| format!("{} {}", said.perspective.as_str(), said.value)).collect()
        }
        ["conflicts", name] => {
            let rows = conflicts(snapshot, snapshot.find(name)?, &[], needs).value.into_iter();
            let mark = |shown: bool| if shown { " shown" } else { "" };
            rows.map(|row| format!("{} {} {}{}", row.name, row.perspective.as_str(), row.value, mark(row.shown)))
                .collect()
        }
        ["why_not", a, b] => {
            let answer = why_not(snapshot, snapshot.find(a)?, snapshot.find(b)?, needs);
            answer.verdict.into_iter().collect()
        }
        _ => vec![format!("{} is no question", words.join(" "))],
    })
}

fn status(snapshot: &Snapshot, question: &str, needs: Profile) -> String {
    let envelope = crate::analysis::envelope(snapshot, question, serde_json::json!({}), needs, "", ());
    match envelope.status {
        crate::answer::Status::Partial { missing } => {
            let reasons = missing.iter().map(|missing| format!("{}: {}", missing.scope, missing.why));
            format!("partial {}", reasons.collect::<Vec<String>>().join("; "))
        }
        other => other.as_str().to_owned(),
    }
}
