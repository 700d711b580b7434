//! Stable ids: which entity a record belongs to, for ever.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::base::Context;
use crate::identity::EntityId;
use crate::observe::RecordKey;

/// What identity remembers from one revision to the next. Records that are gone keep their entity, so that whatever returns
/// gets its id back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdentityState {
    assigned: BTreeMap<RecordKey, EntityId>,
    redirects: BTreeMap<EntityId, EntityId>,
}

/// What one revision changes about ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignments {
    /// The id of each cluster, in the order in which they were given.
    pub ids: Vec<EntityId>,
    /// Records that now belong to another entity than before, or to one for the first time.
    pub assigned: Vec<(RecordKey, EntityId)>,
    /// Ids that now stand for another.
    pub redirected: Vec<(EntityId, EntityId)>,
}

impl IdentityState {
    /// The entity of a record, as far as it was ever seen.
    pub fn entity_of(&self, record: &RecordKey) -> Option<&EntityId> {
        self.assigned.get(record)
    }

    /// All records that were ever seen, in order.
    pub fn records(&self) -> impl Iterator<Item = &RecordKey> {
        self.assigned.keys()
    }

    /// The id that an old id stands for today. O(length of the chain of merges).
    pub fn current<'a>(&'a self, id: &'a EntityId) -> &'a EntityId {
        let mut id = id;
        for _ in 0..=self.redirects.len() {
            match self.redirects.get(id) {
                Some(next) => id = next,
                None => break,
            }
        }
        id
    }

    /// The ids that were merged into others, with where they went.
    pub fn redirects(&self) -> &BTreeMap<EntityId, EntityId> {
        &self.redirects
    }

    /// The ids that stand for others once a change is followed.
    pub fn redirects_after(&self, change: &Assignments) -> BTreeMap<EntityId, EntityId> {
        let mut redirects = self.redirects.clone();
        if !redirects.is_empty() {
            change.assigned.iter().for_each(|(_, entity)| drop(redirects.remove(entity)));
        }
        redirects.extend(change.redirected.iter().cloned());
        redirects
    }

    /// Files a record under an entity.
    pub fn assign(&mut self, record: RecordKey, entity: EntityId) {
        self.redirects.remove(&entity);
        self.assigned.insert(record, entity);
    }

    /// Lets an id stand for another from now on.
    pub fn redirect(&mut self, from: EntityId, to: EntityId) {
        self.redirects.insert(from, to);
    }

    /// How many records were ever seen.
    pub fn len(&self) -> usize {
        self.assigned.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.assigned.is_empty()
    }

    /// All records that were ever seen, each with its entity, in order.
    pub fn assigned(&self) -> impl Iterator<Item = (&RecordKey, &EntityId)> {
        self.assigned.iter()
    }

    /// What was remembered of some records before they were assigned, the last first, and the redirects before that.
    pub(crate) fn restore(
        &mut self,
        assigned: Vec<(RecordKey, Option<EntityId>)>,
        redirects: BTreeMap<EntityId, EntityId>,
    ) {
        for (record, entity) in assigned.into_iter().rev() {
            match entity {
                Some(entity) => self.assigned.insert(record, entity),
                None => self.assigned.remove(&record),
            };
        }
        self.redirects = redirects;
    }

    /// What was remembered, as it was written down: records in order, and redirects.
    pub(crate) fn recalled(assigned: BTreeMap<RecordKey, EntityId>, redirects: BTreeMap<EntityId, EntityId>) -> Self {
        IdentityState { assigned, redirects }
    }

    /// Gives each cluster of records an id: the old id with which it shares most records, larger overlaps first; an id goes to
    /// one cluster only, so a split leaves it with the larger part, and of equal parts with the one that it was made for. A cluster without a claim gets the id
    /// that is made for it, which may be one that it had before it was merged. O(records · log records).
    pub fn claim(&self, clusters: &[Vec<&RecordKey>], context: &Context) -> Assignments {
        let before = self.before(clusters);
        let winners = self.winners(clusters, &before);
        let mut given: BTreeSet<EntityId> = winners.values().cloned().collect();
        let held = OnceCell::new();
        let held = || held.get_or_init(|| self.held_elsewhere(clusters, &before));
        let mut result = Assignments::default();
        for (place, records) in clusters.iter().enumerate().take_while(|_| context.goes_on()) {
            let id = winners
                .get(&place)
                .cloned()
                .unwrap_or_else(|| fresh(records, |id| given.contains(id) || held().contains(id)));
            given.insert(id.clone());
            result.ids.push(id);
        }
        for ((records, before), id) in clusters.iter().zip(&before).zip(&result.ids) {
            let moved = records.iter().zip(before).filter(|(_, before)| **before != Some(id));
            result.assigned.extend(moved.map(|(record, _)| ((*record).clone(), id.clone())));
        }
        result.redirected = losers(&before, &result.ids, &given);
        result
    }

    /// The id that each record of each cluster had.
    fn before(&self, clusters: &[Vec<&RecordKey>]) -> Vec<Vec<Option<&EntityId>>> {
        let ids = |records: &Vec<&RecordKey>| records.iter().map(|record| self.assigned.get(*record)).collect();
        clusters.iter().map(ids).collect()
    }

