//! Templates of requests that the twin has counted, where none were recorded.

use std::collections::{BTreeMap, BTreeSet};

use super::{CallTemplateRow, TemplateCall, TemplateSource};
use crate::analysis::EntityRef;
use crate::answer::EvidenceId;
use crate::graph::{Count, Node, Snapshot};
use crate::schema::relation;
use crate::simulate::replay::{Criticality, Names};
use crate::simulate::who::service_name;
use crate::simulate::{Basis, Traffic, counted_quantile, recent_counts};

/// What was taken for granted.
pub(super) const ASSUMPTION: &str = "of operations that no recorded request shows, counts are told: a call of theirs of which nobody says how it is needed is taken to be required, and each to be tried once and waited for";
/// A row cites so many counts, and no more.
const CITED: usize = 20;

/// A row for each operation that was counted, of services that no recorded request shows. O(counts).
pub(super) fn rows(snapshot: &Snapshot, traffic: Option<&Traffic>) -> Vec<CallTemplateRow> {
    let is_recorded = |node: &Node| traffic.is_some_and(|traffic| traffic.shows(snapshot, *node));
    let mut operations: BTreeMap<(Node, &str), Counted<'_>> = BTreeMap::new();
    for count in recent_counts(snapshot) {
        let callee = count.callee.map(Node).filter(|callee| snapshot.is_there(*callee));
        match (&count.caller, callee) {
            (None, Some(callee)) => operations.entry((callee, &count.operation)).or_default().served.add(count),
            (Some((caller, during)), callee) => {
                let calls = &mut operations.entry((Node(*caller), during)).or_default().calls;
                calls.entry((callee, &count.operation)).or_default().add(count);
            }
            (None, None) => {}
        }
    }
    // Of whom nobody counted what it served, nobody knows how often it calls.
    operations.retain(|(node, _), counted| counted.served.requests > 0 && !is_recorded(node));
    let names = Called::of(snapshot, &operations);
    operations.iter().map(|((node, operation), counted)| counted.row(*node, operation, &names)).collect()
}

/// Requests that were counted.
#[derive(Default)]
struct Sum {
    requests: u64,
    errors: u64,
    latency: BTreeMap<u16, u64>,
    evidence: BTreeSet<EvidenceId>,
}

impl Sum {
    fn add(&mut self, count: &Count) {
        self.requests += count.requests;
        self.errors += count.errors;
        for (bucket, requests) in &count.latency {
            *self.latency.entry(*bucket).or_default() += requests;
        }
        self.evidence.insert(count.evidence);
    }

    fn failed(&self) -> f64 {
        self.errors as f64 / self.requests.max(1) as f64
    }
}

/// What was counted of an operation.
#[derive(Default)]
struct Counted<'s> {
    served: Sum,
    /// By whom it asks, where that is known, and for what.
    calls: BTreeMap<(Option<Node>, &'s str), Sum>,
}

