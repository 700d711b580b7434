//! Timelines and collisions of estates made by hand.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::answer::{AsOf, EvidenceId};
use crate::graph::{AttributeValue, Edge, Entity, Pages, Readings, Rows};
use crate::identity::EntityId;
use crate::observe::Perspective;
use crate::schema::{AttributeName, Kind, Relation, Schema, Value, attribute, kind, relation};

fn day(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a day")
}

fn entity(kind: Kind, name: &str, attributes: &[(&str, Value)]) -> Entity {
    let value = |(name, value): &(&str, Value)| AttributeValue {
        name: AttributeName::from((*name).to_owned()),
        value: value.clone(),
        perspective: Perspective::Declared,
        evidence: vec![EvidenceId(0)],
    };
    Entity { attributes: attributes.iter().map(value).collect(), ..Entity::new(EntityId::new(name), kind, name) }
}

/// Entities and who is joined to whom, by their places, on new year's day of 2026.
fn estate(entities: Vec<Entity>, edges: &[(u32, Relation, u32)]) -> Snapshot {
    let edges = edges.iter().map(|(from, relation, to)| Edge::new(*from, relation.clone(), *to, None)).collect();
    let pages = Pages::of(Rows { schema: Schema::default(), entities, edges, ..Rows::default() });
    let now = day("2026-01-01");
    Snapshot::new(Arc::new(pages), Arc::new(Readings::default()), AsOf { valid: now, known: now }, now, 0)
}

/// A shop reads from an old store, which a new one succeeds; the shop's certificate expires, and so does a decision that nobody accepted.
fn shop() -> Snapshot {
    let at = |text: &str| Value::Timestamp(day(text));
    let labels = vec!["team=data".to_owned(), "sunset=2026-06-01".to_owned(), "eol=never".to_owned()];
    let entities = vec![
        entity(kind::INSTANCE, "shop", &[]),
        entity(kind::DATA_STORE, "old", &[("labels", Value::Texts(labels)), ("deprecated-at", "2026-03-01".into())]),
        entity(kind::DATA_STORE, "new", &[("go.live", at("2026-07-01"))]),
        entity(kind::CERTIFICATE, "cert", &[("not_after", at("2026-05-01")), ("issued.expired", at("2025-05-01"))]),
        entity(kind::DECISION, "adr-1", &[("status", "accepted".into()), ("date", at("2026-02-01"))]),
        entity(kind::DECISION, "adr-2", &[("status", "proposed".into()), ("date", at("2026-02-01"))]),
        entity(kind::TEAM, "data", &[]),
    ];
    let edges = [
        (0, relation::READS_FROM, 1),
        (0, relation::ENCRYPTED_BY, 3),
        (2, relation::SUCCESSOR_OF, 1),
        (1, relation::OWNED_BY, 6),
    ];
    estate(entities, &edges)
}

fn event(entity: Option<&str>, what: DatedKind, at: &str, until: Option<&str>) -> DatedEvent {
    DatedEvent { entity: entity.map(str::to_owned), what, at: day(at), until: until.map(day) }
}

fn ask(snapshot: &Snapshot, until: &str, events: &[DatedEvent]) -> Answer<Future> {
    future(snapshot, day(until), events, Profile::default()).expect("a sound question")
}

fn timeline(answer: &Answer<Future>) -> Vec<String> {
    let name = |row: &TimelineRow| row.entity.as_ref().map_or("all".to_owned(), |entity| entity.name.clone());
    let day = |row: &TimelineRow| row.at.to_string()[..10].to_owned();
    answer.value.timeline.iter().map(|row| format!("{} {} {:?}", day(row), name(row), row.what)).collect()
}

fn collisions(answer: &Answer<Future>) -> Vec<(CollisionKind, &str, &str)> {
    answer.value.collisions.iter().map(|found| (found.collision, &found.entity.name[..], &found.why[..])).collect()
}

