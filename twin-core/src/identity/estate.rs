//! The founders of components as records of an estate: what joins them where no reference does.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Context, Digest};
use crate::identity::resolve::{Decision, Options, Resolver, Row, Threshold, WhyNot};
use crate::identity::score::{PairScore, Weight};
use crate::identity::{Directory, FactIndex, RecordIndex};
use crate::observe::{Handle, Space, Statement, Target};
use crate::schema::attribute::{API_VERSION, PLATFORM_KIND};
use crate::schema::{AttributeName, kind, relation};

/// What an estate shows about a pair.
#[derive(Debug)]
pub(super) struct Shown {
    /// One record.
    pub a: RecordIndex,
    /// The other.
    pub b: RecordIndex,
    /// What speaks for and against, from how rare a match is on.
    pub score: PairScore,
    /// What keeps the two apart, if anything does.
    pub against: Option<String>,
}

/// Pairs of records, the lesser first.
pub(super) type Pairs = BTreeSet<(RecordIndex, RecordIndex)>;

/// How much must speak for two founders: a component that is two costs more than one that is found twice.
pub(super) const NEEDED: Threshold = Threshold::Balanced;

/// What an estate showed of founders that said so much, so that it need not be found out again of founders that say the same.
#[derive(Debug)]
pub struct Seen {
    said: Digest,
    decisions: Vec<Decision>,
}

/// Compares founders that are services or jobs by what the estate shows: each pair that joins two things, the strongest first, and each that nearly did. `joined` are one thing by
/// reference or by a person's word, `split` are two. O(n · log n) for n facts, O(n) where the founders say what they said before.
pub(super) fn shown(
    directory: &Directory<'_>,
    founders: &[RecordIndex],
    (joined, split): (&Pairs, &Pairs),
    before: Option<&Arc<Seen>>,
) -> (Vec<Shown>, Option<Arc<Seen>>) {
    let goes_on = |_: &&RecordIndex| directory.context().goes_on();
    // Two databases of one name, one on a machine and one in production, hold different things: they are one only where a reference says so.
    let is_service = |record: &&RecordIndex| directory.realizes(**record).is_none();
    let said = founders.iter().take_while(goes_on).filter(is_service).map(|record| Said::of(directory, *record));
    let said: Vec<Said<'_>> = said.collect();
    let known: BTreeSet<RecordIndex> = said.iter().map(|said| said.record).collect();
    let id = |record: RecordIndex| directory.record(record).digest.to_string();
    let both = |(a, b): &&(RecordIndex, RecordIndex)| known.contains(a) && known.contains(b);
    let ids = |pairs: &Pairs| pairs.iter().filter(both).map(|(a, b)| (id(*a), id(*b))).collect();
    let options = Options { threshold: NEEDED, pins: ids(joined), splits: ids(split) };
    let digest = digest(&said, &options);
    let seen = match before.filter(|before| before.said == digest) {
        Some(before) => Some(before.clone()),
        None => {
            decisions(directory.context(), &said, &options).map(|decisions| Arc::new(Seen { said: digest, decisions }))
        }
    };
    let keys: BTreeMap<&str, RecordIndex> = said.iter().map(|said| (&said.id[..], said.record)).collect();
    let key = |id: &str| keys.get(id).map_or_else(String::new, |record| directory.record(*record).key.to_string());
    let shown = |decision: &Decision| {
        let (a, b) = (&said[decision.a as usize], &said[decision.b as usize]);
        let against = decision.refused.as_ref().map(|reason| words(reason, &key));
        Shown { a: a.record, b: b.record, score: score(decision, a, b), against }
    };
    (seen.iter().flat_map(|seen| &seen.decisions).map(shown).collect(), seen)
}

