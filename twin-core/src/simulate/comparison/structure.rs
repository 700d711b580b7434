//! What the shape of the graph loses and gains: single points of failure, cycles, violated decisions, drift.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{Dimension, Figure};
use crate::analysis::{Drift, DriftRow, EntityRef, Violation, cuts, cycles, drift, violated};
use crate::answer::{EvidenceId, Profile, Status};
use crate::graph::{EdgeClass, Snapshot};
use crate::observe::Perspective;

/// A thing of the shape, with what it is about, what tells it apart, and why it is believed.
pub(super) type Shape = BTreeMap<(Option<EntityRef>, Option<String>), Vec<EvidenceId>>;

/// The figures, and a row for each thing that comes or goes.
pub(super) fn figures(before: &Snapshot, after: &Snapshot) -> Vec<Figure> {
    let sides = [
        (Dimension::SinglePointsOfFailure, "entities", points(before), points(after)),
        (Dimension::Cycles, "found", circles(before), circles(after)),
        (Dimension::DecisionsViolated, "found", broken(before), broken(after)),
    ];
    let rows =
        sides.into_iter().flat_map(|(dimension, unit, before, after)| figures_of(dimension, unit, &before, &after));
    rows.chain(drifts(before, after)).collect()
}

/// How much of it there is, and a row for each that comes or goes.
pub(super) fn figures_of(dimension: Dimension, unit: &str, before: &Shape, after: &Shape) -> Vec<Figure> {
    let all = Figure::known(dimension, unit, before.len() as f64, after.len() as f64);
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed = keys.into_iter().filter(|key| before.contains_key(key) != after.contains_key(key));
    let row = |key: &(Option<EntityRef>, Option<String>)| {
        let is = |shape: &Shape| f64::from(u8::from(shape.contains_key(key)));
        let mut figure = Figure::known(dimension, unit, is(before), is(after));
        (figure.about, figure.detail) = key.clone();
        figure.evidence = before.get(key).or_else(|| after.get(key)).cloned().unwrap_or_default();
        figure
    };
    [all].into_iter().chain(changed.map(row)).collect()
}

/// The entities without which others are no longer joined by relations over which failure passes.
fn points(snapshot: &Snapshot) -> Shape {
    let passes =
        |class: &EdgeClass| snapshot.schema().relation(class.relation.as_str()).is_ok_and(|row| row.passes_failure());
    let points = cuts(snapshot, passes).points;
    points.into_iter().map(|node| ((Some(EntityRef::of(snapshot, node)), None), Vec::new())).collect()
}

fn circles(snapshot: &Snapshot) -> Shape {
    let told =
        |members: &[EntityRef]| members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>().join(" ↔ ");
    let found = cycles(snapshot, Profile::Audit).value;
    found.into_iter().map(|cycle| ((None, Some(told(&cycle.members))), cycle.evidence)).collect()
}

fn broken(snapshot: &Snapshot) -> Shape {
    let told = |violation: &Violation| format!("{}: {} → {}", violation.forbids, violation.from, violation.to);
    let found = violated(snapshot).into_iter();
    found.map(|(decision, violation)| ((Some(decision), Some(told(&violation))), violation.evidence)).collect()
}

/// What is declared and not observed, and the other way round; or that nothing was observed.
fn drifts(before: &Snapshot, after: &Snapshot) -> Vec<Figure> {
    let of = |snapshot: &Snapshot| drift(snapshot, Perspective::Declared, Perspective::Observed, Profile::Audit);
    let was = of(before);
    if let Status::Unknown { why } = was.status {
        return vec![Figure::unknown(Dimension::Drift, why)];
    }
    let shape = |drift: Drift| -> Shape {
        let told = |what: &str, row: DriftRow| {
            let detail = format!("{what}: {} {} {}", row.from, row.relation, row.to);
            ((None, Some(detail)), row.evidence)
        };
        let missing = drift.missing.into_iter().map(|row| told("not observed", row));
        missing.chain(drift.undeclared.into_iter().map(|row| told("not declared", row))).collect()
    };
    figures_of(Dimension::Drift, "relations", &shape(was.value), &shape(of(after).value))
}
