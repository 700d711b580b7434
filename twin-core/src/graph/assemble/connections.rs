//! Connections: who names whom, through which name, and what that makes of the two.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Build;
use super::piece::Pass;
use crate::answer::EvidenceId;
use crate::graph::{Group, Link, Unresolved};
use crate::identity::{FactIndex, RecordIndex};
use crate::observe::{Handle, Holding, Space, Statement, Step, Target};
use crate::schema::{AttributeName, Relation, Value, attribute, kind, relation};

/// A front stands before a front at most so often.
const FRONTS: usize = 4;
/// The names by which containers reach the machine that they run on (documentation of Docker and Podman).
const OWN_MACHINE: [&str; 6] = [
    "host.docker.internal",
    "gateway.docker.internal",
    "host.containers.internal",
    "docker.for.mac.localhost",
    "docker.for.mac.host.internal",
    "docker.for.win.localhost",
];

/// One record at the end of a connection, and the steps that lead to it from the name.
#[derive(Clone, Debug)]
struct Reached {
    record: RecordIndex,
    steps: Vec<Step>,
}

/// One mention of a peer, by whoever uses it.
pub(super) struct Mention<'b> {
    /// Who connects.
    pub user: RecordIndex,
    /// The fact that names the peer.
    pub fact: FactIndex,
    /// The steps from the user to that fact, where it stands elsewhere: in a configuration.
    pub before: Vec<Step>,
    /// How sure it is that the user reads it.
    pub certainty: f64,
    /// The peer.
    pub target: &'b Target,
    /// More about the connection.
    pub attributes: &'b BTreeMap<AttributeName, Value>,
}

