//! A scenario: a name and a list of changes on a base.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use crate::analysis::{EntityRef, Hazard};
use crate::answer::EvidenceId;
use crate::base::{Error, ErrorKind, Result, listed};
use crate::graph::{EdgeChange, EdgeRef, Entity, Node, Snapshot};
use crate::schema::State;
use crate::simulate::Traffic;
use crate::simulate::change::{
    Change, ChangeDraft, OnRemoval, edges, gone, spared, with_brought, with_fallback, with_region, within_region,
};
use crate::simulate::contract::{Broken, broken};
use crate::simulate::difference::users_of;

/// Changes on a base. Costs memory in the size of the changes, and two bytes an entity of the base where a change brings one.
#[derive(Clone, Debug)]
pub struct Scenario {
    base: Snapshot,
    /// The base with the entities that changes bring.
    stage: Snapshot,
    name: String,
    author: Option<String>,
    assumptions: Vec<String>,
    left_out: Vec<LeftOut>,
    changes: Vec<Change>,
    /// By change, the numbers of the entities that it brings.
    brought: Vec<Range<u32>>,
}

/// What is planned elsewhere, but is no change of the scenario.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct LeftOut {
    /// What: a change in a few words, or a thing as the plan calls it.
    pub what: String,
    /// Why.
    pub why: String,
    /// Where it is planned, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
}

/// A change that applies no longer, since an entity is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// The change, on the nodes of the former base.
    pub change: Change,
    /// What is gone.
    pub entity: EntityRef,
}

/// What is lost to those who depend on it.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    /// What.
    pub entity: Node,
    /// How badly it fails them.
    pub state: State,
    /// For a while or for ever.
    pub hazard: Hazard,
    /// The dependencies that it does not touch.
    pub spared: Vec<EdgeChange>,
    /// Why it is not sure that it is lost to any of them, if it is not.
    pub doubt: Option<String>,
    /// Where it was counted, by whom it is lost to, that they ask for what is lost.
    pub evidence: BTreeMap<Node, BTreeSet<EvidenceId>>,
}

/// Two changes that cannot both be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Contradiction {
    /// The one.
    pub first: Change,
    /// The other.
    pub second: Change,
    /// Why.
    pub why: &'static str,
}

impl Scenario {
    /// A scenario without changes.
    pub fn new(base: &Snapshot, name: impl Into<String>) -> Self {
        Scenario {
            base: base.clone(),
            stage: base.clone(),
            name: name.into(),
            author: None,
            assumptions: Vec::new(),
            left_out: Vec::new(),
            changes: Vec::new(),
            brought: Vec::new(),
        }
    }

    /// The same scenario with one more change. Nodes are those of [`Scenario::stage`].
    #[must_use]
    pub fn with(mut self, change: Change) -> Self {
        let first = self.stage.bound() as u32;
        self.stage = with_brought(&self.stage, &change);
        self.brought.push(first..self.stage.bound() as u32);
        self.changes.push(change);
        self
    }

    /// The same scenario in which a region is an entity that only the places of things tell of: whoever leaves it names it. O(entities).
    pub(super) fn naming_region(mut self, name: &str) -> Self {
        let is_there = |node: Node| self.stage.entity(node).placement.region.as_deref() == Some(name);
        if self.stage.called(name).is_empty() && self.stage.nodes().any(is_there) {
            self.stage = with_region(&self.stage, name);
        }
        self
    }

    /// The same scenario, with who thought of it.
    #[must_use]
    pub fn by(mut self, author: impl Into<String>) -> Self {
        self.author = Some(author.into());
        self
    }

    /// The same scenario, with one more thing that is taken for granted.
    #[must_use]
    pub fn assuming(mut self, assumption: impl Into<String>) -> Self {
        self.assumptions.push(assumption.into());
        self
    }

    /// The same scenario, with more that is planned and no change of it.
    #[must_use]
    pub fn leaving_out(mut self, left_out: impl IntoIterator<Item = LeftOut>) -> Self {
        self.left_out.extend(left_out);
        self
    }

    /// What the scenario starts from.
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    /// The base with the entities that changes bring, which nothing needs yet: what changes name.
    pub fn stage(&self) -> &Snapshot {
        &self.stage
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who thought of it.
    pub fn author(&self) -> Option<&str> {
        self.author.as_deref()
    }

    /// What is taken for granted.
    pub fn assumptions(&self) -> &[String] {
        &self.assumptions
    }

    /// What is planned elsewhere, but is no change of the scenario. Answers about the scenario name it as blind spots.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// What is left out, one line each; of many the first, and how many more there are.
    pub(super) fn left_out_told(&self) -> impl Iterator<Item = String> + '_ {
        const TOLD: usize = 50;
        let more = self.left_out.len().saturating_sub(TOLD);
        let rest = (more > 0).then(|| format!("left out of the scenario: {more} more, which it lists"));
        let told = |left: &LeftOut| format!("left out of the scenario: {}: {}", left.what, left.why);
        self.left_out.iter().take(TOLD).map(told).chain(rest)
    }

