//! A scenario against its base: one table of figures before and after, each with how it is known, or why it is not.

mod addition;
mod capacity;
mod compliance;
mod cost;
mod counted;
mod figure;
mod latency;
mod needs;
mod open;
mod reach;
mod sides;
mod structure;
mod traffic;
mod uptime;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::envelope;
use crate::answer::{Answer, Profile, Tabular};
use crate::base::{Context, Error, ErrorKind, Result};
use crate::graph::{Node, Snapshot};
use crate::simulate::replay::ENOUGH_FOR_UTILISATION;
use crate::simulate::{Autoscaler, Change, Scenario};

pub use compliance::GivenData;
pub(super) use counted::{quantile as counted_quantile, recent as recent_counts};
pub(super) use figure::named;
pub use figure::{Basis, Dimension, Figure};
pub(super) use latency::{declared_copies, loads};
use reach::Reach;
pub(super) use reach::changes_what_runs;
use sides::Sides;
pub use structure::Baseline;
pub(super) use structure::Shape;
pub use traffic::Traffic;

/// The figures of a comparison.
#[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Comparison {
    /// One row a figure, by dimension.
    pub figures: Vec<Figure>,
}

impl Tabular for Comparison {
    type Row = Figure;

    fn rows(&self) -> Cow<'_, [Figure]> {
        Cow::Borrowed(&self.figures)
    }
}

/// What is known beside the twin.
#[derive(Clone, Debug, Default)]
pub struct Given<'g> {
    /// Recorded requests.
    pub traffic: Option<&'g Traffic>,
    /// How available some entities are by themselves, in parts per one; a component stands for its instances.
    pub availability: BTreeMap<Node, f64>,
    /// Which data is whose, and where it may be.
    pub data: GivenData,
    /// The shape of the base, where many scenarios are held against one.
    pub baseline: Option<&'g Baseline>,
    /// Whether what a measurement will likely show is left out: most of the time of playing requests again. For whoever holds many scenarios against each other.
    pub is_quick: bool,
}

/// What stands in a snapshot, by each dimension of its shape; or why nobody can say. O(entities + relations).
pub(super) fn standing(snapshot: &Snapshot) -> BTreeMap<Dimension, std::result::Result<Shape, String>> {
    let sides = Sides::of(snapshot, Profile::default());
    let unread = |dimension| sides.why_unread(dimension).map(str::to_owned);
    let of = structure::standing(snapshot).into_iter();
    of.map(|(dimension, shape)| (dimension, unread(dimension).map_or(shape, Err))).collect()
}

/// Reaching, costs, availability, requests.
const STEPS: u64 = 4;

/// Holds a scenario against its base in every dimension. What nobody can know from what was read is a row without a figure that says why. O(entities + relations), and
/// what playing the traffic again costs, where there is any.
///
/// # Errors
/// `Invalid` for changes that contradict each other, for policies that make no sense and for availabilities beyond 0 and 1; `Cancelled` and `Limit` as the context says.
pub fn compare(
    scenario: &Scenario,
    given: &Given<'_>,
    needs: Profile,
    context: &Context,
) -> Result<Answer<Comparison>> {
    let step = |step| context.progress.report("compare", step, STEPS);
    step(0);
    scenario.check()?;
    let after = scenario.snapshot();
    let reached = Reach::of(scenario, needs, given);
    let read = Sides::of(scenario.base(), needs);
    step(1);
    let mut figures = reached.figures;
    figures.extend(structure::figures(scenario, &after, given.baseline));
    context.check()?;
    figures.extend(cost::figures(scenario, read.no_bill.as_deref(), given.traffic));
    figures.extend(compliance::figures(scenario, &after, &given.data, context)?);
    read.hide_what_was_never_read(&mut figures);
    step(2);
    figures.extend(uptime::figures(scenario, &of_instances(scenario, &given.availability)?, given.traffic, context)?);
    step(3);
    let mut assumptions: BTreeSet<String> = reached.assumptions.iter().chain(scenario.assumptions()).cloned().collect();
    assumptions.extend(scenario.changes().iter().filter_map(|change| taken_for_granted(scenario, change, given)));
    let is_billed = |figure: &Figure| figure.dimension == Dimension::Cost && figure.baseline.is_some();
    assumptions.extend(cost::taken_for_granted(scenario.base()).filter(|_| figures.iter().any(is_billed)));
    let mut blind_spots: BTreeSet<String> = read.blind_spots.into_iter().chain(reached.blind_spots).collect();
    blind_spots.extend(scenario.left_out_told());
    blind_spots.extend(given.traffic.into_iter().flat_map(|traffic| traffic.unmet(scenario.base())));
    figures.extend(of_requests(scenario, given, context, &mut assumptions, &mut blind_spots)?);
    step(STEPS);
    figures = figures.into_iter().map(Figure::with_bounds_of_delta).collect();
    figures.sort_by(|a, b| (a.dimension, &a.about, &a.detail).cmp(&(b.dimension, &b.about, &b.detail)));
    let asked = serde_json::json!({
        "name": scenario.name(),
        "author": scenario.author(),
        "changes": scenario.described(),
    });
    let method = "every question of the base and of the scenario, and recorded requests played again";
    let mut answer = envelope(scenario.base(), "scenario", asked, needs, method, Comparison { figures });
    answer.status = read.status;
    answer.freshness = read.freshness.into_iter().collect();
    answer.inputs = read.inputs.into_iter().collect();
    answer.assumptions = assumptions.into_iter().collect();
    answer.blind_spots = blind_spots.into_iter().collect();
    answer.seed = given.traffic.map(|traffic| traffic.seed);
    Ok(answer)
}

