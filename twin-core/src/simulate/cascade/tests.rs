//! Cascades against cases computed by hand, against a simulation of every event, and against what must hold of them all.

use proptest::prelude::*;

use super::station::Workers;
use super::*;

fn service(arrivals_per_s: f64, workers: u32, capacity: Option<u32>, timeout_ms: Option<f64>) -> RetriedService {
    RetriedService {
        arrivals_per_s,
        service_time_ms: 1000.0,
        workers,
        capacity,
        timeout_ms,
        max_attempts: 4,
        retry_budget: None,
    }
}

/// Ten workers of one per second, room for two hundred, patience for five seconds, four attempts.
fn fragile(arrivals_per_s: f64) -> RetriedService {
    service(arrivals_per_s, 10, Some(200), Some(5000.0))
}

fn near(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * expected.abs().max(1e-9)
}

#[test]
fn the_fate_of_attempts_can_be_computed_by_hand() {
    let fate = |service: &RetriedService, offered| Workers::of(service).fate(offered).expect("a sound service");
    // M/M/1/1 at load 1: half is refused; the rest is served within its mean time with 1 - 1/e.
    let one = fate(&service(0.0, 1, Some(1), Some(1000.0)), 1.0);
    assert!(near(one.accepted, 0.5, 1e-12) && near(one.success, 0.5 * (1.0 - (-1.0_f64).exp()), 1e-12), "{one:?}");
    // M/M/1/2 at load 1: a third of the time each empty, busy, full; behind another the time is Erlang of two stages.
    let two = fate(&service(0.0, 1, Some(2), Some(1000.0)), 1.0);
    let (first, second) = (1.0 - (-1.0_f64).exp(), 1.0 - 2.0 * (-1.0_f64).exp());
    assert!(near(two.success, (first + second) / 3.0, 1e-12), "{two:?}");
    // Room without end is M/M/c, of which queueing knows the tail.
    let (vast, open) = (service(0.0, 3, Some(2000), Some(1500.0)), service(0.0, 3, None, Some(1500.0)));
    for offered in [0.0, 1.0, 2.0, 2.7] {
        assert!(near(fate(&vast, offered).success, fate(&open, offered).success, 1e-9), "{offered}");
    }
    assert_eq!(fate(&open, 6.0), station::Fate { success: 0.0, accepted: 0.5 });
}

#[test]
fn a_service_that_people_recognise() {
    let at = |arrivals| metastability(&fragile(arrivals)).expect("a sound service");
    let region = at(5.0).vulnerable.expect("two states");
    // Collapsed, four attempts each keep ten workers busy with what nobody waits for: from a quarter of what they complete on.
    assert!(region.low_per_s > 2.0 && region.low_per_s < 4.0, "{region:?}");
    assert!(region.high_per_s > 8.0 && region.high_per_s < 10.0, "{region:?}");
    for (arrivals, verdict) in [
        (0.0, LoadVerdict::Stable),
        (1.0, LoadVerdict::Stable),
        (5.0, LoadVerdict::Metastable),
        (9.99, LoadVerdict::Unstable),
    ] {
        let found = at(arrivals);
        assert_eq!(found.verdict, verdict, "{found:?}");
        assert_eq!(found.healthy.is_some(), verdict != LoadVerdict::Unstable);
        assert_eq!(found.collapsed.is_some(), verdict != LoadVerdict::Stable);
        assert_eq!(found.collapses_beyond_per_s, region.high_per_s.max(found.collapses_beyond_per_s));
    }
    let (healthy, collapsed) = (at(5.0).healthy.expect("one"), at(5.0).collapsed.expect("one"));
    assert!(healthy.goodput_per_s > 4.99 && healthy.offered_per_s < 5.2, "{healthy:?}");
    assert!(collapsed.goodput_per_s < 0.1 && near(collapsed.offered_per_s, 20.0, 1e-3), "{collapsed:?}");
    assert!(collapsed.utilization > 0.999 && collapsed.request_failure_probability > 0.98, "{collapsed:?}");
}

