//! Arrivals against cases made by hand, a slow reference, and what must hold of them all.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn need(entity: usize, on: usize, tolerance: Option<Tolerance>) -> Need {
    Need { entity, on, tolerance, sure: true }
}

/// What comes when: entity, earliest, expected, latest.
fn times(
    dependencies: &Dependencies,
    starts: &[usize],
    until: Option<u64>,
) -> Vec<(usize, u64, Option<u64>, Option<u64>)> {
    let found = arrivals(dependencies, starts, until).expect("sound dependencies");
    found.iter().map(|found| (found.entity, found.earliest_ms, found.expected_ms, found.latest_ms)).collect()
}

#[test]
fn tolerances_add_up_along_the_earliest_way() {
    let exactly = |ms| Some(Tolerance::exactly(ms));
    // 1 needs 0, 2 needs 1; 2 needs 0 too, but goes on longer without it; 3 needs 2, for nobody knows how long.
    let dependencies = Dependencies {
        entities: vec![None, exactly(10), exactly(5), None, None],
        needs: vec![need(1, 0, None), need(2, 1, None), need(2, 0, exactly(40)), need(3, 2, None)],
        groups: Vec::new(),
    };
    let all = [(1, 10, Some(10), Some(10)), (2, 15, Some(15), Some(15)), (3, 15, None, None)];
    assert_eq!(times(&dependencies, &[0], None), all);
    assert_eq!(times(&dependencies, &[0], Some(15)), all[..1]);
    assert_eq!(times(&dependencies, &[0], Some(16)), all);
    assert_eq!(times(&dependencies, &[], None), []);
    assert_eq!(times(&Dependencies::default(), &[], None), []);
    let found = arrivals(&dependencies, &[0], None).expect("sound");
    assert_eq!(found.iter().map(|found| found.sure).collect::<Vec<bool>>(), [true, true, false]);
    let steps: Vec<Step> = found[2].path.clone();
    assert_eq!(
        steps.iter().map(|step| (step.from, step.over)).collect::<Vec<_>>(),
        [(0, Over::Need(0)), (1, Over::Need(1)), (2, Over::Need(3)),]
    );
}

#[test]
fn a_group_falls_with_the_last_member_that_it_can_spare() {
    let exactly = |ms| Some(Tolerance::exactly(ms));
    let of = |needed| Dependencies {
        entities: vec![None, exactly(10), exactly(20), exactly(30), exactly(1)],
        needs: vec![need(1, 0, None), need(2, 0, None), need(3, 0, None)],
        groups: vec![NeedGroup { entity: 4, members: vec![1, 2, 3], needed, tolerance: None }],
    };
    for (needed, at) in [(3, Some(11)), (2, Some(21)), (1, Some(31)), (0, None)] {
        let found = times(&of(needed), &[0], None);
        let at_group = found.iter().find(|(entity, ..)| *entity == 4).map(|(_, at, ..)| *at);
        assert_eq!(at_group, at, "{needed} of 3");
    }
}

#[test]
fn what_is_not_sure_counts_for_the_earliest_time_alone() {
    let needs = vec![
        Need { sure: false, ..need(1, 0, Some(Tolerance::exactly(3))) },
        need(1, 0, Some(Tolerance::between(5, 9))),
    ];
    let dependencies = Dependencies { entities: vec![None; 2], needs, groups: Vec::new() };
    assert_eq!(times(&dependencies, &[0], None), [(1, 3, None, Some(9))]);
    let found = arrivals(&dependencies, &[0], Some(9)).expect("sound");
    assert!(!found[0].sure);
    assert!(arrivals(&dependencies, &[0], Some(10)).expect("sound")[0].sure);
}

#[test]
fn misuse_names_the_place() {
    let sound = || Dependencies { entities: vec![None; 2], ..Dependencies::default() };
    let backwards = Tolerance { least_ms: 5, expected_ms: Some(4), most_ms: None };
    let group = |members: Vec<usize>, needed| vec![NeedGroup { entity: 0, members, needed, tolerance: None }];
    for (dependencies, told) in [
        (Dependencies { needs: vec![need(0, 2, None)], ..sound() }, "need 0 names entity 2"),
        (Dependencies { needs: vec![need(0, 1, Some(backwards))], ..sound() }, "tolerance of need 0"),
        (Dependencies { entities: vec![Some(Tolerance::between(2, 1))], ..sound() }, "tolerance of entity 0"),
        (Dependencies { groups: group(vec![1], 2), ..sound() }, "group 0 needs 2 of 1"),
        (Dependencies { groups: group(vec![1, 1], 1), ..sound() }, "group 0 needs 1 of 2"),
        (Dependencies { groups: group(vec![7], 1), ..sound() }, "group 0 names entity 7"),
    ] {
        let error = arrivals(&dependencies, &[], None).expect_err(told).to_string();
        assert!(error.contains(told), "{error}");
    }
    assert!(arrivals(&sound(), &[2], None).expect_err("no such start").to_string().contains("start 0"));
    let forever = Dependencies { needs: vec![need(1, 0, Some(Tolerance::exactly(u64::MAX)))], ..sound() };
    let chained =
        Dependencies { needs: vec![need(1, 0, Some(Tolerance::exactly(u64::MAX))), need(0, 1, None)], ..sound() };
    assert_eq!(times(&forever, &[0], None), times(&chained, &[0], None));
}

