//! Trade-offs: several scenarios by several objectives, which of them may be best, and what would turn a choice between two.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::answer::{Cites, EvidenceId, Interval, IntervalKind, Tabular, table_row, text_cells};
use crate::base::{Error, ErrorKind, Result};
use crate::schema::kind;
use crate::simulate::comparison::{Comparison, Dimension, named};
use crate::simulate::objective::Objective;
use crate::simulate::pareto::{Apart, Goal, Range, Stand, held, pareto, robustly_dominated_by};
use crate::simulate::told::{FigureTold, IntervalTold};
use crate::simulate::untouched::add_untouched;

/// What is wanted less or more of, with what its figures are counted in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ObjectiveRow {
    /// Which figures.
    pub dimension: Dimension,
    /// Of which entity or operation, if that was said.
    pub of: Option<String>,
    /// Whether less or more is better.
    pub goal: Goal,
    /// Of the figures; none where no option has one.
    pub unit: Option<String>,
    /// Whether options are held against each other by their differences to what is now, since all of them start from the same and that is not known exactly.
    #[serde(default)]
    pub is_paired: bool,
}

/// One scenario by all objectives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct OptionRow {
    /// Its name.
    pub name: String,
    /// By objective, the figure, if it is known.
    pub values: Vec<Option<f64>>,
    /// By objective, between which ends it lies.
    pub ranges: Vec<Option<[f64; 2]>>,
    /// By objective, what the range means; none where the figure is known exactly, or not at all.
    pub kinds: Vec<Option<IntervalKind>>,
    /// By objective, between which ends the difference to what is now lies.
    #[serde(default)]
    pub deltas: Vec<Option<[f64; 2]>>,
    /// By objective, why there is no figure, or what is missing from it.
    pub reasons: Vec<Option<String>>,
    /// 0 if no other option is better by the figures themselves, else the front that it is on; without any figure unknown only.
    pub front: Option<usize>,
    /// Another option that is at least as good whatever the truth within the ranges, by name.
    pub dominated_by: Option<String>,
    /// The objectives of which nothing is known, by their place: they may turn the choice.
    pub unknown: Vec<usize>,
}

/// An objective that would turn the choice between two options of the first front.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TradeOff {
    /// The objectives, in the order in which they were given.
    pub objectives: Vec<ObjectiveRow>,
    /// The options, in the order in which they were given.
    pub options: Vec<OptionRow>,
    /// Where the ranges of two options overlap, so that knowing an objective better would turn which one is better by it. Most are about options that may both be best.
    pub turns: Vec<Turn>,
}

/// One option by one objective: a row of a trade-off as a table.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TradeOffRow {
    /// The option's name.
    pub option: String,
    /// Which figure.
    pub dimension: Dimension,
    /// Of which entity or operation, if that was said.
    pub of: Option<String>,
    /// Whether less or more is better.
    pub goal: Goal,
    /// Of the figure; none where no option has one.
    pub unit: Option<String>,
    /// The figure, if it is known.
    pub value: Option<f64>,
    /// Where it lies, if it is not known exactly.
    pub interval: Option<Interval>,
    /// Where its difference to what is now lies, if it is not known exactly.
    pub delta_interval: Option<Interval>,
    /// Why there is no figure, or what is missing from it.
    pub unknown: Option<String>,
    /// The front that the option is on by all objectives; 0 if no other option is better.
    pub front: Option<usize>,
    /// Another option that is at least as good whatever the truth within the ranges, by name.
    pub dominated_by: Option<String>,
}

table_row!(TradeOffRow: option, dimension, of, goal, unit, value, interval, delta_interval, unknown, front, dominated_by);
text_cells!(Goal: |goal| match goal {
    Goal::Minimize => "min".into(),
    Goal::Maximize => "max".into(),
});

/// The comparisons cite evidence: a choice between them has none of its own.
impl Cites for TradeOffRow {
    fn cites(&self) -> &[EvidenceId] {
        &[]
    }
}

impl Tabular for TradeOff {
    type Row = TradeOffRow;

