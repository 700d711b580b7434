//! Where things are that a rule is about, and where labelled data can be.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{Basis, Dimension, Figure};
use super::structure::{Shape, figures_of};
use crate::analysis::{
    ClassSpread, DataEdge, DataFlow, DataHolder, DataPolicy, EntityRef, PolicyViolation, Taint, taint,
};
use crate::answer::{Interval, IntervalKind};
use crate::base::{Context, Result};
use crate::graph::{EdgeChange, EdgeRef, Node, Snapshot};
use crate::schema::{Level, Relation, attribute, kind, relation};
use crate::simulate::change::{STORES, own_stores, within_region};
use crate::simulate::{Change, Scenario, difference};

/// What is known of data beside the twin.
#[derive(Clone, Debug, Default)]
pub struct GivenData {
    /// By class, who holds it of its own; a component stands for its instances.
    pub classes: BTreeMap<String, Vec<Node>>,
    /// What is allowed.
    pub policies: Vec<DataPolicy>,
}

/// Rows of where labelled data can be, what breaks a policy, and what is where it may not be.
pub(super) fn figures(
    scenario: &Scenario,
    after: &Snapshot,
    given: &GivenData,
    context: &Context,
) -> Result<Vec<Figure>> {
    let (here, there) = (Regions::before(scenario), Regions::after(scenario));
    let (mut before, mut then) = (residents(scenario, &here), residents(scenario, &there));
    let mut figures = Vec::new();
    let mut is_unheld = false;
    match given.classes.is_empty() {
        true => {
            figures.push(Figure::unknown(Dimension::DataFlows, "no data is labelled"));
            is_unheld = !given.policies.is_empty();
        }
        false => {
            let was = spread(scenario.stage(), &here, given, &Ways::default(), context)?;
            let is = spread(after, &there, given, &Ways::of(scenario, given), context)?;
            figures.extend(carriers(&was, &is));
            figures.extend(unlabelled(scenario, given));
            before.take(&was);
            then.take(&is);
        }
    }
    let said = said_of_versions(scenario, &mut before, &mut then);
    let has_rules = scenario.changes().iter().any(|change| matches!(change, Change::Residency { .. }));
    match has_rules || said.is_some() || !given.policies.is_empty() {
        false => figures.push(Figure::unknown(Dimension::Compliance, "no rule was given")),
        true => {
            let mut rows = figures_of(Dimension::Compliance, "violations", &before.broken, &then.broken);
            rows.iter_mut().for_each(|row| row.basis = Basis::Declared);
            then.bound(&mut rows[0], is_unheld, said);
            figures.extend(rows);
        }
    }
    Ok(figures)
}

const UNHELD: &str = "no data is labelled, so policies were held against nothing";

/// What upgrades say of versions: vulnerabilities that go and come, a version that nobody mends any more, and a licence of which nobody says whether it may be used. What these
/// rows leave out, where any says something.
fn said_of_versions(scenario: &Scenario, before: &mut Breaches, then: &mut Breaches) -> Option<&'static str> {
    let stage = scenario.stage();
    let mut says = false;
    for change in scenario.changes() {
        let Change::Upgrade { entity, version, fixes, vulnerabilities, licence, end_of_life, .. } = change else {
            continue;
        };
        let about = Some(EntityRef::of(stage, *entity));
        let breach = |what: &str| ((about.clone(), Some(what.to_owned())), Vec::new());
        before.broken.extend(fixes.iter().map(|name| breach(name)));
        then.broken.extend(vulnerabilities.iter().map(|name| breach(name)));
        if let Some(end) = end_of_life.filter(|end| *end <= stage.as_of().valid) {
            then.broken.extend([breach(&format!("nobody mends {version} any more since {end}"))]);
        }
        let name = &stage.entity(*entity).name;
        let is_new = |licence: &&String| {
            difference::said(stage, *entity, &attribute::LICENSE).is_none_or(|own| own.as_text() != Some(licence))
        };
        if let Some(licence) = licence.as_ref().filter(is_new) {
            then.undecided.push(format!("whether {name} may be used under {licence}"));
        }
        says |= !(fixes.is_empty() && vulnerabilities.is_empty() && licence.is_none() && end_of_life.is_none());
    }
    says.then_some("of vulnerabilities, only those count that a change names")
}

