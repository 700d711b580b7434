//! Availability: components with gates over what they require.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::base::Result;
use twin_core::simulate::availability::{Component, Requirement, availability};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    nodes: BTreeMap<String, Stated>,
    entry: String,
}

#[derive(Deserialize)]
struct Stated {
    availability: f64,
    requires: Option<Gate>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Gate {
    Node(String),
    Nested(Nested),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Nested {
    All(Vec<Gate>),
    Any(Vec<Gate>),
    KOfN { k: usize, of: Vec<Gate> },
}

impl From<Gate> for Requirement {
    /// By recursion: JSON that was read is nested no deeper than its reader goes.
    fn from(gate: Gate) -> Self {
        let each = |gates: Vec<Gate>| gates.into_iter().map(Requirement::from).collect();
        match gate {
            Gate::Node(id) => Requirement::Component(id),
            Gate::Nested(Nested::All(gates)) => Requirement::All(each(gates)),
            Gate::Nested(Nested::Any(gates)) => Requirement::Any(each(gates)),
            Gate::Nested(Nested::KOfN { k, of }) => Requirement::AtLeast { k, of: each(of) },
        }
    }
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of availability").because(error))?;
    let component = |(id, stated): (String, Stated)| Component {
        requires: stated.requires.map(Requirement::from),
        ..Component::new(id, stated.availability)
    };
    let components: Vec<Component> = input.nodes.into_iter().map(component).collect();
    let found = availability(&components, &input.entry)?;
    let importance: BTreeMap<&str, f64> =
        found.importance.iter().map(|row| (row.component.as_str(), row.birnbaum)).collect();
    Ok(json!({
        "availability": found.availability,
        "unavailability": found.unavailability,
        "relevant_components": importance.len(),
        "birnbaum_importance": importance,
    }))
}
