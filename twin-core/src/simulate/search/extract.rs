//! Extracting: parts of a monolith that hold together, with the dependencies that have to be cut around them.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::{CallCount, ExtractionSearch, extractions, partition_measures};
use crate::base::{Context, ErrorKind, Result, hash_of, listed};
use crate::graph::{EdgeRef, Node};
use crate::schema::{Value, attribute};
use crate::simulate::search::asked::Asked;
use crate::simulate::search::candidate::{Candidate, Found, Step, is_finished};
use crate::simulate::search::cut_cycles::cut;
use crate::simulate::search::{ConstraintViolation, NotTried};

/// How often the search for partitions begins anew, and how many it tells.
const BEGINNINGS: u32 = 10;
const PARTITIONS: usize = 3;
/// All calls together are scaled to stay below this: what the analysis takes.
const MOST_CALLS: u64 = 1 << 40;

/// Whole partitions, and each of their parts by itself.
pub(super) fn candidates(asked: &Asked<'_>, context: &Context) -> Result<Found> {
    let monolith = Monolith::of(asked);
    let method = "Leiden from several beginnings; each partition whole, and each of its parts by itself; no bound";
    let mut found = Found::by(method, false, None, u64::from(BEGINNINGS));
    let why = "no kind of change says so yet: the dependencies that have to be cut are told instead";
    found.not_tried.push(NotTried::new("an interface, or copies of data, in place of what is cut", why, Vec::new()));
    if asked.named.len() < 2 {
        return Ok(found);
    }
    let partitions = monolith.partitions(context)?;
    let mut met: BTreeSet<Vec<Vec<usize>>> = BTreeSet::new();
    for groups in partitions {
        let alone = groups.iter().map(|group| monolith.alone(group));
        for groups in std::iter::once(groups.clone()).chain(alone) {
            let is_parted = groups.iter().filter(|group| !group.is_empty()).count() > 1;
            // Of two parts, each by itself is the same as both.
            let mut parts = groups.clone();
            parts.sort_unstable();
            if is_parted && met.insert(parts) {
                found.candidates.push(monolith.candidate(&groups)?);
            }
        }
    }
    found.is_finished = is_finished(context)?;
    Ok(found)
}

struct Monolith<'q, 'a> {
    asked: &'q Asked<'a>,
    /// Its modules by their ids, as the analysis names them.
    modules: Vec<String>,
    calls: Vec<CallCount>,
    pairs: BTreeMap<(usize, usize), Vec<EdgeRef<'a>>>,
    assumptions: Vec<String>,
}

impl<'q, 'a> Monolith<'q, 'a> {
    fn of(asked: &'q Asked<'a>) -> Self {
        let place = |node: &Node| asked.named.binary_search(node).ok();
        let all = asked.dependencies(|class| asked.is_need(class)).into_iter();
        let pairs: BTreeMap<(usize, usize), Vec<EdgeRef<'a>>> =
            all.filter_map(|((from, to), edges)| Some(((place(&from)?, place(&to)?), edges))).collect();
        let modules: Vec<String> =
            asked.named.iter().map(|node| asked.base.entity(*node).id.as_str().to_owned()).collect();
        let counted: Vec<Option<u64>> = pairs.values().map(|edges| counted(edges)).collect();
        let is_counted = counted.iter().all(Option::is_some) && !counted.is_empty();
        let most = MOST_CALLS / (counted.len() as u64 + 1);
        let call = |((from, to), count): (&(usize, usize), &Option<u64>)| CallCount {
            from: modules[*from].clone(),
            to: modules[*to].clone(),
            calls: count.filter(|_| is_counted).map_or(1, |count| count.min(most)),
        };
        let calls = pairs.keys().zip(&counted).map(call).collect();
        let every = "every dependency counts for one call: not all of them were counted";
        let assumptions = if is_counted { Vec::new() } else { vec![every.to_owned()] };
        Monolith { asked, calls, pairs, modules, assumptions }
    }

