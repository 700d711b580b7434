//! The core's half of W11: the same questions and the same table that the hosts' halves time, one JSON line each.
//!
//! # The estate
//!
//! It is the same in every host, and is told by pages of the source `bench` at `2026-11-24T09:00:00Z`, which reads `Component`, `Instance`, `Team`, `ownedBy`
//! and `calls` with a cadence of `1h`. Page `p`, counted from 0, has the scope `page-{p}` and tells of the services `1000 p` to `1000 p + 999`.
//! Of service `n` it has two records, in this order, both at `page-{p}:{n + 1}`:
//!
//! - the `Component` with the key `c{n}`, named `service {n}`, that is `ownedBy` the `Team` with the key `team {n mod 100}`;
//! - the `Instance` with the key `i{n}`, named `instance {n}`, that `calls` the `Instance` with the key `i{(n - 1) / 2}`, rounded down, unless `n` is 0.
//!
//! Questions are asked of 10,000 services. The table is that of `find_all` with no words over 500,000 services, which have no relations there so that
//! it does not take long: 1,000,000 rows.
//!
//! Arguments: how many services for the table, if not 500,000.

use std::time::Instant;

use serde_json::{Value, json};
use twin_core::base::{Result, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::observe::{Batch, CapabilityDraft, PageDraft, SourceId};
use twin_core::{At, Question, Twin};

/// How many services the questions are asked of.
const ASKED: usize = 10_000;
/// How many services a page tells of.
const PAGE: usize = 1_000;
/// How often a question is asked.
const TIMES: usize = 1_001;

fn main() -> Result<()> {
    let services = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(500_000);
    let asked = estate(ASKED, true)?;
    for (name, question) in questions() {
        let question = Question::from_json(&question.to_string())?;
        let (micros, rows) = timed(TIMES, || Ok(asked.ask(&question)?.len()))?;
        println!("{}", json!({"host": "rust", "question": name, "microseconds": micros, "rows": rows}));
    }
    let reply = estate(services, false)?.ask(&Question::from_json(r#"{"kind": "find_all", "words": ""}"#)?)?;
    let (micros, rows) = timed(7, || Ok(reply.table()?.rows))?;
    println!("{}", json!({"host": "rust", "question": "table", "microseconds": micros, "rows": rows}));
    Ok(())
}

fn questions() -> [(&'static str, Value); 4] {
    [
        ("find_all", json!({"kind": "find_all", "words": "service 777"})),
        ("owners", json!({"kind": "owners", "entity": "service 4711"})),
        ("neighbours", json!({"kind": "neighbours", "entity": "instance 1000"})),
        ("blast_radius", json!({"kind": "blast_radius", "entity": "instance 1000"})),
    ]
}

/// The median time of some work in microseconds, and what it gave.
fn timed<T>(times: usize, work: impl Fn() -> Result<T>) -> Result<(f64, T)> {
    let mut micros = Vec::with_capacity(times);
    let given = work()?;
    for _ in 0..times {
        let start = Instant::now();
        std::hint::black_box(work()?);
        micros.push(start.elapsed().as_secs_f64() * 1e6);
    }
    micros.sort_by(f64::total_cmp);
    Ok((micros[times / 2], given))
}

fn estate(services: usize, related: bool) -> Result<Snapshot> {
    let now = Timestamp::parse("2026-11-24T09:00:00Z").unwrap_or(Timestamp::MIN);
    let twin = Twin::in_memory();
    let source = SourceId("bench".to_owned());
    let reads = json!({"reads": ["Component", "Instance", "Team", "ownedBy", "calls"], "cadence": "1h"});
    let capability = CapabilityDraft::from_json(&reads.to_string())?.capability(&source.0, twin.schema())?;
    let pages = (0..services.div_ceil(PAGE)).map(|page| {
        let draft = PageDraft::from_json(&page_of(page, services, related).to_string())?;
        Ok(draft.page(&source, &capability, twin.schema()).batch)
    });
    twin.apply(pages.collect::<Result<Vec<Batch>>>()?, now)?;
    Ok(twin.snapshot(At::now(now)))
}

fn page_of(page: usize, services: usize, related: bool) -> Value {
    let numbers = page * PAGE..((page + 1) * PAGE).min(services);
    let records: Vec<Value> = numbers.flat_map(|number| service(page, number, related)).collect();
    json!({"scope": format!("page-{page}"), "records": records})
}

fn service(page: usize, number: usize, related: bool) -> [Value; 2] {
    let at = format!("page-{page}:{}", number + 1);
    let to = |relation: &str, kind: &str, key: String| json!([{"relation": relation, "kind": kind, "key": key}]);
    let owned = if related { to("ownedBy", "Team", format!("team {}", number % 100)) } else { json!([]) };
    let called =
        number.checked_sub(1).filter(|_| related).map(|before| to("calls", "Instance", format!("i{}", before / 2)));
    [
        json!({"kind": "Component", "key": format!("c{number}"), "name": format!("service {number}"), "at": at, "relations": owned}),
        json!({"kind": "Instance", "key": format!("i{number}"), "name": format!("instance {number}"), "at": at, "relations": called.unwrap_or_else(|| json!([]))}),
    ]
}
