//! What was over time: the history of one entity, and what changed since somebody last asked.

use std::sync::Arc;

use serde::Serialize;

use crate::analysis::{Changes, changes};
use crate::answer::{Answer, AsOf};
use crate::base::{Context, Error, ErrorKind, Result, Timestamp};
use crate::engine::{At, State, Twin};
use crate::graph::Pages;
use crate::history::{Gap, Spell, gaps};
use crate::identity::{EntityId, HumanDecision, IdentityChange};
use crate::observe::RecordKey;
use crate::schema::Schema;

/// Everything that was ever said of an entity, by all that is known today.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct History {
    /// The entity, by the id that stands for it today.
    pub entity: EntityId,
    /// Every record that belongs to it, also those that are gone.
    pub records: Vec<RecordKey>,
    /// What was said of them, in the order of records, statements and times.
    pub spells: Vec<Spell>,
    /// When none of them was there, after the first was.
    pub gaps: Vec<Gap>,
    /// Merges, splits and what people decided about it, in the order of their times.
    pub identity: Vec<IdentityEvent>,
}

/// Something that happened to who is one thing.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct IdentityEvent {
    /// When the twin learned it.
    pub at: Timestamp,
    /// What happened.
    pub event: IdentityEventKind,
}

/// By evidence, or by a person.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityEventKind {
    /// What followed from what was read and decided.
    Changed(IdentityChange),
    /// What a person decided, in words.
    Decided(
        #[serde(serialize_with = "in_words")]
        #[schemars(with = "String")]
        HumanDecision,
    ),
}

fn in_words<S: serde::Serializer>(decision: &HumanDecision, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(decision)
}

/// A page of what changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangesSince {
    /// What differs, as far as this page goes. Evidence points into the snapshot of `as_of`.
    pub changes: Changes,
    /// The two times of the later side; `None` while nothing was ever known.
    pub as_of: Option<AsOf>,
    /// From where to go on.
    pub cursor: String,
    /// Whether there is more already.
    pub more: bool,
}

impl ChangesSince {
    /// How many changes a page has at most where nobody says otherwise.
    pub const PAGE: usize = 1_000;
}

impl Twin {
    /// What was said of an entity over time: since when, until when, by whom and why, and when it was not there. Named by an id of today or of before, or by a
    /// record as in [`Twin::record`], also one that is gone. O(words on its records + records).
    ///
    /// # Errors
    /// `Unknown`, `Ambiguous`; `Corrupt` or `Io` where the past cannot be read.
    pub fn history(&self, name: &str) -> Result<History> {
        let id = match self.entity_with_records(&EntityId::new(name)) {
            Some(id) => id,
            None => self.entity_of(&self.record(name)?),
        };
        let mut state = self.state();
        state.read_all()?;
        let identity = state.log.identity();
        let of_entity = identity.assigned().filter(|(_, entity)| *identity.current(entity) == id);
        let records: Vec<RecordKey> = of_entity.map(|(record, _)| record.clone()).collect();
        let spells = state.log.spells(&records);
        let identity = state.identity_events(&id, &records);
        Ok(History { gaps: gaps(&spells), entity: id, records, spells, identity })
    }

    fn entity_with_records(&self, id: &EntityId) -> Option<EntityId> {
        let state = self.state();
        let identity = state.log.identity();
        let current = identity.current(id);
        identity.assigned().any(|(_, entity)| entity == current).then(|| current.clone())
    }

    fn entity_of(&self, record: &RecordKey) -> EntityId {
        let state = self.state();
        let identity = state.log.identity();
        identity.entity_of(record).map_or_else(|| EntityId::new(""), |entity| identity.current(entity).clone())
    }

    /// What changed from one time to another. O(facts).
    ///
    /// # Errors
    /// As [`Twin::as_of`].
    pub fn diff(&self, from: At, to: At) -> Result<Answer<Changes>> {
        Ok(self.as_of(to)?.diff(&self.as_of(from)?))
    }

