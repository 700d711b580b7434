//! Systems that are made up: what their services do for a request, step by step.

use serde_json::{Value, json};

use crate::synthetic::Random;

/// A system and the requests that come.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// The first one is asked from outside.
    pub services: Vec<Service>,
    /// By number.
    pub operations: Vec<Operation>,
    /// Which operations are asked from outside, and their part of all requests.
    pub mix: Vec<(usize, f64)>,
    /// How many requests come in a second.
    pub rate: f64,
    /// Who calls several at once waits for all of them although one failed.
    pub waits_for_all: bool,
    /// Calls say how often they were made before.
    pub tells_attempts: bool,
    /// Calls of caches say whether something was found.
    pub tells_hits: bool,
}

/// Where operations run.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// How many requests each instance serves at a time; `None` for any number.
    pub workers: Option<usize>,
    /// How many instances it has; callers draw one.
    pub instances: usize,
    /// Where it runs.
    pub region: String,
}

/// What a service does when it is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub service: usize,
    /// One after the other.
    pub steps: Vec<Step>,
    /// How often it fails by itself, after all of its steps.
    pub fails: f64,
}

/// A part of what an operation does.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Takes a time of a lognormal distribution.
    Work {
        /// Its median.
        median_ms: f64,
        /// Standard deviation of its logarithm.
        sigma: f64,
    },
    /// Asks and waits.
    Call(Call),
    /// All at once, until all are done.
    Together(Vec<Vec<Step>>),
    /// For a part of the requests.
    Sometimes {
        /// Their part.
        part: f64,
        /// What is done for them.
        steps: Vec<Step>,
    },
    /// Asks a cache, and does something else for what it does not have.
    Cached {
        /// The cache.
        cache: Call,
        /// How often it has what it is asked for.
        hits: f64,
        /// What is done otherwise.
        miss: Vec<Step>,
    },
    /// Asks and does not wait.
    Publish(usize),
}

/// How somebody is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call {
    /// Which operation.
    pub operation: usize,
    /// The caller goes on without an answer.
    pub is_optional: bool,
    /// For how long it waits.
    pub timeout_ms: Option<f64>,
    /// How often it asks once more.
    pub retries: u32,
    /// For how long it rests before.
    pub backoff_ms: f64,
}

/// Layers of services beneath the one that is asked from outside.
const LAYERS: u32 = 3;
/// How busy limited services are at most.
const BUSIEST: f64 = 0.72;

impl System {
    /// The system of a number, whether it can be run or not.
    pub fn random(number: u64) -> System {
        let mut random = Random::new(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5157_e115);
        let mut making = Making { services: Vec::new(), operations: Vec::new(), random: Random::new(number) };
        let mut below: Vec<usize> = Vec::new();
        for layer in (0..LAYERS).rev() {
            let count = 2 + random.below(2);
            let layer: Vec<usize> = (0..count).flat_map(|place| making.service(layer, place, &below)).collect();
            below.extend(layer);
        }
        let entries = making.entry(&below);
        let main = 0.4 + 0.3 * random.unit();
        let mut system = System {
            services: making.services,
            operations: making.operations,
            mix: vec![(entries[0], main), (entries[1], 1.0 - main)],
            rate: f64::from(20 + random.below(30)),
            waits_for_all: random.chance(50),
            tells_attempts: random.chance(50),
            tells_hits: random.chance(50),
        };
        system.limit(&mut random);
        system
    }

    /// Gives some services as many workers as keep them busy for a part of the time.
    fn limit(&mut self, random: &mut Random) {
        let busy = self.busy();
        for (service, busy) in self.services.iter_mut().zip(busy).skip(1) {
            if !random.chance(45) || busy == 0.0 {
                continue;
            }
            let instances = if random.chance(30) { 2 } else { 1 };
            let goal = 0.3 + (BUSIEST - 0.3) * random.unit();
            let workers = (busy / goal / instances as f64).ceil().max(1.0);
            if workers <= 12.0 {
                service.workers = Some(workers as usize);
                service.instances = instances;
            }
        }
    }

    /// How many requests each service serves at a time, roughly, and waiting for nobody's workers.
    fn busy(&self) -> Vec<f64> {
        let mut busy = vec![0.0; self.services.len()];
        for (operation, part) in &self.mix {
            add_busy(&self.operations, *operation, self.rate * part, &mut busy);
        }
        busy
    }

    /// `service.operation`.
    pub fn name(&self, operation: usize) -> String {
        let of = &self.operations[operation];
        format!("{}.{}", self.services[of.service].name, of.name)
    }

