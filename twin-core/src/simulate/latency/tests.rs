//! Models against closed forms and against a slow, obvious way to sample; what must hold of all.

use proptest::prelude::*;
use rayon::ThreadPoolBuilder;

use super::*;

fn work(ms: f64) -> Step {
    Step::Work(Distribution::Constant { ms })
}

fn exponential(mean_ms: f64) -> Step {
    Step::Work(Distribution::Exponential { mean_ms })
}

fn call(operation: &str) -> Step {
    Step::Call(operation.to_owned())
}

fn model(operations: Vec<(&str, Vec<Step>)>) -> LatencyModel {
    let named = operations.into_iter().map(|(name, steps)| (name.to_owned(), Operation { steps }));
    LatencyModel { operations: named.collect() }
}

fn one(steps: Vec<Step>) -> LatencyModel {
    model(vec![("a", steps)])
}

fn run(model: &LatencyModel, samples: u32) -> Latency {
    latency(model, "a", Sampling { samples, seed: 7 }).expect("a sound model")
}

#[test]
fn what_is_constant_is_exact() {
    let branch = |p: f64, steps: Vec<Step>| Branch { p, steps };
    let retry = |fail, max_attempts| Step::Retry { fail, max_attempts, backoff_ms: 2.0, steps: vec![work(3.0)] };
    let cases = [
        (vec![], 0.0),
        (vec![work(1.5), work(2.0), call("b")], 13.5),
        (vec![Step::Par(vec![vec![work(1.0), work(2.0)], vec![call("b")], vec![]]), work(1.0)], 11.0),
        (vec![work(1.0), Step::Race(vec![vec![work(4.0)], vec![work(1.0), work(1.0)]])], 3.0),
        (vec![Step::Race(vec![vec![], vec![work(1.0)]]), Step::Race(vec![]), Step::Par(vec![])], 0.0),
        (
            vec![Step::Choice(vec![branch(0.0, vec![work(9.0)]), branch(1.0, vec![work(4.0)]), branch(0.0, vec![])])],
            4.0,
        ),
        (vec![work(1.0), Step::Timeout { ms: 2.0, steps: vec![call("b")] }, work(1.0)], 4.0),
        (vec![Step::Timeout { ms: 20.0, steps: vec![call("b")] }], 10.0),
        (vec![retry(0.0, 5)], 3.0),
        (vec![retry(1.0, 3), work(1.0)], 14.0),
        (vec![Step::Timeout { ms: 4.0, steps: vec![retry(1.0, 3)] }, call("b")], 14.0),
    ];
    for (steps, ms) in cases {
        let found =
            run(&model(vec![("a", steps.clone()), ("b", vec![work(10.0)])]), 1000).summary(0.99).expect("sound");
        assert_eq!((found.samples, found.is_exact, found.mean), (1, true, Estimate::exactly(ms)), "{steps:?}");
        assert!(found.quantiles.iter().all(|quantile| quantile.estimate == Estimate::exactly(ms)));
    }
}

/// Quantiles and the mean lie within four standard errors, or a thousandth, of what they are.
fn close(model: &LatencyModel, mean: f64, share: impl Fn(f64) -> f64) {
    let found = run(model, 100_000);
    let wide = found.mean(0.99994).expect("sound").interval.expect("many samples");
    assert!(wide.low <= mean && mean <= wide.high, "{mean}: {wide:?}");
    for quantile in [0.05, 0.5, 0.9, 0.99, 0.999] {
        let wide = found.quantile(quantile, 0.99994).expect("sound").interval.expect("many samples");
        let (low, high) = (share(wide.low), share(wide.high));
        assert!(low <= quantile && quantile <= high && high - low < 0.02, "{quantile}: {wide:?} is {low}..{high}");
    }
}