#[test]
fn both_ends_are_where_iteration_from_below_and_above_ends() {
    for arrivals in [0.5, 3.0, 5.0, 7.0, 8.5, 9.5, 30.0] {
        let service = fragile(arrivals);
        let workers = Workers::of(&service);
        let iterate = |mut offered: f64| {
            for _ in 0..20_000 {
                offered = arrivals * attempts(workers.fate(offered).expect("sound").success, 4, None);
            }
            offered
        };
        let found = metastability(&service).expect("a sound service");
        let (low, high) = (iterate(0.0), iterate(4.0 * arrivals));
        let least = found.healthy.or(found.collapsed).expect("one").offered_per_s;
        let most = found.collapsed.or(found.healthy).expect("one").offered_per_s;
        assert!(near(least, low, 1e-6) && near(most, high, 1e-6), "{arrivals}: {low} {high} {found:?}");
        assert_eq!(found.verdict == LoadVerdict::Metastable, high > low * (1.0 + 1e-6), "{arrivals}");
    }
}

#[test]
fn a_budget_below_the_safe_one_leaves_one_state() {
    let safe = metastability(&fragile(5.0)).expect("a sound service").safe_retry_budget.expect("a budget");
    assert!(safe > 0.0 && safe < 3.0, "{safe}");
    let region = |budget: f64| {
        let service = RetriedService { retry_budget: Some(budget), ..fragile(5.0) };
        metastability(&service).expect("a sound service").vulnerable
    };
    assert_eq!(region(safe * 0.99), None);
    assert_eq!(region(0.0), None);
    assert!(region(safe * 1.2).is_some(), "{safe}");
}

#[test]
fn without_wasted_work_there_is_one_state() {
    // Refused at once, an attempt costs nothing; nobody gives up, so everything that is worked on is of use.
    for arrivals in [1.0, 9.0, 50.0] {
        let found = metastability(&service(arrivals, 10, Some(20), None)).expect("a sound service");
        assert_eq!((found.vulnerable, found.safe_retry_budget), (None, None), "{found:?}");
    }
    let patient = metastability(&service(20.0, 10, None, None)).expect("a sound service");
    assert_eq!((patient.verdict, patient.collapses_beyond_per_s), (LoadVerdict::Unstable, 10.0));
    assert!(!patient.collapsed.expect("one").steady);
}

#[test]
fn misuse_names_the_field() {
    let sound = fragile(1.0);
    for (service, told) in [
        (RetriedService { arrivals_per_s: -1.0, ..sound }, "arrivals_per_s is -1"),
        (RetriedService { arrivals_per_s: f64::NAN, ..sound }, "arrivals_per_s is NaN"),
        (RetriedService { service_time_ms: 0.0, ..sound }, "service_time_ms is 0"),
        (RetriedService { service_time_ms: 1e-320, ..sound }, "what all workers complete"),
        (RetriedService { timeout_ms: Some(0.0), ..sound }, "timeout_ms is 0"),
        (RetriedService { retry_budget: Some(-0.1), ..sound }, "retry_budget is -0.1"),
        (RetriedService { workers: 0, ..sound }, "workers is 0"),
        (RetriedService { max_attempts: 0, ..sound }, "max_attempts is 0"),
        (RetriedService { capacity: Some(1 << 20), ..sound }, "capacity of one service"),
    ] {
        let error = metastability(&service).expect_err(told).to_string();
        assert!(error.contains(told), "{error}");
        let graph = CallGraph { services: vec![CascadingService { id: "a".to_owned(), service }], calls: Vec::new() };
        let error = cascade(&graph).expect_err(told).to_string();
        assert!(error.contains("service \"a\"") && error.contains(told), "{error}");
    }
    let hostile = RetriedService {
        arrivals_per_s: 1e14,
        service_time_ms: 1e-8,
        workers: u32::from(u16::MAX) / 10,
        max_attempts: u32::MAX,
        capacity: None,
        ..sound
    };
    let hostile = metastability(&hostile).expect("large, but sound");
    // Four milliards of attempts sustain a storm whatever arrives.
    assert_eq!(hostile.verdict, LoadVerdict::Metastable);
    assert!(hostile.healthy.is_some_and(|point| point.offered_per_s >= 1e14), "{hostile:?}");
}