#[test]
fn the_dates_of_an_estate_in_order() {
    let answer = ask(&shop(), "2027-01-01", &[]);
    let expected = [
        "2026-02-01 adr-1 Decision",
        "2026-03-01 old Deprecation",
        "2026-05-01 cert Expiry",
        "2026-06-01 old Sunset",
        "2026-07-01 new Start",
    ];
    assert_eq!(timeline(&answer), expected);
    let sunset = &answer.value.timeline[3];
    let names = |entities: &[crate::analysis::EntityRef]| -> Vec<String> {
        entities.iter().map(|entity| entity.name.clone()).collect()
    };
    assert_eq!((names(&sunset.needed_by), names(&sunset.owners)), (vec!["shop".to_owned()], vec!["data".to_owned()]));
    assert_eq!(sunset.sources, [DatedSource::Label("sunset".to_owned())]);
    assert_eq!(sunset.evidence, [EvidenceId(0)]);
    assert!(answer.assumptions.contains(&"1 dates before now are left out".to_owned()), "{:?}", answer.assumptions);
    let expected = [
        (CollisionKind::StillNeeded, "cert", "1 still need it at its expiry"),
        (CollisionKind::StillNeeded, "old", "1 still need it at its sunset"),
        (CollisionKind::BeforeReplacement, "old", "it ends (sunset), and new that takes its place starts after that"),
    ];
    assert_eq!(collisions(&answer), expected);
    assert_eq!(timeline(&ask(&shop(), "2026-05-01", &[])), expected_until_may());
    assert!(timeline(&ask(&shop(), "2025-01-01", &[])).is_empty());
}

fn expected_until_may() -> [&'static str; 3] {
    ["2026-02-01 adr-1 Decision", "2026-03-01 old Deprecation", "2026-05-01 cert Expiry"]
}

#[test]
fn what_a_host_knows_stands_beside_what_was_read() {
    use DatedKind::{Expiry, Freeze, Removal, Start, Sunset};
    let with = |events: &[DatedEvent]| {
        let answer = ask(&shop(), "2027-01-01", events);
        let found = collisions(&answer).into_iter().map(|(kind, name, why)| (kind, name.to_owned(), why.to_owned()));
        found.collect::<Vec<_>>()
    };
    let usual = with(&[]);
    let added = |events: &[DatedEvent]| -> Vec<(CollisionKind, String)> {
        let all = with(events);
        all.into_iter().filter(|found| !usual.contains(found)).map(|(kind, name, _)| (kind, name)).collect()
    };
    let old = |kind| vec![(kind, "old".to_owned())];
    assert_eq!(added(&[event(Some("old"), Sunset, "2026-06-01", None)]), [], "the same date once more");
    assert_eq!(added(&[event(Some("old"), Sunset, "2026-06-02", None)]).last(), old(CollisionKind::TwoDates).last());
    assert_eq!(added(&[event(Some("old"), Start, "2026-06-02", None)]), old(CollisionKind::OutOfOrder));
    assert_eq!(
        added(&[event(Some("old"), Expiry, "2026-05-02", None)]).last(),
        old(CollisionKind::SeveralEvents).last()
    );
    assert_eq!(added(&[event(None, Freeze, "2025-12-01", Some("2026-06-02"))]), old(CollisionKind::UnderFreeze));
    assert_eq!(added(&[event(None, Freeze, "2026-05-01", Some("2026-06-01"))]), []);
    assert_eq!(added(&[event(Some("shop"), Freeze, "2026-05-01", None)]), []);
    assert_eq!(added(&[event(Some("old"), Freeze, "2026-05-01", None)]), old(CollisionKind::UnderFreeze));
    // A user that goes before is no longer in need, and a successor that goes before is none.
    let gone = ask(&shop(), "2027-01-01", &[event(Some("shop"), Removal, "2026-04-01", None)]);
    assert!(collisions(&gone).iter().all(|(kind, ..)| *kind != CollisionKind::StillNeeded));
    let early = ask(&shop(), "2026-06-15", &[event(Some("new"), Removal, "2026-05-31", None)]);
    let told = "it ends (sunset), and new that takes its place has ended by then";
    assert!(collisions(&early).contains(&(CollisionKind::BeforeReplacement, "old", told)), "{early:?}");
}

#[test]
fn the_estate_as_it_will_be() {
    let snapshot = shop();
    let scenario = as_of_future(&snapshot, day("2026-05-15"), &[]).expect("sound");
    scenario.check().expect("no contradiction");
    let (old, cert) = (snapshot.find("old").expect("there"), snapshot.find("cert").expect("there"));
    assert_eq!(scenario.changes(), [Change::fail(cert, State::Down)]);
    let later = as_of_future(&snapshot, day("2026-06-01"), &[]).expect("sound");
    let expected = [Change::remove(old), Change::fail(cert, State::Down)];
    assert_eq!(later.changes(), expected);
    assert!(!later.snapshot().is_there(old) && snapshot.is_there(old));
    assert_eq!(later.assumptions()[0], "old is gone from 2026-06-01T00:00:00Z on");
    let removed = [event(Some("cert"), DatedKind::Removal, "2026-04-01", None)];
    let both = as_of_future(&snapshot, day("2026-06-01"), &removed).expect("sound");
    assert_eq!(both.changes(), [Change::remove(old), Change::remove(cert)]);
}

