//! What a picture of figures shows: a panel for each dimension and unit, and what nobody knows.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::answer::IntervalKind;
use crate::base::printable;
use crate::simulate::{FigureTold, IntervalTold};
use crate::wire::picture::scale::{change, exact};

/// How many figures of a panel are drawn.
const DRAWN: usize = 16;
/// How many panels are drawn.
const PANELS: usize = 40;
/// How many figures that nobody knows are listed.
const LISTED: usize = 24;
/// How many letters of a name and of a reason go into a picture.
pub(super) const LETTERS: usize = 240;

/// Panels with what they leave out.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Panels {
    pub panels: Vec<Panel>,
    /// What has no figure at all: what it is, and why.
    pub unknown: Vec<(String, String)>,
    /// How many more of these there are.
    pub more_unknown: usize,
    /// How many figures are in panels that are not drawn.
    pub more_panels: usize,
}

/// The figures of one dimension in one unit.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Panel {
    pub title: String,
    pub unit: String,
    pub bars: Vec<Bar>,
    /// How many figures are left out: they change by less, or nobody knows by how much.
    pub more: usize,
}

/// One figure before and after.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bar {
    /// What tells it apart in its panel.
    pub label: String,
    pub baseline: Option<f64>,
    pub scenario: Option<f64>,
    /// What a measurement will likely show, which is what the interval stands around.
    pub likely: Option<f64>,
    pub delta: Option<f64>,
    pub interval: Option<IntervalTold>,
    /// What it rests on, in a word.
    pub basis: Option<String>,
    /// How it stands among the others, if they are options.
    pub standing: Option<String>,
    /// Why there is no figure, or what is missing from it.
    pub unknown: Option<String>,
}

impl Panels {
    /// Sorts figures into panels, in the order of their first figures. O(figures · log figures).
    pub fn of(figures: &[FigureTold]) -> Panels {
        let mut places: BTreeMap<(String, &str), usize> = BTreeMap::new();
        let mut panels: Vec<Panel> = Vec::new();
        for figure in figures {
            let title = heading(&word(&figure.dimension));
            let place = *places.entry((title.clone(), &figure.unit)).or_insert(panels.len());
            if place == panels.len() {
                panels.push(Panel { title, unit: short(&figure.unit), ..Panel::default() });
            }
            panels[place].bars.push(Bar::of(figure));
        }
        Panels::bounded(panels)
    }

    /// Keeps what can be read, counts the rest, and lists apart what has no figure in any row.
    pub fn bounded(panels: Vec<Panel>) -> Panels {
        let (mut known, unknown): (Vec<Panel>, Vec<Panel>) =
            panels.into_iter().partition(|panel| panel.bars.iter().any(Bar::has_figure));
        let left_out = known.split_off(known.len().min(PANELS));
        known.iter_mut().for_each(Panel::bound);
        let mut listed: Vec<(String, String)> = unknown.iter().flat_map(Panel::reasons).collect();
        let more_unknown = listed.split_off(listed.len().min(LISTED)).len();
        let more_panels = left_out.iter().map(|panel| panel.bars.len()).sum();
        Panels { panels: known, unknown: listed, more_unknown, more_panels }
    }

    /// The kinds of intervals that are drawn, each once.
    pub fn kinds(&self) -> Vec<String> {
        let bars = self.panels.iter().flat_map(|panel| &panel.bars);
        let mut kinds: Vec<String> = bars.filter_map(|bar| Some(word(&bar.interval?.kind))).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}

impl Panel {
    /// Keeps the figures that change most, in their order; labels become distinct.
    fn bound(&mut self) {
        let mut order: Vec<usize> = (0..self.bars.len()).collect();
        let size = |place: &usize| self.bars[*place].delta.map(f64::abs);
        order.sort_by(|a, b| size(b).partial_cmp(&size(a)).unwrap_or(std::cmp::Ordering::Equal));
        order.truncate(DRAWN);
        order.sort_unstable();
        self.more = self.bars.len() - order.len();
        self.bars = order.into_iter().map(|place| self.bars[place].clone()).collect();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for bar in &mut self.bars {
            let times = seen.entry(bar.label.clone()).and_modify(|times| *times += 1).or_insert(1);
            if *times > 1 {
                bar.label = format!("{} #{times}", bar.label);
            }
        }
    }