impl Counted<'_> {
    fn row(&self, node: Node, operation: &str, names: &Called<'_>) -> CallTemplateRow {
        let Sum { requests, errors, latency, .. } = &self.served;
        let evidence: BTreeSet<EvidenceId> =
            self.served.evidence.iter().chain(self.calls.values().flat_map(|sum| &sum.evidence)).copied().collect();
        CallTemplateRow {
            service: names.service(node).to_owned(),
            entity: Some(EntityRef::of(names.snapshot, names.snapshot.component(node))),
            operation: names.operation(node, operation),
            outcome: None,
            rests_on: TemplateSource::Counts,
            requests: *requests,
            share: 1.0,
            failed: *errors,
            requests_a_second: None,
            took_ms: None,
            work_ms: None,
            waiting_ms: None,
            called_ms: None,
            queued_ms: None,
            took_p50_ms: counted_quantile(latency, 0.5),
            took_p95_ms: counted_quantile(latency, 0.95),
            work_p50_ms: None,
            work_p95_ms: None,
            workers: None,
            workers_basis: Basis::Default,
            utilisation: None,
            calls_at_a_time: None,
            calls: self.calls.iter().map(|(asked, sum)| self.call(node, *asked, sum, names)).collect(),
            evidence: evidence.into_iter().take(CITED).collect(),
        }
    }

    fn call(
        &self,
        caller: Node,
        (callee, operation): (Option<Node>, &str),
        sum: &Sum,
        names: &Called<'_>,
    ) -> TemplateCall {
        let declared = callee.and_then(|callee| declared(names.snapshot, caller, callee));
        let callee_name = match callee {
            Some(callee) => format!("{}.{}", names.service(callee), names.operation(callee, operation)),
            None => operation.to_owned(),
        };
        TemplateCall {
            step: None,
            callee: callee_name,
            entity: callee.map(|callee| EntityRef::of(names.snapshot, names.snapshot.component(callee))),
            made_by: None,
            calls_a_request: sum.requests as f64 / self.served.requests as f64,
            is_in_turn: None,
            gap_ms: None,
            took_p50_ms: counted_quantile(&sum.latency, 0.5),
            took_p95_ms: counted_quantile(&sum.latency, 0.95),
            failed: sum.failed(),
            tries: None,
            criticality: declared.unwrap_or(Criticality::Required),
            criticality_basis: if declared.is_some() { Basis::Declared } else { Basis::Default },
            retries: 0,
            retries_basis: Basis::Default,
            backoff_ms: None,
            timeout_ms: None,
            timeout_basis: Basis::Default,
            hit_ratio: None,
        }
    }
}

/// How the twin says that one needs the other: as all calls between their instances are said to be, where it says so of all.
fn declared(snapshot: &Snapshot, caller: Node, callee: Node) -> Option<Criticality> {
    let classes = snapshot.pages().classes();
    let instances = |node: Node| snapshot.instances(snapshot.component(node));
    let called: BTreeSet<Node> = instances(callee).into_iter().chain([callee]).collect();
    let callers: BTreeSet<Node> = instances(caller).into_iter().chain([caller]).collect();
    let ends = callers.iter().flat_map(|caller| snapshot.topology().outgoing(caller.0).iter());
    let calls = ends.filter(|(to, _)| called.contains(&Node(*to))).map(|(_, class)| &classes[class as usize]);
    let variants: BTreeSet<Option<&str>> =
        calls.filter(|class| class.relation == relation::CALLS).map(|class| class.variant).collect();
    let only = if variants.len() == 1 { *variants.first()? } else { None };
    only.and_then(Criticality::of_variant)
}

/// How those who were counted are called.
struct Called<'s> {
    snapshot: &'s Snapshot,
    services: BTreeMap<Node, String>,
    /// By who serves or is asked, the whole names of its operations.
    operations: BTreeMap<Node, BTreeSet<&'s str>>,
}

impl<'s> Called<'s> {
    fn of(snapshot: &'s Snapshot, counted: &BTreeMap<(Node, &'s str), Counted<'s>>) -> Self {
        let mut operations: BTreeMap<Node, BTreeSet<&str>> = BTreeMap::new();
        for ((node, operation), counted) in counted {
            operations.entry(*node).or_default().insert(operation);
            for (callee, asked) in counted.calls.keys() {
                if let Some(callee) = callee {
                    operations.entry(*callee).or_default().insert(asked);
                }
            }
        }
        let services = operations.keys().map(|node| (*node, service_name(snapshot, *node))).collect();
        Called { snapshot, services, operations }
    }

    fn service(&self, node: Node) -> &str {
        self.services.get(&node).map_or("", String::as_str)
    }

    /// An operation as recorded requests call it: `cart` of `GET /cart`.
    fn operation(&self, node: Node, operation: &str) -> String {
        let service = self.service(node);
        let own = self.operations.get(&node).into_iter().flatten();
        Names::of(own.map(|operation| (service, *operation))).name(service, operation)
    }
}
