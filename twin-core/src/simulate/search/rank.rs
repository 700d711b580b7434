//! Ranking: options that keep all constraints by Pareto fronts, then all by their measures; weights only where given.

use std::collections::BTreeMap;

use crate::base::Result;
use crate::simulate::pareto::{Goal, Range, pareto, robustly_dominated_by};
use crate::simulate::search::{MeasuredValue, SearchObjective, SearchOption};

/// Fronts, who dominates whom, and the order. O(options² · objectives).
pub(super) fn rank(options: &mut [SearchOption], objectives: &[SearchObjective]) -> Result<()> {
    name_apart(options);
    let goals: Vec<Goal> = objectives.iter().map(SearchObjective::goal).collect();
    options.iter_mut().for_each(|option| (option.front, option.dominated_by) = (None, None));
    stand(options, &goals)?;
    let ranged = places(options, |option| ranges(option).filter(|_| option.is_allowed()));
    let ranges: Vec<Vec<Range>> = ranged.iter().map(|(_, ranges)| ranges.clone()).collect();
    let dominators = robustly_dominated_by(&goals, &ranges)?;
    for ((at, _), by) in ranged.iter().zip(dominators) {
        options[*at].dominated_by = by.map(|place| options[ranged[place].0].name.clone());
    }
    options.iter_mut().for_each(|option| option.weighted = weighted(option, objectives));
    options.sort_by(|a, b| {
        let worse = |option: &SearchOption| (!option.is_allowed(), option.weighted.is_none());
        let weighed = a.weighted.unwrap_or_default().total_cmp(&b.weighted.unwrap_or_default());
        let front = |option: &SearchOption| option.front.unwrap_or(usize::MAX);
        let by_front = || front(a).cmp(&front(b));
        worse(a)
            .cmp(&worse(b))
            .then(weighed)
            .then_with(by_front)
            .then_with(|| by_values(a, b, &goals))
            .then_with(|| a.name.cmp(&b.name))
    });
    Ok(())
}

/// The fronts of the options that keep all constraints. An objective of which nothing is known of any of them tells none from another.
fn stand(options: &mut [SearchOption], goals: &[Goal]) -> Result<()> {
    let is_told =
        |place: &usize| options.iter().any(|option| option.is_allowed() && option.values[*place].value.is_some());
    let told: Vec<usize> = (0..goals.len()).filter(is_told).collect();
    let values = |option: &SearchOption| told.iter().map(|place| option.values[*place].value).collect();
    let known = places(options, |option| if option.is_allowed() { values(option) } else { None });
    let goals: Vec<Goal> = told.iter().map(|place| goals[*place]).collect();
    let points: Vec<Vec<f64>> = known.iter().map(|(_, values): &(usize, Vec<f64>)| values.clone()).collect();
    if !told.is_empty() {
        for ((at, _), standing) in known.iter().zip(pareto(&goals, &points)?) {
            options[*at].front = Some(standing.rank);
        }
    }
    Ok(())
}

fn places<T>(options: &[SearchOption], of: impl Fn(&SearchOption) -> Option<T>) -> Vec<(usize, T)> {
    options.iter().enumerate().filter_map(|(at, option)| Some((at, of(option)?))).collect()
}

fn ranges(option: &SearchOption) -> Option<Vec<Range>> {
    let range = |value: &MeasuredValue| value.range.map(|[low, high]| Range { low, high });
    option.values.iter().map(range).collect()
}

/// The first objective by which they differ decides; what is not known comes last.
fn by_values(a: &SearchOption, b: &SearchOption, goals: &[Goal]) -> std::cmp::Ordering {
    let lowered = |(goal, value): (&Goal, &MeasuredValue)| match (goal, value.value) {
        (_, None) => f64::INFINITY,
        (Goal::Minimize, Some(value)) => value,
        (Goal::Maximize, Some(value)) => -value,
    };
    let of = |option: &SearchOption| goals.iter().zip(&option.values).map(lowered).collect::<Vec<f64>>();
    let (a, b) = (of(a), of(b));
    a.iter().zip(&b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

/// The values by their weights, added up, if each objective has one and each value is known.
fn weighted(option: &SearchOption, objectives: &[SearchObjective]) -> Option<f64> {
    let one = |(objective, value): (&SearchObjective, &MeasuredValue)| {
        let sign = if objective.goal() == Goal::Minimize { 1.0 } else { -1.0 };
        Some(sign * objective.weight? * value.value?)
    };
    objectives.iter().zip(&option.values).map(one).sum::<Option<f64>>().map(|sum| sum + 0.0)
}

/// Numbers options of one name.
fn name_apart(options: &mut [SearchOption]) {
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for option in options {
        let count = met.entry(option.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            option.name = format!("{} ({count})", option.name);
        }
    }
}