/// What breaks rules, and what may.
#[derive(Default)]
struct Breaches {
    broken: Shape,
    /// What would break a rule, as far as anybody knows: where it is, what it holds or how it moves was not said.
    undecided: Vec<String>,
}

impl Breaches {
    fn take(&mut self, taint: &Taint) {
        let told = |violation: &PolicyViolation| format!("{}: {}", violation.policy, violation.subject);
        self.broken.extend(taint.violations.iter().map(|violation| ((None, Some(told(violation))), Vec::new())));
        self.undecided.extend(taint.undecided.iter().map(told));
    }

    /// What nobody can decide is no violation, and not none either: it bounds how many there are.
    fn bound(&self, figure: &mut Figure, is_unheld: bool, left_out: Option<&str>) {
        const TOLD: usize = 5;
        let (low, more) = (self.broken.len() as f64, self.undecided.len());
        let left_out = is_unheld.then_some(UNHELD).or(left_out);
        let mut why: Vec<String> = left_out.map(str::to_owned).into_iter().collect();
        if more > 0 {
            figure.interval = Some(Interval { kind: IntervalKind::Bounds, low, high: low + more as f64 });
            let named = self.undecided[..more.min(TOLD)].join(", ");
            why.push(format!(
                "at least: {more} more cannot be decided, {named}{}",
                if more > TOLD { " and others" } else { "" }
            ));
        }
        figure.unknown = (!why.is_empty()).then(|| why.join("; "));
        if is_unheld && self.broken.is_empty() {
            (figure.baseline, figure.scenario, figure.delta) = (None, None, None);
        }
    }
}

/// What is in a region where a rule says that it may not be, with where it may go; and that of which nobody knows where it is.
fn residents(scenario: &Scenario, regions: &Regions<'_>) -> Breaches {
    let mut found = Breaches::default();
    let stage = scenario.stage();
    for change in scenario.changes() {
        let Change::Residency { entity, regions: allowed } = change else { continue };
        let nodes: BTreeSet<Node> = stage.instances(*entity).into_iter().chain(stores(stage, *entity)).collect();
        for node in nodes {
            match regions.of(node) {
                Some(region) if allowed.contains(&region) => {}
                Some(region) => {
                    let told = format!("in {region}; move it to {}", allowed.join(" or "));
                    found.broken.insert((Some(EntityRef::of(stage, node)), Some(told)), Vec::new());
                }
                None => found.undecided.push(format!("where {} is", stage.entity(node).name)),
            }
        }
    }
    found
}

/// The stores that an entity uses, alone or with others.
fn stores(stage: &Snapshot, entity: Node) -> BTreeSet<Node> {
    let own = stage.instances(entity).into_iter().chain([entity]);
    let used = own.flat_map(|node| stage.outgoing(node).map(|edge| edge.to).collect::<Vec<_>>());
    used.filter(|node| STORES.contains(stage.kind(*node))).collect()
}

/// Where things are, before the changes or after them.
struct Regions<'s> {
    stage: &'s Snapshot,
    moved: BTreeMap<Node, String>,
}

impl<'s> Regions<'s> {
    fn before(scenario: &'s Scenario) -> Self {
        Regions { stage: scenario.stage(), moved: BTreeMap::new() }
    }

    fn after(scenario: &'s Scenario) -> Self {
        let mut regions = Regions::before(scenario);
        let stage = regions.stage;
        for change in scenario.changes() {
            let (nodes, region) = match change {
                Change::Move { entity, region, stores_follow, .. } => {
                    let stores = if *stores_follow { own_stores(stage, *entity) } else { BTreeSet::new() };
                    (stage.instances(*entity).into_iter().chain(stores).collect(), region)
                }
                Change::EvacuateRegion { entity, region, .. } => (within_region(stage, *entity), region),
                _ => continue,
            };
            regions.moved.extend(nodes.into_iter().map(|node| (node, region.clone())));
        }
        regions
    }

