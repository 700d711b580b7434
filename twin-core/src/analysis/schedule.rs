//! Schedules: how long a plan takes whose steps wait for each other, and which of them matter.
//!
//! The critical path method: Kelley and Walker (1959), "Critical-path planning and scheduling".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Result, shortened};

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Task {
    /// What it is called; unique within the plan.
    pub id: String,
    /// How long it takes: milliseconds, not negative.
    pub duration_ms: f64,
}

/// That one task ends before another starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Precedence {
    /// The task that ends.
    pub before: String,
    /// The task that waits for it.
    pub after: String,
}

/// When everything happens if nothing waits for longer than it has to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Schedule {
    /// From the first start to the last end: milliseconds.
    pub length_ms: f64,
    /// Tasks that wait for each other and take as long as all together, by id, from the first on. There may be others that take as long.
    pub critical_path: Vec<String>,
    /// Each task, in the order in which they were given.
    pub tasks: Vec<ScheduledTask>,
}

/// When a task happens, and what depends on it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ScheduledTask {
    /// What it is called.
    pub id: String,
    /// When it can start, counted from the first start: milliseconds.
    pub earliest_start_ms: f64,
    /// How much later it may start without making the whole longer: milliseconds, 0 for what is critical.
    pub slack_ms: f64,
    /// How much shorter the whole would be if the task took no time: milliseconds, 0 for what has slack. Devaux (1999), "Total Project Control".
    pub drag_ms: f64,
}

/// When each task can start, how much later it may, and what makes the whole as long as it is.
///
/// Longest ways forwards and backwards in an order in which nothing comes before what it waits for. O((tasks + precedences) · log (tasks + precedences)).
///
/// # Errors
/// `Invalid` for a duration that is negative or no number, for two tasks of one id, for tasks that wait for each other in a circle, each by name; `Unknown` for a
/// precedence of a task that is not there.
pub fn schedule(tasks: &[Task], precedences: &[Precedence]) -> Result<Schedule> {
    let plan = Plan::new(tasks, precedences)?;
    let order = plan.order().map_err(|circle| waits_for_itself(tasks, &circle))?;
    let (starts, before) = plan.starts(&order);
    let tails = plan.tails(&order);
    let ends = starts.iter().zip(&plan.durations).map(|(start, duration)| start + duration);
    let last = ends.enumerate().fold(None, |last: Option<(usize, f64)>, (task, end)| match last {
        Some((_, latest)) if latest >= end => last,
        _ => Some((task, end)),
    });
    let Some((last, length)) = last else { return Ok(Schedule::default()) };
    if !length.is_finite() {
        let why = "duration_ms: the durations are together larger than any number: give shorter ones";
        return Err(Error::new(ErrorKind::Invalid, why));
    }
    let mut path: Vec<usize> = std::iter::successors(Some(last), |task| before[*task]).collect();
    path.reverse();
    let drags = plan.drags(&order, &starts, &tails, length);
    let mut slacks: Vec<f64> =
        starts.iter().zip(&tails).map(|(start, tail)| plan.slack(length, start + tail)).collect();
    path.iter().for_each(|task| slacks[*task] = 0.0);
    let scheduled = tasks.iter().enumerate().map(|(at, task)| ScheduledTask {
        id: task.id.clone(),
        earliest_start_ms: starts[at],
        slack_ms: slacks[at],
        drag_ms: if slacks[at] > 0.0 { 0.0 } else { drags[at] },
    });
    let critical_path = path.iter().map(|task| tasks[*task].id.clone()).collect();
    Ok(Schedule { length_ms: length, critical_path, tasks: scheduled.collect() })
}

/// A plan by the places of its tasks.
struct Plan {
    durations: Vec<f64>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

impl Plan {
    fn new(tasks: &[Task], precedences: &[Precedence]) -> Result<Self> {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, task) in tasks.iter().enumerate() {
            if !(task.duration_ms.is_finite() && task.duration_ms >= 0.0) {
                let (id, duration) = (shortened(&task.id), task.duration_ms);
                let why =
                    format!("duration_ms of task \"{id}\" is {duration}: give milliseconds that are not negative");
                return Err(Error::new(ErrorKind::Invalid, why));
            }
            if places.insert(&task.id, place).is_some() {
                let why = format!("two tasks have the id \"{}\": give each its own", shortened(&task.id));
                return Err(Error::new(ErrorKind::Invalid, why));
            }
        }
        let mut plan = Plan {
            durations: tasks.iter().map(|task| task.duration_ms).collect(),
            before: vec![Vec::new(); tasks.len()],
            after: vec![Vec::new(); tasks.len()],
        };
        for precedence in precedences {
            let place = |id: &str| {
                let known = || places.keys().copied();
                places.get(id).copied().ok_or_else(|| Error::unknown("task", id, known()))
            };
            let (before, after) = (place(&precedence.before)?, place(&precedence.after)?);
            plan.before[after].push(before);
            plan.after[before].push(after);
        }
        Ok(plan)
    }

