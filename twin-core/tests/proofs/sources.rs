//! Sources of hosts: pages in plain words, pulled to their end, and held against what every source must keep to.

use serde_json::json;
use twin_core::base::{Context, Error, ErrorKind, Result};
use twin_core::observe::{
    Capability, CapabilityDraft, Locator, Outcome, Page, PageDraft, Scope, Source, SourceId, Statement,
};
use twin_core::schema::Schema;
use twin_core::{At, Twin, check_source};

use crate::support::{ask, components, time};

fn capability() -> Capability {
    let draft = json!({"reads": ["Component", "Team", "ownedBy", "dependsOn"], "cadence": "1h"});
    CapabilityDraft::from_json(&draft.to_string()).unwrap().capability("sheet", &Schema::default()).unwrap()
}

fn page(draft: serde_json::Value) -> Page {
    let source = SourceId("sheet".to_owned());
    PageDraft::from_json(&draft.to_string()).unwrap().page(&source, &capability(), &Schema::default())
}

#[test]
fn a_page_in_plain_words_is_a_page() {
    let page = page(json!({"scope": "systems.xlsx", "records": [
        {"kind": "Component", "key": "pay-1", "name": "payments", "at": "systems.xlsx:2", "raw": "payments;red",
         "attributes": {"description": "takes money", "replicas": 2, "nonsense": 1, "port": "x"},
         "relations": [{"relation": "ownedBy", "kind": "Team", "key": "red"}, {"relation": "dependsOn", "name": "ledger"},
                       {"relation": "dependsOn"}]},
    ]}));
    let record = &page.batch.records[1];
    assert_eq!((page.done, page.batch.incoming(), record.key.to_string().as_str()), (true, 1, "sheet/Component:pay-1"));
    let told: Vec<&str> = page.batch.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert!(told.iter().any(|line| line.contains("\"nonsense\"")) && told.len() == 3, "{told:?}");
    assert_eq!(page.batch.outcome, Outcome::Complete, "what is only warned of makes nothing partial");
    let team = &page.batch.records[0];
    assert_eq!((team.key.to_string().as_str(), team.stands_for), ("sheet/Team:red", 0), "people are mentioned");
    let step = &record.observations[0].evidence.chain[0];
    assert_eq!((&step.locator, step.raw.as_str()), (&Locator::line("systems.xlsx", 2), "payments;red"));
    assert!(record.observations.iter().any(|said| matches!(&said.statement, Statement::Attribute { .. })));
}

#[test]
fn garbage_records_are_rejected_one_by_one() {
    let garbage = json!({"scope": "s", "records": [
        1, "x", null, ["Component", "a"], {}, {"kind": "Component"}, {"kind": "Component", "key": ""}, {"kind": "Component", "key": 7},
        {"kind": "Component", "key": "a", "attributes": {"description": "hunter2"}, "port": 1},
        {"kind": "Component", "key": "good"},
    ]});
    let page = page(garbage);
    assert_eq!((page.batch.records.len(), page.batch.incoming()), (1, 10));
    assert!(matches!(page.batch.outcome, Outcome::Partial(_)), "nothing is taken away by such a page");
    assert!(!format!("{:?}", page.batch.diagnostics).contains("hunter2"), "values stay out of messages");
    for text in ["", "[]", "1", "{\"mode\": \"some\"}", "{\"scope\": 1}", "{\"records\": {}}", "{\"gone\": [{}]}"] {
        assert_eq!(PageDraft::from_json(text).unwrap_err().kind(), ErrorKind::Invalid, "{text}");
    }
    for (draft, part) in [
        (json!({"reads": ["Componnt"]}), "Component"),
        (json!({"reads": [], "cadence": "soon"}), "30s"),
        (json!({"reads": [], "cadence": "0h"}), "30s"),
        (json!({"reads": [], "cadence": "99999999999999999999d"}), "30s"),
    ] {
        let error = CapabilityDraft::from_json(&draft.to_string()).unwrap().capability("x", &Schema::default());
        assert!(error.unwrap_err().to_string().contains(part), "{draft}");
    }
}

#[test]
fn a_source_of_a_host_is_asked_like_any_other() {
    let twin = Twin::in_memory();
    let mut sheet = Sheet { pages: 3, delta: false, habit: Habit::Good, place: 0 };
    let receipt = twin.sync(&SourceId("sheet".to_owned()), &mut sheet, &Context::new(time("09:00"))).unwrap();
    assert_eq!((receipt.applied, receipt.rejected), (3, 0));
    assert_eq!(components(&twin.snapshot(At::now(time("09:00")))), ["c0", "c1", "c2"]);
    assert_eq!(ask(&twin, "09:00", "owners c1"), ["red"]);
    assert_eq!(ask(&twin, "09:30", "status owners"), ["complete"]);
    assert!(ask(&twin, "12:30", "status owners")[0].contains("stale"), "its own cadence holds");
}

