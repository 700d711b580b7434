//! What one component costs with those who depend on it, and what could not be given to anybody.

use twin_core::base::Money;
use twin_core::graph::{Node, Snapshot};
use twin_core::wire::label;

use super::telling::Telling;

const DEPENDENTS: usize = 4;
const REASONS: usize = 8;

/// Tells the cost of a component.
pub fn tell(telling: &mut Telling, now: &Snapshot, billed: Option<Node>) {
    telling.section("Cost");
    let Some(node) = billed.filter(|_| !now.pages().charges.is_empty()) else {
        telling.line("cannot say: no bill that was read names anything that was read");
        return;
    };
    let answer = now.cost(node);
    if !telling.trust(&answer) {
        return;
    }
    for (place, row) in answer.value.rows.iter().take(DEPENDENTS + 1).enumerate() {
        let whose = if place == 0 { label(now, node) } else { format!("  needs it: {}", row.entity.name) };
        telling.line(format!("{whose:<28} {} in {} lines", sum(&row.cost), row.lines));
        telling.evidence(&answer, &row.evidence[..row.evidence.len().min(usize::from(place == 0))]);
    }
    telling.line("billed, and for nobody here:");
    let reasons = answer
        .value
        .unallocated
        .iter()
        .map(|row| format!("  {:<16} {} ({} lines)", sum(&row.cost), row.why, row.lines));
    telling.lines(reasons, REASONS);
}

fn sum(cost: &[Money]) -> String {
    let words: Vec<String> = cost.iter().map(ToString::to_string).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(" + ") }
}
