//! Runs a program, sample by sample.

use crate::simulate::latency::draw::{BLOCK, Sample, mix};
use crate::simulate::latency::program::{Instruction, Program};

/// What came of some samples in a row.
pub(super) struct Block {
    /// How long each took, in milliseconds.
    pub durations: Vec<f64>,
    /// How often each operation ran.
    pub calls: Vec<u64>,
    /// How long each worked by itself.
    pub own_ms: Vec<f64>,
}

/// What is under way around an instruction.
enum Frame {
    /// A call: where it goes back to, and the place of the caller.
    Call { back: usize, place: u64 },
    /// Branches: when they began, and when they are over so far.
    Branches { start: f64, end: Option<f64> },
    /// When nobody waits any longer.
    Deadline(f64),
    /// Attempts so far, and the place of the first.
    Attempts { count: u32, place: u64 },
}

struct Machine<'a> {
    program: &'a Program,
    frames: Vec<Frame>,
    block: Block,
    sample: Sample,
    /// The chain of calls that led here, as a hash.
    place: u64,
    time: f64,
}

/// Runs the samples of one block, or as many of them as there are.
pub(super) fn run(program: &Program, seed: u64, number: u64, samples: u64) -> Block {
    let first = number * BLOCK;
    let count = samples.saturating_sub(first).min(BLOCK);
    let operations = program.operations.len();
    let block = Block {
        durations: Vec::with_capacity(count as usize),
        calls: vec![0; operations],
        own_ms: vec![0.0; operations],
    };
    let mut machine = Machine { program, frames: Vec::new(), block, sample: Sample::new(first), place: 0, time: 0.0 };
    for sample in first..first + count {
        machine.sample(Sample::new(sample), mix(seed));
    }
    machine.block
}

impl Machine<'_> {
    fn sample(&mut self, sample: Sample, root: u64) {
        (self.sample, self.place, self.time) = (sample, root, 0.0);
        let entry = self.program.entry;
        self.block.calls[entry] += 1;
        let mut next = Some(self.program.operations[entry].start);
        while let Some(at) = next {
            next = self.step(at);
        }
        self.block.durations.push(self.time);
    }

    fn draw(&self, site: u64) -> f64 {
        self.sample.uniform(mix(self.place ^ site))
    }

    /// Does what stands at one place, and tells the next; `None` at the end of the entry.
    #[inline]
    fn step(&mut self, at: usize) -> Option<usize> {
        match self.program.code[at] {
            Instruction::Work { sampler, operation, site } => {
                let took = match &self.program.samplers[sampler] {
                    sampler if sampler.is_constant() => sampler.at(0.0),
                    sampler => sampler.at(self.draw(site)),
                };
                self.time += took;
                self.block.own_ms[operation] += took;
            }
            Instruction::Call { operation, site } => {
                self.frames.push(Frame::Call { back: at + 1, place: self.place });
                self.place = mix(self.place ^ site);
                self.block.calls[operation] += 1;
                return Some(self.program.operations[operation].start);
            }
            Instruction::Return => return self.back(),
            Instruction::Fork => self.frames.push(Frame::Branches { start: self.time, end: None }),
            Instruction::Longest => self.end_branch(f64::max),
            Instruction::Shortest => self.end_branch(f64::min),
            Instruction::Limit(ms) => self.frames.push(Frame::Deadline(self.time + ms)),
            Instruction::Attempt => self.frames.push(Frame::Attempts { count: 1, place: self.place }),
            Instruction::Join | Instruction::Cut => self.end_group(),
            Instruction::Leave(choice) => return Some(self.program.choices[choice].end),
            Instruction::Choose { choice, site } => {
                let choice = &self.program.choices[choice];
                let drawn = if choice.starts.len() > 1 { self.draw(site) } else { 0.0 };
                let branch = choice.shares.partition_point(|share| *share <= drawn).min(choice.starts.len() - 1);
                return Some(choice.starts[branch]);
            }
            Instruction::Again { retry, site } => return Some(self.again(retry, site).unwrap_or(at + 1)),
        }
        Some(at + 1)
    }

    fn back(&mut self) -> Option<usize> {
        match self.frames.pop() {
            Some(Frame::Call { back, place }) => {
                self.place = place;
                Some(back)
            }
            _ => None,
        }
    }

    fn end_branch(&mut self, later: fn(f64, f64) -> f64) {
        if let Some(Frame::Branches { start, end }) = self.frames.last_mut() {
            *end = Some(end.map_or(self.time, |end| later(end, self.time)));
            self.time = *start;
        }
    }

    fn end_group(&mut self) {
        match self.frames.pop() {
            Some(Frame::Branches { end: Some(end), .. }) => self.time = end,
            Some(Frame::Deadline(end)) => self.time = self.time.min(end),
            _ => {}
        }
    }

    /// Where the next attempt begins, if there is one. Each has draws of its own; the first has those it would have without a retry.
    fn again(&mut self, retry: usize, site: u64) -> Option<usize> {
        let retry = self.program.retries[retry];
        let Some(Frame::Attempts { count, place }) = self.frames.pop() else { return None };
        if count < retry.most && (retry.fail >= 1.0 || retry.fail > 0.0 && self.draw(site) < retry.fail) {
            self.time += retry.backoff;
            self.place = mix(mix(place ^ site) ^ u64::from(count));
            self.frames.push(Frame::Attempts { count: count + 1, place });
            return Some(retry.start);
        }
        self.place = place;
        None
    }
}
