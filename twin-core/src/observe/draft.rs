//! What a host's own source hands over: the same as a [`Page`], in the plain words that people write by hand, read from JSON.
//!
//! Bad input is data here too: a record that makes no sense becomes a rejected diagnostic, and the page goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::base::{Error, ErrorKind, Money, Result, Timestamp};
use crate::observe::{
    Batch, Capability, Diagnostic, Evidence, Handle, Locator, Mode, Outcome, Page, Perspective, Proof, Record,
    RecordKey, Scope, SourceId, Space, Statement, Target, code, technique,
};
use crate::schema::{AttributeName, Kind, Relation, Schema, Value, ValueType, kind};

/// What a host's source can and cannot see.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CapabilityDraft {
    /// The kinds and relations that it can yield.
    pub reads: Vec<String>,
    /// `full` (default): each pass tells everything. `delta`: only what changed.
    #[serde(default = "full")]
    pub mode: Mode,
    /// How long a reading is fresh, such as `30s`, `15min`, `1h`, `2d`. Default: an hour.
    #[serde(default)]
    pub cadence: Option<String>,
    /// A reading older than this is stale. Default: twice the cadence.
    #[serde(default)]
    pub stale_after: Option<String>,
    /// What it cannot see, each a phrase for people.
    #[serde(default)]
    pub cannot_see: Vec<String>,
}

fn full() -> Mode {
    Mode::Full
}

/// One page of a reading.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageDraft {
    /// What the page is complete about: a file, a namespace, a sheet. Empty for the source as a whole.
    #[serde(default)]
    pub scope: String,
    /// `full` (default): what is not listed is gone. `delta`: what is not listed stays.
    #[serde(default = "full")]
    pub mode: Mode,
    /// Why the scope could not be read to its end, if it could not. Then nothing is taken away.
    #[serde(default)]
    pub partial: Option<String>,
    /// The scopes within this one, if the page is a listing of scopes.
    #[serde(default)]
    pub members: Option<Vec<String>>,
    /// The records, each as a [`RecordDraft`].
    #[serde(default)]
    #[schemars(with = "Vec<RecordDraft>")]
    pub records: Vec<Json>,
    /// With `delta`: what the source says is gone.
    #[serde(default)]
    pub gone: Vec<KeyDraft>,
    /// The source's own time of the reading.
    #[serde(default)]
    pub observed_at: Option<Timestamp>,
    /// Where to go on.
    #[serde(default)]
    pub cursor: Option<String>,
    /// Whether this is the last page. Default: yes, unless there is a cursor to go on from.
    #[serde(default)]
    pub done: Option<bool>,
}

/// The key of a record within its source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyDraft {
    /// The kind.
    pub kind: String,
    /// The source's own name or native id.
    pub key: String,
    /// The namespace, if it has any.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The cluster, account, host or project, if it has any.
    #[serde(default)]
    pub cluster: Option<String>,
}

/// Everything that the page says about one thing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDraft {
    /// The kind.
    pub kind: String,
    /// The source's own name or native id.
    pub key: String,
    /// The name for people. Default: the key.
    #[serde(default)]
    pub name: Option<String>,
    /// The namespace, if it has any.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The cluster, account, host or project, if it has any.
    #[serde(default)]
    pub cluster: Option<String>,
    /// Where it stands: `path:line`, or `path#document/json-pointer`. Default: the scope.
    #[serde(default)]
    pub at: Option<String>,
    /// What stands there, to the letter, without its secret part. Default: the name.
    #[serde(default)]
    pub raw: Option<String>,
    /// From which side: `declared` (default), `deployed`, `observed`, `billed` or `decided`.
    #[serde(default)]
    pub perspective: Option<Perspective>,
    /// Since when it holds by the source's own word.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// Until when.
    #[serde(default)]
    pub valid_to: Option<Timestamp>,
    /// Attributes by their names in the table.
    #[serde(default)]
    pub attributes: BTreeMap<String, Json>,
    /// Other names that it answers to.
    #[serde(default)]
    pub known_as: Vec<Handle>,
    /// What it is related to.
    #[serde(default)]
    pub relations: Vec<RelationDraft>,
}

