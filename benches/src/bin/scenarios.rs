//! How long it takes to hold scenarios against their base, one by one and many at a time, and how long numeric models take. Two JSON lines; on one core (`taskset -c 0`), the times
//! are those of a core.
//!
//! # The estate
//!
//! Services in one file each; each calls two others, and each scenario takes one of them away. No traces and no bills are given: the answers are those of the structure. The first
//! scenario on a base finds the shape of the base as well; the others are told it.
//!
//! Arguments: how many services (10,000), how many scenarios (1,000).

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use benches::command::{misused, now, print, run};
use serde_json::json;
use twin_core::answer::Profile;
use twin_core::base::{Context, Result};
use twin_core::graph::{Node, Snapshot};
use twin_core::schema::kind;
use twin_core::simulate::availability::{Component, Requirement, availability};
use twin_core::simulate::latency::{Distribution, LatencyModel, Operation, Sampling, Step, latency};
use twin_core::simulate::{Baseline, Change, Given, Scenario, compare};
use twin_core::testkit::estate;
use twin_core::{At, Twin};

/// The median is that of so many.
const SINGLE: usize = 21;

fn main() -> ExitCode {
    run("scenarios [SERVICES] [SCENARIOS]", |arguments| {
        let number =
            |place: usize, default: usize| arguments.get(place).and_then(|text| text.parse().ok()).unwrap_or(default);
        let (services, count) = (number(0, 10_000), number(1, 1_000));
        let base = made(services)?;
        let components: Vec<Node> = base.of_kind(&kind::COMPONENT).collect();
        let baseline = Baseline::of(&base);
        let base = Base { snapshot: base, baseline: Some(baseline) };
        let alone = Base { snapshot: base.snapshot.clone(), baseline: None };
        let mut first: Vec<f64> =
            (0..SINGLE).map(|at| seconds(|| compared(&alone, &components, at * 37))).collect::<Result<_>>()?;
        first.sort_by(f64::total_cmp);
        let mut single: Vec<f64> =
            (0..SINGLE).map(|at| seconds(|| compared(&base, &components, at * 37))).collect::<Result<_>>()?;
        single.sort_by(f64::total_cmp);
        models()?;
        let one = seconds(|| on_threads(&base, &components, count, 1))?;
        let two = seconds(|| on_threads(&base, &components, count, 2))?;
        print(json!({
            "services": components.len(), "entities": base.snapshot.len(), "first_scenario_ms": first[SINGLE / 2] * 1e3, "one_scenario_ms": single[SINGLE / 2] * 1e3, "scenarios": count,
            "one_thread_seconds": one, "two_threads_seconds": two, "times_as_fast": one / two,
        }))
    })
}

/// The median time of a latency with 20,000 samples, of an endpoint that reaches forty operations, and of an exact availability of sixty components.
fn models() -> Result<()> {
    let (model, components) = (operations(40), parts(60));
    let timed = |work: &dyn Fn() -> Result<()>| -> Result<f64> {
        let mut times: Vec<f64> = (0..SINGLE).map(|_| seconds(work)).collect::<Result<_>>()?;
        times.sort_by(f64::total_cmp);
        Ok(times[SINGLE / 2] * 1e3)
    };
    let sampling = Sampling { samples: 20_000, seed: 1 };
    let latency_ms = timed(&|| latency(&model, "o0", sampling)?.summary(0.95).map(|_| ()))?;
    let availability_ms = timed(&|| availability(&components, "c0").map(|_| ()))?;
    print(
        json!({"operations": 40, "samples": 20_000, "latency_ms": latency_ms, "components": 60, "availability_ms": availability_ms}),
    )
}

/// Each works before and after it calls two others at once.
fn operations(count: usize) -> LatencyModel {
    let work = |median_ms: f64| Step::Work(Distribution::LogNormal { median_ms, sigma: 0.5 });
    let operation = |at: usize| {
        let branches = [2 * at + 1, 2 * at + 2].into_iter().filter(|other| *other < count);
        let calls: Vec<Vec<Step>> = branches.map(|other| vec![Step::Call(format!("o{other}"))]).collect();
        let steps = vec![work(2.0 + at as f64 / 10.0), Step::Par(calls), work(1.0)];
        (format!("o{at}"), Operation { steps })
    };
    LatencyModel { operations: (0..count).map(operation).collect() }
}

/// Each needs one of two that follow, and two of three further on.
fn parts(count: usize) -> Vec<Component> {
    let part = |at: usize| {
        let of = |far: &[usize]| -> Vec<Requirement> {
            let others = far.iter().map(|far| at + far).filter(|other| *other < count);
            others.map(|other| Requirement::Component(format!("c{other}"))).collect()
        };
        let (any, three) = (of(&[1, 3]), of(&[4, 6, 7]));
        let any = if any.is_empty() { Vec::new() } else { vec![Requirement::Any(any)] };
        let two = if three.len() < 3 { Vec::new() } else { vec![Requirement::AtLeast { k: 2, of: three }] };
        let requirement = Requirement::All(any.into_iter().chain(two).collect());
        Component::new(format!("c{at}"), 0.999).requiring(requirement)
    };
    (0..count).map(part).collect()
}

fn made(services: usize) -> Result<Snapshot> {
    let mut text = String::new();
    for service in 0..services {
        let (first, second) = ((service * 7 + 1) % services, (service * 13 + 5) % services);
        text.push_str(&format!("file s{service}\nWorkload:s{service}\n  calls/required Workload:s{first}\n  calls/optional Workload:s{second}\n"));
    }
    let estate = estate(&text).map_err(misused)?;
    let twin = Twin::in_memory();
    twin.apply(estate.batches, estate.now)?;
    Ok(twin.snapshot(At::now(estate.now)))
}

fn seconds(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let begin = Instant::now();
    work()?;
    Ok(begin.elapsed().as_secs_f64())
}

/// What scenarios are held against, with its shape where it was found before.
struct Base {
    snapshot: Snapshot,
    baseline: Option<Baseline>,
}

/// Holds one scenario against its base.
fn compared(base: &Base, components: &[Node], at: usize) -> Result<()> {
    let node = components[at % components.len()];
    let scenario = Scenario::new(&base.snapshot, "without one").with(Change::remove(node));
    let given = Given { baseline: base.baseline.as_ref(), ..Given::default() };
    let answer = compare(&scenario, &given, Profile::Audit, &Context::new(now()))?;
    if answer.value.figures.is_empty() { Err(misused("a comparison without figures")) } else { Ok(()) }
}

/// All scenarios, each taken by whoever is free.
fn on_threads(base: &Base, components: &[Node], count: usize, threads: usize) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return Ok(());
            }
            compared(base, components, at)?;
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| misused("a worker panicked"))?)
    })
}
