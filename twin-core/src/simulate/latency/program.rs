//! A model as a list of instructions, so that running it needs no recursion.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Error, ErrorKind, Result, hash_of, shortened};
use crate::simulate::check::{amount, invalid, probability, within};
use crate::simulate::components::strong_components;
use crate::simulate::latency::model::{Branch, LatencyModel, Step};
use crate::simulate::latency::sampler::{GammaTable, Sampler};

/// How far the branches of a choice may miss 1 together.
const ROUNDING: f64 = 1e-9;
/// Different shapes of gamma distributions in one model: each takes some milliseconds to make ready.
const MOST_TABLES: usize = 1000;
/// What no count of steps goes over.
const ENDLESS: f64 = 1e300;

/// What the machine does next. A site is a place within an operation, as a hash: draws are keyed by it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction {
    Work {
        sampler: usize,
        operation: usize,
        site: u64,
    },
    Call {
        operation: usize,
        site: u64,
    },
    Return,
    /// Remembers when branches begin.
    Fork,
    /// Ends a branch of which the longest counts, and goes back to when they began.
    Longest,
    /// Ends a branch of which the shortest counts.
    Shortest,
    Join,
    Choose {
        choice: usize,
        site: u64,
    },
    /// Goes to the end of a choice.
    Leave(usize),
    Limit(f64),
    Cut,
    Attempt,
    Again {
        retry: usize,
        site: u64,
    },
}

/// Where the branches of a choice begin.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The probability of a branch and all before it, for those that are possible.
    pub shares: Vec<f64>,
    /// Where each of them begins.
    pub starts: Vec<usize>,
    /// Where all end.
    pub end: usize,
}

/// Steps that are taken again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    pub fail: f64,
    pub most: u32,
    pub backoff: f64,
    /// Where they begin.
    pub start: usize,
}

/// All operations that an entry reaches.
pub(super) struct Program {
    pub code: Vec<Instruction>,
    pub samplers: Vec<Sampler>,
    pub choices: Vec<Choice>,
    pub retries: Vec<Retry>,
    pub operations: Vec<Code>,
    pub entry: usize,
}

/// One operation.
pub(super) struct Code {
    pub name: String,
    /// Where its instructions begin.
    pub start: usize,
    /// Instructions that one run of it takes on average, whatever it calls included.
    pub steps: f64,
    /// Whether chance plays a part in how long it takes.
    pub is_random: bool,
    /// Groups of steps that are under way at once in one run of it, at most, whatever it calls included.
    pub depth: usize,
    /// What it calls, and how often on average.
    calls: Vec<(usize, f64)>,
}

impl Program {
    /// Checks a whole model and makes ready what is needed of it. O(steps).
    pub fn new(model: &LatencyModel, entry: &str) -> Result<Self> {
        let places: BTreeMap<&str, usize> = model.operations.keys().map(String::as_str).zip(0..).collect();
        let known = || places.keys().copied();
        let entry = places.get(entry).copied().ok_or_else(|| Error::unknown("operation", entry, known()))?;
        let program = Program {
            code: Vec::new(),
            samplers: Vec::new(),
            choices: Vec::new(),
            retries: Vec::new(),
            operations: Vec::new(),
            entry,
        };
        let mut compiler = Compiler { places, program, tables: BTreeMap::new(), sites: BTreeMap::new(), open: 0 };
        for (name, operation) in &model.operations {
            let of =
                |error: Error| Error::new(error.kind(), format!("operation \"{}\"", shortened(name))).because(error);
            compiler.operation(name, &operation.steps).map_err(of)?;
        }
        let mut program = compiler.program;
        program.follow_calls()?;
        Ok(program)
    }

    /// Adds up steps and chance over what is called, callees first.
    fn follow_calls(&mut self) -> Result<()> {
        let next: Vec<Vec<usize>> = self
            .operations
            .iter()
            .map(|operation| operation.calls.iter().map(|(callee, _)| *callee).collect())
            .collect();
        for component in strong_components(&next) {
            let place = component[0];
            if component.len() > 1 || next[place].contains(&place) {
                return Err(self.circle(&next, &component));
            }
            let calls = &self.operations[place].calls;
            let below: f64 = calls.iter().map(|(callee, count)| count * self.operations[*callee].steps).sum();
            let is_random = calls.iter().any(|(callee, _)| self.operations[*callee].is_random);
            let deepest = calls.iter().map(|(callee, _)| self.operations[*callee].depth).max().unwrap_or(0);
            let operation = &mut self.operations[place];
            operation.steps = (operation.steps + below).min(ENDLESS);
            operation.is_random |= is_random;
            operation.depth += deepest;
        }
        Ok(())
    }

