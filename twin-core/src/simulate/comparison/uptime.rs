//! How long what changes, and what needs it, is down in a month: exact for the availabilities that are given, and a bound where one is missing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::figure::{Basis, Dimension, Figure};
use super::latency::copies;
use crate::analysis::{EntityRef, is_in_production};
use crate::answer::{Interval, IntervalKind};
use crate::base::{Context, Result};
use crate::graph::{EdgeClass, Node, Snapshot};
use crate::schema::{Propagation, State, kind};
use crate::simulate::availability::{Component, Requirement, availability};
use crate::simulate::change::own_stores;
use crate::simulate::contract::{Broken, broken};
use crate::simulate::{Change, Scenario, Traffic};

/// More things than these are not worked out, and said so.
const MOST: usize = 100;
/// A month of 30 days, in minutes.
const MONTH: f64 = 43_200.0;

/// A row for each thing that changes or of which it is said how available it is, and for each that needs one.
pub(super) fn figures(
    scenario: &Scenario,
    given: &BTreeMap<Node, f64>,
    recorded: Option<&Traffic>,
    context: &Context,
) -> Result<Vec<Figure>> {
    if given.is_empty() {
        return Ok(vec![Figure::unknown(Dimension::Availability, "no availability of any part is declared")]);
    }
    let told = |world: &Snapshot| recorded.map_or_else(|| world.clone(), |traffic| traffic.needs.told_of(world));
    let (stage, after) = (&told(scenario.stage()), told(&scenario.with_all_there()));
    let own = own_after(scenario, given, recorded);
    let (mild_before, before) = (Needs::of(stage, given, false), Needs::of(stage, given, true));
    let (mild_after, after) = (Needs::of(&after, &own.most, false), Needs::of(&after, &own.least, true));
    let named = scenario.changes().iter().flat_map(|change| change.entities());
    let changed: BTreeSet<Node> = named.flat_map(|node| stage.instances(*node)).collect();
    let about: BTreeSet<Node> = before.dependents(&changed).union(&after.dependents(&changed)).copied().collect();
    // What is as it was comes after it: whoever holds options against each other asks for it as well.
    let said: BTreeSet<Node> = given.keys().copied().collect();
    let others = before.dependents(&said).into_iter().filter(|node| !about.contains(node));
    let mut figures = Vec::new();
    for node in about.iter().copied().chain(others).take(MOST) {
        context.check()?;
        let bounds =
            [mild_before.downtime(node)?, before.downtime(node)?, mild_after.downtime(node)?, after.downtime(node)?];
        let undeclared = before.undeclared(node).union(&after.undeclared(node)).cloned().collect();
        figures.push(figure(stage, node, bounds, &undeclared, &own.why));
    }
    if about.len() > MOST {
        let why =
            format!("{} more entities need what changes; only the first {MOST} are worked out", about.len() - MOST);
        figures.push(Figure::unknown(Dimension::Availability, why));
    }
    Ok(figures)
}

/// How available things are by themselves after the changes: at least and at most.
struct Own {
    least: BTreeMap<Node, f64>,
    most: BTreeMap<Node, f64>,
    /// Why least and most differ, or what was not known.
    why: BTreeSet<&'static str>,
}

