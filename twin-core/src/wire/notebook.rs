//! Answers and snapshots as fragments of HTML for a notebook: what is known, how fresh it is, what is missing, the rows, and for what has one the picture of it.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::answer::{ColumnType, NoEvidence, Reply, Table, TableWriter};
use crate::base::Result;
use crate::graph::Snapshot;
use crate::identity::resolve::{Resolution, Uncertain};
use crate::wire::escape::html;
use crate::wire::layout::{BOX_HEIGHT, BOX_WIDTH, Layout, Point, lay_out};
use crate::wire::page::page;
use crate::wire::picture::notebook_picture;

/// How many rows of an answer are shown.
const ROWS: usize = 50;
/// How many affected entities are drawn.
const DRAWN: usize = 40;
/// How many letters of a cell are shown.
const LETTERS: usize = 160;

const STYLE: &str = include_str!("notebook.css");

/// A snapshot as a frame that holds its whole page, so that neither the notebook's style nor the page's reaches the other. O(entities + relations).
pub fn snapshot_html(snapshot: &Snapshot) -> String {
    let title = snapshot.scenario_name().unwrap_or("Twin");
    let page = html(&page(snapshot, title));
    format!(
        "<iframe title=\"{}\" srcdoc=\"{page}\" style=\"width:100%;height:640px;border:1px solid #8884;border-radius:8px\" sandbox></iframe>",
        html(title)
    )
}

/// An answer: one line on whether it is whole, the picture of a blast radius, a comparison or a trade-off, the rows, how fresh its sources are, and what nobody here can see. O(rows shown).
pub fn answer_html(reply: &Reply) -> String {
    let envelope: Value = serde_json::from_str(&reply.envelope_json()).unwrap_or_default();
    let shown: Value = serde_json::from_str(&reply.rows_json(0..ROWS)).unwrap_or_default();
    let rows = shown["rows"].as_array().map_or(&[][..], Vec::as_slice);
    let parts = [
        format!("<div class=\"twin-answer\"><style>{STYLE}</style>"),
        head(&envelope, reply.len()),
        blast_picture(&envelope, rows),
        notebook_picture(reply),
        reply.table().map_or_else(|error| html(&error.to_string()), |table| rows_table(&table)),
        notes(&envelope),
        "</div>".to_owned(),
    ];
    parts.concat()
}

/// A resolution: how many things the records are, the largest of them, and of which pairs a person would know better. O(pairs compared).
pub fn resolution_html(resolution: &Resolution) -> String {
    let mut things = resolution.things();
    let head =
        format!("{} records · {} things · {} pairs compared", resolution.len(), things.len(), resolution.compared());
    things.sort_by_key(|thing| std::cmp::Reverse(thing.len()));
    let unsure = |pair: &Uncertain| format!("{:.0} %: {} and {}", pair.probability * 100.0, pair.a, pair.b);
    let ignored = resolution.ignored().iter().map(|(a, b)| format!("{a} and {b}"));
    let parts = [
        format!("<div class=\"twin-answer\"><style>{STYLE}</style><p class=\"head\"><b>resolve</b> {head}</p>"),
        things_table(&things).map_or_else(|error| html(&error.to_string()), |table| rows_table(&table)),
        list("decisions about records that are not there", ignored.collect(), true),
        list("to review", resolution.review(ROWS).iter().map(unsure).collect(), false),
        "</div>".to_owned(),
    ];
    parts.concat()
}

fn things_table(things: &[Vec<&str>]) -> Result<Table> {
    let columns = vec![("records".to_owned(), ColumnType::Integer), ("ids".to_owned(), ColumnType::Texts)];
    let mut table = TableWriter::new(columns, things.len(), &NoEvidence);
    for thing in things {
        table.integer(i64::try_from(thing.len()).unwrap_or(i64::MAX));
        table.texts(thing.iter().take(ROWS));
        table.end_row();
    }
    table.finish()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn items<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

fn head(envelope: &Value, rows: usize) -> String {
    let status = text(&envelope["status"], "kind");
    let question = text(&envelope["question"], "kind");
    let verdict = text(envelope, "verdict");
    let count = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
    format!(
        "<p class=\"head\"><b>{}</b> <span class=\"status {}\">{}</span> {count} · revision {} · as of {} {}</p>",
        html(question),
        html(status),
        html(status),
        envelope["revision"],
        html(text(&envelope["as_of"], "valid")),
        html(verdict),
    )
}

fn rows_table(table: &Table) -> String {
    let mut text = "<div class=\"scroll\"><table><thead><tr>".to_owned();
    let shown: Vec<_> = table.columns.iter().filter(|column| !column.name.ends_with("_id")).collect();
    shown.iter().for_each(|column| push(&mut text, format_args!("<th>{}</th>", html(&column.name))));
    text.push_str("</tr></thead><tbody>");
    for row in 0..table.rows.min(ROWS) {
        text.push_str("<tr>");
        shown.iter().for_each(|column| push(&mut text, format_args!("<td>{}</td>", cell(&column.value(row)))));
        text.push_str("</tr>");
    }
    text.push_str("</tbody></table></div>");
    if table.rows > ROWS {
        push(&mut text, format_args!("<p class=\"soft\">and {} more rows</p>", table.rows - ROWS));
    }
    text
}

/// Writing to a string cannot fail.
fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<&str>>().join(", "),
        other => other.to_string(),
    };
    html(&shortened(&text, LETTERS))
}

