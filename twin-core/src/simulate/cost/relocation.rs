//! What a month costs before and after something moves to another region: its resources at other prices, and its traffic over other borders.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::{Amount, Error, ErrorKind, Result, shortened};

/// What stands in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedResources {
    /// Whose resources; named once.
    pub id: String,
    /// Where they are now.
    pub region: String,
    /// What each kind of resource costs there in a month. All amounts of a question are in one currency.
    pub monthly_cost: BTreeMap<String, Amount>,
}

/// What flows over a call in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Who calls.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// Gigabytes of requests, from the caller to the called; not negative.
    pub request_gb: Amount,
    /// Gigabytes of responses, the other way; not negative.
    pub response_gb: Amount,
}

/// How prices differ between regions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionPrices {
    /// For each kind of resource and each region its price there, as a multiple of any one price; above 0.
    pub factors: BTreeMap<String, BTreeMap<String, Amount>>,
    /// What a gigabyte costs from the first region to the second; not negative. Within a region it is free unless the pair of the region with itself has a price.
    pub transfer_per_gb: BTreeMap<(String, String), Amount>,
}

/// What a month costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct MonthlyCost {
    /// All resources.
    pub resources: Amount,
    /// All traffic between regions.
    pub transfer: Amount,
}

/// What a month costs before and after a move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct RelocationCost {
    /// Where everything is now.
    pub before: MonthlyCost,
    /// After the moves.
    pub after: MonthlyCost,
    /// After minus before, resources and transfer together.
    pub delta_total: Amount,
}

/// What a month costs before and after some move: what moves costs `factor(new region) / factor(old region)` as much, and each direction of traffic is charged from the region where it begins to the region
/// where it ends. Exact decimals; quotients are rounded to 28 digits. O((resources + traffic) · log).
///
/// # Errors
/// `Unknown` if traffic or a move names something that has no resources, or a factor or a price of transfer is not given that is needed; `Invalid` if an id is there twice, something is negative that
/// cannot be, a factor is 0, or a number is beyond 28 digits.
pub fn relocation_cost(
    placed: &[PlacedResources],
    traffic: &[Traffic],
    prices: &RegionPrices,
    moves: &BTreeMap<String, String>,
) -> Result<RelocationCost> {
    let now = regions(placed)?;
    let mut then = now.clone();
    for (id, region) in moves {
        region_of(&now, "move", id)?;
        then.insert(id, region);
    }
    let before =
        MonthlyCost { resources: resources(placed, prices, &now)?, transfer: transfer(traffic, prices, &now)? };
    let after =
        MonthlyCost { resources: resources(placed, prices, &then)?, transfer: transfer(traffic, prices, &then)? };
    let (was, is) = (total(before)?, total(after)?);
    Ok(RelocationCost { before, after, delta_total: is.minus(was).ok_or_else(too_large)? })
}

type Regions<'a> = BTreeMap<&'a str, &'a str>;

fn regions(placed: &[PlacedResources]) -> Result<Regions<'_>> {
    let mut regions = BTreeMap::new();
    for resources in placed {
        if regions.insert(resources.id.as_str(), resources.region.as_str()).is_some() {
            return Err(invalid(format!("{} is placed twice: place it once", shortened(&resources.id))));
        }
    }
    Ok(regions)
}

fn region_of<'a>(regions: &Regions<'a>, by: &str, id: &str) -> Result<&'a str> {
    let known = || regions.keys().copied();
    regions.get(id).copied().ok_or_else(|| Error::unknown(&format!("resources named by a {by}"), id, known()))
}

fn resources(placed: &[PlacedResources], prices: &RegionPrices, regions: &Regions<'_>) -> Result<Amount> {
    let mut sum = Amount::default();
    for resources in placed {
        let region = region_of(regions, "placement", &resources.id)?;
        for (kind, cost) in &resources.monthly_cost {
            let cost = match region == resources.region {
                true => *cost,
                false => {
                    let (old, new) = (prices.factor(kind, &resources.region)?, prices.factor(kind, region)?);
                    cost.times(new).and_then(|scaled| scaled.over(old)).ok_or_else(too_large)?
                }
            };
            sum = sum.plus(cost).ok_or_else(too_large)?;
        }
    }
    Ok(sum)
}

fn transfer(traffic: &[Traffic], prices: &RegionPrices, regions: &Regions<'_>) -> Result<Amount> {
    let mut sum = Amount::default();
    for flow in traffic {
        let (from, to) = (region_of(regions, "call", &flow.from)?, region_of(regions, "call", &flow.to)?);
        for (gigabytes, from, to) in [(flow.request_gb, from, to), (flow.response_gb, to, from)] {
            if gigabytes.is_negative() {
                let ends = format!("{} -> {}", shortened(&flow.from), shortened(&flow.to));
                return Err(invalid(format!("the traffic of {ends} is {gigabytes} GB: it cannot be negative")));
            }
            let cost = prices.per_gb(from, to)?.times(gigabytes).ok_or_else(too_large)?;
            sum = sum.plus(cost).ok_or_else(too_large)?;
        }
    }
    Ok(sum)
}

impl RegionPrices {
    fn factor(&self, kind: &str, region: &str) -> Result<Amount> {
        let kinds = self.factors.keys().map(String::as_str);
        let by_region =
            self.factors.get(kind).ok_or_else(|| Error::unknown("kind of resource with factors", kind, kinds))?;
        let factor = by_region.get(region).copied().ok_or_else(|| {
            let what = format!("region with a factor of {}", shortened(kind));
            Error::unknown(&what, region, by_region.keys().map(String::as_str))
        })?;
        match factor.is_negative() || factor == Amount::default() {
            true => Err(invalid(format!("the factor of {} in {} must be above 0", shortened(kind), shortened(region)))),
            false => Ok(factor),
        }
    }

    fn per_gb(&self, from: &str, to: &str) -> Result<Amount> {
        let pair = (from.to_owned(), to.to_owned());
        let told = |what: &str| format!("the price of transfer from {} to {} {what}", shortened(from), shortened(to));
        match self.transfer_per_gb.get(&pair) {
            Some(price) if price.is_negative() => Err(invalid(told("cannot be negative"))),
            Some(price) => Ok(*price),
            None if from == to => Ok(Amount::default()),
            None => Err(Error::new(ErrorKind::Unknown, told("is not given: give it"))),
        }
    }
}

fn total(cost: MonthlyCost) -> Result<Amount> {
    cost.resources.plus(cost.transfer).ok_or_else(too_large)
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

fn too_large() -> Error {
    invalid("a cost is beyond the 28 digits of an exact amount: ask about less at once".to_owned())
}
