//! How much speaks for two records being one thing: additive weights in the manner of Fellegi and Sunter (log2 of how much likelier the
//! agreement is for one thing than for two), stated as priors. The weights of a pair sum exactly to its score.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::identity::{Directory, FactIndex, RecordIndex, RecordView};
use crate::observe::{Handle, Space, Statement, Target};
use crate::schema::{attribute, kind, relation};

/// Pairs whose references and keys score as much are one thing.
pub const THRESHOLD: f64 = 5.0;

/// What platforms call a workload that runs to its end.
const JOBS: [&str; 2] = ["CronJob", "Job"];

/// One field in which two records agree, or a reason that speaks against them.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Weight {
    /// The field: `native-id`, `service.name`, `image`, `name`, `slot`; empty for how rare a match is.
    pub field: Cow<'static, str>,
    /// How the field is compared.
    pub technique: &'static str,
    /// The value that they share, or what speaks against it.
    pub value: String,
    /// What it adds to the score.
    pub weight: f64,
    /// The facts on both sides that say so.
    #[serde(skip)]
    pub facts: Vec<FactIndex>,
}

/// What speaks for and against one pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairScore {
    /// The weights, strongest first.
    pub weights: Vec<Weight>,
    /// Their sum.
    pub score: f64,
}

/// The shared values that link records, with those that are too common to mean anything.
#[derive(Debug, Default)]
pub struct Links {
    by_record: BTreeMap<RecordIndex, BTreeMap<(Field, String), FactIndex>>,
    by_value: BTreeMap<(Field, String), Vec<RecordIndex>>,
    generic: BTreeSet<(Field, String)>,
}

/// Up to so many records that share a value are compared each with each; of more, each with the next. What all of them share
/// puts neighbours together as well as it puts any two together, and the work stays in proportion to the records.
const BLOCK: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    NativeId,
    Annotation,
    ServiceName,
    CodeFolder,
    Image,
    Name,
}

impl Field {
    const ALL: [Field; 6] =
        [Field::NativeId, Field::Annotation, Field::ServiceName, Field::CodeFolder, Field::Image, Field::Name];

    fn name(self) -> &'static str {
        match self {
            Field::NativeId => "native-id",
            Field::Annotation => "annotation",
            Field::ServiceName => "service.name",
            Field::CodeFolder => "code-folder",
            Field::Image => "image",
            Field::Name => "name",
        }
    }

    /// What agreement in the field is worth. Names are worth something only where the two are read from different systems.
    fn weight(self) -> f64 {
        match self {
            Field::NativeId => 12.0,
            Field::Annotation => 10.0,
            Field::ServiceName => 8.0,
            Field::CodeFolder => 7.0,
            Field::Image => 6.0,
            Field::Name => 3.0,
        }
    }
}

impl Links {
    /// Collects what the founders of components share. O(facts · log facts).
    pub fn new(directory: &Directory<'_>, founders: &[RecordIndex]) -> Self {
        let mut links = Links::default();
        let context = directory.context();
        for &record in founders.iter().take_while(|_| context.goes_on()) {
            let values = links.by_record.entry(record).or_default();
            values.extend(
                shared_values(directory, record).into_iter().map(|(field, value, fact)| ((field, value), fact)),
            );
            for value in values.keys() {
                links.by_value.entry(value.clone()).or_default().push(record);
            }
        }
        // Among many, whoever is called the same stands side by side.
        for records in links.by_value.values_mut() {
            records.sort_by_key(|record| (&directory.record(*record).name, *record));
        }
        links.generic = links
            .by_value
            .iter()
            .filter(|((field, _), records)| is_generic(directory, *field, records))
            .map(|(value, _)| value.clone())
            .collect();
        links
    }

    /// The pairs that share a value which means something, each once, in order.
    pub fn pairs(&self) -> BTreeSet<(RecordIndex, RecordIndex)> {
        let mut pairs = BTreeSet::new();
        for (value, records) in &self.by_value {
            if self.generic.contains(value) {
                continue;
            }
            let partners = if records.len() > BLOCK { 1 } else { BLOCK };
            for (place, a) in records.iter().enumerate() {
                pairs.extend(records[place + 1..].iter().take(partners).map(|b| (*a.min(b), *a.max(b))));
            }
        }
        pairs
    }

