//! Estates that can be computed by hand, small ones against all of their states, and what must hold of all.

use proptest::prelude::*;

use super::*;

fn one(id: &str) -> Requirement {
    Requirement::component(id)
}

fn all(parts: &[&str]) -> Requirement {
    Requirement::All(parts.iter().map(|id| one(id)).collect())
}

fn any(parts: &[&str]) -> Requirement {
    Requirement::Any(parts.iter().map(|id| one(id)).collect())
}

fn at_least(k: usize, parts: &[&str]) -> Requirement {
    Requirement::AtLeast { k, of: parts.iter().map(|id| one(id)).collect() }
}

fn up(id: &str, availability: f64) -> Component {
    Component::new(id, availability)
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-12 * expected.abs()
}

fn found(components: &[Component], entry: &str) -> Availability {
    availability(components, entry).expect("a sound estate")
}

#[test]
fn estates_that_can_be_computed_by_hand() {
    let (a, b, c) = (up("a", 0.9), up("b", 0.8), up("c", 0.7));
    let of = |requirement: Requirement| [up("s", 1.0).requiring(requirement), a.clone(), b.clone(), c.clone()];
    let cases = [
        (one("a"), 0.1),
        (all(&["a", "b"]), 1.0 - 0.72),
        (any(&["a", "b", "c"]), 0.006),
        (at_least(2, &["a", "b", "c"]), 0.1 * 0.2 * 0.3 + 0.9 * 0.2 * 0.3 + 0.1 * 0.8 * 0.3 + 0.1 * 0.2 * 0.7),
        (at_least(0, &["a"]), 0.0),
        (at_least(3, &["a", "b", "c"]), 1.0 - 0.9 * 0.8 * 0.7),
        (at_least(2, &["a", "a", "b"]), 0.1),
        (all(&[]), 0.0),
        (any(&[]), 1.0),
        (Requirement::Any(vec![one("a"), all(&["a", "b"])]), 0.1),
        (Requirement::All(vec![any(&["a", "b"]), any(&["a", "c"])]), 0.1 * (1.0 - 0.8 * 0.7)),
    ];
    for (requirement, unavailability) in cases {
        let estate = of(requirement);
        let found = found(&estate, "s");
        assert!(near(found.unavailability, unavailability), "{:?}: {found:?}", estate[0].requires);
        assert!(near(found.availability, 1.0 - unavailability));
        assert!(near(found.downtime_minutes_per_month, unavailability * 43_200.0));
    }
}

#[test]
fn what_is_shared_fails_once() {
    let lb = up("lb", 0.99).requiring(any(&["a", "b"]));
    let replicas = ["a", "b"].map(|id| up(id, 0.9).requiring(all(&["zone"])));
    let found = found(&[lb, replicas[0].clone(), replicas[1].clone(), up("zone", 0.95)], "lb");
    assert!(near(found.availability, 0.99 * 0.95 * 0.99), "{found:?}");
    let importance: Vec<(&str, f64)> =
        found.importance.iter().map(|row| (row.component.as_str(), row.birnbaum)).collect();
    let expected = [("zone", 0.99 * 0.99), ("lb", 0.95 * 0.99), ("a", 0.99 * 0.95 * 0.1), ("b", 0.99 * 0.95 * 0.1)];
    for ((id, birnbaum), (name, value)) in importance.iter().zip(expected) {
        assert!(*id == name && (birnbaum - value).abs() < 1e-12, "{importance:?}");
    }
    assert!(near(found.importance[0].downtime_minutes_per_month, 0.99 * 0.99 * 0.05 * 43_200.0));
}

#[test]
fn what_cannot_change_the_entry_is_left_out() {
    let estate = [
        up("s", 0.9).requiring(Requirement::Any(vec![one("a"), all(&["a", "b"])])),
        up("a", 1.0),
        up("b", 0.5),
        up("elsewhere", 0.5),
    ];
    let importance = found(&estate, "s").importance;
    assert_eq!(importance.iter().map(|row| row.component.as_str()).collect::<Vec<_>>(), ["s", "a"]);
}

