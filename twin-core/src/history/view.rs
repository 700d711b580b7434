//! From the log to a snapshot: the facts of two times, put together and joined.

use std::collections::BTreeMap;

use crate::answer::AsOf;
use crate::base::{Context, Timestamp};
use crate::graph::{self, Identified, Pages, Rows};
use crate::history::Log;
use crate::history::row::Row;
use crate::identity::{Assignments, Directory, HumanDecision, IdentityState, cluster};
use crate::observe::RecordKey;
use crate::schema::Schema;

impl Log {
    /// The pages of two times; not whole where the context stops.
    pub fn pages(&self, schema: &Schema, as_of: AsOf, context: &Context) -> Pages {
        let identity = self.identity_at(as_of.known);
        Pages::of(self.assemble(schema, as_of, &identity, context).0)
    }

    /// The rows at the head of the log at `now`, and the rows by which identity follows them; not all of them where the context stops.
    pub fn head(&self, schema: &Schema, now: Timestamp, context: &Context) -> (Rows, Vec<Row>) {
        let as_of = AsOf { valid: now, known: Timestamp::MAX };
        let (rows, change) = self.assemble(schema, as_of, &self.identity, context);
        let assigned = change.assigned.into_iter().map(|(record, entity)| Row::Assigned { record, entity });
        let redirected = change.redirected.into_iter().map(|(from, to)| Row::Redirected { from, to });
        (rows, assigned.chain(redirected).collect())
    }

    /// Puts the facts of two times together, with ids that follow from what identity remembers.
    fn assemble(
        &self,
        schema: &Schema,
        as_of: AsOf,
        identity: &IdentityState,
        context: &Context,
    ) -> (Rows, Assignments) {
        let holdings = self.holdings(as_of.valid, as_of.known, context);
        let directory = Directory::new(&holdings, context);
        let decisions = self.decisions(as_of.known);
        let found = cluster(&directory, schema, &decisions);
        let mut change = identity.claim(&keys_of(&directory, &found.clusters), context);
        let ids = std::mem::take(&mut change.ids);
        let identified = Identified {
            clusters: &found.clusters,
            ids: &ids,
            names: &names(&decisions),
            verdicts: found.verdicts,
            redirects: identity.redirects_after(&change),
        };
        (graph::build(&directory, schema, identified), change)
    }
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
