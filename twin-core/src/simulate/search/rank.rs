//! Ranking: options that keep all constraints by Pareto fronts, then those that may break one, then all by their measures; weights only where given.

use std::collections::BTreeMap;

use crate::base::Result;
use crate::simulate::pareto::{Goal, Range, pareto, robustly_dominated_by};
use crate::simulate::search::{MeasuredValue, SearchObjective, SearchOption};

/// Fronts, who dominates whom, and the order. O(options² · objectives).
pub(super) fn rank(options: &mut [SearchOption], objectives: &[SearchObjective]) -> Result<()> {
    name_apart(options);
    let goals: Vec<Goal> = objectives.iter().map(SearchObjective::goal).collect();
    options.iter_mut().for_each(|option| (option.front, option.dominated_by) = (None, None));
    // Whatever may break a constraint is no reason against what surely keeps all: it is held against these, and not the other way round.
    for among in [SearchOption::is_allowed, keeps_all] {
        stand(options, &goals, among)?;
        dominate(options, &goals, among)?;
    }
    options.iter_mut().for_each(|option| option.weighted = weighted(option, objectives));
    options.sort_by(|a, b| {
        let worse = |option: &SearchOption| (!option.is_allowed(), !keeps_all(option), option.weighted.is_none());
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

/// Whether an option surely keeps all constraints.
fn keeps_all(option: &SearchOption) -> bool {
    option.is_allowed() && option.undecided.is_empty()
}

/// The fronts of some of the options. An objective of which nothing is known of any of them tells none from another.
fn stand(options: &mut [SearchOption], goals: &[Goal], among: fn(&SearchOption) -> bool) -> Result<()> {
    let is_told = |place: &usize| options.iter().any(|option| among(option) && option.values[*place].value.is_some());
    let told: Vec<usize> = (0..goals.len()).filter(is_told).collect();
    let values = |option: &SearchOption| told.iter().map(|place| option.values[*place].value).collect();
    let known = places(options, |option| if among(option) { values(option) } else { None });
    let goals: Vec<Goal> = told.iter().map(|place| goals[*place]).collect();
    let points: Vec<Vec<f64>> = known.iter().map(|(_, values): &(usize, Vec<f64>)| values.clone()).collect();
    if !told.is_empty() {
        for ((at, _), standing) in known.iter().zip(pareto(&goals, &points)?) {
            options[*at].front = Some(standing.rank);
        }
    }
    Ok(())
}

/// Which of some options are beaten by which other of them, whatever the truth: by their differences to what is now, where that is not known exactly and all have them.
fn dominate(options: &mut [SearchOption], goals: &[Goal], among: fn(&SearchOption) -> bool) -> Result<()> {
    let is_ranged = |option: &SearchOption| option.values.iter().all(|value| value.range.is_some());
    let ranged = places(options, |option| (among(option) && is_ranged(option)).then_some(()));
    let is_paired = |place: usize| ranged.iter().all(|(at, ())| options[*at].values[place].delta.is_some());
    let paired: Vec<bool> = (0..goals.len()).map(is_paired).collect();
    let range = |(value, is_paired): (&MeasuredValue, &bool)| {
        let [low, high] = if *is_paired { value.delta? } else { value.range? };
        Some(Range { low, high })
    };
    let ranges = |(at, ()): &(usize, ())| options[*at].values.iter().zip(&paired).map(range).collect();
    let ranges: Option<Vec<Vec<Range>>> = ranged.iter().map(ranges).collect();
    let dominators = robustly_dominated_by(goals, &ranges.unwrap_or_default())?;
    for ((at, ()), by) in ranged.iter().zip(dominators) {
        options[*at].dominated_by = by.map(|place| options[ranged[place].0].name.clone());
    }
    Ok(())
}

fn places<T>(options: &[SearchOption], of: impl Fn(&SearchOption) -> Option<T>) -> Vec<(usize, T)> {
    options.iter().enumerate().filter_map(|(at, option)| Some((at, of(option)?))).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::search::UndecidedConstraint;

    fn option(name: &str, value: f64, is_decided: bool) -> SearchOption {
        let why = "nobody knows".to_owned();
        let undecided = if is_decided { Vec::new() } else { vec![UndecidedConstraint { constraint: "budget", why }] };
        SearchOption {
            name: name.to_owned(),
            changes: Vec::new(),
            waves: Vec::new(),
            groups: Vec::new(),
            values: vec![MeasuredValue::known(value)],
            front: None,
            dominated_by: None,
            weighted: None,
            violations: Vec::new(),
            undecided,
            assumptions: Vec::new(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn what_may_break_a_constraint_stands_behind_what_surely_keeps_all() {
        let mut options = [
            option("risky", 1.0, false),
            option("safe", 2.0, true),
            option("dear", 3.0, true),
            option("lazy", 4.0, false),
        ];
        let objectives: Vec<SearchObjective> =
            serde_json::from_str(r#"[{"measure": "changes"}]"#).expect("an objective");
        rank(&mut options, &objectives).expect("a ranking");
        let told: Vec<(&str, Option<usize>, Option<&str>)> =
            options.iter().map(|option| (&option.name[..], option.front, option.dominated_by.as_deref())).collect();
        let expected = [
            ("safe", Some(0), None),
            ("dear", Some(1), Some("safe")),
            ("risky", Some(0), None),
            ("lazy", Some(3), Some("risky")),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn options_are_held_against_each_other_by_their_differences_where_all_have_them() {
        let measured = |name: &str, value: f64, delta: Option<[f64; 2]>| {
            let range = Some([value - 5.0, value + 5.0]);
            let values = vec![MeasuredValue { range, delta, ..MeasuredValue::known(value) }];
            SearchOption { values, ..option(name, value, true) }
        };
        let dominated = |options: [SearchOption; 2]| {
            let objectives: Vec<SearchObjective> =
                serde_json::from_str(r#"[{"measure": "latency_p50"}]"#).expect("an objective");
            let mut options = options;
            rank(&mut options, &objectives).expect("a ranking");
            options.map(|option| option.dominated_by)
        };
        let near = || measured("near", 41.0, Some([0.5, 1.5]));
        assert_eq!(dominated([near(), measured("far", 44.0, Some([3.5, 4.5]))]), [None, Some("near".to_owned())]);
        assert_eq!(dominated([near(), measured("far", 44.0, None)]), [None, None], "by what they come to");
    }
}
