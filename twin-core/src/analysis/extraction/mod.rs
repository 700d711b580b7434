//! Extraction: how well a partition of modules into services holds together, and a search for one that does.

mod leiden;
mod measures;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::extraction::leiden::Level;
use crate::analysis::extraction::measures::measures;
use crate::base::{Context, Error, ErrorKind, Result, shortened};

/// How often one module calls another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CallCount {
    /// Who calls.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// How often, in whatever period is the same for all.
    pub calls: u64,
}

/// How well a partition holds together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct PartitionMeasures {
    /// By how much more of the calls stay inside than if the same modules called at random: from -1/2 to 1, more is better; directions aside. Newman and Girvan (2004). 0 without calls.
    pub modularity: f64,
    /// Calls from one group to another as a part of all calls (inter-partition call percentage, as a part of 1): less is better. 0 without calls.
    pub icp: f64,
    /// How many of the possible pairs inside are joined, on average, less how many of those between: more is better. Jin et al. (2019), "Service candidate identification from
    /// monolithic systems based on execution traces".
    pub structural_modularity: f64,
    /// To how many modules of a group others call, on average over the groups: less is better.
    pub interface_number: f64,
    /// The part of the modules that are in groups of fewer than 5 or more than 20: less is better.
    pub non_extreme_distribution: f64,
}

/// A partition with its measures.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Extraction {
    /// The modules of each group; groups and modules in the order in which the modules were given.
    pub groups: Vec<Vec<String>>,
    /// How well they hold together.
    pub measures: PartitionMeasures,
}

/// Measures a partition that is given. O((modules + calls) · log modules).
///
/// # Errors
/// `Invalid` for two modules of one id, for a group without modules, for a module that is in two groups or in none, and for calls that are together more than 2⁶⁰; `Unknown` for a module that is
/// not there.
pub fn partition_measures(
    modules: &[String],
    calls: &[CallCount],
    partition: &[Vec<String>],
) -> Result<PartitionMeasures> {
    let graph = CallGraph::new(modules, calls)?;
    let mut groups = vec![usize::MAX; modules.len()];
    for (number, group) in partition.iter().enumerate() {
        if group.is_empty() {
            return Err(misused(format!("partition: group {number} has no modules: leave it out")));
        }
        for id in group {
            let place = graph.place(id)?;
            if std::mem::replace(&mut groups[place], number) != usize::MAX {
                return Err(misused(format!("partition: module \"{}\" is named twice: name each once", shortened(id))));
            }
        }
    }
    if let Some(place) = groups.iter().position(|group| *group == usize::MAX) {
        let id = shortened(&modules[place]);
        return Err(misused(format!("partition: module \"{id}\" is in no group: name each once")));
    }
    Ok(measures(&graph, &groups, partition.len()))
}

/// How a search for partitions goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractionSearch {
    /// Where chance begins: the same seed finds the same partitions. Default 0.
    pub seed: u64,
    /// How many times it begins anew. Default 10.
    pub runs: u32,
    /// How many partitions are told at most. Default 3.
    pub most: usize,
}

impl Default for ExtractionSearch {
    fn default() -> Self {
        ExtractionSearch { seed: 0, runs: 10, most: 3 }
    }
}

/// Looks for partitions of high modularity: the best first, then alternatives. A module that neither calls nor is called is a group of its own.
///
/// The Leiden algorithm, from several beginnings, each repeated until it finds nothing better: Traag, Waltman and van Eck (2019), "From Louvain to Leiden: guaranteeing well-connected
/// communities". About O(modules + calls) for each round; whole numbers throughout, so that nothing depends on how sums are rounded.
///
/// # Errors
/// As [`partition_measures`], and `Cancelled` or `Limit` by `context`, which is asked before each round and told of each run as a unit of the phase `partitions`.
pub fn extractions(
    modules: &[String],
    calls: &[CallCount],
    search: ExtractionSearch,
    context: &Context,
) -> Result<Vec<Extraction>> {
    let graph = CallGraph::new(modules, calls)?;
    if modules.is_empty() {
        return Ok(Vec::new());
    }
    let level = Level::new(&graph);
    // By how good they are, as whole numbers, then by which run found them.
    let mut found: Vec<(i128, Vec<usize>)> = Vec::new();
    for run in 0..search.runs.max(1) {
        let groups = leiden::partition(&level, search.seed, run, context)?;
        if !found.iter().any(|(_, known)| *known == groups) {
            found.push((level.quality(&groups), groups));
        }
        found.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
        found.truncate(search.most.max(1));
        context.progress.report("partitions", u64::from(run) + 1, u64::from(search.runs));
    }
    Ok(found.into_iter().map(|(_, groups)| extraction(&graph, modules, &groups)).collect())
}

fn extraction(graph: &CallGraph<'_>, modules: &[String], numbers: &[usize]) -> Extraction {
    let count = numbers.iter().max().map_or(0, |last| last + 1);
    let mut groups = vec![Vec::new(); count];
    modules.iter().zip(numbers).for_each(|(id, group)| groups[*group].push(id.clone()));
    Extraction { groups, measures: measures(graph, numbers, count) }
}

/// All calls together are at most so many: products of two sums fit into 128 bits then.
const MOST_CALLS: u64 = 1 << 60;

/// Modules by their places, and who calls whom, each pair once.
pub(super) struct CallGraph<'a> {
    places: BTreeMap<&'a str, usize>,
    pub calls: BTreeMap<(usize, usize), u64>,
    pub all_calls: u64,
}

impl<'a> CallGraph<'a> {
    fn new(modules: &'a [String], calls: &[CallCount]) -> Result<Self> {
        let mut graph = CallGraph { places: BTreeMap::new(), calls: BTreeMap::new(), all_calls: 0 };
        for (place, id) in modules.iter().enumerate() {
            if graph.places.insert(id, place).is_some() {
                return Err(misused(format!("two modules have the id \"{}\": give each its own", shortened(id))));
            }
        }
        for call in calls {
            let ends = (graph.place(&call.from)?, graph.place(&call.to)?);
            let sum = graph.all_calls.checked_add(call.calls).filter(|sum| *sum <= MOST_CALLS);
            graph.all_calls = sum.ok_or_else(|| {
                let [from, to] = [&call.from, &call.to].map(|id| shortened(id));
                let most = format!("calls of \"{from}\" to \"{to}\": all calls are more than {MOST_CALLS}");
                misused(format!("{most}: count in thousands"))
            })?;
            *graph.calls.entry(ends).or_default() += call.calls;
        }
        Ok(graph)
    }

    fn place(&self, id: &str) -> Result<usize> {
        self.places.get(id).copied().ok_or_else(|| Error::unknown("module", id, self.places.keys().copied()))
    }

    /// How many modules there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }
}

fn misused(why: String) -> Error {
    Error::new(ErrorKind::Invalid, why)
}
