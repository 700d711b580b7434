//! Networks of queues: stations and routes, as the core takes them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::base::Result;
use twin_core::simulate::queue_network::{NetworkStation, Route, StationLoad, queue_network};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    nodes: Vec<NetworkStation>,
    #[serde(default)]
    routing: Vec<Route>,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of queue_network").because(error))?;
    let network = queue_network(&input.nodes, &input.routing)?;
    let told = |load: &StationLoad| {
        json!({
            "arrival_rate_per_s": load.arrival_rate_per_s,
            "utilization": load.queue.utilization,
            "mean_wait_ms": load.queue.steady.map(|steady| steady.mean_wait_ms),
        })
    };
    Ok(json!({
        "stable": network.stable,
        "nodes": network.stations.iter().map(|load| (load.id.as_str(), told(load))).collect::<BTreeMap<&str, Value>>(),
        "mean_in_network": network.mean_in_network,
        "mean_time_in_network_ms": network.mean_time_in_network_ms,
        "bottleneck": network.bottleneck,
    }))
}