    fn rows(&self) -> Cow<'_, [TradeOffRow]> {
        let of_option = |option| (0..).zip(&self.objectives).map(move |(place, of)| table_row(option, place, of));
        self.options.iter().flat_map(of_option).collect()
    }
}

fn table_row(option: &OptionRow, place: usize, objective: &ObjectiveRow) -> TradeOffRow {
    let kind = option.kinds.get(place).copied().flatten();
    let interval = |ranges: &[Option<[f64; 2]>]| {
        let range = ranges.get(place).copied().flatten();
        kind.zip(range).map(|(kind, [low, high])| Interval { kind, low, high })
    };
    TradeOffRow {
        option: option.name.clone(),
        dimension: objective.dimension,
        of: objective.of.clone(),
        goal: objective.goal,
        unit: objective.unit.clone(),
        value: option.values.get(place).copied().flatten(),
        interval: interval(&option.ranges),
        delta_interval: interval(&option.deltas),
        unknown: option.reasons.get(place).cloned().flatten(),
        front: option.front,
        dominated_by: option.dominated_by.clone(),
    }
}

/// Ranks scenarios of one base by objectives, without weighing these against each other: what an option changes nothing of is as it was, but for what it costs once. O(options² · objectives).
///
/// # Errors
/// `Invalid` without an option or an objective, for two options of one name, for an objective that several figures of an option answer to, for one that is of different entities by
/// option, and for one whose figures are counted in several units.
pub fn trade_off(options: &[(String, &Comparison)], objectives: &[Objective]) -> Result<TradeOff> {
    let told = |(name, comparison): &(String, &Comparison)| {
        (name.clone(), comparison.figures.iter().map(FigureTold::from).collect())
    };
    let mut options: Vec<(String, Vec<FigureTold>)> = options.iter().map(told).collect();
    add_untouched(&mut options, &[], objectives);
    ranked(&options, objectives)
}

/// As [`trade_off`], of figures as they are told, with what options leave untouched.
pub(super) fn ranked(options: &[(String, Vec<FigureTold>)], objectives: &[Objective]) -> Result<TradeOff> {
    if options.is_empty() || objectives.is_empty() {
        return Err(Error::new(ErrorKind::Invalid, "a trade-off takes an option and an objective at least"));
    }
    let mut names = BTreeSet::new();
    if let Some((name, _)) = options.iter().find(|(name, _)| !names.insert(name)) {
        return Err(Error::new(ErrorKind::Invalid, format!("two options are called \"{name}\": rename one")));
    }
    let found: Vec<Vec<Option<&FigureTold>>> =
        options.iter().map(|option| figures(option, objectives)).collect::<Result<_>>()?;
    (0..).zip(objectives).try_for_each(|(place, objective)| of_one_entity(objective, place, options, &found))?;
    let mut rows: Vec<OptionRow> = options.iter().zip(&found).map(|((name, _), figures)| row(name, figures)).collect();
    let mut objectives: Vec<ObjectiveRow> =
        (0..).zip(objectives).map(|(place, objective)| with_unit(objective, place, &found)).collect::<Result<_>>()?;
    let held = held_apart(&mut objectives, &found);
    rank(&mut rows, &objectives, &held)?;
    let turns = turns(&rows, &held);
    Ok(TradeOff { objectives, options: rows, turns })
}

/// Refuses an objective that nobody said of what it is, and that is of different entities by option.
fn of_one_entity(
    objective: &Objective,
    place: usize,
    options: &[(String, Vec<FigureTold>)],
    found: &[Vec<Option<&FigureTold>>],
) -> Result<()> {
    let about = |figures: &Vec<Option<&FigureTold>>| figures.get(place).copied().flatten()?.about.clone();
    let mut told = options.iter().zip(found).filter_map(|((option, _), figures)| Some((option, about(figures)?)));
    let Some((first, one)) = told.next() else { return Ok(()) };
    match told.find(|(_, about)| objective.of.is_none() && about.id != one.id) {
        None => Ok(()),
        Some((option, other)) => {
            let dimension = named(&objective.dimension);
            let what = format!(
                "{dimension} is that of {} of option \"{first}\" and that of {} of option \"{option}\": say of which",
                one.name, other.name
            );
            Err(Error::new(ErrorKind::Invalid, what))
        }
    }
}

