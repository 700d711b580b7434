//! Changes between random small worlds, against set algebra.

mod small_worlds {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::*;
    use crate::base::{Context, Timestamp};
    use crate::graph::Snapshot;
    use crate::testkit::estate;
    use crate::{At, Twin};

    type Calls = BTreeSet<(u32, u32)>;

    fn world(calls: &Calls) -> Snapshot {
        let needed = |from: u32| calls.iter().filter(move |call| call.0 == from);
        let needs = |from: u32| needed(from).map(|(_, to)| format!("  calls/required Workload:c{to}\n"));
        let lines = (0..6).map(|from| format!("Workload:c{from}\n{}", needs(from).collect::<String>()));
        let told = estate(&format!("file world\n{}", lines.collect::<String>())).unwrap();
        let twin = Twin::in_memory();
        twin.apply(told.batches, told.now).unwrap();
        twin.snapshot(At::now(told.now))
    }

    fn calls() -> impl Strategy<Value = Calls> {
        let ends = (0_u32..6, 0_u32..6).prop_filter("nothing calls itself", |(from, to)| from != to);
        proptest::collection::btree_set(ends, 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn dependencies_that_came_and_went_are_those_of_one_world_and_not_of_the_other(was in calls(), is in calls()) {
            let (before, after) = (world(&was), world(&is));
            let commit = Commit { at: Timestamp::MIN, before: &before, after: &after };
            let tested = of_change(&commit, &Context::new(Timestamp::MIN)).unwrap();
            prop_assert_eq!(tested.is_none(), was == is);
            let Some(tested) = tested else { return Ok(()) };
            let found: BTreeSet<(String, bool)> = tested.findings.iter()
                .filter(|found| found.aspect == Aspect::Dependencies)
                .map(|found| (found.what.clone(), found.is_new)).collect();
            let differ = was.symmetric_difference(&is);
            let expected: BTreeSet<(String, bool)> = differ
                .map(|call| (format!("c{} calls c{}", call.0, call.1), is.contains(call))).collect();
            prop_assert_eq!(found, expected);
            // Everything that changed is something that a scenario can say, so nothing is missed, whatever follows from it.
            let missed: Vec<_> = tested.findings.iter().filter(|found| found.outcome != FindingOutcome::Hit).collect();
            prop_assert!(missed.is_empty(), "{:?}", missed);
            prop_assert_eq!(tested.event.hits, tested.findings.len());
        }
    }
}
