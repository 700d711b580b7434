//! Cost: what an entity is billed, with its parts, and what those who depend on it are billed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use crate::analysis::question::{EntityRef, envelope};
use crate::analysis::spread::structural_reach;
use crate::answer::{Answer, EvidenceId, Profile};
use crate::base::{Money, Timestamp};
use crate::graph::{Charge, Node, Snapshot};
use crate::observe::Perspective;
use crate::schema::CostPass;

/// What one entity is billed.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct CostRow {
    /// The entity: the one that is asked about, or one that depends on it.
    pub entity: EntityRef,
    /// 0 for the entity that is asked about; else the relations between the two.
    pub hops: usize,
    /// The sum of its charges and those of its parts, for each currency.
    pub cost: Vec<Money>,
    /// How many lines of bills that is.
    pub lines: usize,
    /// The lines, at most 20.
    pub evidence: Vec<EvidenceId>,
}

/// The cost of an entity and its dependents, beside what could not be given to anybody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct CostSummary {
    /// The entity first, then its dependents by distance and name. Dependents without charges are left out.
    pub rows: Vec<CostRow>,
    /// All charges that are for nobody here, by reason.
    pub unallocated: Vec<Unallocated>,
}

/// Charges that are for nobody that is known.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Unallocated {
    /// Why.
    pub why: String,
    /// The sum, for each currency.
    pub cost: Vec<Money>,
    /// How many lines.
    pub lines: usize,
    /// The lines, at most 20.
    pub evidence: Vec<EvidenceId>,
}

const SHOWN_LINES: usize = 20;

/// What an entity and everything that depends on it is billed. O(relations + charges).
pub fn cost(snapshot: &Snapshot, node: Node, needs: Profile) -> Answer<CostSummary> {
    let charges = by_node(snapshot);
    let mut seeds = snapshot.instances(node);
    seeds.push(node);
    let reach = structural_reach(snapshot, &seeds);
    let mut dependents: BTreeMap<Node, usize> = BTreeMap::new();
    for (reached, hops) in reach {
        let owner = snapshot.component(reached);
        if hops > 0 && owner != node {
            let known = dependents.entry(owner).or_insert(hops);
            *known = (*known).min(hops);
        }
    }
    let mut left_out = Vec::new();
    let mut rows = vec![row(snapshot, node, 0, &charges, &mut left_out)];
    let mut others: Vec<CostRow> = dependents
        .into_iter()
        .map(|(dependent, hops)| row(snapshot, dependent, hops, &charges, &mut left_out))
        .collect();
    others.retain(|row| row.lines > 0);
    others.sort_by(|a, b| (a.hops, &a.entity).cmp(&(b.hops, &b.entity)));
    rows.extend(others);
    let value = CostSummary { rows, unallocated: unallocated(snapshot, &mut left_out) };
    let asked = serde_json::json!({"entity": EntityRef::of(snapshot, node)});
    let mut answer = envelope(snapshot, "cost", asked, needs, "sum of FOCUS EffectiveCost, else BilledCost", value);
    answer.assumptions = left_out;
    answer.basis = if snapshot.pages().charges.is_empty() { Vec::new() } else { vec![Perspective::Billed] };
    answer
}

/// What an entity alone is billed. O(charges).
pub(crate) fn own_row(snapshot: &Snapshot, node: Node) -> CostRow {
    row(snapshot, node, 0, &by_node(snapshot), &mut Vec::new())
}

/// How an entity's bill is told as of a month.
#[derive(Clone, Debug)]
pub(crate) struct Months {
    /// Of how many the lines are together that are for no longer than a month each; `None` where none says for what time it is.
    pub short: Option<f64>,
}

/// A line for longer than this is for so long by itself.
const LONGEST: Duration = Duration::from_secs(45 * 24 * 60 * 60);

impl Months {
    /// Of the bills that were read: whole months of the calendar as such, else days by thirty; days without a line in between do not count. O(charges · log charges).
    pub fn of(snapshot: &Snapshot) -> Months {
        /// An end that is the last moment of a time is as good as the first after it.
        const LAST: Duration = Duration::from_secs(1);
        let windows =
            snapshot.pages().charges.iter().filter_map(window).filter(|(start, end)| end.since(*start) <= LONGEST);
        let mut windows: Vec<(Timestamp, Timestamp)> = windows.collect();
        windows.sort_unstable();
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (start, end) in windows {
            match joined.last_mut().filter(|last| start <= last.1.after(LAST)) {
                Some(last) => last.1 = last.1.max(end),
                None => joined.push((start, end)),
            }
        }
        let short = (!joined.is_empty()).then(|| joined.into_iter().map(|(start, end)| months(start, end)).sum());
        Months { short }
    }

