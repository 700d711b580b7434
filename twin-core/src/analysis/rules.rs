//! What passes over the edges of each class, read from the table once for a search.

use serde::Serialize;

use crate::base::{Error, Result};
use crate::graph::{EdgeClass, Snapshot};
use crate::schema::{Propagation, State};

/// What happens to the entity that the question is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Hazard {
    /// It fails for a while.
    #[default]
    Outage,
    /// It is taken away for ever: who calls it optionally drops the call.
    Removal,
}

impl Hazard {
    /// Reads a hazard's name.
    ///
    /// # Errors
    /// `Unknown`, with both hazards.
    pub fn parse(name: &str) -> Result<Hazard> {
        match name {
            "outage" => Ok(Hazard::Outage),
            "removal" => Ok(Hazard::Removal),
            _ => Err(Error::unknown("hazard", name, ["outage", "removal"])),
        }
    }
}

/// What passes over the edges of one class. What a group says alone does not pass over edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule {
    /// From the right end to the left end.
    pub to_left: Propagation,
    /// From the left end to the right end.
    pub to_right: Propagation,
    /// Whether an end that is removed is no longer needed: the left end does without it.
    pub is_dropped: bool,
}

/// The rules of all classes of a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rules {
    by_class: Vec<Rule>,
    passes_right: bool,
}

impl Rules {
    /// The rules by which failure passes, at worst or at its mildest where facts do not say. O(classes).
    pub fn of(snapshot: &Snapshot, hazard: Hazard, worst: bool) -> Self {
        let rule = |class: &EdgeClass| Rule::of(class, hazard, worst);
        let by_class: Vec<Rule> = snapshot.pages().classes().iter().map(rule).collect();
        let passes_right = by_class.iter().any(|rule| rule.to_right.passes());
        Rules { by_class, passes_right }
    }

    #[inline]
    pub fn rule(&self, class: u16) -> &Rule {
        &self.by_class[class as usize]
    }

    /// Whether anything passes from a left end to a right end.
    #[inline]
    pub fn passes_right(&self) -> bool {
        self.passes_right
    }

    /// For a search in which only `Down` passes, and only to left ends: whether it does so over every class, or over some. `None` if any other state passes too.
    pub fn only_down(&self) -> Option<OnlyDown> {
        let down = |rule: &Rule| rule.to_left.of(State::Down);
        let is_plain = |rule: &Rule| matches!(down(rule), State::Down | State::None) && !rule.is_dropped;
        if self.passes_right || !self.by_class.iter().all(is_plain) {
            return None;
        }
        let all = self.by_class.iter().all(|rule| down(rule) == State::Down);
        Some(if all { OnlyDown::OverAll } else { OnlyDown::OverSome })
    }
}

/// How `Down` passes where nothing else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnlyDown {
    /// Over edges of every class.
    OverAll,
    /// Over edges of some classes.
    OverSome,
}

impl Rule {
    fn of(class: &EdgeClass, hazard: Hazard, worst: bool) -> Self {
        let variant = if worst { class.worst } else { class.mildest };
        let unless = |governed: bool, passes| if governed { Propagation::NOTHING } else { passes };
        Rule {
            to_left: unless(class.governed, variant.forward),
            to_right: unless(class.governed || class.governs, variant.reverse),
            is_dropped: hazard == Hazard::Removal && variant.name == "optional",
        }
    }
}
