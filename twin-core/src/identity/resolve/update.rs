//! Records that change after they were resolved: what is one thing afterwards is the same, to the letter, as if all had been resolved together.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Context, Error, ErrorKind, Result, shortened};

use super::edit::{Edit, Workings};
use super::group::{Decided, Groups, Scored, strongest_first};
use super::{Record, Resolution, Resolver, decided};

/// What changed since records were resolved.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Records as they are now: one whose id is known takes the place of what was, all others are new.
    pub records: Vec<Record>,
    /// The ids of records that are no more.
    pub removed: Vec<String>,
}

/// What an update did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Updated {
    /// How many records were compared again: those that changed, and those about which a change said something.
    pub reopened: usize,
    /// How many pairs were compared.
    pub compared: usize,
    /// Whether what was learnt of the estate changed, so that everything was resolved anew.
    pub anew: bool,
}

impl Resolution {
    /// Resolves again what changes say something about. The things, and whatever else is asked afterwards, are those of [`Resolver::resolve`] on all records that there are then;
    /// new records stand behind the others in the order in which they were given. The first update prepares what all need: O(n · log n) for n records. From then on
    /// an update costs what the records cost that share something with a changed one. If what was learnt of the estate changed, all is resolved anew.
    ///
    /// # Errors
    /// `Invalid` for a record without an id, an id that is there twice among the changes, or decisions that contradict each other once a record is there; `Unknown` for a removed id
    /// that no record has; `Cancelled` and `Limit` as the context says. Afterwards everything is as it was.
    pub fn update(&mut self, changes: Changes, context: &Context) -> Result<Updated> {
        context.check()?;
        let edits = self.edits(changes)?;
        let (decided, ignored) = self.decided_after(&edits)?;
        if edits.is_empty() {
            return Ok(Updated { reopened: 0, compared: 0, anew: false });
        }
        if !self.can_edit(&edits) {
            return self.anew(edits, context);
        }
        let mut workings = match self.workings.take() {
            Some(workings) => workings,
            None => Box::new(Workings::of(self)),
        };
        if let Err(error) = context.check() {
            self.workings = Some(workings);
            return Err(error);
        }
        let before: Vec<Edit> = edits.iter().map(|edit| self.as_it_is(edit)).collect();
        let given = self.given.clone();
        let edited = workings.edit(self, &edits);
        self.workings = Some(workings);
        match edited {
            Some(reopened) => Ok(self.join_again(&reopened, &edits, (decided, ignored))),
            None => self.anew_or_back(&before, given, context),
        }
    }

    /// Whether edits leave it open what is learnt of the estate: all fields are known, and there are about as many records as before.
    fn can_edit(&self, edits: &[Edit]) -> bool {
        let estate = &self.comparison.estate;
        let new = edits.iter().filter(|edit| edit.number as usize >= self.ids.len()).count();
        let removed = edits.iter().filter(|edit| edit.record.is_none()).count();
        let records = self.len() + new - removed;
        // Where most is to be looked at again, it is read again.
        edits.len() <= records / 4 + 16
            && records > 0
            && !self.is_empty()
            && records.ilog2() == estate.magnitude
            && edits.iter().filter_map(|edit| edit.record.as_ref()).all(|record| estate.knows_fields_of(record))
            && !self.workings.as_ref().is_some_and(|workings| workings.is_worn(self.len()))
    }

    /// What changes make of each record, by number; new ones have the numbers behind all others.
    fn edits(&self, changes: Changes) -> Result<Vec<Edit>> {
        let mut edits: BTreeMap<String, Edit> = BTreeMap::new();
        let mut next = self.ids.len() as u32;
        let mut edit = |id: String, number: u32, record: Option<Record>| {
            let what = || format!("the id \"{}\" is there twice among the changes", shortened(&id));
            match edits.insert(id.clone(), Edit { number, record }) {
                None => Ok(()),
                Some(_) => Err(Error::new(ErrorKind::Invalid, what())),
            }
        };
        for (place, record) in changes.records.into_iter().enumerate() {
            if record.id.is_empty() {
                return Err(Error::new(ErrorKind::Invalid, format!("record {place} has no id")));
            }
            let number = self.find(&record.id).unwrap_or(next);
            next += u32::from(number == next);
            edit(record.id.clone(), number, Some(record))?;
        }
        for id in changes.removed {
            let number = self.number(&id)?;
            edit(id, number, None)?;
        }
        let mut edits: Vec<Edit> = edits.into_values().collect();
        edits.sort_unstable_by_key(|edit| edit.number);
        Ok(edits)
    }

    /// People's decisions once records have changed.
    fn decided_after(&self, edits: &[Edit]) -> Result<(Decided, Vec<(String, String)>)> {
        let new = |edit: &&Edit| edit.number as usize >= self.ids.len();
        let new: BTreeMap<&str, u32> = edits.iter().filter(new).map(|edit| (edit.id(self), edit.number)).collect();
        let removed: BTreeSet<u32> =
            edits.iter().filter(|edit| edit.record.is_none()).map(|edit| edit.number).collect();
        let known = |id: &str| self.find(id).filter(|number| !removed.contains(number));
        decided(&|id| known(id).or_else(|| new.get(id).copied()), &self.options)
    }

    /// What would take an edit back.
    fn as_it_is(&self, edit: &Edit) -> Edit {
        let number = edit.number;
        let is_there = (number as usize) < self.ids.len();
        Edit { number, record: is_there.then(|| self.record(number)) }
    }

