//! Costs on cases made by hand, and against the plainest ways to split.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::base::{Amount, ErrorKind};

fn map<T: Clone>(pairs: &[(&str, T)]) -> BTreeMap<String, T> {
    pairs.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect()
}

fn ids(names: &str) -> Vec<String> {
    names.split_whitespace().map(str::to_owned).collect()
}

fn pool(cost_cents: i64, split: CostSplit, targets: &str) -> CostPool {
    CostPool { id: "pool".to_owned(), cost_cents, split, targets: ids(targets) }
}

fn weighted(pairs: &[(&str, u64)]) -> CostSplit {
    CostSplit::Weighted(map(pairs))
}

#[test]
fn pools_are_split_to_the_cent() {
    let largest = i64::MAX;
    let cases = [
        // The fractions are equal: the smaller id gets the cent that is left.
        (pool(100, CostSplit::Even, "c a b"), vec![("a", 34), ("b", 33), ("c", 33)]),
        (pool(101, CostSplit::Even, "c a b"), vec![("a", 34), ("b", 34), ("c", 33)]),
        (pool(-100, CostSplit::Even, "a b c"), vec![("a", -33), ("b", -33), ("c", -34)]),
        (pool(10, CostSplit::Proportional, "a b"), vec![("a", 3), ("b", 7)]),
        (pool(10, CostSplit::Proportional, "a nobody"), vec![("a", 10), ("nobody", 0)]),
        // Without any direct cost: evenly.
        (pool(10, CostSplit::Proportional, "x y"), vec![("x", 5), ("y", 5)]),
        // 2.5, 2.5 and 5: both halves want the cent.
        (pool(10, weighted(&[("a", 1), ("b", 1), ("c", 2)]), "b a c"), vec![("a", 3), ("b", 2), ("c", 5)]),
        (pool(7, weighted(&[("a", 0), ("b", 0)]), "a b"), vec![("a", 4), ("b", 3)]),
        (pool(7, weighted(&[("b", 9)]), "a b"), vec![("a", 0), ("b", 7)]),
        (
            pool(largest, weighted(&[("x", u64::MAX), ("y", u64::MAX)]), "x y"),
            vec![("x", (1 << 62)), ("y", (1 << 62) - 1)],
        ),
        (pool(0, CostSplit::Even, "a b"), vec![("a", 0), ("b", 0)]),
        (pool(5, CostSplit::Even, ""), vec![]),
    ];
    let direct = map(&[("a", 30), ("b", 70), ("c", 0)]);
    for (pool, expected) in cases {
        let direct = if pool.cost_cents == largest { BTreeMap::new() } else { direct.clone() };
        let found = allocate_costs(&direct, std::slice::from_ref(&pool)).expect("the pool makes sense");
        assert_eq!(found.allocated_cents["pool"], map(&expected), "{pool:?}");
        let unallocated: i64 = found.unallocated_cents.values().sum();
        assert_eq!(found.total_cents.values().sum::<i64>() + unallocated, found.grand_total_cents, "{pool:?}");
    }
    assert_eq!(allocate_costs(&BTreeMap::new(), &[]).expect("nothing is there"), CostAllocation::default());
}

