//! Review: the pairs of which a person's word would tell most, and the words that evidence speaks against.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::question::{EntityRef, envelope};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::graph::{Node, Snapshot};
use crate::identity::resolve::{entropy, probability};
use crate::observe::RecordKey;

/// Two records about which a person should decide.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ReviewRow {
    /// What one record is part of.
    pub a: EntityRef,
    /// What the other is part of.
    pub b: EntityRef,
    /// The key of the one record.
    pub record_a: String,
    /// The key of the other.
    pub record_b: String,
    /// How likely they are one thing, by evidence alone. It is calibrated where names, images and values of the estate were compared; what references weigh is stated, and read the same way.
    pub probability: f64,
    /// What a decision would tell, in bits: pairs of records that it is about, times how little is known; for what a person decided against the evidence, times how surprising that is.
    pub gain: f64,
    /// Whether a person decided it already, and the evidence speaks against that.
    pub contradicted: bool,
    /// Why they are one, or are not.
    pub reason: String,
    /// The facts on both sides, cited.
    pub evidence: Vec<EvidenceId>,
}

/// What is as likely as one in so many, or as sure, needs nobody.
const SURE: f64 = 0.01;

/// What a person should look at, the most telling first, at most `most` rows. One pair stands for two things. O(pairs that were looked at).
pub fn review(snapshot: &Snapshot, most: usize, needs: Profile) -> Answer<Vec<ReviewRow>> {
    let mut rows: BTreeMap<(Node, Node, bool), ReviewRow> = BTreeMap::new();
    for (a, b, verdict) in snapshot.pages().verdicts.iter() {
        let (Some(here), Some(there)) = (component(snapshot, a), component(snapshot, b)) else { continue };
        let likely = probability(verdict.score.score - verdict.threshold);
        let speaks_against = if verdict.merged { verdict.score.score < 0.0 } else { likely >= 0.5 };
        let contradicted = verdict.by_person && speaks_against;
        let is_open = !verdict.merged && !verdict.by_person && here != there && (SURE..1.0 - SURE).contains(&likely);
        if !contradicted && !is_open {
            continue;
        }
        let size = |node: Node| snapshot.entity(node).records.len() as f64;
        let pairs = if here == there { 1.0 } else { size(here) * size(there) };
        let decided = if verdict.merged { likely } else { 1.0 - likely };
        let bits = if contradicted { -decided.max(f64::EPSILON).log2() } else { entropy(likely) };
        let row = ReviewRow {
            a: EntityRef::of(snapshot, here),
            b: EntityRef::of(snapshot, there),
            record_a: a.to_string(),
            record_b: b.to_string(),
            probability: likely,
            gain: pairs * bits,
            contradicted,
            reason: verdict.reason.clone(),
            evidence: verdict.evidence.clone(),
        };
        let known = rows.entry((here.min(there), here.max(there), contradicted)).or_insert_with(|| row.clone());
        if row.gain > known.gain {
            *known = row;
        }
    }
    let mut rows: Vec<ReviewRow> = rows.into_values().collect();
    rows.sort_by(|x, y| {
        y.gain.total_cmp(&x.gain).then_with(|| (&x.record_a, &x.record_b).cmp(&(&y.record_a, &y.record_b)))
    });
    let all = rows.len();
    rows.truncate(most);
    let asked = serde_json::json!({"most": most});
    let mut answer = envelope(snapshot, "describe", asked, needs, METHOD, rows);
    answer.verdict = Some(format!("{} of {all} pairs", answer.value.len()));
    answer
}

const METHOD: &str = "pairs that came near, by what a decision would tell";

/// The component of a record, or what else it is part of.
fn component(snapshot: &Snapshot, record: &RecordKey) -> Option<Node> {
    let node = snapshot.nodes_of_record(record).next()?;
    Some(snapshot.component(node))
}