/// One relation of a record. The other end is named by its `kind` and `key` within this source, by the `name` that people call it, or by a `handle`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelationDraft {
    /// Which relation, from the record to the other end.
    pub relation: String,
    /// Which variant, where the source says.
    #[serde(default)]
    pub variant: Option<String>,
    /// The other end's kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// The other end's key.
    #[serde(default)]
    pub key: Option<String>,
    /// What people call the other end.
    #[serde(default)]
    pub name: Option<String>,
    /// Whatever answers to this.
    #[serde(default)]
    pub handle: Option<Handle>,
    /// Attributes of the relation.
    #[serde(default)]
    pub attributes: BTreeMap<String, Json>,
    /// Where it stands. Default: where the record stands.
    #[serde(default)]
    pub at: Option<String>,
    /// What stands there. Default: what names the other end.
    #[serde(default)]
    pub raw: Option<String>,
}

impl CapabilityDraft {
    /// Reads a capability from JSON.
    ///
    /// # Errors
    /// `Invalid`, with what is wrong.
    pub fn from_json(text: &str) -> Result<Self> {
        object(text, "this is no capability")
    }

    /// The capability of a source of that sort.
    ///
    /// # Errors
    /// `Unknown` for a name that is neither a kind nor a relation, `Invalid` for a span of time that makes no sense.
    pub fn capability(&self, sort: &str, schema: &Schema) -> Result<Capability> {
        let (mut kinds, mut relations) = (Vec::new(), Vec::new());
        for name in &self.reads {
            match (schema.kind(name), schema.relation(name)) {
                (Ok(row), _) => kinds.push(row.name.clone()),
                (_, Ok(row)) => relations.push(row.name.clone()),
                _ => return Err(unknown_row(name, schema)),
            }
        }
        let fresh_for = self.cadence.as_deref().map_or(Ok(Duration::from_secs(3_600)), span)?;
        let stale_after = self.stale_after.as_deref().map_or(Ok(fresh_for.saturating_mul(2)), span)?;
        Ok(Capability {
            mode: self.mode,
            fresh_for,
            stale_after,
            permissions: "the host's own".to_owned(),
            cost: "the host's own".to_owned(),
            cannot_see: self.cannot_see.clone(),
            proof: Proof::Documented,
            ..Capability::of_files(sort, &kinds, &relations)
        })
    }
}

/// Reads an object; fields that come as a list without names are none.
fn object<T: serde::de::DeserializeOwned>(text: &str, wrong: &str) -> Result<T> {
    if !text.trim_start().starts_with('{') {
        return Err(invalid(format!("{wrong}: it is not an object")));
    }
    serde_json::from_str(text).map_err(|error| Error::misread(wrong, &error))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invalid, message)
}

fn unknown_row(name: &str, schema: &Schema) -> Error {
    let kinds = schema.kinds().map(|row| row.name.as_str());
    Error::unknown("kind or relation", name, kinds.chain(schema.relations().map(|row| row.name.as_str())))
}

/// Reads `30s`, `15min`, `1h`, `2d`.
fn span(text: &str) -> Result<Duration> {
    let unit_at = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit.trim() {
        "s" => 1,
        "min" | "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => 0,
    };
    let number: u64 = number.parse().unwrap_or(0);
    match number.checked_mul(seconds).filter(|seconds| *seconds > 0) {
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None => Err(invalid(format!("{text:?} is no span of time: write 30s, 15min, 1h or 2d"))),
    }
}

impl PageDraft {
    /// Reads a page from JSON.
    ///
    /// # Errors
    /// `Invalid` if it has not the shape of a page; records are looked at one by one in [`PageDraft::page`].
    pub fn from_json(text: &str) -> Result<Self> {
        object(text, "this is no page of a source")
    }

    /// The page, with a diagnostic for each record that makes no sense.
    pub fn page(self, source: &SourceId, capability: &Capability, schema: &Schema) -> Page {
        let done = self.done.unwrap_or(self.cursor.is_none());
        let mut batch = Batch::full(Scope::new(source, self.scope.trim_matches('/')), capability.clone());
        batch.mode = self.mode;
        batch.members = self.members;
        batch.observed_at = self.observed_at;
        batch.gone = self.gone.into_iter().map(|key| key.record_key(source)).collect();
        let mut reader = Reader { source, schema, batch, told: keys(&self.records), places: BTreeMap::new() };
        for (place, record) in self.records.iter().enumerate() {
            reader.take(place, record);
        }
        let rejected = reader.batch.diagnostics.iter().find(|diagnostic| diagnostic.records > 0);
        let why = self.partial.or(rejected.map(|diagnostic| diagnostic.message.clone()));
        reader.batch.outcome = why.map_or(Outcome::Complete, Outcome::Partial);
        Page { batch: reader.batch, next_cursor: self.cursor, done }
    }
}