    /// Where something is, as far as it is known.
    fn of(&self, node: Node) -> Option<String> {
        let located = || {
            let mut edges = self.stage.outgoing(node).filter(|edge| edge.edge.relation == relation::LOCATED_IN);
            let place = edges.find(|edge| *self.stage.kind(edge.to) == kind::REGION)?;
            Some(self.stage.entity(place.to).name.clone())
        };
        let placed = || self.stage.entity(node).placement.region.clone();
        self.moved.get(&node).cloned().or_else(placed).or_else(located)
    }
}

/// What changes say of the ways of data.
#[derive(Default)]
struct Ways {
    /// Who comes to ask whom so that nobody on the way can read it.
    encrypted: BTreeSet<(Node, Node)>,
    /// By dependency that comes, the labelled classes that do not pass over it.
    stripped: BTreeMap<(Node, Relation, Node), Vec<String>>,
}

impl Ways {
    fn of(scenario: &Scenario, given: &GivenData) -> Ways {
        let stage = scenario.stage();
        let parts = |node: Node| stage.instances(node).into_iter().chain([node]).collect::<Vec<Node>>();
        let mut ways = Ways::default();
        for (place, change) in scenario.changes().iter().enumerate() {
            match change {
                Change::Encrypt { entity, on, .. } => {
                    let (from, to) = (parts(*entity), parts(*on));
                    ways.encrypted.extend(from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))));
                }
                Change::AddDependency { data_classes: Some(passing), .. } => {
                    let stripped = given.classes.keys().filter(|class| !passing.contains(class)).cloned();
                    let stripped: Vec<String> = stripped.collect();
                    for edge in scenario.edges(place) {
                        if let EdgeChange::Add { from, relation, to, .. } = edge {
                            ways.stripped.insert((from, relation, to), stripped.clone());
                        }
                    }
                }
                _ => {}
            }
        }
        ways
    }
}

/// Classes that are to pass over a dependency and that nobody holds.
fn unlabelled(scenario: &Scenario, given: &GivenData) -> Vec<Figure> {
    let classes = scenario.changes().iter().filter_map(|change| match change {
        Change::AddDependency { data_classes: Some(passing), .. } => Some(passing),
        _ => None,
    });
    let unheld: BTreeSet<&String> = classes.flatten().filter(|class| !given.classes.contains_key(*class)).collect();
    let row = |class: &String| {
        let why = "nobody is labelled as holding it, so where it goes cannot be said";
        Figure { detail: Some(class.clone()), ..Figure::unknown(Dimension::DataFlows, why) }
    };
    unheld.into_iter().map(row).collect()
}