/// What a change takes for granted, for people.
fn taken_for_granted(scenario: &Scenario, change: &Change, given: &Given<'_>) -> Option<String> {
    let name = |node: Node| &scenario.stage().entity(node).name;
    match change {
        Change::Deprecate { entity, sunset, .. } => Some(format!(
            "whoever needs {} then is hit from {sunset} on; requests, availability and costs are those before",
            name(*entity)
        )),
        Change::Fail { minutes: Some(_), .. } => Some(
            "requests and affected entities are those while something fails, availability is that of a month"
                .to_owned(),
        ),
        Change::Scale { entity, warm_up_s: Some(warm_up_s), .. } => {
            Some(format!("{} is as before until new copies serve, after {warm_up_s} s", name(*entity)))
        }
        Change::ScaleLoad { autoscaler: Some(Autoscaler { utilisation, most }), .. } => Some(format!(
            "an autoscaler keeps workers whose number is known busy for {utilisation} of their time, with {most} times as many at most, and has caught up; with fewer than {ENOUGH_FOR_UTILISATION} recorded requests, it leaves a service as it is"
        )),
        Change::Move { entity, cutover_minutes, .. } if !given.availability.is_empty() => {
            let name = name(*entity);
            Some(match cutover_minutes {
                Some(minutes) => format!(
                    "availability is that of the month in which {name} moves and does not serve for {minutes} minutes"
                ),
                None => format!("{name} serves while it moves: no cutover is said"),
            })
        }
        Change::Merge { entity, .. } if !given.availability.is_empty() => {
            Some(format!("what becomes a part of {} fails with it from then on", name(*entity)))
        }
        Change::Upgrade { entity, version, drops, .. } if !drops.is_empty() => Some(format!(
            "whoever was seen to call {} for other operations than those that {version} drops calls for no others",
            name(*entity)
        )),
        Change::ChangeOwner { entity, on_call: Some(on_call), .. } => {
            Some(format!("{on_call} is called first for {} from then on", name(*entity)))
        }
        Change::AddCache { entity, of, hit_ratio: None, ttl_s: Some(ttl_s), keys: Some(keys), skew, .. } => {
            let ratio = given.traffic?.kept_by_cache(scenario.stage(), (*entity, *of), *ttl_s, *keys, *skew)?;
            let asked = format!("one of {keys} things with skew {skew}, at random, as often as was recorded");
            Some(format!("a cache of {} for {} has {ratio:.3} of what is asked for: {asked}", name(*of), name(*entity)))
        }
        _ => None,
    }
}

/// What becomes of requests: played again where they were recorded, else as far as the twin counted them.
fn of_requests(
    scenario: &Scenario,
    given: &Given<'_>,
    context: &Context,
    assumptions: &mut BTreeSet<String>,
    blind_spots: &mut BTreeSet<String>,
) -> Result<Vec<Figure>> {
    let requests = latency::forecast_of(scenario, given, context)?;
    let mut figures = capacity::figures(scenario, requests.as_ref().map_err(String::as_str));
    match requests {
        Ok(requests) => {
            assumptions.extend(requests.forecast.assumptions.iter().cloned());
            assumptions.extend(requests.open.as_ref().map(|_| open::ASSUMPTION.to_owned()));
            assumptions.extend(open::nobody_needs(&requests.beside));
            blind_spots.extend(requests.forecast.skipped.told());
            figures.extend(latency::figures(&requests));
        }
        Err(why) => match counted::figures(scenario).filter(|_| given.traffic.is_none()) {
            Some(counted) => {
                figures.extend(counted);
                assumptions.insert(counted::ASSUMPTION.to_owned());
            }
            None => figures.extend(Dimension::OF_TRAFFIC.map(|dimension| Figure::unknown(dimension, why.clone()))),
        },
    }
    Ok(figures)
}

/// The availabilities by instance.
fn of_instances(scenario: &Scenario, given: &BTreeMap<Node, f64>) -> Result<BTreeMap<Node, f64>> {
    let mut own = BTreeMap::new();
    for (node, availability) in given {
        if !(0.0..=1.0).contains(availability) {
            let name = &scenario.stage().entity(*node).name;
            let what = format!("the availability of {name} is {availability}: it takes parts per one, from 0 to 1");
            return Err(Error::new(ErrorKind::Invalid, what));
        }
        own.extend(scenario.stage().instances(*node).into_iter().map(|instance| (instance, *availability)));
    }
    Ok(own)
}
