//! Which entities a change names, and the same change with other names for them.

use std::convert::Infallible;

use super::{Change, Leaving};

/// The same change with other entities. Fields that name entities say how many: `one`, `maybe`, `all`, or `leaving`.
macro_rules! renamed {
    ($change:expr, $called:expr; $($variant:ident { $($field:ident $(: $how_many:ident)?),* })*) => {
        match $change {
            $(Change::$variant { $($field),* } => {
                Change::$variant { $($field: renamed!(@field $called, $field $($how_many)?)),* }
            })*
        }
    };
    (@field $called:expr, $field:ident) => { Clone::clone($field) };
    (@field $called:expr, $field:ident one) => { $called($field)? };
    (@field $called:expr, $field:ident maybe) => { $field.as_ref().map(&mut *$called).transpose()? };
    (@field $called:expr, $field:ident all) => { $field.iter().map(&mut *$called).collect::<Result<_, _>>()? };
    (@field $called:expr, $field:ident leaving) => {{
        let mut leaves = |leaving: &'e Leaving<E>| Ok(Leaving { entity: $called(&leaving.entity)?, at: leaving.at });
        $field.iter().map(&mut leaves).collect::<Result<_, Wrong>>()?
    }};
}

impl<E> Change<E> {
    /// The same change with every entity named in another way.
    ///
    /// # Errors
    /// What naming fails with, at the first entity at which it does.
    pub fn try_map<'e, F, Wrong>(
        &'e self,
        mut called: impl FnMut(&'e E) -> Result<F, Wrong>,
    ) -> Result<Change<F>, Wrong> {
        let called = &mut called;
        Ok(renamed!(self, called;
            Fail { entity: one, state, minutes }
            Remove { entity: one, callers, redirect_to: maybe }
            Add { name, kind, environment, region, owner: maybe, calls: all, called_by: all, own_ms, requests_a_second, workers, price }
            Replace { entity: one, by, ms, availability, price, price_a_million, exit_fee, dual_run_days }
            Move { entity: one, region, rtt_ms, round_trips, stores_follow, price_factor, egress, egress_gb, price_a_gb, cutover_minutes, one_off }
            EvacuateRegion { entity: one, region, rtt_ms }
            Scale { entity: one, replicas, now, are_independent, quorum, warm_up_s }
            Resize { entity: one, speed_up, price }
            Split { entity: one, into, takes: all, calls_a_request, rtt_ms }
            Merge { entity: one, others: all, workers }
            Deprecate { entity: one, sunset, leaving: leaving }
            AddDependency { entity: one, on: one, relation, operation, calls_a_request, is_beside, timeout_ms, is_optional, data_classes }
            RemoveDependency { entity: one, on: one, relation }
            ToAsync { entity: one, on: one, queue, ack_ms, drained_a_second, retention_s }
            AddCache { entity: one, of: one, hit_ratio, hit_ms, ttl_s, keys, skew }
            RemoveCache { entity: one, cache: one }
            AddReplica { entity: one, zone, are_independent, read_share, lag_ms, quorum, failover_s, failovers_a_month }
            SetCallPolicy { entity: one, on: one, retries, backoff_ms, timeout_ms, has_fallback, is_idempotent, breaker }
            ScaleLoad { factor, endpoint, autoscaler }
            Upgrade { entity: one, version, breaks: all, drops, fixes, vulnerabilities, licence, end_of_life }
            SetQuota { entity: one, a_second }
            Commit { entity: one, price, months }
            AddLatency { entity: one, operation, ms }
            ChangeOwner { entity: one, owner: one, on_call }
            Encrypt { entity: one, on: one, handshake_ms, reuse, price }
            Residency { entity: one, regions }
        ))
    }

    /// The entities that the change names, in its order.
    pub fn entities(&self) -> Vec<&E> {
        let mut entities = Vec::new();
        let Ok(_) = self.try_map::<(), Infallible>(|entity| {
            entities.push(entity);
            Ok(())
        });
        entities
    }
}
