//! Figures before and after as bars: where each stands, where it would stand, and how far that can be trusted.

use crate::simulate::IntervalTold;
use crate::wire::picture::Heading;
use crate::wire::picture::drawing::{Drawing, LINE, MARGIN, Mark, WIDTH, fitted, wrapped};
use crate::wire::picture::panels::{Bar, Panel, Panels, kind_means, word};
use crate::wire::picture::scale::{Scale, change, rounded};

/// Where the lines of numbers begin and end, and where their text begins.
const FROM: f64 = 250.0;
const TO: f64 = 610.0;
const TEXT: f64 = 630.0;
/// How high a figure is.
const ROW: f64 = 24.0;

/// The panels one above the other, what nobody knows beneath them. O(bars).
pub(super) fn comparison_svg(heading: &Heading, panels: &Panels) -> String {
    let mut drawing = Drawing::new(&heading.title, &heading.lines);
    legend(&mut drawing, panels);
    panels.panels.iter().for_each(|one| panel(&mut drawing, one));
    if panels.more_panels > 0 {
        drawing.y += LINE;
        drawing.paragraph(&format!(
            "{} figures of further dimensions are not drawn: the table has them",
            panels.more_panels
        ));
    }
    unknown(&mut drawing, panels);
    drawing.finish(&heading.title, &heading.description)
}

/// What each mark means, of those that are drawn.
fn legend(drawing: &mut Drawing, panels: &Panels) {
    let bars = || panels.panels.iter().flat_map(|panel| &panel.bars);
    let marks = [
        (bars().any(|bar| bar.baseline.is_some()), Mark::Before, "as it is"),
        (bars().any(|bar| bar.scenario.is_some()), Mark::After, "as it would be"),
        (bars().any(|bar| bar.likely.is_some()), Mark::Likely, "as a measurement will likely show it"),
    ];
    let mut x = MARGIN + 8.0;
    drawing.y += LINE;
    for (_, mark, means) in marks.into_iter().filter(|(is_drawn, ..)| *is_drawn) {
        drawing.mark(mark, x, drawing.y - 4.0);
        drawing.text("soft", x + 12.0, drawing.y, means);
        x += 120.0;
    }
    for kind in panels.kinds() {
        drawing.y += LINE;
        drawing.bar(class(&kind), (MARGIN + 2.0, drawing.y - 9.0), (MARGIN + 30.0, drawing.y + 1.0));
        drawing.text("soft", MARGIN + 40.0, drawing.y, &kind_means(&kind));
    }
}

fn class(kind: &str) -> &'static str {
    match kind {
        "confidence" => "confidence",
        "bounds" => "bounds",
        _ => "other",
    }
}

fn panel(drawing: &mut Drawing, panel: &Panel) {
    drawing.y += 2.0 * LINE;
    let scale = Scale::of(panel.bars.iter().flat_map(Bar::numbers), FROM, TO);
    let log = if scale.is_log { ", by powers of ten" } else { "" };
    let title = format!("{} · {}{log}", panel.title, panel.unit);
    drawing.text("part", MARGIN, drawing.y, &fitted(&title, WIDTH - 2.0 * MARGIN));
    drawing.y += 8.0;
    let (top, heights): (f64, f64) = (drawing.y, panel.bars.iter().map(height).sum());
    for tick in scale.ticks() {
        let x = scale.place(tick);
        drawing.line("grid", (x, top), (x, top + heights));
        drawing.text("soft middle", x, top + heights + 13.0, &rounded(tick));
    }
    panel.bars.iter().for_each(|one| bar(drawing, panel, one, scale));
    drawing.y += 14.0;
    if panel.more > 0 {
        drawing
            .paragraph(&format!("and {} more, which change by no more or are unknown: the table has them", panel.more));
    }
}

/// What is said of a figure beneath it.
fn notes(bar: &Bar) -> Vec<String> {
    bar.unknown.as_ref().map_or_else(Vec::new, |unknown| wrapped(unknown, WIDTH - FROM - MARGIN, 2))
}

