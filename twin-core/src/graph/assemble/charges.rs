//! Charges: each line of a bill goes to whatever its resource id or its tag names, or stays unallocated with the reason.

use std::sync::Arc;

use super::Build;
use super::piece::Pass;
use crate::graph::Charge;
use crate::identity::RecordIndex;
use crate::observe::{Space, Statement, Target};
use crate::schema::{AttributeName, Value, attribute, kind, relation};

impl Build<'_> {
    /// Adds every charge. None is ever dropped.
    pub(super) fn add_charges(&mut self) {
        let lines: Vec<RecordIndex> = self.directory.of_kind(kind::CHARGE).collect();
        for record in lines {
            self.unit(Pass::Charges, self.directory.digest(record), |build| build.add_charge(record));
        }
    }

    fn add_charge(&mut self, record: RecordIndex) {
        let directory = self.directory;
        let cost =
            |name: &AttributeName| directory.attribute(record, name).find_map(|(_, value)| value.as_money().cloned());
        let moment = |name: &AttributeName| {
            directory.attribute(record, name).find_map(|(_, value)| match value {
                Value::Timestamp(at) => Some(*at),
                _ => None,
            })
        };
        let Some(cost) = cost(&attribute::EFFECTIVE_COST).or_else(|| cost(&attribute::BILLED_COST)) else { return };
        let Some(evidence) = directory.record(record).exists.and_then(|fact| self.cite(fact).first().copied()) else {
            return;
        };
        let service = directory.attribute(record, &attribute::CHARGE_SERVICE).find_map(|(_, value)| value.as_text());
        let charge = Charge {
            to: self.charged(record),
            cost,
            service: service.map(str::to_owned),
            window: (moment(&attribute::WINDOW_START), moment(&attribute::WINDOW_END)),
            evidence,
        };
        self.piece.charges.push(Arc::new(charge));
    }

    /// Whom a charge is for: its resource before its tag.
    fn charged(&self, record: RecordIndex) -> Result<u32, String> {
        let mut reasons = Vec::new();
        for by_id in [true, false] {
            for target in self.billed(record, by_id) {
                match self.billed_node(&target, record) {
                    Ok(node) => return Ok(node),
                    Err(reason) => reasons.push(reason),
                }
            }
        }
        // The tag's reason comes last, and says most.
        Err(reasons.pop().unwrap_or_else(|| "neither a resource id nor a tag that names a service".to_owned()))
    }

    fn billed(&self, record: RecordIndex, by_id: bool) -> Vec<Target> {
        let targets = self.directory.facts_of(record).filter_map(|(_, holding)| match &holding.fact.statement {
            Statement::Related { relation, target, .. } if *relation == relation::BILLS => Some(target.clone()),
            _ => None,
        });
        let is_id = |target: &Target| matches!(target, Target::Handle(handle) if handle.space != Space::ComponentName);
        targets.filter(|target| is_id(target) == by_id).collect()
    }

    fn billed_node(&self, target: &Target, record: RecordIndex) -> Result<u32, String> {
        if let Target::Handle(handle) = target
            && handle.space == Space::ComponentName
        {
            return match self.called(&handle.value)[..] {
                [only] => Ok(only),
                [] => Err(format!("nothing is called as the tag says: \"{}\"", handle.value)),
                ref several => Err(format!("the tag's value \"{}\" names {} things", handle.value, several.len())),
            };
        }
        let found = self.directory.resolve(target, record);
        let node = found.first().and_then(|found| {
            let places = self.places(found.record);
            places.acting.or(places.own)
        });
        node.ok_or_else(|| "no resource of that id was read".to_owned())
    }
}
