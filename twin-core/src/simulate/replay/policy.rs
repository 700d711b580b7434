//! What is known of services and calls beside what their spans show.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Result, shortened};

/// What happens to a caller when a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Criticality {
    /// It fails too.
    Required,
    /// It answers with less.
    Optional,
    /// It has not waited for it.
    Async,
}

impl Criticality {
    /// The variant of the relation `calls` that says so.
    pub(in crate::simulate) fn variant(self) -> &'static str {
        match self {
            Criticality::Required => "required",
            Criticality::Optional => "optional",
            Criticality::Async => "async",
        }
    }

    /// What a variant of the relation `calls` says.
    pub(in crate::simulate) fn of_variant(variant: &str) -> Option<Criticality> {
        [Criticality::Required, Criticality::Optional, Criticality::Async]
            .into_iter()
            .find(|criticality| criticality.variant() == variant)
    }
}

/// Nobody tries more often, and each try may multiply those beneath it.
const MOST_RETRIES: u32 = 100;

/// How a service is run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServicePolicy {
    /// How many requests it serves at a time; each of its instances, where more than one was seen to. Without it: as many as were seen while others waited, else as many as come.
    pub workers: Option<u32>,
    /// Where it runs.
    pub region: Option<String>,
}

/// How an operation calls another one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallPolicy {
    /// What its failure does. Without it: what was recorded of calls that failed, else required.
    pub criticality: Option<Criticality>,
    /// After which time the caller gives up, in milliseconds.
    pub timeout_ms: Option<f64>,
    /// How often it is tried again. Without it: as often as was recorded.
    pub retries: Option<u32>,
    /// How long the caller waits before it tries again, in milliseconds. Without it: as long as was recorded.
    pub backoff_ms: Option<f64>,
    /// After so many failures in a row, nobody asks for a while. Without it: there is no breaker.
    pub breaker: Option<Breaker>,
    /// Whether the callee is a cache of the caller. So is whoever was seen to say whether it had what was asked for.
    pub is_cache: bool,
    /// Whether the caller gives up in time even where it was seen to wait longer: the time is a new one.
    #[serde(skip)]
    pub timeout_is_new: bool,
    /// Whether it is tried no more often even where it was seen to be: how often is new.
    #[serde(skip)]
    pub retries_are_new: bool,
    /// Whether how long it waits before it tries again is new, whatever was seen.
    #[serde(skip)]
    pub backoff_is_new: bool,
    /// Whether what its failure does is new, whatever was seen.
    #[serde(skip)]
    pub criticality_is_new: bool,
}

/// A circuit breaker: it opens after failures in a row, lets one call try after a while, and closes once that succeeds. It stands between two operations, for all callers together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Breaker {
    /// After how many failures in a row it opens; 1 at least.
    pub failures: u32,
    /// How long nobody asks then, in milliseconds.
    pub open_ms: f64,
}

impl Breaker {
    /// Refuses what makes no sense.
    pub(in crate::simulate) fn check(&self, of: &str) -> Result<()> {
        check_duration(&format!("open_ms of the breaker {of}"), Some(self.open_ms))?;
        match self.failures {
            0 => {
                let what = format!("failures of the breaker {of} is 0: it takes 1 or more, or leave the breaker out");
                Err(Error::new(ErrorKind::Invalid, what))
            }
            _ => Ok(()),
        }
    }
}

impl CallPolicy {
    /// Takes over what another policy says.
    pub(super) fn replace_by(&mut self, other: &CallPolicy) {
        self.criticality = other.criticality.or(self.criticality);
        self.timeout_is_new |= other.timeout_ms.is_some();
        self.retries_are_new |= other.retries.is_some();
        self.criticality_is_new |= other.criticality.is_some();
        self.backoff_is_new |= other.backoff_ms.is_some();
        self.timeout_ms = other.timeout_ms.or(self.timeout_ms);
        self.retries = other.retries.or(self.retries);
        self.backoff_ms = other.backoff_ms.or(self.backoff_ms);
        self.breaker = other.breaker.or(self.breaker);
    }
}

/// An operation of a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OperationName {
    /// The service.
    pub service: String,
    /// What it does.
    pub operation: String,
}

impl OperationName {
    /// The operation of a service.
    pub fn new(service: impl Into<String>, operation: impl Into<String>) -> Self {
        OperationName { service: service.into(), operation: operation.into() }
    }
}

impl std::fmt::Display for OperationName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.service, self.operation)
    }
}

