//! Changes as texts: what hosts of other languages, agents and files of cases write.

use std::collections::BTreeSet;

use super::Change;
use crate::base::{Error, ErrorKind, Result, shortened};
use crate::graph::{Node, Snapshot};
use crate::schema::kind;
use crate::simulate::Scenario;

/// One change. Entities are named by id, record key, alias or unique name; what an earlier change brings, by its name.
pub type ChangeDraft = Change<String>;

/// A change that cannot be made to a base.
#[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Unplaced {
    /// Which.
    pub change: ChangeDraft,
    /// Why.
    pub why: String,
}

impl ChangeDraft {
    /// Reads a list of changes from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn list_from_json(text: &str) -> Result<Vec<ChangeDraft>> {
        serde_json::from_str(text).map_err(|error| Error::misread("this is no list of changes", &error))
    }

    /// The change on the nodes of a snapshot.
    fn on(&self, stage: &Snapshot) -> Result<Change> {
        self.check_numbers()?;
        let change = self.try_map(|name| stage.find(name))?;
        check_names(stage, &change)?;
        Ok(change)
    }
}

/// Refuses kinds and relations that the schema does not know or allow, names that are taken, and what is not of the kind that it has to be.
fn check_names(stage: &Snapshot, change: &Change) -> Result<()> {
    match change {
        Change::AddDependency { entity, on, .. } if entity == on => {
            Err(invalid(format!("{} cannot depend on itself: name something else", stage.entity(*entity).name)))
        }
        Change::AddDependency { entity, on, relation, .. } => allowed(stage, relation, *entity, *on),
        Change::RemoveDependency { relation: Some(relation), .. } => stage.schema().relation(relation).map(|_| ()),
        Change::Add { name, kind, .. } => {
            kind.as_ref().map_or(Ok(()), |kind| stage.schema().kind(kind).map(|_| ()))?;
            is_free(stage, name)
        }
        Change::Split { into, .. } => is_free(stage, into),
        Change::EvacuateRegion { entity, .. } if *stage.kind(*entity) != kind::REGION => {
            Err(invalid(format!("{} is no Region: name the region that is left", stage.entity(*entity).name)))
        }
        Change::Merge { entity, others, .. } if others.contains(entity) => {
            Err(invalid(format!("{} cannot become a part of itself", stage.entity(*entity).name)))
        }
        Change::ChangeOwner { entity, owner, .. } => {
            let name = crate::schema::relation::OWNED_BY;
            let (from, to) = (stage.kind(*entity).as_str(), stage.kind(*owner).as_str());
            match stage.schema().allows(name.as_str(), from, to)? {
                true => Ok(()),
                false => Err(invalid(format!("a {to} cannot own a {from}: name a team or a person"))),
            }
        }
        _ => Ok(()),
    }
}

fn is_free(stage: &Snapshot, name: &str) -> Result<()> {
    match stage.called(name).is_empty() {
        true => Ok(()),
        false => {
            Err(invalid(format!("there is something called \"{}\" already: choose another name", shortened(name))))
        }
    }
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

/// Whether a relation may hold between two entities, or between their instances.
fn allowed(stage: &Snapshot, name: &str, from: Node, to: Node) -> Result<()> {
    stage.schema().relation(name)?;
    let kinds = |node: Node| -> BTreeSet<&str> {
        stage.instances(node).into_iter().map(|node| stage.kind(node).as_str()).collect()
    };
    for from in kinds(from) {
        for to in kinds(to) {
            if !stage.schema().allows(name, from, to)? {
                return Err(invalid(format!(
                    "{name} does not hold between a {from} and a {to}: name another relation"
                )));
            }
        }
    }
    Ok(())
}

impl Scenario {
    /// A scenario of changes that are given as data.
    ///
    /// # Errors
    /// `Unknown` or `Ambiguous` for a name, with the nearest names or the candidates; `Invalid` for a number or a relation that makes no sense, for two changes that
    /// cannot both be made, for a dependency that is not there, and for a name that is taken.
    pub fn of(base: &Snapshot, name: impl Into<String>, changes: &[ChangeDraft]) -> Result<Scenario> {
        let mut scenario = Scenario::new(base, name);
        for draft in changes {
            scenario = scenario.named_by(draft);
            let change = draft.on(scenario.stage())?;
            scenario = scenario.with(change);
        }
        scenario.check()?;
        Ok(scenario)
    }

    /// The same scenario in which everything is an entity that a change may name.
    fn named_by(self, draft: &ChangeDraft) -> Scenario {
        if let Change::EvacuateRegion { entity, .. } = draft { self.naming_region(entity) } else { self }
    }

    /// A scenario of those changes that can be made to a base, one after the other, and the others with why they cannot: what another system plans may name what the
    /// twin has never heard of. O(changes²).
    pub fn of_known(base: &Snapshot, name: impl Into<String>, changes: &[ChangeDraft]) -> (Scenario, Vec<Unplaced>) {
        let mut scenario = Scenario::new(base, name);
        let mut unplaced = Vec::new();
        for draft in changes {
            scenario = scenario.named_by(draft);
            let placed = draft.on(scenario.stage()).and_then(|change| scenario.clone().with_checked(change));
            match placed {
                Ok(placed) => scenario = placed,
                Err(why) => unplaced.push(Unplaced { change: draft.clone(), why: why.to_string() }),
            }
        }
        (scenario, unplaced)
    }
}
