//! Stations whose answer is known in closed form or by adding up states, and what must hold of all.

use proptest::prelude::*;

use super::*;

fn steady(station: &Station) -> Steady {
    queue(station).expect("a sound station").steady.expect("stable")
}

fn near(found: f64, expected: f64, relative: f64) -> bool {
    (found - expected).abs() <= relative * expected.abs() + 1e-300
}

#[test]
fn one_exponential_server_in_closed_form() {
    let station = Station::markov(3.0, 4.0, 1);
    let (found, steady) = (queue(&station).expect("a sound station"), steady(&station));
    assert!(near(steady.mean_wait_ms, 750.0, 1e-12) && near(steady.mean_response_ms, 1000.0, 1e-12));
    assert!(near(steady.mean_queue_length, 2.25, 1e-12) && near(steady.mean_in_system, 3.0, 1e-12));
    for share in [0.0, 0.1, 0.5, 0.9, 0.999] {
        let response = found.response_quantile_ms(share).expect("a share").expect("exponential");
        assert!(near(response, -1000.0 * (1.0_f64 - share).ln(), 1e-12), "{share}: {response}");
        let wait = found.wait_quantile_ms(share).expect("a share").expect("exponential");
        assert!(near(wait, 1000.0 * (0.75 / (1.0 - share)).ln().max(0.0), 1e-12), "{share}: {wait}");
    }
}

#[test]
fn two_servers_in_closed_form() {
    // Load 1 on two servers: C = 1/3, the wait has rate 1.
    let found = queue(&Station::markov(1.0, 1.0, 2)).expect("a sound station");
    let steady = found.steady.expect("stable");
    assert!(near(steady.p_wait.expect("told"), 1.0 / 3.0, 1e-14) && near(steady.mean_wait_ms, 1e3 / 3.0, 1e-12));
    // The rates of wait and service are equal: 1 - e^(-t) (1 + t / 3) is the share within t.
    let share = 1.0 - (-2.0_f64).exp() * (1.0 + 2.0 / 3.0);
    assert!(near(found.response_quantile_ms(share).expect("a share").expect("told"), 2000.0, 1e-12));
}

#[test]
fn the_spread_of_service_scales_the_wait() {
    let with = |service_cv: f64, servers: u32| Station { service_cv, ..Station::markov(8.0, 10.0, servers) };
    assert!(near(steady(&with(0.0, 1)).mean_wait_ms, 200.0, 1e-12));
    assert!(near(steady(&with(2.0, 1)).mean_wait_ms, 1000.0, 1e-12));
    let model = |service_cv, servers| queue(&with(service_cv, servers)).expect("a sound station").model;
    assert_eq!([model(1.0, 1), model(0.5, 1), model(0.5, 2)], [QueueModel::MMc, QueueModel::MG1, QueueModel::MGc]);
    let (spread, plain) = (steady(&with(2.0, 3)), steady(&with(1.0, 3)));
    assert!(near(spread.mean_wait_ms, 2.5 * plain.mean_wait_ms, 1e-12) && spread.p_wait.is_none());
    let quantile = queue(&with(2.0, 3)).expect("a sound station").wait_quantile_ms(0.9).expect("a share");
    assert_eq!(quantile, None);
}

#[test]
fn overload_is_a_verdict_and_no_number() {
    for station in [Station::markov(10.0, 5.0, 2), Station::markov(11.0, 5.0, 2)] {
        let found = queue(&station).expect("a sound station");
        assert_eq!((found.stable, found.steady), (false, None));
        assert_eq!(found.response_quantile_ms(0.5).expect("a share"), None);
    }
    let idle = steady(&Station::markov(0.0, 5.0, 2));
    assert_eq!((idle.p_wait, idle.mean_wait_ms, idle.mean_in_system), (Some(0.0), 0.0, 0.0));
}

#[test]
fn thousands_of_servers_neither_overflow_nor_wait_long() {
    let busy = steady(&Station::markov(4990.0, 1.0, 5000));
    assert!(busy.p_wait.is_some_and(|p_wait| (0.5..0.95).contains(&p_wait)), "{busy:?}");
    assert_eq!(steady(&Station::markov(100.0, 1.0, 50_000)).p_wait, Some(0.0));
    let bounded = Station { capacity: Some(9000), ..Station::markov(1e9, 1.0, 5000) };
    let full = steady(&bounded);
    assert!(near(full.throughput_per_s, 5000.0, 1e-9) && near(full.mean_queue_length, 4000.0, 1e-5), "{full:?}");
}

#[test]
fn misuse_names_the_field() {
    let station = Station::markov(1.0, 2.0, 1);
    for (wrong, told) in [
        (Station { arrivals_per_s: -1.0, ..station }, "arrivals_per_s is -1"),
        (Station { arrivals_per_s: f64::NAN, ..station }, "arrivals_per_s is NaN"),
        (Station { service_rate_per_s: 0.0, ..station }, "service_rate_per_s is 0"),
        (Station { service_cv: f64::INFINITY, ..station }, "service_cv is inf"),
        (Station { servers: 0, ..station }, "servers is 0"),
        (Station { servers: u32::MAX, ..station }, "servers of one station"),
        (Station { capacity: Some(3), service_cv: 0.5, ..station }, "service_cv is 0.5 beside a capacity"),
    ] {
        let error = queue(&wrong).expect_err("misuse").to_string();
        assert!(error.contains(told), "{error}");
    }
    let sound = queue(&station).expect("a sound station");
    assert!(sound.wait_quantile_ms(1.0).is_err() && sound.response_quantile_ms(f64::NAN).is_err());
}

