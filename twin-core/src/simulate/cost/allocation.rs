//! Splits shared bills over those who share them, to the cent.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::{Error, ErrorKind, Result, shortened};

/// By what a pool is split over its targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CostSplit {
    /// Each target bears the same.
    Even,
    /// By what the targets are billed directly; what other pools give them does not count. A target without direct cost counts as 0.
    Proportional,
    /// By weights in any one unit: agreed shares or measured usage. A target without a weight counts as 0.
    Weighted(BTreeMap<String, u64>),
}

/// A bill that several share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostPool {
    /// What the pool is called; no two are called the same.
    pub id: String,
    /// What is to be split, in cents. A credit is negative.
    pub cost_cents: i64,
    /// By what.
    pub split: CostSplit,
    /// Who shares it, each once.
    pub targets: Vec<String>,
}

/// Who bears what. `total_cents` and `unallocated_cents` together are `grand_total_cents`, to the cent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct CostAllocation {
    /// For each pool what each of its targets bears, in cents: together the cost of the pool.
    pub allocated_cents: BTreeMap<String, BTreeMap<String, i64>>,
    /// What each bears in all, in cents: its direct cost and its parts of pools.
    pub total_cents: BTreeMap<String, i64>,
    /// The cost of each pool that has no targets, in cents.
    pub unallocated_cents: BTreeMap<String, i64>,
    /// All direct costs and all pools, in cents.
    pub grand_total_cents: i64,
}

/// Splits each pool over its targets, rounded to cents by largest remainder: everybody gets the whole cents of the exact share, and the cents that are left go one each to the largest
/// fractions, among equal ones to the smaller id. Where all weights are 0, the pool is split evenly.
///
/// Exact integers throughout. O(Σ targets · log targets).
///
/// # Errors
/// `Invalid` if two pools have one id, a pool names a target twice, a weight is for somebody who is no target, a direct cost that serves as a weight is negative, or a sum is beyond 2⁶³
/// cents.
pub fn allocate_costs(direct_cents: &BTreeMap<String, i64>, pools: &[CostPool]) -> Result<CostAllocation> {
    let mut allocation = CostAllocation { total_cents: direct_cents.clone(), ..CostAllocation::default() };
    for pool in pools {
        let parts = split(pool, &weights(pool, direct_cents)?);
        for (target, cents) in &parts {
            let total = allocation.total_cents.entry(target.clone()).or_default();
            *total =
                total.checked_add(*cents).ok_or_else(|| too_large(&format!("the total of {}", shortened(target))))?;
        }
        if parts.is_empty() {
            allocation.unallocated_cents.insert(pool.id.clone(), pool.cost_cents);
        }
        if allocation.allocated_cents.insert(pool.id.clone(), parts).is_some() {
            return Err(invalid(format!("two pools are called {}: give each its own id", shortened(&pool.id))));
        }
    }
    let all = direct_cents.values().chain(pools.iter().map(|pool| &pool.cost_cents));
    let sum: i128 = all.map(|cents| i128::from(*cents)).sum();
    allocation.grand_total_cents = i64::try_from(sum).map_err(|_| too_large("the grand total"))?;
    Ok(allocation)
}

/// The weight of each target, by id; one of them is not 0 unless there are no targets.
fn weights<'a>(pool: &'a CostPool, direct_cents: &BTreeMap<String, i64>) -> Result<BTreeMap<&'a str, u64>> {
    let mut weights = BTreeMap::new();
    for target in &pool.targets {
        let weight = match &pool.split {
            CostSplit::Even => 1,
            CostSplit::Proportional => proportional(pool, target, direct_cents)?,
            CostSplit::Weighted(weights) => weights.get(target).copied().unwrap_or_default(),
        };
        if weights.insert(target.as_str(), weight).is_some() {
            let (pool, target) = (shortened(&pool.id), shortened(target));
            return Err(invalid(format!("pool {pool} names the target {target} twice: name it once")));
        }
    }
    if let CostSplit::Weighted(given) = &pool.split {
        let targets: BTreeSet<&str> = weights.keys().copied().collect();
        if let Some(other) = given.keys().find(|id| !targets.contains(id.as_str())) {
            return Err(Error::unknown(
                &format!("target in the weights of pool {}", shortened(&pool.id)),
                other,
                targets,
            ));
        }
    }
    if weights.values().all(|weight| *weight == 0) {
        weights.values_mut().for_each(|weight| *weight = 1);
    }
    Ok(weights)
}

fn proportional(pool: &CostPool, target: &str, direct_cents: &BTreeMap<String, i64>) -> Result<u64> {
    let direct = direct_cents.get(target).copied().unwrap_or_default();
    u64::try_from(direct).map_err(|_| {
        let (pool, target) = (shortened(&pool.id), shortened(target));
        invalid(format!(
            "pool {pool} is split by direct cost, and that of {target} is {direct} cents: give weights instead"
        ))
    })
}

/// The parts of a pool by largest remainder.
fn split(pool: &CostPool, weights: &BTreeMap<&str, u64>) -> BTreeMap<String, i64> {
    let whole: i128 = weights.values().map(|weight| i128::from(*weight)).sum();
    // A cost below 2⁶³ times a weight below 2⁶⁴ fits.
    let exact = |weight: u64| i128::from(pool.cost_cents) * i128::from(weight);
    let mut parts: Vec<(&str, i128, i128)> = weights
        .iter()
        .map(|(id, weight)| (*id, exact(*weight).div_euclid(whole), exact(*weight).rem_euclid(whole)))
        .collect();
    let left = i128::from(pool.cost_cents) - parts.iter().map(|(_, cents, _)| cents).sum::<i128>();
    parts.sort_by_key(|(id, _, remainder)| (Reverse(*remainder), *id));
    let cents = |(place, (id, cents, _)): (i128, (&str, i128, i128))| {
        // A part is never larger than the pool.
        (id.to_owned(), (cents + i128::from(place < left)) as i64)
    };
    (0..).zip(parts).map(cents).collect()
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

fn too_large(what: &str) -> Error {
    invalid(format!("{what} is beyond what a number of cents can say: split the bill"))
}
