//! A record: everything that one source says about one thing in one place.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result, Timestamp};
use crate::observe::{Evidence, Handle, RecordKey};
use crate::schema::{AttributeName, Relation, Value};

/// From which side a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Perspective {
    /// Infrastructure code, manifests, catalogues: what is meant to be.
    Declared,
    /// A live interface or a pipeline's run: what was put there.
    Deployed,
    /// Telemetry: what was seen to happen.
    Observed,
    /// A bill.
    Billed,
    /// A decision record.
    Decided,
}

impl Perspective {
    /// All sides.
    pub const ALL: [Perspective; 5] = [
        Perspective::Declared,
        Perspective::Deployed,
        Perspective::Observed,
        Perspective::Billed,
        Perspective::Decided,
    ];

    /// Reads a side's name.
    ///
    /// # Errors
    /// `Unknown`, with the nearest side.
    pub fn parse(name: &str) -> Result<Perspective> {
        let found = Perspective::ALL.into_iter().find(|side| side.as_str() == name);
        found.ok_or_else(|| Error::unknown("perspective", name, Perspective::ALL.map(Perspective::as_str)))
    }

    /// The name, lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Perspective::Declared => "declared",
            Perspective::Deployed => "deployed",
            Perspective::Observed => "observed",
            Perspective::Billed => "billed",
            Perspective::Decided => "decided",
        }
    }
}

/// What an observation refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A record by its key.
    Record(RecordKey),
    /// Whatever answers to this name. A host without `within` is looked up in the networks of whoever uses it.
    Handle(Handle),
    /// Every workload within a network whose labels include all of these.
    Selector {
        /// The network.
        within: String,
        /// The labels.
        labels: BTreeMap<String, String>,
    },
}

/// One thing said of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Statement {
    /// It is there, and this is its name for people.
    Exists {
        /// The name.
        name: String,
    },
    /// An attribute has a value.
    Attribute {
        /// Which.
        name: AttributeName,
        /// The value.
        value: Value,
    },
    /// It answers to a name.
    KnownAs(Handle),
    /// It stands in a network: names within that network reach it, and it reaches names there. Order of preference by
    /// `rank`, lowest first.
    Joins {
        /// The network.
        network: String,
        /// The order in which names are looked up.
        rank: u8,
    },
    /// It carries a label that selectors may ask for.
    Labelled {
        /// The label's key.
        key: String,
        /// The label's value.
        value: String,
    },
    /// It is related to something.
    Related {
        /// How.
        relation: Relation,
        /// Which variant of the relation, where the source says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        variant: Option<String>,
        /// To what.
        target: Target,
        /// More about the relation: protocol, port, operation.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        attributes: BTreeMap<AttributeName, Value>,
    },
}

/// One thing said, from which side, why it is believed, and since when it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// What is said.
    pub statement: Statement,
    /// From which side.
    pub perspective: Perspective,
    /// Why it is believed.
    pub evidence: Evidence,
    /// Since when it holds by the source's own word; else since it is first read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// Until when it holds by the source's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Timestamp>,
}

/// Everything that one scope says about one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The thing.
    pub key: RecordKey,
    /// What is said of it; the first is [`Statement::Exists`].
    pub observations: Vec<Observation>,
    /// How many records of the source this one sums up: 1, but for telemetry, where it counts spans.
    pub stands_for: u64,
    /// From which side, for the observations that this type's methods add.
    pub perspective: Perspective,
}

impl Record {
    /// A record that exists, called `name`, by `evidence`.
    pub fn new(key: RecordKey, name: impl Into<String>, perspective: Perspective, evidence: Evidence) -> Self {
        let mut record = Record { key, observations: Vec::new(), stands_for: 1, perspective };
        record.say(Statement::Exists { name: name.into() }, evidence);
        record
    }

    /// Adds a statement.
    pub fn say(&mut self, statement: Statement, evidence: Evidence) {
        let perspective = self.perspective;
        self.observations.push(Observation { statement, perspective, evidence, valid_from: None, valid_to: None });
    }

    /// Adds an attribute.
    pub fn attribute(&mut self, name: AttributeName, value: impl Into<Value>, evidence: Evidence) {
        self.say(Statement::Attribute { name, value: value.into() }, evidence);
    }

    /// Adds a name that the record answers to.
    pub fn known_as(&mut self, handle: Handle, evidence: Evidence) {
        self.say(Statement::KnownAs(handle), evidence);
    }

    /// Adds a relation without variant and attributes.
    pub fn relate(&mut self, relation: Relation, target: Target, evidence: Evidence) {
        self.say(Statement::Related { relation, variant: None, target, attributes: BTreeMap::new() }, evidence);
    }
}
