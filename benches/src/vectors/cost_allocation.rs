//! Allocation of cost: pools over targets, to the cent.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::base::Result;
use twin_core::simulate::cost::{CostPool, CostSplit, allocate_costs};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    direct_cost_cents: BTreeMap<String, i64>,
    #[serde(default)]
    pools: Vec<Pool>,
}

#[derive(Deserialize)]
struct Pool {
    id: String,
    cost_cents: i64,
    method: Method,
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default)]
    weights: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    Even,
    Proportional,
    Fixed,
    Usage,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of cost_allocation").because(error))?;
    let pools: Vec<CostPool> = input.pools.into_iter().map(pool).collect();
    let allocation = allocate_costs(&input.direct_cost_cents, &pools)?;
    Ok(json!({
        "allocated_cents": allocation.allocated_cents,
        "total_cents": allocation.total_cents,
        "grand_total_cents": allocation.grand_total_cents,
    }))
}

fn pool(pool: Pool) -> CostPool {
    let split = match pool.method {
        Method::Even => CostSplit::Even,
        Method::Proportional => CostSplit::Proportional,
        Method::Fixed | Method::Usage => CostSplit::Weighted(pool.weights),
    };
    CostPool { id: pool.id, cost_cents: pool.cost_cents, split, targets: pool.targets }
}
