//! Options of a trade-off by two objectives: which are drawn where, and which cannot be.

use crate::base::{Error, ErrorKind, Result};
use crate::simulate::pareto::Goal;
use crate::simulate::{ObjectiveRow, OptionRow, TradeOff};
use crate::wire::picture::drawing::Mark;
use crate::wire::picture::panels::{heading, kind_told, short, word};
use crate::wire::picture::scale::exact;

/// How many options are drawn, and how many are listed that cannot be.
const DRAWN: usize = 40;
/// How many sentences on what would turn a choice are written.
const TURNS: usize = 8;

/// Options by two objectives.
#[derive(Debug, PartialEq)]
pub(super) struct Scatter {
    pub x: Axis,
    pub y: Axis,
    pub options: Vec<Placed>,
    /// How many more could be drawn.
    pub more: usize,
    /// Options that cannot be drawn, each with the reason.
    pub unplaced: Vec<(String, String)>,
    /// How many more of these there are.
    pub more_unplaced: usize,
    /// What would turn a choice, and what the picture leaves out, in sentences.
    pub notes: Vec<String>,
}

/// One objective.
#[derive(Debug, PartialEq)]
pub(super) struct Axis {
    /// What it is.
    pub name: String,
    /// What it is, its unit, and whether less or more is better.
    pub title: String,
}

/// An option of which something is known by both objectives.
#[derive(Debug, PartialEq)]
pub(super) struct Placed {
    pub name: String,
    pub x: Place,
    pub y: Place,
    pub mark: Mark,
    /// How it stands among the others, in words.
    pub standing: String,
}

/// A figure with its ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub value: Option<f64>,
    pub low: f64,
    pub high: f64,
    /// What the range is called; none for a figure that is known exactly.
    pub kind: Option<String>,
    /// What is missing from the figure.
    pub unknown: Option<String>,
}

impl Scatter {
    /// The options by the objectives at two places. O(options · log options).
    ///
    /// # Errors
    /// `Invalid` for a place that no objective has, and for one that is given twice.
    pub fn of(trade_off: &TradeOff, x: usize, y: usize) -> Result<Scatter> {
        let last = trade_off.objectives.len().saturating_sub(1);
        let objective = |name: &str, place: usize| {
            let wrong = || Error::new(ErrorKind::Invalid, format!("{name} is {place}: objectives go from 0 to {last}"));
            trade_off.objectives.get(place).ok_or_else(wrong)
        };
        let (on_x, on_y) = (objective("x", x)?, objective("y", y)?);
        if x == y {
            return Err(Error::new(ErrorKind::Invalid, format!("x and y are both {x}: give two objectives")));
        }
        let mut order: Vec<&OptionRow> = trade_off.options.iter().collect();
        order.sort_by_key(|option| (option.front.is_none(), option.front));
        let mut options: Vec<Placed> = order.iter().filter_map(|option| placed(option, x, y)).collect();
        let is_unplaced = |option: &&&OptionRow| placed(option, x, y).is_none();
        let mut unplaced: Vec<(String, String)> =
            order.iter().filter(is_unplaced).map(|option| unknown(option, [(x, on_x), (y, on_y)])).collect();
        let more = options.split_off(options.len().min(DRAWN)).len();
        let more_unplaced = unplaced.split_off(unplaced.len().min(DRAWN)).len();
        let notes = notes(trade_off);
        Ok(Scatter { x: axis(on_x), y: axis(on_y), options, more, unplaced, more_unplaced, notes })
    }

    /// The options of the first front whose figures are known, from left to right.
    pub fn front(&self) -> Vec<(f64, f64)> {
        let best = self.options.iter().filter(|option| option.mark == Mark::Best);
        let mut front: Vec<(f64, f64)> = best.filter_map(|option| option.x.value.zip(option.y.value)).collect();
        front.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        front
    }
}

/// What an objective is called.
pub(super) fn named(objective: &ObjectiveRow) -> String {
    let of = objective.of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default();
    short(&(heading(&word(&objective.dimension)) + &of))
}

fn axis(objective: &ObjectiveRow) -> Axis {
    let unit = objective.unit.as_deref().unwrap_or("no unit is known");
    let better = if objective.goal == Goal::Minimize { "less" } else { "more" };
    let name = named(objective);
    Axis { title: format!("{name} ({}), {better} is better", short(unit)), name }
}

fn placed(option: &OptionRow, x: usize, y: usize) -> Option<Placed> {
    let (mark, standing) = standing(option);
    Some(Placed { name: short(&option.name), x: place(option, x)?, y: place(option, y)?, mark, standing })
}

fn place(option: &OptionRow, place: usize) -> Option<Place> {
    let [low, high] = option.ranges.get(place).copied().flatten()?;
    let kind = option.kinds.get(place).copied().flatten().map(|kind| kind_told(&word(&kind)));
    let unknown = option.reasons.get(place).cloned().flatten().as_deref().map(short);
    Some(Place { value: option.values.get(place).copied().flatten(), low, high, kind, unknown })
}

/// How an option stands, by its mark and in words.
pub(super) fn standing(option: &OptionRow) -> (Mark, String) {
    match (&option.dominated_by, option.front) {
        (Some(other), _) => (Mark::Beaten, format!("beaten by {}", short(other))),
        (None, Some(0)) => (Mark::Best, "first front".to_owned()),
        (None, Some(front)) => (Mark::Behind, format!("front {}", front.saturating_add(1))),
        (None, None) => (Mark::Unranked, "not ranked".to_owned()),
    }
}

/// Why an option cannot be drawn.
fn unknown(option: &OptionRow, axes: [(usize, &ObjectiveRow); 2]) -> (String, String) {
    let missing = axes.into_iter().filter(|(at, _)| place(option, *at).is_none());
    let why = missing.map(|(at, objective)| {
        let reason = option.reasons.get(at).and_then(Option::as_deref).unwrap_or("no reason was given");
        format!("{}: {}", named(objective), short(reason))
    });
    (short(&option.name), why.collect::<Vec<_>>().join("; "))
}

fn notes(trade_off: &TradeOff) -> Vec<String> {
    let count = trade_off.objectives.len();
    let all = format!("Fronts are by all {count} objectives; the picture shows two of them.");
    let turn = |turn: &crate::simulate::Turn| {
        let objective = trade_off.objectives.get(turn.objective)?;
        let (option, other) = (short(&turn.option), short(&turn.other));
        Some(format!(
            "The ranges of {option} and {other} overlap: knowing {} better may turn the choice.",
            named(objective)
        ))
    };
    let more = trade_off.turns.len().saturating_sub(TURNS);
    let more = (more > 0).then(|| format!("And {more} more overlaps of ranges: the value has them under turns."));
    let turns = trade_off.turns.iter().take(TURNS).filter_map(turn);
    (count > 2).then_some(all).into_iter().chain(turns).chain(more).collect()
}

impl Placed {
    /// Whether both its figures are known.
    pub fn is_point(&self) -> bool {
        self.x.value.is_some() && self.y.value.is_some()
    }
}

impl Place {
    /// In words, with all digits.
    pub fn told(&self) -> String {
        let value = self.value.map_or_else(|| "unknown".to_owned(), exact);
        let ends = self.kind.as_ref().map(|kind| format!(", {kind} from {} to {}", exact(self.low), exact(self.high)));
        let unknown = self.unknown.as_ref().map(|unknown| format!(" ({unknown})"));
        value + &ends.unwrap_or_default() + &unknown.unwrap_or_default()
    }
}