impl KeyDraft {
    fn record_key(self, source: &SourceId) -> RecordKey {
        let key = RecordKey::new(source, Kind::from(self.kind), self.key).in_namespace(self.namespace);
        RecordKey { cluster: self.cluster, ..key }
    }
}

/// A page while it is read.
struct Reader<'a> {
    source: &'a SourceId,
    schema: &'a Schema,
    batch: Batch,
    /// What the page has a record of, or has mentioned: by kind and key.
    told: BTreeSet<(String, String)>,
    /// Which record was the first of its key.
    places: BTreeMap<RecordKey, usize>,
}

/// The kinds and keys of a page's records.
fn keys(records: &[Json]) -> BTreeSet<(String, String)> {
    let key = |record: &Json| Some((record["kind"].as_str()?.to_owned(), record["key"].as_str()?.to_owned()));
    records.iter().filter_map(key).collect()
}

impl Reader<'_> {
    fn take(&mut self, place: usize, record: &Json) {
        match RecordDraft::deserialize(record) {
            _ if !record.is_object() => self.refuse(place, "it is not an object"),
            Ok(draft) if !draft.key.is_empty() => self.add(place, draft),
            Ok(_) => self.refuse(place, "its key is empty"),
            Err(error) => self.refuse(place, &shape_error(&error.to_string())),
        }
    }

    fn refuse(&mut self, place: usize, why: &str) {
        let locator = Locator::pointer(&self.batch.scope.path, 0, format!("/records/{place}"));
        let message = format!("record {place} makes no sense: {why}");
        self.batch.diagnostics.push(Diagnostic::rejected(code::SHAPE, locator, message));
    }

    fn warn(&mut self, locator: Locator, why: String) {
        self.batch.diagnostics.push(Diagnostic::warning(code::SCHEMA, locator, why));
    }

    fn add(&mut self, place: usize, draft: RecordDraft) {
        let name = draft.name.clone().unwrap_or_else(|| draft.key.clone());
        let locator = locator(draft.at.as_deref().unwrap_or(&self.batch.scope.path));
        let raw = draft.raw.clone().unwrap_or_else(|| name.clone());
        let evidence = Evidence::at(locator.clone(), raw.as_str(), technique::DECLARED);
        let named = KeyDraft { kind: draft.kind, key: draft.key, namespace: draft.namespace, cluster: draft.cluster };
        let perspective = draft.perspective.unwrap_or(Perspective::Declared);
        let mut record = Record::new(named.record_key(self.source), name, perspective, evidence.clone());
        let first = *self.places.entry(record.key.clone()).or_insert(place);
        if first != place {
            let why = format!(
                "record {place} has the key of record {first}, {}: what both say is taken together",
                record.key
            );
            self.warn(locator.clone(), why);
        }
        let is_team = record.key.kind == kind::TEAM;
        let own = is_team.then(|| Handle::global(Space::Team, record.key.name.to_lowercase()));
        own.into_iter().chain(draft.known_as).for_each(|handle| record.known_as(handle, evidence.clone()));
        for (name, value) in self.attributes(&draft.attributes, &locator) {
            record.attribute(name, value, evidence.clone());
        }
        for relation in draft.relations {
            self.relate(&mut record, relation, &locator);
        }
        for observation in &mut record.observations {
            (observation.valid_from, observation.valid_to) = (draft.valid_from, draft.valid_to);
        }
        self.batch.records.push(record);
    }

    /// The attributes that the table has, each with a value of its type.
    fn attributes(&mut self, drafts: &BTreeMap<String, Json>, locator: &Locator) -> BTreeMap<AttributeName, Value> {
        let mut found = BTreeMap::new();
        for (name, value) in drafts {
            match self.schema.attribute(name).map(|row| (row.name.clone(), typed(row.value, value), row.value)) {
                Ok((name, Some(value), _)) => drop(found.insert(name, value)),
                Ok((name, None, of)) => {
                    self.warn(locator.clone(), format!("the value of {name} is not of type {of:?}"))
                }
                Err(error) => self.warn(locator.clone(), error.to_string()),
            }
        }
        found
    }

    fn relate(&mut self, record: &mut Record, draft: RelationDraft, at: &Locator) {
        let locator = draft.at.as_deref().map_or_else(|| at.clone(), locator);
        let named =
            draft.name.clone().or(draft.key.clone()).or(draft.handle.as_ref().map(|handle| handle.value.clone()));
        let Some((target, named)) = self.target(&draft, &locator).zip(named) else {
            let why = format!("relation {} names no other end: give kind and key, name, or handle", draft.relation);
            return self.warn(locator, why);
        };
        let attributes = self.attributes(&draft.attributes, &locator);
        let evidence = Evidence::at(locator, draft.raw.as_deref().unwrap_or(&named), technique::DECLARED);
        let relation = Relation::from(draft.relation);
        record.say(Statement::Related { relation, variant: draft.variant, target, attributes }, evidence);
    }

    fn target(&mut self, draft: &RelationDraft, locator: &Locator) -> Option<Target> {
        match (&draft.kind, &draft.key, &draft.name, &draft.handle) {
            (Some(kind), Some(key), ..) => Some(Target::Record(self.other(kind, key, locator))),
            (.., Some(name), _) => Some(Target::Handle(Handle::global(Space::ComponentName, name.as_str()))),
            (.., Some(handle)) => Some(Target::Handle(handle.clone())),
            _ => None,
        }
    }

    /// The record that a relation names. People and places that a source only mentions are there all the same.
    fn other(&mut self, kind: &str, key: &str, locator: &Locator) -> RecordKey {
        let key = RecordKey::new(self.source, Kind::from(kind.to_owned()), key);
        if is_mentioned(&key.kind) && self.told.insert((kind.to_owned(), key.name.clone())) {
            let evidence = Evidence::at(locator.clone(), key.name.as_str(), technique::DECLARED);
            let mut record = Record::new(key.clone(), key.name.as_str(), Perspective::Declared, evidence.clone());
            record.stands_for = 0;
            if key.kind == kind::TEAM {
                record.known_as(Handle::global(Space::Team, key.name.to_lowercase()), evidence);
            }
            self.batch.records.push(record);
        }
        key
    }
}

