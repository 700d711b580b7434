//! What the changes do to the bill: in a month, and once. Allocated cost is not avoided cost: where a change lets something go, what is saved has bounds.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{Basis, Dimension, Figure};
use super::latency::copies;
use super::traffic::Traffic;
use crate::analysis::{EntityRef, Months, own_cost_row, own_month};
use crate::answer::{EvidenceId, Interval, IntervalKind};
use crate::base::Money;
use crate::graph::{Node, Snapshot};
use crate::simulate::change::own_stores;
use crate::simulate::{Change, Scenario};

/// A row for each entity that changes, by currency, and one for what a change costs once.
pub(super) fn figures(scenario: &Scenario, no_bill: Option<&str>, traffic: Option<&Traffic>) -> Vec<Figure> {
    let bills = bills(scenario, no_bill, traffic);
    let is_known = |bill: &Bill| !bill.then.is_empty();
    let mut figures: Vec<Figure> = match no_bill {
        // One row says it all where nothing is known of any.
        Some(why) if !bills.values().any(is_known) => vec![Figure::unknown(Dimension::Cost, why)],
        _ => bills.iter().flat_map(|(node, bill)| bill.figures(scenario, *node)).collect(),
    };
    if no_bill.is_none() && scenario.changes().iter().any(|change| matches!(change, Change::ScaleLoad { .. })) {
        figures.push(Figure::unknown(Dimension::Cost, "how costs grow with load was never read"));
    }
    figures.extend(once(scenario, &bills));
    figures
}

/// What is billed for one entity.
#[derive(Clone, Debug, Default)]
struct Bill {
    /// By currency, what is billed now.
    now: BTreeMap<String, f64>,
    /// By currency, the least and the most of what is billed then.
    then: BTreeMap<String, (f64, f64)>,
    /// Why nobody knows what is billed then, or what its bounds mean.
    unknown: Option<String>,
    /// Whether nothing is known of it then.
    is_open: bool,
    /// Whether it is known what is billed now.
    is_read: bool,
    /// By currency, what comes beside what nobody knows.
    more: BTreeMap<String, f64>,
    basis: Option<Basis>,
    evidence: Vec<EvidenceId>,
}

/// By entity that changes, what is billed.
fn bills(scenario: &Scenario, no_bill: Option<&str>, traffic: Option<&Traffic>) -> BTreeMap<Node, Bill> {
    let mut bills: BTreeMap<Node, Bill> = BTreeMap::new();
    let months = Months::of(scenario.base());
    let billed = |node: Node| billed(scenario.base(), node, no_bill, &months);
    let mut changes: Vec<(usize, &Change)> = scenario.changes().iter().enumerate().collect();
    changes.sort_by_key(|(_, change)| turn(change));
    for (place, change) in changes {
        if stays_there(scenario.stage(), change) {
            continue;
        }
        for node in scenario.costed(place) {
            let bill = bills.remove(&node).unwrap_or_else(|| billed(node));
            bills.insert(node, bill.after(scenario.stage(), change));
        }
        let stays = match change {
            Change::Split { entity, .. } => Some((entity, "what it is billed without its part is not known")),
            Change::Merge { entity, .. } => Some((entity, "what it is billed with the work of others is not known")),
            _ => None,
        };
        if let Some((entity, why)) = stays {
            let bill = bills.entry(*entity).or_insert_with(|| billed(*entity));
            bill.open(why.to_owned());
        }
    }
    // So many requests come, however many copies serve them.
    for change in scenario.changes() {
        if let Change::Replace { entity, price_a_million: Some(price), .. } = change
            && let Some(bill) = bills.get_mut(entity)
        {
            bill.by_volume(price, volume(scenario, *entity, traffic));
        }
    }
    bills
}

/// In which turn changes are made to bills, in whatever order they were given: what it is first, then how much of it, where, what comes to it, and what nobody knows.
fn turn(change: &Change) -> u8 {
    match change {
        Change::Replace { .. } => 0,
        Change::Resize { .. } | Change::Add { .. } => 1,
        Change::Scale { .. } => 2,
        Change::Move { .. } | Change::EvacuateRegion { .. } => 3,
        Change::Commit { .. } | Change::Encrypt { .. } => 4,
        Change::Remove { .. } | Change::Merge { .. } => 6,
        _ => 5,
    }
}

/// Whether a move leads to where all of it is already.
fn stays_there(stage: &Snapshot, change: &Change) -> bool {
    let Change::Move { entity, region, stores_follow, .. } = change else { return false };
    let stores = if *stores_follow { own_stores(stage, *entity) } else { BTreeSet::new() };
    let mut moving = stage.instances(*entity).into_iter().chain(stores);
    moving.all(|node| stage.entity(node).placement.region.as_ref() == Some(region))
}

