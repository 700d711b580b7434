//! What the changes do to requests, as far as traffic was recorded and the changes can be made to it.

use super::figure::{Basis, Dimension, Figure};
use crate::answer::{Interval, IntervalKind};
use crate::base::{Context, ErrorKind, Result};
use crate::graph::{Node, Snapshot};
use crate::schema::{State, kind};
use crate::simulate::replay::{
    EndpointForecast, Expected, Forecast, Policies, Recording, SkippedSpans, Span, TrafficChange, forecast,
};
use crate::simulate::{Change, Scenario};

/// Recorded requests, with what is known of services and calls beside them.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// The requests.
    pub recording: Recording,
    /// What is known beside them.
    pub policies: Policies,
    /// Where chance is asked.
    pub seed: u64,
}

/// What the changes do to requests; or why nobody knows.
pub(super) fn forecast_of(
    scenario: &Scenario,
    traffic: Option<&Traffic>,
    context: &Context,
) -> Result<std::result::Result<Forecast, String>> {
    let Some(traffic) = traffic else { return Ok(Err("no recorded requests were given".to_owned())) };
    let changes: std::result::Result<Vec<TrafficChange>, String> =
        scenario.changes().iter().map(|change| to_traffic(scenario.base(), change)).collect();
    let changes = match changes {
        Ok(changes) => changes,
        Err(why) => return Ok(Err(why)),
    };
    match forecast(&traffic.recording, &traffic.policies, &changes, traffic.seed, context) {
        // What sends no spans is no misuse: nobody knows what it does to requests.
        Err(error) if error.kind() == ErrorKind::Unknown => Ok(Err(format!("not in the recorded requests: {error}"))),
        Ok(forecast) if forecast.endpoints.is_empty() => {
            Ok(Err("no request was found in what was recorded".to_owned()))
        }
        told => told.map(Ok),
    }
}

/// The change as it is made to requests; or why it cannot be.
fn to_traffic(base: &Snapshot, change: &Change) -> std::result::Result<TrafficChange, String> {
    let service = |node: Node| whole_service(base, node);
    match change {
        Change::Fail { node, state: State::Down } | Change::Remove { node } => {
            Ok(TrafficChange::KillService { service: service(*node)? })
        }
        Change::Fail { state, .. } => Err(format!("what being {} does to requests was never measured", state.as_str())),
        Change::AddDependency { .. } => Err("the call that comes was never measured".to_owned()),
        Change::RemoveDependency { .. } => Err("what would be done instead of the call was never measured".to_owned()),
        Change::Move { rtt_ms: None, region, .. } => Err(format!("the round trip to region {region} is not known")),
        Change::Move { node, region, rtt_ms: Some(rtt_ms) } => Ok(TrafficChange::MoveRegion {
            service: service(*node)?,
            from: base.entity(*node).placement.region.clone(),
            to: region.clone(),
            rtt_ms: *rtt_ms,
        }),
        Change::AddLatency { node, operation, ms } => {
            Ok(TrafficChange::AddLatency { service: service(*node)?, operation: operation.clone(), ms: *ms })
        }
        Change::RemoveCache { node, cache } => {
            Ok(TrafficChange::RemoveCache { service: service(*node)?, cache: service(*cache)? })
        }
        Change::ScaleLoad { factor } => Ok(TrafficChange::ScaleLoad { factor: *factor }),
    }
}

/// The service that an entity is, where requests can tell it apart: not one of several instances.
fn whole_service(base: &Snapshot, node: Node) -> std::result::Result<String, String> {
    let component = base.component(node);
    match component != node && base.instances(component).len() > 1 {
        true => Err(format!("recorded requests do not tell the instances of {} apart", base.entity(component).name)),
        false => Ok(service_name(base, node)),
    }
}

/// What an entity calls itself in its telemetry, or else its name.
fn service_name(base: &Snapshot, node: Node) -> String {
    let component = base.component(node);
    let records = base.entity(component).records.iter().chain(&base.entity(node).records);
    let mut members = records.flat_map(|record| base.nodes_of_record(record));
    let telling = members.find(|member| base.entity(*member).kind == kind::SERVICE_NAME);
    let told = telling.unwrap_or(component);
    base.entity(told).name.clone()
}

/// Spans that had no part in it, by why.
pub(super) fn left_out(forecast: &Forecast) -> Vec<String> {
    let SkippedSpans { backwards, orphans, doubled } = forecast.skipped;
    let sorts = [
        (backwards, "end before they begin"),
        (orphans, "have a parent that was not recorded"),
        (doubled, "have an id that was there before"),
    ];
    let told = |(count, why): (u64, &str)| format!("{count} recorded spans are left out: they {why}");
    sorts.into_iter().filter(|(count, _)| *count > 0).map(told).collect()
}

/// A row for each endpoint and figure.
pub(super) fn figures(forecast: &Forecast) -> Vec<Figure> {
    forecast.endpoints.iter().flat_map(of_endpoint).collect()
}

fn of_endpoint(endpoint: &EndpointForecast) -> Vec<Figure> {
    let latencies = [
        (Dimension::LatencyP50, "ms", endpoint.p50_ms),
        (Dimension::LatencyP95, "ms", endpoint.p95_ms),
        (Dimension::LatencyP99, "ms", endpoint.p99_ms),
        (Dimension::ErrorRate, "parts per one", Some(endpoint.error_rate)),
        (Dimension::DegradedRate, "parts per one", Some(endpoint.degraded_rate)),
    ];
    let row = |(dimension, unit, expected): (Dimension, &str, Option<Expected>)| {
        let mut figure = match (expected, &endpoint.unstable[..]) {
            (Some(expected), []) => known(dimension, unit, expected),
            (Some(expected), [service, ..]) => {
                let why = format!("unstable: more is asked of {service} than its workers can do");
                Figure { baseline: Some(expected.before), ..Figure::unknown(dimension, why) }
            }
            (None, _) => {
                Figure::unknown(dimension, "there is no request that succeeds before, or none that does after")
            }
        };
        figure.detail = Some(endpoint.operation.to_string());
        figure
    };
    latencies.into_iter().map(row).collect()
}

fn known(dimension: Dimension, unit: &str, expected: Expected) -> Figure {
    let Expected { before, after, low, high } = expected;
    let mut figure = Figure::known(dimension, unit, before, after);
    figure.interval = Some(Interval { kind: IntervalKind::Confidence, low, high });
    figure.basis = Basis::Observed;
    figure
}

impl Traffic {
    /// Requests with the regions of services as a twin knows them. What is given beside goes before it, field by field.
    pub fn of(spans: &[Span], base: &Snapshot, given: Policies, seed: u64) -> Traffic {
        let mut policies = given;
        for node in base.of_kind(&kind::COMPONENT) {
            let instances = base.instances(node).into_iter();
            let regions = instances.filter_map(|instance| base.entity(instance).placement.region.clone());
            if let Some(region) = regions.min() {
                policies.services.entry(service_name(base, node)).or_default().region.get_or_insert(region);
            }
        }
        Traffic { recording: Recording::of(spans, &policies), policies, seed }
    }
}
