//! What changes in a system whose traffic was recorded.

use serde::{Deserialize, Serialize};

use super::policy::{CallPolicy, Policies, check_duration};
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
        /// Only to this operation, written as `service.operation`: some of its requests come again at other moments, or come no more. Without it: the same requests in less time.
        #[serde(default)]
        endpoint: Option<String>,
    },
    /// Requests come to a service beside those that were recorded: each like one of these, at a moment of its own. Who makes them was not recorded and is not told of.
    AddRequests {
        /// Which.
        service: String,
        /// How many a second.
        a_second: f64,
    },
    /// A service serves so many times as many requests at a time; nothing changes where no number of workers is declared.
    ScaleWorkers {
        /// Which.
        service: String,
        /// How many times as many.
        factor: f64,
    },
    /// Whatever a service does itself takes so many times as long. What it waits for does not.
    ScaleTime {
        /// Which.
        service: String,
        /// How many times as long.
        factor: f64,
    },
    /// A service calls another one by other rules. What is not said stays as it is.
    SetCallPolicy {
        /// Who calls.
        caller: String,
        /// Whom.
        callee: String,
        /// How.
        policy: CallPolicy,
    },
    /// A service hands work over instead of waiting for it. The work is done all the same.
    Acknowledge {
        /// Who hands over.
        caller: String,
        /// Who does the work.
        callee: String,
        /// How long handing over takes, in milliseconds.
        ms: f64,
    },
    /// A service asks a cache before it calls another one.
    AddCache {
        /// Who asks.
        caller: String,
        /// Whose answers the cache has.
        callee: String,
        /// How often it has them, in parts per one.
        hit_ratio: f64,
        /// How long asking takes, in milliseconds.
        hit_ms: f64,
    },
    /// Some calls take longer on the way there.
    DelayCalls {
        /// Who calls.
        caller: String,
        /// Whom.
        callee: String,
        /// By how much, in milliseconds.
        ms: f64,
        /// How many of them, in parts per one.
        share: f64,
    },
    /// Each piece of work of a service makes more calls, one after another at its end. They take as long as such calls took others, or as is said; nobody waits longer for them, unless they come as [`TrafficChange::AddRequests`] to whom is called as well.
    AddCalls {
        /// Who calls.
        caller: String,
        /// Whom.
        callee: String,
        /// For what.
        operation: String,
        /// How many calls, on average.
        calls: f64,
        /// Whether they are made beside everything else that the work does, and not after it.
        #[serde(default)]
        is_beside: bool,
        /// After which time the caller gives up, in milliseconds.
        #[serde(default)]
        timeout_ms: Option<f64>,
        /// Whether the caller does without them then, and does not fail.
        #[serde(default)]
        is_optional: bool,
        /// How long one takes of somebody who was never recorded, in milliseconds.
        #[serde(default)]
        takes_ms: Option<f64>,
    },
}

/// A call that a service makes beside those that were recorded.
pub(super) struct MoreCalls<'a> {
    pub callee: &'a str,
    pub operation: &'a str,
    pub calls: f64,
    pub is_beside: bool,
    pub timeout_ms: Option<f64>,
    pub is_optional: bool,
    pub takes_ms: Option<f64>,
}

/// More requests than these are not played, where an endpoint or a service is asked more often.
pub(in crate::simulate) const MOST_REQUESTS: f64 = 1e6;
/// More instances of a service are not played.
const MOST_INSTANCES: f64 = 1e5;
/// More calls than these at each piece of work are a mistake.
const MOST_CALLS: f64 = 1e3;

impl TrafficChange {
    /// Refuses what nothing was recorded of and none of the changes brings, and numbers that make no sense.
    ///
    /// # Errors
    /// `Unknown` for a service or operation without spans, `Invalid` for numbers and for a cache that was never asked.
    pub(super) fn check(&self, recording: &Recording, among: Together<'_>) -> Result<()> {
        match self {
            TrafficChange::AddLatency { service, operation, ms } => {
                check_duration("ms", Some(*ms))?;
                let own = recording.operations_of(service)?;
                match own.contains(&operation.as_str()) {
                    true => Ok(()),
                    false => Err(Error::unknown("operation", operation, own)),
                }
            }
            TrafficChange::KillService { service } if among.bring(service) => Ok(()),
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
            TrafficChange::ScaleLoad { factor, .. } if !(factor.is_finite() && *factor > 0.0 && *factor <= 1e6) => {
                let what = format!("factor is {factor}: it takes a number from above 0 to 1e6");
                Err(Error::new(ErrorKind::Invalid, what))
            }
            TrafficChange::ScaleLoad { endpoint: Some(endpoint), factor } => {
                recording.check_endpoint(endpoint)?;
                match factor * recording.len() as f64 > MOST_REQUESTS {
                    true => {
                        let what =
                            format!("factor is {factor}: more than {MOST_REQUESTS} requests would come; lower it");
                        Err(Error::new(ErrorKind::Limit, what))
                    }
                    false => Ok(()),
                }
            }
            TrafficChange::ScaleLoad { .. } => Ok(()),
            TrafficChange::AddRequests { service, a_second } => {
                recording.operations_of(service)?;
                let most = MOST_REQUESTS / (recording.came_for() as f64 / 1e9).max(1e-9);
                within("a_second", *a_second, 0.0, most)
            }
            _ => self.check_calls(recording),
        }
    }

