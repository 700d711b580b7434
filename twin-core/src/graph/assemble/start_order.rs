//! Start order: a hint at a dependency, read in the light of the estate's own habits.
//!
//! Where workloads of a project name their peers in their configuration, an order of start that nothing else confirms is only an order. Where hardly any of
//! them does, the order is the only trace that a dependency leaves, and it is taken for one, with little confidence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Build;
use super::piece::Pass;
use crate::graph::Link;
use crate::identity::{FactIndex, RecordIndex};
use crate::observe::{Statement, Target};
use crate::schema::relation;

/// From this share of workloads on, naming one's peers is the project's habit.
const HABIT: f64 = 0.5;
/// What an order of start is worth as a dependency where nothing else is ever said.
const ONLY_TRACE: f64 = 0.6;

/// One statement that one workload starts after another.
struct Order {
    from: RecordIndex,
    to: RecordIndex,
    fact: FactIndex,
}

impl Build<'_> {
    /// Adds the order of start, and dependencies where it is their only trace.
    pub(super) fn add_start_order(&mut self) {
        let orders = self.orders();
        if !orders.is_empty() {
            let habits = self.projects_that_name_their_peers(&orders);
            self.unit_anew(Pass::StartOrder, |build| build.add_orders(orders, &habits));
        }
    }

    fn add_orders(&mut self, orders: Vec<Order>, habits: &BTreeSet<String>) {
        for order in orders {
            let evidence = self.cite(order.fact);
            let none = BTreeMap::new();
            if let (Some(from), Some(to)) = (self.places(order.from).own, self.places(order.to).own) {
                self.say(from, &relation::STARTS_AFTER, None, to, order.fact, &none, evidence.clone());
            }
            if !habits.contains(&self.project(order.from)) {
                self.connect_by_order(&order, evidence);
            }
        }
    }

    fn connect_by_order(&mut self, order: &Order, evidence: Vec<crate::answer::EvidenceId>) {
        let (Some(from), Some(to)) = (self.places(order.from).acting, self.places(order.to).acting) else { return };
        for id in &evidence {
            self.row_mut(*id).confidence = ONLY_TRACE;
        }
        let (user, peer) = (self.directory.record(order.from), self.directory.record(order.to));
        for id in &evidence {
            self.piece.links.push(Arc::new(Link {
                from: user.key.clone(),
                from_name: user.name.clone(),
                to: peer.key.clone(),
                to_name: peer.name.clone(),
                evidence: *id,
            }));
        }
        let relation = self.relation_to(to);
        self.say(from, &relation, None, to, order.fact, &BTreeMap::new(), evidence);
    }

    fn orders(&self) -> Vec<Order> {
        let mut orders = Vec::new();
        for &from in self.directory.related() {
            for (fact, holding) in self.directory.facts_of(from) {
                let Some(target) = start_target(&holding.fact.statement) else { continue };
                orders.extend(self.directory.resolve(target, from).into_iter().map(|found| Order {
                    from,
                    to: found.record,
                    fact,
                }));
            }
        }
        orders
    }

    /// The projects in which at least half of the workloads that wait for another also name a peer of the project.
    fn projects_that_name_their_peers(&self, orders: &[Order]) -> BTreeSet<String> {
        let mut waiting: BTreeMap<String, BTreeSet<RecordIndex>> = BTreeMap::new();
        for order in orders {
            waiting.entry(self.project(order.from)).or_default().insert(order.from);
        }
        let naming: BTreeSet<RecordIndex> = self
            .pieces
            .iter()
            .flat_map(|made| &made.piece.links)
            .filter_map(|link| Some((self.directory.by_key(&link.from)?, self.directory.by_key(&link.to)?)))
            .filter(|(from, to)| self.project(*from) == self.project(*to))
            .map(|(from, _)| from)
            .collect();
        let share =
            |workloads: &BTreeSet<RecordIndex>| workloads.intersection(&naming).count() as f64 / workloads.len() as f64;
        waiting.into_iter().filter(|(_, workloads)| share(workloads) >= HABIT).map(|(project, _)| project).collect()
    }

    fn project(&self, record: RecordIndex) -> String {
        let key = &self.directory.record(record).key;
        format!("{}/{}", key.source, key.cluster.as_deref().unwrap_or_default())
    }
}

fn start_target(statement: &Statement) -> Option<&Target> {
    match statement {
        Statement::Related { relation, target, .. } if *relation == relation::STARTS_AFTER => Some(target),
        _ => None,
    }
}
