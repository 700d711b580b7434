//! Waves: which tasks are done at the same time, so that each comes after what it needs and no team has more to do than it can.
//!
//! Scheduling with precedence and capacities is NP-hard (Garey and Johnson 1975). Up to 12 tasks it is solved by a dynamic programme over sets of tasks that are done, beyond that by list
//! scheduling (Graham 1966) from several beginnings, with the longest chain and the load of each team as the bound.

use std::collections::BTreeSet;

use crate::base::{Context, hash_of};

/// Up to how many tasks the best plan is found for sure: 3¹² steps.
pub(super) const EXACT_TASKS: usize = 12;
/// How often list scheduling begins anew.
const BEGINNINGS: usize = 32;
/// So many tasks are looked at in all beginnings.
const MOST_STEPS: usize = 50_000_000;

/// What is to be done together, and what it waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Task {
    /// How much of each team it takes: team and amount.
    pub load: Vec<(usize, u32)>,
    /// The tasks that have to be over before, without circles.
    pub needs: BTreeSet<usize>,
    /// With which other tasks it is joined by how many dependencies, either way.
    pub joins: Vec<(usize, u32)>,
}

/// Tasks, and what teams can do in a wave.
#[derive(Clone, Debug, Default)]
pub(super) struct WaveProblem {
    pub tasks: Vec<Task>,
    /// By team; `None` for any number.
    pub capacity: Vec<Option<u32>>,
}

/// One plan: the tasks of each wave.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WavePlan {
    pub waves: Vec<Vec<usize>>,
    /// How many dependencies join what is done to what is not, summed up over all waves but the last.
    pub across: u64,
}

/// Plans that were found.
#[derive(Clone, Debug, Default)]
pub(super) struct WavePlans {
    /// The one with the fewest waves, and the one with the fewest dependencies across, if it is another.
    pub plans: Vec<WavePlan>,
    /// No plan has fewer waves.
    pub at_least: usize,
    /// Whether no plan is better than the first by its waves and then dependencies across, or than the second the other way round.
    pub is_exact: bool,
    /// How many sets of tasks, or beginnings, were looked at.
    pub looked_at: u64,
}

impl WaveProblem {
    /// The tasks that no wave has room for, with the teams: each is done in a wave in which these teams do nothing else.
    pub fn too_large(&self) -> Vec<(usize, usize)> {
        let over = |(team, amount): &(usize, u32)| self.capacity[*team].is_some_and(|capacity| *amount > capacity);
        let of = |(at, task): (usize, &Task)| {
            task.load.iter().filter(|load| over(load)).map(|(team, _)| (at, *team)).collect::<Vec<_>>()
        };
        self.tasks.iter().enumerate().flat_map(of).collect()
    }

    /// Whether a team can take on more after it has taken on some.
    fn fits(&self, used: &[u32], task: &Task) -> bool {
        task.load.iter().all(|(team, amount)| match self.capacity[*team] {
            Some(capacity) => used[*team] == 0 || used[*team].saturating_add(*amount) <= capacity,
            None => true,
        })
    }

    /// How many waves it takes at least: the longest chain, and each team's whole load in full waves.
    pub fn at_least(&self) -> usize {
        let chain = self.chains().into_iter().max().unwrap_or_default();
        let mut loads = vec![(0_u64, 0_usize); self.capacity.len()];
        for (team, amount) in self.tasks.iter().flat_map(|task| &task.load) {
            match self.capacity[*team] {
                Some(capacity) if *amount > capacity => loads[*team].1 += 1,
                _ => loads[*team].0 += u64::from(*amount),
            }
        }
        let waves = |((fitting, own), capacity): (&(u64, usize), &Option<u32>)| match capacity {
            Some(capacity) => own + fitting.div_ceil(u64::from((*capacity).max(1))) as usize,
            None => 0,
        };
        loads.iter().zip(&self.capacity).map(waves).max().unwrap_or_default().max(chain)
    }

