//! Which records of different systems are one thing, on an estate that was never seen before.
//!
//! Names are cut into words, and what says nothing in this estate is learnt from it and left out; records that share a name, an image, a reference or a rare value are
//! compared; additive weights in bits say what speaks for and against each pair; and clusters grow from the strongest pairs, never against what keeps two things apart.
//! The result is a function of the records and the decisions, whatever their order.

mod blocks;
mod compare;
mod explain;
mod group;
mod learn;
mod names;
mod profile;
mod record;
mod roles;
mod sketch;
mod table;
mod texts;
mod words;

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::answer::Table;
use crate::base::{Context, Error, ErrorKind, Result, shortened};

use compare::Comparison;
use group::{Decided, Groups, Scored};
use profile::Estate;
use texts::Shelf;

pub use explain::{Evidence, Explanation, Related, Uncertain, WhyNot};
pub use record::{Record, Row};
pub use table::{TableDraft, TableRows};

/// How much must speak for two records before they are taken for one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// Right far more often than wrong, where a wrong merge costs more than a missed one.
    Cautious,
    /// As likely right as wrong at the least.
    #[default]
    Balanced,
}

impl Threshold {
    /// The score in bits from which two records are one thing.
    pub fn bits(self) -> f64 {
        match self {
            Threshold::Cautious => 3.0,
            Threshold::Balanced => 0.0,
        }
    }
}

impl FromStr for Threshold {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "cautious" => Ok(Threshold::Cautious),
            "balanced" => Ok(Threshold::Balanced),
            other => {
                let what = format!("unknown threshold \"{}\": there are balanced and cautious", shortened(other));
                Err(Error::new(ErrorKind::Unknown, what))
            }
        }
    }
}

/// What is asked for, and what people decided before.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How much must speak for two records.
    pub threshold: Threshold,
    /// Pairs of ids that are one thing, whatever the evidence says.
    pub pins: Vec<(String, String)>,
    /// Pairs of ids that are two things, whatever the evidence says.
    pub splits: Vec<(String, String)>,
}

/// Ordering, learning, comparing, joining.
const STEPS: u64 = 4;

/// Records with the things that they are.
#[derive(Clone, Debug)]
pub struct Resolution {
    comparison: Comparison,
    decided: Decided,
    threshold: f64,
    /// The ids of the records, in order.
    ids: Shelf,
    /// The place of each record in the order of ids, by its place in what was given.
    places: Vec<u32>,
    /// The cluster of each record, in the order of ids.
    numbers: Vec<u32>,
    scored: Vec<Scored>,
    compared: usize,
    ignored: Vec<(String, String)>,
}

/// Takes records in, one by one, and resolves them: a table is never held twice.
#[derive(Clone, Debug, Default)]
pub struct Resolver {
    estate: Estate,
    /// The ids of the records, as they were given.
    ids: Shelf,
}

impl Resolver {
    /// Takes a record in. O(length).
    pub fn add(&mut self, row: &Row<'_>) {
        self.estate.add(row);
        self.ids.push(row.id);
    }

    /// Takes a record in that owns its texts. O(length).
    pub fn add_record(&mut self, record: &Record) {
        let Record { id, system, kind, name, attributes } = record;
        let attributes: Vec<(&str, &str)> = attributes.iter().map(|(field, value)| (&field[..], &value[..])).collect();
        self.add(&Row { id, system, kind, name, attributes: &attributes });
    }

    /// How many records were taken in.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.ids.len() == 0
    }

    /// Resolves the records that were taken in, in whatever order. O(n · log n) for n records, since nothing that many share is compared each with each.
    ///
    /// # Errors
    /// `Invalid` for a record without an id, two of one id, or decisions that contradict each other; `Cancelled` and `Limit` as the context says.
    pub fn resolve(self, options: &Options, context: &Context) -> Result<Resolution> {
        let step = |step| context.progress.report("resolve", step, STEPS);
        step(0);
        let Resolver { mut estate, ids: given } = self;
        let order = in_order(&given)?;
        let mut ids = Shelf::default();
        order.iter().for_each(|place| ids.push(given.text(*place)));
        drop(given);
        let (decided, ignored) = decided(&ids, options)?;
        context.check()?;
        estate.arrange(&order);
        step(1);
        let chosen: Vec<bool> =
            (0..ids.len() as u32).map(|record| compare::is_chosen(ids.text(record), estate.magnitude)).collect();
        let comparison = Comparison::new(estate, &chosen);
        context.check()?;
        step(2);
        let threshold = options.threshold.bits();
        let goes_on = || context.goes_on();
        let pairs = comparison.blocks.pairs();
        let scored = group::scored(&comparison, &pairs, threshold, &goes_on);
        let compared = pairs.len();
        drop(pairs);
        step(3);
        let numbers = Groups::of(&comparison, &decided, &scored, threshold, &goes_on).numbers();
        context.check()?;
        let mut places = vec![0; order.len()];
        (0..).zip(&order).for_each(|(place, given)| places[*given as usize] = place);
        step(STEPS);
        Ok(Resolution { comparison, decided, threshold, ids, places, numbers, scored, compared, ignored })
    }
}

