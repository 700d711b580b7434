//! Incidents that are made up: services that call each other, a normal period with a rhythm of the day, noise and gaps, and one fault at one place that passes to whoever calls it.

use std::f64::consts::TAU;
use std::ops::Range;

use twin_core::analysis::{Incident, Metric, MetricSeries, ObservedNode, RecentChange, Symptom};

use crate::synthetic::Random;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It answers late.
    Delay,
    /// It fails.
    Failures,
    /// It refuses some requests and is late with others.
    Throttling,
    /// It answers so late that its callers give up: they fail, it does not.
    Timeouts,
    /// It is gone: its callers fail, and nothing is heard of it.
    Crash,
    /// It calls something that it never called, which fails.
    Misconfiguration,
    /// More requests come in than it can take.
    Overload,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 7] = [
        Fault::Delay,
        Fault::Failures,
        Fault::Throttling,
        Fault::Timeouts,
        Fault::Crash,
        Fault::Misconfiguration,
        Fault::Overload,
    ];

    fn symptom(self) -> Metric {
        match self {
            Fault::Delay | Fault::Overload => Metric::Latency,
            _ => Metric::Availability,
        }
    }
}

/// An incident with what caused it.
#[derive(Clone, Debug)]
pub struct Made {
    /// What is known of it.
    pub incident: Incident,
    /// Where the fault is.
    pub cause: String,
    /// What it is.
    pub fault: Fault,
    /// In which intervals of the incident it is there.
    during: Range<usize>,
}

impl Made {
    /// The same incident by somebody who looks at it from the alarm on, so that no interval of it is quiet.
    pub fn from_its_beginning(&self) -> Incident {
        let mut incident = self.incident.clone();
        let all = incident.nodes.iter_mut().flat_map(|node| &mut node.series);
        all.for_each(|series| series.during = series.during[self.during.clone()].to_vec());
        incident
    }

    /// The same incident, with what was changed: most causes are changes of the last hour, and some of everything was changed within the last day without any part in it.
    pub fn told_changes(&self, seed: u64) -> Incident {
        let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x00c0_ffee);
        let mut changes = Vec::new();
        for node in &self.incident.nodes {
            let is_why = node.id == self.cause && random.unit() < CHANGED;
            if is_why || random.unit() < CHANGED_OTHERWISE {
                let before = if is_why { 12.0 } else { 288.0 } * random.unit();
                let what = if is_why { "a change that is why" } else { "another change" };
                changes.push(RecentChange { node: node.id.clone(), what: what.to_owned(), at: 1.0 - before });
            }
        }
        Incident { changes, ..self.incident.clone() }
    }
}

/// Which part of causes is a change, and which part of everything else was changed.
const CHANGED: f64 = 0.7;
const CHANGED_OTHERWISE: f64 = 0.3;

/// How many intervals the normal period has.
const NORMAL: usize = 288;
/// How many the incident has.
const DURING: usize = 5;

/// How often a fault is tried before it is given up that it is felt.
const TRIES: u64 = 8;
/// How many intervals without a fault tell whether a fault is felt.
const CALM: usize = 48;

/// An incident for each number; `None` where no fault that is tried can be felt where requests come in.
pub fn make(seed: u64, fault: Fault) -> Option<Made> {
    (0..TRIES).find_map(|attempt| attempted(seed.wrapping_mul(TRIES).wrapping_add(attempt), fault))
}

/// What nobody should be blamed for: the same, without a fault.
pub fn calm(seed: u64, symptom: Metric) -> Incident {
    let mut random = Random::new(!seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut system = System::new(&mut random);
    let normal = system.period(&mut random, NORMAL, |_| None);
    system.drift(&mut random, 0);
    let during = system.period(&mut random, DURING, |_| None);
    system.incident(&normal, &during, symptom)
}

fn attempted(seed: u64, fault: Fault) -> Option<Made> {
    let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (fault as u64).wrapping_mul(0x1234_5677));
    let mut system = System::new(&mut random);
    let place = system.felt(&mut random, fault)?;
    let normal = system.period(&mut random, NORMAL, |_| None);
    system.drift(&mut random, place);
    let begins = 1 + random.below(2) as usize;
    let ends = if random.unit() < 0.4 { DURING - 1 } else { DURING };
    let size = random.unit();
    let mut strength = |at: usize| if (begins..ends).contains(&at) { 0.5 + 0.5 * random.unit() } else { 0.0 };
    let strengths: Vec<f64> = (0..DURING).map(&mut strength).collect();
    let blow =
        |at: usize| Some(Blow { fault, place, size, strength: strengths[at] }).filter(|blow| blow.strength > 0.0);
    let during = system.period(&mut random, DURING, blow);
    let calm = system.period(&mut random, CALM, |_| None);
    let is_felt = is_felt(&[&normal, &calm], &during[begins..ends], fault.symptom());
    let incident = || system.incident(&normal, &during, fault.symptom());
    is_felt.then(|| Made { incident: incident(), cause: name(place), fault, during: begins..ends })
}