/// Times by asking everybody again until nobody's changes, from never.
fn naive(
    dependencies: &Dependencies,
    starts: &[usize],
    weigh: fn(Option<&Tolerance>) -> Option<u64>,
) -> Vec<Option<u64>> {
    let mut at = vec![None; dependencies.entities.len()];
    starts.iter().for_each(|start| at[*start] = Some(0));
    for _ in 0..=dependencies.entities.len() {
        for (place, need) in dependencies.needs.iter().enumerate() {
            let arrives = at[need.on].zip(weigh(dependencies.tolerance(Over::Need(place)))).map(|(at, more)| at + more);
            at[need.entity] = [at[need.entity], arrives].into_iter().flatten().min();
        }
        for (place, group) in dependencies.groups.iter().enumerate() {
            let mut fallen: Vec<u64> = group.members.iter().filter_map(|member| at[*member]).collect();
            fallen.sort_unstable();
            let spared = group.members.len() - group.needed;
            let falls = fallen.get(spared).filter(|_| group.needed > 0);
            let arrives = falls.zip(weigh(dependencies.tolerance(Over::Group(place)))).map(|(at, more)| at + more);
            at[group.entity] = [at[group.entity], arrives].into_iter().flatten().min();
        }
    }
    at
}

fn drawn() -> impl Strategy<Value = Dependencies> {
    let tolerance = || {
        prop_oneof![
            Just(None),
            (0..5_u64).prop_map(|ms| Some(Tolerance::exactly(ms))),
            (0..5_u64, 0..5_u64).prop_map(|(least, more)| Some(Tolerance::between(least, least + more))),
        ]
    };
    (2..9_usize).prop_flat_map(move |size| {
        let need = (0..size, 0..size, tolerance()).prop_map(|(entity, on, told)| need(entity, on, told));
        let members = prop::collection::btree_set(0..size, 1..4);
        let group = (0..size, members, 0..4_usize, tolerance()).prop_map(|(entity, members, needed, tolerance)| {
            let members: Vec<usize> = members.into_iter().collect();
            NeedGroup { entity, needed: needed.min(members.len()), members, tolerance }
        });
        let entities = prop::collection::vec(tolerance(), size);
        (entities, prop::collection::vec(need, 0..16), prop::collection::vec(group, 0..4))
            .prop_map(|(entities, needs, groups)| Dependencies { entities, needs, groups })
    })
}

proptest! {
    #[test]
    fn times_are_those_that_everybody_agrees_on(dependencies in drawn(), start in 0..2_usize) {
        let found = times(&dependencies, &[start], None);
        let reference = [
            naive(&dependencies, &[start], |told| Some(told.map_or(0, |told| told.least_ms))),
            naive(&dependencies, &[start], |told| told?.expected_ms),
            naive(&dependencies, &[start], |told| told?.most_ms),
        ];
        let mut expected: Vec<_> = (0..dependencies.entities.len()).filter(|entity| *entity != start)
            .filter_map(|entity| {
                let (usual, most) = (reference[1][entity], reference[2][entity]);
                // By then it has come, whatever is expected on other ways.
                let usual = usual.map(|usual| most.map_or(usual, |most| most.min(usual)));
                Some((entity, reference[0][entity]?, usual, most))
            })
            .collect();
        expected.sort_by_key(|(entity, earliest, ..)| (*earliest, *entity));
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn ways_add_up_and_bounds_hold(dependencies in drawn()) {
        for found in arrivals(&dependencies, &[0], None).expect("sound") {
            prop_assert!(found.expected_ms.is_none_or(|expected| found.earliest_ms <= expected));
            prop_assert!(found.latest_ms.is_none_or(|latest| found.earliest_ms <= latest));
            let length: u64 = found.path.iter()
                .map(|step| dependencies.tolerance(step.over).map_or(0, |told| told.least_ms)).sum();
            prop_assert_eq!(length, found.earliest_ms);
            prop_assert_eq!(found.path.first().map(|step| step.from), Some(0));
        }
    }

    #[test]
    fn more_patience_never_brings_it_sooner(dependencies in drawn(), place in 0..16_usize, more in 1..9_u64) {
        let mut patient = dependencies.clone();
        if let Some(need) = patient.needs.get_mut(place) {
            let least = dependencies.tolerance(Over::Need(place)).map_or(0, |told| told.least_ms);
            need.tolerance = Some(Tolerance { least_ms: least + more, expected_ms: None, most_ms: None });
        }
        let at = |dependencies: &Dependencies| -> BTreeMap<usize, u64> {
            times(dependencies, &[0], None).into_iter().map(|(entity, earliest, ..)| (entity, earliest)).collect()
        };
        let (before, after) = (at(&dependencies), at(&patient));
        for (entity, earliest) in after {
            prop_assert!(before.get(&entity).is_some_and(|before| *before <= earliest));
        }
    }
}