#[test]
fn sums_extremes_choices_and_retries_in_closed_form() {
    let within = |mean: f64, t: f64| -(-t / mean).exp_m1();
    let erlang = |t: f64| 1.0 - (-t / 10.0).exp() * (1.0 + t / 10.0);
    close(&one(vec![exponential(10.0), exponential(10.0)]), 20.0, erlang);
    close(&model(vec![("a", vec![call("b"), call("b")]), ("b", vec![exponential(10.0)])]), 20.0, erlang);
    let two = || vec![vec![exponential(10.0)], vec![exponential(20.0)]];
    close(&one(vec![Step::Par(two())]), 10.0 + 20.0 - 20.0 / 3.0, |t| within(10.0, t) * within(20.0, t));
    close(&one(vec![Step::Race(two())]), 20.0 / 3.0, |t| within(20.0 / 3.0, t));
    let branches =
        vec![Branch { p: 0.25, steps: vec![exponential(10.0)] }, Branch { p: 0.75, steps: vec![exponential(20.0)] }];
    close(&one(vec![Step::Choice(branches)]), 17.5, |t| 0.25 * within(10.0, t) + 0.75 * within(20.0, t));
    // A geometric number of exponential times is exponential.
    let retry = Step::Retry { fail: 0.5, max_attempts: 10_000, backoff_ms: 0.0, steps: vec![exponential(10.0)] };
    close(&one(vec![retry]), 20.0, |t| within(20.0, t));
    let gamma = Step::Work(Distribution::Gamma { mean_ms: 20.0, shape: 2.0 });
    close(&one(vec![gamma]), 20.0, erlang);
}

#[test]
fn timeouts_cut() {
    let steps = vec![Step::Timeout { ms: 10.0, steps: vec![exponential(10.0)] }];
    let found = run(&one(steps), 50_000);
    let is_cut = found.durations_ms().iter().filter(|ms| **ms == 10.0).count() as f64 / 50_000.0;
    assert!((is_cut - (-1.0_f64).exp()).abs() < 1e-3, "{is_cut}");
    assert!(found.durations_ms().iter().all(|ms| *ms <= 10.0));
}

#[test]
fn operations_are_told_by_work() {
    let steps = vec![Step::Retry { fail: 1.0, max_attempts: 3, backoff_ms: 0.0, steps: vec![call("b")] }, work(4.0)];
    let model = model(vec![("a", steps), ("b", vec![work(2.0)]), ("c", vec![work(9.0)])]);
    let told = run(&model, 10).summary(0.9).expect("sound").operations;
    let rows: Vec<_> =
        told.iter().map(|row| (row.operation.as_str(), row.calls_per_request, row.own_ms_per_request)).collect();
    assert_eq!(rows, [("b", 3.0, 6.0), ("a", 1.0, 4.0)]);
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let model = mixed(1.0);
    let program = Program::new(&model, "a").expect("a sound model");
    let on = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| sampled(&program, Sampling { samples: 30_000, seed: 3 }))
    };
    let (first, bits) = (on(1), |run: &Latency| run.durations_ms().iter().map(|ms| ms.to_bits()).collect::<Vec<u64>>());
    for threads in [2, 8] {
        let other = on(threads);
        assert!(bits(&first) == bits(&other) && first == other, "{threads}");
    }
    let seeded = latency(&model, "a", Sampling { samples: 30_000, seed: 4 }).expect("a sound model");
    assert_ne!(first.durations_ms(), seeded.durations_ms());
}

/// Something of everything, with times in some unit.
fn mixed(unit: f64) -> LatencyModel {
    let log_normal = Step::Work(Distribution::LogNormal { median_ms: 5.0 * unit, sigma: 0.6 });
    let measured = Step::Work(Distribution::Empirical { values_ms: vec![unit, 2.0 * unit, 9.0 * unit] });
    let uniform = Step::Work(Distribution::Uniform { low_ms: unit, high_ms: 4.0 * unit });
    let gamma = Step::Work(Distribution::Gamma { mean_ms: 3.0 * unit, shape: 0.7 });
    let optional = vec![Branch { p: 0.3, steps: vec![call("c")] }, Branch { p: 0.7, steps: vec![] }];
    let retry = Step::Retry { fail: 0.2, max_attempts: 3, backoff_ms: unit, steps: vec![call("b")] };
    model(vec![
        ("a", vec![log_normal, Step::Par(vec![vec![call("b")], vec![retry]]), Step::Choice(optional), call("c")]),
        ("b", vec![Step::Timeout { ms: 8.0 * unit, steps: vec![gamma, measured] }]),
        ("c", vec![Step::Race(vec![vec![exponential(4.0 * unit)], vec![uniform]])]),
    ])
}

#[test]
fn time_in_another_unit_scales_all_quantiles() {
    let (once, scaled) = (run(&mixed(1.0), 20_000), run(&mixed(8.0), 20_000));
    for (a, b) in once.durations_ms().iter().zip(scaled.durations_ms()) {
        assert!((a * 8.0 - b).abs() <= 1e-12 * b, "{a} {b}");
    }
}

