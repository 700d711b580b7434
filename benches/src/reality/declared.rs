//! What is declared of a system beside its spans.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use twin_core::base::Result;
use twin_core::simulate::replay::{CallPolicy, Criticality, OperationName, Policies, ServicePolicy};

use crate::command::unusable;

#[derive(Deserialize)]
struct Declared {
    #[serde(default)]
    services: Vec<Service>,
    #[serde(default)]
    edges: Vec<Edge>,
}

#[derive(Deserialize)]
struct Service {
    id: String,
    workers: Option<u32>,
    region: Option<String>,
}

#[derive(Deserialize)]
struct Edge {
    from: String,
    to: String,
    #[serde(default)]
    kind: String,
    criticality: Option<Criticality>,
    timeout_ms: Option<f64>,
    retries: Option<u32>,
    backoff_ms: Option<f64>,
}

/// Reads the file.
pub(super) fn read(path: &Path) -> Result<Policies> {
    let declared: Declared =
        serde_json::from_slice(&crate::vectors::contents(path)?).map_err(|error| unusable(path, error))?;
    let service = |Service { id, workers, region }| (id, ServicePolicy { workers, region });
    let call = |edge: Edge| {
        let Edge { from, to, kind, criticality, timeout_ms, retries, backoff_ms } = edge;
        // What is not said to be tried again is not.
        let retries = Some(retries.unwrap_or_default());
        Some((
            (operation(&from)?, operation(&to)?),
            CallPolicy {
                criticality,
                timeout_ms,
                retries,
                backoff_ms,
                is_cache: kind == "caches_in",
                ..CallPolicy::default()
            },
        ))
    };
    let calls: BTreeMap<_, _> = declared.edges.into_iter().filter_map(call).collect();
    Ok(Policies { services: declared.services.into_iter().map(service).collect(), calls })
}

fn operation(name: &str) -> Option<OperationName> {
    name.rsplit_once('.').map(|(service, operation)| OperationName::new(service, operation))
}
