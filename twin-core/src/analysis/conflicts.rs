//! Conflicts: attributes that sources tell differently from the same side, and which word is shown.

use std::cmp::Reverse;

use serde::Serialize;

use crate::analysis::question::{EntityRef, basis, envelope};
use crate::analysis::writers::{Turn, Writers, rule, turn, why};
use crate::answer::{Answer, EvidenceId, EvidenceSource, Profile};
use crate::base::Timestamp;
use crate::graph::{AttributeValue, Node, Snapshot};
use crate::observe::Perspective;
use crate::schema::{AttributeName, Value};

/// One word in a conflict.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Conflict {
    /// Whose attribute.
    pub of: EntityRef,
    /// Which attribute.
    pub name: AttributeName,
    /// From which side.
    pub perspective: Perspective,
    /// The value.
    pub value: Value,
    /// Whether this is the word to go by: that of whoever may write it before others, then the surest, then the newest, then that of the first source by name, then the
    /// least value.
    pub shown: bool,
    /// Why this is the word to go by, where the question says who may write it.
    pub why: Option<String>,
    /// Why it is believed.
    pub evidence: Vec<EvidenceId>,
}

/// The attributes of an entity for which one side gives several values, each value with its evidence and the one to go by first. Different sides do not conflict: that is
/// drift. For a component, those of each of its instances, because two instances may differ. O(attributes · log attributes).
pub fn conflicts(snapshot: &Snapshot, node: Node, writers: &[Writers], needs: Profile) -> Answer<Vec<Conflict>> {
    let parts = snapshot.instances(node).into_iter();
    let value: Vec<Conflict> = parts.flat_map(|part| of(snapshot, part, writers, needs)).collect();
    let asked = asked(snapshot, node, writers);
    let sides = basis(snapshot, value.iter().flat_map(|row| row.evidence.iter().copied()));
    let mut answer =
        envelope(snapshot, "describe", asked, needs, "several values of one attribute from one side", value);
    answer.basis = sides;
    answer
}

/// The question as it was understood.
pub(super) fn asked(snapshot: &Snapshot, node: Node, writers: &[Writers]) -> serde_json::Value {
    match writers {
        [] => serde_json::json!({"entity": EntityRef::of(snapshot, node)}),
        writers => serde_json::json!({"entity": EntityRef::of(snapshot, node), "writers": writers}),
    }
}

fn of(snapshot: &Snapshot, node: Node, writers: &[Writers], needs: Profile) -> Vec<Conflict> {
    let mut said: Vec<&AttributeValue> = snapshot.entity(node).attributes.iter().collect();
    said.sort_by(|a, b| (&a.name, a.perspective, &a.value).cmp(&(&b.name, b.perspective, &b.value)));
    let groups = said.chunk_by(|a, b| a.name == b.name && a.perspective == b.perspective);
    groups
        .filter(|words| words.iter().any(|word| word.value != words[0].value))
        .flat_map(|words| rows(snapshot, node, words, writers, needs))
        .collect()
}

fn rows(
    snapshot: &Snapshot,
    node: Node,
    words: &[&AttributeValue],
    writers: &[Writers],
    needs: Profile,
) -> Vec<Conflict> {
    let rule = rule(writers, &snapshot.entity(node).kind, words[0].name.as_str());
    let with_turn = |word: &&'_ AttributeValue| turn(snapshot, rule, &word.evidence, needs);
    let mut words: Vec<(Turn, &AttributeValue)> = words.iter().map(|word| (with_turn(word), *word)).collect();
    words.sort_by(|a, b| {
        let (x, y) = (standing(snapshot, a.1), standing(snapshot, b.1));
        a.0.cmp(&b.0).then_with(|| y.0.total_cmp(&x.0)).then_with(|| (x.1, x.2).cmp(&(y.1, y.2)))
    });
    let row = |(place, (turn, word)): (usize, (Turn, &AttributeValue))| Conflict {
        of: EntityRef::of(snapshot, node),
        name: word.name.clone(),
        perspective: word.perspective,
        value: word.value.clone(),
        shown: place == 0,
        why: (place == 0).then(|| why(rule, &turn)).flatten(),
        evidence: word.evidence.clone(),
    };
    words.into_iter().enumerate().map(row).collect()
}

/// How a word compares with others: by its surest evidence, its newest, and its first source.
fn standing(snapshot: &Snapshot, word: &AttributeValue) -> (f64, Reverse<Option<Timestamp>>, Option<String>) {
    let proofs: Vec<_> = word.evidence.iter().filter_map(|id| snapshot.proof(*id)).collect();
    let surest = proofs.iter().map(|proof| proof.confidence).fold(0.0, f64::max);
    let newest = proofs.iter().filter_map(|proof| proof.observed_at).max();
    let source = proofs.into_iter().map(|proof| proof.source.0).min();
    (surest, Reverse(newest), source)
}
