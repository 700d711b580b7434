//! What stands in a snapshot: entities, relations, groups.

use serde::Serialize;

use crate::answer::EvidenceId;
use crate::identity::EntityId;
use crate::observe::{Perspective, RecordKey};
use crate::schema::{AttributeName, Kind, Relation, Value, kind};

/// Whether somebody should own things of this kind.
pub fn is_owned(kind: &Kind) -> bool {
    const OWNED: [Kind; 10] = [
        kind::COMPONENT,
        kind::DATA_STORE,
        kind::CACHE,
        kind::BUCKET,
        kind::QUEUE,
        kind::IDENTITY_PROVIDER,
        kind::DECISION,
        kind::RESOURCE,
        kind::KEY_STORE,
        kind::PIPELINE,
    ];
    OWNED.contains(kind)
}

/// Where a thing stands, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Placement {
    /// The environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The cluster, or the project of Compose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// One value of an attribute, from one side. Sources that disagree give several.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeValue {
    /// Which attribute.
    pub name: AttributeName,
    /// The value.
    pub value: Value,
    /// From which side.
    pub perspective: Perspective,
    /// Why it is believed.
    pub evidence: Vec<EvidenceId>,
}

/// One entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its stable id.
    pub id: EntityId,
    /// Its kind.
    pub kind: Kind,
    /// Its name for people; an instance's carries where it stands.
    pub name: String,
    /// The records that make it up.
    pub records: Vec<RecordKey>,
    /// Where it stands.
    pub placement: Placement,
    /// The component that an instance or a member belongs to.
    pub component: Option<EntityId>,
    /// Its attributes, by name, then side, then value.
    pub attributes: Vec<AttributeValue>,
    /// Why it is believed to be there.
    pub evidence: Vec<EvidenceId>,
}

impl Entity {
    /// An entity that nothing more is known of.
    pub fn new(id: EntityId, kind: Kind, name: impl Into<String>) -> Self {
        Entity {
            id,
            kind,
            name: name.into(),
            records: Vec::new(),
            placement: Placement::default(),
            component: None,
            attributes: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// The values of an attribute, as each side gives them.
    pub fn values<'a>(&'a self, name: &'a AttributeName) -> impl Iterator<Item = &'a AttributeValue> {
        self.attributes.iter().filter(move |attribute| attribute.name == *name)
    }
}

/// One relation between two entities, with all the sides from which it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The left end.
    pub from: u32,
    /// The right end.
    pub to: u32,
    /// Which relation.
    pub relation: Relation,
    /// Which variant, where somebody says so.
    pub variant: Option<String>,
    /// The sides from which it is known, in order.
    pub perspectives: Vec<Perspective>,
    /// How sure the surest evidence is.
    pub confidence: f64,
    /// More about it, as each side says.
    pub attributes: Vec<AttributeValue>,
    /// Why it is believed.
    pub evidence: Vec<EvidenceId>,
}

impl Edge {
    /// A relation that nothing more is known of.
    pub(crate) fn new(from: u32, relation: Relation, to: u32, variant: Option<String>) -> Self {
        let (perspectives, attributes, evidence) = (Vec::new(), Vec::new(), Vec::new());
        Edge { from, to, relation, variant, perspectives, confidence: 0.0, attributes, evidence }
    }
}

/// Things of which some may fail: the owner needs `k` of the members.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Who needs them.
    pub owner: u32,
    /// Who is needed.
    pub members: Vec<u32>,
    /// How many of them.
    pub k: usize,
}
