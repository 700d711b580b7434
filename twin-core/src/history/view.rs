//! From the log to a snapshot: the facts of two times, put together and joined.

use std::collections::BTreeMap;

use crate::answer::AsOf;
use crate::base::{Context, Hashes, Timestamp};
use crate::graph::{self, Assembly, Before, Identified, Pages};
use crate::history::Log;
use crate::history::row::Row;
use crate::identity::{Assignments, Directory, HumanDecision, cluster};
use crate::observe::RecordKey;
use crate::schema::Schema;

/// What holds at two times, put together and joined.
#[derive(Debug)]
pub struct Assembled {
    /// The pages.
    pub pages: Pages,
    /// How they were put together.
    pub assembly: Assembly,
    /// The rows by which identity follows them.
    pub identity: Vec<Row>,
}

impl Log {
    /// What holds at two times; not whole where the context stops. O(facts).
    pub fn assembled(&self, schema: &Schema, as_of: AsOf, context: &Context) -> Assembled {
        let (pages, assembly) = (Pages::empty(schema), Assembly::default());
        let before = Before { pages: &pages, assembly: &assembly, changed: Hashes::default() };
        self.assemble(schema, as_of, before, context)
    }

    /// What holds at the head of the log at `now`, on the pages of what held before; not whole where the context stops.
    pub fn head(&self, schema: &Schema, now: Timestamp, before: Before<'_>, context: &Context) -> Assembled {
        self.assemble(schema, AsOf { valid: now, known: Timestamp::MAX }, before, context)
    }

    /// Puts the facts of two times together, with ids that follow from what identity remembers.
    fn assemble(&self, schema: &Schema, as_of: AsOf, before: Before<'_>, context: &Context) -> Assembled {
        let identity = self.identity_at(as_of.known);
        let holdings = self.holdings(as_of.valid, as_of.known, context);
        let directory = Directory::new(&holdings, context);
        let decisions = self.decisions(as_of.known);
        let found = cluster(&directory, schema, &decisions, before.assembly.seen());
        let mut change = identity.claim(&keys_of(&directory, &found.clusters), context);
        let ids = std::mem::take(&mut change.ids);
        let identified = Identified {
            clusters: &found.clusters,
            ids: &ids,
            names: &names(&decisions),
            verdicts: found.verdicts,
            seen: found.seen,
            redirects: identity.redirects_after(&change),
        };
        let (pages, assembly) = graph::build(&directory, schema, identified, before);
        Assembled { pages, assembly, identity: rows_of(change) }
    }
}

fn rows_of(change: Assignments) -> Vec<Row> {
    let assigned = change.assigned.into_iter().map(|(record, entity)| Row::Assigned { record, entity });
    let redirected = change.redirected.into_iter().map(|(from, to)| Row::Redirected { from, to });
    assigned.chain(redirected).collect()
}

fn keys_of<'d>(directory: &'d Directory<'_>, clusters: &[crate::identity::Cluster]) -> Vec<Vec<&'d RecordKey>> {
    let keys = |cluster: &crate::identity::Cluster| {
        cluster.members.iter().map(|record| &directory.record(*record).key).collect::<Vec<&RecordKey>>()
    };
    clusters.iter().map(keys).collect()
}

fn names(decisions: &[HumanDecision]) -> BTreeMap<RecordKey, String> {
    let named = decisions.iter().filter_map(|decision| match decision {
        HumanDecision::Name { record, name } => Some((record.clone(), name.clone())),
        _ => None,
    });
    named.collect()
}
