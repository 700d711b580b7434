//! Migrating: some things move to another region in waves, each after what it needs, within what teams can do.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::strong_components;
use crate::base::{Context, Error, ErrorKind, Result};
use crate::graph::{Columns, EdgeRef, Node, Snapshot};
use crate::schema::{Schema, kind, relation};
use crate::simulate::change::STORES;
use crate::simulate::search::asked::Asked;
use crate::simulate::search::candidate::{Candidate, Found, Step, Steps, is_finished};
use crate::simulate::search::edit::Edit;
use crate::simulate::search::waves::{WavePlans, wave_plans};
use crate::simulate::search::{Aim, ConstraintViolation, NotTried, OptimalityBound, UndecidedConstraint};

/// Who needs whom, by what people change.
type Pairs<'a> = BTreeMap<(Node, Node), Vec<EdgeRef<'a>>>;

/// Plans of waves, once for each answer to whether stores follow.
pub(super) fn candidates(asked: &Asked<'_>, context: &Context) -> Result<Found> {
    let Aim::Migrate { region, rtt_ms, .. } = &asked.draft.aim else {
        return Err(Error::new(ErrorKind::Invalid, "this search is for no migration"));
    };
    let migration = Migration {
        asked,
        region,
        rtt_ms: *rtt_ms,
        pairs: asked.dependencies(|class| asked.is_need(class)),
        violations: Vec::new(),
    };
    migration.found(context)
}

struct Migration<'q, 'a> {
    asked: &'q Asked<'a>,
    region: &'q str,
    rtt_ms: Option<f64>,
    pairs: Pairs<'a>,
    /// What every option breaks.
    violations: Vec<ConstraintViolation>,
}

impl Migration<'_, '_> {
    fn found(mut self, context: &Context) -> Result<Found> {
        let named: BTreeSet<Node> = self.asked.named.iter().copied().collect();
        let (there, left): (BTreeSet<Node>, BTreeSet<Node>) = named.iter().partition(|node| self.is_there(**node));
        let (frozen, moving): (BTreeSet<Node>, BTreeSet<Node>) =
            left.into_iter().partition(|node| self.asked.is_frozen(*node));
        self.violations = frozen.iter().map(|node| self.frozen(*node)).chain(self.wrong_region()).collect();
        let mut sets: Vec<(&str, BTreeSet<Node>)> = Vec::new();
        for (name, set) in self.with_stores(&moving) {
            if !set.is_empty() && !sets.iter().any(|(_, known)| *known == set) {
                sets.push((name, set));
            }
        }
        let mut found = Found::by("", true, None, 0);
        let mut methods = BTreeSet::new();
        for (at, (name, set)) in sets.iter().enumerate() {
            if at > 0 && !context.goes_on() {
                break;
            }
            let plans = self.plans(name, set, &frozen, &mut found, context)?;
            found.method.looked_at += plans.looked_at;
            found.method.is_exact &= plans.is_exact;
            methods.insert(if plans.is_exact { EXACT } else { LISTED });
            let fewest = plans.plans.first().map(|plan| plan.waves.len());
            let bound = OptimalityBound::new(&format!("waves, {name}"), fewest, plans.at_least);
            found.method.optimality.get_or_insert(bound);
        }
        if methods.is_empty() {
            methods.insert("nothing is left to move");
        }
        found.method.name = methods.into_iter().collect::<Vec<&str>>().join("; ");
        found.impossible = self.violations.clone();
        found.not_tried = self.not_tried(there);
        found.is_finished = is_finished(context)?;
        Ok(found)
    }

    /// Adds the options of a set of things.
    fn plans(
        &self,
        name: &str,
        set: &BTreeSet<Node>,
        frozen: &BTreeSet<Node>,
        found: &mut Found,
        context: &Context,
    ) -> Result<WavePlans> {
        let steps = self.steps(set)?;
        let told = Steps::new(self.asked, &steps);
        let plans = wave_plans(&told.problem, self.asked.draft.seed, context);
        for (at, plan) in plans.plans.iter().enumerate() {
            let (edits, waves) = told.told(self.asked, plan);
            let by = match (plans.plans.len(), at) {
                (1, _) => "",
                (_, 0) => ", fewest waves",
                _ => ", fewest dependencies across while waves last",
            };
            let crossing: Vec<&EdgeRef<'_>> = self.crossing(set);
            let candidate = Candidate {
                name: format!("move to {}, {name}{by}", self.region),
                edits,
                waves,
                across: Some(self.across(set)),
                across_between_waves: Some(plan.across),
                violations: self.violations.iter().cloned().chain(told.too_large(self.asked)).collect(),
                undecided: self.undecided(set),
                assumptions: self.assumptions(set, frozen),
                ..Candidate::default()
            };
            found.candidates.push(candidate.citing(crossing));
        }
        Ok(plans)
    }