impl Resolution {
    /// Resolves records. O(n · log n) for n records.
    ///
    /// # Errors
    /// Those of [`Resolver::resolve`].
    pub fn of(records: Vec<Record>, options: &Options, context: &Context) -> Result<Self> {
        let mut resolver = Resolver::default();
        records.into_iter().take_while(|_| context.goes_on()).for_each(|record| resolver.add_record(&record));
        context.check()?;
        resolver.resolve(options, context)
    }

    /// The clusters, in the order of the records that were given: each is the place among them of the record with the least id.
    pub fn clusters(&self) -> Vec<u32> {
        let mut given = vec![0; self.places.len()];
        (0_u32..).zip(&self.places).for_each(|(place, sorted)| given[*sorted as usize] = place);
        self.places.iter().map(|place| given[self.numbers[*place as usize] as usize]).collect()
    }

    /// The things: the ids of their records, in order.
    pub fn things(&self) -> Vec<Vec<&str>> {
        let mut sizes = vec![0_u32; self.numbers.len()];
        self.numbers.iter().for_each(|number| sizes[*number as usize] += 1);
        // A thing has the number of its first record, whose place is taken from then on for that among the things.
        let mut places = sizes;
        let mut things: Vec<Vec<&str>> = Vec::new();
        for (record, number) in (0..).zip(&self.numbers) {
            let place = &mut places[*number as usize];
            if *number == record {
                things.push(Vec::with_capacity(*place as usize));
                *place = things.len() as u32 - 1;
            }
            things[*place as usize].push(self.id(record));
        }
        things
    }

    /// The clusters as a table, in the order of the records that were given: the `id` of each, and the least id of its `cluster`.
    ///
    /// # Errors
    /// `Limit` if the ids need more than 2 GiB.
    pub fn table(&self) -> Result<Table> {
        table::clusters(self)
    }

    /// How many records were resolved.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.ids.len() == 0
    }

    /// How many pairs were compared.
    pub fn compared(&self) -> usize {
        self.compared
    }

    /// Pins and splits of records that are not among those that were given.
    pub fn ignored(&self) -> &[(String, String)] {
        &self.ignored
    }

    fn id(&self, record: u32) -> &str {
        self.ids.text(record)
    }

    fn number(&self, id: &str) -> Result<u32> {
        let known = || (0..self.ids.len() as u32).map(|record| self.id(record));
        self.ids.find(id).ok_or_else(|| Error::unknown("record", id, known()))
    }
}

/// The places of the records in the order of their ids.
fn in_order(ids: &Shelf) -> Result<Vec<u32>> {
    // Most ids differ in their first letters, which are compared without looking them up.
    let first =
        |id: &str| id.bytes().chain(std::iter::repeat(0)).take(8).fold(0, |all, byte| all << 8 | u64::from(byte));
    let mut order: Vec<(u64, u32)> = (0..ids.len() as u32).map(|place| (first(ids.text(place)), place)).collect();
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| ids.text(a.1).cmp(ids.text(b.1))));
    let order: Vec<u32> = order.into_iter().map(|(_, place)| place).collect();
    if let Some(pair) = order.windows(2).find(|pair| ids.text(pair[0]) == ids.text(pair[1])) {
        let (first, second) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
        let id = shortened(ids.text(first));
        let what = format!("two records have the id \"{id}\", {first} and {second} (from 0 on); each needs its own");
        return Err(Error::new(ErrorKind::Invalid, what));
    }
    match order.first().filter(|first| ids.text(**first).is_empty()) {
        Some(first) => Err(Error::new(ErrorKind::Invalid, format!("record {first} has no id"))),
        None => Ok(order),
    }
}

/// Decisions by the numbers of records, and those about records that are not there.
fn decided(ids: &Shelf, options: &Options) -> Result<(Decided, Vec<(String, String)>)> {
    let mut ignored = Vec::new();
    let mut known = |pairs: &[(String, String)]| {
        let mut numbers: Vec<(u32, u32)> = Vec::new();
        for (a, b) in pairs {
            match (ids.find(a), ids.find(b)) {
                (Some(a), Some(b)) => numbers.push((a.min(b), a.max(b))),
                _ => ignored.push((a.clone(), b.clone())),
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    };
    let decided = Decided { pins: known(&options.pins), splits: known(&options.splits) };
    refuse_contradiction(ids, &decided)?;
    Ok((decided, ignored))
}

/// A split of two records that pins hold together, through others perhaps.
fn refuse_contradiction(ids: &Shelf, decided: &Decided) -> Result<()> {
    let mut group: BTreeMap<u32, u32> = BTreeMap::new();
    let find = |group: &BTreeMap<u32, u32>, mut record: u32| {
        while let Some(next) = group.get(&record) {
            record = *next;
        }
        record
    };
    for (a, b) in &decided.pins {
        let (a, b) = (find(&group, *a), find(&group, *b));
        if a != b {
            group.insert(a.max(b), a.min(b));
        }
    }
    match decided.splits.iter().find(|(a, b)| find(&group, *a) == find(&group, *b)) {
        None => Ok(()),
        Some((a, b)) => Err(Error::new(
            ErrorKind::Invalid,
            format!(
                "{:?} and {:?} are split, and pinned together; take one of the two back",
                ids.text(*a),
                ids.text(*b)
            ),
        )),
    }
}