    /// An error that names one way around, the shortest from the first operation of the component.
    fn circle(&self, next: &[Vec<usize>], component: &[usize]) -> Error {
        let inside: BTreeSet<usize> = component.iter().copied().collect();
        let first = component[0];
        let mut from: BTreeMap<usize, usize> = BTreeMap::new();
        let mut waiting = std::collections::VecDeque::from([first]);
        while let Some(place) = waiting.pop_front().filter(|_| !from.contains_key(&first)) {
            for other in next[place].iter().filter(|other| inside.contains(other)) {
                if !from.contains_key(other) {
                    from.insert(*other, place);
                    waiting.push_back(*other);
                }
            }
        }
        let back = |place: &usize| from.get(place).copied().filter(|before| *before != first);
        let mut way: Vec<usize> =
            std::iter::successors(from.get(&first).copied().filter(|last| *last != first), back).collect();
        way.push(first);
        way.reverse();
        way.push(first);
        const SHOWN: usize = 12;
        let names = way.iter().take(SHOWN).map(|place| format!("\"{}\"", shortened(&self.operations[*place].name)));
        let (names, more) = (names.collect::<Vec<String>>().join(" -> "), if way.len() > SHOWN { " -> …" } else { "" });
        Error::new(ErrorKind::Invalid, format!("calls go in a circle, {names}{more}: one request would never end"))
    }
}

struct Compiler<'a> {
    places: BTreeMap<&'a str, usize>,
    program: Program,
    /// Tables of gamma distributions by the bits of their shape.
    tables: BTreeMap<u64, Arc<GammaTable>>,
    /// How many sites of a sort and name the operation has so far.
    sites: BTreeMap<(&'static str, &'a str), u32>,
    /// Groups of steps that are open.
    open: usize,
}

/// What is left to do of an operation, and how often it is done on average.
enum Pending<'a> {
    Steps(&'a [Step], f64),
    Emit(Instruction),
    /// A group of steps ends with this.
    Close(Instruction),
    /// A branch of a choice begins here.
    Start(usize),
    /// A choice ends here.
    End(usize),
}

impl<'a> Compiler<'a> {
    fn operation(&mut self, name: &str, steps: &'a [Step]) -> Result<()> {
        self.sites.clear();
        let start = self.program.code.len();
        let code = Code { name: name.to_owned(), start, steps: 1.0, is_random: false, depth: 0, calls: Vec::new() };
        self.program.operations.push(code);
        let mut pending = vec![Pending::Steps(steps, 1.0)];
        while let Some(next) = pending.pop() {
            match next {
                Pending::Steps([], _) => {}
                Pending::Steps([step, rest @ ..], times) => {
                    pending.push(Pending::Steps(rest, times));
                    let code = self.current();
                    code.steps = (code.steps + times).min(ENDLESS);
                    self.step(step, times, &mut pending)?;
                }
                Pending::Close(instruction) => {
                    self.open -= 1;
                    self.program.code.push(instruction);
                }
                Pending::Emit(instruction) => self.program.code.push(instruction),
                Pending::Start(choice) => self.program.choices[choice].starts.push(self.program.code.len()),
                Pending::End(choice) => {
                    self.open -= 1;
                    self.program.choices[choice].end = self.program.code.len();
                }
            }
        }
        self.program.code.push(Instruction::Return);
        Ok(())
    }

    fn current(&mut self) -> &mut Code {
        let last = self.program.operations.len() - 1;
        &mut self.program.operations[last]
    }

    fn step(&mut self, step: &'a Step, times: f64, pending: &mut Vec<Pending<'a>>) -> Result<()> {
        match step {
            Step::Work(work) => {
                let tables = &mut self.tables;
                let sampler = Sampler::new(work, |shape| table(tables, shape))?;
                self.current().is_random |= !sampler.is_constant();
                let (sampler, operation) = (self.add_sampler(sampler), self.program.operations.len() - 1);
                let site = self.site("work", "");
                self.program.code.push(Instruction::Work { sampler, operation, site });
            }
            Step::Call(name) => {
                let known = || Error::unknown("operation of a call", name, self.places.keys().copied());
                let operation = self.places.get(name.as_str()).copied().ok_or_else(known)?;
                self.current().calls.push((operation, times));
                let site = self.site("call", name);
                self.program.code.push(Instruction::Call { operation, site });
            }
            Step::Par(branches) => self.fork(branches, Instruction::Longest, times, pending),
            Step::Race(branches) => self.fork(branches, Instruction::Shortest, times, pending),
            Step::Choice(branches) => self.choice(branches, times, pending)?,
            Step::Timeout { ms, steps } => {
                let ms = amount(*ms, format_args!("ms of a timeout"))?;
                self.begin(Instruction::Limit(ms));
                pending.extend([Pending::Close(Instruction::Cut), Pending::Steps(steps, times)]);
            }
            Step::Retry { fail, max_attempts, backoff_ms, steps } => {
                let fail = probability(*fail, format_args!("fail of a retry"))?;
                let backoff = amount(*backoff_ms, format_args!("backoff_ms of a retry"))?;
                if *max_attempts == 0 {
                    return Err(invalid("max_attempts of a retry is 0: one attempt is the least".to_owned()));
                }
                let retry = Retry { fail, most: *max_attempts, backoff, start: self.program.code.len() + 1 };
                self.retry(retry, steps, times, pending);
            }
        }
        Ok(())
    }