#[test]
fn rare_failures_keep_their_digits() {
    let estate: Vec<Component> = [up("s", 1.0).requiring(any(&["a", "b"])), up("a", 0.999_999_999_9)]
        .into_iter()
        .chain([Component::with_unavailability("b", 1e-13)])
        .collect();
    assert!(near(found(&estate, "s").unavailability, 1e-23));
    let chain = [up("s", 0.999_999_9).requiring(one("a")), up("a", 0.999_999_999_999)];
    assert!(near(found(&chain, "s").unavailability, 1e-7 + 1e-12 - 1e-19));
    assert_eq!([complement(0.99999), complement(1.0), complement(0.0), complement(1e-300)], [1e-5, 0.0, 1.0, 1.0]);
}

#[test]
fn circles_fall_only_with_one_of_them() {
    let estate = [up("a", 0.9).requiring(one("b")), up("b", 0.8).requiring(one("a")), up("c", 0.5).requiring(one("c"))];
    assert!(near(found(&estate, "a").availability, 0.72));
    assert!(near(found(&estate, "c").availability, 0.5));
    let spare = [
        up("a", 0.9).requiring(any(&["b", "c"])),
        up("b", 0.8).requiring(any(&["a", "c"])),
        up("c", 0.5).requiring(one("b")),
    ];
    assert!(near(found(&spare, "a").availability, 0.72));
}

