//! One HTML page that needs nothing else: the map, and beneath it the same as tables.

use std::fmt::Write;

use crate::analysis::{Drift, DriftRow, drift};
use crate::answer::{Answer, EvidenceId, EvidenceSource, Profile, Status};
use crate::graph::{Snapshot, Unresolved};
use crate::observe::Perspective;
use crate::wire::escape::html;
use crate::wire::map::{ComponentMap, MapEdge, MapNode, component_map};
use crate::wire::svg::{DRAWN, map_svg, style, team_colours};

/// How many rows of a table are written.
const ROWS: usize = 2_000;
/// How many lines of evidence a cell shows.
const TOLD: usize = 4;

/// The page of a snapshot. It opens without a network, and what it says can be read without the picture. O(entities + relations).
pub fn page(snapshot: &Snapshot, title: &str) -> String {
    let map = component_map(snapshot);
    let drift = drift(snapshot, Perspective::Declared, Perspective::Observed, Profile::default());
    let name = html(title);
    let parts = [
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{name}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n<h1>{name}</h1>\n",
            include_str!("page.css")
        ),
        summary(snapshot, &map, &drift),
        picture(snapshot, &map),
        components(&map),
        relations(snapshot, &map),
        drift_section(&drift),
        freshness(&drift),
        blind_spots(snapshot, &drift),
        "</main>\n</body>\n</html>\n".to_owned(),
    ];
    parts.concat()
}

fn summary(snapshot: &Snapshot, map: &ComponentMap, drift: &Answer<Drift>) -> String {
    let as_of = snapshot.as_of();
    format!(
        "<p class=\"lead\">{} components and resources, {} relations between them. As of {}, revision {}. The reading is {}.</p>\n",
        map.nodes.len(),
        map.edges.len(),
        as_of.valid,
        snapshot.revision(),
        html(&status(&drift.status)),
    )
}

fn status(status: &Status) -> String {
    match status {
        Status::Complete => "complete".to_owned(),
        Status::Partial { missing } => format!("partial: {} sources are missing or stale", missing.len()),
        Status::Unknown { why } => format!("unknown: {why}"),
    }
}

fn picture(snapshot: &Snapshot, map: &ComponentMap) -> String {
    let left_out = match map.nodes.len().saturating_sub(DRAWN) {
        0 => String::new(),
        more => format!("<p>The picture shows the {DRAWN} best connected; {more} more stand in the tables.</p>\n"),
    };
    let svg = map_svg(snapshot, map);
    format!(
        "<section aria-label=\"Map\">\n{}{left_out}<div class=\"map\" tabindex=\"0\" role=\"group\" aria-label=\"Map, scrolls sideways\">\n{svg}</div>\n</section>\n",
        legend(map)
    )
}

fn legend(map: &ComponentMap) -> String {
    let teams = team_colours(map);
    let team =
        |(name, colour): (&String, &usize)| format!("<li><i class=\"swatch team{colour}\"></i>{}</li>", html(name));
    let teams: String = teams.iter().map(team).collect();
    let nobody = map.nodes.iter().any(|node| node.owners.is_empty());
    let nobody = if nobody { "<li><i class=\"swatch unowned\"></i>no owner</li>" } else { "" };
    let line = |style: &str, means: &str| {
        format!(
            "<li><svg class=\"line\" width=\"38\" height=\"8\" aria-hidden=\"true\"><g class=\"edge {style}\"><path d=\"M0 4H38\"/></g></svg>{means}</li>"
        )
    };
    let lines =
        [line("both", "declared and observed"), line("declared", "declared only"), line("observed", "observed only")];
    format!("<ul class=\"legend\">{teams}{nobody}{}</ul>\n", lines.concat())
}

