//! Extraction: measures of a partition that is given, and a search for one of high modularity.

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{CallCount, ExtractionSearch, extractions, partition_measures};
use twin_core::base::{Context, Result, Timestamp};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    nodes: Vec<String>,
    edges: Vec<CallCount>,
    #[serde(default)]
    partition: Option<Vec<Vec<String>>>,
}

/// The part of the best modularity known that a search must reach.
const REACHED: f64 = 0.97;

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of extraction").because(error))?;
    let search = ExtractionSearch { most: 1, ..ExtractionSearch::default() };
    let found = extractions(&input.nodes, &input.edges, search, &Context::new(Timestamp::MIN))?;
    let best = found.first().map(|best| best.measures.modularity);
    // What the search says of its partition is measured again from the partition alone.
    let measured = match found.first() {
        Some(best) => Some(partition_measures(&input.nodes, &input.edges, &best.groups)?.modularity),
        None => None,
    };
    if best != measured {
        return Err(misused(format!("the search tells a modularity of {best:?} of a partition that has {measured:?}")));
    }
    let measures = match &input.partition {
        Some(partition) => json!(partition_measures(&input.nodes, &input.edges, partition)?),
        None => json!({}),
    };
    let mut answer = measures;
    answer["best_known_modularity"] = json!(best);
    Ok(answer)
}

/// The best that is known has to be come near, and may be surpassed.
pub(super) fn read(expected: &mut Value, found: &mut Value) {
    const KEY: &str = "best_known_modularity";
    let is_near = match (expected[KEY].as_f64(), found[KEY].as_f64()) {
        (Some(known), Some(reached)) => reached >= REACHED * known,
        _ => false,
    };
    if is_near {
        found[KEY] = expected[KEY].clone();
    }
}