/// What things are comes first, then in how many copies, then for how long they are down: in whatever order changes were given.
fn own_after(scenario: &Scenario, given: &BTreeMap<Node, f64>, recorded: Option<&Traffic>) -> Own {
    let mut own = Own { least: given.clone(), most: given.clone(), why: BTreeSet::new() };
    let stage = scenario.stage();
    for change in scenario.changes() {
        if let Change::Replace { entity, availability, .. } = change {
            if availability.is_none() {
                own.why.insert(UNSAID);
            }
            own.set(&stage.instances(*entity), |_| availability.map_or((0.0, 1.0), |own| (own, own)));
        }
    }
    let mut replicated: BTreeMap<Node, Vec<&Change>> = BTreeMap::new();
    for change in scenario.changes() {
        match change {
            Change::Scale { entity, .. } => own.copied(stage, *entity, change),
            Change::AddReplica { entity, .. } => replicated.entry(*entity).or_default().push(change),
            _ => {}
        }
    }
    replicated.iter().for_each(|(entity, changes)| own.with_replicas(stage, *entity, changes));
    for change in scenario.changes() {
        let (nodes, minutes) = match change {
            Change::Fail { entity, state: State::Down, minutes } => (stage.instances(*entity), *minutes),
            Change::SetQuota { entity, a_second } if *a_second == 0.0 => (stage.instances(*entity), None),
            Change::Move { entity, stores_follow, cutover_minutes: Some(minutes), .. } => {
                let stores = if *stores_follow { own_stores(stage, *entity) } else { BTreeSet::new() };
                (stage.instances(*entity).into_iter().chain(stores).collect(), Some(*minutes))
            }
            _ => continue,
        };
        let up = 1.0 - minutes.map_or(1.0, |minutes| minutes / MONTH);
        own.least_and_most(&nodes, |own| own * up);
    }
    own.set(&scenario.removed(), |_| (0.0, 0.0));
    for change in scenario.changes() {
        let Broken { surely, perhaps, .. } = broken(stage, change, recorded);
        let parts =
            |nodes: BTreeSet<Node>| nodes.into_iter().flat_map(|node| stage.instances(node)).collect::<Vec<_>>();
        own.set(&parts(surely), |_| (0.0, 0.0));
        own.least_alone(&parts(perhaps));
    }
    own
}

const UNSAID: &str = "how available what comes instead is was not said";

impl Own {
    fn set(&mut self, nodes: &[Node], then: impl Fn(Option<f64>) -> (f64, f64)) {
        for node in nodes {
            let now = self.least.get(node).copied();
            let (least, most) = then(now);
            // What nobody declared counts as always up by itself and stays undeclared.
            if now.is_some() || least < 1.0 {
                self.least.insert(*node, least);
                self.most.insert(*node, most);
            }
        }
    }

    /// The same is made of the least and the most of some.
    fn least_and_most(&mut self, nodes: &[Node], then: impl Fn(f64) -> f64) {
        for node in nodes {
            for side in [&mut self.least, &mut self.most] {
                let own = side.entry(*node).or_insert(1.0);
                *own = then(*own);
            }
        }
    }

    /// Some may be down, and may be as they were.
    fn least_alone(&mut self, nodes: &[Node]) {
        for node in nodes {
            let most = self.most.get(node).copied().unwrap_or(1.0);
            self.most.insert(*node, most);
            self.least.insert(*node, 0.0);
            self.why.insert("whether a new version breaks it is not known");
        }
    }

    /// Copies beside what there is, which take over after a while: so many of all have to be up as the change that wants most says.
    fn with_replicas(&mut self, stage: &Snapshot, entity: Node, changes: &[&Change]) {
        let (mut copies, mut sure, mut wanted, mut lost, mut lasts_unsaid) = (1, 1, 1, 0.0, false);
        for change in changes {
            let Change::AddReplica { are_independent, quorum, failover_s, failovers_a_month, .. } = change else {
                continue;
            };
            if are_independent.is_none() {
                self.why.insert("whether copies fail together was not said");
            }
            (copies, sure) = match are_independent {
                Some(true) => (copies + 1, sure + 1),
                Some(false) => (copies, sure),
                None => (copies + 1, sure),
            };
            wanted = wanted.max(*quorum);
            let lasts = failover_s.unwrap_or_default();
            // Nobody serves while the copy takes over.
            match failovers_a_month {
                Some(times) => lost += times * lasts / 60.0 / MONTH,
                None if lasts > 0.0 => {
                    lasts_unsaid = true;
                    self.why.insert("how often the copy takes over was not said");
                }
                None => {}
            }
        }
        self.set(&stage.instances(entity), |own| {
            let Some(own) = own else { return (1.0, 1.0) };
            // Copies that fail together are one.
            let up = |copies: u32| if copies == 1 { own } else { at_least(wanted.min(copies), copies, own) };
            let (least, most) = (up(sure).min(up(copies)), up(sure).max(up(copies)));
            let (least, most) = ((least - lost).max(0.0), (most - lost).max(0.0));
            // Taking over never lasts longer than repairing would have.
            if lasts_unsaid { (least.min(own), most) } else { (least, most) }
        });
    }

