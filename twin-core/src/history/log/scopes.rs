//! The scopes that the log knows: how they were read, and what each lists at the head of the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Digest, Timestamp};
use crate::graph::ScopeReading;
use crate::history::log::facts::{FactId, ScopeId};
use crate::history::row::Reading;
use crate::observe::{Capability, Outcome, Scope};

/// What is known of the reading of a scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::history) struct Standing {
    /// What its readings can yield, by the last that said so.
    pub capabilities: Arc<Vec<Capability>>,
    /// When it was last read, by its own word; a mark that it was not read does not count.
    pub observed: Option<Timestamp>,
    /// Where its source goes on.
    pub cursor: Option<String>,
    /// Whether the last word is that it is gone.
    pub gone: bool,
    /// The last word on it; `None` if it was not read yet, or is gone.
    pub reading: Option<Arc<ScopeReading>>,
}

impl Standing {
    /// Follows one more reading. Returns whether it was older than what is known, so that it changes nothing but the cursor.
    pub fn hear(&mut self, reading: &Reading) -> bool {
        if !reading.capabilities.is_empty() && *self.capabilities != reading.capabilities {
            self.capabilities = Arc::new(reading.capabilities.clone());
        }
        if reading.cursor.is_some() {
            self.cursor.clone_from(&reading.cursor);
        }
        self.gone = reading.outcome.is_none();
        let outdated = is_outdated(reading, self.observed);
        if !outdated {
            self.observed = newest(reading, self.observed);
            self.reading = self.after(reading);
        }
        outdated
    }

    fn after(&mut self, reading: &Reading) -> Option<Arc<ScopeReading>> {
        let outcome = reading.outcome.clone()?;
        let before = self.reading.take();
        let completed = (outcome == Outcome::Complete).then_some(reading.observed_at);
        let capabilities = match reading.capabilities.is_empty() {
            true => before.as_ref().map(|before| before.capabilities.clone()).unwrap_or_default(),
            false => self.capabilities.clone(),
        };
        let diagnostics = match is_read(reading) {
            true => reading.diagnostics,
            false => before.as_ref().map_or(0, |before| before.diagnostics),
        };
        Some(Arc::new(ScopeReading {
            diagnostics,
            capabilities,
            completed_at: completed.or(before.and_then(|before| before.completed_at)),
            tried_at: reading.observed_at,
            outcome,
        }))
    }
}

/// One scope's readings, and what it lists at the head of the log.
#[derive(Clone, Debug, Default)]
pub(in crate::history) struct ScopeLog {
    pub live: BTreeSet<FactId>,
    /// Facts with a stated end that was still to come when it was stated.
    pub ending: BTreeMap<FactId, Timestamp>,
    pub members: Arc<BTreeSet<String>>,
    pub standing: Standing,
    /// What stood where the log begins.
    pub founded: Standing,
    pub readings: Vec<(Timestamp, Reading)>,
    /// Words on times before this one were left out.
    pub left_out: Option<Timestamp>,
    /// The times at which it told of records, by these, where no word on a fact shows them.
    pub told: BTreeMap<Digest, BTreeSet<Timestamp>>,
}

impl ScopeLog {
    /// Keeps a reading.
    pub fn read(&mut self, tx: Timestamp, reading: Reading) {
        if !self.standing.hear(&reading) {
            self.list(&reading);
        }
        self.readings.push((tx, reading));
    }

    /// Keeps that it told of a record at a time. Returns whether that is new.
    pub fn tell(&mut self, record: Digest, at: Timestamp) -> bool {
        self.told.entry(record).or_default().insert(at)
    }

    /// Takes back that it told of a record at a time.
    pub fn untell(&mut self, record: Digest, at: Timestamp) {
        if let Some(times) = self.told.get_mut(&record) {
            times.remove(&at);
            if times.is_empty() {
                self.told.remove(&record);
            }
        }
    }

    fn list(&mut self, reading: &Reading) {
        match (&reading.outcome, &reading.members) {
            (None, _) => self.members = Arc::default(),
            (Some(Outcome::Complete), Some(members)) => self.members = Arc::new(members.iter().cloned().collect()),
            (Some(_), Some(members)) => Arc::make_mut(&mut self.members).extend(members.iter().cloned()),
            (Some(_), None) => {}
        }
    }

    /// The last word on the scope by then; `None` if it was not read yet, or is gone. O(readings) for a time before the last.
    pub fn as_known(&self, known: Timestamp) -> Option<Arc<ScopeReading>> {
        if self.readings.last().is_none_or(|(tx, _)| *tx <= known) {
            return self.standing.reading.clone();
        }
        let mut standing = self.founded.clone();
        for (_, reading) in self.readings.iter().take_while(|(tx, _)| *tx <= known) {
            standing.hear(reading);
        }
        standing.reading
    }
}

/// All scopes of a log.
#[derive(Clone, Debug, Default)]
pub(in crate::history) struct Scopes {
    by_name: BTreeMap<Arc<Scope>, ScopeId>,
    rows: Vec<(Arc<Scope>, ScopeLog)>,
}

impl Scopes {
    /// The scope at a place.
    pub fn get(&self, scope: ScopeId) -> &ScopeLog {
        &self.rows[scope as usize].1
    }

    pub fn get_mut(&mut self, scope: ScopeId) -> &mut ScopeLog {
        &mut self.rows[scope as usize].1
    }

    /// The name of the scope at a place.
    pub fn name(&self, scope: ScopeId) -> &Scope {
        &self.rows[scope as usize].0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The place of a scope. O(log scopes).
    pub fn place(&self, scope: &Scope) -> Option<ScopeId> {
        self.by_name.get(scope).copied()
    }

    /// What is known of a scope.
    pub fn find(&self, scope: &Scope) -> Option<&ScopeLog> {
        self.place(scope).map(|place| self.get(place))
    }

    /// The place of a scope, which gets one if it has none.
    pub fn intern(&mut self, scope: &Scope) -> ScopeId {
        if let Some(place) = self.place(scope) {
            return place;
        }
        let (place, scope) = (self.rows.len() as ScopeId, Arc::new(scope.clone()));
        self.rows.push((scope.clone(), ScopeLog::default()));
        self.by_name.insert(scope, place);
        place
    }

    /// Forgets what each scope lists.
    pub fn forget_facts(&mut self) {
        for (_, scope) in &mut self.rows {
            scope.live.clear();
            scope.ending.clear();
        }
    }

    /// Forgets the scopes that came after the first `count`.
    pub fn cut(&mut self, count: usize) {
        for (scope, _) in self.rows.drain(count..) {
            self.by_name.remove(&scope);
        }
    }

    /// All scopes, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Scope>, ScopeId, &ScopeLog)> {
        self.by_name.iter().map(|(scope, place)| (scope, *place, self.get(*place)))
    }
}

/// Whether something was read, as against a mark that it was not.
fn is_read(reading: &Reading) -> bool {
    !reading.capabilities.is_empty() || reading.members.is_some()
}

/// Whether a reading is older, by its own word, than one that is known.
fn is_outdated(reading: &Reading, observed: Option<Timestamp>) -> bool {
    is_read(reading) && observed.is_some_and(|known| reading.observed_at < known)
}

/// When the scope was last read, after one more reading; never, once it is gone.
fn newest(reading: &Reading, observed: Option<Timestamp>) -> Option<Timestamp> {
    reading.outcome.as_ref()?;
    if is_read(reading) { Some(reading.observed_at) } else { observed }
}
