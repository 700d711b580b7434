//! How ill a thing can be, and how one thing's illness becomes another's.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result};

/// The state of an entity, from well to worst. The order is the order of severity.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Works.
    #[default]
    None,
    /// Works, late.
    Delayed,
    /// Works in part or worse.
    Degraded,
    /// Does not work.
    Down,
}

impl State {
    /// All states, mildest first.
    pub const ALL: [State; 4] = [State::None, State::Delayed, State::Degraded, State::Down];

    /// The name of the state, lower case.
    pub fn as_str(self) -> &'static str {
        ["none", "delayed", "degraded", "down"][self as usize]
    }

    /// Reads a state's name.
    ///
    /// # Errors
    /// `Unknown`, with the nearest state.
    pub fn parse(name: &str) -> Result<State> {
        let found = State::ALL.into_iter().find(|state| state.as_str() == name);
        found.ok_or_else(|| Error::unknown("state", name, State::ALL.map(State::as_str)))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// For each state of one end of a relation, the state that it puts the other end in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Propagation([State; 4]);

impl Propagation {
    /// Nothing passes.
    pub const NOTHING: Propagation = Propagation([State::None; 4]);

    /// What `delayed`, `degraded` and `down` become at the other end.
    pub const fn new(delayed: State, degraded: State, down: State) -> Self {
        Propagation([State::None, delayed, degraded, down])
    }

    /// The state of the other end.
    pub fn of(self, state: State) -> State {
        self.0[state as usize]
    }

    /// Whether anything passes at all.
    pub fn passes(self) -> bool {
        self != Propagation::NOTHING
    }
}