    /// What moves, with the stores that follow: none, those that nobody else needs, all.
    fn with_stores(&self, moving: &BTreeSet<Node>) -> [(&'static str, BTreeSet<Node>); 3] {
        let is_store = |node: Node| STORES.contains(self.asked.base.kind(node));
        let may_move = |node: Node| is_store(node) && !self.asked.is_frozen(node) && !self.is_there(node);
        let needed = self.pairs.keys().filter(|(from, to)| moving.contains(from) && may_move(*to));
        let all: BTreeSet<Node> = needed.map(|(_, to)| *to).collect();
        let shared = self.pairs.keys().filter(|(from, _)| !moving.contains(from) && !all.contains(from));
        let shared: BTreeSet<Node> = shared.map(|(_, to)| *to).collect();
        let own = || all.iter().copied().filter(|store| !shared.contains(store));
        [
            ("stores stay", moving.clone()),
            ("their own stores follow", moving.iter().copied().chain(own()).collect()),
            ("all their stores follow", moving.union(&all).copied().collect()),
        ]
    }

    /// Things that need each other move together; each group waits for the groups that it needs.
    fn steps(&self, set: &BTreeSet<Node>) -> Result<Vec<Step>> {
        let members: Vec<Node> = set.iter().copied().collect();
        let place = |node: &Node| members.binary_search(node).ok();
        let inner: Vec<(usize, usize)> =
            self.pairs.keys().filter_map(|(from, to)| Some((place(from)?, place(to)?))).collect();
        let groups = groups(members.len(), &inner)?;
        let count = groups.iter().max().map_or(0, |last| last + 1);
        let mut steps = vec![Step::default(); count];
        for (member, group) in members.iter().zip(&groups) {
            let region = self.region.to_owned();
            steps[*group].members.push(*member);
            steps[*group].edits.push(Edit::Move { node: *member, region, rtt_ms: self.rtt_ms });
        }
        for (from, to) in inner.iter().map(|(from, to)| (groups[*from], groups[*to])).filter(|(from, to)| from != to) {
            steps[from].needs.insert(to);
            *steps[from].joins.entry(to).or_default() += 1;
            *steps[to].joins.entry(from).or_default() += 1;
        }
        Ok(steps)
    }

    /// Whether all of a thing is in the region already, as far as anybody says where it is.
    fn is_there(&self, node: Node) -> bool {
        let base = self.asked.base;
        let is_region = |name: &str| name.eq_ignore_ascii_case(self.region);
        let is_in = |instance: &Node| {
            let located = base.outgoing(*instance).filter(|edge| edge.edge.relation == relation::LOCATED_IN);
            let places: Vec<Node> = located.map(|edge| edge.to).collect();
            match places.is_empty() {
                true => base.entity(*instance).placement.region.as_deref().is_some_and(is_region),
                false => places.iter().all(|place| is_region(&base.entity(*place).name)),
            }
        };
        let instances = base.instances(node);
        !instances.is_empty() && instances.iter().all(is_in)
    }

    /// The dependencies between what moves and what does not.
    fn crossing(&self, set: &BTreeSet<Node>) -> Vec<&EdgeRef<'_>> {
        let is_across = |(from, to): &(Node, Node)| {
            set.contains(from) != set.contains(to) && !self.is_there(*from) && !self.is_there(*to)
        };
        self.pairs.iter().filter(|(ends, _)| is_across(ends)).flat_map(|(_, edges)| edges).collect()
    }

    fn across(&self, set: &BTreeSet<Node>) -> usize {
        self.crossing(set)
            .iter()
            .map(|edge| (self.asked.unit(edge.from), self.asked.unit(edge.to)))
            .collect::<BTreeSet<_>>()
            .len()
    }