/// What is declared: services by name, calls by caller and callee.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policies {
    /// By service.
    pub services: BTreeMap<String, ServicePolicy>,
    /// By caller and callee.
    pub calls: BTreeMap<(OperationName, OperationName), CallPolicy>,
}

/// What is declared, as hosts of other languages write it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PoliciesDraft {
    /// By service.
    pub services: BTreeMap<String, ServicePolicy>,
    /// Each call once.
    pub calls: Vec<DeclaredCall>,
}

/// A call, as hosts of other languages write it: the fields of a [`CallPolicy`] beside its ends. What is flattened refuses no field by itself, so they are written out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredCall {
    /// Who calls: `service.operation`.
    pub caller: String,
    /// Who is called: `service.operation`.
    pub callee: String,
    /// What its failure does. Without it: what was recorded of calls that failed, else required.
    #[serde(default)]
    pub criticality: Option<Criticality>,
    /// After which time the caller gives up, in milliseconds.
    #[serde(default)]
    pub timeout_ms: Option<f64>,
    /// How often it is tried again. Without it: as often as was recorded.
    #[serde(default)]
    pub retries: Option<u32>,
    /// How long the caller waits before it tries again, in milliseconds. Without it: as long as was recorded.
    #[serde(default)]
    pub backoff_ms: Option<f64>,
    /// After so many failures in a row, nobody asks for a while. Without it: there is no breaker.
    #[serde(default)]
    pub breaker: Option<Breaker>,
    /// Whether the callee is a cache of the caller. So is whoever was seen to say whether it had what was asked for.
    #[serde(default)]
    pub is_cache: bool,
}

impl DeclaredCall {
    fn policy(&self) -> CallPolicy {
        let DeclaredCall { criticality, timeout_ms, retries, backoff_ms, breaker, is_cache, .. } = *self;
        CallPolicy { criticality, timeout_ms, retries, backoff_ms, breaker, is_cache, ..CallPolicy::default() }
    }
}

impl Policies {
    /// What a draft declares.
    ///
    /// # Errors
    /// `Invalid` for a call whose ends are not written as `service.operation`.
    pub fn of(draft: PoliciesDraft) -> Result<Policies> {
        let call = |call: DeclaredCall| Ok(((ends(&call.caller)?, ends(&call.callee)?), call.policy()));
        let calls = draft.calls.into_iter().map(call).collect::<Result<_>>()?;
        Ok(Policies { services: draft.services, calls })
    }

    /// Refuses what makes no sense.
    pub(super) fn check(&self) -> Result<()> {
        let idle = self.services.iter().find(|(_, policy)| policy.workers == Some(0));
        if let Some((service, _)) = idle {
            let what = format!("service \"{service}\" has 0 workers: leave them out if they are not known");
            return Err(Error::new(ErrorKind::Invalid, what));
        }
        for ((caller, callee), policy) in &self.calls {
            for (field, value) in [("timeout_ms", policy.timeout_ms), ("backoff_ms", policy.backoff_ms)] {
                check_duration(&format!("{field} of the call from {caller} to {callee}"), value)?;
            }
            if let Some(breaker) = policy.breaker {
                breaker.check(&format!("from {caller} to {callee}"))?;
            }
            if policy.retries.is_some_and(|retries| retries > MOST_RETRIES) {
                let what = format!("retries of the call from {caller} to {callee} are more than {MOST_RETRIES}");
                return Err(Error::new(ErrorKind::Invalid, what));
            }
        }
        Ok(())
    }
}

/// The operation of a service that is written as `service.operation`; the operation may hold further points.
fn ends(name: &str) -> Result<OperationName> {
    let what = || format!("\"{}\" is no operation of a service: write it as service.operation", shortened(name));
    let parts = name.split_once('.').filter(|(service, operation)| !service.is_empty() && !operation.is_empty());
    let (service, operation) = parts.ok_or_else(|| Error::new(ErrorKind::Invalid, what()))?;
    Ok(OperationName::new(service, operation))
}

/// Refuses durations that are no numbers, negative or longer than a year.
pub(super) fn check_duration(field: &str, milliseconds: Option<f64>) -> Result<()> {
    const YEAR: f64 = 366.0 * 86_400_000.0;
    match milliseconds {
        Some(value) if !(0.0..=YEAR).contains(&value) => {
            let what = format!("{field} is {value}: it takes milliseconds from 0 to those of a year");
            Err(Error::new(ErrorKind::Invalid, what))
        }
        _ => Ok(()),
    }
}

/// Nanoseconds of milliseconds that were checked.
pub(super) fn nanoseconds(milliseconds: f64) -> i64 {
    (milliseconds * 1e6).round() as i64
}