    /// So many copies instead of those that there are, of which a quorum has to be up.
    fn copied(&mut self, stage: &Snapshot, entity: Node, change: &Change) {
        let Change::Scale { replicas, are_independent, quorum, .. } = change else { return };
        let now = copies(stage, change);
        if now.is_none() {
            self.why.insert("how many copies there are now is not known");
        }
        if are_independent.is_none() {
            self.why.insert("whether copies fail together was not said");
        }
        self.set(&stage.instances(entity), |own| {
            let Some(own) = own else { return if *replicas == 0 { (0.0, 0.0) } else { (1.0, 1.0) } };
            let Some(now) = now else { return (0.0, 1.0) };
            let of_one = of_one_copy(own, now, *quorum);
            let apart = at_least(*quorum, *replicas, of_one);
            let together = if *replicas < *quorum { 0.0 } else { own };
            match are_independent {
                Some(true) => (apart, apart),
                Some(false) => (together, together),
                None => (apart.min(together), apart.max(together)),
            }
        });
    }
}

/// How available one copy is, if so many together are so available. Bisection: more of one is never less of all.
fn of_one_copy(together: f64, copies: u32, quorum: u32) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if at_least(quorum.min(copies), copies, middle) < together { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// How likely so many of some copies are up that fail without each other: the binomial distribution, summed from the rarer side.
fn at_least(quorum: u32, copies: u32, one: f64) -> f64 {
    if quorum > copies {
        return 0.0;
    }
    // Of many copies only the terms about the quorum count; each follows from the one before.
    let down = 1.0 - one;
    let mut term = down.powi(copies.min(i32::MAX as u32) as i32);
    let mut fewer = 0.0;
    for up in 0..quorum {
        fewer += term;
        if down > 0.0 {
            term *= f64::from(copies - up) / f64::from(up + 1) * one / down;
        }
    }
    if one >= 1.0 { 1.0 } else { (1.0 - fewer).clamp(0.0, 1.0) }
}

/// What is known of one thing: at its mildest and at its worst, before and after.
fn figure(
    stage: &Snapshot,
    node: Node,
    bounds: [f64; 4],
    undeclared: &BTreeSet<String>,
    open: &BTreeSet<&'static str>,
) -> Figure {
    let [_, before, mild, after] = bounds;
    let mut figure = Figure::known(Dimension::Availability, "minutes down a month", before, after);
    figure.about = Some(EntityRef::of(stage, node));
    figure.basis = Basis::Declared;
    if !undeclared.is_empty() {
        let names: Vec<&str> = undeclared.iter().take(5).map(String::as_str).collect();
        let more = if undeclared.len() > names.len() { " and others" } else { "" };
        figure.unknown = Some(format!("at least: no availability is declared of {}{more}", names.join(", ")));
        figure.interval = Some(Interval { kind: IntervalKind::Bounds, low: mild, high: MONTH });
    } else if mild < after {
        figure.interval = Some(Interval { kind: IntervalKind::Bounds, low: mild, high: after });
        figure.unknown = (!open.is_empty()).then(|| open.iter().copied().collect::<Vec<_>>().join("; "));
        if open.contains(UNSAID) {
            (figure.scenario, figure.delta) = (None, None);
        }
    }
    figure
}

/// Who needs whom to be up.
struct Needs<'s> {
    snapshot: &'s Snapshot,
    given: &'s BTreeMap<Node, f64>,
    /// By class of relation, whether the left end is down when the right one is, and the other way round.
    passes: Vec<(bool, bool)>,
    /// By owner, the groups of which it needs some.
    groups: BTreeMap<Node, Vec<(Vec<Node>, usize)>>,
}