#[test]
fn pools_that_make_no_sense_are_refused() {
    let cases = [
        (vec![pool(1, CostSplit::Even, "a a")], ErrorKind::Invalid, "names the target a twice"),
        (vec![pool(1, CostSplit::Even, "a"), pool(1, CostSplit::Even, "a")], ErrorKind::Invalid, "two pools"),
        (vec![pool(1, weighted(&[("tagret", 1)]), "target")], ErrorKind::Unknown, "nearest are target"),
        (vec![pool(1, CostSplit::Proportional, "credit")], ErrorKind::Invalid, "-5 cents"),
        (vec![pool(i64::MAX, CostSplit::Even, "a")], ErrorKind::Invalid, "the total of a"),
        (vec![pool(i64::MAX, CostSplit::Even, "b")], ErrorKind::Invalid, "grand total"),
    ];
    let direct = map(&[("a", 30), ("credit", -5)]);
    for (pools, kind, told) in cases {
        let error = allocate_costs(&direct, &pools).expect_err(told);
        assert_eq!(error.kind(), kind, "{told}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

fn split_and_weights() -> impl Strategy<Value = (i64, Vec<u64>)> {
    let weight = prop_oneof![0..5_u64, 0..1000_u64, any::<u64>()];
    (any::<i64>(), vec(weight, 1..40))
}

proptest! {
    /// Whatever is split adds up, nobody is off by a whole cent, and only those with the largest fractions got a cent more.
    #[test]
    fn a_split_is_conserved_and_fair((cost, weights) in split_and_weights()) {
        let named: Vec<(String, u64)> = (0..).map(|number: u32| format!("t{number:03}")).zip(weights).collect();
        let targets: Vec<String> = named.iter().map(|(id, _)| id.clone()).collect();
        let split = CostSplit::Weighted(named.iter().cloned().collect());
        let pool = CostPool { id: "pool".to_owned(), cost_cents: cost, split, targets };
        let found = allocate_costs(&BTreeMap::new(), &[pool]).expect("it makes sense");
        let parts = &found.allocated_cents["pool"];
        prop_assert_eq!(parts.values().map(|cents| i128::from(*cents)).sum::<i128>(), i128::from(cost));
        prop_assert_eq!(found.grand_total_cents, cost);
        let all_zero = named.iter().all(|(_, weight)| *weight == 0);
        let weight = |weight: u64| if all_zero { 1 } else { i128::from(weight) };
        let whole: i128 = named.iter().map(|(_, given)| weight(*given)).sum();
        let mut worst_of_raised = (i128::MAX, String::new());
        let mut best_of_others = (-1, String::new());
        for (id, given) in &named {
            let exact = i128::from(cost) * weight(*given);
            let (floor, remainder) = (exact.div_euclid(whole), exact.rem_euclid(whole));
            let more = i128::from(parts[id]) - floor;
            prop_assert!((0..=1).contains(&more));
            match more {
                1 if remainder <= worst_of_raised.0 => worst_of_raised = (remainder, id.clone()),
                0 if remainder > best_of_others.0 => best_of_others = (remainder, id.clone()),
                _ => {}
            }
        }
        if worst_of_raised.0 < i128::MAX && best_of_others.0 >= 0 {
            prop_assert!(worst_of_raised.0 > best_of_others.0
                || (worst_of_raised.0 == best_of_others.0 && worst_of_raised.1 < best_of_others.1));
        }
    }
}

fn service(id: &str, cost_cents: i64, used_by: &[(&str, &str)]) -> SharedService {
    let share = |(user, share): &(&str, &str)| ((*user).to_owned(), share.parse().expect("a fraction"));
    SharedService { id: id.to_owned(), cost_cents, used_by: used_by.iter().map(share).collect() }
}

#[test]
fn shared_services_pay_each_other() {
    type Case = (Vec<SharedService>, Vec<(&'static str, f64)>, Vec<(&'static str, f64)>);
    let cases: [Case; 5] = [
        (vec![], vec![], vec![("x", 0.0), ("y", 0.0)]),
        (vec![service("a", 90, &[("x", "2/3"), ("y", "1/3")])], vec![("a", 90.0)], vec![("x", 60.0), ("y", 30.0)]),
        // a = 100 + b/4, b = 50 + a/2: a = 900/7, b = 800/7.
        (
            vec![service("a", 100, &[("b", "1/2"), ("x", "1/2")]), service("b", 50, &[("a", "1/4"), ("y", "3/4")])],
            vec![("a", 900.0 / 7.0), ("b", 800.0 / 7.0)],
            vec![("x", 450.0 / 7.0), ("y", 600.0 / 7.0)],
        ),
        // A service that pays half of itself costs twice as much, and a share of nothing is none.
        (
            vec![service("a", 10, &[("a", "1/2"), ("x", "4/8"), ("y", "0/1")])],
            vec![("a", 20.0)],
            vec![("x", 10.0), ("y", 0.0)],
        ),
        // Nearly everything goes round: a solution by subtraction would keep half of its digits.
        (
            vec![
                service("a", 1, &[("b", "99999999/100000000"), ("x", "1/100000000")]),
                service("b", 0, &[("a", "99999999/100000000"), ("y", "1/100000000")]),
            ],
            vec![("a", 1e16 / 199_999_999.0), ("b", 99_999_999e8 / 199_999_999.0)],
            vec![("x", 1e8 / 199_999_999.0), ("y", 99_999_999.0 / 199_999_999.0)],
        ),
    ];
    for (services, loaded, allocated) in cases {
        let found = allocate_reciprocally(&services, &ids("x y")).expect("it makes sense");
        near(&found.loaded_cents, &map(&loaded));
        near(&found.allocated_cents, &map(&allocated));
        assert_eq!(found.sum_cents, services.iter().map(|service| service.cost_cents).sum::<i64>());
    }
}

fn near(found: &BTreeMap<String, f64>, expected: &BTreeMap<String, f64>) {
    assert!(found.keys().eq(expected.keys()), "{found:?} {expected:?}");
    for (id, value) in expected {
        assert!((found[id] - value).abs() <= 1e-12 * value.abs(), "{id}: {} is not {value}", found[id]);
    }
}

#[test]
fn services_that_make_no_sense_are_refused() {
    let tiny = format!("1/{}", u64::MAX);
    let rest = format!("{}/{}", u64::MAX - 1, u64::MAX);
    // Each leaves the least there is to the next, and gives all else back to the first.
    let chained: Vec<SharedService> = (0..20)
        .map(|place| {
            let next = if place == 19 { "x".to_owned() } else { format!("s{:02}", place + 1) };
            service(&format!("s{place:02}"), 1, &[(&next, &tiny), ("s00", &rest)])
        })
        .collect();
    let cases = [
        (vec![service("a", 1, &[("x", "1/3"), ("y", "1/3")])], ErrorKind::Invalid, "add up to 2/3"),
        (vec![service("a", 1, &[("x", "2/3"), ("y", "2/3")])], ErrorKind::Invalid, "add up to 4/3"),
        (vec![service("a", 1, &[])], ErrorKind::Invalid, "add up to 0/1"),
        (vec![service("a", 1, &[("z", "1/1")])], ErrorKind::Unknown, "user of a"),
        (vec![service("x", 1, &[("y", "1/1")])], ErrorKind::Invalid, "x is there twice"),
        (vec![service("a", 1, &[("a", "1/1")])], ErrorKind::Invalid, "pay only each other (a)"),
        (
            vec![
                service("a", 1, &[("b", "1/1")]),
                service("b", 1, &[("c", "1/1")]),
                service("c", 1, &[("b", "1/1")]),
                service("d", 1, &[("x", "1/1")]),
            ],
            ErrorKind::Invalid,
            "3 shared services pay only each other (a, b, c)",
        ),
        (chained, ErrorKind::Invalid, "beyond any number"),
        (vec![service("a", 1, &[("x", "1/1")]); MANY], ErrorKind::Limit, "at most"),
    ];
    for (services, kind, told) in cases {
        let error = allocate_reciprocally(&services, &ids("x y")).expect_err(told);
        assert_eq!(error.kind(), kind, "{told}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

const MANY: usize = 3000;

/// For each service its cost, what targets use of it, and what each service uses.
fn services() -> impl Strategy<Value = Vec<SharedService>> {
    let row = |count: usize| (0..100_000_i64, vec(1..5_u64, 2), vec(0..6_u64, count));
    (1..7_usize).prop_flat_map(move |count| vec(row(count), count)).prop_map(|rows| {
        let row = |(place, (cost_cents, targets, services)): (usize, (i64, Vec<u64>, Vec<u64>))| {
            let whole: u64 = targets.iter().chain(&services).sum();
            let named = ["x", "y"].map(str::to_owned).into_iter().zip(targets);
            let used = (0..).map(|place: u32| format!("s{place}")).zip(services).chain(named);
            let used_by = used.map(|(user, part)| (user, Fraction::new(part, whole).expect("a fraction"))).collect();
            SharedService { id: format!("s{place}"), cost_cents, used_by }
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

/// The plainest way: every service passes on what it was given until there is next to nothing left.
fn passed_on(services: &[SharedService]) -> BTreeMap<String, f64> {
    let mut borne = map(&[("x", 0.0), ("y", 0.0)]);
    let mut held: BTreeMap<&str, f64> =
        services.iter().map(|service| (service.id.as_str(), service.cost_cents as f64)).collect();
    for _ in 0..700 {
        let mut next: BTreeMap<&str, f64> = held.keys().map(|id| (*id, 0.0)).collect();
        for service in services {
            for (user, share) in &service.used_by {
                let part = held[service.id.as_str()] * share.to_f64();
                *next.get_mut(user.as_str()).unwrap_or_else(|| borne.get_mut(user).expect("a target")) += part;
            }
        }
        held = next;
    }
    borne
}

proptest! {
    #[test]
    fn services_pay_what_the_plainest_way_gives(services in services()) {
        let found = allocate_reciprocally(&services, &ids("x y")).expect("it makes sense");
        for (target, cents) in passed_on(&services) {
            prop_assert!((found.allocated_cents[&target] - cents).abs() <= 1e-9 * cents, "{target}");
        }
        let borne: f64 = found.allocated_cents.values().sum();
        prop_assert!((borne - found.sum_cents as f64).abs() <= 1e-12 * borne);
    }
}

fn amount(text: &str) -> Amount {
    Amount::parse(text).expect("an amount")
}

fn placed(id: &str, region: &str, compute: &str) -> PlacedResources {
    let monthly_cost = map(&[("compute", amount(compute)), ("storage", amount("10.00"))]);
    PlacedResources { id: id.to_owned(), region: region.to_owned(), monthly_cost }
}

fn flow(from: &str, to: &str, request_gb: &str, response_gb: &str) -> Traffic {
    let (request_gb, response_gb) = (amount(request_gb), amount(response_gb));
    Traffic { from: from.to_owned(), to: to.to_owned(), request_gb, response_gb }
}

fn prices() -> RegionPrices {
    let factors = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(region, factor)| ((*region).to_owned(), amount(factor))).collect::<BTreeMap<_, _>>()
    };
    let transfer = [("north", "south", "0.02"), ("south", "north", "0.05"), ("north", "west", "0.10")];
    let pair = |(from, to, price): (&str, &str, &str)| ((from.to_owned(), to.to_owned()), amount(price));
    RegionPrices {
        factors: map(&[
            ("compute", factors(&[("north", "1.00"), ("south", "1.25"), ("west", "0")])),
            ("storage", factors(&[("north", "0.80"), ("south", "1.00")])),
        ]),
        transfer_per_gb: transfer.into_iter().map(pair).collect(),
    }
}

fn move_cost(traffic: &[Traffic], moves: &[(&str, &str)]) -> crate::base::Result<RelocationCost> {
    let placed = [placed("a", "north", "100"), placed("b", "south", "50.50")];
    relocation_cost(&placed, traffic, &prices(), &map(moves).into_iter().map(|(id, to)| (id, to.to_owned())).collect())
}

#[test]
fn a_move_changes_prices_and_borders() {
    // Requests go from north to south, responses back.
    let traffic = [flow("a", "b", "100", "1000"), flow("b", "b", "7", "7"), flow("a", "b", "0", "0.5")];
    let texts = |cost: &RelocationCost| {
        let all = [cost.before.resources, cost.before.transfer, cost.after.resources, cost.after.transfer];
        all.map(|amount| amount.to_string())
    };
    type Case<'a> = (&'a [(&'a str, &'a str)], [&'a str; 4], &'a str);
    let cases: [Case<'_>; 4] = [
        (&[], ["170.5", "52.025", "170.5", "52.025"], "0"),
        (&[("a", "north")], ["170.5", "52.025", "170.5", "52.025"], "0"),
        // 125 + 12.50 + 60.50: and nothing crosses a border any more.
        (&[("a", "south")], ["170.5", "52.025", "198", "0"], "-24.525"),
        // They change places: 137.50 + 40.40 + 8.00, and each direction has the other's price.
        (&[("a", "south"), ("b", "north")], ["170.5", "52.025", "185.9", "25.01"], "-11.615"),
    ];
    for (moves, expected, delta) in cases {
        let cost = move_cost(&traffic, moves).expect("the move makes sense");
        assert_eq!(
            (texts(&cost), cost.delta_total.to_string()),
            (expected.map(str::to_owned), delta.to_owned()),
            "{moves:?}"
        );
    }
    let nothing = relocation_cost(&[], &[], &RegionPrices::default(), &BTreeMap::new()).expect("nothing is there");
    assert_eq!(nothing, RelocationCost::default());
}

#[test]
fn moves_that_make_no_sense_are_refused() {
    type Case<'a> = (&'a [Traffic], &'a [(&'a str, &'a str)], ErrorKind, &'a str);
    let large = "79228162514264337593543950335";
    let many = vec![flow("a", "b", large, large); 40];
    let cases: [Case<'_>; 7] = [
        (&[], &[("c", "north")], ErrorKind::Unknown, "named by a move"),
        (&[], &[("a", "nord")], ErrorKind::Unknown, "nearest are north"),
        (&[], &[("a", "east")], ErrorKind::Unknown, "factor of compute"),
        (&[], &[("a", "west")], ErrorKind::Invalid, "must be above 0"),
        (&[flow("a", "c", "1", "1")], &[], ErrorKind::Unknown, "named by a call"),
        (&[flow("a", "b", "1", "-1")], &[], ErrorKind::Invalid, "-1 GB"),
        (&many, &[], ErrorKind::Invalid, "28 digits"),
    ];
    for (traffic, moves, kind, told) in cases {
        let found = move_cost(traffic, moves);
        let error = found.expect_err(told);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
    let twice = [placed("a", "north", "1"), placed("a", "south", "1")];
    let error = relocation_cost(&twice, &[], &prices(), &BTreeMap::new()).expect_err("it is placed twice");
    assert!(error.to_string().contains("a is placed twice"), "{error}");
}
