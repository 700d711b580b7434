//! Earliest arrival over tolerances: when what fails first reaches whoever needs it, of plain values.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use serde::{Deserialize, Serialize};

use crate::base::Result;
use crate::simulate::check::{invalid, within};

/// The most entities, needs and members of groups that are searched.
const MOST: usize = 20_000_000;

/// How long something goes on without what it needs, in milliseconds: what a cache, a queue's retention, the life of a session, token or certificate, or of a name's record bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// At least so long.
    #[serde(default)]
    pub least_ms: u64,
    /// Usually so long, if that is known.
    #[serde(default)]
    pub expected_ms: Option<u64>,
    /// At most so long; `None` if nobody knows an end.
    #[serde(default)]
    pub most_ms: Option<u64>,
}

impl Tolerance {
    /// None at all: it fails at once.
    pub const NONE: Tolerance = Tolerance::exactly(0);

    /// Exactly so many milliseconds.
    pub const fn exactly(ms: u64) -> Self {
        Tolerance { least_ms: ms, expected_ms: Some(ms), most_ms: Some(ms) }
    }

    /// Between these milliseconds, and nobody knows where.
    pub const fn between(least_ms: u64, most_ms: u64) -> Self {
        Tolerance { least_ms, expected_ms: None, most_ms: Some(most_ms) }
    }

    /// What holds whichever of two it is.
    pub(super) fn either(self, other: Self) -> Self {
        Tolerance {
            least_ms: self.least_ms.min(other.least_ms),
            expected_ms: self.expected_ms.filter(|expected| Some(*expected) == other.expected_ms),
            most_ms: self.most_ms.zip(other.most_ms).map(|(most, other)| most.max(other)),
        }
    }

    pub(super) fn is_ordered(&self) -> bool {
        let expected = self.expected_ms.unwrap_or(self.least_ms);
        self.least_ms <= expected && self.most_ms.is_none_or(|most| expected <= most)
    }
}

/// That one entity needs another. Entities are places in the list of tolerances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// Who needs.
    pub entity: usize,
    /// What is needed.
    pub on: usize,
    /// How long it goes without this one; if nobody says, as long as the entity itself.
    #[serde(default)]
    pub tolerance: Option<Tolerance>,
    /// Whether it is sure that one fails with the other. If not, it may, and counts for the earliest time alone.
    pub sure: bool,
}

/// That an entity needs some of several others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NeedGroup {
    /// Who needs.
    pub entity: usize,
    /// What is needed, each once.
    pub members: Vec<usize>,
    /// How many of them: with n members, it fails after the (n - needed + 1)-th.
    pub needed: usize,
    /// How long it goes without them; if nobody says, as long as the entity itself.
    #[serde(default)]
    pub tolerance: Option<Tolerance>,
}

/// Who needs whom, and how long without.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dependencies {
    /// By entity, how long it goes on; `None` is not known, which is anything from not at all to for ever.
    pub entities: Vec<Option<Tolerance>>,
    /// Needs of one other entity.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Needs of some out of several.
    #[serde(default)]
    pub groups: Vec<NeedGroup>,
}

/// When failure reaches an entity, in milliseconds from when it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Arrival {
    /// The entity, as a place.
    pub entity: usize,
    /// Not before.
    pub earliest_ms: u64,
    /// Then, by the expected tolerances; `None` if these are not known on any sure way. It does not come at all where that is after the outage's end.
    pub expected_ms: Option<u64>,
    /// Not after, if it lasts so long; `None` if nobody knows.
    pub latest_ms: Option<u64>,
    /// Whether it comes before the outage ends whatever is not known.
    pub sure: bool,
    /// The way by which it comes earliest, from where it begins.
    pub path: Vec<Step>,
}

/// One step of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Step {
    /// From which entity; of a group, the last that had to fail.
    pub from: usize,
    /// Over what.
    pub over: Over,
}

/// Over what failure passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Over {
    /// The need at this place.
    Need(usize),
    /// The group at this place.
    Group(usize),
}

impl Dependencies {
    /// How long whoever a step leads to goes on, if anybody says.
    pub fn tolerance(&self, over: Over) -> Option<&Tolerance> {
        let (own, entity) = match over {
            Over::Need(place) => self.needs.get(place).map(|need| (need.tolerance.as_ref(), need.entity))?,
            Over::Group(place) => self.groups.get(place).map(|group| (group.tolerance.as_ref(), group.entity))?,
        };
        own.or_else(|| self.entities.get(entity)?.as_ref())
    }

    fn check(&self, starts: &[usize]) -> Result<()> {
        let members: usize = self.groups.iter().map(|group| group.members.len() + 1).sum();
        within(self.entities.len() + self.needs.len() + members, MOST, format_args!("entities, needs and members"))?;
        let bound = self.entities.len();
        let there = |entity: usize, field: &str, place: usize| match entity < bound {
            true => Ok(()),
            false => Err(invalid(format!("{field} {place} names entity {entity}, and there are {bound}"))),
        };
        let ordered = |tolerance: &Option<Tolerance>, field: &str, place: usize| {
            let is_ordered = tolerance.as_ref().is_none_or(Tolerance::is_ordered);
            let what = "it takes least ≤ expected ≤ most";
            if is_ordered { Ok(()) } else { Err(invalid(format!("tolerance of {field} {place}: {what}"))) }
        };
        starts.iter().enumerate().try_for_each(|(place, start)| there(*start, "start", place))?;
        self.entities.iter().enumerate().try_for_each(|(place, tolerance)| ordered(tolerance, "entity", place))?;
        for (place, need) in self.needs.iter().enumerate() {
            there(need.entity, "need", place)?;
            there(need.on, "need", place)?;
            ordered(&need.tolerance, "need", place)?;
        }
        for (place, group) in self.groups.iter().enumerate() {
            there(group.entity, "group", place)?;
            group.members.iter().try_for_each(|member| there(*member, "group", place))?;
            ordered(&group.tolerance, "group", place)?;
            let (needed, members) = (group.needed, group.members.len());
            if needed > members || group.members.iter().collect::<BTreeSet<_>>().len() < members {
                let what = format!("group {place} needs {needed} of {members}: it takes as many different members");
                return Err(invalid(what));
            }
        }
        Ok(())
    }
}

