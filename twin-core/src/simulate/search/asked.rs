//! A search as it was understood: names as nodes, constraints checked, owners looked up.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::{EntityRef, owner_rows};
use crate::answer::Profile;
use crate::base::{Error, ErrorKind, Result};
use crate::graph::{EdgeClass, EdgeRef, Node, Snapshot};
use crate::schema::{Relation, kind, relation};
use crate::simulate::check::{amount, invalid, positive, probability, within};
use crate::simulate::objective::DOWN;
use crate::simulate::pareto::Goal;
use crate::simulate::search::{Aim, Measure, SearchDraft, SearchObjective};

/// More things than these are not searched together.
const MOST_ENTITIES: usize = 2_000;

/// Where things stand and what they are parts of: nobody changes that by redirecting anything.
const PLACES: [Relation; 6] = [
    relation::INSTANCE_OF,
    relation::REALIZED_BY,
    relation::PART_OF,
    relation::LOCATED_IN,
    relation::RUNS_ON,
    relation::IN_ACCOUNT,
];

/// A search, understood.
pub(super) struct Asked<'a> {
    pub base: &'a Snapshot,
    pub draft: &'a SearchDraft,
    pub needs: Profile,
    pub objectives: Vec<SearchObjective>,
    /// The things that the aim names, as units; none where it names none.
    pub named: Vec<Node>,
    frozen: BTreeSet<Node>,
    capacity: BTreeMap<Node, u32>,
    units: Vec<Node>,
}

impl<'a> Asked<'a> {
    /// Understands a search. O(entities + relations).
    pub fn new(base: &'a Snapshot, draft: &'a SearchDraft) -> Result<Self> {
        check(draft)?;
        let units = units(base);
        let find = |name: &String| base.find(name).map(|node| units[node.index()]);
        let all = |names: &[String]| names.iter().map(find).collect::<Result<BTreeSet<Node>>>();
        let named = match &draft.aim {
            Aim::CutCycles { among }
            | Aim::Consolidate { among, .. }
            | Aim::Retire { among }
            | Aim::RightSize { among, .. } => all(among)?,
            Aim::Migrate { entities, .. } => all(entities)?,
            Aim::Extract { modules } => all(modules)?,
        };
        within(named.len(), MOST_ENTITIES, format_args!("things that are named"))?;
        let frozen = all(&draft.constraints.freeze)?;
        let capacity = draft.constraints.capacity.teams.iter().map(|(team, most)| Ok((base.find(team)?, *most)));
        let capacity = capacity.collect::<Result<_>>()?;
        let needs = draft.needs.as_deref().map_or(Ok(Profile::default()), Profile::parse)?;
        let objectives = if draft.objectives.is_empty() { usual(&draft.aim) } else { draft.objectives.clone() };
        Ok(Asked { base, draft, needs, objectives, named: named.into_iter().collect(), frozen, capacity, units })
    }

    /// What people change where an edge ends: the component of an instance, and anything else for itself.
    pub fn unit(&self, node: Node) -> Node {
        self.units[node.index()]
    }

    /// Whether a thing is on the freeze list.
    pub fn is_frozen(&self, node: Node) -> bool {
        self.frozen.contains(&node)
    }

    /// A thing as answers name it.
    pub fn told(&self, node: Node) -> EntityRef {
        EntityRef::of(self.base, node)
    }

    /// Its name.
    pub fn name(&self, node: Node) -> &str {
        &self.base.entity(node).name
    }

    /// Who answers for a thing: the owners to go by; empty if nobody is known to.
    pub fn teams(&self, node: Node) -> BTreeSet<EntityRef> {
        let rows = owner_rows(self.base, node, &[], self.needs);
        rows.into_iter().filter(|row| row.shown).map(|row| row.owner).collect()
    }

    /// How many changes a team makes in a wave; `None` is whoever is not known.
    pub fn capacity(&self, team: Option<&EntityRef>) -> Option<u32> {
        let node = team.and_then(|team| self.base.node_of(&team.id));
        node.and_then(|node| self.capacity.get(&node).copied()).or(self.draft.constraints.capacity.each)
    }

    /// Whether teams have limits at all.
    pub fn has_capacity(&self) -> bool {
        self.draft.constraints.capacity.each.is_some() || !self.capacity.is_empty()
    }

