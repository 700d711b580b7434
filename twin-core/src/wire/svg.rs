//! Draws the map: boxes by team, arrows by who knows of them, each with its evidence as a tooltip.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::answer::EvidenceSource;
use crate::graph::Snapshot;
use crate::wire::escape::html;
use crate::wire::layout::{BOX_HEIGHT, BOX_WIDTH, Layout, Point, lay_out};
use crate::wire::map::{ComponentMap, MapEdge, MapNode, Shape};

/// How many boxes are drawn; the tables hold all.
pub(super) const DRAWN: usize = 120;
/// How many lines of evidence a tooltip shows.
const TOLD: usize = 5;
/// How many colours there are for teams.
const COLOURS: usize = 8;
const LETTERS: usize = 18;
const GRID_GAP: f64 = 22.0;
const GRID_ROW: f64 = 62.0;
/// How far an arrow ends before the box, so that its head is seen.
const HEAD: f64 = 5.0;

/// The part of a map that is drawn.
struct Drawing<'a> {
    snapshot: &'a Snapshot,
    nodes: Vec<&'a MapNode>,
    edges: Vec<(usize, usize, &'a MapEdge)>,
    layout: Layout,
    colours: BTreeMap<String, usize>,
}

/// The teams of a map with the number of their colour, by name.
pub(super) fn team_colours(map: &ComponentMap) -> BTreeMap<String, usize> {
    let teams: BTreeSet<&String> = map.nodes.iter().filter_map(|node| node.owners.first()).collect();
    teams.into_iter().enumerate().map(|(place, team)| (team.clone(), place % COLOURS)).collect()
}

/// The map as an SVG element. It takes its colours from the page's style sheet.
pub fn map_svg(snapshot: &Snapshot, map: &ComponentMap) -> String {
    let drawing = Drawing::new(snapshot, map);
    let (width, height) = (drawing.layout.width, drawing.layout.height);
    // A wide map scrolls before its names become too small to read.
    let least = width * 0.8;
    let mut svg = String::new();
    let title = format!("Map of {} components and what they use", drawing.nodes.len());
    // Writing to a string cannot fail; neither below.
    let _ = writeln!(
        svg,
        "<svg role=\"img\" aria-labelledby=\"map-title map-desc\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" style=\"min-width:{least:.0}px\" xmlns=\"http://www.w3.org/2000/svg\">"
    );
    let _ = writeln!(svg, "<title id=\"map-title\">{}</title>", html(&title));
    svg.push_str(
        "<desc id=\"map-desc\">Arrows lead from who needs to who is needed. The tables below hold the same.</desc>\n",
    );
    svg.push_str(&heads());
    drawing.edges.iter().enumerate().for_each(|(place, _)| svg.push_str(&drawing.arrow(place)));
    drawing.nodes.iter().enumerate().for_each(|(place, node)| svg.push_str(&drawing.labelled_box(place, node)));
    svg.push_str("</svg>\n");
    svg
}

/// The heads of arrows, one for each of their styles.
fn heads() -> String {
    let head = |style: &str| {
        format!(
            "<marker id=\"head-{style}\" class=\"{style}\" viewBox=\"0 0 10 10\" refX=\"8\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L10 5L0 10z\"/></marker>"
        )
    };
    format!("<defs>{}</defs>\n", ["declared", "observed", "both"].map(head).concat())
}

/// The style of an arrow.
pub(super) fn style(edge: &MapEdge) -> &'static str {
    match (edge.is_declared(), edge.is_observed()) {
        (true, true) => "both",
        (false, true) => "observed",
        _ => "declared",
    }
}

impl<'a> Drawing<'a> {
    fn new(snapshot: &'a Snapshot, map: &'a ComponentMap) -> Self {
        let (joined, alone) = drawn(map);
        let place_of: BTreeMap<usize, usize> = joined.iter().enumerate().map(|(place, node)| (*node, place)).collect();
        let both = |edge: &'a MapEdge| Some((*place_of.get(&edge.from)?, *place_of.get(&edge.to)?, edge));
        let edges: Vec<(usize, usize, &MapEdge)> = map.edges.iter().filter_map(both).collect();
        let ends: Vec<(usize, usize)> = edges.iter().map(|(from, to, _)| (*from, *to)).collect();
        let layout = beneath(lay_out(joined.len(), &ends), alone.len());
        let nodes = joined.into_iter().chain(alone).map(|node| &map.nodes[node]).collect();
        Drawing { snapshot, nodes, edges, layout, colours: team_colours(map) }
    }

    fn arrow(&self, place: usize) -> String {
        let (from, to, edge) = self.edges[place];
        let route = self.layout.routes.get(place).map_or(&[][..], Vec::as_slice);
        let style = style(edge);
        format!(
            "<g class=\"edge {style}\"><title>{}</title><path class=\"wide\" d=\"{curve}\"/><path d=\"{curve}\" marker-end=\"url(#head-{style})\"/></g>\n",
            html(&self.edge_title(from, to, edge)),
            curve = curve(route),
        )
    }

    fn edge_title(&self, from: usize, to: usize, edge: &MapEdge) -> String {
        let sides: Vec<&str> = edge.perspectives.iter().map(|side| side.as_str()).collect();
        let (from, to) = (&self.nodes[from].label, &self.nodes[to].label);
        let mut title = format!("{from} {} {to} ({})", edge.relations.join(", "), sides.join(", "));
        for proof in edge.evidence.iter().take(TOLD).filter_map(|id| self.snapshot.proof(*id)) {
            let _ = write!(title, "\n{proof}");
        }
        title
    }

