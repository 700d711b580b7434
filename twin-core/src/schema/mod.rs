//! The table: which kinds of things there are, what may be related to what, and how failure, data and cost pass along it.
//!
//! Nothing else in the crate names a kind's behaviour: an analysis reads the row. The table is a value, copied into each twin;
//! hosts register rows of their own with [`Schema::with_kind`] and [`Schema::with_relation`].
//! Each row names the questions that read it; a row that no question reads does not belong here.
//!
//! Invariant: the schema knows no record, no source and no entity. It imports `base` only.

mod attributes;
mod kinds;
mod names;
mod relations;
mod state;
mod value;

use indexmap::IndexMap;

use crate::base::{Error, ErrorKind, Result};

pub use attributes::{AttributeRow, ValueType, attribute};
pub use kinds::{KindRow, Level, kind};
pub use names::{AttributeName, Kind, Relation};
pub use relations::{CostPass, DataFlow, Ends, RelationRow, Variant, relation};
pub use state::{Propagation, State};
pub use value::Value;

/// The kinds, relations and attributes that one twin knows.
#[derive(Clone, Debug)]
pub struct Schema {
    kinds: IndexMap<Kind, KindRow>,
    relations: IndexMap<Relation, RelationRow>,
    attributes: IndexMap<AttributeName, AttributeRow>,
}

impl Default for Schema {
    fn default() -> Self {
        Schema {
            kinds: kinds::rows().into_iter().map(|row| (row.name.clone(), row)).collect(),
            relations: relations::rows().into_iter().map(|row| (row.name.clone(), row)).collect(),
            attributes: attributes::rows().into_iter().map(|row| (row.name.clone(), row)).collect(),
        }
    }
}

impl Schema {
    /// A schema with no rows, for hosts and harnesses that bring all of their own.
    pub fn empty() -> Self {
        Schema { kinds: IndexMap::new(), relations: IndexMap::new(), attributes: IndexMap::new() }
    }

    /// The same schema with one more kind.
    ///
    /// # Errors
    /// `Invalid` if the name is taken, `Limit` beyond 10,000 kinds.
    pub fn with_kind(mut self, row: KindRow) -> Result<Self> {
        within("kinds", self.kinds.len(), 10_000)?;
        if self.kinds.contains_key(&row.name) {
            return Err(Error::new(ErrorKind::Invalid, format!("kind {} is registered already", row.name)));
        }
        self.kinds.insert(row.name.clone(), row);
        Ok(self)
    }

    /// The same schema with one more relation.
    ///
    /// # Errors
    /// `Invalid` if the name is taken `Unknown` if it joins a kind that is not registered, `Limit` beyond 1,000 relations or 15 variants.
    pub fn with_relation(mut self, row: RelationRow) -> Result<Self> {
        within("relations", self.relations.len(), 1_000)?;
        within("variants", row.variants.len(), 16)?;
        if self.relations.contains_key(&row.name) {
            return Err(Error::new(ErrorKind::Invalid, format!("relation {} is registered already", row.name)));
        }
        for kind in row.from.kinds().iter().chain(row.to.kinds()) {
            self.kind(kind.as_str())?;
        }
        self.relations.insert(row.name.clone(), row);
        Ok(self)
    }

    /// The same schema with one more attribute.
    ///
    /// # Errors
    /// `Invalid` if the name is taken.
    pub fn with_attribute(mut self, row: AttributeRow) -> Result<Self> {
        if self.attributes.contains_key(&row.name) {
            return Err(Error::new(ErrorKind::Invalid, format!("attribute {} is registered already", row.name)));
        }
        self.attributes.insert(row.name.clone(), row);
        Ok(self)
    }

    /// The row of a kind.
    ///
    /// # Errors
    /// `Unknown`, with the nearest known names.
    pub fn kind(&self, name: &str) -> Result<&KindRow> {
        self.kinds.get(name).ok_or_else(|| Error::unknown("kind", name, self.kinds.keys().map(Kind::as_str)))
    }

    /// The row of a relation.
    ///
    /// # Errors
    /// `Unknown`, with the nearest known names.
    pub fn relation(&self, name: &str) -> Result<&RelationRow> {
        self.relations
            .get(name)
            .ok_or_else(|| Error::unknown("relation", name, self.relations.keys().map(Relation::as_str)))
    }

