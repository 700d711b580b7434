//! What bears on the head of a log, as bytes: enough to go on from, and to begin a log with.
//!
//! It is a list of parts, each for itself: the head first, then scopes, identity and facts by a few thousand. Words that no longer bear on what holds after
//! the last commit are left out, and each scope says until when something was left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::{Digest, Error, ErrorKind, Result, Timestamp, in_pool};
use crate::graph::ScopeReading;
use crate::history::Log;
use crate::history::intervals::{Intervals, Said};
use crate::history::log::facts::{FactLog, ScopeId, Word};
use crate::history::log::scopes::{ScopeLog, Standing};
use crate::identity::{EntityId, HumanDecision, IdentityState};
use crate::observe::pack::{Packed, Packer, Unpacker, packed};
use crate::observe::{Capability, Evidence, Fact, Listing, Outcome, RecordKey, Scope};

/// How many things are in a part.
const PART: usize = 2_048;

/// One part.
enum Part {
    Head(Head),
    Scopes(Vec<KeptScope>),
    Records(Vec<(RecordKey, EntityId)>),
    Facts(Vec<KeptFact>),
}

struct Head {
    last: Option<Timestamp>,
    revision: u64,
    decisions: Vec<(Timestamp, HumanDecision)>,
    redirects: BTreeMap<EntityId, EntityId>,
    capabilities: Vec<Arc<Vec<Capability>>>,
}

struct KeptScope {
    scope: Scope,
    members: Vec<String>,
    observed: Option<Timestamp>,
    cursor: Option<String>,
    gone: bool,
    /// The place of what it can yield.
    capabilities: u32,
    reading: Option<KeptReading>,
    left_out: Option<Timestamp>,
}

struct KeptReading {
    capabilities: u32,
    completed_at: Option<Timestamp>,
    tried_at: Timestamp,
    outcome: Outcome,
    diagnostics: u64,
}

struct KeptFact {
    fact: Arc<Fact>,
    words: Vec<KeptWord>,
}

struct KeptWord {
    scope: ScopeId,
    tx: Timestamp,
    said: KeptSaid,
}

/// A word without its scope's name.
enum KeptSaid {
    Holds { evidence: Vec<Evidence>, valid_from: Timestamp, valid_to: Option<Timestamp> },
    Ended(Timestamp),
}

packed!(enum Part { 0 => Head(head), 1 => Scopes(scopes), 2 => Records(records), 3 => Facts(facts) });
packed!(struct Head { last, revision, decisions, redirects, capabilities });
packed!(struct KeptScope { scope, members, observed, cursor, gone, capabilities, reading, left_out });
packed!(struct KeptReading { capabilities, completed_at, tried_at, outcome, diagnostics });
packed!(struct KeptFact { fact, words });
packed!(struct KeptWord { scope, tx, said });
packed!(enum KeptSaid { 0 => Holds { evidence, valid_from, valid_to }, 1 => Ended(end) });

/// What bears on the head of a log, as parts. O(facts + scopes + records).
pub(super) fn pack(log: &Log) -> Vec<Vec<u8>> {
    let until = log.last().unwrap_or(Timestamp::MIN);
    let places = places(log);
    let facts: Vec<&FactLog> = log.facts.iter().collect();
    let packed: Vec<PackedFacts> =
        in_pool(|| facts.par_chunks(PART).map(|facts| pack_facts(facts, &places, until)).collect());
    let mut left_out: BTreeMap<ScopeId, Timestamp> = BTreeMap::new();
    for (scope, end) in packed.iter().flat_map(|(_, left_out)| left_out) {
        left_out.entry(*scope).and_modify(|known| *known = (*known).max(*end)).or_insert(*end);
    }
    let mut sets = Sets::default();
    let scopes = pack_scopes(log, &left_out, &mut sets);
    let mut parts = vec![of_part(&Part::Head(head(log, sets)))];
    parts.extend(scopes);
    parts.extend(pack_records(log.identity()));
    parts.extend(packed.into_iter().map(|(bytes, _)| bytes));
    parts
}

/// Each scope's place in the order of their names.
fn places(log: &Log) -> Vec<ScopeId> {
    let mut places = vec![0; log.scopes.len()];
    for (place, (_, scope, _)) in log.scopes.iter().enumerate() {
        places[scope as usize] = place as ScopeId;
    }
    places
}

fn of_part(part: &Part) -> Vec<u8> {
    let mut packer = Packer::sharing();
    part.pack(&mut packer);
    packer.into_bytes()
}

fn head(log: &Log, sets: Sets) -> Head {
    Head {
        last: log.last(),
        revision: log.revision(),
        decisions: log.decisions.clone(),
        redirects: log.identity().redirects().clone(),
        capabilities: sets.0,
    }
}

/// What scopes can yield, each once: many scopes yield the same.
#[derive(Default)]
struct Sets(Vec<Arc<Vec<Capability>>>);