fn shortened(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn notes(envelope: &Value) -> String {
    let missing = items(&envelope["status"], "missing")
        .iter()
        .map(|missing| format!("{} {}: {}", text(missing, "source"), text(missing, "scope"), text(missing, "why")));
    let unknown = Some(text(&envelope["status"], "why").to_owned()).filter(|why| !why.is_empty());
    let fresh = items(envelope, "freshness").iter().map(|row| {
        let met = if row["met"].as_bool().unwrap_or_default() { "fresh" } else { "stale" };
        format!(
            "{} {}: {met}, {} s old, {} s allowed",
            text(row, "source"),
            text(row, "sort"),
            row["age_s"],
            row["required_s"]
        )
    });
    let words = |field: &str| items(envelope, field).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    [
        list("missing", missing.chain(unknown).collect(), true),
        list("assumptions", words("assumptions"), false),
        list("freshness", fresh.collect(), false),
        list("blind spots", words("blind_spots"), false),
    ]
    .concat()
}

fn list(title: &str, lines: Vec<String>, open: bool) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let items: String = lines.iter().take(ROWS).map(|line| format!("<li>{}</li>", html(line))).collect();
    let open = if open { " open" } else { "" };
    format!("<details{open}><summary>{title}: {}</summary><ul>{items}</ul></details>", lines.len())
}

/// What fails at the top, who is affected beneath, each as far down as the failure has to travel.
fn blast_picture(envelope: &Value, rows: &[Value]) -> String {
    if text(&envelope["question"], "kind") != "blast_radius" || rows.is_empty() {
        return String::new();
    }
    let mut graph = Graph::default();
    rows.iter().take(DRAWN).for_each(|row| graph.add(row));
    let layout = lay_out(graph.names.len(), &graph.arrows);
    let mut svg = format!(
        "<div class=\"scroll\"><svg role=\"img\" aria-label=\"Blast radius\" class=\"blast\" viewBox=\"0 0 {w:.0} {h:.0}\" width=\"{w:.0}\" height=\"{h:.0}\">",
        w = layout.width,
        h = layout.height
    );
    graph.arrows.iter().enumerate().for_each(|(place, _)| svg.push_str(&arrow(&layout, place)));
    graph.names.iter().enumerate().for_each(|(place, name)| svg.push_str(&drawn(&layout, place, name, &graph)));
    svg + "</svg></div>"
}

/// The paths of a blast radius, laid over each other.
#[derive(Default)]
struct Graph {
    names: Vec<String>,
    places: BTreeMap<String, usize>,
    arrows: Vec<(usize, usize)>,
    states: BTreeMap<usize, String>,
}

impl Graph {
    fn add(&mut self, row: &Value) {
        let names: Vec<&str> = items(row, "path").iter().step_by(2).filter_map(Value::as_str).collect();
        let places: Vec<usize> = names.into_iter().map(|name| self.place(name)).collect();
        for ends in places.windows(2) {
            if let [from, to] = *ends
                && from != to
                && !self.arrows.contains(&(from, to))
            {
                self.arrows.push((from, to));
            }
        }
        if let Some(last) = places.last() {
            self.states.entry(*last).or_insert_with(|| text(row, "state").to_owned());
        }
    }

    fn place(&mut self, name: &str) -> usize {
        let next = self.names.len();
        let place = *self.places.entry(name.to_owned()).or_insert(next);
        if place == next {
            self.names.push(name.to_owned());
        }
        place
    }
}

fn arrow(layout: &Layout, place: usize) -> String {
    let route = layout.routes.get(place).map_or(&[][..], Vec::as_slice);
    let points: Vec<String> = route.iter().map(|point| format!("{:.1},{:.1}", point.x, point.y)).collect();
    format!("<polyline class=\"edge\" points=\"{}\"/>", points.join(" "))
}

fn drawn(layout: &Layout, place: usize, name: &str, graph: &Graph) -> String {
    let Some(Point { x, y }) = layout.boxes.get(place) else { return String::new() };
    let state = graph.states.get(&place).map_or("down", String::as_str);
    format!(
        "<g class=\"{}\"><title>{}</title><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{BOX_WIDTH}\" height=\"{BOX_HEIGHT}\" rx=\"6\"/><text x=\"{x:.1}\" y=\"{:.1}\">{}</text></g>",
        html(state),
        html(name),
        x - BOX_WIDTH / 2.0,
        y - BOX_HEIGHT / 2.0,
        y + 4.0,
        html(&shortened(name, 20)),
    )
}