/// How bills are told as of a month, for people; nothing where they are of one.
pub(super) fn taken_for_granted(base: &Snapshot) -> Option<String> {
    if base.pages().charges.is_empty() {
        return None;
    }
    let says_a_time = base.pages().charges.iter().any(|charge| charge.window.0.zip(charge.window.1).is_some());
    match Months::of(base).short {
        Some(months) if (months - 1.0).abs() < 1e-9 => None,
        Some(months) => Some(format!("what is billed now is of a month: bills were read of {months:.2} months")),
        // Each line is for a long time of its own.
        None if says_a_time => Some("what is billed now is of a month: lines of a bill are for longer".to_owned()),
        None => {
            Some("what is billed now is taken to be of a month: no line of a bill says for what time it is".to_owned())
        }
    }
}

/// What is billed for an entity in a month now.
fn billed(base: &Snapshot, node: Node, no_bill: Option<&str>, months: &Months) -> Bill {
    // What comes is billed nothing yet.
    let is_read = node.index() >= base.bound();
    let mut bill = Bill { basis: Some(Basis::Declared), is_read, ..Bill::default() };
    if is_read {
        return bill;
    }
    if let Some(why) = no_bill {
        bill.open(why.to_owned());
        return bill;
    }
    let row = own_cost_row(base, node);
    bill.now = own_month(base, node, months);
    bill.evidence = row.evidence;
    bill.then = bill.now.iter().map(|(currency, amount)| (currency.clone(), (*amount, *amount))).collect();
    bill.is_read = !bill.now.is_empty();
    if !bill.is_read {
        bill.open("no line of a bill is for it".to_owned());
    }
    bill
}

/// What traffic between regions costs in a month after a move, by currency; or why nobody knows.
fn egress(change: &Change) -> Result<(&str, f64), String> {
    let Change::Move { region, egress, egress_gb, price_a_gb, .. } = change else { return Err(String::new()) };
    match (egress, egress_gb, price_a_gb) {
        (Some(egress), ..) => Ok((&egress.currency, egress.amount.to_f64())),
        (None, Some(gb), Some(price)) => Ok((&price.currency, price.amount.to_f64() * gb)),
        (None, None, Some(_)) => {
            Err(format!("at least: how much traffic goes to and from region {region} was not said"))
        }
        (None, _, None) => Err(format!("at least: no price of traffic to region {region} was given")),
    }
}

/// How many requests a month come to what is replaced, whatever changes make of the load of all.
fn volume(scenario: &Scenario, entity: Node, traffic: Option<&Traffic>) -> Result<f64, String> {
    const MONTH_S: f64 = 30.0 * 86_400.0;
    let traffic = traffic.ok_or("no recorded requests were given")?;
    match traffic.served_a_second(scenario, entity)? {
        [low, high] if low == high => Ok(low * MONTH_S),
        _ => Err("which part of its requests the load of one endpoint is was not looked at".to_owned()),
    }
}

impl Bill {
    /// What is billed after one more change.
    fn after(mut self, stage: &Snapshot, change: &Change) -> Bill {
        match change {
            Change::Remove { .. } | Change::Merge { .. } => self.let_go(0.0, "what is allocated to it is known, what would be avoided is not: commitments and shared pools are not in the bill's lines"),
            Change::EvacuateRegion { region, .. } => self.open(format!("no prices of region {region} were read")),
            Change::Move { price_factor, region, .. } => {
                match price_factor {
                    Some(factor) => self.scale(*factor),
                    None => self.open(format!("no prices of region {region} were read")),
                }
                match egress(change) {
                    Ok((currency, amount)) => self.add(currency, amount),
                    Err(why) => self.note(why),
                }
            }
            Change::Scale { replicas, .. } => match copies(stage, change) {
                Some(now) if now > 0 => self.copy(f64::from(*replicas) / f64::from(now)),
                _ => self.open("how many copies there are now is not known".to_owned()),
            },
            Change::Resize { price: Some(price), .. } | Change::Add { price: Some(price), .. } => {
                self.priced();
                self.paid(price);
            }
            Change::Replace { price, price_a_million, .. } if price.is_some() || price_a_million.is_some() => {
                self.priced();
                price.iter().for_each(|price| self.paid(price));
            }
            Change::Resize { .. } | Change::Replace { .. } | Change::Add { .. } => {
                self.open("no price was given".to_owned());
            }
            Change::Split { .. } | Change::AddCache { .. } | Change::AddReplica { .. } | Change::ToAsync { .. } => {
                self.open("no price of what comes was given".to_owned());
            }
            Change::Commit { price, .. } => {
                self.paid(price);
                self.note("what the commitment saves of the rest is not known".to_owned());
            }
            Change::Encrypt { price: Some(price), .. } => self.paid(price),
            Change::Encrypt { price: None, .. } => self.note("at least: what keys cost was not said".to_owned()),
            Change::Upgrade { .. } => self.open("what the new version costs was never measured".to_owned()),
            _ => {}
        }
        self
    }

    fn open(&mut self, why: String) {
        (self.unknown, self.is_open) = (Some(why), true);
    }

    fn note(&mut self, what: String) {
        self.unknown.get_or_insert(what);
    }

    fn scale(&mut self, factor: f64) {
        self.then.values_mut().for_each(|(low, high)| (*low, *high) = (*low * factor, *high * factor));
    }