#[test]
fn misuse_names_the_component() {
    let cases: [(Vec<Component>, &str); 7] = [
        (vec![], "unknown component \"s\""),
        (vec![up("s", 1.2)], "availability of component \"s\" is 1.2"),
        (vec![up("s", f64::NAN)], "availability of component \"s\" is NaN"),
        (vec![up("s", 0.5), up("s", 0.5)], "\"s\" is given twice"),
        (vec![up("s", 0.5).requiring(one("t"))], "required by component \"s\": unknown component \"t\""),
        (vec![up("s", 0.5).requiring(at_least(2, &["s"]))], "k is 2 of 1 that component \"s\" requires"),
        (vec![Component { unavailability: 0.1, ..up("s", 0.5) }], "must sum to 1"),
    ];
    for (components, told) in cases {
        let error = availability(&components, "s").expect_err("misuse").to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn depth_and_width_cost_no_stack() {
    let nested = (0..200_000).fold(one("a"), |inner, _| Requirement::All(vec![inner]));
    let found_nested = found(&[up("s", 0.5).requiring(nested), up("a", 0.5)], "s");
    assert!(near(found_nested.availability, 0.25));
    let chain = |size: usize, last: usize| {
        let next = |place: usize| if place + 1 == size { last } else { place + 1 };
        let components =
            (0..size).map(|place| up(&place.to_string(), 0.999_99).requiring(any(&[&next(place).to_string()])));
        found(&components.collect::<Vec<Component>>(), "0").availability
    };
    assert!((chain(20_000, 19_999) - 0.999_99_f64.powi(20_000)).abs() < 1e-9);
    assert!((chain(300, 0) - 0.999_99_f64.powi(300)).abs() < 1e-9);
    let twice = Requirement::AtLeast { k: 50_000, of: (0..100_000).map(|_| one("a")).collect() };
    assert!(near(found(&[up("s", 1.0).requiring(twice), up("a", 0.5)], "s").availability, 0.5));
}

/// A grid of any and all, of which no order makes a small diagram: every row must have a column that it shares with another.
fn tangle(size: usize) -> Vec<Component> {
    let name = |row: usize, column: usize| format!("x{row}_{column}");
    let rows = (0..size).map(|row| Requirement::Any((0..size).map(|column| one(&name(row, column))).collect()));
    let columns = (0..size).map(|column| Requirement::Any((0..size).map(|row| one(&name(row, column))).collect()));
    let parts = (0..size * size).map(|place| up(&name(place / size, place % size), 0.9));
    [up("s", 0.99).requiring(Requirement::All(rows.chain(columns).collect()))].into_iter().chain(parts).collect()
}

#[test]
fn over_the_budget_bounds_hold_for_sure() {
    let estate = tangle(3);
    let exactly = found(&estate, "s");
    for (states, widest) in [(1, 1.0), (20, 0.2), (2_000, 1e-3)] {
        let found = availability_within(&estate, "s", Budget { nodes: 40, states }).expect("a sound estate");
        let bounds = found.unavailability_bounds.expect("over the budget");
        assert!(bounds.kind == IntervalKind::Bounds && bounds.low <= exactly.unavailability * (1.0 + 1e-12));
        assert!(
            exactly.unavailability <= bounds.high * (1.0 + 1e-12) && bounds.high - bounds.low <= widest,
            "{bounds:?}"
        );
        assert!(found.importance.is_empty());
    }
    let small = Budget { nodes: 20_000, states: 500 };
    let large = availability_within(&tangle(12), "s", small).expect("a sound estate");
    assert!(large.unavailability_bounds.is_some_and(|bounds| bounds.low >= 0.01 && bounds.high < 1.0), "{large:?}");
}

/// A component is up in a state of all components if it did not fail and has what it requires; where that goes in circles, nothing is down without a cause.
fn is_up(estate: &[Component], state: u32, entry: usize) -> bool {
    let mut up: Vec<bool> = (0..estate.len()).map(|place| state >> place & 1 == 1).collect();
    let holds =
        |requirement: &Option<Requirement>, up: &[bool]| requirement.as_ref().is_none_or(|it| met(estate, it, up));
    for _ in 0..estate.len() {
        up = (0..estate.len()).map(|place| up[place] && holds(&estate[place].requires, &up)).collect();
    }
    up[entry]
}

fn met(estate: &[Component], requirement: &Requirement, up: &[bool]) -> bool {
    match requirement {
        Requirement::Component(id) => estate.iter().zip(up).any(|(component, up)| component.id == *id && *up),
        Requirement::All(parts) => parts.iter().all(|part| met(estate, part, up)),
        Requirement::Any(parts) => parts.iter().any(|part| met(estate, part, up)),
        Requirement::AtLeast { k, of } => of.iter().filter(|part| met(estate, part, up)).count() >= *k,
    }
}

/// The probability of being up over all states in which the last argument, if there is one, is as it says.
fn naive(estate: &[Component], fixed: Option<(usize, bool)>) -> f64 {
    let states =
        (0..1_u32 << estate.len()).filter(|state| fixed.is_none_or(|(place, up)| (state >> place & 1 == 1) == up));
    let chance = |state: u32| {
        let others = estate.iter().enumerate().filter(|(place, _)| fixed.is_none_or(|(at, _)| at != *place));
        others
            .map(|(place, it)| if state >> place & 1 == 1 { it.availability } else { it.unavailability })
            .product::<f64>()
    };
    states.filter(|state| is_up(estate, *state, 0)).map(chance).sum()
}

fn requirement(size: usize) -> impl Strategy<Value = Requirement> {
    let leaf = (0..size).prop_map(|place| one(&place.to_string()));
    leaf.prop_recursive(3, 12, 4, |inner| {
        let parts = prop::collection::vec(inner, 0..4);
        prop_oneof![
            parts.clone().prop_map(Requirement::All),
            parts.clone().prop_map(Requirement::Any),
            (parts, 0..4_usize).prop_map(|(of, k)| Requirement::AtLeast { k: k.min(of.len()), of }),
        ]
    })
}

fn estate() -> impl Strategy<Value = Vec<Component>> {
    (1..8_usize).prop_flat_map(|size| {
        let chance = prop_oneof![Just(0.0), Just(1.0), 0.0..1.0_f64];
        let drawn = prop::collection::vec((chance, prop::option::of(requirement(size))), size);
        drawn.prop_map(|drawn| {
            let named = drawn.into_iter().enumerate();
            named.map(|(place, (chance, requires))| Component { requires, ..up(&place.to_string(), chance) }).collect()
        })
    })
}

proptest! {
    #[test]
    fn diagrams_and_bounds_give_what_all_states_give(estate in estate()) {
        let (exactly, truth) = (found(&estate, "0"), naive(&estate, None));
        prop_assert!((exactly.availability - truth).abs() < 1e-12 && exactly.unavailability_bounds.is_none());
        prop_assert!((exactly.availability + exactly.unavailability - 1.0).abs() < 1e-12);
        for place in 0..estate.len() {
            let matters = (0..1_u32 << estate.len())
                .any(|state| is_up(&estate, state | 1 << place, 0) != is_up(&estate, state & !(1 << place), 0));
            let told = exactly.importance.iter().find(|row| row.component == estate[place].id);
            prop_assert_eq!(told.is_some(), matters);
            let gain = naive(&estate, Some((place, true))) - naive(&estate, Some((place, false)));
            prop_assert!((told.map_or(0.0, |row| row.birnbaum) - gain).abs() < 1e-12);
        }
        for states in [1, 3, 5_000] {
            let found = availability_within(&estate, "0", Budget { nodes: 0, states }).expect("a sound estate");
            let bounds = found.unavailability_bounds.expect("no budget");
            prop_assert!(bounds.low - 1e-12 <= 1.0 - truth && 1.0 - truth <= bounds.high + 1e-12);
            prop_assert!(states < 5_000 || bounds.high - bounds.low < 1e-12);
        }
    }

    #[test]
    fn every_order_of_variables_gives_the_same(estate in estate()) {
        let structure = Structure::new(&estate).expect("a sound estate");
        let first = found(&estate, "0").unavailability;
        for arrangement in Arrangement::ALL {
            let visit = Visit::new(&structure, 0, arrangement);
            let diagram = Diagram::new(&structure, &visit, 100_000).expect("small");
            prop_assert!((diagram.chances(&structure, &visit).down - first).abs() < 1e-12);
            let visit = visit.upwards();
            let Some(frontier) = Frontier::of(&structure, &visit) else { continue };
            let levels = frontier.levels();
            let states: usize = levels.levels.iter().map(Vec::len).sum();
            prop_assert!(states as f64 <= frontier.most_states);
            let diagram = Diagram::of(&levels, 100_000).expect("small");
            prop_assert!((diagram.chances(&structure, &visit).down - first).abs() < 1e-12);
        }
    }

    #[test]
    fn one_more_replica_never_lowers_availability(estate in estate(), chance in 0.0..1.0_f64) {
        let before = found(&estate, "0").availability;
        let mut more = estate;
        let instead = |requirement| Requirement::Any(vec![requirement, one("spare")]);
        more[0].requires = more[0].requires.take().map(instead);
        more.push(up("spare", chance));
        prop_assert!(found(&more, "0").availability >= before - 1e-12);
    }
}

/// Each needs one of two that follow, and two of three further on.
fn entangled(count: usize) -> Vec<Component> {
    let part = |at: usize| {
        let of = |far: &[usize]| -> Vec<Requirement> {
            let others = far.iter().map(|far| at + far).filter(|other| *other < count);
            others.map(|other| one(&other.to_string())).collect()
        };
        let (any, three) = (of(&[1, 3]), of(&[4, 6, 7]));
        let any = if any.is_empty() { Vec::new() } else { vec![Requirement::Any(any)] };
        let two = if three.len() < 3 { Vec::new() } else { vec![Requirement::AtLeast { k: 2, of: three }] };
        up(&at.to_string(), 0.9).requiring(Requirement::All(any.into_iter().chain(two).collect()))
    };
    (0..count).map(part).collect()
}

#[test]
fn what_is_entangled_takes_few_states_where_little_is_shared_at_a_time() {
    let estate = entangled(60);
    let structure = Structure::new(&estate).expect("a sound estate");
    let visit = Visit::new(&structure, 0, Arrangement::FirstMet).upwards();
    let frontier = Frontier::of(&structure, &visit).expect("no circles");
    let states: usize = frontier.levels().levels.iter().map(Vec::len).sum();
    assert!(states as f64 <= frontier.most_states && frontier.most_states <= 60.0 * 128.0, "{states}");
    let found = found(&estate, "0");
    let diagram = Diagram::new(&structure, &Visit::new(&structure, 0, Arrangement::FirstMet), 500_000).expect("small");
    let truth = diagram.chances(&structure, &Visit::new(&structure, 0, Arrangement::FirstMet));
    assert!((found.unavailability / truth.down - 1.0).abs() < 1e-12 && found.importance.len() == 60);
}
