//! Which records of different systems are one thing, on an estate that was never seen before.
//!
//! Names are cut into words, and what says nothing in this estate is learnt from it and left out; records that share a name, an image, a reference or a rare value are
//! compared; additive weights in bits say what speaks for and against each pair; and clusters grow from the strongest pairs, never against what keeps two things apart.
//! The result is a function of the records and the decisions, whatever their order.

mod blocks;
mod compare;
mod edit;
mod entries;
mod explain;
mod facts;
mod group;
mod learn;
mod names;
mod profile;
mod record;
mod roles;
mod sample;
mod sketch;
mod table;
mod texts;
mod update;
mod words;

use std::borrow::Cow;
use std::str::FromStr;

use crate::answer::Table;
use crate::base::{Context, Error, ErrorKind, Result, shortened};

use compare::Comparison;
use edit::Workings;
use group::{Decided, Groups, Joined, Scored};
use profile::Estate;
use texts::Shelf;

pub(crate) use explain::{Decision, entropy};
pub use explain::{Evidence, Explanation, Related, Uncertain, WhyNot, probability};
pub use record::{Record, Row};
pub use table::{TableDraft, TableRows};
pub use update::{Changes, Updated};

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
            Threshold::Cautious => 1.5,
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

/// Records with the things that they are. A record has a number: at first its place in the order of ids, and one behind all others if it was added later.
#[derive(Clone, Debug)]
pub struct Resolution {
    comparison: Comparison,
    options: Options,
    decided: Decided,
    threshold: f64,
    /// The ids of the records, by number, with those of records that were removed.
    ids: Shelf,
    /// The records in the order of their ids.
    order: Vec<u32>,
    /// The records in the order in which they were given.
    given: Vec<u32>,
    /// The cluster of each record: its record with the least id.
    numbers: Vec<u32>,
    /// Pairs that come near to what is asked for, as long as nothing has changed.
    scored: Vec<Scored>,
    /// What changes need, from the first on.
    workings: Option<Box<Workings>>,
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
        let (decided, ignored) = decided(&|id| ids.find(id), options)?;
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
        let pairs = comparison.blocks.pairs(&[]);
        let scored = group::scored(&comparison, &pairs, threshold, &goes_on);
        let compared = pairs.len();
        drop(pairs);
        step(3);
        let mut given = vec![0; order.len()];
        (0..).zip(&order).for_each(|(number, place)| given[*place as usize] = number);
        let order: Vec<u32> = (0..order.len() as u32).collect();
        let numbers = Groups::of(&comparison, &order, &decided, &scored, threshold, &goes_on).numbers();
        context.check()?;
        step(STEPS);
        let options = options.clone();
        let workings = None;
        Ok(Resolution {
            comparison,
            options,
            decided,
            threshold,
            ids,
            order,
            given,
            numbers,
            scored,
            workings,
            compared,
            ignored,
        })
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
        let mut places = vec![0; self.ids.len()];
        (0_u32..).zip(&self.given).for_each(|(place, record)| places[*record as usize] = place);
        self.given.iter().map(|record| places[self.numbers[*record as usize] as usize]).collect()
    }

    /// The things: the ids of their records, in order.
    pub fn things(&self) -> Vec<Vec<&str>> {
        let mut sizes = vec![0_u32; self.numbers.len()];
        let number = |record: &u32| self.numbers[*record as usize];
        self.order.iter().for_each(|record| sizes[number(record) as usize] += 1);
        // A thing has the number of its first record, whose place is taken from then on for that among the things.
        let mut places = sizes;
        let mut things: Vec<Vec<&str>> = Vec::new();
        for record in &self.order {
            let place = &mut places[number(record) as usize];
            if number(record) == *record {
                things.push(Vec::with_capacity(*place as usize));
                *place = things.len() as u32 - 1;
            }
            things[*place as usize].push(self.id(*record));
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
        self.order.len()
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How many pairs were compared, by the last update if there was one.
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
        let known = || self.order.iter().map(|record| self.id(*record));
        self.find(id).ok_or_else(|| Error::unknown("record", id, known()))
    }

    /// The number of a record that is there. O(log records).
    fn find(&self, id: &str) -> Option<u32> {
        let place = self.order.binary_search_by(|record| self.id(*record).cmp(id));
        place.ok().map(|place| self.order[place])
    }

    /// Two records in the order of their ids.
    fn in_order(&self, a: u32, b: u32) -> (u32, u32) {
        if self.id(a) <= self.id(b) { (a, b) } else { (b, a) }
    }

    /// The place of each record in the order of ids.
    fn places(&self) -> Vec<u32> {
        let mut places = vec![0; self.ids.len()];
        (0..).zip(&self.order).for_each(|(place, record)| places[*record as usize] = place);
        places
    }

    /// Decisions by the places of records in the order of ids.
    fn decided_by_place(&self) -> Decided {
        let places = self.places();
        let place = |(a, b): &(u32, u32)| (places[*a as usize], places[*b as usize]);
        let places = |pairs: &[(u32, u32)]| pairs.iter().map(place).collect();
        Decided { pins: places(&self.decided.pins), splits: places(&self.decided.splits) }
    }

    /// The pairs that come near to what is asked for, the strongest first, by the places of records in the order of ids.
    fn scored_by_place(&self) -> Cow<'_, [Scored]> {
        match &self.workings {
            None => Cow::Borrowed(&self.scored),
            Some(workings) => Cow::Owned(workings.scored()),
        }
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

/// Decisions by the numbers of records, in the order of ids, and those about records that are not there.
fn decided(find: &dyn Fn(&str) -> Option<u32>, options: &Options) -> Result<(Decided, Vec<(String, String)>)> {
    let mut ignored = Vec::new();
    let pins = known(find, &options.pins, &mut ignored);
    let splits = known(find, &options.splits, &mut ignored);
    refuse_contradiction(&pins, &splits)?;
    let numbers = |known: Vec<Known<'_>>| known.into_iter().map(|(_, numbers)| numbers).collect();
    Ok((Decided { pins: numbers(pins), splits: numbers(splits) }, ignored))
}

/// Pairs of records that are there, in the order of ids, each once.
fn known<'o>(
    find: &dyn Fn(&str) -> Option<u32>,
    pairs: &'o [(String, String)],
    ignored: &mut Vec<(String, String)>,
) -> Vec<Known<'o>> {
    let mut known: Vec<Known<'_>> = Vec::new();
    for (a, b) in pairs {
        let (first, second) = if a <= b { (a, b) } else { (b, a) };
        match (find(first), find(second)) {
            (Some(x), Some(y)) => known.push(((first, second), (x, y))),
            _ => ignored.push((a.clone(), b.clone())),
        }
    }
    known.sort_unstable();
    known.dedup();
    known
}

/// Two records by id and by number.
type Known<'o> = ((&'o str, &'o str), (u32, u32));

/// A split of two records that pins hold together, through others perhaps.
fn refuse_contradiction(pins: &[Known<'_>], splits: &[Known<'_>]) -> Result<()> {
    let mut joined = Joined::default();
    pins.iter().for_each(|(_, (a, b))| _ = joined.join(*a, *b));
    match splits.iter().find(|(_, (a, b))| joined.first(*a) == joined.first(*b)) {
        None => Ok(()),
        Some(((a, b), _)) => {
            let what = format!("{a:?} and {b:?} are split, and pinned together; take one of the two back");
            Err(Error::new(ErrorKind::Invalid, what))
        }
    }
}