fn height(bar: &Bar) -> f64 {
    let lines = notes(bar).len() as f64;
    if bar.has_figure() { ROW + lines * LINE } else { ROW + (lines - 1.0).max(0.0) * LINE }
}

fn bar(drawing: &mut Drawing, panel: &Panel, bar: &Bar, scale: Scale) {
    let middle = drawing.y + ROW / 2.0;
    drawing.begin(&bar.told(&panel.title, &panel.unit));
    drawing.text("label", MARGIN, middle + 4.0, &fitted(&bar.label, FROM - MARGIN - 14.0));
    if let Some(interval) = bar.interval {
        range(drawing, interval, scale, middle);
    }
    if let (Some(before), Some(after)) = (bar.baseline, bar.scenario) {
        drawing.line("shift", (scale.place(before), middle), (scale.place(after), middle));
    }
    bar.likely.iter().for_each(|likely| drawing.mark(Mark::Likely, scale.place(*likely), middle));
    bar.baseline.iter().for_each(|before| drawing.mark(Mark::Before, scale.place(*before), middle));
    bar.scenario.iter().for_each(|after| drawing.mark(Mark::After, scale.place(*after), middle));
    drawing.text("value", TEXT, middle + 4.0, &values(bar));
    let mut line = if bar.has_figure() { middle + 4.0 + LINE } else { middle + 4.0 };
    for note in notes(bar) {
        drawing.text("note", FROM, line, &note);
        line += LINE;
    }
    drawing.end();
    drawing.y += height(bar);
}

/// An interval; an open end reaches to the edge.
fn range(drawing: &mut Drawing, interval: IntervalTold, scale: Scale, middle: f64) {
    let low = interval.low.map_or(FROM, |low| scale.place(low));
    let high = interval.high.map_or(TO, |high| scale.place(high));
    drawing.bar(class(&word(&interval.kind)), (low, middle - 5.0), (high, middle + 5.0));
}

/// The figures in words: `33 → 48 (+15), 42.52 to 54.19`.
fn values(bar: &Bar) -> String {
    let number = |number: Option<f64>| number.map_or_else(|| "unknown".to_owned(), rounded);
    let mut text = match (bar.baseline, bar.scenario) {
        _ if !bar.has_figure() => return String::new(),
        (None, scenario) => number(scenario),
        (before, after) if before == after => number(after),
        (before, after) => format!("{} → {}", number(before), number(after)),
    };
    text += &bar.delta.map(|delta| format!(" ({})", change(delta))).unwrap_or_default();
    let end = |end: Option<f64>| end.map_or_else(|| "open".to_owned(), rounded);
    let ends = bar.interval.map(|interval| format!(", {} to {}", end(interval.low), end(interval.high)));
    let standing = bar.standing.as_ref().map(|standing| format!(" · {standing}"));
    fitted(&(text + &ends.unwrap_or_default() + &standing.unwrap_or_default()), WIDTH - TEXT - MARGIN)
}

/// What has no figure, each with the reason.
fn unknown(drawing: &mut Drawing, panels: &Panels) {
    if panels.unknown.is_empty() {
        return;
    }
    drawing.y += 2.0 * LINE;
    drawing.text("part", MARGIN, drawing.y, "Unknown");
    drawing.y += 4.0;
    for (what, why) in &panels.unknown {
        drawing.begin(&format!("{what}: {why}"));
        drawing.text("label", MARGIN, drawing.y + LINE, &fitted(what, FROM - MARGIN - 14.0));
        for line in wrapped(why, WIDTH - FROM - MARGIN, 2) {
            drawing.y += LINE;
            drawing.text("soft", FROM, drawing.y, &line);
        }
        drawing.end();
        drawing.y += 3.0;
    }
    if panels.more_unknown > 0 {
        drawing.paragraph(&format!("and {} more that are unknown: the table has them", panels.more_unknown));
    }
}
