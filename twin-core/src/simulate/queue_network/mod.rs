//! Open networks of queues: requests arrive, pass from station to station by chance, and leave.
//!
//! By Jackson (1957), "Networks of waiting lines", each station fares as if it stood alone, once it is known what arrives there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Error, Result, shortened};
use crate::simulate::check::{amount, invalid, probability, within};
use crate::simulate::components::strong_components;
use crate::simulate::queueing::{Queue, Station, queue};

/// The most stations that may pass requests around in one circle: they are solved together, in time that grows with the third power.
const MOST_TOGETHER: usize = 1500;

/// How much more than 1 a station's routes may add up to, from rounding.
const ROUNDING: f64 = 1e-9;

/// A station of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NetworkStation {
    /// Its name.
    pub id: String,
    /// What arrives from outside, per second.
    #[serde(default)]
    pub external_arrivals_per_s: f64,
    /// What one server completes per second while it is busy.
    pub service_rate_per_s: f64,
    /// How many serve at the same time.
    #[serde(default = "one")]
    pub servers: u32,
}

fn one() -> u32 {
    1
}

/// A way from one station to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Route {
    /// The name of the station that is left.
    pub from: String,
    /// The name of the next station; it may be the same.
    pub to: String,
    /// The share of what is served that goes this way. What no route takes leaves the network. Routes between the same stations add up.
    pub probability: f64,
}

/// How a network fares.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct QueueNetwork {
    /// Whether every station has a steady state.
    pub stable: bool,
    /// Each station, in the order in which they were given.
    pub stations: Vec<StationLoad>,
    /// How many requests are in the network on average, if it is stable.
    pub mean_in_network: Option<f64>,
    /// How long a request stays, in milliseconds, on average: by Little's law over what arrives from outside. `None` if nothing arrives, or not stable.
    pub mean_time_in_network_ms: Option<f64>,
    /// The station with the highest utilization, the first of equals; `None` of no stations.
    pub bottleneck: Option<String>,
}

/// How one station fares.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct StationLoad {
    /// Its name.
    pub id: String,
    /// What arrives per second, from outside and from other stations.
    pub arrival_rate_per_s: f64,
    /// How it fares with that.
    pub queue: Queue,
}

/// Computes how an open network fares. O(stations + routes), and the third power of the number of stations in the largest circle.
///
/// # Errors
/// `Unknown` for a route to or from no station; `Invalid` for a name given twice, a rate below 0, a service rate or number of servers of 0, shares that add up to more than 1, and
/// for requests that can never leave again, with the stations that keep them; `Limit` beyond 1,500 stations in one circle.
pub fn queue_network(stations: &[NetworkStation], routes: &[Route]) -> Result<QueueNetwork> {
    let arrivals = arrivals(stations, &shares(stations, routes)?)?;
    let loads: Vec<StationLoad> =
        stations.iter().zip(arrivals).map(|(station, rate)| load(station, rate)).collect::<Result<_>>()?;
    let inside: Option<f64> = loads.iter().map(|load| load.queue.steady.map(|steady| steady.mean_in_system)).sum();
    let outside: f64 = stations.iter().map(|station| station.external_arrivals_per_s).sum();
    Ok(QueueNetwork {
        stable: inside.is_some(),
        mean_in_network: inside,
        mean_time_in_network_ms: inside.filter(|_| outside > 0.0).map(|inside| inside / outside * 1e3),
        bottleneck: bottleneck(&loads),
        stations: loads,
    })
}

fn load(station: &NetworkStation, arrival_rate_per_s: f64) -> Result<StationLoad> {
    let alone = Station::markov(arrival_rate_per_s, station.service_rate_per_s, station.servers);
    let of = |error: Error| Error::new(error.kind(), format!("station \"{}\"", shortened(&station.id))).because(error);
    Ok(StationLoad { id: station.id.clone(), arrival_rate_per_s, queue: queue(&alone).map_err(of)? })
}

fn bottleneck(loads: &[StationLoad]) -> Option<String> {
    let busier = |best: &'_ StationLoad, load: &StationLoad| load.queue.utilization > best.queue.utilization;
    let first = loads.first()?;
    Some(loads.iter().fold(first, |best, load| if busier(best, load) { load } else { best }).id.clone())
}

/// For each station what share of what it serves goes where: each other station once.
type Shares = Vec<BTreeMap<usize, f64>>;