    /// The operations of the service that is asked from outside.
    pub fn endpoints(&self) -> impl Iterator<Item = usize> + '_ {
        self.mix.iter().map(|(operation, _)| *operation)
    }

    /// What a twin may know of it beside spans, in the shape that `reality` reads.
    pub fn declared(&self) -> Value {
        let mut edges = Vec::new();
        for number in 0..self.operations.len() {
            self.edges(number, &self.operations[number].steps, &mut edges);
        }
        let service = |(number, of): (usize, &Service)| {
            let own = self.operations.iter().filter(|operation| operation.service == number);
            let operations: Vec<&str> = own.map(|operation| operation.name.as_str()).collect();
            json!({"id": of.name, "region": of.region, "operations": operations, "workers": of.workers})
        };
        let services: Vec<Value> = self.services.iter().enumerate().map(service).collect();
        json!({"services": services, "edges": edges, "entry": self.services[0].name, "arrival_rate_per_s": self.rate})
    }

    fn edges(&self, caller: usize, steps: &[Step], into: &mut Vec<Value>) {
        let call = |call: &Call, kind: &str, is_optional: bool| {
            let criticality = if is_optional { "optional" } else { "required" };
            json!({
                "from": self.name(caller), "to": self.name(call.operation), "kind": kind, "criticality": criticality,
                "timeout_ms": call.timeout_ms, "retries": call.retries, "backoff_ms": call.backoff_ms,
            })
        };
        for step in steps {
            match step {
                Step::Work { .. } => {}
                Step::Call(to) => into.push(call(to, "calls", to.is_optional)),
                Step::Together(branches) => branches.iter().for_each(|branch| self.edges(caller, branch, into)),
                Step::Sometimes { steps, .. } => self.edges(caller, steps, into),
                Step::Cached { cache, miss, .. } => {
                    into.push(call(cache, "caches_in", true));
                    self.edges(caller, miss, into);
                }
                Step::Publish(to) => into.push(json!({
                    "from": self.name(caller), "to": self.name(*to), "kind": "publishes", "criticality": "async",
                })),
            }
        }
    }

    /// All caches: who asks which.
    pub fn caches(&self) -> Vec<(usize, usize)> {
        fn of(steps: &[Step], into: &mut Vec<usize>) {
            for step in steps {
                match step {
                    Step::Cached { cache, .. } => into.push(cache.operation),
                    Step::Sometimes { steps, .. } => of(steps, into),
                    Step::Together(branches) => branches.iter().for_each(|branch| of(branch, into)),
                    Step::Work { .. } | Step::Call(_) | Step::Publish(_) => {}
                }
            }
        }
        let mut caches = Vec::new();
        for operation in &self.operations {
            let mut own = Vec::new();
            of(&operation.steps, &mut own);
            caches.extend(own.into_iter().map(|cache| (operation.service, self.operations[cache].service)));
        }
        caches
    }
}

/// Adds what so many requests in a second keep busy; returns how long one takes, in seconds.
fn add_busy(operations: &[Operation], operation: usize, rate: f64, busy: &mut [f64]) -> f64 {
    let of = &operations[operation];
    let took = steps_busy(operations, &of.steps, rate, busy);
    busy[of.service] += rate * took;
    took
}

fn steps_busy(operations: &[Operation], steps: &[Step], rate: f64, busy: &mut [f64]) -> f64 {
    let of = |step: &Step, busy: &mut [f64]| match step {
        Step::Work { median_ms, sigma } => median_ms * (sigma * sigma / 2.0).exp() / 1e3,
        Step::Call(call) => add_busy(operations, call.operation, rate, busy),
        Step::Together(branches) => {
            branches.iter().map(|branch| steps_busy(operations, branch, rate, busy)).fold(0.0, f64::max)
        }
        Step::Sometimes { part, steps } => part * steps_busy(operations, steps, part * rate, busy),
        Step::Cached { cache, hits, miss } => {
            let missed = (1.0 - hits) * steps_busy(operations, miss, (1.0 - hits) * rate, busy);
            missed + add_busy(operations, cache.operation, rate, busy)
        }
        Step::Publish(operation) => {
            add_busy(operations, *operation, rate, busy);
            0.0
        }
    };
    steps.iter().map(|step| of(step, busy)).sum()
}

/// A system that is being made.
struct Making {
    services: Vec<Service>,
    operations: Vec<Operation>,
    random: Random,
}

impl Making {
    fn add_service(&mut self, name: String) -> usize {
        let region = "r1".to_owned();
        self.services.push(Service { name, workers: None, instances: 1, region });
        self.services.len() - 1
    }