/// Kinds that sources name without having a record of each.
fn is_mentioned(of: &Kind) -> bool {
    const MENTIONED: [Kind; 8] = [
        kind::TEAM,
        kind::PERSON,
        kind::COST_CENTER,
        kind::SYSTEM,
        kind::DOMAIN,
        kind::VENDOR,
        kind::ENVIRONMENT,
        kind::REGION,
    ];
    MENTIONED.contains(of)
}

/// What is wrong with a record, without the values that may be secret.
fn shape_error(error: &str) -> String {
    let is_safe = error.starts_with("missing field") || error.starts_with("unknown field");
    if is_safe { error.to_owned() } else { "a field has a value of the wrong type".to_owned() }
}

/// `path:line`, `path#document/pointer`, or a whole file.
fn locator(at: &str) -> Locator {
    if let Some((path, line)) = at.rsplit_once(':')
        && let Ok(line) = line.parse::<usize>()
    {
        return Locator::line(path, line);
    }
    let pointed = at.split_once('#').and_then(|(path, rest)| {
        let (document, pointer) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Some(Locator::pointer(path, document.parse().ok()?, pointer))
    });
    pointed.unwrap_or_else(|| Locator::line(at, 0))
}

/// A plain value of JSON as a value of that type.
fn typed(of: ValueType, value: &Json) -> Option<Value> {
    Some(match of {
        ValueType::Text => Value::Text(value.as_str()?.to_owned()),
        ValueType::Texts => Value::Texts(texts(value)?),
        ValueType::Integer => Value::Integer(value.as_i64()?),
        ValueType::Flag => Value::Flag(value.as_bool()?),
        ValueType::Money => Value::Money(money(value)?),
        ValueType::Duration => Value::Duration(value.as_u64()?),
        ValueType::Bytes => Value::Bytes(value.as_u64()?),
        ValueType::Ratio => Value::Ratio(value.as_u64()?),
        ValueType::Timestamp => Value::Timestamp(Timestamp::parse(value.as_str()?)?),
        ValueType::Sketch => return None,
    })
}

fn texts(value: &Json) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// `{"currency": "EUR", "amount": "12.50"}`.
fn money(value: &Json) -> Option<Money> {
    let amount = value.get("amount")?;
    let written = amount.as_str().map_or_else(|| amount.to_string(), str::to_owned);
    Money::parse(&written, value.get("currency")?.as_str()?)
}