fn named(id: &str, service: RetriedService) -> CascadingService {
    CascadingService { id: id.to_owned(), service }
}

fn call(from: &str, to: &str, calls_per_request: f64, max_attempts: u32) -> Call {
    Call { from: from.to_owned(), to: to.to_owned(), calls_per_request, max_attempts, retry_budget: None }
}

#[test]
fn a_storm_grows_by_tier() {
    // The store answers nobody in time: every layer above tries thrice, and so does whoever calls it.
    let roomy = |arrivals| RetriedService { max_attempts: 3, ..service(arrivals, 5000, None, None) };
    let store = RetriedService { service_time_ms: 1e9, ..service(0.0, 10, Some(10), Some(1e-3)) };
    let graph = CallGraph {
        services: vec![named("edge", roomy(1.0)), named("shop", roomy(0.0)), named("store", store)],
        calls: vec![call("edge", "shop", 1.0, 3), call("shop", "store", 1.0, 3)],
    };
    let found = cascade(&graph).expect("a sound graph");
    let storm: Vec<f64> = found.tiers.iter().map(|tier| tier.from_empty.amplification).collect();
    for (found, expected) in storm.iter().zip([3.0, 9.0, 27.0]) {
        assert!(near(*found, expected, 1e-6), "{storm:?}");
    }
    assert_eq!((found.verdict, found.settled), (Some(LoadVerdict::Unstable), true));
}

#[test]
fn one_service_is_a_graph_of_one() {
    for (arrivals, verdict) in
        [(1.0, LoadVerdict::Stable), (5.0, LoadVerdict::Metastable), (20.0, LoadVerdict::Unstable)]
    {
        let alone = metastability(&fragile(arrivals)).expect("a sound service");
        let graph = CallGraph { services: vec![named("a", fragile(arrivals))], calls: Vec::new() };
        let found = cascade(&graph).expect("a sound graph");
        assert_eq!((found.verdict, alone.verdict), (Some(verdict), verdict));
        let tier = &found.tiers[0];
        let least = alone.healthy.or(alone.collapsed).expect("one").offered_per_s;
        let most = alone.collapsed.or(alone.healthy).expect("one").offered_per_s;
        assert!(near(tier.from_empty.offered_per_s, least, 1e-6), "{tier:?} {alone:?}");
        assert!(near(tier.from_full.offered_per_s, most, 1e-6), "{tier:?} {alone:?}");
    }
}

#[test]
fn graphs_are_checked_and_circles_are_not_refused() {
    let open = || service(1.0, 10, Some(20), Some(5000.0));
    let circle = CallGraph {
        services: vec![named("a", open()), named("b", open())],
        calls: vec![call("a", "b", 2.0, 3), call("b", "a", 0.5, 3)],
    };
    let found = cascade(&circle).expect("a sound graph");
    for tier in &found.tiers {
        assert!(tier.from_empty.offered_per_s <= tier.from_full.offered_per_s * (1.0 + 1e-9), "{tier:?}");
        assert!(tier.from_full.offered_per_s.is_finite());
    }
    assert!(cascade(&CallGraph::default()).expect("nothing").tiers.is_empty());
    let with = |call| CallGraph { calls: vec![call], ..circle.clone() };
    for (graph, told) in [
        (with(call("a", "bb", 1.0, 1)), "unknown service \"bb\""),
        (with(call("a", "b", -1.0, 1)), "calls_per_request is -1"),
        (with(call("a", "b", 1.0, 0)), "max_attempts is 0"),
        (CallGraph { services: vec![named("a", open()), named("a", open())], calls: Vec::new() }, "two services"),
    ] {
        let error = cascade(&graph).expect_err(told).to_string();
        assert!(error.contains(told), "{error}");
    }
}