    /// Opens a group of steps.
    fn begin(&mut self, instruction: Instruction) {
        self.open += 1;
        let open = self.open;
        let code = self.current();
        code.depth = code.depth.max(open);
        self.program.code.push(instruction);
    }

    fn add_sampler(&mut self, sampler: Sampler) -> usize {
        self.program.samplers.push(sampler);
        self.program.samplers.len() - 1
    }

    /// The hash of a place within its operation: of what sort it is, which it names, and the how-manyeth of those it is. What stands around it does not matter, so that draws stay
    /// when steps come to run side by side, get a timeout, or get new neighbours.
    fn site(&mut self, sort: &'static str, name: &'a str) -> u64 {
        let count = self.sites.entry((sort, name)).or_default();
        *count += 1;
        hash_of(&(sort, name, *count))
    }

    fn fork(&mut self, branches: &'a [Vec<Step>], end: Instruction, times: f64, pending: &mut Vec<Pending<'a>>) {
        self.begin(Instruction::Fork);
        pending.push(Pending::Close(Instruction::Join));
        for steps in branches.iter().rev() {
            pending.extend([Pending::Emit(end), Pending::Steps(steps, times)]);
        }
    }

    fn choice(&mut self, branches: &'a [Branch], times: f64, pending: &mut Vec<Pending<'a>>) -> Result<()> {
        let mut total = 0.0;
        for branch in branches {
            total += probability(branch.p, format_args!("p of a choice"))?;
        }
        if (total - 1.0).abs() > ROUNDING {
            return Err(invalid(format!("the branches of a choice add up to {total}: they must add up to 1")));
        }
        let (choice, site) = (self.program.choices.len(), self.site("choice", ""));
        let possible: Vec<&Branch> = branches.iter().filter(|branch| branch.p > 0.0).collect();
        let shares = possible.iter().scan(0.0, |sum, branch| {
            *sum += branch.p;
            Some(*sum)
        });
        self.current().is_random |= possible.len() > 1;
        self.program.choices.push(Choice { shares: shares.collect(), starts: Vec::new(), end: 0 });
        self.begin(Instruction::Choose { choice, site });
        pending.push(Pending::End(choice));
        for branch in branches.iter().rev() {
            pending.push(Pending::Emit(Instruction::Leave(choice)));
            pending.push(Pending::Steps(&branch.steps, times * branch.p));
            // What is never chosen is checked as well, but nothing leads there.
            pending.extend((branch.p > 0.0).then_some(Pending::Start(choice)));
        }
        Ok(())
    }

    fn retry(&mut self, retry: Retry, steps: &'a [Step], times: f64, pending: &mut Vec<Pending<'a>>) {
        let (place, site) = (self.program.retries.len(), self.site("retry", ""));
        let (fail, most) = (retry.fail, f64::from(retry.most));
        self.current().is_random |= most > 1.0 && fail > 0.0 && fail < 1.0;
        let attempts = if fail < 1.0 { -(most * fail.ln()).exp_m1() / (1.0 - fail) } else { most };
        self.program.retries.push(retry);
        self.begin(Instruction::Attempt);
        let times = (times * attempts).min(ENDLESS);
        self.current().steps += times;
        pending.push(Pending::Close(Instruction::Again { retry: place, site }));
        pending.push(Pending::Steps(steps, times));
    }
}

fn table(tables: &mut BTreeMap<u64, Arc<GammaTable>>, shape: f64) -> Result<Arc<GammaTable>> {
    within(tables.len() + 1, MOST_TABLES, format_args!("different shapes of gamma distributions"))?;
    Ok(tables.entry(shape.to_bits()).or_insert_with(|| Arc::new(GammaTable::new(shape))).clone())
}
