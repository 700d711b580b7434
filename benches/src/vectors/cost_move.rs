//! Cost of a move between regions.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::base::{Amount, Result};
use twin_core::simulate::cost::{MonthlyCost, PlacedResources, RegionPrices, Traffic, relocation_cost};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    nodes: Vec<Placed>,
    #[serde(default)]
    edges: Vec<Call>,
    region_factor: BTreeMap<String, BTreeMap<String, Decimal>>,
    transfer_price_per_gb: BTreeMap<String, Decimal>,
    #[serde(default)]
    moves: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Placed {
    id: String,
    region: String,
    monthly_cost_at_current_region: BTreeMap<String, Decimal>,
}

#[derive(Deserialize)]
struct Call {
    from: String,
    to: String,
    request_gb_per_month: Decimal,
    response_gb_per_month: Decimal,
}

/// A decimal as text, or a number, which is taken as it is written.
#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct Decimal(Amount);

impl TryFrom<Value> for Decimal {
    type Error = String;

    fn try_from(value: Value) -> std::result::Result<Self, String> {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Amount::parse(&text).map(Decimal).ok_or_else(|| format!("{text} is no decimal number"))
    }
}

/// What stands in place of a pair of regions where both are the same.
const SAME_REGION: &str = "same_region";

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of cost_move").because(error))?;
    let prices = prices(&input)?;
    let traffic: Vec<Traffic> = input.edges.into_iter().map(traffic).collect();
    let placed: Vec<PlacedResources> = input.nodes.into_iter().map(placed).collect();
    let cost = relocation_cost(&placed, &traffic, &prices, &input.moves)?;
    let month = |cost: MonthlyCost| json!({"resources": cost.resources.to_f64(), "transfer": cost.transfer.to_f64()});
    Ok(json!({
        "before": month(cost.before),
        "after": month(cost.after),
        "delta_total": cost.delta_total.to_f64(),
    }))
}

fn traffic(call: Call) -> Traffic {
    let (request_gb, response_gb) = (call.request_gb_per_month.0, call.response_gb_per_month.0);
    Traffic { from: call.from, to: call.to, request_gb, response_gb }
}

fn placed(placed: Placed) -> PlacedResources {
    let monthly_cost = amounts(placed.monthly_cost_at_current_region);
    PlacedResources { id: placed.id, region: placed.region, monthly_cost }
}

fn amounts(decimals: BTreeMap<String, Decimal>) -> BTreeMap<String, Amount> {
    decimals.into_iter().map(|(key, decimal)| (key, decimal.0)).collect()
}

fn prices(input: &Input) -> Result<RegionPrices> {
    let mut prices = RegionPrices::default();
    for (kind, regions) in &input.region_factor {
        let factors = regions.iter().map(|(region, factor)| (region.clone(), factor.0)).collect();
        prices.factors.insert(kind.clone(), factors);
    }
    for (pair, price) in input.transfer_price_per_gb.iter().filter(|(pair, _)| *pair != SAME_REGION) {
        let ends = pair.split_once("->").ok_or_else(|| misused(format!("{pair} is no pair of regions")))?;
        prices.transfer_per_gb.insert((ends.0.to_owned(), ends.1.to_owned()), price.0);
    }
    Ok(prices)
}
