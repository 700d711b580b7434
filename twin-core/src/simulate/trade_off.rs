//! Trade-offs: several scenarios by several objectives, which of them may be best, and what would turn a choice between two.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::{Error, ErrorKind, Result};
use crate::simulate::comparison::{Comparison, Dimension, Figure};
use crate::simulate::pareto::{Goal, Range, pareto, robustly_dominated_by};

/// What is wanted less or more of.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Which figures.
    pub dimension: Dimension,
    /// Of which entity or operation, by name; without it, the figure that is about none, or the only one.
    pub of: Option<String>,
    /// Whether less or more is better.
    pub goal: Goal,
}

/// One scenario by all objectives.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct OptionRow {
    /// Its name.
    pub name: String,
    /// By objective, the figure, if it is known.
    pub values: Vec<Option<f64>>,
    /// By objective, between which ends it lies.
    pub ranges: Vec<Option<[f64; 2]>>,
    /// 0 if no other option is better by the figures themselves, else the front that it is on; without any figure unknown only.
    pub front: Option<usize>,
    /// Another option that is at least as good whatever the truth within the ranges, by name.
    pub dominated_by: Option<String>,
    /// The objectives of which nothing is known, by their place: they may turn the choice.
    pub unknown: Vec<usize>,
}

/// An objective that would turn the choice between two options of the first front.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Turn {
    /// The option that is better by the figure.
    pub option: String,
    /// The one that is better within the ranges.
    pub other: String,
    /// The place of the objective.
    pub objective: usize,
}

/// Options by objectives.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TradeOff {
    /// The options, in the order in which they were given.
    pub options: Vec<OptionRow>,
    /// Where the ranges of two options overlap, so that knowing an objective better would turn which one is better by it. Most are about options that may both be best.
    pub turns: Vec<Turn>,
}

/// Ranks scenarios by objectives, without weighing these against each other. O(options² · objectives).
///
/// # Errors
/// `Invalid` without an option or an objective, for two options of one name, and for an objective that several figures of an option answer to.
pub fn trade_off(options: &[(String, &Comparison)], objectives: &[Objective]) -> Result<TradeOff> {
    if options.is_empty() || objectives.is_empty() {
        return Err(Error::new(ErrorKind::Invalid, "a trade-off takes an option and an objective at least"));
    }
    let mut names = BTreeSet::new();
    if let Some((name, _)) = options.iter().find(|(name, _)| !names.insert(name)) {
        return Err(Error::new(ErrorKind::Invalid, format!("two options are called \"{name}\": rename one")));
    }
    let found: Vec<Vec<Option<&Figure>>> =
        options.iter().map(|option| figures(option, objectives)).collect::<Result<_>>()?;
    let mut rows: Vec<OptionRow> = options.iter().zip(&found).map(|((name, _), figures)| row(name, figures)).collect();
    rank(&mut rows, objectives)?;
    let turns = turns(&rows);
    Ok(TradeOff { options: rows, turns })
}

/// By objective, the figure of an option.
fn figures<'c>(
    (name, comparison): &(String, &'c Comparison),
    objectives: &[Objective],
) -> Result<Vec<Option<&'c Figure>>> {
    let one = |objective: &Objective| {
        let is_meant =
            |figure: &&Figure| figure.dimension == objective.dimension && is_of(figure, objective.of.as_deref());
        let meant: Vec<&Figure> = comparison.figures.iter().filter(is_meant).collect();
        match meant[..] {
            [] => Ok(None),
            [figure] => Ok(Some(figure)),
            [first, ..] if objective.of.is_none() && first.about.is_none() && first.detail.is_none() => Ok(Some(first)),
            _ => {
                let what = format!(
                    "{} figures of \"{name}\" answer to one objective: say of which entity or operation",
                    meant.len()
                );
                Err(Error::new(ErrorKind::Invalid, what))
            }
        }
    };
    objectives.iter().map(one).collect()
}

fn is_of(figure: &Figure, of: Option<&str>) -> bool {
    let Some(of) = of else { return true };
    figure.detail.as_deref() == Some(of) || figure.about.as_ref().is_some_and(|about| about.name == of)
}

fn row(name: &str, figures: &[Option<&Figure>]) -> OptionRow {
    let range = |figure: &Figure| match (figure.interval, figure.scenario) {
        (Some(interval), _) => Some([interval.low, interval.high]),
        (None, value) => value.map(|value| [value, value]),
    };
    let ranges: Vec<Option<[f64; 2]>> = figures.iter().map(|figure| figure.and_then(range)).collect();
    let unknown = (0..).zip(&ranges).filter(|(_, range)| range.is_none()).map(|(place, _)| place).collect();
    OptionRow {
        name: name.to_owned(),
        values: figures.iter().map(|figure| figure.and_then(|figure| figure.scenario)).collect(),
        ranges,
        front: None,
        dominated_by: None,
        unknown,
    }
}

/// Options of which everything is known are ranked by their figures; those that have ranges everywhere by these.
fn rank(rows: &mut [OptionRow], objectives: &[Objective]) -> Result<()> {
    let goals: Vec<Goal> = objectives.iter().map(|objective| objective.goal).collect();
    let whole = |row: &OptionRow| row.values.iter().copied().collect::<Option<Vec<f64>>>();
    let known: Vec<(usize, Vec<f64>)> =
        rows.iter().enumerate().filter_map(|(at, row)| Some((at, whole(row)?))).collect();
    let values: Vec<Vec<f64>> = known.iter().map(|(_, values)| values.clone()).collect();
    for ((at, _), standing) in known.iter().zip(pareto(&goals, &values)?) {
        rows[*at].front = Some(standing.rank);
    }
    let range = |row: &OptionRow| {
        let ends = |range: &Option<[f64; 2]>| range.map(|[low, high]| Range { low, high });
        row.ranges.iter().map(ends).collect::<Option<Vec<Range>>>()
    };
    let ranged: Vec<(usize, Vec<Range>)> =
        rows.iter().enumerate().filter_map(|(at, row)| Some((at, range(row)?))).collect();
    let ranges: Vec<Vec<Range>> = ranged.iter().map(|(_, ranges)| ranges.clone()).collect();
    for ((at, _), by) in ranged.iter().zip(robustly_dominated_by(&goals, &ranges)?) {
        rows[*at].dominated_by = by.map(|place| rows[ranged[place].0].name.clone());
    }
    Ok(())
}

/// Where ranges of two options that nothing dominates overlap although their figures differ.
fn turns(rows: &[OptionRow]) -> Vec<Turn> {
    let mut turns = Vec::new();
    let best: Vec<&OptionRow> = rows.iter().filter(|row| row.dominated_by.is_none()).collect();
    for (place, one) in best.iter().enumerate() {
        for other in &best[place + 1..] {
            for objective in 0..one.values.len() {
                let (Some(a), Some(b)) = (one.values[objective], other.values[objective]) else { continue };
                let (Some([low, high]), Some([least, most])) = (one.ranges[objective], other.ranges[objective]) else {
                    continue;
                };
                if a != b && low.max(least) < high.min(most) {
                    turns.push(Turn { option: one.name.clone(), other: other.name.clone(), objective });
                }
            }
        }
    }
    turns
}