    /// What differs between the commit at which the cursor stands and the last one, at most so many at a time; without a cursor, everything that there is. A cursor
    /// holds for as long as the time at which it stands is kept, in any process and after reopening. Whoever reads beside a writer calls [`Twin::refresh`]
    /// before. O(facts).
    ///
    /// # Errors
    /// `Invalid` for what is no cursor, or stands at a time that is no longer kept, and for pages of nothing; `Corrupt` or `Io` where the past cannot be read.
    pub fn changes_since(&self, cursor: Option<&str>, most: usize) -> Result<ChangesSince> {
        if most == 0 {
            return Err(Error::new(ErrorKind::Invalid, "a page of changes has at least one of them"));
        }
        let cursor = cursor.map_or(Ok(Cursor::default()), Cursor::parse)?;
        let mut state = self.state();
        let Some(last) = state.log.last() else {
            return Ok(ChangesSince { changes: Changes::new(), as_of: None, cursor: cursor.to_string(), more: false });
        };
        let to = cursor.to.unwrap_or(last);
        let before = state.pages_at(self.schema(), cursor.from)?;
        let after = state.pages_at(self.schema(), Some(to))?;
        let all = changes(&before, &after, &Context::new(to));
        let page: Changes = all.iter().skip(cursor.offset).take(most).cloned().collect();
        let offset = cursor.offset + page.len();
        let next = match offset < all.len() {
            true => Cursor { from: cursor.from, to: Some(to), offset },
            false => Cursor { from: Some(to), ..Cursor::default() },
        };
        let more = next.to.is_some() || to < last;
        Ok(ChangesSince { changes: page, as_of: Some(AsOf { valid: to, known: to }), cursor: next.to_string(), more })
    }
}

impl State {
    /// What happened to a thing as such: to its id, to ids that it stands for, and to its records. O(words of identity).
    fn identity_events(&self, id: &EntityId, records: &[RecordKey]) -> Vec<IdentityEvent> {
        let identity = self.log.identity();
        let is_own = |change: &IdentityChange| change.entities().any(|entity| identity.current(entity) == id);
        let changed = self.log.identity_changes().into_iter().filter(|(_, change)| is_own(change));
        let changed = changed.map(|(at, change)| IdentityEvent { at, event: IdentityEventKind::Changed(change) });
        let is_about = |decision: &HumanDecision| decision.records().any(|record| records.contains(record));
        let decided = self.log.dated_decisions().filter(|(_, decision)| is_about(decision));
        let decided =
            decided.map(|(at, decision)| IdentityEvent { at, event: IdentityEventKind::Decided(decision.clone()) });
        // What a person decided comes before what followed from it.
        let mut events: Vec<IdentityEvent> = decided.chain(changed).collect();
        events.sort_by_key(|event| event.at);
        events
    }

    fn pages_at(&mut self, schema: &Schema, tx: Option<Timestamp>) -> Result<Arc<Pages>> {
        match tx {
            None => Ok(Arc::new(Pages::empty(schema))),
            Some(tx) => Ok(self.then(schema, AsOf { valid: tx, known: tx })?.0),
        }
    }
}

/// Between which commits, and how far. As text: `FROM`, or `FROM:TO+OFFSET` in the midst of pages, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cursor {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    offset: usize,
}

impl Cursor {
    fn parse(text: &str) -> Result<Cursor> {
        let read = || {
            let (times, offset) = text.split_once('+').unwrap_or((text, "0"));
            let (from, to) = times.split_once(':').unwrap_or((times, ""));
            Some(Cursor { from: time(from)?, to: time(to)?, offset: offset.parse().ok()? })
        };
        read().ok_or_else(|| Error::new(ErrorKind::Invalid, format!("{text:?} is no cursor that changes_since gave")))
    }
}

/// A time, or none for no text.
fn time(text: &str) -> Option<Option<Timestamp>> {
    match text {
        "" => Some(None),
        text => Timestamp::from_micros(text.parse().ok()?).map(Some),
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let micros = |at: Option<Timestamp>| at.map_or(String::new(), |at| at.as_micros().to_string());
        match self.to {
            None => f.write_str(&micros(self.from)),
            to => write!(f, "{}:{}+{}", micros(self.from), micros(to), self.offset),
        }
    }
}