impl Sets {
    fn place(&mut self, set: &Arc<Vec<Capability>>) -> u32 {
        let known = self.0.iter().position(|known| Arc::ptr_eq(known, set) || known == set);
        known.unwrap_or_else(|| {
            self.0.push(set.clone());
            self.0.len() - 1
        }) as u32
    }
}

fn pack_scopes(log: &Log, left_out: &BTreeMap<ScopeId, Timestamp>, sets: &mut Sets) -> Vec<Vec<u8>> {
    let kept = log.scopes.iter().map(|(name, place, scope)| {
        let told = scope.told.values().filter_map(|times| times.last().copied()).max();
        let end = scope.left_out.max(told).max(left_out.get(&place).copied());
        keep_scope(name, scope, end, sets)
    });
    let kept: Vec<KeptScope> = kept.collect();
    let mut kept = kept.into_iter().peekable();
    let mut parts = Vec::new();
    while kept.peek().is_some() {
        parts.push(of_part(&Part::Scopes(kept.by_ref().take(PART).collect())));
    }
    parts
}

fn keep_scope(name: &Scope, scope: &ScopeLog, left_out: Option<Timestamp>, sets: &mut Sets) -> KeptScope {
    let Standing { capabilities, observed, cursor, gone, reading } = &scope.standing;
    KeptScope {
        scope: name.clone(),
        members: scope.members.iter().cloned().collect(),
        observed: *observed,
        cursor: cursor.clone(),
        gone: *gone,
        capabilities: sets.place(capabilities),
        reading: reading.as_ref().map(|reading| KeptReading {
            capabilities: sets.place(&reading.capabilities),
            completed_at: reading.completed_at,
            tried_at: reading.tried_at,
            outcome: reading.outcome.clone(),
            diagnostics: reading.diagnostics,
        }),
        left_out,
    }
}

fn pack_records(identity: &IdentityState) -> Vec<Vec<u8>> {
    let assigned = identity.assigned().map(|(record, entity)| (record.clone(), entity.clone()));
    let assigned: Vec<(RecordKey, EntityId)> = assigned.collect();
    assigned.chunks(PART).map(|records| of_part(&Part::Records(records.to_vec()))).collect()
}

/// A part of facts, and until when each scope's words were left out.
type PackedFacts = (Vec<u8>, Vec<(ScopeId, Timestamp)>);

/// Facts with the words that still bear on them, and until when each scope's words were left out.
fn pack_facts(facts: &[&FactLog], places: &[ScopeId], until: Timestamp) -> PackedFacts {
    let mut left_out = Vec::new();
    let kept = facts.iter().filter_map(|fact| {
        let words = words_of(fact, places, until, &mut left_out);
        (!words.is_empty()).then(|| KeptFact { fact: fact.fact.clone(), words })
    });
    let part = Part::Facts(kept.collect());
    (of_part(&part), left_out)
}

fn words_of(
    fact: &FactLog,
    places: &[ScopeId],
    until: Timestamp,
    left_out: &mut Vec<(ScopeId, Timestamp)>,
) -> Vec<KeptWord> {
    let by_scope = fact.by_scope();
    let mut kept = Vec::with_capacity(by_scope.len());
    for (scope, words) in by_scope {
        let (bearing, end) = bearing(&words, until);
        left_out.extend(end.map(|end| (scope, end)));
        let tx = words.last().map_or(until, |last| last.tx);
        let keep = |said| KeptWord { scope: places[scope as usize], tx, said: kept_said(said) };
        kept.extend(bearing.into_iter().map(keep));
    }
    kept
}

fn kept_said(said: Said) -> KeptSaid {
    match said {
        Said::Holds(listing, valid_to) => {
            KeptSaid::Holds { evidence: listing.evidence.clone(), valid_from: listing.valid_from, valid_to }
        }
        Said::Ended(end) => KeptSaid::Ended(end),
    }
}

/// The words that say the same of every time from `until` on, and the last time of which they do not say all that the words of one scope said.
fn bearing(words: &[&Word], until: Timestamp) -> (Vec<Said>, Option<Timestamp>) {
    if let [Word { said: said @ Said::Holds(_, end), .. }] = words
        && end.is_none_or(|end| end > until)
    {
        return (vec![said.clone()], None);
    }
    let intervals = Intervals::of(words.iter().map(|word| &word.said));
    let mut kept = Vec::new();
    for (since, (end, listing)) in intervals.closed.iter().filter(|(since, (end, _))| *end > until && *since < end) {
        let begins_so = listing.valid_from == *since;
        match begins_so {
            true => kept.push(Said::Holds(listing.clone(), Some(*end))),
            false => kept.extend(opening(listing, *since).into_iter().chain([Said::Ended(*end)])),
        }
    }
    kept.extend(intervals.open.iter().flat_map(|(since, listing)| opening(listing, *since)));
    let times = words.iter().map(|word| word.said.time());
    let left_out = times.chain(intervals.closed.values().map(|(end, _)| *end).filter(|end| *end <= until)).max();
    (kept, left_out)
}