/// What the resolver makes of founders; nothing where the context stops it.
fn decisions(context: &Context, said: &[Said<'_>], options: &Options) -> Option<Vec<Decision>> {
    let mut resolver = Resolver::default();
    said.iter().for_each(|said| said.tell(&mut resolver));
    // Hosts are told how far the whole is, not this part of it.
    let watched = Context::new(context.now).progress;
    resolver
        .resolve(options, &Context { progress: watched, ..context.clone() })
        .ok()
        .map(|resolution| resolution.decisions())
}

/// Everything that the resolver is told, as one number.
fn digest(said: &[Said<'_>], options: &Options) -> Digest {
    let mut bytes: Vec<u8> = Vec::new();
    let mut add = |text: &str| {
        bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    };
    for said in said {
        [&said.id, &said.system, &*said.kind, &said.name].into_iter().for_each(&mut add);
        said.fields.iter().flat_map(|(field, value, _)| [&**field, &**value]).for_each(&mut add);
    }
    for pairs in [&options.pins, &options.splits] {
        add("");
        pairs.iter().flat_map(|(a, b)| [a, b]).for_each(|id| add(id));
    }
    Digest::of(&bytes)
}

/// What a founder says of itself, as fields of a record.
struct Said<'d> {
    record: RecordIndex,
    id: String,
    system: String,
    kind: Cow<'d, str>,
    name: String,
    fields: Vec<(Cow<'static, str>, Cow<'d, str>, Option<FactIndex>)>,
    exists: Option<FactIndex>,
}

impl<'d> Said<'d> {
    fn of(directory: &Directory<'d>, record: RecordIndex) -> Self {
        let view = directory.record(record);
        let key = &view.key;
        let is_workload = key.kind == kind::WORKLOAD;
        let text = |wanted: &AttributeName| directory.attribute(record, wanted).find_map(|(_, value)| value.as_text());
        let is_object = text(&API_VERSION).is_some();
        let own_kind = match key.name.split_once(':') {
            Some((ecosystem, _)) if key.kind == kind::COMPONENT => Some(ecosystem.to_owned()),
            _ => text(&PLATFORM_KIND).map(str::to_owned),
        };
        // All that one format says is one system, whoever was read: two clusters of one estate have its habits.
        let format = match (is_workload, is_object) {
            (true, true) => "object",
            (true, false) => own_kind.as_deref().unwrap_or(""),
            (false, _) => "",
        };
        let mut said = Said {
            record,
            id: view.digest.to_string(),
            system: format!("{} {format}", key.kind),
            kind: own_kind.map_or_else(|| Cow::Owned(key.kind.to_string()), Cow::Owned),
            name: view.name.clone(),
            fields: Vec::new(),
            exists: view.exists,
        };
        // An environment is no part of the estate, and the telemetry of each stands in a namespace of its own.
        let place = if key.kind == kind::SERVICE_NAME { None } else { key.namespace.clone() };
        if let Some(place) = place.or_else(|| key.cluster.clone()) {
            said.fields.push(("namespace".into(), place.into(), view.exists));
        }
        directory.facts_of(record).for_each(|(fact, holding)| said.add(&holding.fact.statement, fact));
        said
    }

    fn add(&mut self, statement: &'d Statement, fact: FactIndex) {
        let (field, value): (Cow<'static, str>, Cow<'d, str>) = match statement {
            // A folder is one of its repository.
            Statement::KnownAs(Handle { space: Space::Path, value, within }) => {
                ("path".into(), format!("{within}/{value}").into())
            }
            Statement::KnownAs(Handle { space: Space::Annotation, value, .. }) => match value.split_once('=') {
                Some((key, value)) => (format!("annotations.{key}").into(), value.into()),
                None => return,
            },
            Statement::KnownAs(handle) => match field_of(handle.space) {
                Some(field) => (field.into(), handle.value[..].into()),
                None => return,
            },
            Statement::Labelled { key, value } => (format!("labels.{key}").into(), value[..].into()),
            Statement::Related { relation, target: Target::Handle(handle), .. }
                if *relation == relation::RUNS_IMAGE =>
            {
                ("image".into(), handle.value[..].into())
            }
            _ => return,
        };
        self.fields.push((field, value, Some(fact)));
    }

    fn tell(&self, resolver: &mut Resolver) {
        let attributes: Vec<(&str, &str)> = self.fields.iter().map(|(field, value, _)| (&**field, &**value)).collect();
        resolver.add(&Row {
            id: &self.id,
            system: &self.system,
            kind: &self.kind,
            name: &self.name,
            attributes: &attributes,
        });
    }

    /// The facts that say what was compared.
    fn facts(&self, field: &str) -> impl Iterator<Item = FactIndex> + '_ {
        // An image may be compared as a name as well.
        let is_image = matches!(field, "image name" | "common image name" | "image tag");
        let field = if is_image { "image" } else { field }.to_owned();
        let own = self.exists.filter(|_| field == "name");
        let said = self.fields.iter().filter(move |(of, ..)| *of == field).filter_map(|(.., fact)| *fact);
        own.into_iter().chain(said)
    }
}

/// The fields that names of a space are, by the names that formats give them.
fn field_of(space: Space) -> Option<&'static str> {
    Some(match space {
        Space::ServiceName => "service.name",
        Space::NativeId => "native_id",
        Space::Host => "hosts",
        _ => return None,
    })
}

fn score(decision: &Decision, a: &Said<'_>, b: &Said<'_>) -> PairScore {
    let weight = |(evidence, [mine, theirs]): &(crate::identity::resolve::Evidence, [String; 2])| Weight {
        field: Cow::Owned(evidence.field.clone()),
        technique: evidence.technique,
        value: evidence.value.clone(),
        weight: evidence.weight,
        facts: a.facts(mine).chain(b.facts(theirs)).collect(),
    };
    PairScore { weights: decision.weights.iter().map(weight).collect(), score: decision.score }
}

/// One line that says why two are kept apart.
fn words(reason: &WhyNot, key: &dyn Fn(&str) -> String) -> String {
    match reason {
        WhyNot::Together => "they are one".to_owned(),
        WhyNot::TooLittle { score } => format!("score {score:.1} is under {:.1}", NEEDED.bits()),
        WhyNot::Split { .. } => "split by a person".to_owned(),
        WhyNot::SideBySide { a, b } => format!("{} and {} stand side by side in one system", key(a), key(b)),
        WhyNot::Rival { record } => format!("it is not sure, and {} is nearly as near", key(record)),
        WhyNot::Against { a, b } => format!("it is not sure, and {} and {} speak against it", key(a), key(b)),
    }
}

/// What was learnt so far of who is one with whom, as pairs that hold each group together.
pub(super) fn chains<'g>(groups: impl Iterator<Item = &'g Vec<RecordIndex>>) -> Pairs {
    let links = |group: &'g Vec<RecordIndex>| group.windows(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])));
    groups.flat_map(links).collect()
}
