//! Edges as they are found: one for each pair, relation and variant, whoever says so.

use std::collections::BTreeMap;

use crate::answer::EvidenceId;
use crate::graph::{AttributeValue, Edge};
use crate::observe::Perspective;
use crate::schema::Relation;

/// The edges by what makes them one.
#[derive(Debug, Default)]
pub(super) struct Edges(BTreeMap<(u32, Relation, u32, Option<String>), Edge>);

/// One word for an edge.
pub(super) struct Said {
    pub from: u32,
    pub relation: Relation,
    pub to: u32,
    pub variant: Option<String>,
    pub perspective: Perspective,
    pub confidence: f64,
    pub attributes: Vec<AttributeValue>,
    pub evidence: Vec<EvidenceId>,
}

impl Edges {
    pub fn say(&mut self, said: Said) {
        let key = (said.from, said.relation.clone(), said.to, said.variant.clone());
        let edge = self.0.entry(key).or_insert_with(|| Edge {
            from: said.from,
            to: said.to,
            relation: said.relation,
            variant: said.variant,
            perspectives: Vec::new(),
            confidence: 0.0,
            attributes: Vec::new(),
            evidence: Vec::new(),
        });
        if !edge.perspectives.contains(&said.perspective) {
            edge.perspectives.push(said.perspective);
            edge.perspectives.sort();
        }
        edge.confidence = edge.confidence.max(said.confidence);
        for attribute in said.attributes {
            add_attribute(&mut edge.attributes, attribute);
        }
        for id in said.evidence {
            // Kept in order: of an edge that is said often, the whole list would have to be looked through.
            if let Err(place) = edge.evidence.binary_search(&id) {
                edge.evidence.insert(place, id);
            }
        }
    }

    /// Whether the relation is there, in any variant. O(log edges).
    pub fn joins(&self, from: u32, relation: &Relation, to: u32) -> bool {
        let first = (from, relation.clone(), to, None);
        let next = self.0.range(first..).next();
        next.is_some_and(|((left, found, right, _), _)| (*left, found, *right) == (from, relation, to))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Edge> {
        self.0.values()
    }

    pub fn into_sorted(self) -> Vec<Edge> {
        self.0.into_values().collect()
    }
}

/// Adds a value; a side that says the same again only adds its evidence.
pub(super) fn add_attribute(attributes: &mut Vec<AttributeValue>, new: AttributeValue) {
    let same = attributes
        .iter_mut()
        .find(|known| known.name == new.name && known.value == new.value && known.perspective == new.perspective);
    match same {
        Some(known) => known.evidence.extend(new.evidence),
        None => {
            attributes.push(new);
            attributes.sort_by(|a, b| (&a.name, a.perspective, &a.value).cmp(&(&b.name, b.perspective, &b.value)));
        }
    }
}
