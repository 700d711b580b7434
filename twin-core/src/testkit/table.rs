//! Rows of a table of which only what matters is said.

use crate::schema::{CostPass, DataFlow, Ends, Kind, KindRow, Level, Propagation, Relation, RelationRow, Variant};

/// The row of a kind of which only the name is known.
pub fn kind_row(name: Kind) -> KindRow {
    KindRow { name, level: Level::Thing, doc: "A kind of the case.", read_by: &["blast_radius"] }
}

/// The row of a relation that may join anything, over which this passes from the right end to the left end.
pub fn relation_row(name: Relation, forward: Propagation) -> RelationRow {
    RelationRow {
        name,
        inverse: "neededBy",
        from: Ends::Any,
        to: Ends::Any,
        same_kind: false,
        variants: vec![Variant { name: "", forward, reverse: Propagation::NOTHING }],
        bounds: None,
        data: DataFlow::None,
        cost: CostPass::None,
        redundant: false,
        read_by: &["blast_radius"],
    }
}