    /// What one line comes to in a month.
    fn of_line(&self, charge: &Charge) -> f64 {
        let own = window(charge).filter(|(start, end)| end.since(*start) > LONGEST);
        let months = own.map(|(start, end)| months(start, end)).or(self.short).unwrap_or(1.0);
        charge.cost.amount.to_f64() / months
    }
}

fn window(charge: &Charge) -> Option<(Timestamp, Timestamp)> {
    charge.window.0.zip(charge.window.1).filter(|(start, end)| start < end)
}

/// What an entity alone is billed in a month, by currency. O(charges).
pub(crate) fn own_month(snapshot: &Snapshot, node: Node, months: &Months) -> BTreeMap<String, f64> {
    let charges = by_node(snapshot);
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for charge in parts(snapshot, node).iter().filter_map(|part| charges.get(part)).flatten() {
        *sums.entry(charge.cost.currency.clone()).or_default() += months.of_line(charge);
    }
    sums
}

/// How many months of the calendar, where both are beginnings of one, else how many times thirty days.
fn months(start: Timestamp, end: Timestamp) -> f64 {
    const MONTH: f64 = 30.0 * 86_400.0;
    let month = |at: Timestamp| {
        let (year, month) = at.month_begun()?;
        Some(f64::from(year) * 12.0 + f64::from(month))
    };
    let end_of_month = month(end).or_else(|| month(end.after(Duration::from_secs(1))));
    match month(start).zip(end_of_month) {
        Some((from, until)) => until - from,
        None => end.since(start).as_secs_f64() / MONTH,
    }
}

fn by_node(snapshot: &Snapshot) -> BTreeMap<Node, Vec<&Charge>> {
    let mut charges: BTreeMap<Node, Vec<&Charge>> = BTreeMap::new();
    for charge in &snapshot.pages().charges {
        if let Some(node) = charge.to.as_ref().ok().map(|node| Node(*node)).filter(|node| snapshot.is_there(*node)) {
            charges.entry(node).or_default().push(charge);
        }
    }
    charges
}

/// An entity's own charges and those of its parts, by the columns of the table.
fn row(
    snapshot: &Snapshot,
    node: Node,
    hops: usize,
    charges: &BTreeMap<Node, Vec<&Charge>>,
    left_out: &mut Vec<String>,
) -> CostRow {
    let parts = parts(snapshot, node);
    let lines: Vec<&Charge> = parts.iter().filter_map(|part| charges.get(part)).flatten().copied().collect();
    CostRow {
        entity: EntityRef::of(snapshot, node),
        hops,
        cost: sum(&snapshot.entity(node).name, &lines, left_out),
        lines: lines.len(),
        evidence: lines.iter().take(SHOWN_LINES).map(|charge| charge.evidence).collect(),
    }
}

fn parts(snapshot: &Snapshot, node: Node) -> BTreeSet<Node> {
    let mut parts = BTreeSet::new();
    let mut pending = vec![node];
    while let Some(part) = pending.pop() {
        if !parts.insert(part) {
            continue;
        }
        let passes =
            |relation: &str, wanted: CostPass| snapshot.schema().relation(relation).is_ok_and(|row| row.cost == wanted);
        let left = snapshot.outgoing(part).filter(|edge| passes(edge.edge.relation.as_str(), CostPass::SumToLeft));
        let right = snapshot.incoming(part).filter(|edge| passes(edge.edge.relation.as_str(), CostPass::SumToRight));
        pending.extend(left.map(|edge| edge.to));
        pending.extend(right.map(|edge| edge.from));
    }
    parts
}

/// The sum for each currency. Lines that cannot be added, because no number is as large as the sum would be, are told.
fn sum(of: &str, lines: &[&Charge], left_out: &mut Vec<String>) -> Vec<Money> {
    let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
    let mut beyond = 0;
    for charge in lines {
        let sum = sums.entry(&charge.cost.currency).or_insert_with(|| Money::zero(&charge.cost.currency));
        match sum.plus(&charge.cost) {
            Some(more) => *sum = more,
            None => beyond += 1,
        }
    }
    if beyond > 0 {
        left_out
            .push(format!("the cost of {of} leaves out lines: {beyond}, whose sum is too large for an exact number"));
    }
    sums.into_values().collect()
}

fn unallocated(snapshot: &Snapshot, left_out: &mut Vec<String>) -> Vec<Unallocated> {
    let mut reasons: BTreeMap<&str, Vec<&Charge>> = BTreeMap::new();
    for charge in &snapshot.pages().charges {
        if let Err(why) = &charge.to {
            reasons.entry(why).or_default().push(charge);
        }
    }
    reasons
        .into_iter()
        .map(|(why, lines)| Unallocated {
            why: why.to_owned(),
            cost: sum(why, &lines, left_out),
            lines: lines.len(),
            evidence: lines.iter().take(SHOWN_LINES).map(|charge| charge.evidence).collect(),
        })
        .collect()
}
