//! Owners: who answers for an entity, and by which rule.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::analysis::conflicts::asked;
use crate::analysis::question::{EntityRef, basis, envelope};
use crate::analysis::writers::{Turn, Writers, rule, turn};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::graph::{Node, Snapshot};
use crate::observe::Perspective;
use crate::schema::relation;

/// One owner.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct OwnerRow {
    /// The team or person.
    pub owner: EntityRef,
    /// Which part of the entity it owns: the entity itself, or an instance.
    pub owns: EntityRef,
    /// How sure that is.
    pub confidence: f64,
    /// From which sides it is known.
    pub perspectives: Vec<Perspective>,
    /// Whether this is an owner to go by: by the word of whoever may write owners before others, or else by the surest word.
    pub shown: bool,
    /// The rule or label that says so, and the path that it matches.
    pub evidence: Vec<EvidenceId>,
}

/// Who owns an entity, those first whose sources may write it before others, then the surest. O(relations of the entity).
pub fn owners(snapshot: &Snapshot, node: Node, writers: &[Writers], needs: Profile) -> Answer<Vec<OwnerRow>> {
    let rows = rows(snapshot, node, writers, needs);
    let asked = asked(snapshot, node, writers);
    let sides = basis(snapshot, rows.iter().flat_map(|row| row.evidence.iter().copied()));
    let mut answer =
        envelope(snapshot, "owners", asked, needs, "last matching rule of each section, labels, catalogue", rows);
    answer.basis = sides;
    answer.verdict = verdict(&answer.value);
    answer
}

/// One line where there is no owner, or more than one source's word on who it is.
fn verdict(rows: &[OwnerRow]) -> Option<String> {
    let named = |wanted: fn(&&OwnerRow) -> bool| -> BTreeSet<&str> {
        rows.iter().filter(wanted).map(|row| &row.owner.name[..]).collect()
    };
    let (all, shown) = (named(|_| true), named(|row| row.shown));
    match (all.len(), shown.len()) {
        (0, _) => Some("no rule that was read gives it an owner".to_owned()),
        (all, shown_count) if all > shown_count => {
            let shown = shown.into_iter().collect::<Vec<&str>>().join(", ");
            Some(format!("{all} owners are named; go by {shown}"))
        }
        _ => None,
    }
}

/// The owners of an entity, its component and its instances.
pub(crate) fn rows(snapshot: &Snapshot, node: Node, writers: &[Writers], needs: Profile) -> Vec<OwnerRow> {
    let component = snapshot.component(node);
    let mut parts = snapshot.instances(component);
    parts.extend([component, node]);
    parts.sort_unstable();
    parts.dedup();
    let owned =
        parts.iter().flat_map(|part| snapshot.outgoing(*part)).filter(|edge| edge.edge.relation == relation::OWNED_BY);
    let rule = rule(writers, &snapshot.entity(component).kind, relation::OWNED_BY.as_str());
    let mut rows: Vec<(Turn, OwnerRow)> = owned
        .map(|edge| {
            let row = OwnerRow {
                owner: EntityRef::of(snapshot, edge.to),
                owns: EntityRef::of(snapshot, edge.from),
                confidence: edge.edge.confidence,
                perspectives: edge.edge.perspectives.clone(),
                shown: false,
                evidence: edge.edge.evidence.clone(),
            };
            (turn(snapshot, rule, &row.evidence, needs), row)
        })
        .collect();
    rows.sort_by(|(turn, a), (other, b)| {
        let surest = || b.confidence.total_cmp(&a.confidence);
        turn.cmp(other).then_with(surest).then_with(|| (&a.owner, &a.owns).cmp(&(&b.owner, &b.owns)))
    });
    let first = rows.first().map(|(turn, row)| (turn.clone(), row.confidence));
    let shown = rows.into_iter().map(|(turn, row)| {
        let shown = first.as_ref().is_some_and(|(best, surest)| turn == *best && row.confidence >= *surest);
        OwnerRow { shown, ..row }
    });
    shown.collect()
}
