//! Shared services that use each other: what each costs once it has paid for what it uses, and what that leaves to those who use them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::{Error, ErrorKind, Result, shortened};
use crate::simulate::cost::fraction::Fraction;

/// A service whose cost is borne by who uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedService {
    /// What it is called; no other service and no target is called the same.
    pub id: String,
    /// What it costs by itself, in cents.
    pub cost_cents: i64,
    /// Which part of it is used by which target or shared service, itself allowed. The parts add up to 1.
    pub used_by: BTreeMap<String, Fraction>,
}

/// What everybody bears, not rounded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ReciprocalAllocation {
    /// What each target bears, in cents: together the cost of all services.
    pub allocated_cents: BTreeMap<String, f64>,
    /// What each service costs in cents once it has paid for the services that it uses.
    pub loaded_cents: BTreeMap<String, f64>,
    /// What all services cost by themselves, in cents.
    pub sum_cents: i64,
}

/// How many services may use each other: more take too long.
const MOST_SERVICES: usize = 2048;

/// The reciprocal method: `loaded(j) = own(j) + Σ share(i → j) · loaded(i)`, and a target bears its share of each loaded cost.
///
/// Solved by the elimination of Grassmann, Taksar and Heyman (1985), "Regenerative analysis and steady state distributions for Markov chains": it never subtracts, because what stays with the targets is
/// added up instead of being taken from 1. So each number is right to about the number of services times 2⁻⁵², however much the services pass around (O'Cinneide 1993), if no service has a
/// credit.
/// O(services³ + shares); 8 bytes for each pair of services.
///
/// # Errors
/// `Invalid` if an id is there twice, shares do not add up to 1, their sum cannot be told exactly, a loaded cost is beyond any number, or some services pay only each other, so that nobody bears them; `Unknown` for a share
/// of somebody who is neither target nor service; `Limit` for more than 2048 services.
pub fn allocate_reciprocally(services: &[SharedService], targets: &[String]) -> Result<ReciprocalAllocation> {
    let places = places(services, targets)?;
    let usage = services.iter().map(|service| Usage::of(service, &places)).collect::<Result<Vec<Usage>>>()?;
    refuse_closed(services, &usage)?;
    let loaded = Elimination::new(services, &usage).loaded();
    if let Some(place) = loaded.iter().position(|cents| !cents.is_finite()) {
        let id = shortened(&services[place].id);
        return Err(invalid(format!(
            "the loaded cost of {id} is beyond any number: its shares for targets are too small"
        )));
    }
    let mut allocated = vec![0.0; targets.len()];
    for (usage, loaded) in usage.iter().zip(&loaded) {
        usage.targets.iter().for_each(|(target, share)| allocated[*target] += share * loaded);
    }
    let sum: i128 = services.iter().map(|service| i128::from(service.cost_cents)).sum();
    Ok(ReciprocalAllocation {
        allocated_cents: targets.iter().cloned().zip(allocated).collect(),
        loaded_cents: services.iter().map(|service| service.id.clone()).zip(loaded).collect(),
        sum_cents: i64::try_from(sum).map_err(|_| invalid("the sum of all costs is beyond 2⁶³ cents".to_owned()))?,
    })
}

/// Where something stands in the lists that were given.
#[derive(Clone, Copy)]
enum Place {
    Service(usize),
    Target(usize),
}

fn places<'a>(services: &'a [SharedService], targets: &'a [String]) -> Result<BTreeMap<&'a str, Place>> {
    if services.len() > MOST_SERVICES {
        let told = format!("{} shared services: at most {MOST_SERVICES} can be solved together", services.len());
        return Err(Error::new(ErrorKind::Limit, told));
    }
    let named = services.iter().enumerate().map(|(place, service)| (service.id.as_str(), Place::Service(place)));
    let mut places = BTreeMap::new();
    for (id, place) in named.chain(targets.iter().enumerate().map(|(place, id)| (id.as_str(), Place::Target(place)))) {
        if places.insert(id, place).is_some() {
            return Err(invalid(format!("{} is there twice among services and targets: name it once", shortened(id))));
        }
    }
    Ok(places)
}

/// Who uses a service, with shares above 0.
struct Usage {
    services: Vec<(usize, f64)>,
    targets: Vec<(usize, f64)>,
}

