//! Runs a program for many samples at once: an instruction does its work for all that come by it together. Where they part, those that go one way wait for the others where the ways meet.

use std::mem;

use crate::simulate::latency::draw::{BLOCK, Samples, mix};
use crate::simulate::latency::program::{Instruction, Program};
use crate::simulate::latency::sampler::Sampler;

/// Samples that run together: what is kept of them stays near the processor.
const TOGETHER: usize = 1024;
/// Times that are kept of what is under way, at most: some ten MB for each thread.
const MOST_TIMES: usize = 1 << 21;

/// What came of some samples in a row.
pub(super) struct Block {
    /// How long each took, in milliseconds.
    pub durations: Vec<f64>,
    /// How often each operation ran.
    pub calls: Vec<u64>,
    /// How long each worked by itself.
    pub own_ms: Vec<f64>,
}

/// Samples that come by the same instructions, in their order, with the time that it is for each.
#[derive(Default)]
struct Group {
    lanes: Vec<u16>,
    times: Vec<f64>,
}

/// What is under way around an instruction, for each of the samples that come by.
enum Frame {
    /// A call: where it goes back to, and the place of the caller.
    Call { back: usize, place: u64 },
    /// Branches: when they began, and when they are over so far.
    Branches { starts: Vec<f64>, ends: Option<Vec<f64>> },
    /// When nobody waits any longer.
    Deadlines(Vec<f64>),
    /// Ways of a choice: who came to it, who is still to go, and where, and who went.
    Ways { lanes: Vec<u16>, waiting: Vec<(usize, Group)>, gone: Vec<Group> },
    /// Attempts so far, the place of the first, who came to it, and who needs no more.
    Attempts { count: u32, place: u64, lanes: Vec<u16>, gone: Vec<Group> },
}

struct Machine<'a> {
    program: &'a Program,
    samples: Samples,
    block: Block,
    frames: Vec<Frame>,
    group: Group,
    /// The chain of calls that led here, as a hash.
    place: u64,
    /// What was drawn last, for each of the group.
    drawn: Vec<f64>,
}

/// Runs the samples of one block, or as many of them as there are.
pub(super) fn run(program: &Program, seed: u64, number: u64, samples: u64) -> Block {
    let first = number * BLOCK;
    let last = (first + BLOCK).min(samples);
    let operations = program.operations.len();
    let block = Block {
        durations: Vec::with_capacity(last.saturating_sub(first) as usize),
        calls: vec![0; operations],
        own_ms: vec![0.0; operations],
    };
    let mut machine = Machine {
        program,
        samples: Samples::new(first..first),
        block,
        frames: Vec::new(),
        group: Group::default(),
        place: 0,
        drawn: Vec::new(),
    };
    let together = (MOST_TIMES / program.operations[program.entry].depth.max(1)).clamp(1, TOGETHER);
    for from in (first..last).step_by(together) {
        machine.run(Samples::new(from..last.min(from + together as u64)), mix(seed));
    }
    machine.block
}