    /// For each task, how many waves it and what waits for it take at least.
    fn chains(&self) -> Vec<usize> {
        let mut chains = vec![1; self.tasks.len()];
        for task in self.order().into_iter().rev() {
            for needed in &self.tasks[task].needs {
                chains[*needed] = chains[*needed].max(chains[task] + 1);
            }
        }
        chains
    }

    /// The tasks in an order in which nothing comes before what it needs (Kahn 1962).
    fn order(&self) -> Vec<usize> {
        let mut open: Vec<usize> = self.tasks.iter().map(|task| task.needs.len()).collect();
        let users = self.users();
        let mut order: Vec<usize> = (0..open.len()).filter(|task| open[*task] == 0).collect();
        let mut next = 0;
        while let Some(task) = order.get(next).copied() {
            next += 1;
            for user in &users[task] {
                open[*user] -= 1;
                if open[*user] == 0 {
                    order.push(*user);
                }
            }
        }
        order
    }

    fn users(&self) -> Vec<Vec<usize>> {
        let mut users = vec![Vec::new(); self.tasks.len()];
        for (at, task) in self.tasks.iter().enumerate() {
            task.needs.iter().for_each(|needed| users[*needed].push(at));
        }
        users
    }

    /// The plan of these waves.
    fn plan(&self, waves: Vec<Vec<usize>>) -> WavePlan {
        let mut of = vec![0; self.tasks.len()];
        waves.iter().enumerate().for_each(|(at, wave)| wave.iter().for_each(|task| of[*task] = at));
        let joined = |(at, task): (usize, &Task)| {
            let later =
                task.joins.iter().map(|(other, count)| of[*other].saturating_sub(of[at]) as u64 * u64::from(*count));
            later.sum::<u64>()
        };
        let across = self.tasks.iter().enumerate().map(joined).sum();
        WavePlan { waves, across }
    }
}

/// Plans of few waves, and of few dependencies across while they last. Up to 12 tasks O(3^tasks), beyond that O(tasks²) for each of at most 32 beginnings.
pub(super) fn wave_plans(problem: &WaveProblem, seed: u64, context: &Context) -> WavePlans {
    let at_least = problem.at_least();
    let (mut plans, is_exact, looked_at) = match problem.tasks.len() {
        0 => (vec![WavePlan::default()], true, 0),
        1..=EXACT_TASKS => exact(problem),
        _ => listed(problem, seed, context),
    };
    plans.dedup();
    let fewest = plans.first().map(|plan| plan.waves.len()).unwrap_or_default();
    WavePlans { plans, at_least: if is_exact { fewest } else { at_least }, is_exact, looked_at }
}

/// One plan by list scheduling, the longest chains first: as many tasks in each wave as fit. O(tasks · waves).
pub(super) fn filled(problem: &WaveProblem) -> WavePlan {
    let chains = problem.chains();
    problem.plan(fill(problem, |task| (std::cmp::Reverse(chains[task]), 0)))
}

/// The best plans by waves, then dependencies across, and the other way round.
fn exact(problem: &WaveProblem) -> (Vec<WavePlan>, bool, u64) {
    let programme = Programme::new(problem);
    let plan = |by_waves: bool| problem.plan(programme.waves(by_waves));
    (vec![plan(true), plan(false)], true, 1 << problem.tasks.len())
}

/// Sets of tasks as bits.
struct Programme<'p> {
    problem: &'p WaveProblem,
    needs: Vec<u32>,
    /// For each set of tasks, whether one wave has room for it, and how many dependencies join it to the others.
    fits: Vec<bool>,
    across: Vec<u64>,
}

impl<'p> Programme<'p> {
    fn new(problem: &'p WaveProblem) -> Self {
        let needs = problem.tasks.iter().map(|task| task.needs.iter().fold(0, |bits, needed| bits | 1 << needed));
        let mut programme = Programme { problem, needs: needs.collect(), fits: Vec::new(), across: Vec::new() };
        for set in 0..1_u32 << problem.tasks.len() {
            programme.fits.push(programme.has_room(set));
            programme.across.push(programme.joined(set));
        }
        programme
    }