/// A table with a caption; each row is its cells, already HTML.
fn table(caption: &str, heads: &[&str], rows: impl ExactSizeIterator<Item = Vec<String>>) -> String {
    let more = rows.len().saturating_sub(ROWS);
    let mut text = format!(
        "<section>\n<h2>{}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{0}\">\n<table>\n<thead><tr>",
        html(caption)
    );
    heads.iter().for_each(|head| push(&mut text, format_args!("<th scope=\"col\">{head}</th>")));
    text.push_str("</tr></thead>\n<tbody>\n");
    for cells in rows.take(ROWS) {
        text.push_str("<tr>");
        cells.iter().for_each(|cell| push(&mut text, format_args!("<td>{cell}</td>")));
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody>\n</table>\n</div>\n");
    if more > 0 {
        push(&mut text, format_args!("<p>and {more} more</p>\n"));
    }
    text + "</section>\n"
}

/// Writing to a string cannot fail.
fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

fn components(map: &ComponentMap) -> String {
    let row = |node: &MapNode| {
        let owners = if node.owners.is_empty() { "<b>nobody</b>".to_owned() } else { html(&node.owners.join(", ")) };
        vec![html(&node.label), html(node.kind.as_str()), owners, html(&node.places.join(", "))]
    };
    table("Components", &["Name", "Kind", "Owner", "Places"], map.nodes.iter().map(row))
}

fn relations(snapshot: &Snapshot, map: &ComponentMap) -> String {
    let row = |edge: &MapEdge| {
        let (from, to) = (&map.nodes[edge.from].label, &map.nodes[edge.to].label);
        let known = if style(edge) == "both" { "declared and observed" } else { style(edge) };
        let evidence = evidence(snapshot, &edge.evidence);
        vec![html(from), html(&edge.relations.join(", ")), html(to), known.to_owned(), evidence]
    };
    table("Relations", &["From", "Relation", "To", "Known as", "Evidence"], map.edges.iter().map(row))
}

fn evidence(resolver: &dyn EvidenceSource, cited: &[EvidenceId]) -> String {
    let lines = cited.iter().take(TOLD).filter_map(|id| resolver.proof(*id));
    let mut lines: Vec<String> = lines.map(|proof| html(&proof.to_string())).collect();
    if let more @ 1.. = cited.len().saturating_sub(TOLD) {
        lines.push(format!("and {more} more"));
    }
    lines.join("<br>")
}

fn drift_section(drift: &Answer<Drift>) -> String {
    let row = |told: &'static str| {
        move |row: &DriftRow| {
            let lines: Vec<String> =
                drift.evidence(&row.evidence).iter().take(TOLD).map(|proof| html(&proof.to_string())).collect();
            vec![
                told.to_owned(),
                html(&row.from.name),
                html(row.relation.as_str()),
                html(&row.to.name),
                lines.join("<br>"),
            ]
        }
    };
    let undeclared = drift.value.undeclared.iter().map(row("observed, not declared"));
    let missing = drift.value.missing.iter().map(row("declared, never observed"));
    let rows: Vec<Vec<String>> = undeclared.chain(missing).collect();
    table("Drift", &["What", "From", "Relation", "To", "Evidence"], rows.into_iter())
}

fn freshness(drift: &Answer<Drift>) -> String {
    let rows = drift.freshness.iter().map(|row| {
        let met = if row.met { "fresh" } else { "<b>stale</b>" };
        vec![
            html(&row.sort),
            row.observed_at.to_string(),
            format!("{} s", row.age_s),
            format!("{} s", row.required_s),
            met.to_owned(),
        ]
    });
    table("Freshness", &["Source", "Read at", "Age", "Stale after", "State"], rows)
}

fn blind_spots(snapshot: &Snapshot, drift: &Answer<Drift>) -> String {
    let seen = drift.blind_spots.iter().map(|phrase| vec!["by nature".to_owned(), html(phrase)]);
    let unresolved = snapshot
        .pages()
        .unresolved
        .iter()
        .map(|unresolved| vec![leads_nowhere(snapshot, unresolved), html(&unresolved.why)]);
    let rows: Vec<Vec<String>> = seen.chain(unresolved).collect();
    table("Blind spots", &["What", "Why"], rows.into_iter())
}

fn leads_nowhere(snapshot: &Snapshot, unresolved: &Unresolved) -> String {
    let places: Vec<String> = unresolved
        .evidence
        .iter()
        .take(TOLD)
        .filter_map(|id| snapshot.proof(*id))
        .map(|proof| html(&proof.to_string()))
        .collect();
    format!("{}<br>{}", html(&unresolved.names), places.join("<br>"))
}
