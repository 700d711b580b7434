//! Queueing: one station by its model's name.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use twin_core::base::Result;
use twin_core::simulate::queueing::{Queue, Station, queue};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    model: String,
    arrival_rate_per_s: f64,
    servers: Option<u32>,
    service_rate_per_s: Option<f64>,
    mean_service_ms: Option<f64>,
    service_cv: Option<f64>,
    capacity: Option<u32>,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of queueing").because(error))?;
    told(&queue(&station(&input)?)?)
}

fn station(input: &Input) -> Result<Station> {
    let lacks = |what: &str| misused(format!("a station of {} needs {what}", input.model));
    let (servers, service_cv) = match input.model.as_str() {
        "M/M/1" => (Some(1), Some(1.0)),
        "M/M/c" | "M/M/c/K" => (input.servers, Some(1.0)),
        "M/G/1" => (Some(1), input.service_cv),
        "M/D/1" => (Some(1), Some(0.0)),
        "M/G/c" => (input.servers, input.service_cv),
        other => return Err(misused(format!("no model is called {other}"))),
    };
    let rate = input.service_rate_per_s.or_else(|| input.mean_service_ms.map(|ms| 1e3 / ms));
    let has_bound = input.model.ends_with("/K");
    Ok(Station {
        arrivals_per_s: input.arrival_rate_per_s,
        service_rate_per_s: rate.ok_or_else(|| lacks("service_rate_per_s or mean_service_ms"))?,
        service_cv: service_cv.ok_or_else(|| lacks("service_cv"))?,
        servers: servers.ok_or_else(|| lacks("servers"))?,
        capacity: has_bound.then(|| input.capacity.ok_or_else(|| lacks("capacity"))).transpose()?,
    })
}

fn told(queue: &Queue) -> Result<Value> {
    let mut told = Map::from_iter([
        ("stable".to_owned(), json!(queue.stable)),
        ("utilization".to_owned(), json!(queue.utilization)),
        ("mean_wait_ms".to_owned(), Value::Null),
    ]);
    if let Some(steady) = queue.steady {
        let numbers = [
            ("p_wait", steady.p_wait),
            ("p_block", Some(steady.p_block)),
            ("throughput_per_s", Some(steady.throughput_per_s)),
            ("mean_wait_ms", Some(steady.mean_wait_ms)),
            ("mean_response_ms", Some(steady.mean_response_ms)),
            ("mean_queue_length", Some(steady.mean_queue_length)),
            ("mean_in_system", Some(steady.mean_in_system)),
        ];
        told.extend(numbers.map(|(name, number)| (name.to_owned(), json!(number))));
    }
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)] {
        told.insert(format!("wait_{name}_ms"), json!(queue.wait_quantile_ms(share)?));
        told.insert(format!("response_{name}_ms"), json!(queue.response_quantile_ms(share)?));
    }
    Ok(Value::Object(told))
}