/// A generator of numbers for the simulation: SplitMix64.
struct Chance(u64);

impl Chance {
    fn exponential(&mut self, mean: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let unit = ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
        -(1.0 - unit).ln() * mean
    }
}

/// What happens in the simulation: a new request, the end of a worker's job, a retry that becomes due.
#[derive(Clone, Copy)]
enum Event {
    Request,
    Finished { began: f64, tries: u32 },
    Retry { tries: u32 },
}

/// Attempts per second and requests answered in time per second, of one service played event by event, after a start without load or from a full line of attempts that nobody
/// waits for. Retries follow after 20 seconds on average.
fn played(service: &RetriedService, from_full: bool, requests: u32, seed: u64) -> (f64, f64) {
    let (capacity, patience) = (service.capacity.unwrap_or(u32::MAX), service.timeout_ms.unwrap_or(f64::MAX) / 1e3);
    let mut chance = Chance(seed);
    let mut due: std::collections::BTreeMap<(u64, u64), Event> = std::collections::BTreeMap::new();
    let (mut line, mut busy, mut number) = (std::collections::VecDeque::new(), 0, 0_u64);
    // Positive floats are in the order of their bits.
    let mut plan = |due: &mut std::collections::BTreeMap<_, _>, at: f64, event| {
        number += 1;
        due.insert((at.to_bits(), number), event);
    };
    plan(&mut due, 0.0, Event::Request);
    if from_full {
        // Requests of whom everybody tries for the first time at once, for as long as it takes to fill the line.
        (0..capacity * 3).for_each(|place| plan(&mut due, f64::from(place) / 1e3, Event::Retry { tries: 1 }));
    }
    let (mut arrived, mut offered, mut good, mut measured_from) = (0, 0, 0, 0.0);
    while let Some(((bits, _), event)) = due.pop_first() {
        let now = f64::from_bits(bits);
        let mut attempt = None;
        match event {
            Event::Request => {
                arrived += 1;
                if arrived == requests / 4 {
                    (offered, good, measured_from) = (0, 0, now);
                }
                if arrived == requests {
                    return (f64::from(offered) / (now - measured_from), f64::from(good) / (now - measured_from));
                }
                plan(&mut due, now + chance.exponential(1.0 / service.arrivals_per_s), Event::Request);
                attempt = Some(1);
            }
            Event::Retry { tries } => attempt = Some(tries),
            Event::Finished { began, tries } => {
                busy -= 1;
                if now - began <= patience {
                    good += 1;
                } else if tries < service.max_attempts {
                    plan(&mut due, now + chance.exponential(20.0), Event::Retry { tries: tries + 1 });
                }
            }
        }
        if let Some(tries) = attempt {
            offered += 1;
            if busy + line.len() as u32 >= capacity {
                if tries < service.max_attempts {
                    plan(&mut due, now + chance.exponential(20.0), Event::Retry { tries: tries + 1 });
                }
            } else {
                line.push_back((now, tries));
            }
        }
        while busy < service.workers {
            let Some((began, tries)) = line.pop_front() else { break };
            busy += 1;
            let done = now + chance.exponential(service.service_time_ms / 1e3);
            plan(&mut due, done, Event::Finished { began, tries });
        }
    }
    (0.0, 0.0)
}

