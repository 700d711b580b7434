//! What is dated: in attributes, labels, decisions, and by a host.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::analysis::{EntityRef, owner_rows};
use crate::answer::{Cites, EvidenceId, Profile, list_cells, table_row, text_cells};
use crate::base::{Error, Result, Timestamp, shortened};
use crate::graph::{AttributeValue, EdgeRef, Node, Snapshot};
use crate::schema::{Value, attribute, kind, relation};
use crate::simulate::check::{invalid, within};

/// The most events that a host gives, and the most freezes.
const MOST_EVENTS: usize = 100_000;
const MOST_FREEZES: usize = 1_000;

/// What happens at a date. The order is that of a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DatedKind {
    /// It can be used from then on.
    Start,
    /// It should not be used any more.
    Deprecation,
    /// Nobody maintains it any more; it runs on.
    EndOfLife,
    /// It is no longer offered: whoever still needs it fails.
    Sunset,
    /// It is taken away.
    Removal,
    /// A certificate, key or licence is no longer valid, unless it is renewed.
    Expiry,
    /// Nothing may be changed for a while.
    Freeze,
    /// Something was decided that takes effect then.
    Decision,
    /// A date of which only the name is known.
    Other,
}

impl DatedKind {
    /// Whether it is there no longer.
    pub fn takes_away(self) -> bool {
        matches!(self, DatedKind::Sunset | DatedKind::Removal)
    }

    /// Its name in data.
    pub fn as_str(self) -> &'static str {
        match self {
            DatedKind::Start => "start",
            DatedKind::Deprecation => "deprecation",
            DatedKind::EndOfLife => "end_of_life",
            DatedKind::Sunset => "sunset",
            DatedKind::Removal => "removal",
            DatedKind::Expiry => "expiry",
            DatedKind::Freeze => "freeze",
            DatedKind::Decision => "decision",
            DatedKind::Other => "other",
        }
    }

    /// Whether it cannot be relied on any longer.
    pub fn ends(self) -> bool {
        self.takes_away() || matches!(self, DatedKind::EndOfLife | DatedKind::Expiry)
    }

    /// What a name says of the date behind it; `None` if it says nothing that is known.
    fn named(name: &str) -> Option<Self> {
        const WORDS: [(&str, DatedKind); 15] = [
            ("sunset", DatedKind::Sunset),
            ("deprecat", DatedKind::Deprecation),
            ("endoflife", DatedKind::EndOfLife),
            ("endofsupport", DatedKind::EndOfLife),
            ("supportend", DatedKind::EndOfLife),
            ("expir", DatedKind::Expiry),
            ("notafter", DatedKind::Expiry),
            ("validuntil", DatedKind::Expiry),
            ("decommission", DatedKind::Removal),
            ("remov", DatedKind::Removal),
            ("retire", DatedKind::Removal),
            ("golive", DatedKind::Start),
            ("availablefrom", DatedKind::Start),
            ("notbefore", DatedKind::Start),
            ("startdate", DatedKind::Start),
        ];
        let lower = name.to_lowercase();
        let is_end_of_life = lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "eol");
        let plain: String = lower.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let found = WORDS.iter().find(|(word, _)| plain.contains(word)).map(|(_, what)| *what);
        found.or(is_end_of_life.then_some(DatedKind::EndOfLife))
    }
}

/// Something dated that a host knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatedEvent {
    /// About whom, by id, record key, alias or unique name. Only a freeze may leave it out: then it is about everything.
    #[serde(default)]
    pub entity: Option<String>,
    /// What happens.
    pub what: DatedKind,
    /// When.
    pub at: Timestamp,
    /// The moment after a freeze; without it the freeze lasts until further notice. Nothing else has one.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// From where a date is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DatedSource {
    /// From an attribute of that name.
    Attribute(String),
    /// From a label or tag of that key.
    Label(String),
    /// From the host, as the event at this place.
    Given(usize),
}

impl fmt::Display for DatedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatedSource::Attribute(name) => write!(f, "attribute {name}"),
            DatedSource::Label(key) => write!(f, "label {key}"),
            DatedSource::Given(place) => write!(f, "given {place}"),
        }
    }
}

