//! Retries: a chain of hops, as the core takes it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::base::Result;
use twin_core::simulate::retries::{Hop, retries};

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    chain: Vec<Hop>,
}

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of retries").because(error))?;
    let load = retries(&input.chain)?;
    let invocations: BTreeMap<&str, f64> =
        load.hops.iter().map(|hop| (hop.id.as_str(), hop.invocations_per_request)).collect();
    Ok(json!({"success_probability": load.success_probability, "invocations_per_request": invocations}))
}
