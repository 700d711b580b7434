//! What is asked of services and what they can do: workers, quotas, and queues that are worked off.

use std::collections::BTreeSet;

use super::addition;
use super::figure::{Basis, Dimension, Figure, UNSTABLE};
use super::latency::Requests;
use super::open::Open;
use crate::analysis::EntityRef;
use crate::answer::{Interval, IntervalKind};
use crate::graph::{Node, Snapshot};
use crate::simulate::replay::ServiceLoad;
use crate::simulate::{Change, Scenario};

/// Rows of utilisation, headroom and completion. Without requests nobody knows, and why.
pub(super) fn figures(scenario: &Scenario, requests: Result<&Requests<'_>, &str>) -> Vec<Figure> {
    let requests = match requests {
        Ok(requests) => requests,
        Err(why) => {
            let queues = scenario.changes().iter().filter(|change| matches!(change, Change::ToAsync { .. }));
            let dimensions = [Dimension::Utilisation, Dimension::Headroom].into_iter();
            let dimensions = dimensions.chain(queues.map(|_| Dimension::Completion));
            let mut figures: Vec<Figure> = dimensions.map(|dimension| Figure::unknown(dimension, why)).collect();
            figures.extend(addition::alone(scenario).iter().filter_map(of_what_comes));
            let missing = scenario.changes().iter().filter_map(|change| unsaid(change, &figures));
            let missing: Vec<Figure> = missing.collect();
            figures.extend(missing);
            return figures;
        }
    };
    let mut figures = of_workers(&requests.forecast.loads, requests.open.as_ref(), &requests.not_counted);
    for change in scenario.changes() {
        let missing = unsaid(change, &figures);
        figures.extend(missing);
        figures.extend(of_quota(scenario, change, requests));
        figures.extend(of_queue(scenario.stage(), change, requests));
        figures.extend(of_retention(scenario.stage(), change, requests));
        figures.extend(of_pool(scenario.stage(), change, requests));
    }
    figures
}

/// The share of their time that workers are asked for, and how much more there could be.
fn of_workers(loads: &[ServiceLoad], open: Option<&Open>, not_counted: &BTreeSet<String>) -> Vec<Figure> {
    let known: Vec<(&ServiceLoad, [f64; 2])> =
        loads.iter().filter_map(|load| Some((load, load.utilisation?))).collect();
    if known.is_empty() {
        let why = "no number of workers is declared of a service that was asked often";
        return [Dimension::Utilisation, Dimension::Headroom].map(|dimension| Figure::unknown(dimension, why)).into();
    }
    let row = |(load, [before, after]): &(&ServiceLoad, [f64; 2])| {
        let mut figure = shares(*before, *after, &load.service);
        figure.detail = Some(load.service.clone());
        figure.basis = basis(load);
        if not_counted.contains(&load.service) {
            figure.unknown.get_or_insert_with(|| NOT_COUNTED.to_owned());
        }
        if let Some(open) = open.filter(|open| open.services.contains(&load.service)) {
            open.hide(&mut figure);
        }
        figure
    };
    let mut figures: Vec<Figure> = known.iter().map(row).collect();
    let mut most = headroom(&known);
    let is_open = |open: &&Open| known.iter().any(|(load, _)| open.services.contains(&load.service));
    if let (Some(most), Some(open)) = (&mut most, open.filter(is_open)) {
        most.detail = None;
        open.hide(most);
    }
    let is_known = |most: &&mut Figure| most.scenario.is_some();
    if let Some(most) =
        most.as_mut().filter(is_known).filter(|_| known.iter().any(|(load, _)| not_counted.contains(&load.service)))
    {
        most.unknown = Some(format!("{AT_MOST}, and how many requests come is not known"));
    }
    figures.extend(most);
    figures
}

/// How busy what comes is, of which alone anything is known.
fn of_what_comes(load: &ServiceLoad) -> Option<Figure> {
    let [before, after] = load.utilisation?;
    let mut figure = shares(before, after, &load.service);
    (figure.detail, figure.basis) = (Some(load.service.clone()), basis(load));
    Some(figure)
}

/// Of what comes with requests or workers of its own, why nobody knows how busy it is.
fn unsaid(change: &Change, told: &[Figure]) -> Option<Figure> {
    let Change::Add { name, own_ms, workers, requests_a_second, .. } = change else { return None };
    let is_told = told.iter().any(|figure| figure.detail.as_ref() == Some(name));
    let why = match (own_ms, workers) {
        _ if is_told || workers.is_none() && requests_a_second.is_none() => return None,
        (_, None) => format!("how many requests {name} serves at a time was not said"),
        (None, _) => format!("how long {name} takes was never measured"),
        _ => format!("how many requests come to {name} is not known"),
    };
    Some(Figure { detail: Some(name.clone()), ..Figure::unknown(Dimension::Utilisation, why) })
}