/// One dated event.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TimelineRow {
    /// When.
    pub at: Timestamp,
    /// The moment after it, for a freeze that ends.
    pub until: Option<Timestamp>,
    /// About whom; `None` is everything.
    pub entity: Option<EntityRef>,
    /// What happens.
    pub what: DatedKind,
    /// From where that is known.
    pub sources: Vec<DatedSource>,
    /// Who needs the entity directly and is still there then, where the event ends it.
    pub needed_by: Vec<EntityRef>,
    /// Who answers for the entity.
    pub owners: Vec<EntityRef>,
    /// Why the date and those who need it are believed.
    pub evidence: Vec<EvidenceId>,
}

table_row!(TimelineRow: at, until, entity, what, sources, needed_by, owners, evidence);
text_cells!(DatedKind: |what| what.as_str().into());
list_cells!(DatedSource: |source| source.to_string().into());

impl Cites for TimelineRow {
    fn cites(&self) -> &[EvidenceId] {
        &self.evidence
    }
}

/// An event on a node. The order is that of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dated {
    pub at: Timestamp,
    pub node: Option<Node>,
    pub what: DatedKind,
    pub until: Option<Timestamp>,
    pub sources: BTreeSet<DatedSource>,
    pub evidence: BTreeSet<EvidenceId>,
}

/// Everything that is dated from now until then, in order, each entity, kind and moment once; and how many dates are before now.
pub(super) fn dated(snapshot: &Snapshot, until: Timestamp, events: &[DatedEvent]) -> Result<(Vec<Dated>, usize)> {
    within(events.len(), MOST_EVENTS, format_args!("events"))?;
    let freezes = events.iter().filter(|event| event.what == DatedKind::Freeze).count();
    within(freezes, MOST_FREEZES, format_args!("freezes"))?;
    let mut all: Vec<Dated> = snapshot.nodes().flat_map(|node| of_node(snapshot, node)).collect();
    for (place, event) in events.iter().enumerate() {
        all.push(given(snapshot, place, event)?);
    }
    let found = all.len();
    let is_over = |event: &Dated| match event.what {
        DatedKind::Freeze => event.until.is_some_and(|until| until <= snapshot.now()),
        _ => event.at < snapshot.now(),
    };
    all.retain(|event| !is_over(event));
    let past = found - all.len();
    let mut merged: BTreeMap<(Timestamp, Option<Node>, DatedKind, Option<Timestamp>), Dated> = BTreeMap::new();
    for event in all.into_iter().filter(|event| event.at <= until) {
        let key = (event.at, event.node, event.what, event.until);
        let known = merged.entry(key).or_insert_with(|| Dated { sources: BTreeSet::new(), ..event.clone() });
        known.sources.extend(event.sources);
        known.evidence.extend(event.evidence);
    }
    Ok((merged.into_values().collect(), past))
}

fn given(snapshot: &Snapshot, place: usize, event: &DatedEvent) -> Result<Dated> {
    let is_freeze = event.what == DatedKind::Freeze;
    let of = |error: Error| Error::new(error.kind(), format!("event {place}")).because(error);
    let node = event.entity.as_deref().map(|name| snapshot.find(name)).transpose().map_err(of)?;
    if node.is_none() && !is_freeze {
        return Err(invalid(format!("event {place} names no entity: only a freeze is about everything")));
    }
    if event.until.is_some_and(|until| !is_freeze || until <= event.at) {
        return Err(invalid(format!(
            "until of event {place}: only a freeze has one, and it comes after its beginning"
        )));
    }
    let sources = [DatedSource::Given(place)].into();
    let (at, until, what) = (event.at, event.until, event.what);
    Ok(Dated { at, node, what, until, sources, evidence: BTreeSet::new() })
}

