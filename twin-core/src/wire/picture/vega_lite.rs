//! The same pictures as specifications for Vega-Lite 5, each with its data: <https://vega.github.io/vega-lite/docs/spec.html>.

use serde_json::{Value, json};

use crate::wire::picture::Heading;
use crate::wire::picture::drawing::{Mark, fitted};
use crate::wire::picture::panels::{Bar, Panel, Panels, kind_told, word};
use crate::wire::picture::scatter::{Axis, Placed, Scatter};

const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v5.json";
/// How wide what is drawn is, in pixels.
const WIDTH: u32 = 460;
const HEIGHT: u32 = 360;
/// How much room a line of the subtitle has.
const LINE: f64 = 900.0;
const BLUE: &str = "#1d4ed8";
const INK: &str = "#334155";
/// The panel of what has no figure.
const UNKNOWN: &str = "Unknown";
/// Whether there is anything to draw of a datum.
const HAS_FIGURE: &str = "(isValid(datum.baseline) || isValid(datum.scenario) || isValid(datum.low))";

/// Figures before and after: a facet for each dimension and unit.
pub(super) fn bars(heading: &Heading, panels: &Panels) -> Value {
    let known = panels.panels.iter().flat_map(|panel| panel.bars.iter().map(move |bar| bar_datum(panel, bar)));
    let unknown = panels.unknown.iter().map(|(what, why)| json!({"panel": UNKNOWN, "label": what, "unknown": why}));
    let data: Vec<Value> = known.chain(unknown).collect();
    let order = panels.panels.iter().map(panel_name).chain([UNKNOWN.to_owned()]).collect::<Vec<_>>();
    let labels: Vec<&Value> = data.iter().map(|datum| &datum["label"]).collect();
    let left_out: usize = panels.panels.iter().map(|panel| panel.more).sum();
    let left_out = left_out + panels.more_panels + panels.more_unknown;
    let more = (left_out > 0).then(|| format!("{left_out} more figures are not drawn: the table has them."));
    json!({
        "$schema": SCHEMA,
        "title": title(heading, more.as_slice()),
        "description": heading.description,
        "data": {"values": data},
        "facet": {"row": {
            "field": "panel", "type": "nominal", "sort": order, "title": null,
            "header": {"labelAngle": 0, "labelAlign": "left", "labelAnchor": "start", "labelOrient": "top", "labelFontWeight": "bold"},
        }},
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
        "spec": {"width": WIDTH, "height": {"step": 38}, "encoding": bar_encoding(&labels), "layer": bar_layers(panels)},
    })
}

fn title(heading: &Heading, more: &[String]) -> Value {
    let lines: Vec<String> = heading.lines.iter().chain(more).map(|line| fitted(line, LINE)).collect();
    json!({"text": fitted(&heading.title, LINE), "subtitle": lines, "anchor": "start"})
}

fn panel_name(panel: &Panel) -> String {
    format!("{} ({})", panel.title, panel.unit)
}

fn bar_datum(panel: &Panel, bar: &Bar) -> Value {
    json!({
        "panel": panel_name(panel),
        "label": bar.label,
        "baseline": bar.baseline,
        "scenario": bar.scenario,
        "likely": bar.likely,
        "delta": bar.delta,
        "low": bar.interval.and_then(|interval| interval.low),
        "high": bar.interval.and_then(|interval| interval.high),
        "range": bar.interval.map(|interval| kind_told(&word(&interval.kind))),
        "basis": bar.basis,
        "standing": bar.standing,
        "unknown": bar.unknown,
    })
}

fn bar_encoding(labels: &[&Value]) -> Value {
    json!({
        "y": {"field": "label", "type": "nominal", "sort": labels, "title": null, "axis": {"labelLimit": 220}},
        "tooltip": [
            {"field": "label", "type": "nominal", "title": "of"},
            {"field": "baseline", "type": "quantitative", "title": "as it is"},
            {"field": "scenario", "type": "quantitative", "title": "as it would be"},
            {"field": "likely", "type": "quantitative", "title": "as a measurement will likely show it"},
            {"field": "delta", "type": "quantitative", "title": "difference"},
            {"field": "low", "type": "quantitative", "title": "range from"},
            {"field": "high", "type": "quantitative", "title": "range to"},
            {"field": "range", "type": "nominal", "title": "range means"},
            {"field": "basis", "type": "nominal", "title": "basis"},
            {"field": "standing", "type": "nominal", "title": "standing"},
            {"field": "unknown", "type": "nominal", "title": "unknown"},
        ],
    })
}