    /// The same for what changes how services work and call each other.
    fn check_calls(&self, recording: &Recording) -> Result<()> {
        match self {
            TrafficChange::ScaleWorkers { service, factor } | TrafficChange::ScaleTime { service, factor } => {
                within("factor", *factor, 0.0, 1e6)?;
                recording.operations_of(service).map(|_| ())
            }
            TrafficChange::SetCallPolicy { caller, callee, .. } => recording.check_call(caller, callee),
            TrafficChange::Acknowledge { caller, callee, ms } => {
                check_duration("ms", Some(*ms))?;
                recording.check_call(caller, callee)
            }
            TrafficChange::AddCache { caller, callee, hit_ratio, hit_ms } => {
                within("hit_ratio", *hit_ratio, 0.0, 1.0)?;
                check_duration("hit_ms", Some(*hit_ms))?;
                recording.check_call(caller, callee)
            }
            TrafficChange::DelayCalls { caller, callee, ms, share } => {
                check_duration("ms", Some(*ms))?;
                within("share", *share, 0.0, 1.0)?;
                recording.check_call(caller, callee)
            }
            TrafficChange::AddCalls { caller, callee, operation, calls, timeout_ms, takes_ms, .. } => {
                within("calls", *calls, 0.0, MOST_CALLS)?;
                check_duration("timeout_ms", *timeout_ms)?;
                check_duration("takes_ms", *takes_ms)?;
                recording.operations_of(caller)?;
                if takes_ms.is_some() {
                    return Ok(());
                }
                let own = recording.operations_of(callee)?;
                match own.contains(&operation.as_str()) {
                    true => Ok(()),
                    false => Err(Error::unknown("operation", operation, own)),
                }
            }
            _ => Ok(()),
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

fn within(field: &str, value: f64, least: f64, most: f64) -> Result<()> {
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => {
            Err(Error::new(ErrorKind::Invalid, format!("{field} is {value}: it takes a number from {least} to {most}")))
        }
    }
}

/// What happens to a call before it is made as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Detour {
    /// Handing over takes so long, and nothing is waited for; in milliseconds.
    pub acknowledged_ms: Option<f64>,
    /// A cache is asked, which has so much of what is asked for, in so many milliseconds.
    pub cache: Option<(f64, f64)>,
    /// So many calls in one take so many milliseconds longer.
    pub delay: Option<(f64, f64)>,
}

/// Changes that are made together.
#[derive(Clone, Copy)]
pub(super) struct Together<'c>(pub &'c [TrafficChange]);

