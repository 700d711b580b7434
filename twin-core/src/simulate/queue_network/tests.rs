//! Networks that can be computed by hand, and networks against iteration of the traffic equations.

use proptest::prelude::*;

use super::*;

fn station(id: &str, external: f64, rate: f64, servers: u32) -> NetworkStation {
    NetworkStation { id: id.to_owned(), external_arrivals_per_s: external, service_rate_per_s: rate, servers }
}

fn route(from: &str, to: &str, probability: f64) -> Route {
    Route { from: from.to_owned(), to: to.to_owned(), probability }
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs()
}

#[test]
fn a_station_that_sends_half_back_to_itself_sees_twice_as_much() {
    let found = queue_network(&[station("a", 1.0, 4.0, 1)], &[route("a", "a", 0.25), route("a", "a", 0.25)]);
    let found = found.expect("a sound network");
    assert!(near(found.stations[0].arrival_rate_per_s, 2.0), "{found:?}");
    assert!(near(found.mean_in_network.expect("stable"), 1.0), "{found:?}");
    assert!(near(found.mean_time_in_network_ms.expect("stable"), 1000.0), "{found:?}");
    assert_eq!(found.bottleneck.as_deref(), Some("a"));
}

#[test]
fn what_nothing_reaches_waits_for_nothing() {
    let stations = [station("a", 0.0, 1.0, 2), station("b", 0.0, 1.0, 1)];
    let found = queue_network(&stations, &[route("a", "b", 1.0), route("b", "a", 1.0)]).expect("a sound network");
    let steady = found.stations[1].queue.steady.expect("stable");
    assert_eq!((steady.mean_wait_ms, found.mean_in_network, found.mean_time_in_network_ms), (0.0, Some(0.0), None));
    let empty = queue_network(&[], &[]).expect("no network");
    assert_eq!((empty.stable, empty.mean_in_network, empty.bottleneck), (true, Some(0.0), None));
}

#[test]
fn equals_give_way_in_their_order_and_overload_is_a_verdict() {
    let stations = [station("z", 1.0, 2.0, 1), station("a", 1.0, 2.0, 1)];
    assert_eq!(queue_network(&stations, &[]).expect("a sound network").bottleneck.as_deref(), Some("z"));
    let overload = [station("a", 2.0, 9.0, 1), station("b", 0.0, 1.0, 2)];
    let found = queue_network(&overload, &[route("a", "b", 1.0)]).expect("a sound network");
    assert_eq!((found.stable, found.mean_in_network, found.stations[1].queue.stable), (false, None, false));
    assert_eq!(found.bottleneck.as_deref(), Some("b"));
}

#[test]
fn misuse_names_what_is_wrong() {
    let two = [station("a", 1.0, 2.0, 1), station("b", 0.0, 2.0, 1)];
    let cases: [(&[NetworkStation], Vec<Route>, &str); 7] = [
        (&two, vec![route("a", "c", 0.5)], "unknown station of a route \"c\""),
        (&two, vec![route("a", "b", 1.5)], "route from \"a\" to \"b\" is 1.5"),
        (&two, vec![route("a", "b", 0.7), route("a", "a", 0.7)], "routes from station \"a\" add up to 1.4"),
        (&two, vec![route("a", "b", 0.5), route("b", "b", 1.0)], "requests that reach \"b\" (1 stations) never leave"),
        (&[station("a", 1.0, 2.0, 1), station("a", 0.0, 2.0, 1)], vec![], "\"a\" is given twice"),
        (&[station("a", -1.0, 2.0, 1)], vec![], "external_arrivals_per_s of station \"a\" is -1"),
        (&[station("a", 1.0, 0.0, 1)], vec![], "station \"a\": service_rate_per_s is 0"),
    ];
    for (stations, routes, told) in cases {
        let error = queue_network(stations, &routes).expect_err("misuse").to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn large_networks_are_solved_circle_by_circle() {
    let chain = 50_000;
    let stations: Vec<NetworkStation> =
        (0..chain).map(|place| station(&place.to_string(), f64::from(u8::from(place == 0)), 3.0, 1)).collect();
    let name = |place: i32| place.to_string();
    let ahead = (1..chain).map(|place| route(&name(place - 1), &name(place), 1.0));
    let routes: Vec<Route> = ahead.chain([route(&name(chain - 1), &name(chain - 1), 0.5)]).collect();
    let found = queue_network(&stations, &routes).expect("a sound network");
    assert!(near(found.stations[chain as usize - 1].arrival_rate_per_s, 2.0));
    let back = route(&name(chain - 1), "0", 0.1);
    let circle: Vec<Route> = routes.into_iter().chain([back]).collect();
    assert_eq!(queue_network(&stations, &circle).expect_err("too large").kind().code(), "limit");
}

type Drawn = (Vec<f64>, Vec<(usize, usize, f64)>);

fn drawn() -> impl Strategy<Value = Drawn> {
    (1..8_usize).prop_flat_map(|size| {
        let outside = prop::collection::vec(prop_oneof![Just(0.0), 0.1..5.0_f64], size);
        (outside, prop::collection::vec((0..size, 0..size, 0.0..0.2_f64), 0..20))
    })
}

proptest! {
    #[test]
    fn traffic_is_where_passing_it_on_ends((outside, ways) in drawn()) {
        let name = |place: usize| format!("s{place}");
        let stations: Vec<NetworkStation> =
            outside.iter().enumerate().map(|(place, rate)| station(&name(place), *rate, 1e4, 1)).collect();
        let mut totals = vec![0.0; outside.len()];
        let ways: Vec<(usize, usize, f64)> = ways.into_iter().filter(|(from, _, share)| {
            totals[*from] += share;
            totals[*from] < 0.95
        }).collect();
        let routes: Vec<Route> = ways.iter().map(|(from, to, share)| route(&name(*from), &name(*to), *share)).collect();
        let mut rates = outside.clone();
        for _ in 0..2000 {
            let mut next = outside.clone();
            ways.iter().for_each(|(from, to, share)| next[*to] += rates[*from] * share);
            rates = next;
        }
        let found = queue_network(&stations, &routes).expect("a sound network");
        for (station, rate) in found.stations.iter().zip(rates) {
            prop_assert!((station.arrival_rate_per_s - rate).abs() <= 1e-9 * rate, "{found:?}");
        }
    }
}
