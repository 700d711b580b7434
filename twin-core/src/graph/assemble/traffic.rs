//! Traffic: which services the traces that began at one operation touched, and how many requests of each operation were counted among them.

use std::sync::Arc;

use super::Build;
use super::piece::Pass;
use crate::graph::{Count, Touch};
use crate::identity::RecordIndex;
use crate::observe::{Handle, Space, Statement, Target};
use crate::schema::{AttributeName, Value, attribute, kind, relation};

impl Build<'_> {
    /// Adds what traces touched, from the traffic records that count traces and name no operation of their own, and the requests that the others count.
    pub(super) fn add_traffic(&mut self) {
        let records: Vec<RecordIndex> = self.directory.of_kind(kind::TRAFFIC).collect();
        for record in records {
            self.unit(Pass::Traffic, self.directory.digest(record), |build| {
                let is_touch = build.directory.attribute(record, &attribute::OPERATION).next().is_none();
                if is_touch {
                    let touch = build.touch(record);
                    build.piece.touches.extend(touch.map(Arc::new));
                } else {
                    let count = build.count(record);
                    build.piece.counts.extend(count.map(Arc::new));
                }
            });
        }
    }

    /// The requests that a record counts: as they were served, or as a caller made them.
    fn count(&mut self, record: RecordIndex) -> Option<Count> {
        let directory = self.directory;
        let number = |name: &AttributeName| {
            let number = directory.attribute(record, name).find_map(|(_, value)| value.as_integer());
            number.and_then(|number| u64::try_from(number).ok())
        };
        let sketch = |value: &Value| if let Value::Sketch(buckets) = value { Some(buckets.clone()) } else { None };
        let moment = |value: &Value| if let Value::Timestamp(moment) = value { Some(*moment) } else { None };
        let (latency, since) = (attribute::LATENCY, attribute::WINDOW_START);
        let latency = directory.attribute(record, &latency).find_map(|(_, value)| sketch(value));
        let since = directory.attribute(record, &since).find_map(|(_, value)| moment(value));
        let (mut caller, mut callee) = (None, None);
        for (_, holding) in directory.facts_of(record) {
            let Statement::Related { relation, target, attributes, .. } = &holding.fact.statement else { continue };
            if *relation != relation::COUNTS {
                continue;
            }
            let found = directory.resolve(target, record).first().map(|found| self.places(found.record));
            let node = found.and_then(|places| places.acting.or(places.own));
            match attributes.get(&attribute::CALLER_OPERATION) {
                Some(during) => caller = Some((node?, during.as_text().unwrap_or_default().to_owned())),
                None => callee = node,
            }
        }
        let evidence = directory.record(record).exists.and_then(|fact| self.cite(fact).first().copied())?;
        Some(Count {
            entry: self.entry(&self.text(record, &attribute::ENTRY_SERVICE)?, record)?,
            entry_operation: self.text(record, &attribute::ENTRY_OPERATION).unwrap_or_default(),
            caller,
            callee,
            operation: self.text(record, &attribute::OPERATION)?,
            requests: number(&attribute::REQUESTS)?,
            errors: number(&attribute::ERRORS).unwrap_or_default(),
            latency: latency.unwrap_or_default(),
            since: since?,
            evidence,
        })
    }

    fn text(&self, record: RecordIndex, name: &AttributeName) -> Option<String> {
        self.directory.attribute(record, name).find_map(|(_, value)| value.as_text().map(str::to_owned))
    }

    fn touch(&mut self, record: RecordIndex) -> Option<Touch> {
        let directory = self.directory;
        let traces = directory.attribute(record, &attribute::TRACES).find_map(|(_, value)| value.as_integer())?;
        let touched = directory.facts_of(record).find_map(|(_, holding)| match &holding.fact.statement {
            Statement::Related { relation, target, .. } if *relation == relation::COUNTS => Some(target.clone()),
            _ => None,
        })?;
        let touched = directory.resolve(&touched, record).first().map(|found| self.places(found.record))?;
        let entry = self.text(record, &attribute::ENTRY_SERVICE)?;
        let evidence = directory.record(record).exists.and_then(|fact| self.cite(fact).first().copied())?;
        Some(Touch {
            entry: self.entry(&entry, record)?,
            operation: self.text(record, &attribute::ENTRY_OPERATION).unwrap_or_default(),
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