/// The objective with what all its figures are counted in.
fn with_unit(objective: &Objective, place: usize, found: &[Vec<Option<&FigureTold>>]) -> Result<ObjectiveRow> {
    let figures = found.iter().filter_map(|figures| figures.get(place).copied().flatten());
    let known = figures.filter(|figure| figure.scenario.is_some() || figure.interval.is_some());
    let is_nothing = |figure: &FigureTold| figure.dimension == Dimension::OneOffCost && figure.scenario == Some(0.0);
    let units: BTreeSet<&str> = known.filter(|figure| !is_nothing(figure)).map(|figure| figure.unit.as_str()).collect();
    if units.len() > 1 {
        let units = units.into_iter().collect::<Vec<_>>().join(", ");
        let what =
            format!("the figures of objective {place} are counted in {units}: they cannot be compared, give one unit");
        return Err(Error::new(ErrorKind::Invalid, what));
    }
    let unit = units.into_iter().next().map(str::to_owned);
    let of = objective.of.clone();
    Ok(ObjectiveRow { dimension: objective.dimension, of, goal: objective.goal, unit, is_paired: false })
}

/// By objective, the figure of an option.
fn figures<'c>(
    (_, figures): &'c (String, Vec<FigureTold>),
    objectives: &[Objective],
) -> Result<Vec<Option<&'c FigureTold>>> {
    let one = |objective: &Objective| {
        let meant: Vec<&FigureTold> = figures.iter().filter(|figure| objective.is_about(figure)).collect();
        let is_whole = |figure: &FigureTold| figure.about.is_none() && figure.detail.is_none();
        // A component comes before what is called as it is, as everywhere.
        let is_component =
            |figure: &&&FigureTold| figure.about.as_ref().is_some_and(|about| about.kind == kind::COMPONENT.as_str());
        let components: Vec<&FigureTold> = meant.iter().filter(is_component).copied().collect();
        match meant[..] {
            [] => Ok(figures.iter().find(|figure| figure.dimension == objective.dimension && figure.says_why())),
            [figure] => Ok(Some(figure)),
            [first, second, ..] if objective.of.is_none() && is_whole(first) && !is_whole(second) => Ok(Some(first)),
            _ if objective.of.is_some() && components.len() == 1 => Ok(components.first().copied()),
            _ => {
                let of = |figure: &FigureTold| {
                    let about = figure.about.as_ref().map(|about| about.name.clone());
                    figure.detail.clone().or(about).unwrap_or_else(|| figure.unit.clone())
                };
                let names: Vec<String> = meant.iter().copied().map(of).take(3).collect();
                let units: BTreeSet<&str> = meant.iter().map(|figure| figure.unit.as_str()).collect();
                if units.len() > 1 {
                    let units: Vec<&str> = units.into_iter().collect();
                    let what = format!(
                        "figures of {} are in {}: nothing says which is less",
                        named(&objective.dimension),
                        units.join(", ")
                    );
                    return Err(Error::new(ErrorKind::Invalid, what));
                }
                let (dimension, count) = (named(&objective.dimension), meant.len());
                let what = format!(
                    "{count} figures of {dimension} answer to one objective: say of which entity or operation, as of {}",
                    names.join(", ")
                );
                Err(Error::new(ErrorKind::Invalid, what))
            }
        }
    };
    objectives.iter().map(one).collect()
}

/// By objective, what options are held against each other by: none of whom nothing is known.
fn held_apart(objectives: &mut [ObjectiveRow], found: &[Vec<Option<&FigureTold>>]) -> Vec<Vec<Option<Range>>> {
    let by = |(place, objective): (usize, &mut ObjectiveRow)| {
        let stands: Vec<Option<Stand>> = found.iter().map(|figures| stand(figures[place]?)).collect();
        let (ranges, is_paired) = held(&stands.iter().flatten().copied().collect::<Vec<Stand>>());
        objective.is_paired = is_paired;
        let mut ranges = ranges.into_iter();
        stands.iter().map(|stand| stand.and_then(|_| ranges.next())).collect()
    };
    objectives.iter_mut().enumerate().map(by).collect()
}