    /// The row of a relation as a source states it: by its name, or by its inverse name from the right end. Whether it is the inverse stands beside it.
    ///
    /// # Errors
    /// `Unknown`, with the nearest known names.
    pub fn stated(&self, name: &str) -> Result<(&RelationRow, bool)> {
        let inverse = || self.relations.values().find(|row| row.inverse == name).map(|row| (row, true));
        match self.relations.get(name) {
            Some(row) => Ok((row, false)),
            None => inverse().map_or_else(|| self.relation(name).map(|row| (row, false)), Ok),
        }
    }

    /// The row of an attribute.
    ///
    /// # Errors
    /// `Unknown`, with the nearest known names.
    pub fn attribute(&self, name: &str) -> Result<&AttributeRow> {
        self.attributes
            .get(name)
            .ok_or_else(|| Error::unknown("attribute", name, self.attributes.keys().map(AttributeName::as_str)))
    }

    /// All kinds, in the order of the table.
    pub fn kinds(&self) -> impl Iterator<Item = &KindRow> {
        self.kinds.values()
    }

    /// All relations, in the order of the table.
    pub fn relations(&self) -> impl Iterator<Item = &RelationRow> {
        self.relations.values()
    }

    /// All attributes, in the order of the table.
    pub fn attributes(&self) -> impl Iterator<Item = &AttributeRow> {
        self.attributes.values()
    }

    /// Whether the table lets `relation` join these two kinds.
    ///
    /// # Errors
    /// `Unknown` for a relation or kind without a row.
    pub fn allows(&self, relation: &str, from: &str, to: &str) -> Result<bool> {
        let row = self.relation(relation)?;
        let (from, to) = (self.kind(from)?, self.kind(to)?);
        Ok(row.from.admits(&from.name) && row.to.admits(&to.name) && (!row.same_kind || from.name == to.name))
    }
}

/// Whether one more than these is allowed: what a search reads of an edge or a node has to fit two bytes.
fn within(what: &str, known: usize, most: usize) -> Result<()> {
    match known < most {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Limit, format!("a schema has at most {most} {what}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_joins_known_kinds_and_names_a_question_that_reads_it() {
        const QUESTIONS: [&str; 12] = [
            "describe",
            "find",
            "neighbours",
            "owners",
            "blast_radius",
            "cycles",
            "drift",
            "cost",
            "decisions",
            "scenario",
            "call_templates",
            "predictions",
        ];
        let schema = Schema::default();
        for row in schema.relations() {
            for kind in row.from.kinds().iter().chain(row.to.kinds()) {
                assert!(schema.kind(kind.as_str()).is_ok(), "{} joins the unknown kind {kind}", row.name);
            }
        }
        let read_by = schema
            .kinds()
            .map(|row| (row.name.as_str(), row.read_by))
            .chain(schema.relations().map(|row| (row.name.as_str(), row.read_by)))
            .chain(schema.attributes().map(|row| (row.name.as_str(), row.read_by)));
        for (name, questions) in read_by {
            assert!(!questions.is_empty(), "no question reads {name}");
            assert!(questions.iter().all(|question| QUESTIONS.contains(question)), "{name}: {questions:?}");
        }
    }

    #[test]
    fn a_relation_is_stated_by_its_name_or_by_its_inverse_name() {
        let schema = Schema::default();
        for row in schema.relations() {
            assert_eq!(
                schema.stated(row.name.as_str()).map(|(found, inverse)| (&found.name, inverse)).ok(),
                Some((&row.name, false))
            );
            assert_eq!(
                schema.stated(row.inverse).map(|(found, inverse)| (&found.name, inverse)).ok(),
                Some((&row.name, true))
            );
        }
        assert!(schema.stated("bilt").is_err_and(|error| error.to_string().contains("relation")));
    }

    #[test]
    fn an_unknown_relation_names_the_nearest() {
        let error = Schema::default().relation("cals").unwrap_err();
        assert!(error.to_string().contains("calls"), "{error}");
    }
}