/// Whether somebody would have been woken: the entry is worse in the middle than it ever was without the fault.
fn is_felt(calm: &[&Vec<Measured>], during: &[Measured], metric: Metric) -> bool {
    let value = |measured: &Measured| if metric == Metric::Availability { measured[0].2 } else { measured[0].1 };
    let worst = calm.iter().flat_map(|period| period.iter()).map(value).fold(0.0, f64::max);
    let mut values: Vec<f64> = during.iter().map(value).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).is_some_and(|middle| *middle > worst)
}

fn name(place: usize) -> String {
    format!("node-{place:02}")
}

/// A fault as it is in one interval.
#[derive(Clone, Copy)]
struct Blow {
    fault: Fault,
    place: usize,
    size: f64,
    strength: f64,
}

struct Service {
    delay: f64,
    noise: f64,
    failing: f64,
    /// Whether anything is measured of it.
    observed: bool,
    /// Requests from elsewhere in an interval.
    outside: f64,
}

struct Call {
    from: usize,
    to: usize,
    /// Calls for each request.
    rate: f64,
    waits: bool,
    required: bool,
}

/// Services in an order in which each is called by earlier ones only.
struct System {
    services: Vec<Service>,
    calls: Vec<Call>,
    /// Views of a call from its caller, measured as services of their own: the call, and the part of its requests that is seen.
    views: Vec<(usize, f64)>,
    /// What is only called once something is misconfigured, and by whom.
    strange: Option<usize>,
}

/// What is measured in one interval: requests, delay and part of failures of each service.
type Measured = Vec<(f64, f64, f64)>;

impl System {
    fn new(random: &mut Random) -> Self {
        let count = 6 + random.below(30) as usize;
        let mut services: Vec<Service> = (0..count).map(|place| Service::new(random, place)).collect();
        let mut calls = Vec::new();
        for to in 1..count {
            let callers = if random.unit() < 0.25 { 2 } else { 1 };
            let mut from: Vec<usize> = (0..callers).map(|_| (random.unit().powf(1.3) * to as f64) as usize).collect();
            from.dedup();
            calls.extend(from.into_iter().map(|from| Call::new(random, from, to)));
        }
        let is_leaf = |place: usize| calls.iter().all(|call| call.from != place);
        (1..count).filter(|place| is_leaf(*place)).for_each(|place| services[place].observed = random.unit() < 0.9);
        let seen = (0..calls.len()).filter(|_| random.unit() < 0.15).collect::<Vec<usize>>();
        let views = seen.into_iter().map(|call| (call, 0.1 + 0.4 * random.unit())).collect();
        System { services, calls, views, strange: None }
    }

    /// A place whose fault reaches the entry.
    fn felt(&mut self, random: &mut Random, fault: Fault) -> Option<usize> {
        let mut felt = vec![false; self.services.len()];
        felt[0] = true;
        for call in &self.calls {
            let passes = if fault.symptom() == Metric::Latency { call.waits } else { call.required && call.waits };
            felt[call.to] |= felt[call.from] && passes;
        }
        let places: Vec<usize> = (1..felt.len()).filter(|place| felt[*place]).collect();
        let place = *places.get(random.below(places.len().max(1) as u32) as usize)?;
        if fault == Fault::Misconfiguration {
            self.services[place].observed = true;
            self.strange = Some(place);
        }
        Some(place)
    }

    /// What changed between the normal period and the incident without any part in it.
    fn drift(&mut self, random: &mut Random, place: usize) {
        for (at, service) in self.services.iter_mut().enumerate() {
            let required = self.calls.iter().any(|call| call.to == at && call.required);
            if at != place && at > 0 && random.unit() < 0.2 {
                service.delay *= 0.6 + 1.4 * random.unit();
                service.failing += if !required && random.unit() < 0.5 { 0.3 * random.unit() } else { 0.0 };
            }
        }
        for call in &mut self.calls {
            if !call.required && random.unit() < 0.15 {
                call.rate *= 2.0 * random.unit();
            }
        }
    }

