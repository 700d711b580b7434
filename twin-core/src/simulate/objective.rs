//! What a choice between scenarios is made by, as data and as the core has it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Result};
use crate::simulate::comparison::Dimension;
use crate::simulate::pareto::Goal;
use crate::simulate::told::FigureTold;

/// What is wanted less or more of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Objective {
    /// Which figures.
    pub dimension: Dimension,
    /// Of which entity or operation, by name or id; without it, the figure that is about none, or the only one, and of cost what everything that an option changes is billed together.
    pub of: Option<String>,
    /// Whether less or more is better.
    pub goal: Goal,
}

impl Objective {
    /// Whether a figure answers to it.
    pub(super) fn is_about(&self, figure: &FigureTold) -> bool {
        let is_of = |of: &str| {
            figure.detail.as_deref() == Some(of)
                || figure.about.as_ref().is_some_and(|about| about.name == of || about.id == of)
        };
        figure.dimension == self.dimension && self.of.as_deref().is_none_or(is_of)
    }
}

/// What is wanted less or more of, as hosts write it: `{"dimension": "latency_p95", "of": "web.cart"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectiveDraft {
    /// Which figures of a comparison.
    #[schemars(with = "Dimension")]
    pub dimension: String,
    /// Of which entity or operation, by name or id; without it, the figure that is about none, or the only one, and of cost what everything that an option changes is billed together.
    #[serde(default)]
    pub of: Option<String>,
    /// Whether less, `min` (default), or more, `max`, is better.
    #[serde(default)]
    pub goal: Option<Goal>,
}

impl ObjectiveDraft {
    /// Reads a list of them from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn list_from_json(text: &str) -> Result<Vec<ObjectiveDraft>> {
        let wrong = "this is no list of objectives";
        serde_json::from_str(text).map_err(|error| Error::misread(wrong, &error))
    }

    /// The objective that is meant.
    ///
    /// # Errors
    /// `Unknown` for a dimension that no comparison has, with the nearest; `Invalid` for more minutes down.
    pub fn objective(&self) -> Result<Objective> {
        let named = serde_json::from_value(self.dimension.as_str().into());
        let unknown = |_| Error::unknown("dimension", &self.dimension, names().iter().map(String::as_str));
        let (dimension, goal) = (named.map_err(unknown)?, self.goal.unwrap_or(Goal::Minimize));
        match (dimension, goal) {
            (Dimension::Availability, Goal::Maximize) => Err(Error::new(ErrorKind::Invalid, DOWN)),
            _ => Ok(Objective { dimension, of: self.of.clone(), goal }),
        }
    }
}

/// Why nobody wants more of availability.
pub(super) const DOWN: &str =
    "goal is \"max\": availability is told in minutes down a month, of which less is better; leave goal out";

/// The names of all dimensions.
fn names() -> Vec<String> {
    let schema = schemars::schema_for!(Dimension);
    let words = schema.get("oneOf").and_then(serde_json::Value::as_array);
    words.into_iter().flatten().filter_map(|word| word["const"].as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objectives_are_read_and_refused() {
        let read = |text: &str| {
            ObjectiveDraft::list_from_json(text)?.iter().map(ObjectiveDraft::objective).collect::<Result<Vec<_>>>()
        };
        let objective = |dimension, of: Option<&str>, goal| Objective { dimension, of: of.map(str::to_owned), goal };
        assert_eq!(
            read(r#"[{"dimension": "cost"}, {"dimension": "latency_p95", "of": "web.cart", "goal": "max"}]"#).unwrap(),
            [
                objective(Dimension::Cost, None, Goal::Minimize),
                objective(Dimension::LatencyP95, Some("web.cart"), Goal::Maximize)
            ]
        );
        let cases = [
            (r#"[{"dimension": "latency_p59"}]"#, ErrorKind::Unknown, "nearest are latency_p9"),
            (r#"[{"dimension": "cost", "weight": 2}]"#, ErrorKind::Invalid, "unknown field `weight`"),
            (r#"[{"goal": "min"}]"#, ErrorKind::Invalid, "missing field `dimension`"),
            (r#"[{"dimension": "cost", "goal": "least"}]"#, ErrorKind::Invalid, "unknown variant `least`"),
            (r#"[{"dimension": "availability", "goal": "max"}]"#, ErrorKind::Invalid, "told in minutes down"),
            ("{}", ErrorKind::Invalid, "no list of objectives"),
        ];
        for (text, kind, words) in cases {
            let error = read(text).unwrap_err();
            assert!(error.kind() == kind && error.to_string().contains(words), "{text}: {error}");
        }
    }
}
