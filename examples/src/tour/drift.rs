//! What the files say and nobody does, and what is done and no file says.

use twin_core::analysis::{Drift, DriftRow};
use twin_core::answer::Answer;
use twin_core::graph::Snapshot;
use twin_core::observe::Perspective;

use super::telling::Telling;

const ROWS: usize = 5;

/// Tells the drift between what is declared and what is observed.
pub fn tell(telling: &mut Telling, now: &Snapshot) {
    telling.section("Drift: declared against observed");
    let is_seen = now.pages().evidence.iter().any(|row| row.perspective == Perspective::Observed);
    let answer = now.drift(Perspective::Declared, Perspective::Observed);
    if !is_seen {
        telling.line("cannot say: no telemetry was read");
        return;
    }
    if !telling.trust(&answer) {
        return;
    }
    tell_rows(telling, &answer, "seen, and in no file", &answer.value.undeclared);
    tell_rows(telling, &answer, "in a file, and never seen", &answer.value.missing);
    let names: Vec<&str> = answer.value.not_compared.iter().map(|entity| entity.name.as_str()).collect();
    if !names.is_empty() {
        telling.line(format!("not judged, because they send no telemetry: {}", names.join(", ")));
    }
}

fn tell_rows(telling: &mut Telling, answer: &Answer<Drift>, title: &str, rows: &[DriftRow]) {
    telling.line(format!("{title}: {}", rows.len()));
    for row in rows.iter().take(ROWS) {
        telling.line(format!("  {} {} {}", row.from.name, row.relation, row.to.name));
        telling.evidence(answer, &row.evidence[..row.evidence.len().min(1)]);
    }
    if let more @ 1.. = rows.len().saturating_sub(ROWS) {
        telling.line(format!("  and {more} more"));
    }
}
