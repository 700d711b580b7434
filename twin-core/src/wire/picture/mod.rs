//! Pictures of what-if answers: figures before and after, and options by two objectives, as SVG and as specifications for Vega-Lite.
//!
//! A picture is made of the answer's JSON, so that every host, and an answer that outlived its twin, has the same one to the byte.

mod comparison_svg;
mod drawing;
mod panels;
mod scale;
mod scatter;
mod scatter_svg;
#[cfg(test)]
mod tests;
mod vega_lite;

use serde::Deserialize;
use serde_json::Value;

use crate::answer::{Reply, canonical};
use crate::base::{Error, ErrorKind, Result, Timestamp, shortened};
use crate::simulate::{FigureTold, IntervalTold, ObjectiveRow, OptionRow, TradeOff};
use crate::wire::picture::comparison_svg::comparison_svg;
use crate::wire::picture::panels::{Bar, Panel, Panels, short};
use crate::wire::picture::scatter::{Scatter, named, standing};
use crate::wire::picture::scatter_svg::scatter_svg;

/// Which objectives of a trade-off are drawn, by their places from 0 on. A comparison has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Axes {
    /// From left to right. Default: the first that `y` is not.
    pub x: Option<usize>,
    /// From below to above. Default: the first that `x` is not.
    pub y: Option<usize>,
}

impl Axes {
    /// Reads them from JSON: `{"x": 0, "y": 2}`.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<Axes> {
        let wrong = "x and y are places of objectives, from 0 on";
        serde_json::from_str(text).map_err(|error| Error::misread(wrong, &error))
    }

    fn places(self) -> (usize, usize) {
        match (self.x, self.y) {
            (Some(x), Some(y)) => (x, y),
            (Some(x), None) => (x, usize::from(x == 0)),
            (None, Some(y)) => (usize::from(y == 0), y),
            (None, None) => (0, 1),
        }
    }
}

/// The picture of a comparison, as bars before and after, or of a trade-off, as options by two objectives (one objective: as bars), in SVG. At most some hundred marks are
/// drawn; what is left out is counted in the picture. O(size of the answer).
///
/// # Errors
/// `Invalid` for an answer that has no picture, and for objectives that are not there.
pub fn answer_svg(reply: &Reply, axes: Axes) -> Result<String> {
    let told = Told::of(reply)?;
    let heading = told.heading();
    Ok(match told.drawn(axes)? {
        Drawn::Bars(panels) => comparison_svg(&heading, &panels),
        Drawn::Points(scatter) => scatter_svg(&heading, &scatter),
    })
}

/// The same as [`answer_svg`] as a specification for Vega-Lite 5, with its data. It holds no `<`, so that it can stand in a page's script.
///
/// # Errors
/// As of [`answer_svg`].
pub fn answer_vega_lite(reply: &Reply, axes: Axes) -> Result<String> {
    let told = Told::of(reply)?;
    let heading = told.heading();
    let specification = match told.drawn(axes)? {
        Drawn::Bars(panels) => vega_lite::bars(&heading, &panels),
        Drawn::Points(scatter) => vega_lite::points(&heading, &scatter),
    };
    Ok(canonical(&specification).replace('<', "\\u003c"))
}

/// The picture of an answer for a notebook; empty for one that has none.
pub(super) fn notebook_picture(reply: &Reply) -> String {
    answer_svg(reply, Axes::default())
        .map_or_else(|_| String::new(), |svg| format!("<div class=\"scroll\">{svg}</div>"))
}

/// What stands above a picture.
struct Heading {
    title: String,
    lines: Vec<String>,
    /// For readers of screens.
    description: String,
}

/// An answer that has a picture, as its JSON tells it.
#[derive(Deserialize)]
struct Told {
    question: Value,
    value: Subject,
    status: Value,
    revision: u64,
    as_of: AsOfTold,
    assumptions: Vec<String>,
    blind_spots: Vec<String>,
}

#[derive(Deserialize)]
struct AsOfTold {
    valid: Timestamp,
}

/// What is drawn.
#[derive(Deserialize)]
#[serde(untagged)]
enum Subject {
    Comparison { figures: Vec<FigureTold> },
    Choice(TradeOff),
}

enum Drawn {
    Bars(Panels),
    Points(Scatter),
}