/// The words that open an interval which began earlier than its listing says.
fn opening(listing: &Arc<Listing>, since: Timestamp) -> Vec<Said> {
    let last = Said::Holds(listing.clone(), None);
    if listing.valid_from == since {
        return vec![last];
    }
    let first = Listing { valid_from: since, ..listing.as_ref().clone() };
    vec![Said::Holds(Arc::new(first), None), last]
}

/// The log that goes on from a checkpoint; `None` for bytes that make no sense. O(what bears on the head).
pub(super) fn unpack(parts: &[Vec<u8>]) -> Option<Log> {
    let read: Option<Vec<Read>> = in_pool(|| parts.par_iter().map(|part| read(part)).collect());
    let mut log = Log::default();
    let (mut sets, mut redirects, mut records, mut facts) = (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
    for part in read? {
        match part {
            Read::Facts(more) => facts.extend(more),
            Read::Part(Part::Records(more)) => records.extend(more),
            Read::Part(Part::Scopes(more)) => more.into_iter().try_for_each(|kept| recall(&mut log, kept, &sets))?,
            Read::Part(Part::Head(head)) => {
                log.abridged = Some(head.last.unwrap_or(Timestamp::MIN));
                (log.last, log.revision, log.decisions) = (head.last, head.revision, head.decisions);
                (sets, redirects) = (head.capabilities, head.redirects);
            }
            Read::Part(Part::Facts(_)) => {}
        }
    }
    log.identity = IdentityState::recalled(records.into_iter().collect(), redirects);
    facts.into_iter().try_for_each(|fact| hear(&mut log, fact))?;
    log.facts.sort();
    Some(log)
}

/// A part that was read, with what takes long to find out.
enum Read {
    Part(Part),
    Facts(Vec<(KeptFact, Digest, Digest)>),
}

fn read(bytes: &[u8]) -> Option<Read> {
    let mut unpacker = Unpacker::new(bytes);
    let part = Part::unpack(&mut unpacker).filter(|_| unpacker.is_at_end())?;
    let Part::Facts(facts) = part else { return Some(Read::Part(part)) };
    let known = facts.into_iter().map(|kept| {
        let (digest, subject) = kept.fact.digests();
        (kept, digest, subject)
    });
    Some(Read::Facts(known.collect()))
}

fn recall(log: &mut Log, kept: KeptScope, sets: &[Arc<Vec<Capability>>]) -> Option<()> {
    let set = |place: u32| sets.get(place as usize).cloned();
    let reading = match kept.reading {
        None => None,
        Some(KeptReading { capabilities, completed_at, tried_at, outcome, diagnostics }) => {
            Some(Arc::new(ScopeReading {
                capabilities: set(capabilities)?,
                completed_at,
                tried_at,
                outcome,
                diagnostics,
            }))
        }
    };
    let place = log.scopes.intern(&kept.scope);
    let scope = log.scopes.get_mut(place);
    scope.members = Arc::new(kept.members.into_iter().collect());
    let (observed, cursor, gone) = (kept.observed, kept.cursor, kept.gone);
    scope.standing = Standing { capabilities: set(kept.capabilities)?, observed, cursor, gone, reading };
    scope.left_out = kept.left_out;
    Some(())
}

fn hear(log: &mut Log, (kept, digest, subject): (KeptFact, Digest, Digest)) -> Option<()> {
    let fact = log.facts.add(kept.fact, digest, subject);
    for KeptWord { scope, tx, said } in kept.words {
        if scope as usize >= log.scopes.len() {
            return None;
        }
        let said = match said {
            KeptSaid::Ended(end) => Said::Ended(end),
            KeptSaid::Holds { evidence, valid_from, valid_to } => {
                let listing = Listing { scope: log.scopes.name(scope).clone(), evidence, valid_from };
                Said::Holds(Arc::new(listing), valid_to)
            }
        };
        log.hear(fact, Word { tx, scope, said });
    }
    Some(())
}

impl Log {
    /// The log with what bears on its head only, for which there is nothing before it.
    ///
    /// # Errors
    /// `Corrupt` where the log makes no sense.
    pub fn begun(&self) -> Result<Log> {
        let begun = unpack(&pack(self)).map(Log::founded);
        begun.ok_or_else(|| Error::new(ErrorKind::Corrupt, "the log cannot begin where it ends"))
    }

    /// The log for which a checkpoint is the beginning: there is nothing before it.
    pub(super) fn founded(mut self) -> Log {
        (self.abridged, self.begins) = (None, self.last);
        self.founded = Arc::new(self.identity.clone());
        for place in 0..self.scopes.len() as ScopeId {
            let scope = self.scopes.get_mut(place);
            scope.founded = scope.standing.clone();
        }
        self
    }
}
