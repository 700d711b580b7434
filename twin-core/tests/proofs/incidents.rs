//! Incidents of an estate: series are named as its entities are, and its relations say who needs whom.

use serde_json::{Value, json};
use twin_core::analysis::{IncidentDraft, SuspectRow, suspects};
use twin_core::answer::{Answer, Status};
use twin_core::base::{Context, Result, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::simulate::{Change, Scenario};
use twin_core::{At, Twin};

use crate::support::{apply, batches, time};

const SHOP: &str = "file a
    Workload:web
      set deployment.environment.name production
      calls/required Workload:cart
      calls/required Workload:pay
    Workload:cart
      set deployment.environment.name production
      readsFrom DataStore:book
    Workload:pay
      set deployment.environment.name production
      ownedBy Team:money
      readsFrom DataStore:book
    Workload:night
    DataStore:book
    Team:money";

fn shop() -> Snapshot {
    let twin = Twin::in_memory();
    apply(&twin, SHOP);
    twin.snapshot(At::now(time("09:00")))
}

const CALM: [f64; 4] = [0.11, 0.1, 0.12, 0.11];
const LATE: [f64; 4] = [0.11, 0.4, 0.42, 0.41];

fn series(entity: &str, during: [f64; 4]) -> Value {
    let normal: Vec<f64> = (0..24).map(|at| 0.1 + 0.01 * f64::from(at % 3)).collect();
    json!({"entity": entity, "metric": "latency", "statistic": "p95", "normal": normal, "during": during})
}

fn incident(series: &[Value], changes: Value) -> Value {
    json!({
        "symptom": {"entity": "web", "metric": "latency", "statistic": "p95"}, "series": series,
        "begins": "2026-11-20T08:40:00Z", "interval_s": 300, "changes": changes, "needs": "audit",
    })
}

fn asked(snapshot: &Snapshot, incident: &Value) -> Result<Answer<Vec<SuspectRow>>> {
    suspects(snapshot, &IncidentDraft::from_json(&incident.to_string())?, &Context::new(Timestamp::MIN))
}

fn first(answer: &Answer<Vec<SuspectRow>>) -> &str {
    answer.value.first().map_or("", |row| row.entity.name.as_str())
}

#[test]
fn relations_say_who_is_to_blame_with_the_way_owners_and_evidence() {
    let answer =
        asked(&shop(), &incident(&[series("web", LATE), series("pay", LATE), series("cart", CALM)], json!([])));
    let answer = answer.unwrap();
    let row = &answer.value[0];
    assert_eq!((first(&answer), row.path.to_string().as_str()), ("pay", "web → calls → pay"));
    assert_eq!((row.owners.as_slice(), row.evidence.len()), (&["money".to_owned()][..], 1));
    assert!(answer.verdict.as_deref().unwrap_or_default().starts_with("pay has "), "{:?}", answer.verdict);
    assert!(matches!(answer.status, Status::Complete), "{:?}", answer.status);
    assert_eq!(answer.question["kind"], "suspects");
}

#[test]
fn what_was_changed_right_before_is_suspect_first_among_what_is_as_likely() {
    let all = [series("web", LATE)];
    let change = |entity: &str, at: &str| json!({"entity": entity, "what": "release 2", "at": at});
    let score = |changes: Value, name: &str| {
        let answer = asked(&shop(), &incident(&all, changes)).unwrap();
        answer.value.iter().find(|row| row.entity.name == name).map_or(0.0, |row| row.score)
    };
    let before = score(json!([]), "cart");
    assert!(score(json!([change("cart", "2026-11-20T08:43:00Z")]), "cart") > before);
    assert_eq!(score(json!([change("cart", "2026-11-20T08:55:00Z")]), "cart"), before, "that was afterwards");
}

#[test]
fn what_no_relation_leads_to_is_told_and_not_ranked() {
    let change = json!([{"entity": "night", "what": "release 9", "at": "2026-11-20T08:41:00Z"}]);
    let answer = asked(&shop(), &incident(&[series("web", LATE), series("night", LATE)], change)).unwrap();
    assert!(answer.value.iter().all(|row| row.entity.name != "night"));
    let lost = "night was measured, and nothing that was read leads there from the symptom";
    assert!(answer.blind_spots.iter().any(|told| told == lost), "{:?}", answer.blind_spots);
}

#[test]
fn the_same_is_asked_of_a_world_after_changes() {
    let base = shop();
    let all = incident(&[series("web", LATE), series("pay", LATE)], json!([]));
    let pay = base.find("pay").unwrap();
    let without = Scenario::new(&base, "without pay").with(Change::remove(pay)).snapshot();
    let error = asked(&without, &all).unwrap_err();
    assert_eq!(error.kind().code(), "unknown", "{error}");
    let answer = asked(&without, &incident(&[series("web", LATE)], json!([]))).unwrap();
    assert!(answer.value.iter().all(|row| row.entity.name != "pay"));
}

#[test]
fn nobody_is_named_where_nothing_is_wrong() {
    let answer = asked(&shop(), &incident(&[series("web", CALM), series("pay", LATE)], json!([]))).unwrap();
    assert!(answer.value.is_empty());
    assert!(answer.verdict.unwrap_or_default().starts_with("nobody is suspect"));
}

#[test]
fn what_nobody_measured_in_the_incident_says_nothing_of_how_it_was() {
    let silent = json!({"entity": "pay", "metric": "latency", "statistic": "p95", "normal": [0.1, 0.11, 0.1, 0.12], "during": [null, null]});
    let answer = asked(&shop(), &incident(&[series("web", LATE), silent], json!([]))).unwrap();
    let told = "a series of pay has no value in the incident, and counts as not measured";
    assert!(answer.blind_spots.iter().any(|blind| blind == told), "{:?}", answer.blind_spots);
    let without = asked(&shop(), &incident(&[series("web", LATE)], json!([]))).unwrap();
    let scores = |answer: &Answer<Vec<SuspectRow>>| -> Vec<(String, f64)> {
        answer.value.iter().map(|row| (row.entity.name.clone(), row.score)).collect()
    };
    assert_eq!(scores(&answer), scores(&without));
}

#[test]
fn incidents_that_make_no_sense_say_why() {
    let late = || series("web", LATE);
    let cases = [
        (
            json!({"symptom": {"entity": "web", "metric": "latency"}, "series": [late(), series("pay", CALM), late()]}),
            "of web twice: leave one out",
        ),
        (json!({"symptom": {"entity": "wep", "metric": "latency"}, "series": []}), "nearest are web"),
        (json!({"symptom": {"entity": "web", "metric": "speed"}, "series": []}), "this is no incident"),
        (json!({"symptom": {"entity": "web", "metric": "latency"}, "series": [late()], "needs": "soon"}), "profile"),
        (
            json!({"symptom": {"entity": "web", "metric": "latency"}, "series": [late()],
                "changes": [{"entity": "pay", "what": "x", "at": "2026-11-20T08:43:00Z"}]}),
            "give begins and interval_s",
        ),
        (
            json!({"symptom": {"entity": "web", "metric": "latency"}, "series": [late()], "begins": "2026-11-20T08:40:00Z",
                "interval_s": 0, "changes": [{"entity": "pay", "what": "x", "at": "2026-11-20T08:43:00Z"}]}),
            "interval_s is 0",
        ),
    ];
    for (incident, why) in cases {
        let error = asked(&shop(), &incident).expect_err(why);
        assert!(error.to_string().contains(why), "{error}");
    }
}

/// Two of which one says that it is in another environment.
const COPIES: &str = "file a
    Workload:web
      set deployment.environment.name production
      calls/required Workload:pay-one
      calls/required Workload:pay-two
    Workload:pay-one
      set deployment.environment.name production
    Workload:pay-two
      set deployment.environment.name staging";

#[test]
fn what_says_it_is_in_another_environment_has_no_part() {
    let twin = Twin::in_memory();
    apply(&twin, COPIES);
    let snapshot = twin.snapshot(At::now(time("09:00")));
    let all = incident(&[series("web", LATE), series("pay-two", LATE)], json!([]));
    let names = |incident: &Value| -> Vec<String> {
        asked(&snapshot, incident).unwrap().value.iter().map(|row| row.entity.name.clone()).collect()
    };
    let told = names(&all);
    assert!(told.contains(&"pay-one".to_owned()) && !told.contains(&"pay-two".to_owned()), "{told:?}");
    let blind_spots = asked(&snapshot, &all).unwrap().blind_spots;
    let why = "pay-two was measured, and it says that it is in another environment";
    assert!(blind_spots.iter().any(|told| told == why), "{blind_spots:?}");
}

/// One component in two regions, once somebody says that it is one.
const REGIONS: &str = "file a
    Workload:web
      calls/required Workload:x/pay
      calls/required Workload:y/pay
    Workload:x/pay
      set cloud.region north
    Workload:y/pay
      set cloud.region south";

#[test]
fn instances_that_are_measured_one_by_one_stand_apart() {
    let twin = Twin::in_memory();
    apply(&twin, REGIONS);
    let key = |text: &str| batches(&format!("file f\n{text}")).remove(0).records.remove(0).key;
    twin.pin(&key("Workload:x/pay"), &key("Workload:y/pay"), time("09:00")).unwrap();
    let snapshot = twin.snapshot(At::now(time("09:00")));
    let pay = snapshot.nodes().find(|node| snapshot.instances(*node).len() > 1).expect("a component of two instances");
    let ids: Vec<String> =
        snapshot.instances(pay).iter().map(|node| snapshot.entity(*node).id.as_str().to_owned()).collect();
    let one = [series("web", LATE), series(&ids[0], LATE), series(&ids[1], CALM)];
    let answer = asked(&snapshot, &incident(&one, json!([]))).unwrap();
    assert_eq!(answer.value[0].entity.id.as_str(), ids[0], "the one that is late: {:?}", answer.value);
    let blamed = answer.value.iter().find(|row| row.entity.kind.as_str() == "Workload");
    assert!(blamed.is_none(), "what makes an instance up is no suspect beside it: {blamed:?}");
    let both = [series("web", LATE), series(&ids[0], LATE), series(snapshot.entity(pay).id.as_str(), LATE)];
    let error = asked(&snapshot, &incident(&both, json!([]))).unwrap_err();
    assert!(error.to_string().contains("and of one of its instances"), "{error}");
}