    /// The changes as data, which makes the same scenario of the same base again. Entities are named by name, where that names one, else by id. O(entities).
    pub fn drafts(&self) -> Vec<ChangeDraft> {
        let named = |node: &Node| {
            let entity = self.stage.entity(*node);
            let is_named = self.stage.find(&entity.name).is_ok_and(|found| found == *node);
            if is_named { entity.name.clone() } else { entity.id.to_string() }
        };
        let draft = |change: &Change| {
            let Ok(draft) = change.try_map::<_, Infallible>(|node| Ok(named(node)));
            draft
        };
        self.changes.iter().map(draft).collect()
    }

    /// The changes, in the order in which they were given.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Another scenario that starts with the same changes.
    #[must_use]
    pub fn branch(&self, name: impl Into<String>) -> Scenario {
        Scenario { name: name.into(), ..self.clone() }
    }

    /// The changes of both, each once, on the base of this one. What applies no longer or contradicts this one is left out and told. O(changes²).
    pub fn merged(&self, other: &Scenario) -> (Scenario, Vec<Lost>, Vec<Contradiction>) {
        let (mut merged, lost, contradictions) = other.carried(self.clone());
        let new = other.assumptions.iter().filter(|assumption| !self.assumptions.contains(assumption));
        merged.assumptions.extend(new.cloned());
        let new: Vec<LeftOut> = other.left_out.iter().filter(|left| !merged.left_out.contains(left)).cloned().collect();
        merged.left_out.extend(new);
        (merged, lost, contradictions)
    }

    /// The same changes on another base, such as today's, and those that apply no longer. Entities are the same by their ids. O(changes²).
    pub fn rebased(&self, base: &Snapshot) -> (Scenario, Vec<Lost>) {
        let bare = Scenario { author: self.author.clone(), ..Scenario::new(base, &self.name) };
        let (assumptions, left_out) = (self.assumptions.clone(), self.left_out.clone());
        let (rebased, lost, _) = self.carried(Scenario { assumptions, left_out, ..bare });
        (rebased, lost)
    }

    /// Another scenario with the changes of this one as well, each once, but for those that name what is not there or contradict what was there before.
    fn carried(&self, mut onto: Scenario) -> (Scenario, Vec<Lost>, Vec<Contradiction>) {
        let (mut lost, mut contradictions) = (Vec::new(), Vec::new());
        let before = onto.changes.len();
        let mut known: BTreeMap<Node, Node> = BTreeMap::new();
        for (change, brought) in self.changes.iter().zip(&self.brought) {
            if let Change::EvacuateRegion { entity, .. } = change
                && self.of_base(*entity).is_none()
            {
                let name = &self.stage.entity(*entity).name;
                onto = onto.naming_region(name);
                known.extend(onto.stage.find(name).map(|region| (*entity, region)));
            }
            let there = |node: &Node| {
                let same = known.get(node).copied();
                let same = same.or_else(|| onto.base.node_of(&self.of_base(*node)?.id));
                same.ok_or_else(|| EntityRef::of(&self.stage, *node))
            };
            let change = match change.try_map(there) {
                Ok(change) => change,
                Err(entity) => {
                    lost.push(Lost { change: change.clone(), entity });
                    continue;
                }
            };
            let own = onto.changes.iter().position(|own| *own == change);
            let against = onto.changes[..before].iter().find_map(|own| Some((own, own.contradicts(&change)?)));
            let place = match (own, against) {
                (Some(place), _) => place,
                (None, Some((own, why))) => {
                    contradictions.push(Contradiction { first: own.clone(), second: change, why });
                    continue;
                }
                (None, None) => {
                    onto = onto.with(change);
                    onto.changes.len() - 1
                }
            };
            known.extend(brought.clone().map(Node).zip(onto.brought[place].clone().map(Node)));
        }
        (onto, lost, contradictions)
    }

    /// The entity of a node, if it is one of the base.
    fn of_base(&self, node: Node) -> Option<&Entity> {
        (node.index() < self.base.bound()).then(|| self.base.entity(node))
    }

    /// Refuses changes that cannot all be made. O(changes² + relations of what they name).
    ///
    /// # Errors
    /// `Invalid`, with both changes and why, with a number that makes no sense, or with the dependency that is not there; those of [`Snapshot::edited`].
    pub fn check(&self) -> Result<()> {
        (0..self.changes.len()).try_for_each(|place| self.check_one(place))?;
        self.stage.edited(&self.all_edges()).map(|_| ())
    }

