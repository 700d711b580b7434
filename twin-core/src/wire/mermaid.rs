//! The map as text of Mermaid, for pages that render it.

use std::fmt::Write;

use crate::graph::Snapshot;
use crate::wire::escape;
use crate::wire::map::{ComponentMap, MapEdge, MapNode, Shape, component_map};

/// The component map as a Mermaid flowchart: dotted where only files say so, solid where it was only seen, thick where both.
///
/// O(entities + relations).
pub fn mermaid(snapshot: &Snapshot) -> String {
    let ComponentMap { nodes, edges } = component_map(snapshot);
    let mut text = String::from("flowchart TB\n");
    nodes.iter().enumerate().for_each(|(place, node)| line(&mut text, &boxed(place, node)));
    edges.iter().for_each(|edge| line(&mut text, &arrow(edge)));
    text
}

fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {line}");
}

fn boxed(place: usize, node: &MapNode) -> String {
    let (open, close) = match node.shape {
        Shape::Component => ("[", "]"),
        Shape::Store => ("[(", ")]"),
        Shape::Queue => ("([", "])"),
        Shape::Thing => ("{{", "}}"),
    };
    format!("n{place}{open}\"{}\"{close}", escape::mermaid(&node.label))
}

fn arrow(edge: &MapEdge) -> String {
    let arrow = match (edge.is_declared(), edge.is_observed()) {
        (true, true) => "==>",
        (false, true) => "-->",
        _ => "-.->",
    };
    format!("n{} {arrow}|\"{}\"| n{}", edge.from, escape::mermaid(&edge.relations.join(", ")), edge.to)
}