#[test]
fn a_source_that_keeps_to_everything_passes_every_check() {
    for (pages, delta) in [(1, false), (3, false), (1, true), (4, true)] {
        let mut make = || Ok(Box::new(Sheet { pages, delta, habit: Habit::Good, place: 0 }) as Box<dyn Source>);
        let checks = check_source(&mut make, &Schema::default(), time("09:00")).unwrap();
        assert_eq!(checks.len(), 7);
        assert!(checks.iter().all(|check| check.passed), "{pages} {delta}: {checks:?}");
    }
}

#[test]
fn each_bad_habit_fails_the_check_that_is_made_for_it() {
    let cases = [
        (Habit::Fails, "full"),
        (Habit::Circles, "full"),
        (Habit::Unannounced, "capability"),
        (Habit::Restless, "again"),
        (Habit::ForgetsCursor, "cursor"),
    ];
    for (habit, expected) in cases {
        let mut make = || Ok(Box::new(Sheet { pages: 3, delta: false, habit, place: 0 }) as Box<dyn Source>);
        let checks = check_source(&mut make, &Schema::default(), time("09:00")).unwrap();
        let failed: Vec<&str> = checks.iter().filter(|check| !check.passed).map(|check| check.name).collect();
        assert!(failed.contains(&expected), "{habit:?}: {checks:?}");
    }
}

