//! Proves that a store keeps what it acknowledged: a line of JSON for each proof. `docs/durability.md` says what each does.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use benches::command::{misused, print, run, unusable};
use benches::durability::damage::damages;
use benches::durability::faults::faults;
use benches::durability::held::{RECORDS, held};
use benches::durability::kill::{kills, write};
use benches::durability::other::{follow, followed, tell};
use benches::durability::power_loss::power_loss;
use benches::durability::threads::answers;
use benches::durability::workload::{Workload, time_of};
use serde_json::json;
use twin_core::Twin;
use twin_core::base::Result;

const USAGE: &str = "durability power-loss|kill|flips|faults|follow-along|held N [SEED]";

fn main() -> ExitCode {
    run(USAGE, |arguments| {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words[..] {
            ["write", path, seed, large, from] => {
                let workload = Workload { seed: number(seed)?, large: number(large)? as usize };
                write(Path::new(path), &workload, number(from)? as usize)
            }
            ["open", path] => tell(Twin::open(path)),
            ["read", path] => tell(Twin::open_read_only(path)),
            ["follow", path] => follow(Path::new(path)),
            ["answers", folder] => answers(Path::new(folder), time_of(0)),
            [what, amount] => prove(what, number(amount)?, 1),
            [what, amount, seed] => prove(what, number(amount)?, number(seed)?),
            _ => Err(misused("durability takes what is to be proven, and how often")),
        }
    })
}

fn prove(what: &str, amount: u64, seed: u64) -> Result<()> {
    match what {
        "power-loss" => print(json!(power_loss(amount, seed)?)),
        "kill" => print(json!(kills(&own()?, amount, seed)?)),
        "flips" => print(json!(damages(amount, seed)?)),
        "faults" => print(json!(faults(amount as usize, seed)?)),
        "follow-along" => print(json!(followed(&own()?, amount as usize, seed)?)),
        "held" => print(json!(held(amount, RECORDS)?)),
        _ => Err(misused(format!("{what} is nothing that could be proven"))),
    }
}

fn number(text: &str) -> Result<u64> {
    text.parse().map_err(|_| misused(format!("{text} is no number")))
}

/// This program, which is also the process that is killed, and the one that reads along.
fn own() -> Result<PathBuf> {
    std::env::current_exe().map_err(|error| unusable(Path::new("this program"), error))
}