impl Machine<'_> {
    fn run(&mut self, samples: Samples, root: u64) {
        let count = samples.len();
        self.group = Group { lanes: (0..count as u16).collect(), times: vec![0.0; count] };
        (self.samples, self.place) = (samples, root);
        let mut next = Some(self.enter(self.program.entry));
        while let Some(at) = next {
            next = self.step(at);
        }
        self.block.durations.append(&mut self.group.times);
    }

    /// Does what stands at one place, and tells the next; `None` at the end of the entry.
    fn step(&mut self, at: usize) -> Option<usize> {
        match self.program.code[at] {
            Instruction::Work { sampler, operation, site } => self.work(sampler, operation, site),
            Instruction::Call { operation, site } => {
                self.frames.push(Frame::Call { back: at + 1, place: self.place });
                self.place = mix(self.place ^ site);
                return Some(self.enter(operation));
            }
            Instruction::Return => return self.back(),
            Instruction::Fork => {
                self.frames.push(Frame::Branches { starts: self.group.times.clone(), ends: None });
            }
            Instruction::Longest => self.end_branch(f64::max),
            Instruction::Shortest => self.end_branch(f64::min),
            Instruction::Limit(ms) => {
                let deadlines = self.group.times.iter().map(|time| time + ms).collect();
                self.frames.push(Frame::Deadlines(deadlines));
            }
            Instruction::Attempt => {
                let (place, lanes) = (self.place, self.group.lanes.clone());
                self.frames.push(Frame::Attempts { count: 1, place, lanes, gone: Vec::new() });
            }
            Instruction::Join | Instruction::Cut => self.end_group(),
            Instruction::Choose { choice, site } => return self.choose(choice, site),
            Instruction::Leave(choice) => return Some(self.leave(choice)),
            Instruction::Again { retry, site } => return Some(self.again(retry, site).unwrap_or(at + 1)),
        }
        Some(at + 1)
    }

    fn draw(&mut self, site: u64) {
        self.samples.uniforms(mix(self.place ^ site), &self.group.lanes, &mut self.drawn);
    }

    fn enter(&mut self, operation: usize) -> usize {
        self.block.calls[operation] += self.group.lanes.len() as u64;
        self.program.operations[operation].start
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

    fn work(&mut self, sampler: usize, operation: usize, site: u64) {
        let program = self.program;
        match &program.samplers[sampler] {
            Sampler::Constant(ms) => {
                self.group.pass(*ms);
                self.block.own_ms[operation] += ms * self.group.lanes.len() as f64;
            }
            sampler => {
                self.draw(site);
                sampler.durations(&mut self.drawn);
                self.group.times.iter_mut().zip(&self.drawn).for_each(|(time, took)| *time += took);
                self.block.own_ms[operation] += self.drawn.iter().sum::<f64>();
            }
        }
    }

    #[inline]
    fn end_branch(&mut self, later: impl Fn(f64, f64) -> f64) {
        let Some(Frame::Branches { starts, ends }) = self.frames.last_mut() else { return };
        match ends {
            None => *ends = Some(mem::replace(&mut self.group.times, starts.clone())),
            Some(ends) => {
                ends.iter_mut().zip(&self.group.times).for_each(|(end, time)| *end = later(*end, *time));
                self.group.times.copy_from_slice(starts);
            }
        }
    }

    fn end_group(&mut self) {
        match self.frames.pop() {
            Some(Frame::Branches { ends: Some(ends), .. }) => self.group.times = ends,
            Some(Frame::Deadlines(ends)) => {
                self.group.times.iter_mut().zip(ends).for_each(|(time, end)| *time = time.min(end));
            }
            _ => {}
        }
    }

    /// Where the first of those go who part here.
    fn choose(&mut self, choice: usize, site: u64) -> Option<usize> {
        let choice = &self.program.choices[choice];
        let mut ways: Vec<Group> = choice.starts.iter().map(|_| Group::default()).collect();
        let lanes = self.group.lanes.clone();
        match ways.as_mut_slice() {
            [only] => *only = mem::take(&mut self.group),
            ways => {
                self.draw(site);
                let last = ways.len() - 1;
                for (drawn, member) in self.drawn.iter().zip(self.group.members()) {
                    ways[choice.shares.partition_point(|share| share <= drawn).min(last)].add(member);
                }
            }
        }
        let all = choice.starts.iter().copied().zip(ways).rev();
        let mut waiting: Vec<(usize, Group)> = all.filter(|(_, group)| !group.lanes.is_empty()).collect();
        let (start, first) = waiting.pop()?;
        self.group = first;
        self.frames.push(Frame::Ways { lanes, waiting, gone: Vec::new() });
        Some(start)
    }

    /// Where the next go, or where all go once everybody is here.
    fn leave(&mut self, choice: usize) -> usize {
        match self.frames.pop() {
            Some(Frame::Ways { lanes, mut waiting, mut gone }) => match waiting.pop() {
                Some((start, next)) => {
                    gone.push(mem::replace(&mut self.group, next));
                    self.frames.push(Frame::Ways { lanes, waiting, gone });
                    start
                }
                None => {
                    self.unite(lanes, gone);
                    self.program.choices[choice].end
                }
            },
            _ => self.program.choices[choice].end,
        }
    }

    /// Where the next attempt begins for those who need one, if anybody does. Each has draws of its own; the first has those it would have without a retry.
    fn again(&mut self, retry: usize, site: u64) -> Option<usize> {
        let retry = self.program.retries[retry];
        let Some(Frame::Attempts { count, place, lanes, mut gone }) = self.frames.pop() else { return None };
        if count < retry.most && retry.fail > 0.0 {
            self.draw(site);
            let (mut failed, mut well) = (Group::default(), Group::default());
            for (drawn, member) in self.drawn.iter().zip(self.group.members()) {
                if *drawn < retry.fail { failed.add(member) } else { well.add(member) }
            }
            if !failed.lanes.is_empty() {
                failed.pass(retry.backoff);
                self.group = failed;
                gone.push(well);
                self.place = mix(mix(place ^ site) ^ u64::from(count));
                self.frames.push(Frame::Attempts { count: count + 1, place, lanes, gone });
                return Some(retry.start);
            }
        }
        self.place = place;
        self.unite(lanes, gone);
        None
    }

    /// Everybody goes on together.
    fn unite(&mut self, lanes: Vec<u16>, gone: Vec<Group>) {
        if gone.is_empty() {
            return;
        }
        self.drawn.resize(self.samples.len(), 0.0);
        for (lane, time) in gone.iter().chain([&self.group]).flat_map(Group::members) {
            self.drawn[usize::from(lane)] = time;
        }
        let times = lanes.iter().map(|lane| self.drawn[usize::from(*lane)]).collect();
        self.group = Group { lanes, times };
    }
}

impl Group {
    fn members(&self) -> impl Iterator<Item = (u16, f64)> + '_ {
        self.lanes.iter().copied().zip(self.times.iter().copied())
    }

    #[inline]
    fn add(&mut self, (lane, time): (u16, f64)) {
        self.lanes.push(lane);
        self.times.push(time);
    }

    fn pass(&mut self, ms: f64) {
        self.times.iter_mut().for_each(|time| *time += ms);
    }
}