impl<'s> Needs<'s> {
    fn of(snapshot: &'s Snapshot, given: &'s BTreeMap<Node, f64>, worst: bool) -> Needs<'s> {
        let passes = |class: &EdgeClass| {
            let variant = if worst { class.worst } else { class.mildest };
            let is_down = |passes: Propagation| passes.of(State::Down) == State::Down;
            (!class.governed && is_down(variant.forward), !class.governs && is_down(variant.reverse))
        };
        let mut groups: BTreeMap<Node, Vec<(Vec<Node>, usize)>> = BTreeMap::new();
        for (owner, members, k) in (0..snapshot.group_count()).filter_map(|place| snapshot.group(place)) {
            let members: Vec<Node> = members.collect();
            // As of a failure: where production is known, what runs elsewhere does not stand in for it.
            let in_production: Vec<Node> =
                members.iter().copied().filter(|node| is_in_production(snapshot, *node)).collect();
            let is_whole = *snapshot.kind(owner) == kind::COMPONENT && !in_production.is_empty();
            groups.entry(owner).or_default().push((if is_whole { in_production } else { members }, k));
        }
        Needs { snapshot, given, passes: snapshot.pages().classes().iter().map(passes).collect(), groups }
    }

    /// What a node needs all of.
    fn needed(&self, node: Node) -> BTreeSet<Node> {
        let passes = |class: u16| self.passes[class as usize];
        let forward = self.snapshot.outgoing(node).filter(|edge| passes(edge.class).0).map(|edge| edge.to);
        let reverse = self.snapshot.incoming(node).filter(|edge| passes(edge.class).1).map(|edge| edge.from);
        forward.chain(reverse).filter(|other| *other != node).collect()
    }

    /// The groups of which a node needs some.
    fn groups(&self, node: Node) -> &[(Vec<Node>, usize)] {
        self.groups.get(&node).map(Vec::as_slice).unwrap_or_default()
    }

    /// What a node needs, all or some of it.
    fn touched(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let members = self.groups(node).iter().flat_map(|(members, _)| members.iter().copied());
        self.needed(node).into_iter().chain(members)
    }

    /// Everything that a node needs, itself among it.
    fn closure(&self, node: Node) -> BTreeSet<Node> {
        let mut seen = BTreeSet::from([node]);
        let mut waiting = VecDeque::from([node]);
        while let Some(next) = waiting.pop_front() {
            for other in self.touched(next) {
                if seen.insert(other) {
                    waiting.push_back(other);
                }
            }
        }
        seen
    }

    /// Everything that needs one of some nodes, these among it.
    fn dependents(&self, nodes: &BTreeSet<Node>) -> BTreeSet<Node> {
        let mut users: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
        for node in self.snapshot.nodes() {
            self.touched(node).for_each(|needed| users.entry(needed).or_default().push(node));
        }
        let mut seen: BTreeSet<Node> = nodes.iter().copied().filter(|node| self.snapshot.is_there(*node)).collect();
        let mut waiting: VecDeque<Node> = seen.iter().copied().collect();
        while let Some(next) = waiting.pop_front() {
            for user in users.get(&next).into_iter().flatten().copied() {
                if seen.insert(user) {
                    waiting.push_back(user);
                }
            }
        }
        seen
    }

    /// What is needed of which nobody says how available it is, by name. What makes an instance up is up as it is.
    fn undeclared(&self, node: Node) -> BTreeSet<String> {
        let component = |node: Node| self.snapshot.component(node);
        let covered: BTreeSet<Node> = self.given.keys().map(|node| component(*node)).collect();
        // What is said of one instance is not said of the others.
        let is_said = |node: &Node| match *self.snapshot.kind(*node) == kind::INSTANCE {
            true => self.given.contains_key(node),
            false => covered.contains(&component(*node)),
        };
        let missing = self.closure(node).into_iter().filter(|node| !is_said(node));
        let name = |node: Node| {
            let whole = component(node);
            let (kind, name) = (self.snapshot.kind(whole), &self.snapshot.entity(whole).name);
            // A balancer is often called like what it leads to, of which something else may be said.
            if *kind == kind::COMPONENT { name.clone() } else { format!("{kind} {name}") }
        };
        missing.map(name).collect()
    }

    /// How many minutes of a month it is down. What nobody says anything of counts as always up by itself.
    fn downtime(&self, entry: Node) -> Result<f64> {
        let id = |node: Node| node.0.to_string();
        let component = |node: Node| {
            let own = self.given.get(&node).copied().unwrap_or(1.0);
            let all = self.needed(node).into_iter().map(|needed| Requirement::component(id(needed)));
            let groups = self.groups(node).iter().map(|(members, k)| {
                let of = members.iter().map(|member| Requirement::component(id(*member))).collect();
                Requirement::AtLeast { k: *k, of }
            });
            Component::new(id(node), own).requiring(Requirement::All(all.chain(groups).collect()))
        };
        let components: Vec<Component> = self.closure(entry).into_iter().map(component).collect();
        Ok(availability(&components, &id(entry))?.downtime_minutes_per_month)
    }
}