#[test]
fn a_change_leaves_every_other_draw_as_it_was() {
    let base = mixed(1.0);
    let differences = |changed: &LatencyModel| {
        let (before, after) = (run(&base, 5_000), run(changed, 5_000));
        let pairs = before.durations_ms().iter().zip(after.durations_ms());
        pairs.map(|(before, after)| after - before).collect::<Vec<f64>>()
    };
    assert!(differences(&base).iter().all(|difference| *difference == 0.0));
    // A constant in front, and an operation that nobody calls: the same for every sample.
    let mut slower = base.clone();
    slower
        .operations
        .entry("a".to_owned())
        .or_default()
        .steps
        .insert(0, Step::Timeout { ms: 1.0, steps: vec![call("d")] });
    slower.operations.insert("d".to_owned(), Operation { steps: vec![work(1.0)] });
    assert!(differences(&slower).iter().all(|difference| (difference - 1.0).abs() < 1e-9));
    // What is only rarely reached changes nothing elsewhere.
    let mut rare = base.clone();
    let steps = &mut rare.operations.entry("a".to_owned()).or_default().steps;
    steps[2] =
        Step::Choice(vec![Branch { p: 0.3, steps: vec![call("c"), work(50.0)] }, Branch { p: 0.7, steps: vec![] }]);
    let changed = differences(&rare).iter().filter(|difference| difference.abs() > 1e-9).count();
    assert!((1450..1550).contains(&changed), "{changed}");
}

#[test]
fn misuse_names_the_operation_and_the_field() {
    let retry = |fail, max_attempts| Step::Retry { fail, max_attempts, backoff_ms: 0.0, steps: vec![] };
    let cases = [
        (one(vec![call("b")]), "operation \"a\": unknown operation of a call \"b\""),
        (one(vec![work(-1.0)]), "operation \"a\": ms is -1"),
        (one(vec![retry(1.5, 1)]), "operation \"a\": fail of a retry is 1.5"),
        (one(vec![retry(0.5, 0)]), "max_attempts of a retry is 0"),
        (one(vec![Step::Choice(vec![Branch { p: 0.5, steps: vec![] }])]), "add up to 0.5"),
        (one(vec![Step::Choice(vec![])]), "add up to 0"),
        (one(vec![Step::Timeout { ms: f64::NAN, steps: vec![] }]), "ms of a timeout is NaN"),
        (one(vec![call("a")]), "calls go in a circle, \"a\" -> \"a\""),
        (
            model(vec![
                ("a", vec![call("b")]),
                ("b", vec![call("c"), call("d")]),
                ("c", vec![]),
                ("d", vec![call("a")]),
            ]),
            "calls go in a circle, \"a\" -> \"b\" -> \"d\" -> \"a\"",
        ),
    ];
    for (model, told) in cases {
        let error = latency(&model, "a", Sampling::default()).expect_err("misuse").to_string();
        assert!(error.contains(told), "{error}");
    }
    let empty = latency(&LatencyModel::default(), "a", Sampling::default()).expect_err("no entry").to_string();
    assert_eq!(empty, "unknown operation \"a\"");
    assert!(latency(&one(vec![]), "a", Sampling { samples: 0, seed: 0 }).is_err());
}

#[test]
fn hostile_models_are_refused_or_run_in_bounds() {
    let twice = |place: usize| {
        let next = format!("o{:02}", place + 1);
        (
            format!("o{place:02}"),
            Operation { steps: if place == 60 { vec![exponential(1.0)] } else { vec![call(&next), call(&next)] } },
        )
    };
    let doubling = LatencyModel { operations: (0..=60).map(twice).collect() };
    assert_eq!(latency(&doubling, "o00", Sampling::default()).expect_err("endless").kind().code(), "limit");
    let endless = Step::Retry { fail: 1.0, max_attempts: u32::MAX, backoff_ms: 0.0, steps: vec![exponential(1.0)] };
    assert_eq!(latency(&one(vec![endless]), "a", Sampling::default()).expect_err("endless").kind().code(), "limit");
    let deep = (0..100_000).fold(exponential(1.0), |inner, _| Step::Timeout { ms: 2.0, steps: vec![inner] });
    assert!(run(&one(vec![deep]), 3).durations_ms().iter().all(|ms| *ms <= 2.0));
    let chain = (0..50_000).map(|place| (format!("{place}"), vec![call(&format!("{}", place + 1))]));
    let chain: Vec<(String, Vec<Step>)> = chain.chain([("50000".to_owned(), vec![exponential(1.0)])]).collect();
    let operations = chain.into_iter().map(|(name, steps)| (name, Operation { steps })).collect();
    assert!(latency(&LatencyModel { operations }, "0", Sampling { samples: 2, seed: 0 }).is_ok());
}