#[test]
fn misuse_names_the_event() {
    for (event, told) in [
        (event(Some("olt"), DatedKind::Sunset, "2026-06-01", None), "event 0: unknown entity \"olt\": nearest are old"),
        (event(None, DatedKind::Sunset, "2026-06-01", None), "event 0 names no entity"),
        (event(None, DatedKind::Freeze, "2026-06-01", Some("2026-06-01")), "until of event 0"),
        (event(Some("old"), DatedKind::Sunset, "2026-06-01", Some("2026-07-01")), "until of event 0"),
    ] {
        let error = future(&shop(), day("2027-01-01"), &[event], Profile::default()).expect_err(told).to_string();
        assert!(error.contains(told), "{error}");
    }
    let freezes = vec![event(None, DatedKind::Freeze, "2026-06-01", None); 1_001];
    let error = as_of_future(&shop(), day("2027-01-01"), &freezes).expect_err("too many");
    assert_eq!(error.kind().code(), "limit");
}

#[test]
fn names_tell_what_a_date_is_about() {
    let at = |name: &str, value: Value| {
        let snapshot = estate(vec![entity(kind::RESOURCE, "it", &[(name, value)])], &[]);
        let answer = ask(&snapshot, "2027-01-01", &[]);
        answer.value.timeline.first().map(|row| row.what)
    };
    let date = || Value::Timestamp(day("2026-06-01"));
    for (name, what) in [
        ("sunset.date", Some(DatedKind::Sunset)),
        ("endOfLife", Some(DatedKind::EndOfLife)),
        ("runtime.eol", Some(DatedKind::EndOfLife)),
        ("geolocation", Some(DatedKind::Other)),
        ("tls.expires_at", Some(DatedKind::Expiry)),
        ("Decommissioned", Some(DatedKind::Removal)),
        (attribute::WINDOW_END.as_str(), None),
    ] {
        assert_eq!(at(name, date()), what, "{name}");
    }
    assert_eq!(at("sunset", "soon".into()), None);
    assert_eq!(at("comment", "2026-06-01".into()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_has_gone_needs_nothing_and_the_order_of_events_says_nothing(
        events in prop::collection::vec((0..4_usize, 0..9_u8, 1..28_u8), 0..8),
        edges in prop::collection::vec((0..4_u32, 0..4_u32), 0..6),
        until in 1..28_u8,
    ) {
        let names = ["a", "b", "c", "d"];
        let kinds = [
            DatedKind::Start, DatedKind::Deprecation, DatedKind::EndOfLife, DatedKind::Sunset, DatedKind::Removal,
            DatedKind::Expiry, DatedKind::Freeze, DatedKind::Decision, DatedKind::Other,
        ];
        let given: Vec<DatedEvent> = events.iter()
            .map(|(name, what, date)| event(Some(names[*name]), kinds[*what as usize], &format!("2026-02-{date:02}"), None))
            .collect();
        let edges: Vec<(u32, Relation, u32)> = edges.into_iter().map(|(a, b)| (a, relation::CALLS, b)).collect();
        let snapshot = estate(names.map(|name| entity(kind::INSTANCE, name, &[])).into(), &edges);
        let until = format!("2026-02-{until:02}");
        let answer = ask(&snapshot, &until, &given);
        let mut backwards = given.clone();
        backwards.reverse();
        let mirrored = ask(&snapshot, &until, &backwards);
        prop_assert_eq!(timeline(&answer), timeline(&mirrored));
        prop_assert_eq!(collisions(&answer), collisions(&mirrored));
        let first = |name: &str| given.iter().filter(|event| event.entity.as_deref() == Some(name))
            .filter(|event| event.what.takes_away() && event.at <= day(&until)).map(|event| event.at).min();
        for row in &answer.value.timeline {
            let Some(about) = &row.entity else { continue };
            let place = |name: &str| names.iter().position(|known| *known == name).expect("known") as u32;
            let needing: BTreeSet<&str> = edges.iter().filter(|(_, _, to)| *to == place(&about.name))
                .map(|(from, ..)| names[*from as usize])
                .filter(|user| *user != about.name && first(user).is_none_or(|gone| gone > row.at))
                .filter(|_| row.what.ends()).collect();
            prop_assert_eq!(row.needed_by.iter().map(|user| &user.name[..]).collect::<BTreeSet<&str>>(), needing);
        }
        let scenario = as_of_future(&snapshot, day(&until), &given).expect("sound");
        prop_assert!(scenario.check().is_ok());
        let after = scenario.snapshot();
        for name in names {
            prop_assert_eq!(after.is_there(snapshot.find(name).expect("there")), first(name).is_none());
        }
    }
}
