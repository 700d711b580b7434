//! Why records are one thing, and why others are not.

use serde::Serialize;

use crate::analysis::question::{EntityRef, envelope};
use crate::answer::{Answer, Profile};
use crate::graph::{Node, Snapshot};
use crate::identity::{Verdict, Weight};
use crate::observe::RecordKey;

/// What was said about one pair of records. The weights sum to the score.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct IdentityReason {
    /// One record.
    pub a: String,
    /// The other.
    pub b: String,
    /// Whether they are one thing.
    pub merged: bool,
    /// One line for people.
    pub reason: String,
    /// What speaks for and against.
    pub weights: Vec<Weight>,
    /// The sum of the weights.
    pub score: f64,
    /// Pairs that score as much are one thing.
    pub threshold: f64,
    /// The facts on both sides, cited.
    pub evidence: Vec<crate::answer::EvidenceId>,
}

/// Why the records of an entity are one thing, and which others came near. O(pairs that were looked at).
pub fn explain(snapshot: &Snapshot, node: Node, needs: Profile) -> Answer<Vec<IdentityReason>> {
    let component = snapshot.component(node);
    let records = &snapshot.entity(component).records;
    let rows = reasons(snapshot, |a, b| records.contains(a) || records.contains(b));
    let asked = serde_json::json!({"entity": EntityRef::of(snapshot, component), "question": "explain"});
    let mut answer = envelope(snapshot, "describe", asked, needs, METHOD, rows);
    let merged = answer.value.iter().filter(|reason| reason.merged).count();
    answer.verdict =
        Some(format!("{} records, {merged} pairs merged, {} refused", records.len(), answer.value.len() - merged));
    answer
}

/// Why two entities are not one. O(pairs that were looked at).
pub fn why_not(snapshot: &Snapshot, a: Node, b: Node, needs: Profile) -> Answer<Vec<IdentityReason>> {
    let (a, b) = (snapshot.component(a), snapshot.component(b));
    let (left, right) = (&snapshot.entity(a).records, &snapshot.entity(b).records);
    let crosses = |x: &RecordKey, y: &RecordKey| {
        (left.contains(x) && right.contains(y)) || (left.contains(y) && right.contains(x))
    };
    let rows = if a == b { Vec::new() } else { reasons(snapshot, crosses) };
    let asked = serde_json::json!({
        "a": EntityRef::of(snapshot, a), "b": EntityRef::of(snapshot, b), "question": "why_not",
    });
    let mut answer = envelope(snapshot, "describe", asked, needs, METHOD, rows);
    answer.verdict = Some(match (a == b, answer.value.first()) {
        (true, _) => "they are one".to_owned(),
        (false, Some(reason)) => reason.reason.clone(),
        (false, None) => {
            let (a, b) = (snapshot.entity(a), snapshot.entity(b));
            let same = a.name.to_lowercase() == b.name.to_lowercase();
            if same {
                "the name alone is no evidence".to_owned()
            } else {
                "they share no reference, key or name".to_owned()
            }
        }
    });
    answer
}

const METHOD: &str = "explicit references and unambiguous native keys, then what the estate shows; additive weights";

fn reasons(snapshot: &Snapshot, wanted: impl Fn(&RecordKey, &RecordKey) -> bool) -> Vec<IdentityReason> {
    let verdicts = snapshot.pages().verdicts.iter().filter(|(a, b, _)| wanted(a, b));
    verdicts.map(|(a, b, verdict)| reason(a, b, verdict)).collect()
}

fn reason(a: &RecordKey, b: &RecordKey, verdict: &Verdict) -> IdentityReason {
    IdentityReason {
        a: a.to_string(),
        b: b.to_string(),
        merged: verdict.merged,
        reason: verdict.reason.clone(),
        weights: verdict.score.weights.clone(),
        score: verdict.score.score,
        threshold: verdict.threshold,
        evidence: verdict.evidence.clone(),
    }
}