impl Told {
    fn of(reply: &Reply) -> Result<Told> {
        let envelope: Value = serde_json::from_str(&reply.envelope_json()).unwrap_or_default();
        let kind = envelope["question"]["kind"].as_str().unwrap_or_default();
        let wrong = || {
            let what =
                format!("an answer to \"{}\" has no picture: those to compare and trade_off have", shortened(kind));
            Error::new(ErrorKind::Invalid, what)
        };
        if !["scenario", "trade_off"].contains(&kind) {
            return Err(wrong());
        }
        serde_json::from_str(&reply.to_json()).map_err(|_| wrong())
    }

    fn drawn(&self, axes: Axes) -> Result<Drawn> {
        match &self.value {
            Subject::Comparison { .. } if axes != Axes::default() => {
                Err(Error::new(ErrorKind::Invalid, "x and y are objectives of a trade-off: a comparison has none"))
            }
            Subject::Comparison { figures } => Ok(Drawn::Bars(Panels::of(figures))),
            Subject::Choice(choice) if choice.objectives.len() == 1 && axes == Axes::default() => {
                Ok(Drawn::Bars(Panels::bounded(by_one(choice))))
            }
            Subject::Choice(choice) => {
                let (x, y) = axes.places();
                Scatter::of(choice, x, y).map(Drawn::Points)
            }
        }
    }

    fn heading(&self) -> Heading {
        let (title, summary) = match &self.value {
            Subject::Comparison { figures } => {
                let name = short(self.question["name"].as_str().unwrap_or_default());
                (format!("{name}: before and after"), summary(figures))
            }
            Subject::Choice(choice) => ("Options by objectives".to_owned(), ranking(choice)),
        };
        let rests = format!(
            "As of {}, revision {}. {} The answer names {} and {}.",
            self.as_of.valid,
            self.revision,
            status(&self.status),
            counted(self.assumptions.len(), "assumption"),
            counted(self.blind_spots.len(), "blind spot"),
        );
        let description =
            format!("{summary} {rests} The answer's table holds the same figures, with what they rest on.");
        Heading { title, lines: vec![summary, rests], description }
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn status(status: &Value) -> String {
    match (status["kind"].as_str(), status["missing"].as_array()) {
        (Some("complete"), _) => "The reading is complete.".to_owned(),
        (Some("unknown"), _) => format!("Unknown: {}.", short(status["why"].as_str().unwrap_or_default())),
        (_, missing) => {
            format!("The reading is partial: missing or stale: {}.", counted(missing.map_or(0, Vec::len), "scope"))
        }
    }
}

fn summary(figures: &[FigureTold]) -> String {
    let known = figures.iter().filter(|figure| figure.delta.is_some()).count();
    let changed = figures.iter().filter(|figure| figure.delta.is_some_and(|delta| delta != 0.0)).count();
    let more = figures.len() - known;
    format!("{} are known before and after, of which {changed} change; {more} are not.", counted(known, "figure"))
}

fn ranking(choice: &TradeOff) -> String {
    let count = choice.options.len();
    let first = choice.options.iter().filter(|option| option.front == Some(0)).count();
    let beaten = choice.options.iter().filter(|option| option.dominated_by.is_some()).count();
    let unranked = choice.options.iter().filter(|option| option.front.is_none()).count();
    format!(
        "{}: {first} on the first front by the figures, {beaten} beaten whatever the truth, {unranked} not ranked.",
        counted(count, "option")
    )
}

/// Options by one objective, as bars.
fn by_one(choice: &TradeOff) -> Vec<Panel> {
    let bar = |option: &OptionRow| {
        let range = option.ranges.first().copied().flatten();
        let kind = option.kinds.first().copied().flatten();
        let reason = option.reasons.first().cloned().flatten();
        let interval =
            kind.zip(range).map(|(kind, [low, high])| IntervalTold { kind, low: Some(low), high: Some(high) });
        let scenario = option.values.first().copied().flatten();
        let nothing = (scenario.is_none() && interval.is_none()).then(|| "no reason was given".to_owned());
        Bar {
            label: short(&option.name),
            baseline: None,
            scenario,
            likely: None,
            delta: None,
            interval,
            basis: None,
            standing: Some(standing(option).1),
            unknown: reason.as_deref().map(short).or(nothing),
        }
    };
    let panel = |objective: &ObjectiveRow| Panel {
        title: named(objective),
        unit: short(objective.unit.as_deref().unwrap_or("no unit is known")),
        bars: choice.options.iter().map(bar).collect(),
        more: 0,
    };
    choice.objectives.iter().take(1).map(panel).collect()
}
