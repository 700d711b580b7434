//! Circuit breakers: after so many failures in a row, callers do not ask any more for a while.

use super::Run;
use crate::simulate::replay::policy::nanoseconds;

/// How a breaker stands between one operation and another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many attempts in a row failed.
    failures: u32,
    /// Until when nobody asks.
    open_until: Option<i64>,
    /// Whether one asks after that, to find out; the others do not until it knows.
    is_trying: bool,
}

impl Run<'_> {
    /// Whether a call is not made because its breaker is open.
    pub(super) fn is_broken(&mut self, at: i64, call: u32) -> bool {
        if self.usual(call).breaker.is_none() {
            return false;
        }
        let pair = (self.caller(call), self.shape(call).callee);
        let standing = self.breakers.entry(pair).or_default();
        match standing.open_until {
            None => false,
            Some(until) if at >= until && !standing.is_trying => {
                standing.is_trying = true;
                false
            }
            Some(_) => true,
        }
    }

    /// Takes the end of an attempt that was made into account.
    pub(super) fn break_or_mend(&mut self, at: i64, call: u32, failed: bool) {
        let Some(breaker) = self.usual(call).breaker.filter(|_| !self.calls[call as usize].is_refused) else { return };
        let pair = (self.caller(call), self.shape(call).callee);
        let standing = self.breakers.entry(pair).or_default();
        // What was on the way when it opened changes nothing.
        if standing.open_until.is_some() && !standing.is_trying {
            return;
        }
        if !failed {
            *standing = Standing::default();
            return;
        }
        standing.failures = standing.failures.saturating_add(1);
        if standing.is_trying || standing.failures >= breaker.failures {
            let until = at.saturating_add(nanoseconds(breaker.open_ms));
            *standing = Standing { failures: standing.failures, open_until: Some(until), is_trying: false };
        }
    }
}