impl Build<'_> {
    /// Adds the connections that records state themselves, and those that their configurations state for them.
    pub(super) fn add_connections(&mut self) {
        let context = self.directory.context();
        for &record in self.directory.related().iter().take_while(|_| context.goes_on()) {
            self.unit(Pass::Connections, self.directory.digest(record), |build| build.add_connections_of(record));
        }
        self.add_configured_connections();
    }

    fn add_connections_of(&mut self, user: RecordIndex) {
        for (fact, holding) in self.directory.facts_of(user) {
            let Some((target, attributes)) = connection(holding) else { continue };
            match self.places(user) {
                places if places.acting.is_some() => {
                    self.connect(Mention { user, fact, before: Vec::new(), certainty: 1.0, target, attributes });
                }
                // A component of which no instance is known connects nobody.
                places if places.component.is_some() => {
                    self.forbid(user, fact, &relation::CONNECTS_TO, "its left end, for nothing of it is known to run");
                }
                _ => {}
            }
        }
    }

    /// Follows one mention to everything it reaches.
    pub(super) fn connect(&mut self, mention: Mention<'_>) {
        let Some(from) = self.places(mention.user).acting else { return };
        let reached = self.reach(&mention);
        let ends: BTreeSet<u32> = reached.iter().filter_map(|end| self.end_of(end.record)).collect();
        if ends.is_empty() {
            return self.note_unreached(from, &mention, !reached.is_empty());
        }
        for end in &reached {
            self.connect_to(from, &mention, end);
        }
        self.group_alternatives(from, ends);
    }

    /// The records that a mention reaches.
    pub(super) fn reached(&self, mention: &Mention<'_>) -> BTreeSet<RecordIndex> {
        self.reach(mention).into_iter().map(|end| end.record).collect()
    }

    fn connect_to(&mut self, from: u32, mention: &Mention<'_>, end: &Reached) {
        let Some(to) = self.end_of(end.record).filter(|to| *to != from) else { return };
        let relations = match self.relation_to(to) {
            unknown if unknown == relation::CONNECTS_TO => self.seen_between(from, to),
            known => vec![known],
        };
        for relation in relations {
            self.connect_by(from, mention, end, to, &relation);
        }
    }

    /// What a connection to a queue is, an address does not say; what was seen between the two does.
    fn seen_between(&self, from: u32, to: u32) -> Vec<Relation> {
        let mut seen = vec![relation::PUBLISHES_TO, relation::SUBSCRIBES_TO];
        seen.retain(|relation| self.is_seen(from, relation, to));
        if seen.is_empty() { vec![relation::CONNECTS_TO] } else { seen }
    }

    fn connect_by(&mut self, from: u32, mention: &Mention<'_>, end: &Reached, to: u32, relation: &Relation) {
        if !self.schema.allows(relation.as_str(), self.kind(from).as_str(), self.kind(to).as_str()).unwrap_or(false) {
            return self.forbid(mention.user, mention.fact, relation, "its right end");
        }
        let evidence = self.cite_through(&mention.before, mention.fact, &end.steps);
        for id in &evidence {
            self.row_mut(*id).confidence *= mention.certainty;
        }
        self.link(mention.user, end.record, &evidence);
        self.say(from, relation, None, to, mention.fact, mention.attributes, evidence);
    }

    fn link(&mut self, from: RecordIndex, to: RecordIndex, evidence: &[EvidenceId]) {
        let (from, to) = (self.directory.record(from), self.directory.record(to));
        for id in evidence {
            self.piece.links.push(Arc::new(Link {
                from: from.key.clone(),
                from_name: from.name.clone(),
                to: to.key.clone(),
                to_name: to.name.clone(),
                evidence: *id,
            }));
        }
    }

    /// A name with several workloads behind it needs one of them.
    fn group_alternatives(&mut self, owner: u32, mut ends: BTreeSet<u32>) {
        ends.remove(&owner);
        if ends.len() > 1 {
            self.piece.groups.push(Group { owner, members: ends.into_iter().collect(), k: 1 });
        }
    }

    /// What stands at the end of a connection: what acts, else the thing itself.
    fn end_of(&self, record: RecordIndex) -> Option<u32> {
        let places = self.places(record);
        places.acting.or(places.own)
    }

    /// Everything that a name reaches, through whatever stands before it.
    fn reach(&self, mention: &Mention<'_>) -> Vec<Reached> {
        let mut reached = Vec::new();
        let mut seen = BTreeSet::new();
        let mut first = self.resolve_for(mention.user, mention.target, Vec::new());
        if first.is_empty() {
            first = self.published(mention);
        }
        let mut pending: Vec<(Reached, usize)> = first.into_iter().map(|end| (end, 0)).collect();
        while let Some((end, depth)) = pending.pop() {
            if !seen.insert(end.record) {
                continue;
            }
            let behind = if depth < FRONTS { self.behind(&end) } else { Vec::new() };
            match behind.is_empty() {
                true => reached.push(end),
                false => pending.extend(behind.into_iter().map(|next| (next, depth + 1))),
            }
        }
        reached.sort_by_key(|end| end.record);
        reached
    }

    fn resolve_for(&self, user: RecordIndex, target: &Target, steps: Vec<Step>) -> Vec<Reached> {
        let found = match target {
            Target::Handle(handle) if handle.space == Space::Host && handle.within.is_empty() => {
                self.directory.resolve_host(&handle.value, &self.networks_of(user))
            }
            other => self.directory.resolve(other, user),
        };
        found.into_iter().map(|found| Reached { record: found.record, steps: steps.clone() }).collect()
    }

    /// Who publishes the port of a machine that is named by one of the names by which containers reach their own machine.
    fn published(&self, mention: &Mention<'_>) -> Vec<Reached> {
        let (Target::Handle(host), Some(port)) =
            (mention.target, mention.attributes.get(&attribute::PORT).and_then(Value::as_integer))
        else {
            return Vec::new();
        };
        if host.space != Space::Host || !OWN_MACHINE.contains(&host.value.as_str()) {
            return Vec::new();
        }
        let found = self.directory.resolve_published(port, &self.networks_of(mention.user));
        let steps = |via: Option<FactIndex>| via.map(|via| self.steps(via)).unwrap_or_default();
        found.into_iter().map(|found| Reached { record: found.record, steps: steps(found.via) }).collect()
    }

    /// The networks of a record; telemetry stands in those of the workloads that it belongs to.
    fn networks_of(&self, record: RecordIndex) -> Vec<String> {
        let own = &self.directory.record(record).networks;
        let acting = self.places(record).acting;
        if !own.is_empty() || acting.is_none() {
            return own.clone();
        }
        let siblings = acting.into_iter().flat_map(|node| self.entity(node).records.iter());
        let networks = siblings
            .filter_map(|key| self.directory.by_key(key))
            .flat_map(|sibling| self.directory.record(sibling).networks.clone());
        networks.collect()
    }

    /// What a load balancer spreads requests over, or a configured value stands for, with the steps that say so. Nothing for anything else.
    fn behind(&self, front: &Reached) -> Vec<Reached> {
        if ![kind::LOAD_BALANCER, kind::CONFIGURATION].contains(&self.directory.record(front.record).key.kind) {
            return Vec::new();
        }
        let mut behind = Vec::new();
        for (fact, holding) in self.directory.facts_of(front.record) {
            if let Statement::Related { relation, target, .. } = &holding.fact.statement
                && *relation == relation::ROUTES_TO
            {
                let steps: Vec<Step> = front.steps.iter().cloned().chain(self.steps(fact)).collect();
                behind.extend(self.resolve_for(front.record, target, steps));
            }
        }
        behind
    }

    fn note_unreached(&mut self, from: u32, mention: &Mention<'_>, stands_before_nothing: bool) {
        let names = match mention.target {
            Target::Handle(Handle { value, .. }) => value.clone(),
            Target::Record(key) => key.to_string(),
            Target::Selector { .. } => return,
        };
        let why =
            if stands_before_nothing { "nothing stands behind it" } else { "nothing that was read answers to it" };
        let evidence = self.cite_through(&mention.before, mention.fact, &[]);
        let why = why.to_owned();
        self.piece.unresolved.push(Arc::new(Unresolved { from: Some(from), names, why, evidence }));
    }
}

/// The target of a connection, if the fact states one.
pub(super) fn connection<'h>(holding: &Holding<'h>) -> Option<(&'h Target, &'h BTreeMap<AttributeName, Value>)> {
    match &holding.fact.statement {
        Statement::Related { relation, target, attributes, .. } if *relation == relation::CONNECTS_TO => {
            Some((target, attributes))
        }
        _ => None,
    }
}
