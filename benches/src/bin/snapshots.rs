//! What snapshots of a twin that changes hold of memory, beside one snapshot. One JSON line.
//!
//! # The estate
//!
//! Services in files of their own, three entities each; each calls two others and says how many replicas it has. From one snapshot to the next one service in a thousand
//! changes: its replicas, and one of its calls. The twin itself, with its log, is let go before memory is counted.
//!
//! Arguments: how many entities (100,000), how many snapshots (100).

use std::process::ExitCode;

use benches::command::{print, run};
use benches::graph::memory::{INSTRUMENTED_SYSTEM, PeakMemAlloc, held};
use serde_json::json;
use twin_core::base::Result;
use twin_core::graph::Snapshot;
use twin_core::observe::Batch;
use twin_core::testkit::estate;
use twin_core::{At, Twin};

#[global_allocator]
static COUNTED: &PeakMemAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// How many entities stand for one service: the component, the instance, the workload.
const ENTITIES: usize = 3;
/// One service in so many changes.
const SHARE: usize = 1_000;

fn main() -> ExitCode {
    run("snapshots [ENTITIES] [SNAPSHOTS]", |arguments| {
        let number =
            |place: usize, default: usize| arguments.get(place).and_then(|text| text.parse().ok()).unwrap_or(default);
        let (services, count) = (number(0, 100_000) / ENTITIES, number(1, 100).max(1));
        let entities = snapshots(services, 1)?.first().map_or(0, Snapshot::len);
        let (one, all) = (held(|| snapshots(services, 1)), held(|| snapshots(services, count)));
        let megabytes = |bytes: usize| bytes as f64 / 1e6;
        print(json!({
            "entities": entities,
            "snapshots": count,
            "one_mb": megabytes(one),
            "all_mb": megabytes(all),
            "ratio": all as f64 / one as f64,
        }))
    })
}

/// Snapshots of a twin, one after each change.
fn snapshots(services: usize, count: usize) -> Result<Vec<Snapshot>> {
    let twin = Twin::in_memory();
    let mut snapshots = Vec::with_capacity(count);
    for round in 0..count {
        let is_due = |service: &usize| round == 0 || service % SHARE == round % SHARE;
        let (batches, now) = told((0..services).filter(is_due), services, round)?;
        twin.apply(batches, now)?;
        snapshots.push(twin.snapshot(At::now(now)));
    }
    Ok(snapshots)
}

fn told(
    which: impl Iterator<Item = usize>,
    services: usize,
    round: usize,
) -> Result<(Vec<Batch>, twin_core::base::Timestamp)> {
    let file = |service: usize| {
        let (first, second) = ((service * 7 + 1 + round) % services, service / 2);
        format!(
            "file f{service:06}\nWorkload:w{service:06}\ncalls Workload:w{first:06}\ncalls Workload:w{second:06}\nset replicas {}\n",
            round + 1
        )
    };
    let text: String = which.map(file).collect();
    let estate = estate(&text).map_err(benches::command::misused)?;
    Ok((estate.batches, estate.now))
}