    fn reasons(&self) -> Vec<(String, String)> {
        let one = |bar: &Bar| {
            let what = if bar.label == WHOLE { self.title.clone() } else { format!("{}: {}", self.title, bar.label) };
            (what, bar.unknown.clone().unwrap_or_default())
        };
        self.bars.iter().map(one).collect()
    }
}

/// What a figure is about that is about nothing in particular.
const WHOLE: &str = "in all";
/// What stands where a figure is missing without a word.
const NO_REASON: &str = "no reason was given";

impl Bar {
    fn of(figure: &FigureTold) -> Bar {
        let about = figure.about.as_ref().map(|about| format!("{} ({})", about.name, about.kind));
        let parts: Vec<String> = about.into_iter().chain(figure.detail.clone()).collect();
        let bar = Bar {
            label: if parts.is_empty() { WHOLE.to_owned() } else { short(&parts.join(", ")) },
            baseline: figure.baseline,
            scenario: figure.scenario,
            likely: figure.likely,
            delta: figure.delta,
            interval: figure.interval,
            basis: Some(word(&figure.basis)),
            standing: None,
            unknown: figure.unknown.as_deref().map(short).filter(|why| !why.trim().is_empty()),
        };
        let is_silent = !bar.has_figure() && bar.unknown.is_none();
        Bar { unknown: if is_silent { Some(NO_REASON.to_owned()) } else { bar.unknown }, ..bar }
    }

    /// Whether there is anything to draw.
    pub fn has_figure(&self) -> bool {
        self.baseline.is_some() || self.scenario.is_some() || self.ends().next().is_some()
    }

    /// The ends of the interval that are closed.
    fn ends(&self) -> impl Iterator<Item = f64> {
        self.interval.into_iter().flat_map(|interval| [interval.low, interval.high]).flatten()
    }

    /// All numbers that are drawn.
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        self.baseline.into_iter().chain(self.scenario).chain(self.likely).chain(self.ends())
    }

    /// Everything that is known of it, in one line, with all digits.
    pub fn told(&self, title: &str, unit: &str) -> String {
        let number = |number: Option<f64>| number.map_or_else(|| "unknown".to_owned(), exact);
        let mut parts = vec![format!("{title}, {} ({unit})", self.label)];
        if self.baseline.is_some() || self.delta.is_some() {
            parts.push(format!("as it is {}", number(self.baseline)));
        }
        parts.push(format!("as it would be {}", number(self.scenario)));
        parts.extend(self.likely.map(|likely| format!("as a measurement will likely show it {}", exact(likely))));
        parts.extend(
            self.delta.map(|delta| format!("difference {}", if delta == 0.0 { change(delta) } else { exact(delta) })),
        );
        parts.extend(self.interval.map(told_interval));
        parts.extend(self.basis.as_ref().map(|basis| format!("basis {basis}")));
        parts.extend(self.standing.clone());
        parts.extend(self.unknown.clone());
        parts.join("; ")
    }
}

fn told_interval(interval: IntervalTold) -> String {
    let end = |end: Option<f64>| end.map_or_else(|| "open".to_owned(), exact);
    format!("{} from {} to {}", kind_told(&word(&interval.kind)), end(interval.low), end(interval.high))
}

/// What an interval of a kind is called.
pub(super) fn kind_told(kind: &str) -> String {
    if kind == word(&IntervalKind::Bounds) { "bounds".to_owned() } else { format!("{kind} interval") }
}

/// What a kind of interval means, for the legend.
pub(super) fn kind_means(kind: &str) -> String {
    let means = match kind {
        "bounds" => ": it is inside however the unknown turns out",
        "confidence" => ": it is inside with the probability that the method states",
        _ => "",
    };
    kind_told(kind) + means
}

/// A name of the core as it is in JSON.
pub(super) fn word(name: &impl Serialize) -> String {
    serde_json::to_value(name).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A name of the core as a heading: `latency_p95` is `Latency p95`.
pub(super) fn heading(name: &str) -> String {
    let mut letters = name.chars().map(|letter| if letter == '_' { ' ' } else { letter });
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// A text of others on one line, as far as it goes into a picture.
pub(super) fn short(text: &str) -> String {
    let kept: String = text.chars().take(LETTERS).collect();
    let more = if kept.len() < text.len() { "…" } else { "" };
    printable(&kept) + more
}
