//! Critical path of a trace: how long each operation keeps the request waiting by itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use twin_core::analysis::{TraceSpan, critical_path};
use twin_core::base::Result;

use crate::command::misused;

#[derive(Deserialize)]
struct Input {
    spans: Vec<TraceSpan>,
}

/// The times of operations, under the two names that cases have for them.
const TIMES: [&str; 2] = ["exclusive_us_by_operation", "published_by_crisp"];

pub(super) fn answer(input: &Value) -> Result<Value> {
    let input = Input::deserialize(input).map_err(|error| misused("no input of critical_path").because(error))?;
    let path = critical_path(&input.spans)?;
    let mut times: BTreeMap<String, i64> = BTreeMap::new();
    for time in &path.operations {
        *times.entry(format!("{}.{}", time.service, time.operation)).or_default() += time.exclusive_us;
    }
    let mut answer = json!({"root_duration_us": path.duration_us, "spans_on_critical_path": path.spans});
    TIMES.iter().for_each(|name| answer[*name] = json!(times));
    Ok(answer)
}

/// An operation that is not there takes no time.
pub(super) fn read(expected: &mut Value, found: &mut Value) {
    for told in [expected, found] {
        for name in TIMES {
            if let Some(times) = told.get_mut(name).and_then(Value::as_object_mut) {
                times.retain(|_, time| time.as_f64() != Some(0.0));
            }
        }
    }
}