    /// The tasks in an order in which nothing comes before what it waits for (Kahn 1962); else a circle of tasks of which each waits for the one before it.
    fn order(&self) -> std::result::Result<Vec<usize>, Vec<usize>> {
        let mut open: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let mut order: Vec<usize> = (0..open.len()).filter(|task| open[*task] == 0).collect();
        let mut next = 0;
        while let Some(task) = order.get(next).copied() {
            next += 1;
            for after in &self.after[task] {
                open[*after] -= 1;
                if open[*after] == 0 {
                    order.push(*after);
                }
            }
        }
        if order.len() == open.len() { Ok(order) } else { Err(self.circle(&open)) }
    }

    /// Whatever was not ordered waits for something that was not: going back from one to the next comes round.
    fn circle(&self, open: &[usize]) -> Vec<usize> {
        let mut met = vec![false; open.len()];
        let mut way = Vec::new();
        let mut at = open.iter().position(|open| *open > 0);
        while let Some(task) = at {
            if std::mem::replace(&mut met[task], true) {
                let begin = way.iter().position(|other| *other == task).unwrap_or_default();
                way.drain(..begin);
                break;
            }
            way.push(task);
            at = self.before[task].iter().copied().find(|before| open[*before] > 0);
        }
        way.reverse();
        way
    }

    /// When each task can start, and the task that it waits for longest; of equal ones the first given.
    fn starts(&self, order: &[usize]) -> (Vec<f64>, Vec<Option<usize>>) {
        let (mut starts, mut before) = (vec![0.0; order.len()], vec![None; order.len()]);
        for task in order {
            for other in &self.before[*task] {
                let end = starts[*other] + self.durations[*other];
                if before[*task].is_none() || end > starts[*task] {
                    (starts[*task], before[*task]) = (end, Some(*other));
                }
            }
        }
        (starts, before)
    }

    /// How long it takes at least from the start of each task to the end of what waits for it.
    fn tails(&self, order: &[usize]) -> Vec<f64> {
        let mut tails = vec![0.0; order.len()];
        for task in order.iter().rev() {
            let rest = self.after[*task].iter().map(|after| tails[*after]).fold(0.0, f64::max);
            tails[*task] = self.durations[*task] + rest;
        }
        tails
    }

    /// What is left of the whole beside the longest way through a task. Adding up in another order rounds otherwise: less than that is nothing.
    fn slack(&self, length: f64, through: f64) -> f64 {
        let rounding = length * f64::EPSILON * self.durations.len() as f64;
        let slack = length - through;
        if slack > rounding { slack } else { 0.0 }
    }

    /// What the whole would lose if each task took no time: at most its duration, and no more than the longest way around it allows.
    ///
    /// In the order of the tasks a way around a task leaps over its place, begins behind it or ends before it, and each of the three is as long as its ends say. So each precedence,
    /// beginning and end is one stretch of places with one length, and the longest over a place is the longest way around its task.
    fn drags(&self, order: &[usize], starts: &[f64], tails: &[f64], length: f64) -> Vec<f64> {
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, task)| places[*task] = place);
        let mut stretches: Vec<Stretch> = Vec::new();
        for task in order {
            let (place, end) = (places[*task], starts[*task] + self.durations[*task]);
            stretches.push(Stretch { from: 0, to: place, length: tails[*task] });
            stretches.push(Stretch { from: place + 1, to: order.len(), length: end });
            let leaps = self.after[*task].iter();
            stretches.extend(leaps.map(|after| Stretch {
                from: place + 1,
                to: places[*after],
                length: end + tails[*after],
            }));
        }
        let around = longest_over_places(order.len(), stretches);
        let drag = |(task, duration): (usize, &f64)| self.slack(length, around[places[task]]).min(*duration);
        self.durations.iter().enumerate().map(drag).collect()
    }
}

/// Places from one to before another.
struct Stretch {
    from: usize,
    to: usize,
    length: f64,
}

/// The length of the longest stretch over each place, 0 if there is none: the longest first, each writes to the places that have none yet.
fn longest_over_places(places: usize, mut stretches: Vec<Stretch>) -> Vec<f64> {
    stretches.sort_by(|a, b| b.length.total_cmp(&a.length));
    let mut longest = vec![0.0; places];
    // For each place the next one that has none yet, as far as it was looked for.
    let mut next: Vec<usize> = (0..=places).collect();
    for stretch in stretches {
        let mut place = open_from(&mut next, stretch.from);
        while place < stretch.to {
            longest[place] = stretch.length;
            next[place] = place + 1;
            place = open_from(&mut next, place);
        }
    }
    longest
}

/// Follows the ways to the next open place, and shortens them.
fn open_from(next: &mut [usize], mut place: usize) -> usize {
    while next[place] != place {
        next[place] = next[next[place]];
        place = next[place];
    }
    place
}

/// How many tasks of a circle an error names.
const NAMED: usize = 10;

fn waits_for_itself(tasks: &[Task], circle: &[usize]) -> Error {
    let named = circle.iter().take(NAMED).map(|task| format!("\"{}\"", shortened(&tasks[*task].id)));
    let mut names: Vec<String> = named.collect();
    match circle.len().checked_sub(NAMED).filter(|more| *more > 0) {
        Some(more) => names.push(format!("{more} more")),
        None => names.extend(names.first().cloned()),
    }
    let why = format!("precedences: tasks wait for each other in a circle: {}: take one away", names.join(" before "));
    Error::new(ErrorKind::Invalid, why)
}
