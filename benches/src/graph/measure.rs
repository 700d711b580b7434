//! One workload: each engine once to compare the answers, then all of them in turn, several times, so that what else the machine does hits each alike.
//! The order of each round is drawn anew: whoever comes after another that reads the same bytes finds them near.

use std::time::{Duration, Instant};

use twin_core::base::Result;

use crate::graph::answer::Answer;
use crate::graph::data::Data;
use crate::graph::engine::{Engine, Run, median};
use crate::graph::memory;
use crate::graph::workload::{OURS, Workload};
use crate::synthetic::Random;

/// How often each engine runs at least after the first run, which is not counted.
const ROUNDS: usize = 5;
/// How often at most, where further runs of who comes near the best fit into `SPARE`.
const MOST_ROUNDS: usize = 101;
const SPARE: Duration = Duration::from_secs(3);
/// A peer whose first run takes longer than this, and several times as long as another, is not run again: it is not the best.
const FIRST_RUN: Duration = Duration::from_secs(5);
const SEVERAL: f64 = 3.0;

/// What came of one engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Which.
    pub engine: &'static str,
    /// The median of its runs; for tasks that measure bytes or count something, how many.
    pub seconds: f64,
    /// The most memory that its first run took, what it was prepared with included.
    pub peak_bytes: u64,
    /// What came out, of every run.
    pub answer: Answer,
}

struct Candidate<'a> {
    engine: &'a mut dyn Engine,
    measured: Measured,
    /// How long its first run took, with all that is not timed.
    took: Duration,
    /// In how many rounds it takes part.
    rounds: usize,
    seconds: Vec<f64>,
}

/// Measures a workload on the engines that offer it. What is left out, and why, is told to `say`.
///
/// # Errors
/// If ours fails.
pub fn measure(
    workload: &Workload,
    data: &Data,
    engines: &mut [Box<dyn Engine>],
    say: &mut dyn FnMut(String),
) -> Result<Vec<Measured>> {
    let mut candidates = Vec::new();
    for engine in engines.iter_mut().filter(|engine| takes_part(workload, engine.as_ref())) {
        let (name, engine) = (engine.name(), engine.as_mut());
        match first_run(workload, data, engine) {
            Ok((measured, took)) => {
                candidates.push(Candidate { engine, measured, took, rounds: MOST_ROUNDS, seconds: Vec::new() });
            }
            Err(error) if name == OURS => return Err(error),
            Err(error) => say(format!("{name} is left out of {}: {error}", workload.name)),
        }
    }
    spare_the_slow(workload, &mut candidates, say);
    let (mut clock, mut random) = (Instant::now(), Random::new(13));
    for round in 0..MOST_ROUNDS {
        if round == ROUNDS {
            clock = Instant::now();
        } else if round > ROUNDS && clock.elapsed() > SPARE {
            break;
        }
        for place in random.order(candidates.len()) {
            let candidate = &mut candidates[place];
            if round < candidate.rounds {
                candidate.run_again(workload, data)?;
            }
        }
    }
    Ok(candidates.into_iter().map(Candidate::measured).collect())
}

fn takes_part(workload: &Workload, engine: &dyn Engine) -> bool {
    let is_asked = |peers: &[&str]| engine.name() == OURS || peers.contains(&engine.name());
    engine.offers(workload.task) && workload.peers.is_none_or(is_asked)
}

fn first_run(workload: &Workload, data: &Data, engine: &mut dyn Engine) -> Result<(Measured, Duration)> {
    memory::reset();
    engine.prepare(workload.task, data)?;
    let clock = Instant::now();
    let Run { seconds, answer, peak_bytes } = engine.run(workload.task, data)?;
    let peak_bytes = peak_bytes.unwrap_or(memory::peak() as u64);
    Ok((Measured { engine: engine.name(), seconds, peak_bytes, answer }, clock.elapsed()))
}

/// Ours and who comes near the best take part in all rounds, whatever it takes.
fn spare_the_slow(workload: &Workload, candidates: &mut [Candidate], say: &mut dyn FnMut(String)) {
    let best = candidates.iter().map(|candidate| candidate.measured.seconds).fold(f64::INFINITY, f64::min);
    let is_far = |measured: &Measured| measured.engine != OURS && measured.seconds > best * SEVERAL;
    for candidate in candidates.iter_mut().filter(|candidate| is_far(&candidate.measured)) {
        candidate.rounds = if candidate.took > FIRST_RUN { 0 } else { ROUNDS };
        if candidate.rounds == 0 {
            let (engine, took) = (candidate.measured.engine, candidate.took.as_secs_f64());
            say(format!("{engine} took {took:.1} s for {}: its first run is its only one", workload.name));
        }
    }
}

impl Candidate<'_> {
    fn run_again(&mut self, workload: &Workload, data: &Data) -> Result<()> {
        let run = self.engine.run(workload.task, data)?;
        self.seconds.push(run.seconds);
        if run.answer != self.measured.answer {
            self.measured.answer = Answer::default();
        }
        Ok(())
    }

    fn measured(mut self) -> Measured {
        if !self.seconds.is_empty() {
            self.measured.seconds = median(&mut self.seconds);
        }
        self.measured
    }
}
