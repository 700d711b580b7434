//! W2 and W3 under criterion, ours and the peers in one group, on graphs made by rule. Answers are compared before anything is measured.

use std::hint::black_box;
use std::time::Duration;

use benches::graph::data::Data;
use benches::graph::engine::Engine;
use benches::graph::engines::in_process;
use benches::graph::workload::Task;
use benches::synthetic::Synthetic;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const SIZES: [u32; 2] = [10_000, 100_000];
const NEEDS: u32 = 5;
const TASKS: [(&str, Task); 3] = [("W2.median", Task::Dependents), ("W2.hub", Task::Hub), ("W3.fresh", Task::Fresh)];

/// Engines time their own work, so that what they are given and what becomes of the answer is left out.
fn graphs(criterion: &mut Criterion) {
    for (name, task) in TASKS {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
        for size in SIZES {
            let data = Data::made_up(&Synthetic::new(size, NEEDS));
            for mut engine in agreeing(task, &data) {
                group.bench_function(BenchmarkId::new(engine.name(), size), |bencher| {
                    bencher.iter_custom(|times| (0..times).map(|_| seconds(engine.as_mut(), task, &data)).sum());
                });
            }
        }
        group.finish();
    }
}

fn seconds(engine: &mut dyn Engine, task: Task, data: &Data) -> Duration {
    let run = black_box(engine.run(task, data)).expect("the data is whole");
    Duration::from_secs_f64(run.seconds)
}

/// The engines that offer a task, prepared. They all give the same answer.
fn agreeing(task: Task, data: &Data) -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = in_process().into_iter().filter(|engine| engine.offers(task)).collect();
    let mut expected = None;
    for engine in &mut engines {
        engine.prepare(task, data).expect("the data is whole");
        let answer = engine.run(task, data).expect("the data is whole").answer;
        assert_eq!(answer, *expected.get_or_insert(answer), "{} differs", engine.name());
    }
    engines
}

criterion_group!(graph, graphs);
criterion_main!(graph);
