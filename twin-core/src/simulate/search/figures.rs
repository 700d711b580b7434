//! What a comparison with the base tells of a candidate: slow and whole, so only the best are compared.

use crate::base::{Context, Result};
use crate::simulate::bill::{Billed, Told, billed};
use crate::simulate::comparison::named;
use crate::simulate::search::asked::Asked;
use crate::simulate::search::{
    Budget, ConstraintViolation, FigureLimit, Measure, MeasuredValue, SearchObjective, UndecidedConstraint,
};
use crate::simulate::{Comparison, Dimension, Figure, FigureTold, Given, Objective, Scenario, compare, trade_off};

/// What a comparison says of a scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Compared {
    /// By place of the objective, those that a comparison tells.
    pub values: Vec<(usize, MeasuredValue)>,
    pub violations: Vec<ConstraintViolation>,
    pub undecided: Vec<UndecidedConstraint>,
}

/// Whether a search asks for anything that only a comparison tells.
pub(super) fn are_asked(asked: &Asked<'_>) -> bool {
    let constraints = &asked.draft.constraints;
    let is_figure = |objective: &SearchObjective| objective.measure.dimension().is_some();
    constraints.budget.is_some() || !constraints.limits.is_empty() || asked.objectives.iter().any(is_figure)
}

/// Holds a scenario against the base.
pub(super) fn compared(
    asked: &Asked<'_>,
    scenario: &Scenario,
    given: &Given<'_>,
    context: &Context,
) -> Result<Compared> {
    let comparison = compare(scenario, given, asked.needs, context)?.value;
    let mut compared = Compared::default();
    for (place, objective) in asked.objectives.iter().enumerate() {
        if let Some(dimension) = objective.measure.dimension() {
            compared.values.push((place, value(&comparison, objective, dimension)?));
        }
    }
    if let Some(budget) = &asked.draft.constraints.budget {
        compared.hold_budget(&comparison, budget);
    }
    asked.draft.constraints.limits.iter().for_each(|limit| compared.hold_limit(&comparison, limit));
    Ok(compared)
}

fn value(comparison: &Comparison, objective: &SearchObjective, dimension: Dimension) -> Result<MeasuredValue> {
    if objective.measure == Measure::Cost && objective.of.is_none() {
        return Ok(total(comparison, None, FigureTold::more));
    }
    let wanted = Objective { dimension, of: objective.of.clone(), goal: objective.goal() };
    let found = trade_off(&[(String::new(), comparison)], &[wanted])?;
    let row = found.options.first();
    let value = row.and_then(|row| row.values.first().copied().flatten());
    let range = row.and_then(|row| row.ranges.first().copied().flatten());
    let is_paired = found.objectives.first().is_some_and(|objective| objective.is_paired);
    let delta = row.and_then(|row| row.deltas.first().copied().flatten()).filter(|_| is_paired);
    let why = figures(comparison, dimension, objective.of.as_deref()).find_map(|figure| figure.unknown.clone());
    let why = why.or_else(|| value.is_none().then(|| "the comparison has no such figure".to_owned()));
    Ok(MeasuredValue { value, range, delta, unknown: why })
}

/// The figures of a dimension that are about something.
fn figures<'c>(
    comparison: &'c Comparison,
    dimension: Dimension,
    of: Option<&'c str>,
) -> impl Iterator<Item = &'c Figure> {
    let is_of = move |figure: &&Figure| {
        let about = figure.about.as_ref().is_some_and(|about| Some(about.name.as_str()) == of);
        of.is_none() || about || figure.detail.as_deref() == of
    };
    comparison.figures.iter().filter(move |figure| figure.dimension == dimension).filter(is_of)
}

/// What everything that changes is billed together, or by how much that changes, in one currency.
fn total(
    comparison: &Comparison,
    currency: Option<&str>,
    told: fn(&FigureTold) -> std::result::Result<Told, String>,
) -> MeasuredValue {
    let figures: Vec<FigureTold> = figures(comparison, Dimension::Cost, None).map(FigureTold::from).collect();
    let Billed { value, range, unknown, .. } = billed(figures.iter(), currency, told);
    MeasuredValue { value, range, delta: None, unknown }
}

/// How a range stands to a limit: below it, over it, or nobody knows.
fn keeps(range: Option<[f64; 2]>, at_most: f64) -> Option<bool> {
    match range {
        Some([_, high]) if high <= at_most => Some(true),
        Some([low, _]) if low > at_most => Some(false),
        _ => None,
    }
}

impl Compared {
    fn hold_budget(&mut self, comparison: &Comparison, budget: &Budget) {
        let total = total(comparison, Some(&budget.currency), FigureTold::then);
        let told =
            |range: [f64; 2]| format!("what changes is billed from {} to {} {}", range[0], range[1], budget.currency);
        let told = total.range.map(told);
        let limit = budget.amount;
        match keeps(total.range, limit) {
            Some(true) => {}
            Some(false) => self.violate("budget", format!("{}, over {limit}", told.unwrap_or_default())),
            None => self.doubt("budget", total.unknown.or(told).unwrap_or_default()),
        }
    }

    fn hold_limit(&mut self, comparison: &Comparison, limit: &FigureLimit) {
        let Some(dimension) = limit.measure.dimension() else { return };
        let mut is_any = false;
        let counts = [Dimension::Cycles, Dimension::SinglePointsOfFailure, Dimension::DecisionsViolated];
        for figure in figures(comparison, dimension, limit.of.as_deref()) {
            let is_detail = figure.about.is_some() || figure.detail.is_some();
            if counts.contains(&dimension) && limit.of.is_none() && is_detail {
                continue;
            }
            is_any = true;
            let point = figure.scenario.map(|value| [value, value]);
            let range = figure.interval.map(|interval| [interval.low, interval.high]).or(point);
            let about = figure.about.as_ref().map(|about| about.name.clone()).or_else(|| figure.detail.clone());
            let of = about.map(|about| format!(" of {about}")).unwrap_or_default();
            let what = named(&limit.measure);
            match (keeps(range, limit.at_most), range) {
                (Some(true), _) => {}
                (Some(false), Some([low, _])) => {
                    self.violate(
                        "limits",
                        format!("{what}{of} is {low} {} at least, over {}", figure.unit, limit.at_most),
                    );
                }
                (None, None) if figure.is_unstable() => {
                    let why = figure.unknown.clone().unwrap_or_default();
                    self.violate("limits", format!("{what}{of}: {why}"));
                }
                (_, range) => {
                    let between = range.map(|[low, high]| format!("it lies between {low} and {high}"));
                    let why = figure.unknown.clone().or(between).unwrap_or_default();
                    self.doubt("limits", format!("{what}{of}: {why}"));
                }
            }
        }
        if !is_any {
            let of = limit.of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default();
            let mut rows = comparison.figures.iter().filter(|figure| figure.dimension == dimension);
            let why = rows.find_map(|figure| figure.unknown.clone().filter(|_| figure.scenario.is_none()));
            let why = why.unwrap_or_else(|| "the comparison has no such figure".to_owned());
            self.doubt("limits", format!("{}{of}: {why}", named(&limit.measure)));
        }
    }

    fn violate(&mut self, constraint: &'static str, what: String) {
        self.violations.push(ConstraintViolation { constraint, what, entities: Vec::new() });
    }

    fn doubt(&mut self, constraint: &'static str, why: String) {
        self.undecided.push(UndecidedConstraint { constraint, why });
    }
}