#[test]
fn a_pass_that_failed_goes_on_where_it_stopped_and_a_delta_after_its_end() {
    let twin = Twin::in_memory();
    let (name, context) = (SourceId("sheet".to_owned()), Context::new(time("09:00")));
    let cursor = || twin.cursor(&Scope::new(&name, "")).unwrap_or_default();
    let mut delta = Sheet { pages: 3, delta: true, habit: Habit::FailsAtLast, place: 0 };
    assert_eq!(twin.sync(&name, &mut delta, &context).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!((cursor().as_str(), components(&twin.snapshot(At::now(time("09:00")))).len()), ("2", 2));
    delta.habit = Habit::Good;
    twin.sync(&name, &mut delta, &context).unwrap();
    assert_eq!((cursor().as_str(), components(&twin.snapshot(At::now(time("09:00")))).len()), ("3", 3));
    assert_eq!(twin.sync(&name, &mut delta, &context).unwrap().applied, 0, "nothing has changed since");
}

#[test]
fn answers_say_that_a_pass_has_not_ended_or_that_one_failed() {
    let twin = Twin::in_memory();
    let (name, context) = (SourceId("sheet".to_owned()), Context::new(time("09:00")));
    let mut sheet = Sheet { pages: 3, delta: false, habit: Habit::FailsAtLast, place: 0 };
    twin.sync(&name, &mut sheet, &context).unwrap_err();
    let status = || ask(&twin, "09:10", "status owners").remove(0);
    assert!(status().contains("the last pass did not end: io"), "{}", status());
    sheet.habit = Habit::Good;
    twin.sync(&name, &mut sheet, &context).unwrap();
    assert_eq!(status(), "complete");
    let (revision, before) = (twin.revision(), ask(&twin, "09:10", "find Component"));
    sheet.habit = Habit::Fails;
    twin.sync(&name, &mut sheet, &context).unwrap_err();
    assert!(status().contains("the last pass did not end: io"), "{}", status());
    assert_eq!((twin.revision(), ask(&twin, "09:10", "find Component")), (revision, before), "and nothing is lost");
    assert!(ask(&Twin::in_memory(), "09:10", "status owners")[0].contains("unknown"), "never read is another thing");
}

#[test]
fn pages_of_one_scope_do_not_take_each_other_away() {
    let mut make =
        || Ok(Box::new(Sheet { pages: 3, delta: false, habit: Habit::OneScope, place: 0 }) as Box<dyn Source>);
    let checks = check_source(&mut make, &Schema::default(), time("09:00")).unwrap();
    assert!(!checks[0].passed && checks[0].why.contains("twice in one full pass"), "{checks:?}");
    let twin = Twin::in_memory();
    twin.sync(&SourceId("sheet".to_owned()), make().unwrap().as_mut(), &Context::new(time("09:00"))).unwrap_err();
    assert_eq!(components(&twin.snapshot(At::now(time("09:00")))), ["c0"], "what was read stays");
}

#[test]
fn a_relation_that_the_table_forbids_is_told() {
    // A connection goes out from what runs, and of a component without instances nothing is known to.
    for (relation, end) in
        [("calls", "its left end"), ("connectsTo", "its left end, for nothing of it is known to run")]
    {
        let twin = Twin::in_memory();
        let relations = [json!({"relation": relation, "kind": "Component", "key": "b"})];
        let page = page(json!({"scope": "s", "records": [
            {"kind": "Component", "key": "a", "at": "s:1", "relations": relations}, {"kind": "Component", "key": "b"},
        ]}));
        let receipt = twin.apply(vec![page.batch.clone()], time("09:00")).unwrap();
        let told: Vec<String> =
            receipt.diagnostics.iter().map(|told| format!("{} {}", told.locator, told.message)).collect();
        assert_eq!(
            told,
            [format!("s:1 relation {relation} of sheet/Component:a is not allowed by the table at {end}")]
        );
        assert_eq!((receipt.applied, receipt.rejected), (2, 0), "the records stay");
        let again = twin.apply(vec![page.batch], time("09:10")).unwrap();
        assert_eq!(again.diagnostics, [], "it was told before");
    }
}

#[test]
fn two_records_of_one_key_are_told() {
    let twin = Twin::in_memory();
    let page = page(json!({"scope": "s", "records": [
        {"kind": "Component", "key": "a", "at": "s:1", "attributes": {"description": "pays"}}, {"kind": "Component", "key": "b"},
        {"kind": "Component", "key": "a", "at": "s:9", "known_as": [{"space": "path", "value": "a"}]},
    ]}));
    let receipt = twin.apply(vec![page.batch], time("09:00")).unwrap();
    let told: Vec<String> =
        receipt.diagnostics.iter().map(|told| format!("{} {}", told.locator, told.message)).collect();
    assert_eq!(told, ["s:9 record 2 has the key of record 0, sheet/Component:a: what both say is taken together"]);
    assert_eq!((receipt.applied, receipt.rejected), (3, 0));
}

#[test]
fn a_team_that_is_mentioned_before_its_record_has_one_name() {
    let owned = json!({"relation": "ownedBy", "kind": "Team", "key": "red"});
    let page = page(json!({"scope": "s", "records": [
        {"kind": "Component", "key": "a", "relations": [owned]}, {"kind": "Team", "key": "red", "name": "Red team"},
    ]}));
    let teams: Vec<&str> = page.batch.records.iter().map(|record| record.key.name.as_str()).collect();
    assert_eq!(teams, ["a", "red"]);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    Good,
    Fails,
    FailsAtLast,
    Circles,
    Unannounced,
    Restless,
    ForgetsCursor,
    OneScope,
}

/// A sheet with one component on each page.
struct Sheet {
    pages: usize,
    delta: bool,
    habit: Habit,
    place: usize,
}

impl Sheet {
    fn record(&self, place: usize) -> serde_json::Value {
        let kind = if self.habit == Habit::Unannounced { "System" } else { "Component" };
        let key = match self.habit {
            Habit::Restless => format!("c{}", fresh()),
            _ => format!("c{place}"),
        };
        json!({"kind": kind, "key": key, "relations": [{"relation": "ownedBy", "kind": "Team", "key": "red"}]})
    }
}

/// A number that nobody had before.
fn fresh() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Source for Sheet {
    fn capability(&self) -> Capability {
        let mode = if self.delta { twin_core::observe::Mode::Delta } else { twin_core::observe::Mode::Full };
        Capability { mode, ..capability() }
    }

    fn read(&mut self, cursor: Option<&str>, _context: &Context) -> Result<Page> {
        let place: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap_or(0));
        // It knows where it is while it runs, and not by the cursor that it gave.
        let place = match self.habit {
            Habit::ForgetsCursor if self.place == 0 => 0,
            Habit::ForgetsCursor => self.place,
            _ => place,
        };
        self.place = place + 1;
        let is_last = place + 1 >= self.pages;
        if self.habit == Habit::Fails || (self.habit == Habit::FailsAtLast && is_last) {
            return Err(Error::new(ErrorKind::Io, "the sheet is locked"));
        }
        let mode = if self.delta { "delta" } else { "full" };
        let records: Vec<serde_json::Value> = (place < self.pages).then(|| self.record(place)).into_iter().collect();
        if self.habit == Habit::Circles {
            return Ok(page(json!({"scope": "p", "cursor": "0", "done": false})));
        }
        // A delta says where its next pass begins; a full pass is simply over.
        let next = (self.delta || !is_last).then(|| (place + 1).min(self.pages).to_string());
        let scope = if self.delta || self.habit == Habit::OneScope { "all".to_owned() } else { format!("page{place}") };
        Ok(page(json!({"scope": scope, "mode": mode, "records": records, "cursor": next, "done": is_last})))
    }
}