#[test]
fn headroom_is_where_the_objective_just_holds() {
    let station = Station::markov(2.0, 10.0, 1);
    let found = |objective| headroom(&station, objective).expect("a sound question");
    assert!(near(found(Objective::MeanResponse { ms: 500.0 }).arrivals_per_s, 8.0, 1e-12));
    assert_eq!(found(Objective::MeanResponse { ms: 500.0 }).factor.map(f64::round), Some(4.0));
    assert!(near(
        found(Objective::ResponseQuantile { share: 0.9, ms: 1000.0 * 10.0_f64.ln() }).arrivals_per_s,
        9.0,
        1e-9
    ));
    assert!(near(found(Objective::MeanWait { ms: 100.0 }).arrivals_per_s, 5.0, 1e-12));
    assert_eq!(found(Objective::MeanResponse { ms: 99.0 }).arrivals_per_s, 0.0);
    assert_eq!(found(Objective::Stable).arrivals_per_s, 10.0);
    let spread = Station { service_cv: 0.5, ..station };
    assert!(headroom(&spread, Objective::WaitQuantile { share: 0.9, ms: 1.0 }).is_err());
    assert!(headroom(&spread, Objective::MeanWait { ms: f64::NAN }).is_err());
    assert!(headroom(&Station { capacity: Some(2), ..station }, Objective::Stable).is_err());
}

#[test]
fn the_busiest_gives_way_first() {
    let stations = [Station::markov(1.0, 2.0, 1), Station::markov(9.0, 5.0, 2), Station::markov(2.0, 2.0, 2)];
    assert_eq!(bottlenecks(&stations).expect("sound stations"), [1, 0, 2]);
    assert!(bottlenecks(&[Station::markov(1.0, 0.0, 1)]).is_err());
}

/// The states of a birth-death chain, weighed one by one.
fn states(load: f64, servers: u32, last: u32) -> Vec<f64> {
    let mut weights = vec![1.0];
    for state in 1..=last {
        weights.push(weights[state as usize - 1] * load / f64::from(state.min(servers)));
    }
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

fn waiting(states: &[f64], servers: u32) -> f64 {
    states.iter().zip(0..).map(|(weight, state): (&f64, u32)| weight * f64::from(state.saturating_sub(servers))).sum()
}

proptest! {
    #[test]
    fn a_bound_gives_what_adding_up_states_gives(load in 0.01..9.0_f64, servers in 1..6_u32, capacity in 0..12_u32) {
        let station = Station { capacity: Some(capacity), ..Station::markov(load * 2.0, 2.0, servers) };
        let (found, states) = (steady(&station), states(load, servers, capacity));
        let full = states[capacity as usize];
        prop_assert!(near(found.p_block, full, 1e-9));
        prop_assert!(near(found.throughput_per_s, load * 2.0 * states[..capacity as usize].iter().sum::<f64>(), 1e-9));
        prop_assert!((found.mean_queue_length - waiting(&states, servers)).abs() < 1e-12);
    }

    #[test]
    fn without_a_bound_it_is_a_very_far_one(utilization in 0.01..0.9_f64, servers in 1..9_u32) {
        let load = utilization * f64::from(servers);
        let (found, states) = (steady(&Station::markov(load, 1.0, servers)), states(load, servers, 2000));
        prop_assert!(near(found.p_wait.expect("told"), states[servers as usize..].iter().sum(), 1e-9));
        prop_assert!(near(found.mean_queue_length, waiting(&states, servers), 1e-8));
    }

    #[test]
    fn time_in_another_unit_scales_waits_and_another_server_never_lengthens_them(
        load in 0.01..0.99_f64, servers in 1..9_u32, factor in 0.01..100.0_f64, share in 0.0..0.999_f64,
    ) {
        let of = |unit: f64, servers: u32, more: u32| Station::markov(load * f64::from(servers) / unit, 1.0 / unit, servers + more);
        let quantiles = |station: Station| {
            let found = queue(&station).expect("a sound station");
            let wait = found.wait_quantile_ms(share).expect("a share").expect("told");
            (wait, found.response_quantile_ms(share).expect("a share").expect("told"))
        };
        let (once, scaled) = (quantiles(of(1.0, servers, 0)), quantiles(of(factor, servers, 0)));
        prop_assert!((scaled.0 - once.0 * factor).abs() <= 1e-8 * scaled.1);
        prop_assert!(near(scaled.1, once.1 * factor, 1e-9));
        let more = quantiles(of(1.0, servers, 1));
        prop_assert!(more.0 <= once.0 && more.1 <= once.1 * (1.0 + 1e-12));
    }
}
