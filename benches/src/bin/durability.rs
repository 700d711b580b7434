//! Proves that a store keeps what it acknowledged.

use std::process::ExitCode;

use benches::command::{misused, print, run};
use benches::durability::power_loss::power_loss;

fn main() -> ExitCode {
    run("durability WHAT", |arguments| {
        let number = |place: usize| arguments.get(place).and_then(|text| text.parse().ok()).unwrap_or(1);
        match arguments.first().map(String::as_str) {
            Some("power-loss") => print(serde_json::json!(power_loss(number(1), number(2))?)),
            _ => Err(misused("what is to be proven")),
        }
    })
}
