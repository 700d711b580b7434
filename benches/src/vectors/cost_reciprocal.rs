//! Reciprocal cost: shared services that use each other.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::base::Result;
use twin_core::simulate::cost::{SharedService, allocate_reciprocally};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    shared_cost_cents: BTreeMap<String, i64>,
    #[serde(default)]
    usage_share: BTreeMap<String, BTreeMap<String, String>>,
    targets: Vec<String>,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of cost_reciprocal").because(error))?;
    let allocation = allocate_reciprocally(&services(&input)?, &input.targets)?;
    Ok(json!({
        "allocated_cents_exact": allocation.allocated_cents,
        "loaded_cost_of_shared": allocation.loaded_cents,
        "sum_cents": allocation.sum_cents,
    }))
}

fn services(input: &Input) -> Result<Vec<SharedService>> {
    let nobody = BTreeMap::new();
    let service = |(id, cost_cents): (&String, &i64)| {
        let shares = input.usage_share.get(id).unwrap_or(&nobody).iter();
        let used_by = shares.map(|(user, share)| Ok((user.clone(), share.parse()?))).collect::<Result<_>>()?;
        Ok(SharedService { id: id.clone(), cost_cents: *cost_cents, used_by })
    };
    input.shared_cost_cents.iter().map(service).collect()
}