#[test]
fn every_event_played_comes_to_the_same_states() {
    let small = |arrivals| RetriedService { max_attempts: 3, ..service(arrivals, 4, Some(60), Some(4000.0)) };
    for (service, from_full, is_healthy) in [
        (small(1.0), false, true),
        (small(1.0), true, true),
        (small(1.8), false, true),
        (small(2.5), true, false),
        (small(6.0), false, false),
        (fragile(5.0), false, true),
        (fragile(5.0), true, false),
    ] {
        let found = metastability(&service).expect("a sound service");
        let expected = if is_healthy { found.healthy } else { found.collapsed }.expect("the state is there");
        let (offered, good) = played(&service, from_full, 40_000, 7);
        assert!(near(offered, expected.offered_per_s, 0.03), "{offered} {good} {from_full} {found:?}");
        assert!((good - expected.goodput_per_s).abs() < 0.03 * service.arrivals_per_s, "{offered} {good} {found:?}");
    }
}

fn drawn() -> impl Strategy<Value = RetriedService> {
    let bounds = prop_oneof![Just(None), (1..60_u32).prop_map(Some)];
    let timeout = prop_oneof![Just(None), (200.0..8000.0_f64).prop_map(Some)];
    (0.1..12.0_f64, 1..8_u32, bounds, timeout, 1..6_u32).prop_map(|(arrivals, workers, capacity, timeout, most)| {
        RetriedService { max_attempts: most, ..service(arrivals, workers, capacity, timeout) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn one_attempt_is_never_metastable(drawn in drawn()) {
        let found = metastability(&RetriedService { max_attempts: 1, ..drawn }).expect("a sound service");
        prop_assert_eq!(found.vulnerable, None);
        prop_assert!(found.verdict != LoadVerdict::Metastable && found.safe_retry_budget.is_none());
        prop_assert!(near(found.healthy.or(found.collapsed).expect("one").offered_per_s, drawn.arrivals_per_s, 1e-9));
    }

    #[test]
    fn more_workers_never_move_the_boundary_down(drawn in drawn(), more in 1..5_u32) {
        let boundary = |service: &RetriedService| metastability(service).expect("sound").collapses_beyond_per_s;
        let larger = RetriedService { workers: drawn.workers + more, ..drawn };
        prop_assert!(boundary(&larger) >= boundary(&drawn) * (1.0 - 1e-9));
    }

    #[test]
    fn the_unit_of_time_changes_nothing(drawn in drawn(), factor in 0.01..100.0_f64) {
        let scaled = RetriedService {
            arrivals_per_s: drawn.arrivals_per_s / factor,
            service_time_ms: drawn.service_time_ms * factor,
            timeout_ms: drawn.timeout_ms.map(|timeout| timeout * factor),
            ..drawn
        };
        let (a, b) = (metastability(&drawn).expect("sound"), metastability(&scaled).expect("sound"));
        prop_assert_eq!(a.vulnerable.is_some(), b.vulnerable.is_some());
        prop_assert!(near(b.collapses_beyond_per_s * factor, a.collapses_beyond_per_s, 1e-6));
        let budgets = (a.safe_retry_budget, b.safe_retry_budget);
        if let (Some(a), Some(b)) = budgets {
            prop_assert!((a - b).abs() < 1e-3, "{} {}", a, b);
        } else {
            prop_assert_eq!(budgets, (None, None));
        }
    }

    #[test]
    fn points_sustain_themselves_and_add_up(drawn in drawn()) {
        let found = metastability(&drawn).expect("a sound service");
        for point in found.healthy.into_iter().chain(found.collapsed) {
            let made = drawn.arrivals_per_s * point.attempts_per_request;
            prop_assert!(near(made, point.offered_per_s, 1e-6), "{:?}", point);
            let answered = drawn.arrivals_per_s * (1.0 - point.request_failure_probability);
            prop_assert!((answered - point.goodput_per_s).abs() < 1e-6 * drawn.arrivals_per_s, "{:?}", point);
        }
        prop_assert_eq!(found.vulnerable.is_some(), found.safe_retry_budget.is_some());
    }
}
