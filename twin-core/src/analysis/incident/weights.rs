//! How blame is shared where measurements leave it open.

use crate::analysis::incident::anomaly::{Condition, Harm};
use crate::base::{Error, ErrorKind, Result};

/// How blame is shared where measurements leave it open. The default was chosen on incidents that were made up; whoever has labelled incidents can hold others against it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlameWeights {
    /// How far beyond normal, in standard deviations, begins to count: 1.5.
    pub begins: f64,
    /// From how many standard deviations on all of it counts: 3.
    pub certain: f64,
    /// How much of what a node's called ones of another kind of harm could explain they are given, against 1 for the node itself: 2. Slow answers may become failures of who waits for them, and failures may be tried again.
    pub other_harm: f64,
    /// The weight of a called one that fell silent, against 1 for its caller: 2.5.
    pub silent: f64,
    /// The weight of a called one of which nothing was ever measured, against 1 for its caller: .3.
    pub unobserved: f64,
    /// Which part of its failures happen before a caller calls, in parts per one: .3.
    pub fails_before: f64,
    /// Which part of what a called one explains stays with it if nobody called it before, in parts per one: .3. That it is called now is a change of its caller.
    pub newly_called: f64,
    /// The weight of a node that was changed right before the symptom began, against 1 for one that was not: 4. It fades with the time between.
    pub changed: f64,
    /// After so many intervals a change counts half: 6.
    pub fades: f64,
}

impl Default for BlameWeights {
    fn default() -> Self {
        BlameWeights {
            begins: 1.5,
            certain: 3.0,
            other_harm: 2.0,
            silent: 2.5,
            unobserved: 0.3,
            fails_before: 0.3,
            newly_called: 0.3,
            changed: 4.0,
            fades: 6.0,
        }
    }
}

impl BlameWeights {
    pub(super) fn check(&self) -> Result<()> {
        let BlameWeights { begins, certain, other_harm, silent, unobserved, .. } = *self;
        let BlameWeights { fails_before, newly_called, changed, fades, .. } = *self;
        let weights = [("begins", begins), ("other_harm", other_harm), ("silent", silent)];
        let above = [("unobserved", unobserved), ("changed", changed), ("fades", fades)];
        let is_weight = |(_, weight): &(&str, f64)| weight.is_finite() && *weight >= 0.0;
        let is_above = |(_, weight): &(&str, f64)| weight.is_finite() && *weight > 0.0;
        let wrong = weights.into_iter().find(|one| !is_weight(one));
        let wrong = wrong.or_else(|| above.into_iter().find(|one| !is_above(one)));
        let parts = [("fails_before", fails_before), ("newly_called", newly_called)];
        let wrong = wrong.or_else(|| parts.into_iter().find(|(_, part)| !(0.0..=1.0).contains(part)));
        let what = match wrong {
            Some((name, weight)) => format!(
                "{name} is {weight}: weights are 0 or more, those of what is unobserved or changed more than 0, and parts at most 1"
            ),
            None if !(certain.is_finite() && certain > begins) => {
                format!("certain is {certain}: it must be more than where deviations begin to count, {begins}")
            }
            None => return Ok(()),
        };
        Err(Error::new(ErrorKind::Invalid, what))
    }

    /// How much likelier what was changed so many intervals before the symptom began is its cause than what was not.
    pub(super) fn odds(&self, before: Option<f64>) -> f64 {
        before.map_or(1.0, |before| 1.0 + (self.changed - 1.0) * 0.5_f64.powf(before / self.fades))
    }

    /// How surely a node is worse since the symptom is there, from 0 to 1.
    pub(super) fn certainty(&self, condition: &Condition, harm: Harm) -> f64 {
        let deviations = condition.excess(harm).map_or(0.0, |excess| excess.onset_deviations);
        ((deviations - self.begins) / (self.certain - self.begins)).clamp(0.0, 1.0)
    }
}
