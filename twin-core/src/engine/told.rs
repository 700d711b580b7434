//! What a twin tells of its past and of its store, as hosts of other languages read it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::analysis::Change;
use crate::answer::{AsOf, ResolvedEvidence, ResolvedStep, canonical};
use crate::base::Timestamp;
use crate::engine::receipt::change_value;
use crate::engine::{ChangesSince, History, IdentityEvent};
use crate::history::{Gap, Redaction, Spell, Verified};
use crate::identity::EntityId;
use crate::observe::{Evidence, Perspective, SourceId, Statement, Step};

/// Everything that was ever said of an entity, by all that is known today.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "History")]
pub struct HistoryTold {
    /// The entity, by the id that stands for it today.
    pub entity: EntityId,
    /// The keys of every record that belongs to it, also of those that are gone.
    pub records: Vec<String>,
    /// What was said of them, in the order of records, statements and times.
    pub spells: Vec<SpellTold>,
    /// When none of them was there, after the first was.
    pub gaps: Vec<Gap>,
    /// Merges, splits and what people decided about it, in the order of their times.
    pub identity: Vec<IdentityEvent>,
}

/// One statement over one stretch of time, by the word of one scope.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Spell")]
pub struct SpellTold {
    /// The key of the record.
    pub record: String,
    /// What was said.
    pub statement: Statement,
    /// From which side.
    pub perspective: Perspective,
    /// By whom.
    pub source: SourceId,
    /// Where within the source: a file.
    pub scope: String,
    /// Since when it held.
    pub since: Timestamp,
    /// Until when; none as long as nobody said that it ended.
    pub until: Option<Timestamp>,
    /// When the twin learned what it goes by; none for what was learned before what is kept.
    pub known_since: Option<Timestamp>,
    /// Why it is believed.
    pub evidence: Vec<ResolvedEvidence>,
}

/// A page of what changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ChangesSince")]
pub struct ChangesSinceTold {
    /// What differs, as far as this page goes, without evidence: ask a snapshot for that.
    #[schemars(with = "Vec<Change>")]
    pub changes: Vec<Value>,
    /// The two times of the later side; none while nothing was ever known.
    pub as_of: Option<AsOf>,
    /// From where to go on.
    pub cursor: String,
    /// Whether there is more already.
    pub more: bool,
}

impl History {
    /// Canonical JSON, as [`HistoryTold`] has it.
    pub fn to_json(&self) -> String {
        json(&HistoryTold {
            entity: self.entity.clone(),
            records: self.records.iter().map(ToString::to_string).collect(),
            spells: self.spells.iter().map(spell).collect(),
            gaps: self.gaps.clone(),
            identity: self.identity.clone(),
        })
    }
}

impl ChangesSince {
    /// Canonical JSON, as [`ChangesSinceTold`] has it.
    pub fn to_json(&self) -> String {
        json(&ChangesSinceTold {
            changes: self.changes.iter().map(change_value).collect(),
            as_of: self.as_of,
            cursor: self.cursor.clone(),
            more: self.more,
        })
    }
}

impl Verified {
    /// Canonical JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl Redaction {
    /// Canonical JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

fn json(told: &impl Serialize) -> String {
    canonical(&serde_json::to_value(told).unwrap_or_default())
}

fn spell(spell: &Spell) -> SpellTold {
    SpellTold {
        record: spell.record.to_string(),
        statement: spell.statement.clone(),
        perspective: spell.perspective,
        source: spell.scope.source.clone(),
        scope: spell.scope.path.clone(),
        since: spell.since,
        until: spell.until,
        known_since: spell.known_since,
        evidence: spell.evidence.iter().map(|evidence| proof(spell, evidence)).collect(),
    }
}

fn proof(spell: &Spell, evidence: &Evidence) -> ResolvedEvidence {
    ResolvedEvidence {
        source: spell.scope.source.clone(),
        scope: spell.scope.path.clone(),
        locator: evidence.chain.first().map(|step| step.locator.to_string()),
        chain: evidence.chain.iter().map(step).collect(),
        field: evidence.field.clone(),
        technique: evidence.technique.to_string(),
        confidence: evidence.confidence,
        perspective: spell.perspective,
        observed_at: evidence.observed_at,
    }
}

fn step(step: &Step) -> ResolvedStep {
    ResolvedStep { locator: step.locator.to_string(), raw: step.raw.clone() }
}
