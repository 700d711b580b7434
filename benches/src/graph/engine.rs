//! What is measured: one trait for ours and for each peer, and how a run is timed.

use std::time::{Duration, Instant};

use twin_core::base::{Error, ErrorKind, Result};

use crate::graph::answer::{Answer, Set};
use crate::graph::data::Data;
use crate::graph::workload::Task;

/// How long a peer that is far from the best may take for all questions of a workload.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// One run of a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// How long it took; for tasks that measure bytes or count something, how many.
    pub seconds: f64,
    /// What came out.
    pub answer: Answer,
    /// The most memory that it took since it was started, if the engine runs in another process.
    pub peak_bytes: Option<u64>,
}

/// A library that answers such questions.
pub trait Engine {
    /// The name in the table.
    fn name(&self) -> &'static str;

    /// Whether the engine can do a task.
    fn offers(&self, task: Task) -> bool;

    /// Makes what a host would have made once, before it asks. Not timed.
    ///
    /// # Errors
    /// If the engine refuses the data.
    fn prepare(&mut self, task: Task, data: &Data) -> Result<()>;

    /// Does a task that the engine offers and is prepared for.
    ///
    /// # Errors
    /// If the engine fails.
    fn run(&mut self, task: Task, data: &Data) -> Result<Run>;
}

/// Times some work. What comes out is shortened and dropped after the clock has stopped.
pub fn timed<T>(work: impl FnOnce() -> T, answer: impl FnOnce(&T) -> Answer) -> Run {
    let start = Instant::now();
    let done = std::hint::black_box(work());
    let seconds = start.elapsed().as_secs_f64();
    Run { seconds, answer: answer(&done), peak_bytes: None }
}

/// Times some work that may fail.
///
/// # Errors
/// What the work returned.
pub fn tried<T>(work: impl FnOnce() -> Result<T>, answer: impl FnOnce(&T) -> Answer) -> Result<Run> {
    let start = Instant::now();
    let done = std::hint::black_box(work());
    let seconds = start.elapsed().as_secs_f64();
    Ok(Run { seconds, answer: answer(&done?), peak_bytes: None })
}

/// Asks each question, and takes the median of the times.
///
/// # Errors
/// `Limit` if all of it takes longer than `patience`, where there is one.
pub fn median_of<Q: Copy>(questions: &[Q], patience: Option<Duration>, ask: impl FnMut(Q) -> Vec<u32>) -> Result<Run> {
    let (mut seconds, answer) = each(questions, patience, ask)?;
    Ok(Run { seconds: median(&mut seconds), answer, peak_bytes: None })
}

/// Asks each question, and takes the sum of the times.
///
/// # Errors
/// As [`median_of`].
pub fn sum_of<Q: Copy>(questions: &[Q], patience: Option<Duration>, ask: impl FnMut(Q) -> Vec<u32>) -> Result<Run> {
    let (seconds, answer) = each(questions, patience, ask)?;
    Ok(Run { seconds: seconds.iter().sum(), answer, peak_bytes: None })
}

/// Answers are shortened between questions, while no clock runs.
fn each<Q: Copy>(
    questions: &[Q],
    patience: Option<Duration>,
    mut ask: impl FnMut(Q) -> Vec<u32>,
) -> Result<(Vec<f64>, Answer)> {
    let begun = Instant::now();
    let mut seconds = Vec::with_capacity(questions.len());
    let mut sets = Vec::with_capacity(questions.len());
    for question in questions {
        let clock = Instant::now();
        let found = std::hint::black_box(ask(*question));
        seconds.push(clock.elapsed().as_secs_f64());
        sets.push(Set::of(found));
        if patience.is_some_and(|patience| begun.elapsed() > patience) {
            let took = begun.elapsed().as_secs_f64();
            let why = format!("{} of {} questions took {took:.1} s", sets.len(), questions.len());
            return Err(Error::new(ErrorKind::Limit, why));
        }
    }
    Ok((seconds, Answer::sets(&sets)))
}

/// A figure that is no time: bytes or a count.
pub fn figure(value: f64, answer: Answer) -> Run {
    Run { seconds: value, answer, peak_bytes: None }
}

/// How much of something there is for each of others; all of it if there are none.
pub fn per(whole: usize, parts: usize) -> f64 {
    whole as f64 / parts.max(1) as f64
}

/// The middle one, or the mean of the two in the middle; 0 of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

#[test]
fn the_median_is_the_one_in_the_middle() {
    assert_eq!(median(&mut []), 0.0);
    assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
    assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
}
