//! What a comparison rests on: the sources of every question that it asks, and what of them was never read.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{Dimension, Figure};
use crate::analysis::envelope;
use crate::answer::{Freshness, Profile, Status};
use crate::graph::Snapshot;

/// The questions that a comparison asks, with what they are asked for.
const QUESTIONS: [(&str, &[Dimension]); 7] = [
    ("blast_radius", &[Dimension::BlastRadius, Dimension::SinglePointsOfFailure]),
    ("cycles", &[Dimension::Cycles]),
    ("decisions", &[Dimension::DecisionsViolated]),
    // Prices may be given, so what was never read hides none of it.
    ("cost", &[]),
    ("drift", &[Dimension::Drift]),
    ("owners", &[Dimension::OwnersTouched, Dimension::WithoutOwner]),
    ("scenario", &[Dimension::RequestsAtRisk]),
];

/// The sources of all questions together.
pub(super) struct Sides {
    pub status: Status,
    pub freshness: BTreeSet<Freshness>,
    pub inputs: BTreeSet<String>,
    pub blind_spots: BTreeSet<String>,
    /// By dimension, why nobody can answer it.
    unread: BTreeMap<Dimension, String>,
    /// Why nobody knows what is billed.
    pub no_bill: Option<String>,
}

impl Sides {
    /// Asks each question what it rests on. O(sources and sorts).
    pub fn of(base: &Snapshot, needs: Profile) -> Sides {
        let mut missing = BTreeSet::new();
        let mut sides = Sides {
            status: Status::Complete,
            freshness: BTreeSet::new(),
            inputs: BTreeSet::new(),
            blind_spots: BTreeSet::new(),
            unread: BTreeMap::new(),
            no_bill: None,
        };
        for (question, dimensions) in QUESTIONS {
            let asked = envelope(base, question, serde_json::json!({}), needs, "", ());
            sides.freshness.extend(asked.freshness);
            sides.inputs.extend(asked.inputs);
            sides.blind_spots.extend(asked.blind_spots);
            match asked.status {
                Status::Complete => {}
                Status::Partial { missing: more } => missing.extend(more),
                Status::Unknown { why } if question == "cost" => sides.no_bill = Some(why),
                Status::Unknown { why } => {
                    sides.unread.extend(dimensions.iter().map(|dimension| (*dimension, why.clone())));
                }
            }
        }
        if !missing.is_empty() {
            sides.status = Status::Partial { missing: missing.into_iter().collect() };
        } else if sides.inputs.is_empty() {
            sides.status = Status::Unknown { why: "nothing that can answer any of it has ever been read".to_owned() };
        }
        sides
    }

    /// Why nobody can answer a dimension, where what it rests on was never read.
    pub fn why_unread(&self, dimension: Dimension) -> Option<&str> {
        self.unread.get(&dimension).map(String::as_str)
    }

    /// Puts one row that says why in the place of figures that rest on what was never read: none is not nothing.
    pub fn hide_what_was_never_read(&self, figures: &mut Vec<Figure>) {
        figures.retain(|figure| !self.unread.contains_key(&figure.dimension));
        figures.extend(self.unread.iter().map(|(dimension, why)| Figure::unknown(*dimension, why.clone())));
    }
}