    /// Which cluster keeps which id.
    fn winners(&self, clusters: &[Vec<&RecordKey>], before: &[Vec<Option<&EntityId>>]) -> BTreeMap<usize, EntityId> {
        let mut claims: Vec<(std::cmp::Reverse<usize>, &EntityId, usize)> = Vec::new();
        for (place, before) in before.iter().enumerate() {
            let mut shared: BTreeMap<&EntityId, usize> = BTreeMap::new();
            for id in before.iter().flatten() {
                *shared.entry(id).or_default() += 1;
            }
            claims.extend(shared.into_iter().map(|(id, count)| (std::cmp::Reverse(count), id, place)));
        }
        let is_made_for = |id: &EntityId, place: usize| made_for(&clusters[place], 0).is_some_and(|own| own == *id);
        claims.sort_by(|a, b| {
            let own_first = || is_made_for(b.1, b.2).cmp(&is_made_for(a.1, a.2));
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(own_first).then(a.2.cmp(&b.2))
        });
        let mut winners = BTreeMap::new();
        let mut gone = BTreeSet::new();
        for (_, id, place) in claims {
            if !winners.contains_key(&place) && gone.insert(id) {
                winners.insert(place, id.clone());
            }
        }
        winners
    }

    /// The ids of records that are not there now: kept for their return.
    fn held_elsewhere(&self, clusters: &[Vec<&RecordKey>], before: &[Vec<Option<&EntityId>>]) -> BTreeSet<&EntityId> {
        if before.iter().flatten().flatten().count() == self.assigned.len() {
            return BTreeSet::new();
        }
        let there: BTreeSet<&RecordKey> = clusters.iter().flatten().copied().collect();
        self.assigned.iter().filter(|(record, _)| !there.contains(record)).map(|(_, id)| id).collect()
    }
}

/// Ids that nobody holds any longer although their records are still there: they stand for whoever has the records now.
fn losers(
    before: &[Vec<Option<&EntityId>>],
    ids: &[EntityId],
    given: &BTreeSet<EntityId>,
) -> Vec<(EntityId, EntityId)> {
    let mut redirects = BTreeMap::new();
    for (before, id) in before.iter().zip(ids) {
        for old in before.iter().flatten().filter(|old| !given.contains(**old)) {
            redirects.entry((*old).clone()).or_insert_with(|| id.clone());
        }
    }
    redirects.into_iter().collect()
}

/// The first of the ids that are made for a cluster which is free.
fn fresh(records: &[&RecordKey], is_taken: impl Fn(&EntityId) -> bool) -> EntityId {
    let mut candidates = (0..).map_while(|salt| made_for(records, salt));
    candidates.find(|id| !is_taken(id)).unwrap_or_else(|| EntityId::new(""))
}

/// An id that follows from a cluster's least record.
fn made_for(records: &[&RecordKey], salt: u32) -> Option<EntityId> {
    let salt = if salt == 0 { String::new() } else { salt.to_string() };
    records.iter().min().map(|least| EntityId::fresh(least, &salt))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::SourceId;
    use crate::schema::kind;

    fn key(name: &str) -> RecordKey {
        RecordKey::new(&SourceId("test".into()), kind::WORKLOAD, name)
    }

    fn settle(state: &mut IdentityState, clusters: &[&[&str]]) -> Vec<EntityId> {
        let keys: Vec<Vec<RecordKey>> =
            clusters.iter().map(|names| names.iter().map(|name| key(name)).collect()).collect();
        let borrowed: Vec<Vec<&RecordKey>> = keys.iter().map(|keys| keys.iter().collect()).collect();
        let change = state.claim(&borrowed, &Context::new(crate::base::Timestamp::MIN));
        change.assigned.into_iter().for_each(|(record, id)| state.assign(record, id));
        change.redirected.into_iter().for_each(|(from, to)| state.redirect(from, to));
        change.ids
    }

    #[test]
    fn a_merge_keeps_the_larger_id_and_redirects_the_other() {
        let mut state = IdentityState::default();
        let before = settle(&mut state, &[&["a", "b"], &["c"]]);
        let after = settle(&mut state, &[&["a", "b", "c"]]);
        assert_eq!(after, [before[0].clone()]);
        assert_eq!(state.current(&before[1]), &before[0]);
    }

    #[test]
    fn a_split_leaves_the_id_with_the_larger_part_and_undoing_it_brings_everything_back() {
        let mut state = IdentityState::default();
        let before = settle(&mut state, &[&["a", "b", "c"]]);
        let split = settle(&mut state, &[&["a"], &["b", "c"]]);
        assert_eq!(split[1], before[0]);
        assert_ne!(split[0], before[0]);
        assert_eq!(settle(&mut state, &[&["a", "b", "c"]]), before);
        assert_eq!(state.current(&split[0]), &before[0]);
    }

    #[test]
    fn what_returns_gets_its_id_back() {
        let mut state = IdentityState::default();
        let before = settle(&mut state, &[&["a"], &["b"]]);
        settle(&mut state, &[&["a"]]);
        assert_eq!(settle(&mut state, &[&["a"], &["b"]]), before);
    }
}
