//! What a comparison leaves out because its changes do not touch it: beside options that do, it is as it was before their changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::IntervalKind;
use crate::simulate::bill::{Billed, billed};
use crate::simulate::comparison::{Dimension, named};
use crate::simulate::objective::Objective;
use crate::simulate::told::{FigureTold, IntervalTold};

/// Of what a figure of a dimension is: the entity by its id, and what more there is.
type Of = (Option<String>, Option<String>);
/// What tells figures of a dimension apart: of what they are, and in which unit.
type Key = (Of, String);

/// Adds to each option the figures that its comparison leaves out because it does not touch them, and where an objective is all of the bill, what all things are billed together that any of the
/// options changes. All options are of one base; `unchanged` says of each whether it has no changes at all, and so costs nothing once. Returns what that takes for granted.
/// O(objectives · options · figures · log figures).
pub(super) fn add_untouched(
    options: &mut [(String, Vec<FigureTold>)],
    unchanged: &[bool],
    objectives: &[Objective],
) -> BTreeSet<String> {
    let (mut assumed, mut met) = (BTreeSet::new(), BTreeSet::new());
    let mut is_new = |objective: &&Objective| met.insert((objective.dimension, objective.of.clone()));
    let told = objectives.iter().filter(|objective| tells_only_changes(objective.dimension));
    for objective in told.filter(|objective| is_new(objective)) {
        let touched = touched(options, objective);
        for (place, (name, figures)) in options.iter_mut().enumerate() {
            if objective.dimension == Dimension::OneOffCost && unchanged.get(place) != Some(&true) {
                continue;
            }
            let own = figures.iter().filter(|figure| objective.is_about(figure)).map(|figure| key(figure).0);
            let own: BTreeSet<Of> = own.collect();
            let is_open = figures.iter().any(|figure| {
                let is_whole = objective.of.is_none() && figure.about.is_none() && figure.detail.is_none();
                figure.dimension == objective.dimension && (is_whole || says_why(figure))
            });
            let missing: Vec<&FigureTold> =
                touched.iter().filter(|((of, _), _)| !is_open && !own.contains(of)).map(|(_, figure)| figure).collect();
            if missing.iter().any(|figure| figure.scenario.is_some()) {
                let dimension = named(&objective.dimension);
                assumed.insert(format!("\"{name}\" leaves {dimension} as it is where it changes nothing of it"));
            }
            figures.extend(missing.into_iter().cloned());
        }
        if objective.dimension == Dimension::Cost && objective.of.is_none() {
            assumed.extend(add_totals(options));
        }
    }
    assumed
}

/// What any option touches of what an objective is about, as it was before: in each unit in which that is known, or else once.
fn touched(options: &[(String, Vec<FigureTold>)], objective: &Objective) -> BTreeMap<Key, FigureTold> {
    let figures = options.iter().flat_map(|(_, figures)| figures);
    let meant = figures.filter(|figure| objective.is_about(figure) && !says_why(figure));
    let (mut known, mut unknown) = (BTreeMap::new(), BTreeMap::new());
    for figure in meant {
        let (key, before) = (key(figure), before(figure));
        match before.scenario {
            Some(_) => _ = known.insert(key, before),
            None => _ = unknown.insert(key.0, before),
        }
    }
    let is_known: BTreeSet<Of> = known.keys().map(|(of, _)| of.clone()).collect();
    let open = unknown.into_iter().filter(|(of, _)| !is_known.contains(of));
    known.extend(open.map(|(of, figure)| ((of, figure.unit.clone()), figure)));
    known
}

/// Whether a comparison tells only what its changes touch, beside a row for all of it.
fn tells_only_changes(dimension: Dimension) -> bool {
    use Dimension::{Cost, Cycles, DecisionsViolated, Drift, OneOffCost, SinglePointsOfFailure};
    matches!(dimension, Cost | OneOffCost | SinglePointsOfFailure | Cycles | DecisionsViolated | Drift)
}

/// Whether a figure only says why nothing is known of its dimension. What changes cost once is no such row: without a change it is nothing.
fn says_why(figure: &FigureTold) -> bool {
    figure.says_why() && figure.dimension != Dimension::OneOffCost
}

fn key(figure: &FigureTold) -> Key {
    let about = figure.about.as_ref().map(|about| about.id.clone());
    match figure.dimension {
        // A sum by currency, of nothing in particular.
        Dimension::OneOffCost => ((None, None), String::new()),
        _ => ((about, figure.detail.clone()), figure.unit.clone()),
    }
}

/// The figure of an option that changes nothing of it.
fn before(figure: &FigureTold) -> FigureTold {
    let baseline = match figure.dimension {
        Dimension::OneOffCost => Some(0.0),
        _ => figure.baseline,
    };
    let unknown = baseline.is_none().then(|| "nothing of it changes, and what it is now is not known".to_owned());
    let (scenario, delta) = (baseline, baseline.map(|_| 0.0));
    let (likely, delta_interval, interval) = (None, None, None);
    FigureTold { baseline, scenario, likely, delta, delta_interval, interval, unknown, ..figure.clone() }
}

/// In front of the bills of several things, what they come to together.
fn add_totals(options: &mut [(String, Vec<FigureTold>)]) -> Option<String> {
    let is_bill = |figure: &&FigureTold| figure.dimension == Dimension::Cost && figure.about.is_some();
    let about: BTreeMap<String, String> = options
        .iter()
        .flat_map(|(_, figures)| figures.iter().filter(is_bill))
        .filter_map(|figure| figure.about.as_ref().map(|about| (about.id.clone(), about.name.clone())))
        .collect();
    if about.len() < 2 {
        return None;
    }
    for (_, figures) in options.iter_mut() {
        let Some(first) = figures.iter().find(is_bill).cloned() else { continue };
        let Billed { value, range, unknown, currency } = billed(figures.iter(), None, FigureTold::then);
        let bounds =
            |[low, high]: [f64; 2]| IntervalTold { kind: IntervalKind::Bounds, low: Some(low), high: Some(high) };
        let interval = range.filter(|_| value.is_none()).map(bounds);
        let unit = currency.unwrap_or_else(|| first.unit.clone());
        let total = FigureTold {
            dimension: Dimension::Cost,
            about: None,
            detail: None,
            unit,
            baseline: None,
            baseline_interval: None,
            scenario: value,
            likely: None,
            delta: None,
            delta_interval: None,
            interval,
            basis: first.basis,
            unknown,
        };
        // What is said of all of it is part of the total.
        figures.retain(|figure| figure.dimension != Dimension::Cost || figure.about.is_some());
        figures.insert(0, total);
    }
    let names: Vec<String> = about.into_values().collect::<BTreeSet<String>>().into_iter().collect();
    Some(format!("cost is what {} are billed together, of which each option changes some", names.join(", ")))
}
