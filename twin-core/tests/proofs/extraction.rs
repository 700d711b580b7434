//! Partitions of modules: measures against their formulas, and a search against all partitions.

use proptest::collection::vec;
use proptest::prelude::*;
use twin_core::analysis::{CallCount, Extraction, ExtractionSearch, extractions, partition_measures};
use twin_core::base::{Context, ErrorKind, Timestamp};

use crate::support::cases;

fn context() -> Context {
    Context::new(Timestamp::MIN)
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|module| format!("m{module:03}")).collect()
}

fn calls(of: &[(usize, usize, u64)]) -> Vec<CallCount> {
    let name = |module: usize| format!("m{module:03}");
    of.iter().map(|(from, to, calls)| CallCount { from: name(*from), to: name(*to), calls: *calls }).collect()
}

/// The group of each module as lists of modules.
fn partition(numbers: &[usize]) -> Vec<Vec<String>> {
    let modules = names(numbers.len());
    let groups: std::collections::BTreeSet<usize> = numbers.iter().copied().collect();
    let members = |group: usize| modules.iter().zip(numbers).filter(move |(_, number)| **number == group);
    groups.into_iter().map(|group| members(group).map(|(module, _)| module.clone()).collect()).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

/// Modularity by its first definition: over all pairs, what is there less what chance would put there.
fn naive_modularity(count: usize, calls: &[(usize, usize, u64)], groups: &[usize]) -> f64 {
    let mut weights = vec![vec![0.0; count]; count];
    for (from, to, calls) in calls {
        weights[*from][*to] += *calls as f64;
        weights[*to][*from] += *calls as f64;
    }
    let degrees: Vec<f64> = weights.iter().map(|row| row.iter().sum()).collect();
    let all: f64 = degrees.iter().sum();
    let pairs = (0..count).flat_map(|a| (0..count).map(move |b| (a, b))).filter(|(a, b)| groups[*a] == groups[*b]);
    let sum: f64 =
        pairs.map(|(a, b)| weights[a][b] - if all > 0.0 { degrees[a] * degrees[b] / all } else { 0.0 }).sum();
    if all > 0.0 { sum / all } else { 0.0 }
}

#[test]
fn measures_are_what_their_formulas_say() {
    // Two groups, {0, 1} and {2, 3, 4}; one call of five to itself, and 5 alone.
    let calls = calls(&[(0, 1, 4), (1, 0, 1), (2, 3, 3), (3, 4, 3), (4, 4, 5), (1, 2, 2), (0, 2, 1), (3, 0, 1)]);
    let told = partition_measures(&names(6), &calls, &partition(&[0, 0, 1, 1, 1, 2])).unwrap();
    let modularity = 5.0 / 20.0 + 11.0 / 20.0 - (14.0_f64 / 40.0).powi(2) - (26.0_f64 / 40.0).powi(2);
    assert!(near(told.modularity, modularity), "{}", told.modularity);
    assert!(near(told.icp, 4.0 / 20.0));
    let structural = (2.0 / 4.0 + 3.0 / 9.0) / 3.0 - (3.0 / 12.0) / 3.0;
    assert!(near(told.structural_modularity, structural), "{}", told.structural_modularity);
    assert!(near(told.interface_number, 2.0 / 3.0));
    assert_eq!(told.non_extreme_distribution, 1.0);
    let whole = partition_measures(&names(6), &calls, &partition(&[0; 6])).unwrap();
    assert!(near(whole.modularity, 0.0) && whole.icp == 0.0 && whole.interface_number == 0.0);
    assert!(near(whole.structural_modularity, 8.0 / 36.0) && whole.non_extreme_distribution == 0.0);
}

#[test]
fn nothing_measures_nothing() {
    let empty = partition_measures(&[], &[], &[]).unwrap();
    assert_eq!(empty, Default::default());
    let silent = partition_measures(&names(5), &[], &partition(&[0; 5])).unwrap();
    assert_eq!(silent, Default::default());
    assert_eq!(extractions(&[], &[], ExtractionSearch::default(), &context()).unwrap(), []);
    let alone = extractions(&names(3), &calls(&[(0, 1, 0)]), ExtractionSearch::default(), &context()).unwrap();
    assert_eq!((alone.len(), &alone[0].groups), (1, &partition(&[0, 1, 2])));
}

#[test]
fn misuse_is_named() {
    let told = |partition: &[Vec<String>]| partition_measures(&names(2), &[], partition).unwrap_err();
    let group = |of: &[&str]| of.iter().map(|id| (*id).to_owned()).collect::<Vec<String>>();
    let missing = told(&[group(&["m000"])]);
    assert!(missing.kind() == ErrorKind::Invalid && missing.to_string().contains("m001"), "{missing}");
    assert!(told(&[group(&["m000", "m001"]), group(&["m001"])]).to_string().contains("twice"));
    assert!(told(&[group(&["m000", "m001"]), group(&[])]).to_string().contains("group 1"));
    assert_eq!(told(&[group(&["m000", "zzz"])]).kind(), ErrorKind::Unknown);
    let unknown = partition_measures(&names(1), &calls(&[(0, 4, 1)]), &[]).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Unknown);
    let twice = [names(1), names(1)].concat();
    assert_eq!(partition_measures(&twice, &[], &[]).unwrap_err().kind(), ErrorKind::Invalid);
    let many = calls(&[(0, 1, u64::MAX), (0, 1, u64::MAX)]);
    assert_eq!(partition_measures(&names(2), &many, &[]).unwrap_err().kind(), ErrorKind::Invalid);
    let stopped = context();
    stopped.cancel.cancel();
    let error = extractions(&names(2), &[], ExtractionSearch::default(), &stopped).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

/// The largest counts that are let in.
#[test]
fn large_counts_do_not_overflow() {
    let most = calls(&[(0, 1, 1 << 59), (2, 3, 1 << 59)]);
    let told = extractions(&names(4), &most, ExtractionSearch::default(), &context()).unwrap();
    assert_eq!(told[0].groups, partition(&[0, 0, 1, 1]));
    assert!(near(told[0].measures.modularity, 0.5));
}

/// Rings of teams that talk among themselves four times as often as to the next, with chance calls between.
fn planted(teams: usize, size: usize) -> (Vec<(usize, usize, u64)>, Vec<usize>) {
    let mut found = Vec::new();
    let mut state = 7_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for module in 0..teams * size {
        let team = module / size;
        for _ in 0..4 {
            found.push((module, team * size + draw(size), 3 + draw(10) as u64));
        }
        found.push((module, draw(teams * size), 1 + draw(9) as u64));
    }
    (found, (0..teams * size).map(|module| module / size).collect())
}

#[test]
fn planted_teams_are_found_and_at_least_as_good_as_they_are() {
    for (teams, size) in [(3, 6), (12, 10), (50, 16)] {
        let (made, planted) = planted(teams, size);
        let (modules, calls) = (names(teams * size), calls(&made));
        let told = extractions(&modules, &calls, ExtractionSearch::default(), &context()).unwrap();
        let known = partition_measures(&modules, &calls, &partition(&planted)).unwrap().modularity;
        let best = &told[0];
        assert!(best.measures.modularity >= known - 1e-12, "{} of {known}", best.measures.modularity);
        assert!(told.windows(2).all(|pair| pair[0].measures.modularity >= pair[1].measures.modularity - 1e-12));
        assert!(told.windows(2).all(|pair| pair[0].groups != pair[1].groups), "alternatives differ");
        let measured = partition_measures(&modules, &calls, &best.groups).unwrap();
        assert_eq!(measured, best.measures);
    }
}

#[test]
fn the_same_seed_finds_the_same_on_any_thread() {
    let (made, _) = planted(10, 12);
    let (modules, calls) = (names(120), calls(&made));
    let find = |seed: u64| -> Vec<Extraction> {
        extractions(&modules, &calls, ExtractionSearch { seed, ..ExtractionSearch::default() }, &context()).unwrap()
    };
    let alone = find(5);
    for threads in [1, 2, 8] {
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..threads).map(|_| scope.spawn(|| find(5))).collect();
            asked.into_iter().for_each(|asked| assert_eq!(asked.join().unwrap(), alone));
        });
    }
}