    fn members(set: u32) -> impl Iterator<Item = usize> {
        (0..u32::BITS as usize).filter(move |task| set >> task & 1 == 1)
    }

    fn has_room(&self, set: u32) -> bool {
        let mut used = vec![0_u32; self.problem.capacity.len()];
        for task in Self::members(set).map(|task| &self.problem.tasks[task]) {
            if !self.problem.fits(&used, task) {
                return false;
            }
            task.load.iter().for_each(|(team, amount)| used[*team] += amount);
        }
        true
    }

    fn joined(&self, set: u32) -> u64 {
        let out = |task: usize| {
            let joins = self.problem.tasks[task].joins.iter();
            joins.filter(|(other, _)| set >> other & 1 == 0).map(|(_, count)| u64::from(*count)).sum::<u64>()
        };
        Self::members(set).map(out).sum()
    }

    /// For each set that may be done, the best way there: from which set. Sets grow, so each is reached from smaller numbers.
    fn waves(&self, by_waves: bool) -> Vec<Vec<usize>> {
        let all = self.fits.len() as u32 - 1;
        let mut best: Vec<Option<((u64, u64), u32)>> = vec![None; self.fits.len()];
        best[0] = Some(((0, 0), 0));
        for done in 0..all {
            let Some((cost, _)) = best[done as usize] else { continue };
            let is_open = |task: &usize| done >> task & 1 == 0 && self.needs[*task] & !done == 0;
            let open = (0..self.needs.len()).filter(is_open).fold(0_u32, |bits, task| bits | 1 << task);
            let mut wave = open;
            while wave != 0 {
                if self.fits[wave as usize] {
                    let next = done | wave;
                    let across = if next == all { 0 } else { self.across[next as usize] };
                    let cost = if by_waves { (cost.0 + 1, cost.1 + across) } else { (cost.0 + across, cost.1 + 1) };
                    let known = &mut best[next as usize];
                    if known.is_none_or(|known| (cost, done) < known) {
                        *known = Some((cost, done));
                    }
                }
                wave = (wave - 1) & open;
            }
        }
        let mut waves = Vec::new();
        let mut at = all;
        while let Some((_, before)) = best[at as usize].filter(|_| at != 0) {
            waves.push(Self::members(at & !before).collect());
            at = before;
        }
        waves.reverse();
        waves
    }
}

/// The best plans of several beginnings: the longest chains first, ties by chance.
fn listed(problem: &WaveProblem, seed: u64, context: &Context) -> (Vec<WavePlan>, bool, u64) {
    let chains = problem.chains();
    let squared = problem.tasks.len().saturating_mul(problem.tasks.len()).max(1);
    let mut plans: Vec<WavePlan> = Vec::new();
    for beginning in 0..BEGINNINGS.min(MOST_STEPS / squared).max(1) {
        if beginning > 0 && !context.goes_on() {
            break;
        }
        let chance = |task: usize| if beginning == 0 { 0 } else { hash_of(&(seed, beginning, task)) };
        plans.push(problem.plan(fill(problem, |task| (std::cmp::Reverse(chains[task]), chance(task)))));
        context.progress.report("waves", beginning as u64 + 1, BEGINNINGS as u64);
    }
    let looked_at = plans.len() as u64;
    let by_waves = plans.iter().min_by_key(|plan| (plan.waves.len(), plan.across)).cloned();
    let by_across = plans.iter().min_by_key(|plan| (plan.across, plan.waves.len())).cloned();
    (by_waves.into_iter().chain(by_across).collect(), false, looked_at)
}

