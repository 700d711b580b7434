//! All scored figures of one sort together: whether what produces them may be trusted here, and how many more are needed to tell.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::score::FigureScore;
use crate::answer::{Interval, IntervalKind, text_cells};
use crate::base::Result;
use crate::simulate::calibration::{Calibration, FEW, Scored, Trust, calibration};
use crate::simulate::replay::{order_statistics, wilson};
use crate::simulate::special::normal_quantile;
use crate::simulate::{Dimension, named};

/// What a figure claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// It comes exactly so.
    Exact,
    /// It lies between bounds, whatever is not known.
    Bounds,
    /// It lies in the interval in nine cases of ten.
    Confidence,
}

text_cells!(Claim: |claim| named(claim).into());

/// How far the figures of one dimension may be trusted here.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct SimulatorScore {
    /// Which figures.
    pub dimension: Dimension,
    /// What they claim.
    pub claim: Claim,
    /// In which part of all cases they are held to come as predicted.
    pub claimed: f64,
    /// Whether the figures do not say that part themselves.
    pub claimed_is_default: bool,
    /// How many predictions they are of.
    pub predictions: usize,
    /// How many of them were scored, and were not left out because nothing was to change and nothing did.
    pub scored: usize,
    /// How many were left out because nothing was to change and nothing did.
    pub unchanged: usize,
    /// How many came as predicted.
    pub inside: usize,
    /// Where the part of those that come as predicted lies, in 95 cases of 100: Wilson's interval.
    pub inside_share: Option<Interval>,
    /// How likely a part that is so far from what is claimed would be by chance: the two-sided exact binomial test.
    pub p_value: f64,
    /// Whether intervals hold what comes as often as they say.
    pub trust: Trust,
    /// The median of the signed error, as a part of what came: above 0 if too much is predicted.
    pub bias: Option<f64>,
    /// Where the bias lies, in nine cases of ten: order statistics. None for fewer than five errors.
    pub bias_interval: Option<Interval>,
    /// The median of the error without its sign, as a part of what came.
    pub median_error: Option<f64>,
    /// The median width of intervals, as a part of what came.
    pub median_width: Option<f64>,
    /// Whether they may be trusted here; none while too few came.
    pub may_be_trusted: Option<bool>,
    /// How many more have to come before anything can be said.
    pub needed: usize,
    /// Why.
    pub why: String,
}

/// One point of a calibration plot.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CalibrationPoint {
    /// Which figures.
    pub dimension: Dimension,
    /// In which part of all cases the interval claims to hold what comes.
    pub level: f64,
    /// How many intervals there are.
    pub scored: usize,
    /// How many hold what came.
    pub inside: usize,
    /// The part that does.
    pub share: f64,
    /// Where that part lies, in 95 cases of 100: Wilson's interval.
    pub share_interval: Interval,
    /// Whether the interval was made from that of nine cases in ten, as if errors were normal, or for figures in ms their logarithms.
    pub is_scaled: bool,
}

/// The level of every interval that a comparison gives.
pub(super) const CLAIMED: f64 = 0.9;
/// The levels of the plot.
const LEVELS: [f64; 4] = [0.5, 0.8, CLAIMED, 0.95];
/// 95 cases of 100 lie within so many standard deviations.
const NINETEEN_IN_TWENTY: f64 = 1.96;

/// By dimension and claim, how figures came out. O(n log n).
pub(super) fn simulators(figures: &[FigureScore]) -> Result<Vec<SimulatorScore>> {
    let mut groups: BTreeMap<(Dimension, Claim), Vec<&FigureScore>> = BTreeMap::new();
    for figure in figures.iter().filter(|figure| figure.is_inside.is_some()) {
        groups.entry((figure.dimension, claim(figure))).or_default().push(figure);
    }
    groups.into_iter().map(|((dimension, claim), figures)| pooled(dimension, claim, &figures)).collect()
}

fn claim(figure: &FigureScore) -> Claim {
    match figure.interval.map(|interval| interval.kind) {
        None => Claim::Exact,
        Some(IntervalKind::Bounds) => Claim::Bounds,
        Some(IntervalKind::Confidence) => Claim::Confidence,
    }
}

fn pooled(dimension: Dimension, claim: Claim, figures: &[&FigureScore]) -> Result<SimulatorScore> {
    let (told, unchanged): (Vec<&FigureScore>, Vec<&FigureScore>) =
        figures.iter().copied().partition(|figure| claim == Claim::Confidence || changes(figure));
    let scored: Vec<Scored> = told.iter().filter_map(|figure| scored(figure)).collect();
    let pointed: Vec<Scored> =
        told.iter().filter(|figure| figure.predicted.is_some()).filter_map(|figure| self::scored(figure)).collect();
    let (coverage, errors) = (calibration(&scored, CLAIMED)?, calibration(&pointed, CLAIMED)?);
    let mut relative: Vec<f64> = told.iter().filter_map(|figure| figure.relative_error).collect();
    relative.sort_by(f64::total_cmp);
    let bias_interval = match order_statistics(relative.len(), 0.5) {
        (Some(low), Some(high)) => {
            Some(Interval { kind: IntervalKind::Confidence, low: relative[low], high: relative[high] })
        }
        _ => None,
    };
    let claimed_is_default = claim != Claim::Confidence;
    let may_be_trusted = match coverage.trust {
        Trust::TooFew => None,
        trust => Some(trust != Trust::TooNarrow),
    };
    Ok(SimulatorScore {
        dimension,
        claim,
        claimed: CLAIMED,
        claimed_is_default,
        predictions: told.iter().map(|figure| &figure.prediction).collect::<BTreeSet<_>>().len(),
        scored: coverage.predictions,
        unchanged: unchanged.len(),
        inside: coverage.covered,
        inside_share: (coverage.predictions > 0).then(|| share_interval(coverage.covered, coverage.predictions)),
        p_value: coverage.p_value,
        trust: coverage.trust,
        bias: errors.bias,
        bias_interval,
        median_error: errors.median_error,
        median_width: coverage.median_width.filter(|_| claim != Claim::Exact),
        may_be_trusted,
        needed: FEW.saturating_sub(coverage.predictions),
        why: why(claim, &coverage, bias_interval),
    })
}