    fn labelled_box(&self, place: usize, node: &MapNode) -> String {
        let Some(Point { x, y }) = self.layout.boxes.get(place) else { return String::new() };
        let team = node.owners.first();
        // The lid of a cylinder takes the room above its name.
        let sink = if node.shape == Shape::Store { 5.0 } else { 0.0 };
        let colour = team.and_then(|team| self.colours.get(team)).map_or("unowned".to_owned(), |n| format!("team{n}"));
        let below =
            if node.shape == Shape::Component { team.map_or("no owner", String::as_str) } else { node.kind.as_str() };
        format!(
            "<g class=\"node {colour}\"><title>{}</title>{}<text class=\"name\" x=\"{x:.1}\" y=\"{:.1}\">{}</text><text class=\"team\" x=\"{x:.1}\" y=\"{:.1}\">{}</text></g>\n",
            html(&node_title(node)),
            outline(node.shape, *x, *y),
            y - 2.0 + sink,
            html(&shortened(&node.label)),
            y + 12.0 + sink,
            html(&shortened(below.rsplit('/').next().unwrap_or(below))),
        )
    }
}

fn node_title(node: &MapNode) -> String {
    let owners = if node.owners.is_empty() { "nobody".to_owned() } else { node.owners.join(", ") };
    let mut title = format!("{} ({}), owned by {owners}", node.label, node.kind);
    if !node.places.is_empty() {
        let _ = write!(title, ", in {}", node.places.join(", "));
    }
    title
}

/// The nodes that are drawn: those with arrows, the best connected first if there are too many, and those without.
fn drawn(map: &ComponentMap) -> (Vec<usize>, Vec<usize>) {
    let mut arrows = vec![0_usize; map.nodes.len()];
    for edge in &map.edges {
        arrows[edge.from] += 1;
        arrows[edge.to] += 1;
    }
    let mut order: Vec<usize> = (0..map.nodes.len()).collect();
    order.sort_by_key(|node| (std::cmp::Reverse(arrows[*node]), *node));
    order.truncate(DRAWN);
    order.sort_unstable();
    order.into_iter().partition(|node| arrows[*node] > 0)
}

/// The same layout with boxes in rows beneath it.
fn beneath(mut layout: Layout, count: usize) -> Layout {
    if count == 0 {
        return layout;
    }
    let step = BOX_WIDTH + GRID_GAP;
    let margin = 24.0;
    layout.width = layout.width.max(2.0 * margin + step * count.min(6) as f64 - GRID_GAP);
    let columns = ((layout.width - 2.0 * margin + GRID_GAP) / step).max(1.0) as usize;
    let top = if layout.boxes.is_empty() { margin } else { layout.height + margin };
    for place in 0..count {
        let (row, column) = (place / columns, place % columns);
        let x = margin + BOX_WIDTH / 2.0 + column as f64 * step;
        layout.boxes.push(Point { x, y: top + BOX_HEIGHT / 2.0 + row as f64 * GRID_ROW });
    }
    layout.height = top + count.div_ceil(columns) as f64 * GRID_ROW + margin - (GRID_ROW - BOX_HEIGHT);
    layout
}

/// A smooth line through the points, upright wherever it passes boxes.
fn curve(route: &[Point]) -> String {
    let [first, inner @ .., last] = route else { return String::new() };
    let down = if last.y >= first.y { 1.0 } else { -1.0 };
    // An arrow that leads back up keeps beside those that lead down.
    let shift = if down < 0.0 { 14.0 } else { 0.0 };
    let half = down * BOX_HEIGHT / 2.0;
    let mut at = Point { x: first.x + shift, y: first.y + half };
    let mut path = format!("M{:.1} {:.1}", at.x, at.y);
    for bend in inner {
        bow(&mut path, at, Point { x: bend.x, y: bend.y - half });
        at = Point { x: bend.x, y: bend.y + half };
        let _ = write!(path, "V{:.1}", at.y);
    }
    bow(&mut path, at, Point { x: last.x + shift, y: last.y - half - down * HEAD });
    path
}

/// A curve that begins and ends upright.
fn bow(path: &mut String, from: Point, to: Point) {
    let middle = (from.y + to.y) / 2.0;
    let _ = write!(path, "C{:.1} {middle:.1} {:.1} {middle:.1} {:.1} {:.1}", from.x, to.x, to.x, to.y);
}

fn outline(shape: Shape, x: f64, y: f64) -> String {
    let (left, top) = (x - BOX_WIDTH / 2.0, y - BOX_HEIGHT / 2.0);
    let rounded = |radius: f64| {
        format!("<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{BOX_WIDTH}\" height=\"{BOX_HEIGHT}\" rx=\"{radius}\"/>")
    };
    match shape {
        Shape::Component => rounded(6.0),
        Shape::Queue => rounded(BOX_HEIGHT / 2.0),
        Shape::Thing => rounded(0.0),
        Shape::Store => cylinder(left, top),
    }
}

fn cylinder(left: f64, top: f64) -> String {
    let (half, lid) = (BOX_WIDTH / 2.0, 6.0);
    let side = BOX_HEIGHT - 2.0 * lid;
    let (upper, right) = (top + lid, left + BOX_WIDTH);
    format!(
        "<path d=\"M{left:.1} {upper:.1}a{half} {lid} 0 0 1 {BOX_WIDTH} 0v{side}a{half} {lid} 0 0 1 -{BOX_WIDTH} 0z\"/><path class=\"lid\" d=\"M{left:.1} {upper:.1}A{half} {lid} 0 0 0 {right:.1} {upper:.1}\"/>"
    )
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 1).chain(std::iter::once('…')).collect()
}