const NOT_COUNTED: &str = "at least: how many requests come is not known";
const AT_MOST: &str = "at most: services of which no number of workers is known are not looked at";

/// How many workers there are is declared, or follows from who was seen to wait; of whom nobody asked before, all is as somebody says.
fn basis(load: &ServiceLoad) -> Basis {
    match (load.is_learnt, load.requests_a_second[0] > 0.0) {
        (_, false) => Basis::Declared,
        (true, true) => Basis::Inferred,
        (false, true) => Basis::Observed,
    }
}

fn shares(before: f64, after: f64, of: &str) -> Figure {
    let mut figure = Figure::known(Dimension::Utilisation, "parts per one", before, after);
    figure.basis = Basis::Observed;
    if after >= 1.0 {
        figure.unknown = Some(format!("{UNSTABLE}: more is asked of {of} than it can do"));
    }
    figure
}

/// Who cannot serve more first, before and after. Of services without declared workers nothing is known.
fn headroom(known: &[(&ServiceLoad, [f64; 2])]) -> Option<Figure> {
    let busiest = |side: usize| known.iter().max_by(|a, b| a.1[side].total_cmp(&b.1[side]));
    let (before, after) = (busiest(0)?, busiest(1)?);
    if before.1[0] <= 0.0 || after.1[1] <= 0.0 {
        return None;
    }
    let mut figure = Figure::known(Dimension::Headroom, "times the load", 1.0 / before.1[0], 1.0 / after.1[1]);
    figure.basis = basis(after.0);
    figure.detail = Some(match before.0.service == after.0.service {
        true => format!("{} is full first", after.0.service),
        false => format!("{} is full first, before it was {}", after.0.service, before.0.service),
    });
    figure.unknown = Some(AT_MOST.to_owned());
    Some(figure)
}

/// How much of a quota is asked for, on average: peaks are higher.
fn of_quota(scenario: &Scenario, change: &Change, requests: &Requests<'_>) -> Option<Figure> {
    let stage = scenario.stage();
    let Change::SetQuota { entity, a_second } = change else { return None };
    let name = &stage.entity(*entity).name;
    // Whatever becomes of requests: so many are sent.
    let asked = load_of(stage, *entity, requests).map(|load| load.requests_a_second[1]);
    let asked = asked.map(|rate| [rate; 2]).or_else(|_| requests.traffic.served_a_second(scenario, *entity));
    let mut figure = match asked {
        Err(why) => Figure::unknown(Dimension::Utilisation, why),
        Ok([low, high]) if low < high => {
            let why = "which part of its requests the load of one endpoint is was not looked at";
            let interval = Interval { kind: IntervalKind::Bounds, low: low / a_second, high: high / a_second };
            Figure {
                interval: Some(interval).filter(|_| *a_second > 0.0),
                ..Figure::unknown(Dimension::Utilisation, why)
            }
        }
        Ok([rate, _]) if *a_second > 0.0 => {
            let after = rate / a_second;
            let mut figure = shares(after, after, name);
            let more = (after >= 1.0).then(|| format!("; at least {:.3} of them are refused", 1.0 - 1.0 / after));
            let why = "on average, peaks ask for more";
            let unstable =
                figure.unknown.take().map_or_else(|| why.to_owned(), |unstable| format!("{unstable}; {why}"));
            figure.unknown = Some(unstable + &more.unwrap_or_default());
            // Before, there is no such quota.
            (figure.baseline, figure.delta) = (None, None);
            figure
        }
        Ok(_) => Figure::unknown(Dimension::Utilisation, format!("{name} serves nothing at all")),
    };
    figure.about = Some(EntityRef::of(stage, *entity));
    figure.detail = Some(format!("of a quota of {a_second} requests a second"));
    Some(figure)
}