impl Together<'_> {
    /// Whether calls come to a service of which it is said how long they take.
    fn bring(self, service: &str) -> bool {
        self.0.iter().any(
            |change| matches!(change, TrafficChange::AddCalls { callee, takes_ms: Some(_), .. } if callee == service),
        )
    }

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
        match (self.moved(policies, caller), self.moved(policies, callee)) {
            // Two that move together are as near to each other as before, wherever that is.
            (Some((from, to, rtt_ms)), Some((other_from, other_to, other_ms))) => {
                let before = from.zip(other_from).is_some_and(|(from, other)| from != other);
                let after = to != other_to;
                rtt_ms.max(other_ms) * (f64::from(u8::from(after)) - f64::from(u8::from(before)))
            }
            _ => self.0.iter().map(|change| change.round_trip_ms(policies, caller, callee)).sum(),
        }
    }

    /// Where a service was, where it goes, and the round trip between both, if it moves.
    fn moved<'a>(&'a self, policies: &'a Policies, name: &str) -> Option<(Option<&'a str>, &'a str, f64)> {
        self.0.iter().find_map(|change| match change {
            TrafficChange::MoveRegion { service, from, to, rtt_ms } if service == name => {
                let declared = || policies.services.get(name).and_then(|policy| policy.region.as_deref());
                Some((from.as_deref().or_else(declared), to.as_str(), *rtt_ms))
            }
            _ => None,
        })
    }

    /// How many times as long a service works.
    pub(super) fn pace(self, service: &str) -> f64 {
        let factor = |change: &TrafficChange| match change {
            TrafficChange::ScaleTime { service: own, factor } if own == service => *factor,
            _ => 1.0,
        };
        self.0.iter().map(factor).product()
    }

    /// What happens to calls from one service to another before they are made, if anything does.
    pub(super) fn detour(self, from: &str, to: &str) -> Option<Detour> {
        let mut detour = Detour::default();
        for change in self.0 {
            match change {
                TrafficChange::Acknowledge { caller, callee, ms } if caller == from && callee == to => {
                    detour.acknowledged_ms = Some(*ms);
                }
                TrafficChange::AddCache { caller, callee, hit_ratio, hit_ms } if caller == from && callee == to => {
                    detour.cache = Some((*hit_ratio, *hit_ms));
                }
                TrafficChange::DelayCalls { caller, callee, ms, share } if caller == from && callee == to => {
                    detour.delay = Some((*share, *ms));
                }
                _ => {}
            }
        }
        (detour != Detour::default()).then_some(detour)
    }

    /// The calls that a service makes beside those that were recorded.
    pub(super) fn more_calls<'a>(self, service: &'a str) -> impl Iterator<Item = MoreCalls<'a>> + 'a
    where
        Self: 'a,
    {
        self.0.iter().filter_map(move |change| match change {
            TrafficChange::AddCalls {
                caller,
                callee,
                operation,
                calls,
                is_beside,
                timeout_ms,
                is_optional,
                takes_ms,
            } if caller == service => {
                let (is_beside, is_optional) = (*is_beside, *is_optional);
                let (timeout_ms, takes_ms) = (*timeout_ms, *takes_ms);
                Some(MoreCalls { callee, operation, calls: *calls, is_beside, timeout_ms, is_optional, takes_ms })
            }
            _ => None,
        })
    }

    /// What is declared after the changes, for calls that were recorded.
    pub(super) fn policies(self, recording: &Recording, declared: &Policies) -> Policies {
        let mut policies = declared.clone();
        for change in self.0 {
            match change {
                // Where instances have workers of their own, there are more or fewer of them.
                TrafficChange::ScaleWorkers { service, .. } if recording.instances(service).recorded > 1 => {}
                TrafficChange::ScaleWorkers { service, factor } => {
                    let workers = policies.services.get_mut(service).and_then(|policy| policy.workers.as_mut());
                    // Rounded to whole workers; one stays.
                    workers.into_iter().for_each(|own| *own = (f64::from(*own) * factor).round().max(1.0) as u32);
                }
                TrafficChange::SetCallPolicy { caller, callee, policy } => {
                    for pair in recording.calls_between(caller, callee) {
                        policies.calls.entry(pair).or_default().replace_by(policy);
                    }
                }
                _ => {}
            }
        }
        policies
    }

    /// How many instances of a service there are that have workers of their own, of so many that were recorded.
    pub(super) fn instances(self, name: &str, recorded: u32) -> u32 {
        if recorded <= 1 {
            return recorded;
        }
        let factor = |change: &TrafficChange| match change {
            TrafficChange::ScaleWorkers { service, factor } if service == name => *factor,
            _ => 1.0,
        };
        let factor: f64 = self.0.iter().map(factor).product();
        // Rounded to whole instances; one stays.
        (f64::from(recorded) * factor).round().clamp(1.0, MOST_INSTANCES) as u32
    }

    /// How many times as many requests come to everything.
    pub(super) fn load(self) -> f64 {
        let factor = |change: &TrafficChange| match change {
            TrafficChange::ScaleLoad { factor, endpoint: None } => *factor,
            _ => 1.0,
        };
        self.0.iter().map(factor).product()
    }

    /// The services to which requests come beside those that were recorded, and how many a second.
    pub(super) fn added_requests<'a>(self) -> impl Iterator<Item = (&'a str, f64)> + 'a
    where
        Self: 'a,
    {
        self.0.iter().filter_map(|change| match change {
            TrafficChange::AddRequests { service, a_second } => Some((&service[..], *a_second)),
            _ => None,
        })
    }

    /// How many times as many requests come to one operation, beside that.
    pub(super) fn load_of(self, operation: &str) -> f64 {
        let factor = |change: &TrafficChange| match change {
            TrafficChange::ScaleLoad { factor, endpoint: Some(endpoint) } if endpoint == operation => *factor,
            _ => 1.0,
        };
        self.0.iter().map(factor).product()
    }
}