/// All partitions of so many modules, each as the groups of its modules.
fn all_partitions(count: usize) -> Vec<Vec<usize>> {
    (0..count).fold(vec![Vec::new()], |begun: Vec<Vec<usize>>, _| {
        let with = |groups: &Vec<usize>| {
            let groups = groups.clone();
            let next = groups.iter().max().map_or(0, |last| last + 1);
            (0..=next).map(move |group| [&groups[..], &[group]].concat()).collect::<Vec<_>>()
        };
        begun.iter().flat_map(with).collect()
    })
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn a_search_finds_the_best_of_all_partitions_of_a_few(
        count in 1_usize..8,
        made in vec((0_usize..8, 0_usize..8, 0_u64..10), 0..20),
    ) {
        let made: Vec<_> = made.into_iter().map(|(from, to, calls)| (from % count, to % count, calls)).collect();
        let (modules, given) = (names(count), calls(&made));
        let told = extractions(&modules, &given, ExtractionSearch::default(), &context()).unwrap();
        let best = all_partitions(count).iter().map(|groups| naive_modularity(count, &made, groups)).fold(-1.0, f64::max);
        prop_assert!((told[0].measures.modularity - best).abs() < 1e-9, "{} of {}", told[0].measures.modularity, best);
        let flat: usize = told[0].groups.iter().map(Vec::len).sum();
        prop_assert_eq!(flat, count, "each module once");
    }

    #[test]
    fn modularity_is_what_all_pairs_say(
        groups in vec(0_usize..4, 1..9),
        made in vec((0_usize..9, 0_usize..9, 0_u64..10), 0..25),
    ) {
        let count = groups.len();
        let made: Vec<_> = made.into_iter().map(|(from, to, calls)| (from % count, to % count, calls)).collect();
        let told = partition_measures(&names(count), &calls(&made), &partition(&groups)).unwrap();
        let naive = naive_modularity(count, &made, &groups);
        prop_assert!((told.modularity - naive).abs() < 1e-9, "{} {}", told.modularity, naive);
    }
}
