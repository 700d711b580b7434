//! Stable ids: which entity a record belongs to, for ever.

use std::collections::{BTreeMap, BTreeSet};

use crate::identity::EntityId;
use crate::observe::RecordKey;

/// What identity remembers from one revision to the next. Records that are gone keep their entity, so that whatever returns
/// gets its id back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdentityState {
    assigned: BTreeMap<RecordKey, EntityId>,
    redirects: BTreeMap<EntityId, EntityId>,
    taken: BTreeSet<EntityId>,
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

    /// Files a record under an entity.
    pub fn assign(&mut self, record: RecordKey, entity: EntityId) {
        self.redirects.remove(&entity);
        self.taken.insert(entity.clone());
        self.assigned.insert(record, entity);
    }

    /// Lets an id stand for another from now on.
    pub fn redirect(&mut self, from: EntityId, to: EntityId) {
        self.redirects.insert(from, to);
    }

    /// Gives each cluster of records an id: the old id with which it shares most records, larger overlaps first; an id goes to
    /// one cluster only, so a split leaves it with the larger part. A cluster without a claim gets a fresh id. O(records · log records).
    pub fn claim(&self, clusters: &[Vec<&RecordKey>]) -> Assignments {
        let winners = self.winners(clusters);
        let mut given: BTreeSet<EntityId> = winners.values().cloned().collect();
        let mut result = Assignments::default();
        for (place, records) in clusters.iter().enumerate() {
            let id = winners.get(&place).cloned().unwrap_or_else(|| self.fresh(records, &given));
            given.insert(id.clone());
            result.ids.push(id);
        }
        for (records, id) in clusters.iter().zip(&result.ids) {
            let moved = records.iter().filter(|record| self.assigned.get(**record) != Some(id));
            result.assigned.extend(moved.map(|record| ((*record).clone(), id.clone())));
        }
        result.redirected = self.losers(clusters, &result.ids, &given);
        result
    }

    /// Which cluster keeps which id.
    fn winners(&self, clusters: &[Vec<&RecordKey>]) -> BTreeMap<usize, EntityId> {
        let mut claims: Vec<(std::cmp::Reverse<usize>, &EntityId, usize)> = Vec::new();
        for (place, records) in clusters.iter().enumerate() {
            let mut shared: BTreeMap<&EntityId, usize> = BTreeMap::new();
            for id in records.iter().filter_map(|record| self.assigned.get(*record)) {
                *shared.entry(id).or_default() += 1;
            }
            claims.extend(shared.into_iter().map(|(id, count)| (std::cmp::Reverse(count), id, place)));
        }
        claims.sort_unstable();
        let mut winners = BTreeMap::new();
        let mut gone = BTreeSet::new();
        for (_, id, place) in claims {
            if !winners.contains_key(&place) && gone.insert(id) {
                winners.insert(place, id.clone());
            }
        }
        winners
    }

    /// Ids that nobody holds any longer although their records are still there: they stand for whoever has the records now.
    fn losers(
        &self,
        clusters: &[Vec<&RecordKey>],
        ids: &[EntityId],
        given: &BTreeSet<EntityId>,
    ) -> Vec<(EntityId, EntityId)> {
        let mut redirects = BTreeMap::new();
        for (records, id) in clusters.iter().zip(ids) {
            for old in records.iter().filter_map(|record| self.assigned.get(*record)) {
                if !given.contains(old) {
                    redirects.entry(old.clone()).or_insert_with(|| id.clone());
                }
            }
        }
        redirects.into_iter().collect()
    }

    fn fresh(&self, records: &[&RecordKey], given: &BTreeSet<EntityId>) -> EntityId {
        let least = records.iter().min().copied();
        let candidates = (0..).map(|salt: u32| match least {
            Some(key) if salt == 0 => EntityId::fresh(key, ""),
            Some(key) => EntityId::fresh(key, &salt.to_string()),
            None => EntityId::new(format!("e{salt}")),
        });
        let mut free = candidates.skip_while(|id| self.taken.contains(id) || given.contains(id));
        free.next().unwrap_or_else(|| EntityId::new(""))
    }
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
        let change = state.claim(&borrowed);
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
