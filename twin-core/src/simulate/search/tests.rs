//! Searches on small estates with hand-made truth, against brute force, on several threads, and stopped.

#[cfg(test)]
mod small_estates {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use proptest::prelude::*;
    use rayon::ThreadPoolBuilder;

    use super::super::*;
    use crate::analysis::cycles;
    use crate::answer::Profile;
    use crate::base::{Deadline, Timestamp};
    use crate::graph::{AttributeValue, Node};
    use crate::schema::{Relation, Schema, Value, attribute, kind, relation};
    use crate::simulate::pareto::Goal;
    use crate::testkit::{SnapshotBuilder, estate};
    use crate::{At, Twin};

    fn context() -> Context {
        Context::new(Timestamp::MIN)
    }

    fn asked(text: &str) -> SearchDraft {
        SearchDraft::from_json(text).unwrap_or_else(|error| panic!("{error}"))
    }

    fn found(base: &Snapshot, draft: &SearchDraft) -> SearchResult {
        search(base, draft, &Given::default(), &context()).unwrap_or_else(|error| panic!("{error}")).value
    }

    fn names(result: &SearchResult) -> Vec<&str> {
        result.options.iter().map(|option| option.name.as_str()).collect()
    }

    /// The members of each wave of an option.
    fn waves(option: &SearchOption) -> Vec<Vec<&str>> {
        option.waves.iter().map(|wave| wave.members.iter().map(|member| member.name.as_str()).collect()).collect()
    }

    fn value(result: &SearchResult, option: usize, measure: Measure) -> Option<f64> {
        let place = result.objectives.iter().position(|objective| objective.measure == measure)?;
        result.options[option].values[place].value
    }

