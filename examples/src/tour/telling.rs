//! Writes sections of short lines, and says how far each answer can be trusted.

use std::collections::BTreeSet;
use std::fmt::Display;

use twin_core::answer::{Answer, EvidenceId, Status};
use twin_core::base::printable;

/// What is told so far.
pub struct Telling {
    text: String,
}

/// How many lines of evidence stand beneath one statement.
const EVIDENCE: usize = 2;
/// How many missing scopes are named.
const MISSING: usize = 3;

impl Telling {
    /// Begins with a title.
    pub fn new(title: &str) -> Self {
        Telling { text: format!("{}\n", printable(title)) }
    }

    /// Begins a section.
    pub fn section(&mut self, title: &str) {
        self.text.push_str(&format!("\n== {}\n", printable(title)));
    }

    /// A line.
    pub fn line(&mut self, line: impl Display) {
        self.text.push_str(&format!("{}\n", printable(&line.to_string())));
    }

    /// At most `most` of these lines, and how many more there are.
    pub fn lines<T: Display>(&mut self, lines: impl ExactSizeIterator<Item = T>, most: usize) {
        let more = lines.len().saturating_sub(most);
        lines.take(most).for_each(|line| self.line(line));
        if more > 0 {
            self.line(format!("  and {more} more"));
        }
    }

    /// The evidence of a row, a line for each of its sides: the first that each has.
    pub fn evidence<T>(&mut self, answer: &Answer<T>, cited: &[EvidenceId]) {
        let mut sides = BTreeSet::new();
        let mut proofs = answer.evidence(cited);
        proofs.retain(|proof| sides.insert(proof.perspective));
        proofs.sort_by_key(|proof| proof.perspective);
        let told: Vec<String> = proofs.iter().map(|proof| format!("      {proof}")).collect();
        self.lines(told.into_iter(), EVIDENCE);
    }

    /// Says how far an answer can be trusted. Whether there is any answer at all.
    pub fn trust<T>(&mut self, answer: &Answer<T>) -> bool {
        match &answer.status {
            Status::Complete => true,
            Status::Unknown { why } => {
                self.line(format!("cannot say: {why}"));
                false
            }
            Status::Partial { missing } => {
                self.line(format!("partial: {} readings are missing or stale", missing.len()));
                let told = missing.iter().map(|missing| format!("  {}: {}", missing.scope, missing.why));
                self.lines(told, MISSING);
                true
            }
        }
    }

    /// All of it.
    pub fn finished(self) -> String {
        self.text
    }
}
