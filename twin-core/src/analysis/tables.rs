//! Answers as tables: what of each row stands in which column.

use std::borrow::Cow;

use serde::Serialize;

use crate::analysis::{
    Anomaly, Change, Conflict, CostRow, CostSummary, Cycle, Description, Drift, DriftAttribute, DriftRow, EntityRef,
    GoverningDecision, Hit, IdentityReason, Neighbour, OwnerRow, ReviewRow, SaidValue, SmellRow, SmellRule, Trail,
    Violation,
};
use crate::answer::{
    Cell, Cites, ColumnType, EvidenceId, Row, TableWriter, Tabular, list_cells, table_row, text_cells,
};
use crate::base::Money;
use crate::observe::Perspective;
use crate::schema::{AttributeName, Kind, Relation, State, Value};

table_row!(EntityRef: name, kind, id);
table_row!(Hit: entity, instance, state, at_least, hops, path, evidence);
table_row!(Conflict: of, name, perspective, value, shown, why, evidence);
table_row!(SaidValue: name, value, perspective, evidence);
table_row!(Neighbour: at, relation, other, perspectives, confidence, stale, attributes, evidence);
table_row!(OwnerRow: owner, owns, confidence, perspectives, shown, evidence);
table_row!(Cycle: members, relations, evidence);
table_row!(GoverningDecision: decision, governs, status, succeeded_by, violations, evidence);
table_row!(ReviewRow: a, b, record_a, record_b, probability, gain, contradicted, reason, evidence);
table_row!(SmellRow: rule, entities, why, relations, evidence);
table_row!(IdentityReason: a, b, merged, reason, score, threshold, evidence);

text_cells!(
    SmellRule: |rule| rule.as_str().into(),
    State: |state| state.as_str().into(),
    Perspective: |side| side.as_str().into(),
    Kind: |kind| kind.as_str().into(),
    Relation: |relation| relation.as_str().into(),
    AttributeName: |name| name.as_str().into(),
    Value: |value| value.to_string().into(),
    crate::base::Timestamp: |at| at.to_string().into(),
    crate::identity::EntityId: |id| id.as_str().into(),
);
list_cells!(
    Perspective: |side| side.as_str().into(),
    EntityRef: |entity| entity.name.as_str().into(),
    Value: |value| value.to_string().into(),
    Anomaly: |anomaly| anomaly.to_string().into(),
    Violation: |violation| violation.forbids.as_str().into(),
    (AttributeName, Value): |(name, value)| format!("{name}={value}").into(),
);

/// An entity is three columns: its name under the field's own name, then its kind and its id.
impl Cell for EntityRef {
    fn columns(name: &str) -> Vec<(String, ColumnType)> {
        let names = [name.to_owned(), format!("{name}_kind"), format!("{name}_id")];
        names.map(|name| (name, ColumnType::Text)).to_vec()
    }

    fn write(&self, table: &mut TableWriter<'_>) {
        table.text(&self.name);
        table.text(self.kind.as_str());
        table.text(self.id.as_str());
    }

    fn write_none(table: &mut TableWriter<'_>) {
        (0..3).for_each(|_| table.none());
    }
}

impl Cell for Trail {
    fn columns(name: &str) -> Vec<(String, ColumnType)> {
        vec![(name.to_owned(), ColumnType::Texts)]
    }

    fn write(&self, table: &mut TableWriter<'_>) {
        table.texts(self.iter());
    }

    fn write_none(table: &mut TableWriter<'_>) {
        table.none();
    }
}

/// The attributes, each source's word.
impl Tabular for Description {
    type Row = SaidValue;

    fn rows(&self) -> Cow<'_, [SaidValue]> {
        Cow::Borrowed(&self.attributes)
    }
}

/// One difference between two sides.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct DriftTableRow {
    /// `missing`, `undeclared` or `changed`.
    pub what: &'static str,
    /// The left end.
    pub from: EntityRef,
    /// The relation.
    pub relation: Relation,
    /// The right end.
    pub to: EntityRef,
    /// Which attribute differs, if only that does.
    pub attribute: Option<AttributeName>,
    /// The left side's values of it.
    pub left: Vec<Value>,
    /// The right side's values of it.
    pub right: Vec<Value>,
    /// How sure that side is.
    pub confidence: f64,
    /// Whether it was last seen too long ago.
    pub stale: bool,
    /// Why it is believed.
    pub evidence: Vec<EvidenceId>,
}

table_row!(DriftTableRow: what, from, relation, to, attribute, left, right, confidence, stale, evidence);

/// The relations that only one side knows, then those of which an attribute differs.
impl Tabular for Drift {
    type Row = DriftTableRow;

    fn rows(&self) -> Cow<'_, [DriftTableRow]> {
        let missing = self.missing.iter().map(|row| drift_row("missing", row));
        let undeclared = self.undeclared.iter().map(|row| drift_row("undeclared", row));
        Cow::Owned(missing.chain(undeclared).chain(self.changed.iter().map(changed_row)).collect())
    }
}

fn drift_row(what: &'static str, row: &DriftRow) -> DriftTableRow {
    let DriftRow { from, relation, to, confidence, stale, evidence } = row.clone();
    let (left, right) = (Vec::new(), Vec::new());
    DriftTableRow { what, from, relation, to, attribute: None, left, right, confidence, stale, evidence }
}

fn changed_row(changed: &DriftAttribute) -> DriftTableRow {
    let (left, right) = (changed.left.clone(), changed.right.clone());
    DriftTableRow { attribute: Some(changed.attribute.clone()), left, right, ..drift_row("changed", &changed.edge) }
}