    fn period(&self, random: &mut Random, intervals: usize, blow: impl Fn(usize) -> Option<Blow>) -> Vec<Measured> {
        let phase = random.unit();
        let busy = |at: usize| 1.0 + 0.25 * (TAU * (at as f64 / 288.0 + phase)).sin();
        (0..intervals).map(|at| self.interval(random, busy(at), blow(at))).collect()
    }

    fn interval(&self, random: &mut Random, busy: f64, blow: Option<Blow>) -> Measured {
        let more = |of: Fault, place: usize| blow.filter(|blow| blow.fault == of && blow.place == place);
        let delays: Vec<f64> =
            self.services.iter().map(|service| service.delay * noise(random, service.noise)).collect();
        let (mut delays, mut failing) = (delays, self.services.iter().map(|it| it.failing).collect::<Vec<f64>>());
        let mut given_up = vec![0.0; self.services.len()];
        for place in 0..self.services.len() {
            for fault in Fault::ALL {
                if let Some(blow) = more(fault, place) {
                    self.hit(blow, &mut delays[place], &mut failing[place], &mut given_up[place]);
                }
            }
        }
        // From what is called to who calls it: what waits is as late as all that it waits for.
        for call in self.calls.iter().rev() {
            if call.waits {
                let waited = if given_up[call.to] >= GONE { 0.0 } else { delays[call.to] };
                delays[call.from] += call.rate * waited;
            }
            if call.waits && call.required {
                let broken = (failing[call.to] + given_up[call.to]).min(1.0) * call.rate.min(1.0);
                failing[call.from] = 1.0 - (1.0 - failing[call.from]) * (1.0 - broken);
            }
        }
        self.measured(random, busy, blow, &delays, &failing, &given_up)
    }

    fn hit(&self, blow: Blow, delay: &mut f64, failing: &mut f64, given_up: &mut f64) {
        let part = 0.03 + 0.4 * blow.size * blow.size;
        let typical = self.services.iter().map(|service| service.delay).sum::<f64>() / self.services.len() as f64;
        match blow.fault {
            Fault::Delay => *delay += blow.strength * typical * (1.0 + 8.0 * blow.size),
            Fault::Failures | Fault::Misconfiguration => *failing += blow.strength * part,
            Fault::Throttling => {
                *failing += blow.strength * part;
                *delay *= 1.0 + 3.0 * blow.strength * blow.size;
            }
            Fault::Timeouts => {
                *given_up += blow.strength * part;
                *delay += blow.strength * typical * (5.0 + 20.0 * blow.size);
            }
            Fault::Crash => *given_up += GONE,
            Fault::Overload => *delay += blow.strength * typical * (2.0 + 8.0 * blow.size),
        }
    }

    /// From who calls to what is called: what fails does not get to its later calls.
    fn measured(
        &self,
        random: &mut Random,
        busy: f64,
        blow: Option<Blow>,
        delays: &[f64],
        failing: &[f64],
        given_up: &[f64],
    ) -> Measured {
        let overload = blow.filter(|blow| blow.fault == Fault::Overload).map_or(1.0, |blow| 1.0 + blow.strength);
        let mut requests: Vec<f64> = self.services.iter().map(|service| service.outside * busy).collect();
        requests[0] *= overload;
        let mut left: Vec<f64> = vec![1.0; self.services.len()];
        let mut arriving = vec![0.0; self.calls.len()];
        for (at, call) in self.calls.iter().enumerate() {
            arriving[at] = requests[call.from] * call.rate * left[call.from];
            requests[call.to] += if given_up[call.to] >= GONE { 0.0 } else { arriving[at] };
            if call.required && call.waits {
                left[call.from] *= 1.0 - 0.5 * (failing[call.to] + given_up[call.to]).min(1.0) * call.rate.min(1.0);
            }
        }
        let mut measured: Measured = (0..self.services.len())
            .map(|place| sample(random, requests[place], delays[place], self.services[place].noise, failing[place]))
            .collect();
        for (call, part) in &self.views {
            let Call { to, .. } = self.calls[*call];
            let broken = (failing[to] + given_up[to]).min(1.0);
            measured.push(sample(
                random,
                arriving[*call] * part,
                1.1 * delays[to] + 0.002,
                self.services[to].noise,
                broken,
            ));
        }
        if let Some(place) = self.strange {
            let hit = blow.map_or(0.0, |blow| failing[blow.place] * requests[place]);
            measured.push(sample(random, hit, 0.05, 0.2, 1.0));
        }
        measured
    }