fn bar_layers(panels: &Panels) -> Value {
    let kinds: Vec<String> = panels.kinds().iter().map(|kind| kind_told(kind)).collect();
    let x = |field: &str| json!({"field": field, "type": "quantitative", "title": null});
    let point = |field: &str, name: &str, mark: Value| {
        let shape = json!({
            "datum": name, "type": "nominal", "legend": {"title": null},
            "scale": {"domain": ["as it is", "as it would be"], "range": ["circle", "diamond"]},
        });
        let filter = format!("isValid(datum.{field})");
        json!({"transform": [{"filter": filter}], "mark": mark, "encoding": {"x": x(field), "shape": shape}})
    };
    json!([
        {
            "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
            "mark": {"type": "bar", "height": 11, "color": "#93b4f5", "fillOpacity": 0.5, "stroke": BLUE},
            "encoding": {"x": x("low"), "x2": {"field": "high"}, "strokeDash": dashes("range", &kinds)},
        },
        {
            "transform": [{"filter": "isValid(datum.baseline) && isValid(datum.scenario)"}],
            "mark": {"type": "rule", "color": BLUE, "strokeWidth": 1.6},
            "encoding": {"x": x("baseline"), "x2": {"field": "scenario"}},
        },
        {
            "transform": [{"filter": "isValid(datum.likely)"}],
            "mark": {"type": "tick", "color": INK, "thickness": 2.2, "size": 18},
            "encoding": {"x": x("likely")},
        },
        point("baseline", "as it is", json!({"type": "point", "filled": false, "size": 90, "color": INK})),
        point("scenario", "as it would be", json!({"type": "point", "filled": true, "size": 60, "color": BLUE})),
        note(&format!("!({HAS_FIGURE})"), 0),
        note(HAS_FIGURE, 14),
    ])
}

/// Why there is no figure, or beneath the figure what is missing from it.
fn note(filter: &str, down: u32) -> Value {
    json!({
        "transform": [{"filter": format!("isValid(datum.unknown) && {filter}")}],
        "mark": {"type": "text", "align": "left", "baseline": "middle", "dy": down, "limit": WIDTH - 8, "fontSize": 10, "color": INK},
        "encoding": {"x": {"value": 4}, "text": {"field": "unknown", "type": "nominal"}},
    })
}

/// A kind of line for each kind of range, as in the other picture.
fn dashes(field: &str, kinds: &[String]) -> Value {
    let line = |kind: &String| match kind.as_str() {
        "confidence interval" => [1, 0],
        "bounds" => [5, 3],
        _ => [1, 3],
    };
    let lines: Vec<[u32; 2]> = kinds.iter().map(line).collect();
    json!({
        "field": field, "type": "nominal", "scale": {"domain": kinds, "range": lines},
        "legend": {"title": "range", "symbolType": "square"},
    })
}

/// Options by two objectives.
pub(super) fn points(heading: &Heading, scatter: &Scatter) -> Value {
    let data: Vec<Value> = scatter.options.iter().map(point_datum).collect();
    let count = |more: usize, what: &str| (more > 0).then(|| format!("And {more} more {what}: the table has them."));
    let unplaced = scatter.unplaced.iter().map(|(name, why)| format!("Not drawn: {name}: {why}"));
    let mut lines: Vec<String> = count(scatter.more, "options, on later fronts").into_iter().collect();
    lines.extend(unplaced);
    lines.extend(count(scatter.more_unplaced, "that cannot be drawn"));
    lines.extend(scatter.notes.iter().cloned());
    json!({
        "$schema": SCHEMA,
        "title": title(heading, &lines),
        "description": heading.description,
        "data": {"values": data},
        "width": WIDTH,
        "height": HEIGHT,
        "encoding": {"tooltip": point_tooltip(scatter)},
        "layer": point_layers(scatter),
    })
}