    fn add_operation(&mut self, service: usize, name: &str, steps: Vec<Step>, fails: f64) -> usize {
        self.operations.push(Operation { name: name.to_owned(), service, steps, fails });
        self.operations.len() - 1
    }

    /// The one that is asked from outside, first of all services, with two operations that call most of the others.
    fn entry(&mut self, below: &[usize]) -> [usize; 2] {
        self.services.insert(0, Service { name: "web".to_owned(), workers: None, instances: 1, region: "r1".into() });
        self.operations.iter_mut().for_each(|operation| operation.service += 1);
        ["home", "order"].map(|name| {
            let parts = 2 + self.random.below(3);
            let steps = self.steps(below, parts, 0);
            self.add_operation(0, name, steps, 0.0)
        })
    }

    /// A service of a layer with one or two operations, which call those below.
    fn service(&mut self, layer: u32, place: u32, below: &[usize]) -> Vec<usize> {
        let service = self.add_service(format!("s{layer}{place}"));
        let names = &["read", "write"][..1 + self.random.below(2) as usize];
        let operation = |name: &&str| {
            let calls = if below.is_empty() { 0 } else { self.random.below(3) };
            let steps = self.steps(below, calls, layer + 1);
            let fails = if self.random.chance(30) { 0.01 + 0.1 * self.random.unit() } else { 0.0 };
            self.add_operation(service, name, steps, fails)
        };
        names.iter().map(operation).collect()
    }

    /// Work, and so many parts that call somebody, with work between.
    fn steps(&mut self, below: &[usize], parts: u32, layer: u32) -> Vec<Step> {
        let mut left = self.random.choose_some(below, below.len());
        let mut steps = vec![self.work(layer)];
        for _ in 0..parts {
            let Some(step) = self.part(&mut left) else { break };
            steps.extend(step);
            if self.random.chance(70) {
                steps.push(self.work(layer));
            }
        }
        steps
    }

    fn work(&mut self, layer: u32) -> Step {
        let median_ms = (0.5 + 4.0 * self.random.unit()) * f64::from(1 + layer * layer);
        Step::Work { median_ms, sigma: 0.2 + 0.5 * self.random.unit() }
    }

    /// A part that calls somebody whom nobody else of the same operation calls, so that what is declared of a call is one thing.
    fn part(&mut self, left: &mut Vec<usize>) -> Option<Vec<Step>> {
        let call = self.call(left)?;
        Some(match self.random.below(10) {
            0 | 1 => {
                let mut branches = vec![vec![Step::Call(call)]];
                branches.extend(self.call(left).map(|other| vec![Step::Call(other)]));
                if self.random.chance(40) {
                    branches.extend(self.call(left).map(|other| vec![self.work(1), Step::Call(other)]));
                }
                vec![Step::Together(branches)]
            }
            2 | 3 => vec![Step::Sometimes { part: 0.2 + 0.6 * self.random.unit(), steps: vec![Step::Call(call)] }],
            4 | 5 => {
                let cache = self.cache();
                let hits = 0.3 + 0.6 * self.random.unit();
                vec![Step::Cached { cache, hits, miss: vec![Step::Call(call), self.work(0)] }]
            }
            6 => vec![Step::Call(call); 2 + self.random.below(2) as usize],
            7 => vec![Step::Publish(call.operation)],
            _ => vec![Step::Call(call)],
        })
    }

    fn call(&mut self, left: &mut Vec<usize>) -> Option<Call> {
        let operation = left.pop()?;
        let is_optional = self.random.chance(35);
        let usual_ms = 1e3 * add_busy(&self.operations, operation, 0.0, &mut vec![0.0; self.services.len() + 1]);
        let timeout_ms = self.random.chance(35).then(|| (usual_ms * (1.8 + 4.0 * self.random.unit())).ceil());
        let retries = if self.random.chance(30) { 1 + self.random.below(2) } else { 0 };
        let backoff_ms = if retries > 0 { f64::from(self.random.below(10)) } else { 0.0 };
        Some(Call { operation, is_optional, timeout_ms, retries, backoff_ms })
    }

    /// A cache of its own.
    fn cache(&mut self) -> Call {
        let service = self.add_service(format!("cache{}", self.services.len()));
        let steps = vec![Step::Work { median_ms: 0.5 + self.random.unit(), sigma: 0.3 }];
        let operation = self.add_operation(service, "get", steps, 0.0);
        Call { operation, is_optional: true, timeout_ms: None, retries: 0, backoff_ms: 0.0 }
    }
}