    fn incident(&self, normal: &[Measured], during: &[Measured], symptom: Metric) -> Incident {
        let count = self.services.len();
        let mut calls: Vec<(String, String)> = self.calls.iter().map(|call| (name(call.from), name(call.to))).collect();
        calls.extend((count..).zip(&self.views).map(|(place, (call, _))| (name(self.calls[*call].from), name(place))));
        let all = count + self.views.len() + usize::from(self.strange.is_some());
        calls.extend(self.strange.map(|place| (name(place), name(all - 1))));
        let is_observed = |place: usize| self.services.get(place).is_none_or(|service| service.observed);
        let node = |place: usize| ObservedNode {
            id: name(place),
            series: if is_observed(place) { series(normal, during, place) } else { Vec::new() },
        };
        let symptom = Symptom { node: name(0), metric: symptom, statistic: "Average".to_owned() };
        Incident { nodes: (0..all).map(node).collect(), calls, symptom, ..Incident::default() }
    }
}

/// From which part of given-up calls on something counts as gone.
const GONE: f64 = 0.9;

impl Service {
    fn new(random: &mut Random, place: usize) -> Self {
        let outside = match place {
            0 => 300.0 + 3000.0 * random.unit(),
            _ if random.unit() < 0.15 => 500.0 * random.unit(),
            _ => 0.0,
        };
        Service {
            delay: 0.002 * 100_f64.powf(random.unit()),
            noise: 0.03 + 0.25 * random.unit() * random.unit(),
            failing: if random.unit() < 0.2 { 0.01 * random.unit() } else { 0.0 },
            observed: true,
            outside,
        }
    }
}

impl Call {
    fn new(random: &mut Random, from: usize, to: usize) -> Self {
        let waits = random.unit() < 0.85;
        let rate = if random.unit() < 0.1 { 0.03 } else { 0.2 * 10_f64.powf(random.unit()) };
        Call { from, to, rate, waits, required: waits && random.unit() < 0.8 }
    }
}

/// Three uniform numbers together are near enough to a normal distribution.
fn normal(random: &mut Random) -> f64 {
    2.0 * (random.unit() + random.unit() + random.unit() - 1.5)
}

/// A factor around 1, with a long tail now and then.
fn noise(random: &mut Random, size: f64) -> f64 {
    let tail = if random.unit() < 0.02 { 1.0 + 2.0 * random.unit() } else { 1.0 };
    (size * normal(random)).exp() * tail
}

fn sample(random: &mut Random, requests: f64, delay: f64, size: f64, failing: f64) -> (f64, f64, f64) {
    let requests = (requests + requests.sqrt() * normal(random)).round().max(0.0);
    let deviation = (failing * (1.0 - failing) * requests).max(0.0).sqrt();
    let failed = (failing * requests + deviation * normal(random)).round().clamp(0.0, requests);
    let few = 1.0 + size * 3.0 * normal(random) / requests.max(1.0).sqrt();
    (requests, delay * few.max(0.2), if requests > 0.0 { failed / requests } else { 0.0 })
}

fn series(normal: &[Measured], during: &[Measured], place: usize) -> Vec<MetricSeries> {
    let of = |value: &dyn Fn((f64, f64, f64)) -> Option<f64>| {
        let of = |period: &[Measured]| period.iter().map(|measured| value(measured[place])).collect();
        (of(normal), of(during))
    };
    let series = |metric: Metric, statistic: &str, (normal, during)| MetricSeries {
        metric,
        statistic: statistic.to_owned(),
        normal,
        during,
    };
    vec![
        series(Metric::Latency, "Average", of(&|(requests, delay, _)| (requests > 0.0).then_some(delay))),
        series(Metric::Availability, "Average", of(&|(requests, _, failed)| (requests > 0.0).then_some(1.0 - failed))),
        series(Metric::Requests, "Sum", of(&|(requests, ..)| Some(requests))),
    ]
}