    /// What speaks for and against a pair.
    pub fn score(&self, directory: &Directory<'_>, a: RecordIndex, b: RecordIndex) -> PairScore {
        let mut weights: Vec<Weight> =
            Field::ALL.into_iter().filter_map(|field| self.agreement(directory, field, a, b)).collect();
        weights.extend(conflict(directory, a, b));
        weights.sort_by(|x, y| y.weight.abs().total_cmp(&x.weight.abs()).then_with(|| x.field.cmp(&y.field)));
        let score = weights.iter().map(|weight| weight.weight).sum();
        PairScore { weights, score }
    }

    /// What the strongest value that both have in a field is worth.
    fn agreement(&self, directory: &Directory<'_>, field: Field, a: RecordIndex, b: RecordIndex) -> Option<Weight> {
        let theirs = self.by_record.get(&b)?;
        let shared = self.by_record.get(&a)?.iter().filter(|((of, _), _)| *of == field);
        let weights = shared.filter_map(|(value, fact)| {
            let other = *theirs.get(value)?;
            let (weight, technique) = self.worth(directory, value, a, b)?;
            Some(Weight {
                field: field.name().into(),
                technique,
                value: value.1.clone(),
                weight,
                facts: vec![*fact, other],
            })
        });
        weights.max_by(|x, y| x.weight.total_cmp(&y.weight).then_with(|| y.value.cmp(&x.value)))
    }

    fn worth(
        &self,
        directory: &Directory<'_>,
        value: &(Field, String),
        a: RecordIndex,
        b: RecordIndex,
    ) -> Option<(f64, &'static str)> {
        match (self.generic.contains(value), value.0) {
            (true, _) => Some((0.0, "generic-value")),
            (false, Field::Name) => name_weight(directory, a, b),
            (false, Field::Image) if !is_own_image(directory, a, b) => Some((0.0, "third-party-image")),
            (false, field) => Some((field.weight(), "equal")),
        }
    }
}

/// Equal names: nothing within one system, where two things of one name in two namespaces are two things.
/// Telemetry says a name that people gave to the service on purpose.
fn name_weight(directory: &Directory<'_>, a: RecordIndex, b: RecordIndex) -> Option<(f64, &'static str)> {
    let (a, b) = (directory.record(a), directory.record(b));
    if system(a) == system(b) {
        return Some((0.0, "name-alone"));
    }
    let telemetry = [a, b].iter().any(|record| record.key.kind == kind::SERVICE_NAME);
    Some(if telemetry { (THRESHOLD, "unique-name") } else { (Field::Name.weight(), "name-alone") })
}

/// An image speaks for one thing where it is built here, or where both are called the same besides.
fn is_own_image(directory: &Directory<'_>, a: RecordIndex, b: RecordIndex) -> bool {
    let built = |record| directory.record(record).handles.iter().any(|(handle, _)| handle.space == Space::Path);
    let resource = directory.realizes(a).is_some() || directory.realizes(b).is_some();
    !resource && (built(a) || built(b) || directory.record(a).name == directory.record(b).name)
}

/// What keeps two records apart whatever else they share.
fn conflict(directory: &Directory<'_>, a: RecordIndex, b: RecordIndex) -> Option<Weight> {
    let (first, second) = (directory.record(a), directory.record(b));
    if stand_side_by_side(first, second) {
        return Some(against("slot", format!("both stand in {}", slot_name(first))));
    }
    differ_in_role(directory, a, b)
}

/// Two workloads of which one is a service and the other a job or a resource are two things.
pub(super) fn differ_in_role(directory: &Directory<'_>, a: RecordIndex, b: RecordIndex) -> Option<Weight> {
    let is_workload = |record| directory.record(record).key.kind == kind::WORKLOAD;
    let (role, other) = (role(directory, a), role(directory, b));
    (is_workload(a) && is_workload(b) && role != other).then(|| against("role", format!("{role} and {other}")))
}

fn against(field: &'static str, value: String) -> Weight {
    Weight { field: field.into(), technique: "conflict", value, weight: -20.0, facts: Vec::new() }
}

/// What a workload is for: a service, a job that runs to its end, or the resource that it is.
fn role(directory: &Directory<'_>, record: RecordIndex) -> String {
    match directory.realizes(record) {
        Some(kind) => kind.to_string(),
        None if is_job(directory, record) => "job".to_owned(),
        None => "service".to_owned(),
    }
}