    /// The same scenario with one more change that fits to those before it. O(changes + relations of what they name).
    ///
    /// # Errors
    /// Those of [`Scenario::check`].
    pub(super) fn with_checked(self, change: Change) -> Result<Self> {
        let checked = self.with(change);
        checked.check_one(checked.changes.len().saturating_sub(1))?;
        checked.stage.edited(&checked.all_edges())?;
        Ok(checked)
    }

    /// Refuses a change that makes no sense after those before it.
    fn check_one(&self, place: usize) -> Result<()> {
        let change = &self.changes[place];
        change.check_numbers()?;
        let against = self.changes[..place].iter().find_map(|other| Some((other, change.contradicts(other)?)));
        if let Some((other, why)) = against {
            let (first, second) = (other.told(&self.stage), change.told(&self.stage));
            let what = format!("\"{first}\" and \"{second}\" contradict each other: {why}; leave one out");
            return Err(Error::new(ErrorKind::Invalid, what));
        }
        if let Change::AddDependency { entity, on, .. } = change
            && let Some(Change::Add { called_by, .. }) = self.bringing(*on)
            && called_by.contains(entity)
        {
            let what =
                format!("\"{}\" is said twice: leave it out of called_by of what comes", change.told(&self.stage));
            return Err(Error::new(ErrorKind::Invalid, what));
        }
        if self.misses_its_dependency(place) {
            let what = format!("\"{}\": there is no such dependency", change.told(&self.stage));
            return Err(Error::new(ErrorKind::Invalid, what));
        }
        if let Some((user, entity)) = self.breaks_a_stranger(change) {
            let what = format!(
                "\"{}\": {user} does not depend on {entity}; leave it out of breaks, or add the dependency",
                change.told(&self.stage)
            );
            return Err(Error::new(ErrorKind::Invalid, what));
        }
        Ok(())
    }

    /// Who is said to be broken by a new version of something that it does not depend on, before the changes or after them.
    fn breaks_a_stranger(&self, change: &Change) -> Option<(&str, &str)> {
        let Change::Upgrade { entity, breaks, .. } = change else { return None };
        let users = [users_of(&self.stage, *entity), users_of(&self.with_all_there(), *entity)];
        let is_user = |named: &&Node| users.iter().any(|users| users.contains(&self.stage.component(**named)));
        let stranger = breaks.iter().find(|named| !is_user(named))?;
        Some((&self.stage.entity(*stranger).name, &self.stage.entity(*entity).name))
    }

    /// Whether a change is about a dependency that is not there.
    fn misses_its_dependency(&self, place: usize) -> bool {
        let edges = || self.edges(place);
        let removes = |edge: &EdgeChange| matches!(edge, EdgeChange::Remove { .. });
        match &self.changes[place] {
            Change::RemoveDependency { .. } => edges().is_empty(),
            Change::ToAsync { .. } => !edges().iter().any(removes),
            Change::Split { takes, .. } => !takes.is_empty() && !edges().iter().any(removes),
            _ => false,
        }
    }

    /// What is lost to those who depend on it, as far as the twin and recorded requests tell who does.
    pub(super) fn losses(&self, recorded: Option<&Traffic>) -> Vec<Loss> {
        let whole = |entity: &Node, state, hazard| {
            let (entity, spared, evidence) = (*entity, Vec::new(), BTreeMap::new());
            vec![Loss { entity, state, hazard, spared, doubt: None, evidence }]
        };
        let of = |change: &Change| match change {
            Change::Fail { entity, state, .. } => whole(entity, *state, Hazard::Outage),
            Change::Remove { entity, callers: OnRemoval::Fail, redirect_to: None } => {
                whole(entity, State::Down, Hazard::Removal)
            }
            // Those who have not left by then lose it.
            Change::Deprecate { entity, .. } => whole(entity, State::Down, Hazard::Removal),
            // Nobody serves.
            Change::Scale { entity, replicas: 0, .. } => whole(entity, State::Down, Hazard::Outage),
            Change::SetQuota { entity, a_second } if *a_second == 0.0 => whole(entity, State::Down, Hazard::Outage),
            Change::Upgrade { .. } => self.lost_by_upgrade(change, recorded),
            _ => Vec::new(),
        };
        self.changes.iter().flat_map(of).collect()
    }

    /// What is lost to those whom a new version breaks, and to those whom it may break.
    fn lost_by_upgrade(&self, change: &Change, recorded: Option<&Traffic>) -> Vec<Loss> {
        let Change::Upgrade { entity, version, .. } = change else { return Vec::new() };
        let stage = &self.stage;
        let Broken { surely, perhaps, evidence } = broken(stage, change, recorded);
        let lost = |broken: &BTreeSet<Node>, doubt: Option<String>| {
            let (entity, spared) = (*entity, spared(stage, *entity, broken));
            let told = evidence.iter().filter(|(user, _)| broken.contains(user));
            let evidence = told.map(|(user, counted)| (*user, counted.clone())).collect();
            let loss = Loss { entity, state: State::Down, hazard: Hazard::Removal, spared, doubt, evidence };
            (!broken.is_empty()).then_some(loss)
        };
        let names = listed(perhaps.iter().map(|node| &stage.entity(*node).name), 5);
        let name = &stage.entity(*entity).name;
        let doubt = format!("whether {name} {version} breaks {names} is not known: for what they call it was not seen");
        lost(&surely, None).into_iter().chain(lost(&perhaps, Some(doubt))).collect()
    }