    fn frozen(&self, node: Node) -> ConstraintViolation {
        let what =
            format!("{} is to move to {} and is on the freeze list: it stays", self.asked.name(node), self.region);
        ConstraintViolation { constraint: "freeze", what, entities: vec![self.asked.told(node)] }
    }

    fn wrong_region(&self) -> Option<ConstraintViolation> {
        let regions = &self.asked.draft.constraints.regions;
        let is_allowed = regions.is_empty() || regions.iter().any(|region| region.eq_ignore_ascii_case(self.region));
        let what = || format!("{} is none of the regions that are allowed: {}", self.region, regions.join(", "));
        (!is_allowed).then(|| ConstraintViolation { constraint: "regions", what: what(), entities: Vec::new() })
    }

    /// What nobody knows where nobody is known to own what moves.
    fn undecided(&self, set: &BTreeSet<Node>) -> Vec<UndecidedConstraint> {
        let unowned = set.iter().filter(|node| self.asked.teams(**node).is_empty()).count();
        let why =
            format!("{unowned} of the things that move have no known owner: they count for one team of their own");
        let is_asked = self.asked.has_capacity() && unowned > 0;
        is_asked.then_some(UndecidedConstraint { constraint: "capacity", why }).into_iter().collect()
    }

    fn assumptions(&self, set: &BTreeSet<Node>, frozen: &BTreeSet<Node>) -> Vec<String> {
        let mut assumptions =
            vec!["what something needs moves in an earlier wave, and what needs each other in one".to_owned()];
        let needed = self.pairs.keys().filter(|(from, _)| set.contains(from));
        let staying: BTreeSet<Node> =
            needed.map(|(_, to)| *to).filter(|to| self.asked.is_frozen(*to) || frozen.contains(to)).collect();
        if !staying.is_empty() {
            let names: Vec<&str> = staying.iter().map(|node| self.asked.name(*node)).collect();
            assumptions.push(format!(
                "{} may not be touched and can be reached from {}",
                names.join(", "),
                self.region
            ));
        }
        let base = self.asked.base;
        let is_known = base.called(self.region).iter().any(|node| *base.kind(*node) == kind::REGION);
        let is_there = |node: Node| base.entity(node).placement.region.as_deref() == Some(self.region);
        if !is_known && !base.nodes().any(is_there) {
            assumptions.push(format!("{} is a region, though nothing that was read stands there", self.region));
        }
        assumptions
    }

    fn not_tried(&self, there: BTreeSet<Node>) -> Vec<NotTried> {
        let mut not_tried = vec![
            NotTried::new(
                "sizes and numbers of replicas in the new region",
                "that is a search of its own once things have moved: right_size",
                Vec::new(),
            ),
            NotTried::new("running in both regions for a while", "no kind of change says so yet", Vec::new()),
        ];
        if !there.is_empty() {
            let told = there.iter().map(|node| self.asked.told(*node)).collect();
            not_tried.push(NotTried::new("moving what is there already", "nothing would change", told));
        }
        not_tried
    }
}

const EXACT: &str = "dynamic programme over sets of groups that have moved";
const LISTED: &str = "list scheduling of groups, the longest chains first, from several beginnings";

/// The group of each thing: what needs each other is in one. O(things + pairs).
pub(super) fn groups(count: usize, pairs: &[(usize, usize)]) -> Result<Vec<usize>> {
    let names: Vec<String> = (0..count).map(|place| place.to_string()).collect();
    let columns = Columns {
        kinds: vec![kind::RESOURCE],
        kind_of: vec![0; count],
        names: names.iter().map(String::as_str).collect(),
        relations: vec![relation::DEPENDS_ON],
        from: pairs.iter().map(|(from, _)| *from as u32).collect(),
        to: pairs.iter().map(|(_, to)| *to as u32).collect(),
        ..Columns::default()
    };
    let graph = Snapshot::from_columns(Schema::default(), columns, crate::base::Timestamp::MIN)?;
    let components = strong_components(&graph, |_| true);
    Ok((0..count).map(|place| components.number(Node(place as u32)).unwrap_or_default() as usize).collect())
}
