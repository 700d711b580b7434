//! How callers need whom they call: as is declared of their calls, or as was seen of callers when calls failed.

use std::collections::{BTreeMap, BTreeSet};

use super::policy::{Criticality, Policies};
use super::recording::Recording;
use super::usual::usual;

/// Fewer calls than these that failed, or that nobody waited for, are chance.
const ENOUGH: u64 = 5;

/// How a caller needs whom it calls, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::simulate) enum Need {
    /// Somebody says so.
    Declared(Criticality),
    /// It was seen.
    Observed(Criticality),
    /// No call has failed.
    Unseen,
}

/// What was seen of calls.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulate) struct Calls {
    pub all: u64,
    /// Those that nobody waits for.
    pub unawaited: u64,
    /// Those that failed, after all tries.
    pub failed: u64,
}

impl Need {
    /// What is declared goes before what was seen.
    pub fn of(declared: Option<Criticality>, calls: Calls, fails_its_caller: bool) -> Need {
        match (declared, fails_its_caller) {
            (Some(declared), _) => Need::Declared(declared),
            (None, _) if 2 * calls.unawaited > calls.all => Need::Observed(Criticality::Async),
            (None, _) if calls.failed == 0 => Need::Unseen,
            (None, true) => Need::Observed(Criticality::Required),
            (None, false) => Need::Observed(Criticality::Optional),
        }
    }

    /// What it is, where anybody knows.
    pub fn criticality(self) -> Option<Criticality> {
        match self {
            Need::Declared(criticality) | Need::Observed(criticality) => Some(criticality),
            Need::Unseen => None,
        }
    }
}

/// By the names of the caller and of whom it calls, how the one needs the other: where this is known of every operation that calls, and the same of all. O(calls · log operations).
pub(in crate::simulate) fn needs<'r>(
    recording: &'r Recording,
    policies: &Policies,
) -> BTreeMap<(&'r str, &'r str), Need> {
    let mut seen: BTreeMap<(u32, u32), Calls> = BTreeMap::new();
    for (number, work) in (0..).zip(&recording.invocations) {
        for call in recording.calls_of(number) {
            let calls = seen.entry((work.operation, call.callee)).or_default();
            calls.all += 1;
            calls.unawaited += u64::from(!call.is_awaited);
            calls.failed += u64::from(recording.has_failed(call));
        }
    }
    let usual = usual(recording, policies);
    let mut by_service: BTreeMap<(&str, &str), BTreeSet<Need>> = BTreeMap::new();
    for ((caller, callee), calls) in seen {
        let (from, to) = (recording.name(caller), recording.name(callee));
        let declared = policies.calls.get(&(from.clone(), to.clone())).and_then(|policy| policy.criticality);
        let need = Need::of(declared, calls, usual[&(caller, callee)].is_required);
        let is_enough = match need {
            Need::Observed(Criticality::Async) => calls.all >= ENOUGH,
            Need::Observed(_) => calls.failed >= ENOUGH,
            _ => true,
        };
        let need = if is_enough { need } else { Need::Unseen };
        by_service.entry((from.service.as_str(), to.service.as_str())).or_default().insert(need);
    }
    by_service.into_iter().filter_map(|(pair, needs)| Some((pair, same(&needs)?))).collect()
}

/// What all of them are. What was seen of one of them was not declared of all.
fn same(needs: &BTreeSet<Need>) -> Option<Need> {
    let criticalities: BTreeSet<Option<Criticality>> = needs.iter().map(|need| need.criticality()).collect();
    let one = if criticalities.len() == 1 { *criticalities.first()? } else { None };
    one.and_then(|_| needs.last().copied())
}
