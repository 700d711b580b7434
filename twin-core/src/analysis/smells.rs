//! Smells of an estate as findings: each names its rule, whom it is about, and the relations behind it.

use serde::Serialize;

use crate::analysis::cycles::{cycle, need_classes};
use crate::analysis::question::{EntityRef, basis, envelope};
use crate::analysis::structure::{HubThresholds, Smells, structural_smells};
use crate::answer::{Answer, EvidenceId, Profile};
use crate::graph::{EdgeRef, Node, Snapshot};

/// The rule that a finding breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SmellRule {
    /// Entities need each other around a corner.
    Cycle,
    /// Many need it, and it needs many.
    Hub,
    /// It needs what is less stable than itself: more of the relations of that lead away from it.
    UnstableDependency,
}

impl SmellRule {
    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            SmellRule::Cycle => "cycle",
            SmellRule::Hub => "hub",
            SmellRule::UnstableDependency => "unstable_dependency",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct SmellRow {
    /// Which rule.
    pub rule: SmellRule,
    /// Whom it is about: all in a cycle, the hub, or who needs and who is needed.
    pub entities: Vec<EntityRef>,
    /// The numbers behind it.
    pub why: String,
    /// The relations behind it, as `left relation right`.
    pub relations: Vec<String>,
    /// Why they are believed.
    pub evidence: Vec<EvidenceId>,
}

/// Cycles, hubs and dependencies on what is less stable, over relations by which one end needs the other: by rule, then by name. O(entities + relations).
pub fn smells(snapshot: &Snapshot, thresholds: HubThresholds, needs: Profile) -> Answer<Vec<SmellRow>> {
    let is_need = need_classes(snapshot);
    let smells = structural_smells(snapshot, thresholds, |class| is_need(class));
    let finding = Finding { snapshot, is_need: snapshot.pages().classes().iter().map(is_need).collect() };
    let mut rows: Vec<SmellRow> = smells.cyclic_groups.iter().map(|members| finding.of_cycle(members)).collect();
    rows.extend(smells.hubs.iter().map(|hub| finding.of_hub(&smells, *hub)));
    rows.extend(smells.unstable_dependencies.iter().map(|(from, to)| finding.of_dependency(&smells, *from, *to)));
    rows.sort_by(|a, b| (a.rule, &a.entities).cmp(&(b.rule, &b.entities)));
    let asked = serde_json::json!({"fan_in": thresholds.fan_in, "fan_out": thresholds.fan_out});
    let method = "strongly connected components, numbers of neighbours, instability Ce / (Ca + Ce)";
    // What holds cycles together is what dependencies are.
    let mut answer = envelope(snapshot, "cycles", asked, needs, method, rows);
    if let Some(fields) = answer.question.as_object_mut() {
        fields.insert("kind".to_owned(), "smells".into());
    }
    answer.basis = basis(snapshot, answer.value.iter().flat_map(|row| row.evidence.iter().copied()));
    answer.verdict = Some(verdict(&answer.value));
    answer
}

fn verdict(rows: &[SmellRow]) -> String {
    let count = |rule: SmellRule| rows.iter().filter(|row| row.rule == rule).count();
    let [cycles, hubs, unstable] = [SmellRule::Cycle, SmellRule::Hub, SmellRule::UnstableDependency].map(count);
    format!("cycles: {cycles}, hubs: {hubs}, dependencies on what is less stable: {unstable}")
}

struct Finding<'a> {
    snapshot: &'a Snapshot,
    /// By class, whether one end needs the other.
    is_need: Vec<bool>,
}

impl Finding<'_> {
    fn of_cycle(&self, members: &[Node]) -> SmellRow {
        let cycle = cycle(self.snapshot, members, &self.is_need);
        SmellRow {
            rule: SmellRule::Cycle,
            why: format!("{} need each other", cycle.members.len()),
            entities: cycle.members,
            relations: cycle.relations,
            evidence: cycle.evidence,
        }
    }

    fn of_hub(&self, smells: &Smells, hub: Node) -> SmellRow {
        let coupling = smells.coupling[hub.index()];
        let edges = self.snapshot.incoming(hub).chain(self.snapshot.outgoing(hub));
        let why = format!("{} need it, and it needs {}", coupling.fan_in, coupling.fan_out);
        self.row(SmellRule::Hub, &[hub], why, edges)
    }

    fn of_dependency(&self, smells: &Smells, from: Node, to: Node) -> SmellRow {
        let instability = |node: Node| smells.coupling[node.index()].instability().unwrap_or_default();
        let why = format!("instability {:.2} needs {:.2}", instability(from), instability(to));
        let between = self.snapshot.outgoing(from).filter(|edge| edge.to == to);
        self.row(SmellRule::UnstableDependency, &[from, to], why, between)
    }

    fn row<'e>(
        &self,
        rule: SmellRule,
        nodes: &[Node],
        why: String,
        edges: impl Iterator<Item = EdgeRef<'e>>,
    ) -> SmellRow {
        let name = |node: Node| &self.snapshot.entity(node).name;
        let edges: Vec<EdgeRef<'_>> = edges.filter(|edge| self.is_need[edge.class as usize]).collect();
        let told = |edge: &EdgeRef<'_>| format!("{} {} {}", name(edge.from), edge.edge.relation, name(edge.to));
        SmellRow {
            rule,
            entities: nodes.iter().map(|node| EntityRef::of(self.snapshot, *node)).collect(),
            why,
            relations: edges.iter().map(told).collect(),
            evidence: edges.iter().flat_map(|edge| edge.edge.evidence.iter().copied()).collect(),
        }
    }
}