    /// The change that brings an entity, if one does.
    pub(super) fn bringing(&self, node: Node) -> Option<&Change> {
        let place = self.brought.iter().position(|brought| brought.contains(&node.0))?;
        self.changes.get(place)
    }

    /// The world after the changes with everything in it that is taken away.
    pub(super) fn with_all_there(&self) -> Snapshot {
        // `check` tells why the edges could not be changed.
        let world = self.stage.edited(&self.all_edges()).unwrap_or_else(|_| self.stage.clone());
        self.changes.iter().fold(world, |world, change| with_fallback(&world, change))
    }

    /// The world after the changes: the same type as any snapshot, so every question can be asked of it. O(change).
    pub fn snapshot(&self) -> Snapshot {
        let states = self.changes.iter().flat_map(|change| match change {
            Change::Fail { entity, state, .. } => {
                self.stage.instances(*entity).into_iter().map(|node| (node, *state)).collect()
            }
            _ => Vec::new(),
        });
        let states: Vec<(Node, State)> = states.collect();
        // States before removals: both name nodes of the stage.
        self.with_all_there().with_states(&self.name, &states).without(&self.name, &self.gone())
    }

    /// Whether anything is joined in another way after the changes.
    pub(super) fn changes_edges(&self) -> bool {
        self.stage.bound() > self.base.bound() || !self.gone().is_empty() || !self.all_edges().is_empty()
    }

    /// What the changes take away.
    pub(super) fn gone(&self) -> Vec<Node> {
        self.changes.iter().flat_map(|change| gone(&self.stage, change)).collect()
    }

    /// What is removed. What becomes a part of something else is not.
    pub(super) fn removed(&self) -> Vec<Node> {
        let is_removal = |change: &&Change| matches!(change, Change::Remove { .. });
        self.changes.iter().filter(is_removal).flat_map(|change| gone(&self.stage, change)).collect()
    }

    /// The edges that all changes take away and bring: what two changes take away goes once, with all that are alike.
    fn all_edges(&self) -> Vec<EdgeChange> {
        let changes: BTreeSet<EdgeChange> = (0..self.changes.len()).flat_map(|place| self.edges(place)).collect();
        let count = |change: &EdgeChange| match change {
            EdgeChange::Add { .. } => 1,
            EdgeChange::Remove { from, relation, to } => {
                let is_alike = |edge: &EdgeRef<'_>| edge.to == *to && edge.edge.relation == *relation;
                self.stage.outgoing(*from).filter(is_alike).count()
            }
        };
        changes.into_iter().flat_map(|change| std::iter::repeat_n(change.clone(), count(&change))).collect()
    }

    /// The edges that the change at a place takes away and brings.
    pub(super) fn edges(&self, place: usize) -> Vec<EdgeChange> {
        let brought: Vec<Node> = self.brought[place].clone().map(Node).collect();
        edges(&self.stage, &self.changes[place], &brought)
    }

    /// The entities whose bill the change at a place is about: those that it names first, that it takes away, and that it brings.
    pub(super) fn costed(&self, place: usize) -> Vec<Node> {
        let change = &self.changes[place];
        let brought = self.brought[place].clone().map(Node).next();
        let gone: &[Node] = if let Change::Merge { others, .. } = change { others } else { &[] };
        let first = match change {
            // What is evacuated is what is billed, not the region.
            Change::EvacuateRegion { entity, .. } => {
                let within = within_region(&self.stage, *entity).into_iter();
                within.map(|node| self.stage.component(node)).collect::<BTreeSet<Node>>().into_iter().collect()
            }
            Change::Merge { .. } => Vec::new(),
            _ => change.entities().into_iter().take(1).filter(|_| brought.is_none()).copied().collect::<Vec<Node>>(),
        };
        first.into_iter().chain(gone.iter().copied()).chain(brought).collect()
    }

    /// The changes as an answer names them.
    pub(in crate::simulate) fn described(&self) -> serde_json::Value {
        let named = |change: &Change| {
            let Ok(named) = change.try_map::<_, Infallible>(|node| Ok(EntityRef::of(&self.stage, *node)));
            serde_json::to_value(named).unwrap_or_default()
        };
        self.changes.iter().map(named).collect()
    }
}