/// Samples by recursion, with chance of its own: a congruence modulo 2^64, as Knuth has it.
struct Naive(u64);

impl Naive {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    fn steps(&mut self, model: &LatencyModel, steps: &[Step]) -> f64 {
        steps.iter().map(|step| self.step(model, step)).sum()
    }

    fn step(&mut self, model: &LatencyModel, step: &Step) -> f64 {
        match step {
            Step::Work(Distribution::Constant { ms }) => *ms,
            Step::Work(Distribution::Uniform { low_ms, high_ms }) => low_ms + (high_ms - low_ms) * self.uniform(),
            Step::Work(Distribution::Exponential { mean_ms }) => -mean_ms * self.uniform().ln(),
            Step::Work(other) => panic!("{other:?} is not drawn here"),
            Step::Call(operation) => self.steps(model, &model.operations[operation].steps),
            Step::Par(branches) => branches.iter().map(|steps| self.steps(model, steps)).fold(0.0, f64::max),
            Step::Race(branches) if branches.is_empty() => 0.0,
            Step::Race(branches) => branches.iter().map(|steps| self.steps(model, steps)).fold(f64::INFINITY, f64::min),
            Step::Choice(branches) => {
                let drawn = self.uniform();
                let mut sum = 0.0;
                let chosen = branches.iter().find(|branch| {
                    sum += branch.p;
                    drawn < sum
                });
                self.steps(model, &chosen.unwrap_or(&branches[branches.len() - 1]).steps)
            }
            Step::Timeout { ms, steps } => self.steps(model, steps).min(*ms),
            Step::Retry { fail, max_attempts, backoff_ms, steps } => {
                let mut took = self.steps(model, steps);
                for _ in 1..*max_attempts {
                    if self.uniform() >= *fail {
                        break;
                    }
                    took += backoff_ms + self.steps(model, steps);
                }
                took
            }
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let leaf = prop_oneof![
        (0.0..9.0_f64).prop_map(work),
        (0.1..9.0_f64).prop_map(exponential),
        (0.0..9.0_f64).prop_map(|low_ms| Step::Work(Distribution::Uniform { low_ms, high_ms: low_ms * 2.0 })),
        Just(call("b")),
    ];
    let step = leaf.prop_recursive(3, 10, 3, |inner| {
        let steps = prop::collection::vec(inner, 0..3);
        let branches = prop::collection::vec(steps.clone(), 0..3);
        prop_oneof![
            branches.clone().prop_map(Step::Par),
            branches.prop_map(Step::Race),
            (0.0..=1.0_f64, steps.clone(), steps.clone())
                .prop_map(|(p, a, b)| { Step::Choice(vec![Branch { p, steps: a }, Branch { p: 1.0 - p, steps: b }]) }),
            (0.0..20.0_f64, steps.clone()).prop_map(|(ms, steps)| Step::Timeout { ms, steps }),
            (0.0..=1.0_f64, 1..4_u32, 0.0..5.0_f64, steps).prop_map(|(fail, max_attempts, backoff_ms, steps)| {
                Step::Retry { fail, max_attempts, backoff_ms, steps }
            }),
        ]
    });
    prop::collection::vec(step, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn machines_and_recursion_agree(steps in steps(), below in prop::collection::vec((0.1..5.0_f64).prop_map(exponential), 0..2)) {
        let model = model(vec![("a", steps.clone()), ("b", below)]);
        let (found, mut naive) = (run(&model, 4096), Naive(1));
        let mut truth: Vec<f64> = (0..4096).map(|_| naive.steps(&model, &steps)).collect();
        truth.sort_by(f64::total_cmp);
        // Kolmogorov and Smirnov: the two empirical distributions are nowhere further apart than chance allows once in millions.
        let share = |sorted: &[f64], ms: f64| sorted.partition_point(|other| *other <= ms + 1e-9) as f64 / sorted.len() as f64;
        let mut sorted = found.durations_ms().to_vec();
        sorted.sort_by(f64::total_cmp);
        for ms in truth.iter().chain(&sorted) {
            prop_assert!((share(&truth, *ms) - share(&sorted, *ms)).abs() < 0.06, "at {ms}");
        }
    }
}
