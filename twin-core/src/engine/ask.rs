//! Questions as methods of a snapshot: the names that hosts see.

use crate::analysis::{
    self, BlastRadius, Changes, Conflict, CostSummary, Cycle, Description, Drift, EntityRef, GoverningDecision, Hazard,
    Hit, IdentityReason, Neighbour, OwnerRow, ReviewRow,
};
use crate::answer::{Answer, Profile};
use crate::base::Result;
use crate::graph::{Node, Snapshot};
use crate::observe::Perspective;
use crate::schema::State;
use crate::simulate::{Outcome, Scenario, outcome};

/// A blast radius that is about to be asked for.
#[derive(Clone, Debug)]
pub struct AskBlastRadius<'a> {
    snapshot: &'a Snapshot,
    question: BlastRadius,
}

impl AskBlastRadius<'_> {
    /// How badly the entity fails. Default: down.
    #[must_use]
    pub fn state(mut self, state: State) -> Self {
        self.question.state = state;
        self
    }

    /// For a while or for ever. Default: an outage.
    #[must_use]
    pub fn hazard(mut self, hazard: Hazard) -> Self {
        self.question.hazard = hazard;
        self
    }

    /// In which environment. Default: production, where any instance is known to be there.
    #[must_use]
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.question.environment = Some(environment.into());
        self
    }

    /// What the question needs of its sources.
    #[must_use]
    pub fn needs(mut self, needs: Profile) -> Self {
        self.question.needs = needs;
        self
    }

    /// Asks. O(entities + relations that are reached).
    pub fn run(self) -> Answer<Vec<Hit>> {
        analysis::blast_radius(self.snapshot, &self.question)
    }
}

impl Snapshot {
    /// Who is affected if an entity fails?
    pub fn blast_radius(&self, node: Node) -> AskBlastRadius<'_> {
        AskBlastRadius { snapshot: self, question: BlastRadius::of(node) }
    }

    /// Everything that is known of an entity, with every source's word.
    pub fn describe(&self, node: Node) -> Answer<Description> {
        analysis::describe(self, node, Profile::default())
    }

    /// What sources tell differently of an entity from the same side, and which word to go by.
    pub fn conflicts(&self, node: Node) -> Answer<Vec<Conflict>> {
        analysis::conflicts(self, node, &[], Profile::default())
    }

    /// The entities of a kind (all, if none is given) whose names contain some words.
    ///
    /// # Errors
    /// `Unknown` for a kind that has no row.
    pub fn find_all(&self, kind: Option<&str>, words: &str) -> Result<Answer<Vec<EntityRef>>> {
        analysis::find_all(self, kind, words, Profile::default())
    }

    /// What an entity is related to; only by `relation` if one is given.
    ///
    /// # Errors
    /// `Unknown` for a relation that has no row.
    pub fn neighbours(&self, node: Node, relation: Option<&str>) -> Result<Answer<Vec<Neighbour>>> {
        analysis::neighbours(self, node, relation, Profile::default())
    }

    /// Who answers for an entity, and by which rule.
    pub fn owners(&self, node: Node) -> Answer<Vec<OwnerRow>> {
        analysis::owners(self, node, &[], Profile::default())
    }

    /// Entities that need each other around a corner.
    pub fn cycles(&self) -> Answer<Vec<Cycle>> {
        analysis::cycles(self, Profile::default())
    }

    /// What one side says and another does not: by default what is declared against what is observed.
    pub fn drift(&self, left: Perspective, right: Perspective) -> Answer<Drift> {
        analysis::drift(self, left, right, Profile::default())
    }

    /// What an entity and its dependents are billed.
    pub fn cost(&self, node: Node) -> Answer<CostSummary> {
        analysis::cost(self, node, Profile::default())
    }

    /// What was decided about an entity, and whether reality keeps to it.
    pub fn decisions(&self, node: Node) -> Answer<Vec<GoverningDecision>> {
        analysis::decisions(self, node, Profile::default())
    }

    /// Why the records of an entity are one thing, and which others came near.
    pub fn explain(&self, node: Node) -> Answer<Vec<IdentityReason>> {
        analysis::explain(self, node, Profile::default())
    }

    /// What a person should decide about identity, the most telling first, at most so many pairs.
    pub fn review(&self, most: usize) -> Answer<Vec<ReviewRow>> {
        analysis::review(self, most, Profile::default())
    }

    /// Why two entities are not one.
    pub fn why_not(&self, a: Node, b: Node) -> Answer<Vec<IdentityReason>> {
        analysis::why_not(self, a, b, Profile::default())
    }

    /// What changed from an earlier snapshot to this one.
    pub fn diff(&self, earlier: &Snapshot) -> Answer<Changes> {
        analysis::diff(earlier, self, Profile::Audit)
    }

    /// A world that differs from this one.
    pub fn scenario(&self, name: impl Into<String>) -> Scenario {
        Scenario::new(self, name)
    }
}

impl Scenario {
    /// What follows from the changes.
    pub fn outcome(&self) -> Answer<Outcome> {
        outcome(self, Profile::default())
    }
}
