//! What the changes do to requests, as far as traffic was recorded and the changes can be made to it.

use super::figure::{Basis, Dimension, Figure};
use crate::answer::{Interval, IntervalKind};
use crate::base::{Context, Result};
use crate::graph::{Node, Snapshot};
use crate::schema::{State, kind};
use crate::simulate::replay::{
    EndpointForecast, Expected, Forecast, Policies, Recording, Span, TrafficChange, forecast,
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
    match changes {
        Ok(changes) => forecast(&traffic.recording, &traffic.policies, &changes, traffic.seed, context).map(Ok),
        Err(why) => Ok(Err(why)),
    }
}

/// The change as it is made to requests; or why it cannot be.
fn to_traffic(base: &Snapshot, change: &Change) -> std::result::Result<TrafficChange, String> {
    let service = |node: Node| service_name(base, node);
    match change {
        Change::Fail { node, state: State::Down } | Change::Remove { node } => {
            Ok(TrafficChange::KillService { service: service(*node) })
        }
        Change::Fail { state, .. } => Err(format!("what being {} does to requests was never measured", state.as_str())),
        Change::AddDependency { .. } => Err("the call that comes was never measured".to_owned()),
        Change::RemoveDependency { .. } => Err("what would be done instead of the call was never measured".to_owned()),
        Change::Move { rtt_ms: None, region, .. } => Err(format!("the round trip to region {region} is not known")),
        Change::Move { node, region, rtt_ms: Some(rtt_ms) } => Ok(TrafficChange::MoveRegion {
            service: service(*node),
            from: base.entity(*node).placement.region.clone(),
            to: region.clone(),
            rtt_ms: *rtt_ms,
        }),
        Change::AddLatency { node, operation, ms } => {
            Ok(TrafficChange::AddLatency { service: service(*node), operation: operation.clone(), ms: *ms })
        }
        Change::RemoveCache { node, cache } => {
            Ok(TrafficChange::RemoveCache { service: service(*node), cache: service(*cache) })
        }
        Change::ScaleLoad { factor } => Ok(TrafficChange::ScaleLoad { factor: *factor }),
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
        let mut figure = match expected {
            Some(expected) => known(dimension, unit, expected),
            None => Figure::unknown(dimension, "no request succeeds, before or after"),
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
    /// Requests with what a twin knows of services and calls: regions, and which calls are required. What is given beside goes before it.
    pub fn of(spans: &[Span], base: &Snapshot, given: Policies, seed: u64) -> Traffic {
        let mut policies = known_to(base);
        policies.services.extend(given.services);
        policies.calls.extend(given.calls);
        Traffic { recording: Recording::of(spans, &policies), policies, seed }
    }
}

/// What a twin knows of services.
fn known_to(base: &Snapshot) -> Policies {
    let mut policies = Policies::default();
    for node in base.of_kind(&kind::COMPONENT) {
        let regions =
            base.instances(node).into_iter().filter_map(|instance| base.entity(instance).placement.region.clone());
        let service = policies.services.entry(service_name(base, node)).or_default();
        service.region = regions.min();
    }
    policies
}
