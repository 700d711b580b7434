//! Schedules against all ways through a plan.

use proptest::collection::vec;
use proptest::prelude::*;
use twin_core::analysis::{Precedence, Schedule, Task, schedule};
use twin_core::base::{Error, ErrorKind};

use crate::support::cases;

/// Tasks `t0`, `t1`, ... that take so long, and which wait for which.
fn plan(durations: &[f64], pairs: &[(usize, usize)]) -> Result<Schedule, Error> {
    let (tasks, precedences) = parts(durations, pairs);
    schedule(&tasks, &precedences)
}

fn parts(durations: &[f64], pairs: &[(usize, usize)]) -> (Vec<Task>, Vec<Precedence>) {
    let id = |task: usize| format!("t{task}");
    let tasks = durations.iter().enumerate().map(|(at, duration)| Task { id: id(at), duration_ms: *duration });
    let precedences = pairs.iter().map(|(before, after)| Precedence { before: id(*before), after: id(*after) });
    (tasks.collect(), precedences.collect())
}

/// Starts, slacks and drags.
fn columns(schedule: &Schedule) -> [Vec<f64>; 3] {
    let column = |value: fn(&twin_core::analysis::ScheduledTask) -> f64| schedule.tasks.iter().map(value).collect();
    [column(|task| task.earliest_start_ms), column(|task| task.slack_ms), column(|task| task.drag_ms)]
}

#[test]
fn the_longest_way_is_critical_and_the_rest_may_wait() {
    // 0 before 1 before 3, 0 before 2 before 3, and 4 alone; two precedences of the same tasks are one.
    let told = plan(&[10.0, 30.0, 20.0, 5.0, 12.0], &[(0, 1), (0, 2), (1, 3), (2, 3), (0, 1)]).unwrap();
    assert_eq!((told.length_ms, told.critical_path.join(" ")), (45.0, "t0 t1 t3".to_owned()));
    let [starts, slacks, drags] = columns(&told);
    assert_eq!(starts, [0.0, 10.0, 10.0, 40.0, 0.0]);
    assert_eq!(slacks, [0.0, 0.0, 10.0, 0.0, 33.0]);
    assert_eq!(drags, [10.0, 10.0, 0.0, 5.0, 0.0]);
}

#[test]
fn nothing_takes_no_time_and_one_task_takes_its_own() {
    assert_eq!(plan(&[], &[]).unwrap(), Schedule::default());
    let one = plan(&[0.0], &[]).unwrap();
    assert_eq!((one.length_ms, one.critical_path.len(), columns(&one)), (0.0, 1, [vec![0.0], vec![0.0], vec![0.0]]));
}

#[test]
fn misuse_is_named() {
    let told = |durations: &[f64], pairs: &[(usize, usize)]| plan(durations, pairs).unwrap_err();
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let error = told(&[1.0, bad], &[]);
        assert!(
            error.kind() == ErrorKind::Invalid && error.to_string().contains("duration_ms of task \"t1\""),
            "{error}"
        );
    }
    let unknown = told(&[1.0], &[(0, 7)]);
    assert!(unknown.kind() == ErrorKind::Unknown && unknown.to_string().contains("t7"), "{unknown}");
    let twice = vec![Task { id: "a".to_owned(), duration_ms: 1.0 }; 2];
    assert!(schedule(&twice, &[]).unwrap_err().to_string().contains("\"a\""));
    let circle = told(&[1.0; 5], &[(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)]).to_string();
    let turns =
        ["\"t1\" before \"t2\" before \"t3\" before \"t1\"", "\"t2\" before \"t3\" before \"t1\" before \"t2\""];
    assert!(
        turns.iter().any(|turn| circle.contains(turn)) || circle.contains("\"t3\" before \"t1\" before"),
        "{circle}"
    );
    assert!(told(&[1.0], &[(0, 0)]).to_string().contains("\"t0\" before \"t0\""));
    let long: Vec<(usize, usize)> = (0..1_000).map(|at| (at, (at + 1) % 1_000)).collect();
    let long = told(&[1.0; 1_000], &long).to_string();
    assert!(long.contains("990 more") && long.len() < 400, "{long}");
    assert!(told(&[f64::MAX, f64::MAX], &[(0, 1)]).to_string().contains("larger than any number"));
}