/// Whether anything was to change, or did.
fn changes(figure: &FigureScore) -> bool {
    let Some(baseline) = figure.baseline else { return true };
    let stays = |value: Option<f64>| value.is_none_or(|value| value == baseline);
    let is_point = figure.interval.is_none_or(|interval| interval.low == baseline && interval.high == baseline);
    !(stays(figure.predicted) && stays(figure.measured) && is_point)
}

/// As it is counted: where only bounds were predicted, their middle stands for the figure, of which no error is told.
fn scored(figure: &FigureScore) -> Option<Scored> {
    let ((low, high), measured) = (figure.claimed()?, figure.measured?);
    Some(Scored { predicted: figure.predicted.unwrap_or(low / 2.0 + high / 2.0), low, high, measured })
}

fn why(claim: Claim, coverage: &Calibration, bias: Option<Interval>) -> String {
    let Calibration { predictions, covered, p_value, trust, .. } = coverage;
    let what = match claim {
        Claim::Exact => "exact figures",
        Claim::Bounds => "bounds",
        Claim::Confidence => "intervals",
    };
    let held = format!("{covered} of {predictions} {what} came as predicted");
    let follows = match trust {
        Trust::TooFew => format!("not enough: {} more are needed to tell", FEW.saturating_sub(*predictions)),
        Trust::Calibrated => format!("nine in ten are to, which chance explains (p = {p_value:.3})"),
        Trust::TooNarrow => format!("nine in ten are to: do not trust them here (p = {p_value:.3})"),
        Trust::TooWide => format!("more than nine in ten (p = {p_value:.3})"),
    };
    let side = match bias {
        Some(Interval { low, .. }) if low > 0.0 => "; too much is predicted",
        Some(Interval { high, .. }) if high < 0.0 => "; too little is predicted",
        _ => "",
    };
    format!("{held}; {follows}{side}")
}

fn share_interval(inside: usize, all: usize) -> Interval {
    let (low, high) = wilson(inside as u64, all as u64, NINETEEN_IN_TWENTY);
    Interval { kind: IntervalKind::Confidence, low, high }
}

/// How often what came lies in intervals of several levels, of those that claim a level and hold what they predict. O(n).
pub(super) fn plot(figures: &[FigureScore]) -> Vec<CalibrationPoint> {
    let mut groups: BTreeMap<Dimension, Vec<(Scored, bool)>> = BTreeMap::new();
    for figure in figures.iter().filter(|figure| claim(figure) == Claim::Confidence && figure.predicted.is_some()) {
        if let Some(one) = scored(figure).filter(|one| (one.low..=one.high).contains(&one.predicted)) {
            groups.entry(figure.dimension).or_default().push((one, figure.unit == "ms"));
        }
    }
    let point = |dimension: Dimension, level: f64, ones: &[(Scored, bool)]| {
        let inside = ones.iter().filter(|(one, is_time)| holds(one, level, *is_time)).count();
        CalibrationPoint {
            dimension,
            level,
            scored: ones.len(),
            inside,
            share: inside as f64 / ones.len().max(1) as f64,
            share_interval: share_interval(inside, ones.len()),
            is_scaled: level != CLAIMED,
        }
    };
    let points = groups.iter().flat_map(|(dimension, ones)| LEVELS.map(|level| point(*dimension, level, ones)));
    points.collect()
}

/// Whether the interval of another level would hold what came.
fn holds(one: &Scored, level: f64, is_time: bool) -> bool {
    let Scored { predicted, low, high, measured } = *one;
    if level == CLAIMED {
        return (low..=high).contains(&measured);
    }
    let factor = normal_quantile(0.5 + level / 2.0) / normal_quantile(0.5 + CLAIMED / 2.0);
    let scaled = |end: f64| match is_time && low > 0.0 {
        true => predicted * (end / predicted).powf(factor),
        false => predicted + (end - predicted) * factor,
    };
    (scaled(low)..=scaled(high)).contains(&measured)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_other_levels_grow_with_the_level() {
        let one = |measured| Scored { predicted: 100.0, low: 80.0, high: 125.0, measured };
        for is_time in [false, true] {
            let held = |measured| LEVELS.map(|level| holds(&one(measured), level, is_time));
            assert_eq!(held(100.0), [true; 4]);
            assert_eq!(held(120.0), [false, false, true, true]);
            assert_eq!(held(126.0), [false, false, false, true]);
            assert_eq!(held(200.0), [false; 4]);
        }
    }
}