    /// The partitions of the highest modularity that several beginnings find, as far as the deadline allows.
    fn partitions(&self, context: &Context) -> Result<Vec<Vec<Vec<usize>>>> {
        let mut found: Vec<(f64, Vec<Vec<usize>>)> = Vec::new();
        for beginning in 0..BEGINNINGS {
            let seed = hash_of(&(self.asked.draft.seed, beginning));
            let search = ExtractionSearch { seed, runs: 1, most: 1 };
            let partitions = match extractions(&self.modules, &self.calls, search, context) {
                Ok(partitions) => partitions,
                Err(error) if error.kind() == ErrorKind::Limit && !context.goes_on() => break,
                Err(error) => return Err(error),
            };
            for partition in partitions {
                let groups: Vec<Vec<usize>> = partition.groups.iter().map(|group| self.places(group)).collect();
                if !found.iter().any(|(_, known)| *known == groups) {
                    found.push((partition.measures.modularity, groups));
                }
            }
        }
        found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        Ok(found.into_iter().take(PARTITIONS).map(|(_, groups)| groups).collect())
    }

    fn places(&self, group: &[String]) -> Vec<usize> {
        self.modules.iter().enumerate().filter(|(_, id)| group.contains(id)).map(|(place, _)| place).collect()
    }

    /// A group against everything else.
    fn alone(&self, group: &[usize]) -> Vec<Vec<usize>> {
        let rest = (0..self.modules.len()).filter(|place| !group.contains(place)).collect();
        vec![group.to_vec(), rest]
    }

    fn candidate(&self, groups: &[Vec<usize>]) -> Result<Candidate> {
        let mut group = vec![usize::MAX; self.modules.len()];
        groups.iter().enumerate().for_each(|(at, places)| places.iter().for_each(|place| group[*place] = at));
        let node = |place: usize| self.asked.named[place];
        let across: Vec<_> = self.pairs.iter().filter(|((from, to), _)| group[*from] != group[*to]).collect();
        let steps: Vec<Step> = across.iter().map(|((from, to), edges)| cut((node(*from), node(*to)), edges)).collect();
        let partition: Vec<Vec<String>> =
            groups.iter().map(|group| group.iter().map(|place| self.modules[*place].clone()).collect()).collect();
        let measures = partition_measures(&self.modules, &self.calls, &partition)?;
        let names = |group: &Vec<usize>| listed(group.iter().map(|place| self.asked.name(node(*place))), 3);
        let told: Vec<String> = groups.iter().take(4).map(names).collect();
        let mut candidate = Candidate::of_steps(self.asked, format!("part {}", told.join(" | ")), &steps);
        candidate.groups = groups.iter().map(|group| group.iter().map(|place| node(*place)).collect()).collect();
        candidate.modularity = Some(measures.modularity);
        candidate.assumptions.clone_from(&self.assumptions);
        let frozen: BTreeSet<Node> =
            across.iter().map(|((from, _), _)| node(*from)).filter(|node| self.asked.is_frozen(*node)).collect();
        candidate.violations.extend(frozen.into_iter().map(|node| self.frozen(node)));
        Ok(candidate.citing(across.iter().flat_map(|(_, edges)| edges.iter())))
    }

    fn frozen(&self, node: Node) -> ConstraintViolation {
        let what =
            format!("{} would have to need something no longer, and is on the freeze list", self.asked.name(node));
        ConstraintViolation { constraint: "freeze", what, entities: vec![self.asked.told(node)] }
    }
}

/// How many calls were counted over some edges, if they were over each.
fn counted(edges: &[EdgeRef<'_>]) -> Option<u64> {
    let mut counts = edges.iter().map(|edge| {
        let values = edge.edge.attributes.iter().filter(|value| value.name == attribute::REQUESTS);
        values
            .filter_map(|value| if let Value::Integer(count) = value.value { u64::try_from(count).ok() } else { None })
            .max()
    });
    counts.try_fold(0_u64, |sum, count| Some(sum.saturating_add(count?)))
}