    /// A record as far as it was kept.
    fn record(&self, number: u32) -> Record {
        let estate = &self.comparison.estate;
        estate.record(self.id(number), &estate.profiles[number as usize])
    }

    /// Resolves all records as edits make them; where that is stopped, nothing has changed.
    fn anew(&mut self, edits: Vec<Edit>, context: &Context) -> Result<Updated> {
        let mut edits: BTreeMap<u32, Option<Record>> =
            edits.into_iter().map(|edit| (edit.number, edit.record)).collect();
        let mut resolver = Resolver::default();
        for number in self.given.iter().take_while(|_| context.goes_on()) {
            match edits.remove(number) {
                Some(None) => {}
                Some(Some(record)) => resolver.add_record(&record),
                None => resolver.add_record(&self.record(*number)),
            }
        }
        context.check()?;
        edits.into_values().flatten().for_each(|record| resolver.add_record(&record));
        self.become_what(resolver, context)
    }

    /// Resolves all records as they are by now; where that is stopped, those that were there before the edits.
    fn anew_or_back(&mut self, before: &[Edit], given: Vec<u32>, context: &Context) -> Result<Updated> {
        let edited = self.anew(Vec::new(), context);
        if edited.is_err() {
            let mut resolver = Resolver::default();
            let before: BTreeMap<u32, &Edit> = before.iter().map(|edit| (edit.number, edit)).collect();
            for number in given {
                match before.get(&number).and_then(|edit| edit.record.as_ref()) {
                    Some(record) => resolver.add_record(record),
                    None => resolver.add_record(&self.record(number)),
                }
            }
            // What was there must be there again, whoever has stopped waiting.
            self.become_what(resolver, &unstoppable(context))?;
        }
        edited
    }

    fn become_what(&mut self, resolver: Resolver, context: &Context) -> Result<Updated> {
        *self = resolver.resolve(&self.options, context)?;
        Ok(Updated { reopened: self.len(), compared: self.compared, anew: true })
    }

    /// Compares reopened records with all that share something with them, and joins whatever that connects.
    fn join_again(
        &mut self,
        reopened: &BTreeSet<u32>,
        edits: &[Edit],
        (decided, ignored): (Decided, Vec<(String, String)>),
    ) -> Updated {
        let Some(mut workings) = self.workings.take() else {
            return Updated { reopened: 0, compared: 0, anew: false };
        };
        let edited = edits.iter().map(|edit| edit.number);
        let mut seeds = workings.untie(reopened.iter().copied().chain(edited));
        let pairs = workings.pairs(&self.comparison.blocks, reopened);
        seeds.extend(workings.tie(&self.comparison, &pairs, self.threshold));
        seeds.extend(reopened);
        let (before, after) = (&self.decided, &decided);
        for (here, there) in [(&before.pins, &after.pins), (&before.splits, &after.splits)] {
            let (here, there): (BTreeSet<_>, BTreeSet<_>) = (here.iter().collect(), there.iter().collect());
            seeds.extend(here.symmetric_difference(&there).flat_map(|(a, b)| [*a, *b]));
        }
        (self.decided, self.ignored, self.compared) = (decided, ignored, pairs.len());
        seeds.retain(|record| workings.is_there(*record));
        while let Some(seed) = seeds.first().copied() {
            let component = workings.connected(seed, &self.decided.pins, self.threshold);
            seeds.retain(|record| !component.contains(record));
            self.join(&workings, &component);
        }
        self.workings = Some(workings);
        Updated { reopened: reopened.len(), compared: pairs.len(), anew: false }
    }

    /// Joins the records of a component. Who is near to one of them without being connected stands beside them and is joined to nothing.
    fn join(&mut self, workings: &Workings, component: &BTreeSet<u32>) {
        let ties =
            || component.iter().flat_map(|record| workings.ties_of(*record).iter().map(move |tie| (*record, tie)));
        let mut records: BTreeSet<u32> = component.clone();
        records.extend(ties().flat_map(|(_, tie)| [tie.a, tie.b]));
        let mut records: Vec<u32> = records.into_iter().collect();
        records.sort_unstable_by_key(|record| workings.places[*record as usize]);
        let places: BTreeMap<u32, u32> = (0..).zip(&records).map(|(place, record)| (*record, place)).collect();
        let is_first = |record: u32, tie: &Scored| record == tie.a || !component.contains(&tie.a);
        let own = ties().filter(|(record, tie)| is_first(*record, tie));
        let mut scored: Vec<Scored> =
            own.map(|(_, tie)| Scored { a: places[&tie.a], b: places[&tie.b], ..*tie }).collect();
        strongest_first(&mut scored);
        let decided_in = |pairs: &[(u32, u32)]| {
            let inside = pairs.iter().filter(|(a, b)| component.contains(a) && component.contains(b));
            inside.map(|(a, b)| (places[a], places[b])).collect()
        };
        let decided = Decided { pins: decided_in(&self.decided.pins), splits: decided_in(&self.decided.splits) };
        let groups = Groups::of(&self.comparison, &records, &decided, &scored, self.threshold, &|| true);
        let numbers = groups.numbers();
        for (record, number) in records.iter().zip(numbers).filter(|(record, _)| component.contains(record)) {
            self.numbers[*record as usize] = number;
        }
    }
}

/// The same context, which nobody stops and nobody watches.
fn unstoppable(context: &Context) -> Context {
    Context::new(context.now)
}
