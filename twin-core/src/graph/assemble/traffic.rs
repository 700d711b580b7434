//! Traffic: which services the traces that began at one operation touched.

use std::sync::Arc;

use super::Build;
use super::piece::Pass;
use crate::graph::Touch;
use crate::identity::RecordIndex;
use crate::observe::{Handle, Space, Statement, Target};
use crate::schema::{AttributeName, attribute, kind, relation};

impl Build<'_> {
    /// Adds what traces touched, from the traffic records that count traces and name no operation of their own.
    pub(super) fn add_traffic(&mut self) {
        let records: Vec<RecordIndex> = self.directory.of_kind(kind::TRAFFIC).collect();
        for record in records {
            self.unit(Pass::Traffic, self.directory.digest(record), |build| {
                let is_touch = build.directory.attribute(record, &attribute::OPERATION).next().is_none();
                let touch = is_touch.then(|| build.touch(record)).flatten();
                build.piece.touches.extend(touch.map(Arc::new));
            });
        }
    }

    fn touch(&mut self, record: RecordIndex) -> Option<Touch> {
        let directory = self.directory;
        let text = |name: &AttributeName| {
            directory.attribute(record, name).find_map(|(_, value)| value.as_text().map(str::to_owned))
        };
        let traces = directory.attribute(record, &attribute::TRACES).find_map(|(_, value)| value.as_integer())?;
        let touched = directory.facts_of(record).find_map(|(_, holding)| match &holding.fact.statement {
            Statement::Related { relation, target, .. } if *relation == relation::COUNTS => Some(target.clone()),
            _ => None,
        })?;
        let touched = directory.resolve(&touched, record).first().map(|found| self.places(found.record))?;
        let entry = text(&attribute::ENTRY_SERVICE)?;
        let evidence = directory.record(record).exists.and_then(|fact| self.cite(fact).first().copied())?;
        Some(Touch {
            entry: self.entry(&entry, record)?,
            operation: text(&attribute::ENTRY_OPERATION).unwrap_or_default(),
            touched: touched.acting.or(touched.own)?,
            traces: u64::try_from(traces).unwrap_or_default(),
            evidence,
        })
    }

    fn entry(&self, service: &str, record: RecordIndex) -> Option<u32> {
        let handle = Target::Handle(Handle::global(Space::ServiceName, service));
        let source = &self.directory.record(record).key.source;
        let found = self.directory.resolve(&handle, record).into_iter().find(|found| {
            let key = &self.directory.record(found.record).key;
            key.kind == kind::SERVICE_NAME && key.source == *source
        })?;
        self.places(found.record).acting
    }
}