    /// Entities of kinds, and relations between them: `a calls b`, one a line.
    fn world(entities: &[(&str, crate::schema::Kind)], relations: &str) -> Snapshot {
        let mut builder = SnapshotBuilder::new(Schema::default());
        let nodes: BTreeMap<&str, Node> =
            entities.iter().map(|(name, kind)| (*name, builder.entity(*name, kind.clone()))).collect();
        for line in relations.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let edge = builder.edge(nodes[words[0]], Relation::from(words[1].to_owned()), nodes[words[2]]);
            if let Some(protocol) = words.get(3) {
                edge.attributes.push(AttributeValue {
                    name: attribute::PROTOCOL,
                    value: Value::Text((*protocol).to_owned()),
                    perspective: crate::observe::Perspective::Declared,
                    evidence: Vec::new(),
                });
            }
        }
        builder.build()
    }

    /// Instances that call each other.
    fn callers(count: usize, calls: &[(usize, usize)]) -> Snapshot {
        let mut builder = SnapshotBuilder::new(Schema::default());
        let nodes: Vec<Node> = (0..count).map(|at| builder.entity(format!("n{at}"), kind::INSTANCE)).collect();
        for (from, to) in calls {
            builder.edge(nodes[*from], relation::CALLS, nodes[*to]);
        }
        builder.build()
    }

    fn shop() -> Snapshot {
        let entities = [
            ("front", kind::COMPONENT),
            ("front@a", kind::INSTANCE),
            ("front@b", kind::INSTANCE),
            ("pay", kind::COMPONENT),
            ("pay@a", kind::INSTANCE),
            ("pay@b", kind::INSTANCE),
            ("ledger", kind::COMPONENT),
            ("ledger@a", kind::INSTANCE),
            ("db", kind::DATA_STORE),
            ("books", kind::DATA_STORE),
            ("old", kind::COMPONENT),
            ("old@a", kind::INSTANCE),
            ("red", kind::TEAM),
            ("blue", kind::TEAM),
            ("west", kind::REGION),
        ];
        world(
            &entities,
            "front@a instanceOf front
         front@b instanceOf front
         pay@a instanceOf pay
         pay@b instanceOf pay
         ledger@a instanceOf ledger
         old@a instanceOf old
         front@a calls pay@a
         front@b calls pay@b
         pay@a calls ledger@a
         ledger@a calls front@a
         pay@a readsFrom db postgresql
         pay@b readsFrom db postgresql
         ledger@a readsFrom books postgresql
         ledger@a writesTo books postgresql
         old@a readsFrom books postgresql
         front ownedBy red
         pay ownedBy red
         ledger ownedBy blue
         db ownedBy red
         books ownedBy red
         old ownedBy blue",
        )
    }

    #[test]
    fn a_circle_is_cut_at_one_dependency_of_components() {
        let base = shop();
        let before = base.edges().count();
        let result = found(&base, &asked(r#"{"aim": {"find": "cut_cycles"}}"#));
        assert_eq!(result.options.len(), 3, "{:?}", names(&result));
        assert!(result.method.is_exact && result.is_finished && result.impossible.is_empty());
        let bound = result.method.optimality.as_ref().expect("a bound");
        assert_eq!((bound.found, bound.at_least, bound.gap), (Some(1.0), 1.0, Some(0.0)));
        for option in &result.options {
            let after = option.scenario(&base).expect("a scenario").snapshot();
            assert!(cycles(&after, Profile::Audit).value.is_empty(), "{}", option.name);
            assert_eq!((option.changes.len(), option.waves.len()), (1, 1));
            // A component stands for its instances: front → pay goes in both places.
            let cut = before - after.edges().count();
            assert_eq!(cut, if option.name == "cut front → pay" { 2 } else { 1 }, "{}", option.name);
        }
        assert_eq!(base.edges().count(), before, "the base stays");
        assert!(value(&result, 0, Measure::TeamsTouched) == Some(1.0));
    }

    #[test]
    fn what_is_frozen_is_not_cut_and_named_where_nothing_else_is_left() {
        let base = shop();
        let some =
            found(&base, &asked(r#"{"aim": {"find": "cut_cycles"}, "constraints": {"freeze": ["front", "ledger"]}}"#));
        assert_eq!(names(&some), ["cut pay → ledger"]);
        let draft = asked(r#"{"aim": {"find": "cut_cycles"}, "constraints": {"freeze": ["front", "ledger", "pay"]}}"#);
        let none = found(&base, &draft);
        assert!(none.options.is_empty());
        let told = &none.impossible[0];
        assert_eq!((told.constraint, told.entities.len()), ("freeze", 3), "{told:?}");
        assert!(told.what.contains("front") && told.what.contains("pay"), "{}", told.what);
        let answer = search(&base, &draft, &Given::default(), &context()).expect("an answer");
        assert_eq!(answer.verdict.as_deref(), Some("no option that was found keeps all constraints"));
        let two = callers(4, &[(0, 1), (1, 0), (2, 3), (3, 2), (1, 2), (3, 0)]);
        let some = found(&two, &asked(r#"{"aim": {"find": "cut_cycles"}, "constraints": {"freeze": ["n0", "n1"]}}"#));
        assert_eq!((names(&some).len(), some.impossible.len()), (2, 1), "{:?}", names(&some));
        for option in &some.options {
            assert!(option.violations.len() == 1 && option.changes.len() <= 2, "{option:?}");
            let after = option.scenario(&two).expect("a scenario").snapshot();
            assert_eq!(cycles(&after, Profile::Audit).value.len(), 1, "only the frozen cycle is left");
        }
        let within = found(&base, &asked(r#"{"aim": {"find": "cut_cycles", "among": ["front", "pay"]}}"#));
        assert!(within.options.is_empty() && within.impossible.is_empty(), "no cycle is among these alone");
    }

    #[test]
    fn too_few_changes_are_an_answer() {
        let base = callers(4, &[(0, 1), (1, 0), (2, 3), (3, 2)]);
        let result = found(&base, &asked(r#"{"aim": {"find": "cut_cycles"}, "constraints": {"most_changes": 1}}"#));
        assert_eq!(result.impossible[0].constraint, "most_changes");
        assert!(!result.options.is_empty() && result.options.iter().all(|option| !option.is_allowed()));
        assert!(result.options.iter().all(|option| option.front.is_none()));
    }

    #[test]
    fn a_search_out_of_nodes_is_a_heuristic_with_a_bound() {
        let circle: Vec<(usize, usize)> = (0..30).map(|at| (at, (at + 1) % 30)).collect();
        let back: Vec<(usize, usize)> = (0..15).map(|at| (2 * at + 1, 2 * at)).collect();
        let base = callers(30, &[circle, back].concat());
        let mut draft = asked(r#"{"aim": {"find": "cut_cycles"}, "nodes": 10, "seed": 7, "most": 3}"#);
        let result = found(&base, &draft);
        let bound = result.method.optimality.clone().expect("a bound");
        assert!(result.is_finished && bound.at_least >= 1.0 && bound.found >= Some(bound.at_least), "{bound:?}");
        for option in &result.options {
            let after = option.scenario(&base).expect("a scenario").snapshot();
            assert!(cycles(&after, Profile::Audit).value.is_empty(), "{}", option.name);
        }
        assert_eq!(result.options[0].front, Some(0), "teams are known of none, and tell none from another");
        draft.nodes = 20_000;
        let more = found(&base, &draft).method.optimality.expect("a bound");
        assert!(more.at_least >= bound.at_least);
    }

    #[test]
    fn things_move_after_what_they_need_and_circles_together() {
        let base = shop();
        let result = found(
            &base,
            &asked(r#"{"aim": {"find": "migrate", "entities": ["front", "pay", "ledger", "old"], "region": "west"}}"#),
        );
        let told: Vec<(&str, Vec<Vec<&str>>)> =
            result.options.iter().map(|option| (option.name.as_str(), waves(option))).collect();
        let stay = told.iter().find(|(name, _)| name.contains("stores stay")).expect("an option");
        assert_eq!(stay.1, [vec!["front", "ledger", "old", "pay"]]);
        let own = told.iter().find(|(name, _)| name.contains("own stores follow")).expect("an option");
        assert_eq!(own.1, [vec!["books", "db"], vec!["front", "ledger", "old", "pay"]]);
        let follow = result.options.iter().find(|option| option.name.contains("own stores")).expect("an option");
        assert_eq!(follow.waves[1].waits_for, [1]);
        let after = follow.scenario(&base).expect("a scenario").snapshot();
        let located = after.edges().filter(|edge| edge.edge.relation == relation::LOCATED_IN).count();
        assert_eq!(located, 8, "six instances and two stores stand in the new region");
        assert!(result.method.is_exact);
    }

    #[test]
    fn teams_do_no_more_than_they_can_and_what_cannot_be_is_named() {
        let base = shop();
        let draft = asked(
            r#"{"aim": {"find": "migrate", "entities": ["db", "books", "old"], "region": "west"},
            "constraints": {"capacity": {"teams": {"red": 1}}}}"#,
        );
        let result = found(&base, &draft);
        assert!(result.options[0].is_allowed());
        assert_eq!(result.options[0].waves.len(), 2, "{:?}", waves(&result.options[0]));
        let most = result.options[0].waves.iter().flat_map(|wave| &wave.teams);
        let red = most.filter(|load| load.team.as_ref().is_some_and(|team| team.name == "red"));
        assert_eq!(red.map(|load| load.changes).max(), Some(1));
        let circle = asked(
            r#"{"aim": {"find": "migrate", "entities": ["front", "pay", "ledger"], "region": "west"},
            "constraints": {"capacity": {"teams": {"red": 1}}, "freeze": ["ledger"], "regions": ["east"]}}"#,
        );
        let result = found(&base, &circle);
        let broken: BTreeSet<&str> = result.impossible.iter().map(|violation| violation.constraint).collect();
        assert_eq!(broken, BTreeSet::from(["freeze", "regions"]));
        assert!(result.impossible.iter().any(|violation| violation.what.starts_with("ledger is to move")));
        let whole = asked(
            r#"{"aim": {"find": "migrate", "entities": ["front", "pay", "ledger"], "region": "west"},
            "constraints": {"capacity": {"each": 1}}}"#,
        );
        let result = found(&base, &whole);
        let told = &result.options[0].violations[0];
        assert_eq!(told.constraint, "capacity");
        assert!(told.what.contains("2 changes for red") && told.what.contains("front, pay, ledger"), "{}", told.what);
    }

    #[test]
    fn what_is_there_already_does_not_move() {
        let base = world(
            &[("a", kind::INSTANCE), ("b", kind::INSTANCE), ("west", kind::REGION)],
            "a locatedIn west
         a calls b",
        );
        let result = found(&base, &asked(r#"{"aim": {"find": "migrate", "entities": ["a", "b"], "region": "west"}}"#));
        assert_eq!(waves(&result.options[0]), [vec!["b"]]);
        assert!(result.not_tried.iter().any(|left| left.entities.iter().any(|entity| entity.name == "a")));
        let nothing = found(&base, &asked(r#"{"aim": {"find": "migrate", "entities": ["a"], "region": "west"}}"#));
        assert!(nothing.options.is_empty());
    }

    #[test]
    fn what_nobody_needs_is_retired_and_what_is_needed_is_not() {
        let base = shop();
        let result = found(&base, &asked(r#"{"aim": {"find": "retire"}}"#));
        assert_eq!(names(&result), ["retire old"]);
        let option = &result.options[0];
        assert_eq!((value(&result, 0, Measure::EntitiesFreed), option.front), (Some(1.0), Some(0)));
        assert!(option.assumptions[0].contains("no traces were read"));
        let after = option.scenario(&base).expect("a scenario").snapshot();
        assert!(after.find("old").is_err() && base.find("old").is_ok());
        let frozen = found(&base, &asked(r#"{"aim": {"find": "retire"}, "constraints": {"freeze": ["old"]}}"#));
        assert!(frozen.options.is_empty() && frozen.not_tried.iter().any(|left| left.what.contains("freeze list")));
    }

    #[test]
    fn where_requests_begin_somebody_outside_needs_it() {
        let text = "source telemetry
                file x
                TelemetryService:front observed
                  known service_name:front
                TelemetryService:quiet observed
                  known service_name:quiet
                Traffic:front/cart observed
                  set entry.service front
                  set entry.operation cart
                  set traces 5
                  counts TelemetryService:front";
        let base = snapshot(text);
        assert!(!base.pages().touches.is_empty(), "the traces were read");
        let result = found(&base, &asked(r#"{"aim": {"find": "retire"}}"#));
        assert_eq!(names(&result), ["retire quiet"]);
        assert!(result.options[0].assumptions[0].contains("no request that was traced"));
        let entry = result.not_tried.iter().find(|left| left.what.contains("requests begin")).expect("front is told");
        assert_eq!(entry.entities[0].name, "front");
    }

    #[test]
    fn what_provides_an_interface_that_is_consumed_is_needed() {
        let relations = "shop providesApi orders
                     till consumesApi orders";
        let base = world(&[("shop", kind::COMPONENT), ("till", kind::COMPONENT), ("orders", kind::API)], relations);
        assert_eq!(names(&found(&base, &asked(r#"{"aim": {"find": "retire"}}"#))), ["retire till"]);
    }

    #[test]
    fn stores_that_are_alike_are_merged_and_others_are_not() {
        let base = shop();
        let result = found(&base, &asked(r#"{"aim": {"find": "consolidate"}}"#));
        assert_eq!(names(&result), ["merge db into books"]);
        let after = result.options[0].scenario(&base).expect("a scenario").snapshot();
        let [db, books, pay] = ["db", "books", "pay@a"].map(|name| after.find(name).expect("it is there"));
        assert_eq!(after.incoming(db).count(), 0, "nobody needs what is left");
        assert!(after.incoming(books).any(|edge| edge.from == pay && edge.edge.relation == relation::READS_FROM));
        let few = found(&base, &asked(r#"{"aim": {"find": "consolidate", "most_users": 0}}"#));
        assert!(few.options.is_empty());
        let other = world(
            &[
                ("a", kind::INSTANCE),
                ("p", kind::DATA_STORE),
                ("m", kind::DATA_STORE),
                ("q", kind::DATA_STORE),
                ("red", kind::TEAM),
            ],
            "a readsFrom p postgresql
         a readsFrom m mysql
         p ownedBy red
         m ownedBy red
         q ownedBy red",
        );
        let result = found(&other, &asked(r#"{"aim": {"find": "consolidate"}}"#));
        assert!(result.options.is_empty(), "{:?}", names(&result));
        let unknown = result.not_tried.iter().find(|left| left.what.contains("unknown technology")).expect("q is told");
        assert_eq!(unknown.entities[0].name, "q");
    }

    #[test]
    fn parts_of_a_monolith_hold_together() {
        let calls = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)];
        let base = callers(6, &calls);
        let draft = asked(r#"{"aim": {"find": "extract", "modules": ["n0", "n1", "n2", "n3", "n4", "n5"]}}"#);
        let result = found(&base, &draft);
        let best = &result.options[0];
        assert_eq!((best.changes.len(), best.groups.len()), (1, 2), "{}", best.name);
        let groups: Vec<Vec<&str>> =
            best.groups.iter().map(|group| group.iter().map(|entity| entity.name.as_str()).collect()).collect();
        assert_eq!(groups, [["n0", "n1", "n2"], ["n3", "n4", "n5"]]);
        assert!(result.method.optimality.is_none() && !result.method.is_exact);
        let one = found(&base, &asked(r#"{"aim": {"find": "extract", "modules": ["n0"]}}"#));
        assert!(one.options.is_empty());
    }

    #[test]
    fn limits_are_held_against_figures_and_what_is_not_known_is_undecided() {
        let base = twin_shop();
        let limits = r#"{"aim": {"find": "cut_cycles"},
        "objectives": [{"measure": "changes", "weight": 1}, {"measure": "single_points_of_failure", "weight": 2}],
        "constraints": {"budget": {"amount": 10, "currency": "EUR"},
            "limits": [{"measure": "cycles", "at_most": 0}, {"measure": "latency_p99", "at_most": 100}]}}"#;
        let result = found(&base, &asked(limits));
        assert_eq!(result.options.len(), 2);
        for option in &result.options {
            assert!(option.is_allowed() && option.front.is_some() && option.weighted.is_some(), "{option:?}");
            let undecided: BTreeSet<&str> = option.undecided.iter().map(|left| left.constraint).collect();
            assert_eq!(undecided, BTreeSet::from(["budget", "limits"]), "neither bills nor traffic were read");
        }
        assert!(result.options[0].weighted <= result.options[1].weighted);
        let strict = r#"{"aim": {"find": "retire"}, "constraints": {"limits": [{"measure": "cycles", "at_most": 0}]}}"#;
        let result = found(&base, &asked(strict));
        assert!(result.options.iter().all(|option| option.violations[0].what.starts_with("cycles is 1")), "{result:?}");
        assert_eq!(names(&result), ["retire lonely"]);
    }

    #[test]
    fn an_availability_that_is_given_is_a_limit() {
        let base = twin_shop();
        let given = Given { availability: BTreeMap::from([(base.find("b").expect("b"), 0.9)]), ..Given::default() };
        let draft = asked(
            r#"{"aim": {"find": "cut_cycles"}, "constraints": {"limits": [{"measure": "availability", "at_most": 100}]}}"#,
        );
        let result = search(&base, &draft, &given, &context()).expect("an answer").value;
        let broken =
            |option: &SearchOption| option.violations.iter().any(|violation| violation.what.contains("availability"));
        assert!(result.options.iter().all(broken), "b alone is down for 4320 minutes a month");
    }

    /// a and b need each other, in an estate that was read.
    fn twin_shop() -> Snapshot {
        snapshot(
            "file x\nWorkload:a\ncalls/required Workload:b\nWorkload:b\ncalls/required Workload:a\nWorkload:lonely",
        )
    }

    /// What is known of an estate in the estate language.
    fn snapshot(text: &str) -> Snapshot {
        let estate = estate(text).unwrap_or_else(|why| panic!("{why}"));
        let twin = Twin::in_memory();
        twin.apply(estate.batches, estate.now).unwrap_or_else(|error| panic!("{error}"));
        twin.snapshot(At::now(estate.now))
    }

    #[test]
    fn an_answer_says_what_it_rests_on() {
        let base = twin_shop();
        let draft = asked(r#"{"aim": {"find": "cut_cycles"}, "seed": 3}"#);
        let answer = search(&base, &draft, &Given::default(), &context()).expect("an answer");
        assert_eq!(answer.seed, Some(3));
        assert_eq!(answer.question["kind"], "search");
        assert_eq!(answer.question["aim"]["find"], "cut_cycles");
        assert!(!answer.evidence(&answer.value.options[0]).is_empty(), "the dependency that goes is cited");
        assert_eq!(answer.basis, [crate::observe::Perspective::Declared]);
        let table = crate::answer::Reply::from(answer).table().expect("a table");
        assert_eq!(table.rows, 2);
        let schema = serde_json::to_string(&schemars::schema_for!(SearchResult)).expect("a schema");
        assert!(schema.contains("dominated_by") && schema.contains("not_tried"));
        let again: SearchDraft = serde_json::from_value(serde_json::to_value(&draft).expect("JSON")).expect("a draft");
        assert_eq!(again, draft);
    }

    #[test]
    fn misuse_names_the_field() {
        let base = shop();
        let cases = [
            (r#"{"aim": {"find": "migrate", "entities": ["nobody"], "region": "west"}}"#, "unknown", "nobody"),
            (r#"{"aim": {"find": "migrate", "entities": ["pay"], "region": ""}}"#, "invalid", "region"),
            (
                r#"{"aim": {"find": "migrate", "entities": ["pay"], "region": "west", "rtt_ms": -1}}"#,
                "invalid",
                "rtt_ms",
            ),
            (r#"{"aim": {"find": "retire"}, "most": 0}"#, "invalid", "most"),
            (r#"{"aim": {"find": "retire"}, "needs": "everything"}"#, "unknown", "everything"),
            (r#"{"aim": {"find": "retire"}, "constraints": {"freeze": ["ghost"]}}"#, "unknown", "ghost"),
            (
                r#"{"aim": {"find": "retire"}, "constraints": {"capacity": {"teams": {"green": 1}}}}"#,
                "unknown",
                "green",
            ),
            (
                r#"{"aim": {"find": "retire"}, "constraints": {"budget": {"amount": -1, "currency": "EUR"}}}"#,
                "invalid",
                "budget",
            ),
            (
                r#"{"aim": {"find": "retire"}, "constraints": {"limits": [{"measure": "waves", "at_most": 1}]}}"#,
                "invalid",
                "limits",
            ),
            (
                r#"{"aim": {"find": "retire"}, "constraints": {"limits": [{"measure": "error_rate", "at_most": 2}]}}"#,
                "invalid",
                "error_rate",
            ),
            (
                r#"{"aim": {"find": "retire"}, "objectives": [{"measure": "changes", "weight": 0}]}"#,
                "invalid",
                "weight",
            ),
        ];
        for (text, code, names) in cases {
            let error = search(&base, &asked(text), &Given::default(), &context()).map(|_| ()).expect_err(text);
            assert!(error.kind().code() == code && error.to_string().contains(names), "{text}: {error}");
        }
        assert!(SearchDraft::from_json(r#"{"aim": {"find": "magic"}}"#).is_err());
        let nothing = SnapshotBuilder::new(Schema::default()).build();
        for aim in ["cut_cycles", "consolidate", "retire"] {
            assert!(found(&nothing, &asked(&format!(r#"{{"aim": {{"find": "{aim}"}}}}"#))).options.is_empty());
        }
    }

    /// Three circles of five, joined in a row.
    fn circles() -> Snapshot {
        let of = |circle: usize| (0..5).map(move |at| (5 * circle + at, 5 * circle + (at + 1) % 5));
        let calls: Vec<(usize, usize)> = (0..3).flat_map(of).chain([(0, 5), (5, 10), (2, 0), (8, 6)]).collect();
        callers(15, &calls)
    }

    const QUESTIONS: [&str; 4] = [
        r#"{"aim": {"find": "cut_cycles"}, "most": 50}"#,
        r#"{"aim": {"find": "cut_cycles"}, "nodes": 20, "seed": 5}"#,
        r#"{"aim": {"find": "extract", "modules": ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"]}, "seed": 2}"#,
        r#"{"aim": {"find": "cut_cycles"}, "most": 5, "constraints": {"limits": [{"measure": "cycles", "at_most": 0}]}}"#,
    ];

    #[test]
    fn the_same_question_has_the_same_answer_on_any_number_of_threads() {
        let base = circles();
        for question in QUESTIONS {
            let draft = asked(question);
            let told = |threads: usize| {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
                let answer = pool.install(|| searched(&base, &draft, &Given::default(), &context()));
                answer.expect("an answer").to_json()
            };
            let one = told(1);
            assert!(one.contains("options") && [told(2), told(8)].iter().all(|other| *other == one), "{question}");
        }
    }

    /// A context whose clock ticks when it is looked at, and passes after so many looks.
    fn ending_after(looks: u64) -> Context {
        let ticks = Arc::new(AtomicU64::new(0));
        let clock = move || Duration::from_secs(ticks.fetch_add(1, Ordering::Relaxed));
        Context { deadline: Some(Deadline::new(clock, Duration::from_secs(looks))), ..context() }
    }

    #[test]
    fn a_deadline_brings_the_best_so_far() {
        let base = circles();
        let draft = asked(QUESTIONS[0]);
        let whole = found(&base, &draft);
        let mut counts = Vec::new();
        for looks in [0, 1, 40, 200, 1_000_000] {
            let answer = search(&base, &draft, &Given::default(), &ending_after(looks)).expect("the best so far");
            let result = answer.value;
            assert_eq!(result.is_finished, looks == 1_000_000, "after {looks} looks");
            assert!(!result.options.is_empty(), "after {looks} looks");
            for option in &result.options {
                let after = option.scenario(&base).expect("a scenario").snapshot();
                assert!(cycles(&after, Profile::Audit).value.is_empty(), "{} after {looks} looks", option.name);
            }
            let bound = result.method.optimality.expect("a bound");
            assert!(bound.at_least <= whole.options[0].changes.len() as f64, "a bound holds however short the search");
            counts.push(result.found);
        }
        assert_eq!(counts.last(), Some(&whole.found));
        for aim in [r#""find": "retire""#, r#""find": "migrate", "entities": ["n0", "n7"], "region": "west""#] {
            let draft = asked(&format!(r#"{{"aim": {{{aim}}}}}"#));
            let result = search(&base, &draft, &Given::default(), &ending_after(0)).expect("the best so far").value;
            assert!(!result.is_finished, "{aim}");
        }
    }

    #[test]
    fn cancelling_stops() {
        let base = circles();
        for question in QUESTIONS {
            let cancelled = context();
            cancelled.cancel.cancel();
            let error = search(&base, &asked(question), &Given::default(), &cancelled).map(|_| ()).expect_err(question);
            assert_eq!(error.kind(), ErrorKind::Cancelled, "{question}");
        }
    }

    #[test]
    fn a_goal_may_be_turned_around() {
        let base = shop();
        let draft =
            asked(r#"{"aim": {"find": "cut_cycles"}, "objectives": [{"measure": "dependencies_cut", "goal": "max"}]}"#);
        let result = found(&base, &draft);
        assert_eq!((names(&result)[0], result.objectives[0].goal()), ("cut front → pay", Goal::Maximize));
        assert_eq!(result.options[1].dominated_by.as_deref(), Some("cut front → pay"));
    }

    fn graphs() -> impl Strategy<Value = Vec<(usize, usize)>> {
        prop::collection::btree_set((0..5_usize, 0..5_usize), 0..11)
            .prop_map(|calls| calls.into_iter().filter(|(from, to)| from != to).collect())
    }

    /// How many waves the option with the fewest takes.
    fn fewest_waves(base: &Snapshot, capacity: u32) -> usize {
        let draft = format!(
            r#"{{"aim": {{"find": "migrate", "entities": ["n0", "n1", "n2", "n3", "n4"], "region": "west"}},
            "constraints": {{"capacity": {{"each": {capacity}}}}}}}"#
        );
        found(base, &asked(&draft)).options.iter().map(|option| option.waves.len()).min().unwrap_or_default()
    }

    fn is_free_of_cycles(calls: &[(usize, usize)]) -> bool {
        cycles(&callers(5, calls), Profile::Audit).value.is_empty()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_fewer_cuts_leave_no_cycle(calls in graphs()) {
            let base = callers(5, &calls);
            let result = found(&base, &asked(r#"{"aim": {"find": "cut_cycles"}, "objectives": [{"measure": "changes"}]}"#));
            let kept = |bits: usize| calls.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 0).map(|(_, call)| *call).collect::<Vec<_>>();
            let fewest = (0..1_usize << calls.len()).filter(|bits| is_free_of_cycles(&kept(*bits))).map(usize::count_ones).min();
            let found = result.options.first().map_or(0, |option| option.changes.len() as u32);
            prop_assert_eq!(Some(found), fewest);
            for option in &result.options {
                let after = option.scenario(&base).expect("a scenario").snapshot();
                prop_assert!(cycles(&after, Profile::Audit).value.is_empty());
            }
            prop_assert_eq!(base.edges().count(), calls.len());
        }

        #[test]
        fn waves_keep_to_what_things_need_and_teams_can_do(calls in graphs(), capacity in 1..4_u32) {
            let base = callers(5, &calls);
            let draft = format!(
                r#"{{"aim": {{"find": "migrate", "entities": ["n0", "n1", "n2", "n3", "n4"], "region": "west"}},
                    "constraints": {{"capacity": {{"each": {capacity}}}}}}}"#
            );
            let result = found(&base, &asked(&draft));
            prop_assert!(fewest_waves(&base, capacity + 1) <= fewest_waves(&base, capacity), "more hands take no longer");
            let reach = |from: usize| {
                let mut reached = BTreeSet::from([from]);
                for _ in 0..5 {
                    let next: Vec<usize> = calls.iter().filter(|call| reached.contains(&call.0)).map(|call| call.1).collect();
                    reached.extend(next);
                }
                reached
            };
            for option in &result.options {
                let wave = |at: usize| option.waves.iter().position(|wave| wave.members.iter().any(|member| member.name == format!("n{at}")));
                for (from, to) in &calls {
                    let together = reach(*to).contains(from);
                    let in_order = if together { wave(*from) == wave(*to) } else { wave(*to) < wave(*from) };
                    prop_assert!(in_order);
                }
                let fits = option.waves.iter().all(|wave| wave.changes.len() as u32 <= capacity);
                prop_assert_eq!(fits, option.is_allowed(), "a group larger than a wave is the only excuse");
                prop_assert_eq!(option.changes.len(), 5);
            }
        }
    }
}