impl Usage {
    fn of(service: &SharedService, places: &BTreeMap<&str, Place>) -> Result<Self> {
        let id = shortened(&service.id);
        match Fraction::sum(service.used_by.values().copied()) {
            Some((1, 1)) => {}
            Some((numerator, denominator)) => {
                let told = format!("the shares of {id} add up to {numerator}/{denominator}, not to 1: correct them");
                return Err(invalid(told));
            }
            None => {
                return Err(invalid(format!("the shares of {id} have no common denominator of 128 bits: round them")));
            }
        }
        let mut usage = Usage { services: Vec::new(), targets: Vec::new() };
        for (user, share) in service.used_by.iter().filter(|(_, share)| !share.is_zero()) {
            match places.get(user.as_str()) {
                Some(Place::Service(place)) => usage.services.push((*place, share.to_f64())),
                Some(Place::Target(place)) => usage.targets.push((*place, share.to_f64())),
                None => return Err(Error::unknown(&format!("user of {id}"), user, places.keys().copied())),
            }
        }
        Ok(usage)
    }
}

/// Whatever no target is reached from has nobody to bear it: the equations have no solution.
fn refuse_closed(services: &[SharedService], usage: &[Usage]) -> Result<()> {
    let mut used: Vec<Vec<usize>> = vec![Vec::new(); services.len()];
    for (place, usage) in usage.iter().enumerate() {
        usage.services.iter().for_each(|(user, _)| used[*user].push(place));
    }
    let mut waiting: Vec<usize> = (0..services.len()).filter(|place| !usage[*place].targets.is_empty()).collect();
    let mut borne: BTreeSet<usize> = waiting.iter().copied().collect();
    while let Some(place) = waiting.pop() {
        waiting.extend(used[place].iter().filter(|used| borne.insert(**used)));
    }
    let closed = services.iter().enumerate().filter(|(place, _)| !borne.contains(place));
    let names: Vec<String> = closed.map(|(_, service)| shortened(&service.id)).collect();
    match names.as_slice() {
        [] => Ok(()),
        _ => {
            let shown = names.iter().take(10).map(String::as_str).collect::<Vec<&str>>().join(", ");
            let told = format!("{} shared services pay only each other ({shown}): give a target a share", names.len());
            Err(invalid(told))
        }
    }
}

/// The equations while services are eliminated, the last first: what is paid to an eliminated service is passed on to whom it pays.
struct Elimination {
    /// Which part of the cost of the first goes to the second.
    shares: Vec<Vec<f64>>,
    /// Which part goes to targets.
    borne: Vec<f64>,
    own: Vec<f64>,
}

impl Elimination {
    fn new(services: &[SharedService], usage: &[Usage]) -> Self {
        let mut shares = vec![vec![0.0; services.len()]; services.len()];
        for (row, usage) in shares.iter_mut().zip(usage) {
            usage.services.iter().for_each(|(user, share)| row[*user] = *share);
        }
        let borne = usage.iter().map(|usage| usage.targets.iter().map(|(_, share)| share).sum()).collect();
        Elimination { shares, borne, own: services.iter().map(|service| service.cost_cents as f64).collect() }
    }

    fn loaded(mut self) -> Vec<f64> {
        let count = self.own.len();
        let mut leaving = vec![0.0; count];
        for last in (0..count).rev() {
            leaving[last] = self.borne[last] + self.shares[last][..last].iter().sum::<f64>();
            self.eliminate(last, leaving[last]);
        }
        let mut loaded: Vec<f64> = Vec::with_capacity(count);
        for (place, leaving) in leaving.into_iter().enumerate() {
            let paid: f64 = loaded.iter().zip(&self.shares).map(|(loaded, row)| loaded * row[place]).sum();
            loaded.push((self.own[place] + paid) / leaving);
        }
        loaded
    }

    /// What leaves the last service in all is its cost without what it pays itself.
    fn eliminate(&mut self, last: usize, leaving: f64) {
        let (before, from) = self.shares.split_at_mut(last);
        let onward = &from[0][..last];
        for (place, row) in before.iter_mut().enumerate().filter(|(_, row)| row[last] > 0.0) {
            let passed = row[last] / leaving;
            row.iter_mut().zip(onward).for_each(|(share, onward)| *share += passed * onward);
            self.borne[place] += passed * self.borne[last];
        }
        let passed = self.own[last] / leaving;
        self.own.iter_mut().zip(onward).for_each(|(own, onward)| *own += passed * onward);
    }
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}