/// How long work takes that is handed over: that of one queue that is worked off at a steady pace, Poisson arrivals and exponential times (M/M/1: 1 / (rate out - rate in)).
fn of_queue(stage: &Snapshot, change: &Change, requests: &Requests<'_>) -> Option<Figure> {
    let Change::ToAsync { on, ack_ms, drained_a_second, .. } = change else { return None };
    let load = load_of(stage, *on, requests);
    let mut figure = match (load, drained_a_second) {
        (Err(why), _) => Figure::unknown(Dimension::Completion, why),
        (Ok(_), None) => Figure::unknown(Dimension::Completion, "how fast the queue is worked off is not known"),
        (Ok(load), Some(out)) if load.requests_a_second[1] >= *out => {
            let rate = load.requests_a_second[1];
            Figure::unknown(Dimension::Completion, format!("{UNSTABLE}: {rate:.1} come a second, {out} are worked off"))
        }
        (Ok(load), Some(out)) => {
            let completed = ack_ms.unwrap_or_default() + 1e3 / (out - load.requests_a_second[1]);
            let why = "what it took before was waited for and is part of the latency of requests";
            Figure { scenario: Some(completed), ..Figure::unknown(Dimension::Completion, why) }
        }
    };
    figure.about = Some(EntityRef::of(stage, *on));
    Some(figure)
}

/// The share of what is handed over that is lost, since it waits for longer than the queue keeps it. Of the same queue, at most: what is lost makes nobody wait
/// (M/M/1: a message waits for longer than t with the chance ρ · exp(-(rate out - rate in) · t)). Where more comes than is worked off, what is too much is lost in the long run.
fn of_retention(stage: &Snapshot, change: &Change, requests: &Requests<'_>) -> Option<Figure> {
    let Change::ToAsync { on, drained_a_second: Some(out), retention_s: Some(kept), .. } = change else { return None };
    let load = load_of(stage, *on, requests).ok()?;
    let rate = load.requests_a_second[1];
    let (least, most) = match rate > *out {
        true => (1.0 - out / rate, 1.0 - out / rate),
        false => (0.0, rate / out * (-(out - rate) * kept).exp()),
    };
    let why = "nothing is handed over before, so that nothing is lost";
    let mut figure = Figure { unit: "parts per one".to_owned(), ..Figure::unknown(Dimension::Completion, why) };
    figure.scenario = (least == most).then_some(most);
    figure.interval = (least < most).then_some(Interval { kind: IntervalKind::Bounds, low: least, high: most });
    figure.detail = Some(format!("lost after {kept} s"));
    figure.about = Some(EntityRef::of(stage, *on));
    Some(figure)
}

/// How busy the workers are that several entities share once they are merged: all that keeps those of each busy now.
fn of_pool(stage: &Snapshot, change: &Change, requests: &Requests<'_>) -> Option<Figure> {
    let Change::Merge { entity, others, workers: Some(workers) } = change else { return None };
    let busy = |node: &Node| {
        let service = requests.traffic.service(stage, *node)?;
        let load = requests.forecast.loads.iter().find(|load| load.service == service);
        // As busy as it was, times whatever more is asked of it: how many workers it would have by itself says nothing.
        let known = load.and_then(|load| {
            let [was, is] = load.requests_a_second;
            let more = if was > 0.0 { is / was } else { 1.0 };
            Some(load.utilisation?[0] * f64::from(load.workers?) * more)
        });
        known.ok_or_else(|| format!("no number of workers is known of {service}, or it was not asked often"))
    };
    let busy = [entity].into_iter().chain(others).map(busy).sum::<Result<f64, String>>();
    let mut figure = match busy {
        Err(why) => Figure::unknown(Dimension::Utilisation, why),
        Ok(busy) => {
            let after = busy / f64::from(*workers);
            let why = "before, its parts have workers of their own";
            let unstable = format!("{UNSTABLE}: more is asked of {} than it can do", stage.entity(*entity).name);
            let why = if after >= 1.0 { unstable } else { why.to_owned() };
            Figure { scenario: Some(after), ..Figure::unknown(Dimension::Utilisation, why) }
        }
    };
    figure.about = Some(EntityRef::of(stage, *entity));
    figure.detail = Some(format!("of a pool of {workers} workers"));
    Some(figure)
}

/// What is asked of an entity.
fn load_of<'r>(stage: &Snapshot, entity: Node, requests: &'r Requests<'_>) -> Result<&'r ServiceLoad, String> {
    let service = requests.traffic.service(stage, entity)?;
    if let Some(open) = requests.open.as_ref().filter(|open| open.services.contains(&service)) {
        return Err(open.why.clone());
    }
    let mut loads = requests.forecast.loads.iter();
    loads.find(|load| load.service == service).ok_or_else(|| format!("no request of {service} was recorded"))
}
