//! Edges as they are found: one for each pair, relation and variant, whoever says so.

use std::sync::Arc;

use crate::answer::EvidenceId;
use crate::graph::{AttributeValue, Edge};
use crate::observe::Perspective;
use crate::schema::Relation;

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

impl From<Said> for Edge {
    fn from(said: Said) -> Edge {
        let Said { from, relation, to, variant, perspective, confidence, attributes, evidence } = said;
        let mut edge = Edge {
            perspectives: vec![perspective],
            confidence: confidence.max(0.0),
            attributes: Vec::with_capacity(attributes.len()),
            evidence: Vec::with_capacity(evidence.len()),
            ..Edge::new(from, relation, to, variant)
        };
        attributes.into_iter().for_each(|attribute| add_attribute(&mut edge.attributes, attribute));
        add_evidence(&mut edge.evidence, evidence);
        edge
    }
}

/// Puts together what is one edge, in the order of edges; each word after those that were said before it.
pub(super) fn merged(mut words: Vec<Arc<Edge>>) -> Vec<Arc<Edge>> {
    words.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut edges: Vec<Arc<Edge>> = Vec::with_capacity(words.len());
    for word in words {
        match edges.last_mut() {
            Some(edge) if order(edge) == order(&word) => add(Arc::make_mut(edge), &word),
            _ => edges.push(word),
        }
    }
    edges
}

fn order(edge: &Edge) -> (u32, &Relation, u32, &Option<String>) {
    (edge.from, &edge.relation, edge.to, &edge.variant)
}

fn add(edge: &mut Edge, word: &Edge) {
    edge.perspectives.extend(&word.perspectives);
    edge.perspectives.sort();
    edge.perspectives.dedup();
    edge.confidence = edge.confidence.max(word.confidence);
    word.attributes.iter().for_each(|attribute| add_attribute(&mut edge.attributes, attribute.clone()));
    add_evidence(&mut edge.evidence, word.evidence.iter().copied());
}

fn add_evidence(known: &mut Vec<EvidenceId>, evidence: impl IntoIterator<Item = EvidenceId>) {
    for id in evidence {
        // Kept in order: of an edge that is said often, the whole list would have to be looked through.
        if let Err(place) = known.binary_search(&id) {
            known.insert(place, id);
        }
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