/// Whether a workload runs to its end, by its platform's own word.
pub fn is_job(directory: &Directory<'_>, record: RecordIndex) -> bool {
    let name = attribute::PLATFORM_KIND;
    let mut kinds = directory.attribute(record, &name);
    kinds.any(|(_, kind)| kind.as_text().is_some_and(|kind| JOBS.contains(&kind)))
}

/// One system holds one record of a thing in each slot.
pub fn slot(record: &RecordView) -> (&str, &str, Option<&str>, Option<&str>) {
    let key = &record.key;
    (&key.source.0, key.kind.as_str(), key.cluster.as_deref(), key.namespace.as_deref())
}

/// Whether two records fill one slot, so that they are two things. Packages of two ecosystems that stand in one code folder are
/// two sides of one component.
pub fn stand_side_by_side(a: &RecordView, b: &RecordView) -> bool {
    slot(a) == slot(b)
        && !(ecosystem(a) != ecosystem(b) && code_folder(a).is_some() && code_folder(a) == code_folder(b))
}

/// The part of a component's name that says which package manager knows it: `cargo` of `cargo:cart`.
fn ecosystem(record: &RecordView) -> Option<&str> {
    let name = (record.key.kind == kind::COMPONENT).then_some(record.key.name.as_str())?;
    name.split_once(':').map(|(ecosystem, _)| ecosystem)
}

/// The folder that a record is made from; `None` where it answers to several: a component of several folders is several that are
/// called the same.
fn code_folder(record: &RecordView) -> Option<&Handle> {
    let mut folders = record.handles.iter().map(|(handle, _)| handle).filter(|handle| handle.space == Space::Path);
    let first = folders.next()?;
    folders.all(|other| other == first).then_some(first)
}

fn slot_name(record: &RecordView) -> String {
    let key = &record.key;
    let parts = [Some(key.source.0.as_str()), key.cluster.as_deref(), key.namespace.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
}

fn system(record: &RecordView) -> (&str, &str, Option<&str>) {
    (&record.key.source.0, record.key.kind.as_str(), record.key.cluster.as_deref())
}

/// Within a slot, only workloads of one role make an image mean nothing: a service often shares its image with its jobs.
fn peers(directory: &Directory<'_>, field: Field, record: RecordIndex) -> Option<String> {
    (field == Field::Image).then(|| role(directory, record))
}

/// A value means nothing once two records of one slot share it. A service's name means nothing either once two workloads of one system claim it.
fn is_generic(directory: &Directory<'_>, field: Field, records: &[RecordIndex]) -> bool {
    let mut slots: BTreeMap<_, Vec<&RecordView>> = BTreeMap::new();
    let mut systems = BTreeSet::new();
    records.iter().any(|&record| {
        let view = directory.record(record);
        let beside = slots.entry((slot(view), peers(directory, field, record))).or_default();
        let repeated = beside.iter().any(|other| stand_side_by_side(other, view));
        beside.push(view);
        let claimed = matches!(field, Field::ServiceName | Field::Name)
            && view.key.kind == kind::WORKLOAD
            && !systems.insert(system(view));
        repeated || claimed
    })
}

/// The values of a record that another record may share.
fn shared_values(directory: &Directory<'_>, record: RecordIndex) -> Vec<(Field, String, FactIndex)> {
    let view = directory.record(record);
    let several = view.key.kind == kind::COMPONENT && code_folder(view).is_none();
    let handles = view.handles.iter().filter(|(handle, _)| !(several && handle.space == Space::Path));
    let named = handles.filter_map(|(handle, fact)| Some((field_of(handle)?, value_of(handle), *fact)));
    let images = directory.facts_of(record).filter_map(|(fact, holding)| match &holding.fact.statement {
        Statement::Related { relation, target: Target::Handle(handle), .. } if *relation == relation::RUNS_IMAGE => {
            Some((Field::Image, handle.value.clone(), fact))
        }
        _ => None,
    });
    let name = view.exists.map(|fact| (Field::Name, view.name.to_lowercase(), fact));
    named.chain(images).chain(name).collect()
}

fn value_of(handle: &Handle) -> String {
    if handle.within.is_empty() { handle.value.clone() } else { format!("{} in {}", handle.value, handle.within) }
}

fn field_of(handle: &Handle) -> Option<Field> {
    match handle.space {
        Space::NativeId => Some(Field::NativeId),
        Space::Annotation => Some(Field::Annotation),
        Space::ServiceName => Some(Field::ServiceName),
        Space::Path => Some(Field::CodeFolder),
        _ => None,
    }
}