fn of_node(snapshot: &Snapshot, node: Node) -> Vec<Dated> {
    let entity = snapshot.entity(node);
    let of = |value: &AttributeValue| -> Vec<(DatedKind, Timestamp, DatedSource)> {
        let name = value.name.as_str();
        match &value.value {
            _ if [attribute::WINDOW_START, attribute::WINDOW_END, attribute::LAST_CHANGE].contains(&value.name) => {
                Vec::new()
            }
            Value::Timestamp(at) if value.name == attribute::DATE && entity.kind == kind::DECISION => {
                let what = is_accepted(snapshot, node).then_some(DatedKind::Decision);
                what.map(|what| (what, *at, DatedSource::Attribute(name.to_owned()))).into_iter().collect()
            }
            Value::Timestamp(at) => {
                let what = DatedKind::named(name).unwrap_or(DatedKind::Other);
                vec![(what, *at, DatedSource::Attribute(name.to_owned()))]
            }
            Value::Text(text) => {
                let told = DatedKind::named(name).zip(Timestamp::parse(text));
                told.map(|(what, at)| (what, at, DatedSource::Attribute(name.to_owned()))).into_iter().collect()
            }
            Value::Texts(labels) => labels.iter().filter_map(|label| of_label(label)).collect(),
            _ => Vec::new(),
        }
    };
    let dated = entity.attributes.iter().flat_map(|value| of(value).into_iter().map(move |told| (told, value)));
    dated
        .map(|((what, at, source), value)| Dated {
            at,
            node: Some(node),
            what,
            until: None,
            sources: [source].into(),
            evidence: value.evidence.iter().copied().collect(),
        })
        .collect()
}

/// What `sunset=2027-01-01` says.
fn of_label(label: &str) -> Option<(DatedKind, Timestamp, DatedSource)> {
    let (key, date) = label.split_once('=')?;
    Some((DatedKind::named(key)?, Timestamp::parse(date)?, DatedSource::Label(shortened(key))))
}

fn is_accepted(snapshot: &Snapshot, decision: Node) -> bool {
    let name = attribute::STATUS;
    snapshot.entity(decision).values(&name).any(|status| status.value.as_text() == Some("accepted"))
}

/// The events as rows, with who is hit by those that end something.
pub(super) fn rows(
    snapshot: &Snapshot,
    dated: &[Dated],
    gone: &BTreeMap<Node, Timestamp>,
    needs: Profile,
) -> Vec<TimelineRow> {
    let row = |event: &Dated| {
        let ended = event.node.filter(|_| event.what.ends());
        let needing = ended.map(|node| needing(snapshot, node, event.at, gone)).unwrap_or_default();
        let owners = event.node.map(|node| owner_rows(snapshot, node, &[], needs)).unwrap_or_default();
        let owners: BTreeSet<EntityRef> = owners.into_iter().filter(|row| row.shown).map(|row| row.owner).collect();
        let cited = needing.values().flatten().copied();
        TimelineRow {
            at: event.at,
            until: event.until,
            entity: event.node.map(|node| EntityRef::of(snapshot, node)),
            what: event.what,
            sources: event.sources.iter().cloned().collect(),
            evidence: event.evidence.iter().copied().chain(cited).collect::<BTreeSet<_>>().into_iter().collect(),
            needed_by: needing.keys().map(|node| EntityRef::of(snapshot, *node)).collect(),
            owners: owners.into_iter().collect(),
        }
    };
    dated.iter().map(row).collect()
}

/// Who needs an entity or its instances directly and has not gone by then, with why that is believed.
fn needing(
    snapshot: &Snapshot,
    node: Node,
    at: Timestamp,
    gone: &BTreeMap<Node, Timestamp>,
) -> BTreeMap<Node, Vec<EvidenceId>> {
    let own = snapshot.component(node);
    let is_need = |edge: &EdgeRef<'_>| {
        let class = &snapshot.pages().classes()[edge.class as usize];
        class.worst.forward.passes() || class.governed || class.relation == relation::DEPENDS_ON
    };
    let has_gone = |node: Node| {
        let whole = [node, snapshot.component(node)];
        whole.iter().any(|node| gone.get(node).is_some_and(|gone| *gone <= at))
    };
    let parts: BTreeSet<Node> = snapshot.instances(node).into_iter().chain([node]).collect();
    let mut needing: BTreeMap<Node, Vec<EvidenceId>> = BTreeMap::new();
    for edge in parts.iter().flat_map(|part| snapshot.incoming(*part)).filter(is_need) {
        let user = snapshot.component(edge.from);
        if user != own && !has_gone(edge.from) {
            needing.entry(user).or_default().extend(&edge.edge.evidence);
        }
    }
    needing
}