fn shares(stations: &[NetworkStation], routes: &[Route]) -> Result<Shares> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, station) in stations.iter().enumerate() {
        let name = shortened(&station.id);
        amount(station.external_arrivals_per_s, format_args!("external_arrivals_per_s of station \"{name}\""))?;
        if places.insert(&station.id, place).is_some() {
            return Err(invalid(format!("station \"{name}\" is given twice: ids must differ")));
        }
    }
    let place = |id: &str| {
        places.get(id).copied().ok_or_else(|| Error::unknown("station of a route", id, places.keys().copied()))
    };
    let mut shares: Shares = vec![BTreeMap::new(); stations.len()];
    for route in routes {
        let (from, to) = (shortened(&route.from), shortened(&route.to));
        let share =
            probability(route.probability, format_args!("probability of the route from \"{from}\" to \"{to}\""))?;
        *shares[place(&route.from)?].entry(place(&route.to)?).or_default() += share;
    }
    for (station, shares) in stations.iter().zip(&mut shares) {
        let total: f64 = shares.values().sum();
        if total > 1.0 + ROUNDING {
            let name = shortened(&station.id);
            return Err(invalid(format!("the routes from station \"{name}\" add up to {total}: 1 at most")));
        }
        shares.retain(|_, share| *share > 0.0);
    }
    Ok(shares)
}

/// The traffic equations: what arrives at a station is what comes from outside, and its share of what the others serve. Circles are solved one after the other, upstream first.
fn arrivals(stations: &[NetworkStation], shares: &Shares) -> Result<Vec<f64>> {
    let next: Vec<Vec<usize>> = shares.iter().map(|shares| shares.keys().copied().collect()).collect();
    let mut rates: Vec<f64> = stations.iter().map(|station| station.external_arrivals_per_s).collect();
    for circle in strong_components(&next).iter().rev() {
        let entering: Vec<f64> = circle.iter().map(|station| rates[*station]).collect();
        if entering.iter().all(|rate| *rate == 0.0) {
            continue;
        }
        let solved = within_circle(circle, shares, entering).map_err(|error| error.of(stations, circle))?;
        for (station, rate) in circle.iter().zip(solved) {
            rates[*station] = rate;
            for (other, share) in shares[*station].iter().filter(|(other, _)| circle.binary_search(other).is_err()) {
                rates[*other] += share * rate;
            }
        }
    }
    Ok(rates)
}

/// Why the traffic of a circle cannot be told.
enum Unsolved {
    /// What enters never leaves.
    Closed,
    /// There are too many stations.
    Large,
}

impl Unsolved {
    fn of(&self, stations: &[NetworkStation], circle: &[usize]) -> Error {
        const SHOWN: usize = 5;
        match self {
            Unsolved::Closed => {
                let shown = circle.iter().take(SHOWN).map(|place| format!("\"{}\"", shortened(&stations[*place].id)));
                let (names, count) = (shown.collect::<Vec<String>>().join(", "), circle.len());
                invalid(format!(
                    "requests that reach {names} ({count} stations) never leave: some share must leave the network"
                ))
            }
            Unsolved::Large => within(circle.len(), MOST_TOGETHER, format_args!("stations in one circle"))
                .err()
                .unwrap_or_else(|| invalid("too many stations in one circle".to_owned())),
        }
    }
}

/// Solves (I - Pᵀ) rates = entering within a circle. What leaves each station is at least what its column loses, so elimination needs no exchange of rows: such matrices keep their
/// diagonal the largest (Higham 2002, "Accuracy and stability of numerical algorithms", 9.5).
fn within_circle(circle: &[usize], shares: &Shares, entering: Vec<f64>) -> std::result::Result<Vec<f64>, Unsolved> {
    let size = circle.len();
    if size > MOST_TOGETHER {
        return Err(Unsolved::Large);
    }
    let mut rows = vec![vec![0.0; size]; size];
    let mut leaks = false;
    for (column, station) in circle.iter().enumerate() {
        let mut kept = 0.0;
        for (other, share) in &shares[*station] {
            if let Ok(row) = circle.binary_search(other) {
                rows[row][column] -= share;
                kept += share;
            }
        }
        rows[column][column] += 1.0;
        leaks |= kept < 1.0 - ROUNDING;
    }
    if leaks { eliminated(rows, entering).ok_or(Unsolved::Closed) } else { Err(Unsolved::Closed) }
}

/// Gauss: O(size³), less where rows are sparse. `None` if the matrix is singular.
fn eliminated(mut rows: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    for pivot in 0..rows.len() {
        let (above, beneath) = rows.split_at_mut(pivot + 1);
        let top = &above[pivot];
        if top[pivot] <= f64::EPSILON {
            return None;
        }
        for (row, place) in beneath.iter_mut().zip(pivot + 1..).filter(|(row, _)| row[pivot] != 0.0) {
            let factor = row[pivot] / top[pivot];
            row[pivot..].iter_mut().zip(&top[pivot..]).for_each(|(value, upper)| *value -= factor * upper);
            right[place] -= factor * right[pivot];
        }
    }
    for pivot in (0..rows.len()).rev() {
        let known = rows[pivot][pivot + 1..].iter().zip(&right[pivot + 1..]);
        let sum: f64 = known.map(|(value, rate)| value * rate).sum();
        right[pivot] = (right[pivot] - sum) / rows[pivot][pivot];
    }
    Some(right)
}

#[cfg(test)]
mod tests;