/// Where each class of data can be, with the ways on which it is encrypted as far as that is known.
fn spread(
    snapshot: &Snapshot,
    regions: &Regions<'_>,
    given: &GivenData,
    ways: &Ways,
    context: &Context,
) -> Result<Taint> {
    let mut held: BTreeMap<Node, Vec<String>> = BTreeMap::new();
    for (class, nodes) in &given.classes {
        for node in nodes.iter().flat_map(|node| snapshot.instances(*node)) {
            held.entry(node).or_default().push(class.clone());
        }
    }
    // What serves holds what it is sent; what stores may hold what nobody has labelled.
    let holds = |node: Node| match held.get(&node) {
        Some(classes) => Some(classes.clone()),
        None if STORES.contains(snapshot.kind(node)) => None,
        None => Some(Vec::new()),
    };
    // What makes something up carries its data as a part of it.
    let is_member = |node: Node| {
        let row = snapshot.schema().kind(snapshot.kind(node).as_str());
        row.is_ok_and(|row| matches!(row.level, Level::Member | Level::Support))
    };
    let apart = snapshot.edges().filter(|edge| !is_member(edge.from) && !is_member(edge.to));
    let way = |edge: EdgeRef<'_>| {
        let encrypted = ways.encrypted.contains(&(edge.from, edge.to)).then_some(true);
        let stripped = ways.stripped.get(&(edge.from, edge.edge.relation.clone(), edge.to));
        Some(DataEdge { encrypted, strips: stripped.cloned().unwrap_or_default(), ..data_edge(snapshot, &edge)? })
    };
    let edges: Vec<DataEdge> = apart.filter_map(way).collect();
    let joined: BTreeSet<&str> = edges.iter().flat_map(|edge| [edge.from.as_str(), edge.to.as_str()]).collect();
    let is_part = |node: &Node| held.contains_key(node) || joined.contains(id(*node).as_str());
    let holder = |node: Node| DataHolder { id: id(node), region: regions.of(node), holds: holds(node) };
    let holders: Vec<DataHolder> = snapshot.nodes().filter(is_part).map(holder).collect();
    let mut spread = taint(&holders, &edges, &given.policies, context)?;
    let names = || snapshot.nodes().filter(is_part).map(|node| &snapshot.entity(node).name);
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    names().for_each(|name| *counts.entry(name).or_default() += 1);
    // Two of one name are two.
    let name = |id: &str| {
        let Ok(node) = id.parse().map(Node) else { return id.to_owned() };
        let entity = snapshot.entity(node);
        match counts.get(&entity.name) {
            Some(2..) => format!("{} ({})", entity.name, entity.id),
            _ => entity.name.clone(),
        }
    };
    for class in &mut spread.classes {
        class.carriers.iter_mut().for_each(|carrier| carrier.id = name(&carrier.id));
        class.unknown.iter_mut().for_each(|unknown| *unknown = name(unknown));
    }
    for violation in spread.violations.iter_mut().chain(&mut spread.undecided) {
        violation.subject = violation.subject.renamed(name);
    }
    Ok(spread)
}

fn id(node: Node) -> String {
    node.0.to_string()
}

fn data_edge(snapshot: &Snapshot, edge: &EdgeRef<'_>) -> Option<DataEdge> {
    use crate::schema::DataFlow as Flows;
    let row = snapshot.schema().relation(edge.edge.relation.as_str()).ok()?;
    let flow = match row.data {
        Flows::None => return None,
        Flows::Along => DataFlow::Request,
        Flows::Against => DataFlow::Response,
        Flows::Both => DataFlow::Both,
    };
    Some(DataEdge { from: id(edge.from), to: id(edge.to), flow, ..DataEdge::default() })
}

/// By class, how many have it: at least, and at most where something is not labelled.
fn carriers(before: &Taint, after: &Taint) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (was, is) in before.classes.iter().zip(&after.classes) {
        let count = is.carriers.len() as f64;
        let mut figure = Figure::known(Dimension::DataFlows, "entities", was.carriers.len() as f64, count);
        figure.detail = Some(is.class.clone());
        figure.basis = Basis::Declared;
        if !is.unknown.is_empty() {
            let high = count + is.unknown.len() as f64;
            figure.interval = Some(Interval { kind: IntervalKind::Bounds, low: count, high });
            figure.unknown =
                Some(format!("at least: {} more may have it, nobody labelled what they hold", is.unknown.len()));
        }
        figures.push(figure);
        let names = |class: &ClassSpread| -> BTreeSet<String> {
            class.carriers.iter().map(|carrier| carrier.id.clone()).collect()
        };
        let (was, is) = (names(was), (names(is), &is.class));
        for name in was.symmetric_difference(&is.0) {
            let side = |names: &BTreeSet<String>| f64::from(u8::from(names.contains(name)));
            let mut row = Figure::known(Dimension::DataFlows, "entities", side(&was), side(&is.0));
            (row.detail, row.basis) = (Some(format!("{} at {name}", is.1)), Basis::Declared);
            figures.push(row);
        }
    }
    figures
}