    /// The relations by which one thing needs another of a kind that people change, as pairs of units, each with its edges. O(relations).
    pub fn dependencies(&self, is_meant: impl Fn(&EdgeClass) -> bool) -> BTreeMap<(Node, Node), Vec<EdgeRef<'a>>> {
        let meant: Vec<bool> = self.base.pages().classes().iter().map(is_meant).collect();
        let mut pairs: BTreeMap<(Node, Node), Vec<EdgeRef<'a>>> = BTreeMap::new();
        for edge in self.base.edges().filter(|edge| meant[edge.class as usize]) {
            let ends = (self.unit(edge.from), self.unit(edge.to));
            if ends.0 != ends.1 {
                pairs.entry(ends).or_default().push(edge);
            }
        }
        pairs
    }

    /// Whether one end of a class needs the other while it runs, or to be built.
    pub fn is_need(&self, class: &EdgeClass) -> bool {
        let is_place = PLACES.contains(&class.relation);
        let row = self.base.schema().relation(class.relation.as_str());
        let passes = row.is_ok_and(|row| row.redundant || row.variants.iter().any(|variant| variant.forward.passes()));
        !is_place && (passes || self.is_in_cycles(class))
    }

    /// Whether the question for cycles follows a class.
    pub fn is_in_cycles(&self, class: &EdgeClass) -> bool {
        let row = self.base.schema().relation(class.relation.as_str());
        row.is_ok_and(|row| row.read_by.contains(&"cycles"))
    }
}

/// The relations of some edges, each once, in order.
pub(super) fn relations(edges: &[EdgeRef<'_>]) -> BTreeSet<Relation> {
    edges.iter().map(|edge| edge.edge.relation.clone()).collect()
}

/// For each node, its component if it is one of the instances that a change of the component changes; else itself.
fn units(base: &Snapshot) -> Vec<Node> {
    let mut units: Vec<Node> = (0..base.bound() as u32).map(Node).collect();
    for component in base.of_kind(&kind::COMPONENT) {
        base.instances(component).into_iter().for_each(|instance| units[instance.index()] = component);
    }
    units
}

/// What the structure tells of an aim.
fn usual(aim: &Aim) -> Vec<SearchObjective> {
    use Measure::{
        Changes, DependenciesAcross, DependenciesAcrossBetweenWaves, DependenciesCut, EntitiesAffected, EntitiesFreed,
        Headroom, Modularity, Replicas, TeamsTouched, Waves,
    };
    let measures: &[Measure] = match aim {
        Aim::CutCycles { .. } => &[Changes, DependenciesCut, EntitiesAffected, TeamsTouched],
        Aim::Migrate { .. } => &[Changes, Waves, DependenciesAcross, DependenciesAcrossBetweenWaves],
        Aim::Extract { .. } => &[DependenciesCut, Modularity, TeamsTouched],
        Aim::Consolidate { .. } | Aim::Retire { .. } => &[EntitiesFreed, Changes, EntitiesAffected, TeamsTouched],
        Aim::RightSize { .. } => &[Replicas, Headroom, Changes],
    };
    measures.iter().map(|measure| SearchObjective::of(*measure)).collect()
}

/// Refuses numbers and lists that make no sense.
fn check(draft: &SearchDraft) -> Result<()> {
    if draft.most == 0 || draft.nodes == 0 {
        return Err(invalid("most and nodes are counted from 1: leave them out for their defaults".to_owned()));
    }
    for limit in &draft.constraints.limits {
        amount(limit.at_most, format_args!("constraints.limits: at_most"))?;
        if limit.measure == Measure::ErrorRate {
            probability(limit.at_most, format_args!("constraints.limits: at_most of error_rate"))?;
        }
        if limit.measure.dimension().is_none() {
            let what = format!("constraints.limits: {:?} is no figure of a comparison", limit.measure);
            return Err(invalid(format!("{what}: limit changes by most_changes, or make it an objective")));
        }
    }
    if let Some(budget) = &draft.constraints.budget {
        amount(budget.amount, format_args!("constraints.budget: amount"))?;
    }
    if draft.objectives.iter().any(|it| it.measure == Measure::Availability && it.goal() == Goal::Maximize) {
        return Err(invalid(DOWN.to_owned()));
    }
    for weight in draft.objectives.iter().filter_map(|objective| objective.weight) {
        positive(weight, format_args!("objectives: weight"))?;
    }
    match &draft.aim {
        Aim::Migrate { rtt_ms: Some(rtt_ms), .. } => amount(*rtt_ms, format_args!("aim: rtt_ms")).map(|_| ()),
        Aim::Migrate { region, .. } if region.trim().is_empty() => {
            Err(Error::new(ErrorKind::Invalid, "aim: region is empty: say where to move"))
        }
        Aim::RightSize { utilisations, least, most, .. } => check_sizes(utilisations, *least, *most),
        _ => Ok(()),
    }
}

fn check_sizes(utilisations: &[f64], least: u32, most: Option<u32>) -> Result<()> {
    const MOST_COPIES: u32 = 10_000;
    within(utilisations.len(), 100, format_args!("aim: utilisations"))?;
    if utilisations.is_empty() || !utilisations.iter().all(|share| *share > 0.0 && *share < 1.0) {
        let what = format!("aim: utilisations are {utilisations:?}: each lies between 0 and 1, and is neither");
        return Err(invalid(what));
    }
    match most.unwrap_or(MOST_COPIES) {
        most if (least.max(1)..=MOST_COPIES).contains(&most) && least > 0 => Ok(()),
        most => Err(invalid(format!("aim: least is {least} and most is {most}: copies go from 1 to {MOST_COPIES}"))),
    }
}
