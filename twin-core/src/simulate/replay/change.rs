//! What changes in a system whose traffic was recorded.

use serde::{Deserialize, Serialize};

use super::policy::{Policies, check_duration};
use super::recording::Recording;
use crate::base::{Error, ErrorKind, Result};

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TrafficChange {
    /// An operation takes longer.
    AddLatency {
        /// Whose.
        service: String,
        /// Which.
        operation: String,
        /// By how much, in milliseconds.
        ms: f64,
    },
    /// A service is gone: connections to it are refused.
    KillService {
        /// Which.
        service: String,
    },
    /// A service loses its cache: it is not called any more, and every call takes the path of a miss.
    RemoveCache {
        /// Who uses it.
        service: String,
        /// Which.
        cache: String,
    },
    /// A service moves to another region: each call that crosses regions takes a round trip longer.
    MoveRegion {
        /// Which.
        service: String,
        /// Where it was; without it, the region that is declared.
        #[serde(default)]
        from: Option<String>,
        /// Where it goes.
        to: String,
        /// The round trip between both regions, in milliseconds.
        rtt_ms: f64,
    },
    /// More requests come, or fewer.
    ScaleLoad {
        /// How many times as many as were recorded.
        factor: f64,
    },
}

impl TrafficChange {
    /// Refuses what nothing was recorded of, and numbers that make no sense.
    ///
    /// # Errors
    /// `Unknown` for a service or operation without spans, `Invalid` for numbers and for a cache that was never asked.
    pub(super) fn check(&self, recording: &Recording) -> Result<()> {
        match self {
            TrafficChange::AddLatency { service, operation, ms } => {
                check_duration("ms", Some(*ms))?;
                let own = recording.operations_of(service)?;
                match own.contains(&operation.as_str()) {
                    true => Ok(()),
                    false => Err(Error::unknown("operation", operation, own)),
                }
            }
            TrafficChange::KillService { service } => recording.operations_of(service).map(|_| ()),
            TrafficChange::RemoveCache { service, cache } => {
                recording.operations_of(service)?;
                recording.operations_of(cache)?;
                match recording.asks(service, cache) {
                    true => Ok(()),
                    false => {
                        let what =
                            format!("no call from \"{service}\" to \"{cache}\" was recorded: it is no cache of it");
                        Err(Error::new(ErrorKind::Invalid, what))
                    }
                }
            }
            TrafficChange::MoveRegion { service, rtt_ms, .. } => {
                check_duration("rtt_ms", Some(*rtt_ms))?;
                recording.operations_of(service).map(|_| ())
            }
            TrafficChange::ScaleLoad { factor } if factor.is_finite() && *factor > 0.0 && *factor <= 1e6 => Ok(()),
            TrafficChange::ScaleLoad { factor } => Err(Error::new(
                ErrorKind::Invalid,
                format!("factor is {factor}: it takes a number from above 0 to 1e6"),
            )),
        }
    }

    /// By how many milliseconds the round trip between two services becomes longer, or shorter.
    fn round_trip_ms(&self, policies: &Policies, caller: &str, callee: &str) -> f64 {
        let TrafficChange::MoveRegion { service, from, to, rtt_ms } = self else { return 0.0 };
        if caller == callee || ![caller, callee].contains(&service.as_str()) {
            return 0.0;
        }
        let declared = |name: &str| policies.services.get(name).and_then(|policy| policy.region.as_deref());
        let from = from.as_deref().or_else(|| declared(service));
        let other = if caller == service { callee } else { caller };
        // Whoever declares no region is taken to be where the service was.
        let other = declared(other).or(from);
        let crosses = |region: Option<&str>| other.is_some() && region.is_some() && other != region;
        let (before, after) = (crosses(from), other.is_none() || crosses(Some(to)));
        rtt_ms * (f64::from(u8::from(after)) - f64::from(u8::from(before)))
    }
}

/// Changes that are made together.
#[derive(Clone, Copy)]
pub(super) struct Together<'c>(pub &'c [TrafficChange]);

impl Together<'_> {
    /// Whether a service answers nobody.
    pub(super) fn kill(self, service: &str) -> bool {
        self.0
            .iter()
            .any(|change| matches!(change, TrafficChange::KillService { service: killed } if killed == service))
    }

    /// By how many milliseconds an operation takes longer.
    pub(super) fn added_ms(self, service: &str, operation: &str) -> f64 {
        let added = |change: &TrafficChange| match change {
            TrafficChange::AddLatency { service: s, operation: o, ms } if s == service && o == operation => *ms,
            _ => 0.0,
        };
        self.0.iter().map(added).sum()
    }

    /// Whether calls from a service to another are calls to a cache that is gone.
    pub(super) fn remove(self, caller: &str, callee: &str) -> bool {
        let is_this = |change: &TrafficChange| matches!(change, TrafficChange::RemoveCache { service, cache } if service == caller && cache == callee);
        self.0.iter().any(is_this)
    }

    /// By how many milliseconds the round trip between two services becomes longer, or shorter.
    pub(super) fn round_trip_ms(self, policies: &Policies, caller: &str, callee: &str) -> f64 {
        self.0.iter().map(|change| change.round_trip_ms(policies, caller, callee)).sum()
    }

    /// How many times as many requests come.
    pub(super) fn load(self) -> f64 {
        let factor = |change: &TrafficChange| match change {
            TrafficChange::ScaleLoad { factor } => *factor,
            _ => 1.0,
        };
        self.0.iter().map(factor).product()
    }
}