/// When failure of some entities reaches which others, earliest first, then by place; starts are left out. With `until_ms`, the outage ends then, and what it reaches later is not
/// reached at all.
///
/// A need fails over when the one that is needed has failed for as long as its tolerance, a group when too few members are left. All of these grow with the times that they come
/// from, so times can be settled in order: Dijkstra (1959), Knuth (1977), "A generalization of Dijkstra's algorithm". Thrice: for the earliest times over all needs, and for the
/// expected and latest times over those that are sure. O((entities + needs + members) · log entities).
///
/// # Errors
/// `Invalid` for a place beyond the entities, a tolerance out of order, or a group that needs more members than it has or names one twice; `Limit` beyond 20,000,000 places.
pub fn arrivals(dependencies: &Dependencies, starts: &[usize], until_ms: Option<u64>) -> Result<Vec<Arrival>> {
    dependencies.check(starts)?;
    let search = Search::of(dependencies);
    let earliest = search.run(starts, false, |tolerance| Some(tolerance.map_or(0, |known| known.least_ms)));
    let expected = search.run(starts, true, |tolerance| tolerance?.expected_ms);
    let latest = search.run(starts, true, |tolerance| tolerance?.most_ms);
    let is_in_time = |at: u64| until_ms.is_none_or(|until| at < until);
    let arrival = |entity: usize| {
        let reached = earliest[entity].filter(|reached| reached.step.is_some() && is_in_time(reached.at_ms))?;
        let latest_ms = latest[entity].map(|reached| reached.at_ms);
        Some(Arrival {
            entity,
            earliest_ms: reached.at_ms,
            // A way of which nobody says what is expected may be sooner over than all others.
            expected_ms: expected[entity]
                .map(|reached| latest_ms.map_or(reached.at_ms, |most| most.min(reached.at_ms))),
            latest_ms,
            sure: latest_ms.is_some_and(is_in_time),
            path: path(&earliest, entity),
        })
    };
    let mut arrivals: Vec<Arrival> = (0..dependencies.entities.len()).filter_map(arrival).collect();
    arrivals.sort_by_key(|arrival| (arrival.earliest_ms, arrival.entity));
    Ok(arrivals)
}

/// When and how an entity was reached; without a step it is a start.
#[derive(Clone, Copy, Debug)]
struct Reached {
    at_ms: u64,
    step: Option<Step>,
}

fn path(reached: &[Option<Reached>], entity: usize) -> Vec<Step> {
    let mut path = Vec::new();
    let mut at = entity;
    while let Some(step) = reached[at].and_then(|reached| reached.step) {
        path.push(step);
        at = step.from;
    }
    path.reverse();
    path
}

struct Search<'d> {
    dependencies: &'d Dependencies,
    /// By entity, the places of the needs of it.
    needs: Vec<Vec<usize>>,
    /// By entity, the places of the groups that it is a member of.
    groups: Vec<Vec<usize>>,
}

impl<'d> Search<'d> {
    fn of(dependencies: &'d Dependencies) -> Self {
        let mut needs = vec![Vec::new(); dependencies.entities.len()];
        let mut groups = vec![Vec::new(); dependencies.entities.len()];
        for (place, need) in dependencies.needs.iter().enumerate() {
            needs[need.on].push(place);
        }
        for (place, group) in dependencies.groups.iter().enumerate() {
            group.members.iter().for_each(|member| groups[*member].push(place));
        }
        Search { dependencies, needs, groups }
    }

    /// The times at which entities fail, where a tolerance that weighs nothing known stops it.
    fn run(
        &self,
        starts: &[usize],
        sure_only: bool,
        weigh: impl Fn(Option<&Tolerance>) -> Option<u64>,
    ) -> Vec<Option<Reached>> {
        let mut best: Vec<Option<Reached>> = vec![None; self.dependencies.entities.len()];
        let mut is_settled = vec![false; best.len()];
        let mut fallen = vec![0_usize; self.dependencies.groups.len()];
        let mut waiting = BinaryHeap::new();
        for start in starts {
            best[*start] = Some(Reached { at_ms: 0, step: None });
            waiting.push(Reverse((0_u64, *start)));
        }
        while let Some(Reverse((at_ms, from))) = waiting.pop() {
            if std::mem::replace(&mut is_settled[from], true) {
                continue;
            }
            let mut reach = |entity: usize, over: Over| {
                let Some(tolerated) = weigh(self.dependencies.tolerance(over)) else { return };
                let at_ms = at_ms.saturating_add(tolerated);
                if best[entity].is_none_or(|known| at_ms < known.at_ms) {
                    best[entity] = Some(Reached { at_ms, step: Some(Step { from, over }) });
                    waiting.push(Reverse((at_ms, entity)));
                }
            };
            for place in &self.needs[from] {
                let need = &self.dependencies.needs[*place];
                if need.sure || !sure_only {
                    reach(need.entity, Over::Need(*place));
                }
            }
            for place in &self.groups[from] {
                let group = &self.dependencies.groups[*place];
                fallen[*place] += 1;
                if fallen[*place] + group.needed == group.members.len() + 1 {
                    reach(group.entity, Over::Group(*place));
                }
            }
        }
        best
    }
}