/// Fills one wave after the other with what is open, in an order.
fn fill<K: Ord>(problem: &WaveProblem, priority: impl Fn(usize) -> K) -> Vec<Vec<usize>> {
    let users = problem.users();
    let mut missing: Vec<usize> = problem.tasks.iter().map(|task| task.needs.len()).collect();
    let mut open: Vec<usize> = (0..missing.len()).filter(|task| missing[*task] == 0).collect();
    let mut waves = Vec::new();
    while !open.is_empty() {
        open.sort_by_key(|task| (priority(*task), *task));
        let mut used = vec![0_u32; problem.capacity.len()];
        let (mut wave, mut later) = (Vec::new(), Vec::new());
        for task in std::mem::take(&mut open) {
            if !problem.fits(&used, &problem.tasks[task]) {
                later.push(task);
                continue;
            }
            problem.tasks[task]
                .load
                .iter()
                .for_each(|(team, amount)| used[*team] = used[*team].saturating_add(*amount));
            wave.push(task);
        }
        open = later;
        for user in wave.iter().flat_map(|task| &users[*task]) {
            missing[*user] -= 1;
            if missing[*user] == 0 {
                open.push(*user);
            }
        }
        wave.sort_unstable();
        waves.push(wave);
    }
    waves
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Timestamp;

    fn context() -> Context {
        Context::new(Timestamp::MIN)
    }

    fn problem(tasks: &[(u32, &[usize])], capacity: Option<u32>) -> WaveProblem {
        let task = |(amount, needs): &(u32, &[usize])| Task {
            load: vec![(0, *amount)],
            needs: needs.iter().copied().collect(),
            joins: needs.iter().map(|needed| (*needed, 1)).collect(),
        };
        let mut problem = WaveProblem { tasks: tasks.iter().map(task).collect(), capacity: vec![capacity] };
        join_both_ways(&mut problem);
        problem
    }

    /// Joins are told at both ends.
    fn join_both_ways(problem: &mut WaveProblem) {
        let back: Vec<(usize, usize)> = problem
            .tasks
            .iter()
            .enumerate()
            .flat_map(|(at, task)| task.needs.iter().map(move |needed| (*needed, at)))
            .collect();
        back.into_iter().for_each(|(needed, at)| problem.tasks[needed].joins.push((at, 1)));
    }

    fn waves(problem: &WaveProblem) -> Vec<Vec<usize>> {
        wave_plans(problem, 0, &context()).plans[0].waves.clone()
    }

    #[test]
    fn each_task_comes_after_what_it_needs_and_no_team_does_too_much() {
        let chain = problem(&[(1, &[1]), (1, &[]), (1, &[0])], None);
        assert_eq!(waves(&chain), [vec![1], vec![0], vec![2]]);
        let free = problem(&[(1, &[]), (1, &[]), (1, &[])], Some(2));
        assert_eq!((waves(&free).len(), free.at_least()), (2, 2));
        let large = problem(&[(1, &[]), (3, &[]), (1, &[])], Some(2));
        assert_eq!((waves(&large).len(), large.too_large(), large.at_least()), (2, vec![(1, 0)], 2));
        let nothing = problem(&[(1, &[]), (1, &[])], Some(0));
        assert_eq!((waves(&nothing).len(), nothing.too_large()), (2, vec![(0, 0), (1, 0)]));
        assert_eq!(waves(&problem(&[], Some(1))), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn many_tasks_are_listed_with_a_bound() {
        let many: Vec<(u32, &[usize])> = (0..40).map(|_| (1, &[][..])).collect();
        let many = problem(&many, Some(7));
        let found = wave_plans(&many, 1, &context());
        assert_eq!((found.plans[0].waves.len(), found.at_least, found.is_exact), (6, 6, false));
    }

    /// Whether a plan does each task once, after what it needs, within what teams can do.
    fn holds(problem: &WaveProblem, plan: &WavePlan) -> bool {
        let place = |task: usize| plan.waves.iter().position(|wave| wave.contains(&task));
        let each_once = plan.waves.iter().map(Vec::len).sum::<usize>() == problem.tasks.len();
        let in_order =
            problem.tasks.iter().enumerate().all(|(at, task)| {
                task.needs.iter().all(|needed| place(*needed).is_some() && place(*needed) < place(at))
            });
        let amount = |task: usize, team: usize| {
            problem.tasks[task].load.iter().filter(move |load| load.0 == team).map(|load| load.1)
        };
        let has_room = plan.waves.iter().all(|wave| {
            (0..problem.capacity.len()).all(|team| {
                let loads: Vec<u32> =
                    wave.iter().flat_map(|task| amount(*task, team)).filter(|load| *load > 0).collect();
                problem.capacity[team].is_none_or(|capacity| loads.len() <= 1 || loads.iter().sum::<u32>() <= capacity)
            })
        });
        each_once && in_order && has_room
    }

    /// Every way to give each task a wave, tried: the fewest waves, then dependencies across, and the other way round.
    fn brute(problem: &WaveProblem) -> ((u64, u64), (u64, u64)) {
        let tasks = problem.tasks.len() as u32;
        let mut best = ((u64::MAX, u64::MAX), (u64::MAX, u64::MAX));
        for number in 0..tasks.pow(tasks) {
            let wave = |task: u32| (number / tasks.pow(task) % tasks) as usize;
            let mut waves = vec![Vec::new(); tasks as usize];
            (0..tasks).for_each(|task| waves[wave(task)].push(task as usize));
            let used = waves.iter().take_while(|wave| !wave.is_empty()).count();
            if waves[used..].iter().any(|wave| !wave.is_empty()) {
                continue;
            }
            waves.truncate(used);
            let plan = WavePlan { waves, across: 0 };
            if holds(problem, &plan) {
                let of =
                    |task: usize| plan.waves.iter().position(|wave| wave.contains(&task)).unwrap_or_default() as u64;
                let across = problem
                    .tasks
                    .iter()
                    .enumerate()
                    .flat_map(|(at, task)| task.needs.iter().map(move |needed| (at, *needed)));
                let across: u64 = across.map(|(at, needed)| of(at).abs_diff(of(needed))).sum();
                let waves = plan.waves.len() as u64;
                best = (best.0.min((waves, across)), best.1.min((across, waves)));
            }
        }
        best
    }

    fn drawn(most: usize) -> impl Strategy<Value = WaveProblem> {
        (1..=most).prop_flat_map(|count| {
            let tasks = prop::collection::vec((0..3_usize, 1..4_u32, prop::collection::vec(0..count, 0..3)), count);
            let capacity = prop::collection::vec(prop::option::of(1..5_u32), 3);
            (tasks, capacity).prop_map(|(tasks, capacity)| {
                let task = |(at, (team, amount, needs)): (usize, (usize, u32, Vec<usize>))| {
                    let needs: BTreeSet<usize> = needs.into_iter().filter(|needed| *needed < at).collect();
                    Task { load: vec![(team, amount)], joins: needs.iter().map(|needed| (*needed, 1)).collect(), needs }
                };
                let mut problem = WaveProblem { tasks: tasks.into_iter().enumerate().map(task).collect(), capacity };
                join_both_ways(&mut problem);
                problem
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn plans_are_as_good_as_any(problem in drawn(5)) {
            let found = wave_plans(&problem, 0, &context());
            let (by_waves, by_across) = brute(&problem);
            let (first, last) = (&found.plans[0], &found.plans[found.plans.len() - 1]);
            prop_assert!(found.plans.iter().all(|plan| holds(&problem, plan)));
            prop_assert_eq!((first.waves.len() as u64, first.across), by_waves);
            prop_assert_eq!((last.across, last.waves.len() as u64), by_across);
            prop_assert!(problem.at_least() <= first.waves.len());
        }

        #[test]
        fn listed_plans_hold_and_are_bounded(problem in drawn(30), seed in 0..4_u64) {
            let (plans, ..) = listed(&problem, seed, &context());
            prop_assert!(plans.iter().all(|plan| holds(&problem, plan) && plan.waves.len() >= problem.at_least()));
            prop_assert!(holds(&problem, &filled(&problem)));
        }
    }
}
