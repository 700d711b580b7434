//! Taint: where each class of data can be, how it came there, and which policies that breaks.

mod graph;
mod policies;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::taint::graph::{DataGraph, Flood};
use crate::analysis::taint::policies::Checker;
use crate::base::{Context, Result};

pub use crate::analysis::taint::policies::{DataPolicy, PolicySubject, PolicyViolation};

/// Something that can hold data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DataHolder {
    /// What it is called; unique.
    pub id: String,
    /// Where it is; `None` if that is not known.
    #[serde(default)]
    pub region: Option<String>,
    /// The classes of data that it holds of its own; `None` if nobody has labelled it, which is not to say that it holds none.
    #[serde(default)]
    pub holds: Option<Vec<String>>,
}

/// Which way data moves between a consumer and what it calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataFlow {
    /// From the consumer to what it calls.
    #[default]
    Request,
    /// From what is called to the consumer.
    Response,
    /// Either way.
    Both,
}

/// A connection over which data moves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DataEdge {
    /// The consumer.
    pub from: String,
    /// What it calls.
    pub to: String,
    /// Which way data moves.
    #[serde(default)]
    pub flow: DataFlow,
    /// The classes that do not get through, either way.
    #[serde(default)]
    pub strips: Vec<String>,
    /// Whether nobody on the way can read what moves; `None` if that is not known.
    #[serde(default)]
    pub encrypted: Option<bool>,
}

/// Where each class of data can be, and what that breaks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Taint {
    /// Each class that somebody holds or a policy is about, by name.
    pub classes: Vec<ClassSpread>,
    /// What breaks a policy, in the order of the policies; of each the holders first, then the edges, each in the order in which they were given.
    pub violations: Vec<PolicyViolation>,
    /// What would break a policy if it is in the wrong region, not encrypted, or has data that nobody labelled: the same order. A label settles each.
    pub undecided: Vec<PolicyViolation>,
    /// The holders that nobody has labelled, in the order in which they were given.
    pub unlabelled: Vec<String>,
}

/// Where one class of data can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ClassSpread {
    /// The class.
    pub class: String,
    /// Who holds or receives it, in the order in which the holders were given.
    pub carriers: Vec<Carrier>,
    /// Who does not as far as is known, but may: nobody labelled it, or something from which it receives data. In the same order.
    pub unknown: Vec<String>,
}

/// Who has a class of data, and from whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Carrier {
    /// Who has it.
    pub id: String,
    /// From whom it comes, on a shortest way from somebody who holds it of its own; `None` of those.
    pub from: Option<String>,
}

impl ClassSpread {
    /// One witness: a shortest way on which the class comes to a carrier, from somebody who holds it of its own to the carrier itself. Empty for what does not have it. O(carriers).
    pub fn path<'a>(&'a self, id: &'a str) -> Vec<&'a str> {
        let before: BTreeMap<&str, Option<&str>> =
            self.carriers.iter().map(|carrier| (carrier.id.as_str(), carrier.from.as_deref())).collect();
        let known = before.get_key_value(id).map(|(id, _)| *id);
        let mut path: Vec<&str> = std::iter::successors(known, |at| before.get(at).copied().flatten()).collect();
        path.reverse();
        path
    }
}

/// Where each class of data can be, over edges that do not strip it, and which policies that breaks. Circles are legal; what is told of a holder or an edge more than once is told once.
///
/// Breadth-first searches from all who hold a class, and from all that nobody labelled: O(classes · (holders + edges)), and as much for each policy.
///
/// # Errors
/// `Invalid` for two holders of one id; `Unknown` for an edge of a holder that is not there; `Cancelled` or `Limit` by `context`, which is asked before each class and told of each
/// as a unit of the phase `taint`.
pub fn taint(holders: &[DataHolder], edges: &[DataEdge], policies: &[DataPolicy], context: &Context) -> Result<Taint> {
    let graph = DataGraph::new(holders, edges)?;
    let unlabelled: Vec<usize> = (0..holders.len()).filter(|holder| holders[*holder].holds.is_none()).collect();
    let classes = classes(holders, policies);
    let ids = unlabelled.iter().map(|holder| holders[*holder].id.clone()).collect();
    let mut taint = Taint { unlabelled: ids, ..Taint::default() };
    let mut checker = Checker::new(holders, &graph, policies);
    for (at, (class, held_by)) in classes.iter().enumerate() {
        context.check()?;
        let edges = graph.carrying(class);
        let known = Flood::new(&graph, &edges, held_by);
        let possible = Flood::new(&graph, &edges, &unlabelled);
        checker.check(class, &edges, &known, &possible);
        taint.classes.push(spread(class, holders, &known, &possible));
        context.progress.report("taint", at as u64 + 1, classes.len() as u64);
    }
    (taint.violations, taint.undecided) = checker.told();
    Ok(taint)
}

/// Each class with the places of those who hold it.
fn classes<'a>(holders: &'a [DataHolder], policies: &'a [DataPolicy]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut classes: BTreeMap<&str, Vec<usize>> =
        policies.iter().map(|policy| (policy.class.as_str(), Vec::new())).collect();
    for (place, holder) in holders.iter().enumerate() {
        for class in holder.holds.iter().flatten() {
            classes.entry(class).or_default().push(place);
        }
    }
    classes
}

fn spread(class: &str, holders: &[DataHolder], known: &Flood, possible: &Flood) -> ClassSpread {
    let mut spread = ClassSpread { class: class.to_owned(), carriers: Vec::new(), unknown: Vec::new() };
    for (at, holder) in holders.iter().enumerate() {
        if known.has(at) {
            let from = known.before(at).map(|before| holders[before].id.clone());
            spread.carriers.push(Carrier { id: holder.id.clone(), from });
        } else if possible.has(at) {
            spread.unknown.push(holder.id.clone());
        }
    }
    spread
}
