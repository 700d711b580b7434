//! Models of plain numbers as hosts ask for them, one door for all: what is given is data, and so is what comes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::{Error, ErrorKind, Result, shortened};
use crate::simulate::availability::{Component, Requirement, availability};
use crate::simulate::cache::{CachedKeys, ttl_hit_ratio};
use crate::simulate::cascade::{CallGraph, RetriedService, cascade, metastability};
use crate::simulate::check::invalid;
use crate::simulate::latency::{LatencyModel, Operation, Sampling, latency};
use crate::simulate::queue_network::{NetworkStation, Route, queue_network};
use crate::simulate::queueing::{Objective, Station, headroom, queue};
use crate::simulate::retries::{Hop, retries};
use crate::simulate::savings::{Removal, savings};

/// A model of plain numbers: `{"model": "queue", "station": {…}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "model", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ModelDraft {
    /// How often an entry is up, exactly, and how much depends on each part.
    Availability {
        /// What there is.
        components: Vec<ComponentDraft>,
        /// Of which one it is asked.
        entry: String,
    },
    /// How often a cache has what is asked for, from how long it keeps it.
    Cache {
        /// What it is asked for.
        asked: CachedKeys,
    },
    /// How a storm of retries grows from tier to tier of a call graph.
    Cascade {
        /// The services and who calls whom.
        graph: CallGraph,
    },
    /// How much more a station could take within an objective.
    Headroom {
        /// The station.
        station: Station,
        /// What it must keep to.
        objective: Objective,
    },
    /// How long an operation takes, by Monte Carlo.
    Latency {
        /// The operations by name.
        operations: BTreeMap<String, Operation>,
        /// Of which one it is asked.
        entry: String,
        /// How many requests are simulated. Default: 20,000.
        #[serde(default = "samples")]
        samples: u32,
        /// What all chance follows from. Default: 0.
        #[serde(default)]
        seed: u64,
        /// How probably all intervals hold together, above 0 and below 1. Default: .95.
        #[serde(default = "confidence")]
        confidence: f64,
    },
    /// Under which loads retries sustain themselves.
    Metastability {
        /// The service whose callers try again.
        service: RetriedService,
    },
    /// How long is waited at a station.
    Queue {
        /// The station.
        station: Station,
    },
    /// How long is waited in a network of stations.
    QueueNetwork {
        /// The stations.
        stations: Vec<NetworkStation>,
        /// Who goes where from where.
        routes: Vec<Route>,
    },
    /// What retries along a chain do to success and load, exactly.
    Retries {
        /// The hops in the order of calls.
        hops: Vec<Hop>,
    },
    /// What is allocated to what would be removed, and what its removal avoids.
    Savings {
        /// What would be removed.
        removal: Removal,
    },
}

/// Something that is up or down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentDraft {
    /// Its name.
    pub id: String,
    /// The probability that it does not fail by itself, independently of all others.
    pub availability: f64,
    /// What must be up for it to be up. Default: nothing.
    #[serde(default)]
    pub requires: Option<Requirement>,
}

fn samples() -> u32 {
    Sampling::default().samples
}

fn confidence() -> f64 {
    0.95
}

impl ModelDraft {
    /// Reads a model from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<ModelDraft> {
        let wrong = |error| Error::misread("this is no model", &error);
        let given: Value = serde_json::from_str(text).map_err(wrong)?;
        let draft: ModelDraft = serde_json::from_value(given.clone()).map_err(wrong)?;
        // What nobody reads is a typing error, and whatever it was to say would silently be the default.
        match unread(&given, &serde_json::to_value(&draft).map_err(wrong)?) {
            Some(field) => Err(invalid(format!("this is no model: nothing of it is called {}", shortened(field)))),
            None => Ok(draft),
        }
    }

    /// What comes of it: what the function of the same name gives.
    ///
    /// # Errors
    /// Those of that function.
    pub fn solved(&self) -> Result<Value> {
        match self {
            ModelDraft::Availability { components, entry } => {
                let component = |draft: &ComponentDraft| Component {
                    requires: draft.requires.clone(),
                    ..Component::new(draft.id.clone(), draft.availability)
                };
                let components: Vec<Component> = components.iter().map(component).collect();
                told(availability(&components, entry)?)
            }
            ModelDraft::Cache { asked } => told(ttl_hit_ratio(*asked)?),
            ModelDraft::Cascade { graph } => told(cascade(graph)?),
            ModelDraft::Headroom { station, objective } => told(headroom(station, *objective)?),
            ModelDraft::Latency { operations, entry, samples, seed, confidence } => {
                let sampling = Sampling { samples: *samples, seed: *seed };
                let model = LatencyModel { operations: operations.clone() };
                told(latency(&model, entry, sampling)?.summary(*confidence)?)
            }
            ModelDraft::Metastability { service } => told(metastability(service)?),
            ModelDraft::Queue { station } => told(queue(station)?),
            ModelDraft::QueueNetwork { stations, routes } => told(queue_network(stations, routes)?),
            ModelDraft::Retries { hops } => told(retries(hops)?),
            ModelDraft::Savings { removal } => told(savings(removal)?),
        }
    }
}

/// A field that was given and that is not among those that were read.
fn unread<'g>(given: &'g Value, read: &Value) -> Option<&'g str> {
    match (given, read) {
        (Value::Object(given), Value::Object(read)) => given.iter().find_map(|(name, value)| match read.get(name) {
            Some(read) => unread(value, read),
            None => Some(name.as_str()),
        }),
        (Value::Array(given), Value::Array(read)) => {
            given.iter().zip(read).find_map(|(given, read)| unread(given, read))
        }
        _ => None,
    }
}

fn told(answer: impl Serialize) -> Result<Value> {
    serde_json::to_value(answer).map_err(|error| Error::new(ErrorKind::Invalid, "this cannot be told").because(error))
}