    /// Between what is billed and so much of it.
    fn let_go(&mut self, factor: f64, why: &str) {
        for (low, high) in self.then.values_mut() {
            (*low, *high) = (low.min(*low * factor), high.max(*high * factor));
        }
        self.note(why.to_owned());
    }

    /// So many times as many copies: more are paid in full, fewer save so much at most.
    fn copy(&mut self, factor: f64) {
        match factor >= 1.0 {
            true => self.scale(factor),
            false => self.let_go(factor, "at most so much is saved: a shared pool costs the same until it shrinks"),
        }
    }

    fn paid(&mut self, price: &Money) {
        self.add(&price.currency, price.amount.to_f64());
    }

    fn add(&mut self, currency: &str, amount: f64) {
        if self.is_open {
            *self.more.entry(currency.to_owned()).or_default() += amount;
            return;
        }
        let then = self.then.entry(currency.to_owned()).or_default();
        *then = (then.0 + amount, then.1 + amount);
    }

    /// Prices instead of what is billed.
    fn priced(&mut self) {
        self.then.values_mut().for_each(|then| *then = (0.0, 0.0));
        (self.unknown, self.is_open) = (None, false);
        self.basis = Some(Basis::Declared);
    }

    /// What so many requests a month cost, at a price for a million of them.
    fn by_volume(&mut self, price: &Money, volume: Result<f64, String>) {
        match volume {
            Ok(requests) => self.add(&price.currency, price.amount.to_f64() * requests / 1e6),
            Err(why) => self.open(format!("what it costs by volume is not known: {why}")),
        }
    }

    fn figures(&self, scenario: &Scenario, node: Node) -> Vec<Figure> {
        let about = Some(EntityRef::of(scenario.stage(), node));
        if self.then.is_empty() {
            let why = self.unknown.clone().unwrap_or_else(|| "no line of a bill is for it".to_owned());
            let figure = Figure { about, ..Figure::unknown(Dimension::Cost, why) };
            if self.more.is_empty() {
                return vec![figure];
            }
            let more = |(currency, amount): (&String, &f64)| Figure {
                unit: currency.clone(),
                delta: Some(*amount),
                ..figure.clone()
            };
            return self.more.iter().map(more).collect();
        }
        let of = |(currency, (low, high)): (&String, &(f64, f64))| {
            let now = self.now.get(currency).copied().unwrap_or_default();
            let mut figure = Figure::known(Dimension::Cost, currency, now, *low);
            (figure.about, figure.evidence) = (about.clone(), self.evidence.clone());
            figure.basis = self.basis.unwrap_or(Basis::Declared);
            figure.unknown = self.unknown.clone();
            if !self.is_read {
                (figure.baseline, figure.delta) = (None, None);
                figure.unknown.get_or_insert_with(|| "what is billed now was not read".to_owned());
            }
            if self.is_open || low != high {
                (figure.scenario, figure.delta) = (None, None);
            }
            let bounds = Interval { kind: IntervalKind::Bounds, low: *low, high: *high };
            figure.interval = (!self.is_open && low != high).then_some(bounds);
            figure
        };
        self.then.iter().map(of).collect()
    }
}

/// What changes cost once: fees, moves, and running two at a time.
fn once(scenario: &Scenario, bills: &BTreeMap<Node, Bill>) -> Vec<Figure> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    let mut missing = BTreeSet::new();
    for change in scenario.changes() {
        match change {
            change if stays_there(scenario.stage(), change) => {}
            Change::Move { one_off: None, .. } | Change::EvacuateRegion { .. } => {
                missing.insert("what moving costs was not said");
            }
            Change::Move { one_off: Some(price), .. } => {
                *sums.entry(price.currency.clone()).or_default() += price.amount.to_f64();
            }
            Change::Replace { entity, exit_fee, dual_run_days, .. } => {
                if let Some(fee) = exit_fee {
                    *sums.entry(fee.currency.clone()).or_default() += fee.amount.to_f64();
                }
                let now = bills.get(entity).map(|bill| &bill.now).filter(|now| !now.is_empty());
                for (currency, amount) in now.into_iter().flatten() {
                    *sums.entry(currency.clone()).or_default() += amount * dual_run_days / 30.0;
                }
                if now.is_none() && *dual_run_days > 0.0 {
                    missing.insert("what running both costs is not known");
                }
            }
            _ => {}
        }
    }
    let missing = (!missing.is_empty()).then(|| missing.into_iter().collect::<Vec<_>>().join("; "));
    let row = |(currency, amount): (&String, &f64)| {
        let figure = Figure::known(Dimension::OneOffCost, currency, 0.0, *amount);
        Figure { unknown: missing.as_ref().map(|missing| format!("at least: {missing}")), ..figure }
    };
    match (sums.is_empty(), &missing) {
        (true, Some(why)) => vec![Figure::unknown(Dimension::OneOffCost, why)],
        _ => sums.iter().map(row).collect(),
    }
}