fn stand(figure: &FigureTold) -> Option<Stand> {
    let ends = |[low, high]: [f64; 2]| Range { low, high };
    let apart = || {
        let Interval { low, high, .. } = figure.baseline_interval?.closed()?;
        Some(Apart { base: figure.baseline?, base_range: [low, high], by: ends(figure.delta_range()?) })
    };
    Some(Stand { range: ends(figure.range()?), apart: apart() })
}

fn row(name: &str, figures: &[Option<&FigureTold>]) -> OptionRow {
    let why = |figure: &Option<&FigureTold>| match figure {
        None => Some("its comparison has no such figure".to_owned()),
        Some(figure) => figure.unknown.clone(),
    };
    let ranges: Vec<Option<[f64; 2]>> = figures.iter().map(|figure| figure.and_then(FigureTold::range)).collect();
    let interval = |figure: &FigureTold| figure.interval.and_then(IntervalTold::closed);
    let unknown = (0..).zip(&ranges).filter(|(_, range)| range.is_none()).map(|(place, _)| place).collect();
    OptionRow {
        name: name.to_owned(),
        values: figures.iter().map(|figure| figure.and_then(|figure| figure.scenario)).collect(),
        kinds: figures.iter().map(|figure| Some(interval((*figure)?)?.kind)).collect(),
        deltas: figures.iter().map(|figure| figure.and_then(FigureTold::delta_range)).collect(),
        reasons: figures.iter().map(why).collect(),
        ranges,
        front: None,
        dominated_by: None,
        unknown,
    }
}

/// Options of which everything is known are ranked by their figures; those that have ranges everywhere by these.
fn rank(rows: &mut [OptionRow], objectives: &[ObjectiveRow], held: &[Vec<Option<Range>>]) -> Result<()> {
    let goals: Vec<Goal> = objectives.iter().map(|objective| objective.goal).collect();
    let whole = |row: &OptionRow| row.values.iter().copied().collect::<Option<Vec<f64>>>();
    let known: Vec<(usize, Vec<f64>)> =
        rows.iter().enumerate().filter_map(|(at, row)| Some((at, whole(row)?))).collect();
    let values: Vec<Vec<f64>> = known.iter().map(|(_, values)| values.clone()).collect();
    for ((at, _), standing) in known.iter().zip(pareto(&goals, &values)?) {
        rows[*at].front = Some(standing.rank);
    }
    let range = |at: usize| held.iter().map(|ranges| ranges[at]).collect::<Option<Vec<Range>>>();
    let ranged: Vec<(usize, Vec<Range>)> = (0..rows.len()).filter_map(|at| Some((at, range(at)?))).collect();
    let ranges: Vec<Vec<Range>> = ranged.iter().map(|(_, ranges)| ranges.clone()).collect();
    for ((at, _), by) in ranged.iter().zip(robustly_dominated_by(&goals, &ranges)?) {
        rows[*at].dominated_by = by.map(|place| rows[ranged[place].0].name.clone());
    }
    Ok(())
}

/// Where ranges of two options that nothing dominates overlap although their figures differ.
fn turns(rows: &[OptionRow], held: &[Vec<Option<Range>>]) -> Vec<Turn> {
    let mut turns = Vec::new();
    let best: Vec<(usize, &OptionRow)> =
        rows.iter().enumerate().filter(|(_, row)| row.dominated_by.is_none()).collect();
    for (place, (at, one)) in best.iter().enumerate() {
        for (beside, other) in &best[place + 1..] {
            for (objective, ranges) in held.iter().enumerate() {
                let (Some(a), Some(b)) = (one.values[objective], other.values[objective]) else { continue };
                let (Some(range), Some(others)) = (ranges[*at], ranges[*beside]) else { continue };
                if a != b && range.low.max(others.low) < range.high.min(others.high) {
                    turns.push(Turn { option: one.name.clone(), other: other.name.clone(), objective });
                }
            }
        }
    }
    turns
}
