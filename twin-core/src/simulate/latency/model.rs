//! What an operation does, as steps that take time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Operations by name, each with what it does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LatencyModel {
    /// Each operation, `service.operation` for instance.
    pub operations: BTreeMap<String, Operation>,
}

/// What one operation does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Operation {
    /// One after the other.
    pub steps: Vec<Step>,
}

/// Something that takes time. All that is random is independent, also of two calls to one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Work of the operation itself.
    Work(Distribution),
    /// A call to an operation, and waiting for it.
    Call(String),
    /// Branches that begin together, and waiting for all of them; none take no time.
    Par(Vec<Vec<Step>>),
    /// Branches that begin together, and waiting for the first; none take no time.
    Race(Vec<Vec<Step>>),
    /// Exactly one of some branches.
    Choice(Vec<Branch>),
    /// Steps that are waited for no longer than so many milliseconds; then it goes on without them.
    Timeout {
        /// Milliseconds.
        ms: f64,
        /// What is waited for.
        steps: Vec<Step>,
    },
    /// Steps that are taken again after they failed. The last failure just ends them.
    Retry {
        /// The probability that one attempt fails.
        fail: f64,
        /// How often they are taken at most: 1 is no retry.
        max_attempts: u32,
        /// Milliseconds between two attempts.
        #[serde(default)]
        backoff_ms: f64,
        /// What is attempted.
        steps: Vec<Step>,
    },
}

/// One of several ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Branch {
    /// How probable it is. Those of one choice add up to 1.
    pub p: f64,
    /// What it does.
    pub steps: Vec<Step>,
}

/// How long work takes, in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "dist")]
pub enum Distribution {
    /// Always the same.
    #[serde(rename = "const")]
    Constant {
        /// Milliseconds.
        ms: f64,
    },
    /// Its logarithm is normal.
    #[serde(rename = "lognormal")]
    LogNormal {
        /// What half of it does not exceed.
        median_ms: f64,
        /// The standard deviation of the logarithm, up to 10.
        sigma: f64,
    },
    /// Gamma.
    #[serde(rename = "gamma")]
    Gamma {
        /// The mean.
        mean_ms: f64,
        /// The shape, from 0.001: 1 is exponential, more is narrower.
        shape: f64,
    },
    /// Exponential.
    #[serde(rename = "exp")]
    Exponential {
        /// The mean.
        mean_ms: f64,
    },
    /// All between two ends alike.
    #[serde(rename = "uniform")]
    Uniform {
        /// The least.
        low_ms: f64,
        /// The most.
        high_ms: f64,
    },
    /// Any of some measured values, all alike.
    #[serde(rename = "empirical")]
    Empirical {
        /// What was measured, in any order.
        values_ms: Vec<f64>,
    },
}

impl Step {
    fn take_parts(&mut self) -> Vec<Step> {
        match self {
            Step::Work(_) | Step::Call(_) => Vec::new(),
            Step::Par(branches) | Step::Race(branches) => std::mem::take(branches).into_iter().flatten().collect(),
            Step::Choice(branches) => std::mem::take(branches).into_iter().flat_map(|branch| branch.steps).collect(),
            Step::Timeout { steps, .. } | Step::Retry { steps, .. } => std::mem::take(steps),
        }
    }
}

/// Parts are dropped one after the other, so that depth costs no stack.
impl Drop for Step {
    fn drop(&mut self) {
        let mut waiting = self.take_parts();
        while let Some(mut part) = waiting.pop() {
            waiting.append(&mut part.take_parts());
        }
    }
}