fn point_datum(option: &Placed) -> Value {
    json!({
        "option": option.name,
        "x": option.x.value, "x_low": option.x.low, "x_high": option.x.high, "x_range": option.x.kind, "x_unknown": option.x.unknown,
        "y": option.y.value, "y_low": option.y.low, "y_high": option.y.high, "y_range": option.y.kind, "y_unknown": option.y.unknown,
        "mark": marked(option.mark),
        "standing": option.standing,
    })
}

fn marked(mark: Mark) -> &'static str {
    match mark {
        Mark::Best | Mark::Before | Mark::After | Mark::Likely => "first front",
        Mark::Behind => "behind by the figures",
        Mark::Beaten => "beaten whatever the truth",
        Mark::Unranked => "not ranked",
    }
}

fn point_tooltip(scatter: &Scatter) -> Value {
    let field = |field: &str, kind: &str, title: &str| json!({"field": field, "type": kind, "title": title});
    let axis = |name: &str, axis: &Axis| {
        [
            field(name, "quantitative", &axis.title),
            field(&format!("{name}_low"), "quantitative", "from"),
            field(&format!("{name}_high"), "quantitative", "to"),
            field(&format!("{name}_range"), "nominal", "range means"),
            field(&format!("{name}_unknown"), "nominal", "unknown"),
        ]
    };
    let first = [field("option", "nominal", "option"), field("standing", "nominal", "standing")];
    first.into_iter().chain(axis("x", &scatter.x)).chain(axis("y", &scatter.y)).collect()
}

fn point_layers(scatter: &Scatter) -> Value {
    let x = |field: &str| json!({"field": field, "type": "quantitative", "title": scatter.x.title, "scale": {"zero": false}});
    let y = |field: &str| json!({"field": field, "type": "quantitative", "title": scatter.y.title, "scale": {"zero": false}});
    let is_point = "isValid(datum.x) && isValid(datum.y)";
    let range = |of: &str| format!("{is_point} && isValid(datum.{of}_range)");
    let marks = [Mark::Best, Mark::Behind, Mark::Beaten, Mark::Unranked].map(marked);
    json!([
        {
            "transform": [{"filter": range("x")}],
            "mark": {"type": "rule", "color": "#64748b"},
            "encoding": {"x": x("x_low"), "x2": {"field": "x_high"}, "y": y("y")},
        },
        {
            "transform": [{"filter": range("y")}],
            "mark": {"type": "rule", "color": "#64748b"},
            "encoding": {"x": x("x"), "y": y("y_low"), "y2": {"field": "y_high"}},
        },
        {
            "transform": [{"filter": format!("!({is_point})")}],
            "mark": {"type": "rect", "fillOpacity": 0, "stroke": BLUE, "strokeDash": [5, 3]},
            "encoding": {"x": x("x_low"), "x2": {"field": "x_high"}, "y": y("y_low"), "y2": {"field": "y_high"}},
        },
        {
            "transform": [{"filter": format!("{is_point} && datum.mark === 'first front'")}],
            "mark": {"type": "line", "color": BLUE},
            "encoding": {"x": x("x"), "y": y("y"), "order": {"field": "x", "type": "quantitative"}},
        },
        {
            "transform": [{"filter": is_point}],
            "mark": {"type": "point", "filled": false, "size": 110, "strokeWidth": 2, "opacity": 1},
            "encoding": {
                "x": x("x"), "y": y("y"),
                "shape": {
                    "field": "mark", "type": "nominal", "title": null,
                    "scale": {"domain": marks, "range": ["circle", "square", "cross", "triangle-up"]},
                },
                "fill": {"condition": {"test": "datum.mark === 'first front'", "value": BLUE}, "value": "transparent"},
            },
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 9, "dy": -9, "limit": 160},
            "encoding": {
                "x": x("x_label"), "y": y("y_label"), "text": {"field": "option", "type": "nominal"},
            },
            "transform": [
                {"calculate": "isValid(datum.x) ? datum.x : datum.x_high", "as": "x_label"},
                {"calculate": "isValid(datum.y) ? datum.y : datum.y_high", "as": "y_label"},
            ],
        },
    ])
}
