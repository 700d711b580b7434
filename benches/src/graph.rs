//! Speed beside other graph libraries, on the same data in the same run: `cargo run --release -q -p benches --bin graph -- DATA_DIR WORKLOAD|all [--json]`.
//!
//! DATA_DIR holds `nodes.csv` (`id,kind,name,cost_cents`) and `edges.csv` (`from,to,kind`, where `from` needs `to`). The twin's schema is made for it:
//! any kind to any, and a failure passes in full from what is needed to who needs it. So a blast radius is all dependents.

pub mod answer;
pub mod data;
pub mod engine;
pub mod engines;
pub mod lines;
pub mod measure;
pub mod memory;
pub mod table;
pub mod workload;

use std::path::Path;

use twin_core::base::{Error, Result};

use crate::command::misused;
use data::Data;
use engine::Engine;
use workload::{WORKLOADS, Workload};

/// How the program is called.
pub const USAGE: &str = "graph DATA_DIR WORKLOAD|all [--json]";

/// Workloads that another program measures, and which.
const ELSEWHERE: [(&str, &str); 1] = [("W8", "history")];

/// Runs the program: its lines go to `print`, what is left out and why to `say`.
///
/// # Errors
/// `Invalid` or `Unknown` if it is called wrongly or the data is not as it should be; `Invalid` at the end if engines gave different answers.
pub fn run(
    arguments: &[String],
    print: &mut dyn FnMut(String) -> Result<()>,
    say: &mut dyn FnMut(String),
) -> Result<()> {
    let json = arguments.iter().any(|argument| argument == "--json");
    let named: Vec<&str> = arguments.iter().map(String::as_str).filter(|argument| *argument != "--json").collect();
    let [folder, asked] = named[..] else { return Err(misused("graph takes a folder of data and a workload, or all")) };
    let workloads = chosen(asked)?;
    let data = Data::open(Path::new(folder))?;
    let mut peers = engines::in_python(&data, say);
    if !json {
        print(lines::HEAD.to_owned())?;
    }
    let mut differ = Vec::new();
    for workload in workloads {
        if !report(&workload, &data, &mut peers, json, print, say)? {
            differ.push(workload.name);
        }
    }
    if differ.is_empty() { Ok(()) } else { Err(misused(format!("engines differ in {}", differ.join(", ")))) }
}

/// The workloads of a name: a whole row such as `W2`, a part such as `W2.hub`, or all.
fn chosen(asked: &str) -> Result<Vec<Workload>> {
    if let Some((name, program)) = ELSEWHERE.iter().find(|(name, _)| *name == asked) {
        let call = format!("cargo run --release -q -p benches --bin {program} -- FOLDER");
        return Err(misused(format!("{name} is measured by another program: {call}")));
    }
    let is_meant = |workload: &&Workload| {
        asked == "all" || workload.name == asked || workload.name.split('.').next() == Some(asked)
    };
    let chosen: Vec<Workload> = WORKLOADS.iter().filter(is_meant).copied().collect();
    if chosen.is_empty() { Err(unknown(asked)) } else { Ok(chosen) }
}

fn unknown(asked: &str) -> Error {
    let names: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
    misused(format!("unknown workload \"{asked}\": take all, a row such as W2, or one of {}", names.join(", ")))
}

/// Measures and prints one workload; whether all engines agree.
fn report(
    workload: &Workload,
    data: &Data,
    peers: &mut Vec<Box<dyn Engine>>,
    json: bool,
    print: &mut dyn FnMut(String) -> Result<()>,
    say: &mut dyn FnMut(String),
) -> Result<bool> {
    let mut engines = Vec::from(engines::in_process());
    engines.append(peers);
    let measured = measure::measure(workload, data, &mut engines, say)?;
    *peers = engines.split_off(engines::IN_PROCESS);
    if measured.is_empty() {
        say(format!("{} is left out: nothing here offers it yet, or it is not built", workload.name));
        return Ok(true);
    }
    if json {
        for line in lines::engine_lines(workload, &data.name, &measured) {
            print(serde_json::json!(line).to_string())?;
        }
        print(serde_json::json!(lines::ratio_line(workload, &data.name, &measured)).to_string())?;
    } else {
        print(lines::row(workload, &data.name, &measured))?;
    }
    Ok(lines::agree(&measured))
}
