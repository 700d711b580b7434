//! Made-up systems do what they are made to do, and what is predicted of them is what comes.

use std::collections::BTreeSet;

use benches::reality::{Judged, Predicted, cases, predict};
use benches::simulated::{Kind, Requests, Span, System, changes, play, steady, write};
use twin_core::base::{Context, Timestamp};
use twin_core::simulate::replay::TrafficChange;

const REQUESTS: Requests = Requests { seed: 7, count: 200 };

/// What was served, by operation.
fn served(system: &System, spans: &[Span]) -> BTreeSet<String> {
    let works = spans.iter().filter(|span| matches!(span.kind, Kind::Server | Kind::Consumer));
    works.map(|span| system.name(span.operation)).collect()
}

#[test]
fn a_number_and_a_seed_are_one_recording() {
    for number in 0..5 {
        let system = steady(number);
        let spans = play(&system, None, REQUESTS);
        assert_eq!(spans, play(&steady(number), None, REQUESTS));
        let roots = spans.iter().filter(|span| span.parent.is_none());
        assert_eq!(roots.count() as u64, REQUESTS.count, "every request is answered");
        assert!(spans.iter().all(|span| span.start <= span.end));
        let ids: BTreeSet<u64> = spans.iter().map(|span| span.id).collect();
        assert_eq!(ids.len(), spans.len(), "no id is there twice");
        assert_ne!(spans, play(&system, None, Requests { seed: 8, ..REQUESTS }));
    }
}

#[test]
fn requests_differ_by_what_a_change_does_alone() {
    for number in 0..10 {
        let system = steady(number);
        let before = play(&system, None, REQUESTS);
        for (name, change) in changes(&system, number, &before) {
            let after = play(&system, Some(&change), REQUESTS);
            match &change {
                TrafficChange::KillService { service } => {
                    let is_gone = |name: &String| name.starts_with(&format!("{service}."));
                    assert!(!served(&system, &after).iter().any(is_gone), "{number}.{name}");
                    assert!(served(&system, &before).iter().any(is_gone), "{number}.{name} kills nobody");
                }
                TrafficChange::AddLatency { service, operation, ms } => {
                    let slowed = format!("{service}.{operation}");
                    let serves = |span: &&Span| matches!(span.kind, Kind::Server | Kind::Consumer);
                    let own = after.iter().filter(serves).filter(|span| system.name(span.operation) == slowed);
                    let took: Vec<i64> = own.map(|span| span.end - span.start).collect();
                    assert!(!took.is_empty() && took.iter().all(|took| *took as f64 >= ms * 1e6), "{number}.{name}");
                }
                _ => assert_ne!(before, after, "{number}.{name} changes nothing"),
            }
        }
    }
}

#[test]
fn what_is_predicted_of_the_same_requests_comes() {
    let folder = tempfile::tempdir().expect("a folder");
    write(7, REQUESTS, REQUESTS, folder.path()).expect("a folder that can be written");
    let predicted = predict(cases(folder.path()).expect("cases"), &Context::new(Timestamp::MIN));
    let judged: Vec<Judged> =
        predicted.iter().filter_map(|case| case.as_ref().ok().and_then(Predicted::judged)).collect();
    assert_eq!(judged.len(), predicted.len());
    let rows = judged.iter().flat_map(|judged| &judged.quantiles).filter(|row| row["quantile"] == "p50_ms");
    let off: Vec<f64> = rows.filter_map(|row| row["off"].as_f64()).map(f64::abs).collect();
    let far = off.iter().filter(|off| **off > 0.1).count();
    assert!(off.len() > 10 && 10 * far <= off.len(), "{far} of {} medians are off by a tenth", off.len());
}
