//! Requests put together anew: whatever a call asks for is done as it was done for another call. What comes of it varies less by chance than the sample, and knows nothing of what hangs together within a request.

use super::{Calling, Run};
use crate::base::hash_of;
use crate::simulate::replay::recording::Recording;
use crate::simulate::replay::station::Attempted;

/// How requests are put together.
#[derive(Clone, Copy)]
pub(in crate::simulate::replay) struct Mix<'r> {
    /// By operation, the work that was done for calls that did not fail.
    pub pools: &'r [Vec<u32>],
    /// Each round puts them together in another way.
    pub round: u32,
}

/// By operation, the work that was done for calls that did not fail.
pub(in crate::simulate::replay) fn pools(recording: &Recording) -> Vec<Vec<u32>> {
    let mut pools = vec![Vec::new(); recording.operations.len()];
    for served in recording.attempts.iter().filter(|attempt| !attempt.failed).filter_map(|attempt| attempt.served) {
        let invocation = &recording.invocations[served as usize];
        if !invocation.failed {
            pools[invocation.operation as usize].push(served);
        }
    }
    pools
}

impl Run<'_> {
    /// The work that a call asks for: as it was recorded, or as it was done for another call, where neither failed.
    pub(super) fn mixed(&self, of: Attempted, served: u32) -> u32 {
        let Some(Mix { pools, round }) = self.score.mix else { return served };
        let Attempted { call, attempt, like } = of;
        let Calling { work, shape, .. } = self.calls[call as usize];
        let invocation = &self.score.recording.invocations[served as usize];
        let pool = &pools[invocation.operation as usize];
        if pool.is_empty() || invocation.failed || self.score.recording.attempts[like as usize].failed {
            return served;
        }
        let key = (self.score.seed, round, self.works[work as usize].request, shape, attempt);
        pool[(hash_of(&key) % pool.len() as u64) as usize]
    }
}