#[test]
fn long_plans_cost_no_stack() {
    let tasks = 100_000;
    let chain: Vec<(usize, usize)> = (1..tasks).map(|at| (at - 1, at)).collect();
    let told = plan(&vec![0.5; tasks], &chain).unwrap();
    assert_eq!((told.length_ms, told.critical_path.len()), (tasks as f64 / 2.0, tasks));
    assert!(told.tasks.iter().all(|task| task.slack_ms == 0.0 && task.drag_ms == 0.5));
}

/// The length of the longest way by trying all ways, of those that `counts` lets count.
fn longest(durations: &[f64], pairs: &[(usize, usize)], counts: &dyn Fn(&[usize]) -> bool) -> f64 {
    let mut ways: Vec<Vec<usize>> = (0..durations.len()).map(|task| vec![task]).collect();
    let mut longest = 0.0_f64;
    while let Some(way) = ways.pop() {
        if counts(&way) {
            longest = longest.max(way.iter().map(|task| durations[*task]).sum());
        }
        let next = pairs.iter().filter(|(before, _)| way.last() == Some(before));
        ways.extend(next.map(|(_, after)| [&way[..], &[*after]].concat()));
    }
    longest
}

proptest! {
    #![proptest_config(cases(200))]

    /// Whole numbers, so that the order of sums does not matter.
    #[test]
    fn a_plan_takes_as_long_as_its_longest_way(
        durations in vec(0_u32..20, 1..9),
        pairs in vec((0_usize..9, 0_usize..9), 0..14),
        places in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let durations: Vec<f64> = durations.into_iter().map(f64::from).collect();
        let count = durations.len();
        // Pairs lead to later places of a shuffled order, so that numbers say nothing about who waits.
        let mut pairs: Vec<(usize, usize)> = pairs
            .into_iter()
            .filter(|(a, b)| places[*a] < places[*b] && *a < count && *b < count)
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let told = plan(&durations, &pairs).unwrap();
        let length = longest(&durations, &pairs, &|_| true);
        prop_assert_eq!(told.length_ms, length);
        for (task, scheduled) in told.tasks.iter().enumerate() {
            let until = longest(&durations, &pairs, &|way| way.last() == Some(&task)) - durations[task];
            prop_assert_eq!(scheduled.earliest_start_ms, until);
            let through = longest(&durations, &pairs, &|way| way.contains(&task));
            prop_assert_eq!(scheduled.slack_ms, length - through);
            let mut shorter = durations.clone();
            shorter[task] = 0.0;
            prop_assert_eq!(scheduled.drag_ms, length - longest(&shorter, &pairs, &|_| true), "{}", task);
        }
        let path: Vec<usize> = told.critical_path.iter().map(|id| id[1..].parse().unwrap()).collect();
        prop_assert!(path.windows(2).all(|pair| pairs.contains(&(pair[0], pair[1]))));
        prop_assert_eq!(path.iter().map(|task| durations[*task]).sum::<f64>(), length);
    }

    /// Twice as long, twice everything.
    #[test]
    fn a_plan_scales(durations in vec(0.0..100.0_f64, 1..30), pairs in vec((0_usize..30, 0_usize..30), 0..60)) {
        let count = durations.len();
        let pairs: Vec<(usize, usize)> = pairs.into_iter().filter(|(a, b)| a < b && *b < count).collect();
        let doubled: Vec<f64> = durations.iter().map(|duration| duration * 2.0).collect();
        let (once, twice) = (plan(&durations, &pairs).unwrap(), plan(&doubled, &pairs).unwrap());
        prop_assert_eq!(twice.length_ms, once.length_ms * 2.0);
        prop_assert_eq!(&twice.critical_path, &once.critical_path);
        let [once, twice] = [columns(&once), columns(&twice)];
        for (once, twice) in once.iter().flatten().zip(twice.iter().flatten()) {
            prop_assert_eq!(once * 2.0, *twice);
        }
    }
}