/// What one entity is billed in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CostTableRow {
    /// The entity; none for charges that are for nobody here.
    pub entity: Option<EntityRef>,
    /// The relations between it and the entity that is asked about.
    pub hops: Option<usize>,
    /// The currency.
    pub currency: String,
    /// The amount as a floating point number; the answer itself has the exact decimal.
    pub amount: f64,
    /// How many lines of bills that is.
    pub lines: usize,
    /// Why nobody is charged, where nobody is.
    pub unallocated: Option<String>,
    /// The lines, at most 20.
    pub evidence: Vec<EvidenceId>,
}

table_row!(CostTableRow: entity, hops, currency, amount, lines, unallocated, evidence);

/// A row for each entity and currency, then what is for nobody here.
impl Tabular for CostSummary {
    type Row = CostTableRow;

    fn rows(&self) -> Cow<'_, [CostTableRow]> {
        let charged = self.rows.iter().flat_map(|row| row.cost.iter().map(|money| charged(row, money)));
        let nobody = self.unallocated.iter().flat_map(|row| {
            row.cost.iter().map(|money| CostTableRow {
                entity: None,
                hops: None,
                unallocated: Some(row.why.clone()),
                ..cost_row(money, row.lines, &row.evidence)
            })
        });
        Cow::Owned(charged.chain(nobody).collect())
    }
}

fn charged(row: &CostRow, money: &Money) -> CostTableRow {
    let (entity, hops) = (Some(row.entity.clone()), Some(row.hops));
    CostTableRow { entity, hops, ..cost_row(money, row.lines, &row.evidence) }
}

fn cost_row(money: &Money, lines: usize, evidence: &[EvidenceId]) -> CostTableRow {
    CostTableRow {
        entity: None,
        hops: None,
        currency: money.currency.clone(),
        amount: money.amount.to_string().parse().unwrap_or(f64::NAN),
        lines,
        unallocated: None,
        evidence: evidence.to_vec(),
    }
}

impl Row for Change {
    fn columns() -> Vec<(String, ColumnType)> {
        let texts = |name: &str| vec![(name.to_owned(), ColumnType::Texts)];
        let text = |name: &str| vec![(name.to_owned(), ColumnType::Text)];
        let ends = ["entity", "from", "to"].map(<EntityRef as Cell>::columns);
        let [entity, from, to] = ends;
        let columns = [text("change"), entity, from, text("relation"), to, text("attribute")];
        columns.into_iter().chain([texts("before"), texts("after"), texts("evidence")]).flatten().collect()
    }

    fn write(&self, table: &mut TableWriter<'_>) {
        table.text(self.name());
        Cell::write(&self.entity().cloned(), table);
        let relation = self.relation();
        Cell::write(&relation.map(|(from, ..)| from.clone()), table);
        relation.map(|(_, relation, _)| relation.clone()).write(table);
        Cell::write(&relation.map(|(.., to)| to.clone()), table);
        self.attribute().cloned().write(table);
        let (before, after) = self.sides();
        before.write(table);
        after.write(table);
        self.cites().to_vec().write(table);
    }
}

impl Change {
    /// What changed, as JSON names it.
    pub fn name(&self) -> &'static str {
        match self {
            Change::EntityAdded { .. } => "entity_added",
            Change::EntityRemoved { .. } => "entity_removed",
            Change::AttributeChanged { .. } => "attribute_changed",
            Change::RelationAdded { .. } => "relation_added",
            Change::RelationRemoved { .. } => "relation_removed",
            Change::SidesChanged { .. } => "sides_changed",
        }
    }

    fn entity(&self) -> Option<&EntityRef> {
        match self {
            Change::EntityAdded { entity, .. }
            | Change::EntityRemoved { entity }
            | Change::AttributeChanged { entity, .. } => Some(entity),
            _ => None,
        }
    }

    fn relation(&self) -> Option<(&EntityRef, &Relation, &EntityRef)> {
        match self {
            Change::RelationAdded { from, relation, to, .. }
            | Change::RelationRemoved { from, relation, to }
            | Change::SidesChanged { from, relation, to, .. } => Some((from, relation, to)),
            _ => None,
        }
    }

    fn attribute(&self) -> Option<&AttributeName> {
        match self {
            Change::AttributeChanged { attribute, .. } => Some(attribute),
            _ => None,
        }
    }

    /// What it was and what it is, where a value changed.
    fn sides(&self) -> (Option<Vec<String>>, Option<Vec<String>>) {
        match self {
            Change::AttributeChanged { before, after, .. } => (Some(told(before)), Some(told(after))),
            Change::SidesChanged { before, after, .. } => {
                let names = |sides: &[Perspective]| sides.iter().map(|side| side.as_str().to_owned()).collect();
                (Some(names(before)), Some(names(after)))
            }
            _ => (None, None),
        }
    }
}

fn told(values: &[Value]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

impl Cites for Change {
    fn cites(&self) -> &[EvidenceId] {
        match self {
            Change::EntityAdded { evidence, .. }
            | Change::AttributeChanged { evidence, .. }
            | Change::RelationAdded { evidence, .. }
            | Change::SidesChanged { evidence, .. } => evidence,
            Change::EntityRemoved { .. } | Change::RelationRemoved { .. } => &[],
        }
    }
}

/// An entity by itself cites nothing: ask what it is.
impl Cites for EntityRef {
    fn cites(&self) -> &[EvidenceId] {
        &[]
    }
}

impl Cites for DriftTableRow {
    fn cites(&self) -> &[EvidenceId] {
        &self.evidence
    }
}

impl Cites for CostTableRow {
    fn cites(&self) -> &[EvidenceId] {
        &self.evidence
    }
}
