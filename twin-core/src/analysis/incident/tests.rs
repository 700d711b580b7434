//! Incidents made by hand, each with the suspect that must come first, and what must not change a ranking.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::base::{Context, ErrorKind, Result, Timestamp};

/// How many intervals the normal period has.
const NORMAL: usize = 40;

/// A node with requests, delay in seconds and part of failures: what is normal, and then in five intervals. Values swing a little in the normal period.
struct Told<'a> {
    id: &'a str,
    requests: (f64, [f64; 5]),
    delay: (f64, [f64; 5]),
    failures: (f64, [f64; 5]),
}

/// As ever.
fn calm(id: &str, requests: f64, delay: f64) -> Told<'_> {
    Told { id, requests: (requests, [requests; 5]), delay: (delay, [delay; 5]), failures: (0.0, [0.0; 5]) }
}

fn late(id: &str, requests: f64, delay: f64, more: f64) -> Told<'_> {
    let later = [delay, delay, delay + more, delay + more, delay + more];
    Told { delay: (delay, later), ..calm(id, requests, delay) }
}

fn failing(id: &str, requests: f64, part: f64) -> Told<'_> {
    Told { failures: (0.0, [0.0, 0.0, part, part, part]), ..calm(id, requests, 0.1) }
}

/// Nothing arrives any more.
fn gone(id: &str, requests: f64) -> Told<'_> {
    Told { requests: (requests, [requests, requests, 0.0, 0.0, 0.0]), ..calm(id, requests, 0.1) }
}

/// Nothing ever arrived before.
fn new(id: &str, requests: f64, part: f64) -> Told<'_> {
    Told { requests: (0.0, [0.0, 0.0, requests, requests, requests]), ..failing(id, 0.0, part) }
}

fn node(told: &Told<'_>) -> ObservedNode {
    let swing = |at: usize| 1.0 + 0.02 * ((at % 5) as f64 - 2.0);
    let series = |metric: Metric, statistic: &str, normal: f64, during: [Option<f64>; 5]| MetricSeries {
        metric,
        statistic: statistic.to_owned(),
        normal: (0..NORMAL).map(|at| Some(normal * swing(at)).filter(|_| told.requests.0 > 0.0)).collect(),
        during: during.to_vec(),
    };
    let measured = |values: [f64; 5]| {
        let mut requests = told.requests.1.iter();
        values.map(|value| Some(value).filter(|_| requests.next().is_some_and(|requests| *requests > 0.0)))
    };
    let mut counted = series(Metric::Requests, "Sum", told.requests.0, told.requests.1.map(Some));
    counted.normal = (0..NORMAL).map(|at| Some(told.requests.0 * swing(at))).collect();
    let delay = series(Metric::Latency, "Average", told.delay.0, measured(told.delay.1));
    let failures = series(Metric::Errors, "Average", told.failures.0, measured(told.failures.1));
    ObservedNode { id: told.id.to_owned(), series: vec![delay, failures, counted] }
}

/// Calls such as `a>b b>c`; nodes that are only called by name are not measured.
fn incident(told: &[Told<'_>], calls: &str, metric: Metric) -> Incident {
    let calls: Vec<(String, String)> = calls
        .split_whitespace()
        .filter_map(|call| call.split_once('>'))
        .map(|(from, to)| (from.to_owned(), to.to_owned()))
        .collect();
    let mut nodes: Vec<ObservedNode> = told.iter().map(node).collect();
    for id in calls.iter().flat_map(|(from, to)| [from, to]) {
        if nodes.iter().all(|node| node.id != *id) {
            nodes.push(ObservedNode { id: id.clone(), series: Vec::new() });
        }
    }
    let symptom = Symptom { node: "web".to_owned(), metric, statistic: "Average".to_owned() };
    Incident { nodes, calls, symptom, ..Incident::default() }
}

fn ranking(incident: &Incident) -> Result<IncidentRanking> {
    rank_suspects(incident, &Context::new(Timestamp::MIN))
}

fn names(incident: &Incident) -> Vec<String> {
    ranking(incident).expect("the incident makes sense").suspects.into_iter().map(|suspect| suspect.node).collect()
}

/// What must come first, where what is told, over which calls.
type Case<'a> = (&'a str, Vec<Told<'a>>, &'a str);

fn late_cases<'a>() -> Vec<Case<'a>> {
    let web = || late("web", 1000.0, 0.2, 0.1);
    let cart = || late("cart", 500.0, 0.1, 0.2);
    let store = |more: f64| late("store", 1000.0, 0.01, more);
    let long_late = Told { delay: (0.1, [0.9; 5]), ..calm("batch", 500.0, 0.1) };
    let circle = "web>web web>cart web>cart cart>store store>web";
    vec![
        // A chain: what is behind explains all of it.
        ("store", vec![web(), cart(), store(0.1)], "web>cart cart>store"),
        // The store is a little late, which is not what is wrong with the cart.
        ("cart", vec![web(), cart(), store(0.005)], "web>cart cart>store"),
        // Large, and as large before the symptom began.
        ("cart", vec![web(), cart(), long_late], "web>cart web>batch"),
        // Nothing that it calls is worse.
        ("web", vec![web(), calm("cart", 500.0, 0.1)], "web>cart"),
        // Nothing is known of what lies between.
        ("store", vec![web(), store(0.1)], "web>between between>store"),
        // A circle, a call to oneself and a call told twice.
        ("store", vec![web(), cart(), store(0.1)], circle),
    ]
}

fn failing_cases<'a>() -> Vec<Case<'a>> {
    let web = || failing("web", 1000.0, 0.1);
    let bad = |id: &'a str| failing(id, 500.0, 0.2);
    let slow = Told { delay: (0.1, [0.1, 0.1, 2.0, 2.0, 2.0]), ..calm("store", 500.0, 0.1) };
    let shared = "web>cart web>desk cart>hidden desk>hidden";
    vec![
        ("cart", vec![web(), bad("cart"), calm("store", 400.0, 0.1)], "web>cart cart>store"),
        // That nobody asks the mail any more is a consequence.
        ("cart", vec![web(), bad("cart"), gone("mail", 100.0)], "web>cart web>mail"),
        // The cart is as busy as ever, fails now and then, and the store hears nothing at all.
        ("store", vec![web(), bad("cart"), gone("store", 100.0)], "web>cart cart>store"),
        // The store hears nothing, but it is the other caller that fell silent.
        (
            "cart",
            vec![web(), bad("cart"), gone("store", 100.0), gone("night", 5000.0)],
            "web>cart cart>store night>store",
        ),
        // So slow that its caller gives up.
        ("store", vec![web(), bad("cart"), slow], "web>cart cart>store"),
        // That the wrong table is asked is the cart's doing.
        ("cart", vec![web(), bad("cart"), new("wrong", 100.0, 1.0)], "web>cart cart>wrong"),
        // Two callers suffer without a reason, and share something of which nothing is known.
        ("hidden", vec![failing("web", 1000.0, 0.2), bad("cart"), bad("desk")], shared),
    ]
}

fn cases() -> Vec<(&'static str, Incident)> {
    let made = |cases: Vec<Case<'static>>, metric: Metric| {
        cases.into_iter().map(move |(cause, told, calls)| (cause, incident(&told, calls, metric)))
    };
    made(late_cases(), Metric::Latency).chain(made(failing_cases(), Metric::Errors)).collect()
}

#[test]
fn the_cause_comes_first() {
    for (place, (cause, incident)) in cases().into_iter().enumerate() {
        let found = ranking(&incident).expect("the incident makes sense");
        let scores: Vec<(&str, f64)> =
            found.suspects.iter().map(|suspect| (suspect.node.as_str(), suspect.score)).collect();
        assert_eq!(scores.first().map(|(id, _)| *id), Some(cause), "{place}: {scores:?}");
        for suspect in &found.suspects {
            assert_eq!(suspect.path.first().map(String::as_str), Some("web"), "{place}");
            assert_eq!(suspect.path.last(), Some(&suspect.node), "{place}");
        }
    }
}

/// The same by somebody who looks at it from the alarm on, and for longer: no interval is quiet, and what is far from normal swings more widely than what is near.
fn from_its_beginning(incident: &Incident) -> Incident {
    let mut seen = incident.clone();
    for series in seen.nodes.iter_mut().flat_map(|node| &mut node.series) {
        let swing = |at: usize| 1.0 + 0.1 * ((at * 7 % 11) as f64 / 5.0 - 1.0);
        let worse = |at: usize| series.during[2 + at % 3].map(|value| value * swing(at));
        let most = if series.metric == Metric::Errors { 1.0 } else { f64::INFINITY };
        series.during = (0..30).map(|at| worse(at).map(|value| value.min(most))).collect();
    }
    seen
}

#[test]
fn an_incident_of_which_no_interval_is_quiet_has_the_same_cause() {
    for (place, (cause, incident)) in cases().into_iter().enumerate() {
        // Whether something was as bad before is told by quiet intervals alone.
        if incident.nodes.iter().all(|node| node.id != "batch") {
            assert_eq!(names(&from_its_beginning(&incident)).first().map(String::as_str), Some(cause), "{place}");
        }
    }
}

#[test]
fn a_suspect_comes_with_its_path_and_what_speaks_for_and_against_it() {
    let told = [late("web", 1000.0, 0.2, 0.1), late("cart", 500.0, 0.1, 0.2), late("store", 1000.0, 0.01, 0.1)];
    let found = ranking(&incident(&told, "web>cart cart>store", Metric::Latency)).expect("it makes sense");
    let of = |id: &str| found.suspects.iter().find(|suspect| suspect.node == id).expect("it is suspect");
    let (store, cart) = (of("store"), of("cart"));
    assert_eq!(store.path, ["web", "cart", "store"]);
    assert_eq!(store.supporting[0], "nothing that it calls explains 100 % of its delay");
    assert_eq!(store.supporting[1], "every node on the way from the symptom is worse than normal (2)");
    assert_eq!(store.contradicting, [""; 0]);
    assert_eq!(cart.contradicting, ["what it calls explains 100 % of its delay, mainly store"]);
    let [anomaly] = store.anomalies.as_slice() else { panic!("{store:?}") };
    assert_eq!((anomaly.metric, anomaly.normal), (Metric::Latency, 0.01));
    assert!((anomaly.during - 0.11).abs() < 1e-9 && anomaly.deviations > 100.0, "{anomaly:?}");
    assert!(store.score > 0.9 && found.severity.is_some_and(|severity| severity > 10.0), "{found:?}");
}

#[test]
fn nobody_is_named_where_nothing_is_wrong() {
    let quiet = [calm("web", 1000.0, 0.2), calm("store", 500.0, 0.1)];
    let elsewhere = [calm("web", 1000.0, 0.2), late("other", 500.0, 0.1, 9.0)];
    let nothing = Incident {
        nodes: vec![ObservedNode { id: "web".to_owned(), series: Vec::new() }],
        ..incident(&[], "", Metric::Latency)
    };
    let no_values = {
        let mut incident = incident(&quiet, "web>store", Metric::Latency);
        incident.nodes.iter_mut().flat_map(|node| &mut node.series).for_each(|series| {
            (series.normal, series.during) = (Vec::new(), Vec::new());
        });
        incident
    };
    for incident in [
        incident(&quiet, "web>store", Metric::Latency),
        incident(&quiet, "web>store", Metric::Requests),
        incident(&elsewhere, "other>web", Metric::Latency),
        nothing,
        no_values,
    ] {
        let found = ranking(&incident).expect("it makes sense");
        assert!(found.suspects.is_empty(), "{found:?}");
        assert!(found.assumptions[0].contains("no suspect is named"), "{found:?}");
    }
}

#[test]
fn a_symptom_that_was_not_measured_is_followed_all_the_same() {
    let told = [late("cart", 500.0, 0.1, 0.2), late("store", 1000.0, 0.01, 0.1)];
    let found = ranking(&incident(&told, "web>cart cart>store", Metric::Latency)).expect("it makes sense");
    assert_eq!((found.suspects[0].node.as_str(), found.severity), ("store", None));
    assert!(found.assumptions.iter().any(|told| told.contains("was not measured")), "{found:?}");
}

#[test]
fn incidents_that_make_no_sense_are_refused() {
    let base = || incident(&[calm("web", 10.0, 0.1), calm("cart", 10.0, 0.1)], "web>cart", Metric::Latency);
    let changed = |change: &dyn Fn(&mut Incident)| {
        let mut incident = base();
        change(&mut incident);
        incident
    };
    let value = |metric: usize, value: f64| {
        changed(&move |incident: &mut Incident| incident.nodes[1].series[metric].normal[3] = Some(value))
    };
    let cases = [
        (changed(&|it| it.nodes[1].id = "web".to_owned()), ErrorKind::Invalid, "web is there twice"),
        (changed(&|it| it.calls[0].1 = "carts".to_owned()), ErrorKind::Unknown, "nearest are cart"),
        (changed(&|it| it.symptom.node = "wep".to_owned()), ErrorKind::Unknown, "node of the symptom"),
        (changed(&|it| it.nodes[1].series[0].during.truncate(2)), ErrorKind::Invalid, "has 2 intervals"),
        (changed(&|it| it.changes.push(change("carts", 1.0))), ErrorKind::Unknown, "node of a change"),
        (changed(&|it| it.changes.push(change("cart", f64::NAN))), ErrorKind::Invalid, "is at NaN"),
        (value(0, f64::NAN), ErrorKind::Invalid, "cannot be NaN"),
        (value(0, -1.0), ErrorKind::Invalid, "cannot be -1"),
        (value(1, 1.5), ErrorKind::Invalid, "Errors of cart (Average) cannot be 1.5"),
        (value(2, f64::INFINITY), ErrorKind::Invalid, "cannot be inf"),
    ];
    for (incident, kind, told) in cases {
        let error = ranking(&incident).expect_err(told);
        assert_eq!(error.kind(), kind, "{told}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

fn change(node: &str, at: f64) -> RecentChange {
    RecentChange { node: node.to_owned(), what: "release 2".to_owned(), at }
}

#[test]
fn what_was_changed_right_before_comes_before_what_is_as_likely() {
    let told = [failing("web", 1000.0, 0.2), failing("cart", 500.0, 0.2), failing("desk", 500.0, 0.2)];
    let calls = "web>cart web>desk cart>first desk>first cart>second desk>second";
    let with = |changes: Vec<RecentChange>| {
        let found = ranking(&Incident { changes, ..incident(&told, calls, Metric::Errors) }).expect("it makes sense");
        let second = found.suspects.iter().find(|suspect| suspect.node == "second").expect("a suspect").clone();
        (found.suspects[0].node.clone(), second)
    };
    let (first, unchanged) = with(Vec::new());
    assert_eq!((&first[..], unchanged.supporting.len()), ("first", 2), "{unchanged:?}");
    let (first, changed) = with(vec![change("second", 1.5)]);
    assert_eq!(first, "second");
    assert!(changed.score > unchanged.score);
    assert!(changed.supporting.iter().any(|told| told == "release 2, 1.5 intervals before the symptom was there"));
    // A change counts the less the longer ago it was, and not at all once the symptom is there.
    let (_, long_ago) = with(vec![change("second", -60.0)]);
    assert!(long_ago.score > unchanged.score && long_ago.score < changed.score);
    let (first, after) = with(vec![change("second", 4.5)]);
    assert_eq!((&first[..], after.score), ("first", unchanged.score));
    assert_eq!(after.contradicting, ["release 2 came after the symptom was there"]);
}

#[test]
fn what_is_measured_comes_before_what_was_changed() {
    let told = [late("web", 1000.0, 0.2, 0.1), late("cart", 500.0, 0.1, 0.2), calm("desk", 500.0, 0.1)];
    let incident = incident(&told, "web>cart web>desk", Metric::Latency);
    let changed = Incident { changes: vec![change("desk", 1.9)], ..incident };
    assert_eq!(names(&changed).first().map(String::as_str), Some("cart"));
}

#[test]
fn weights_that_make_no_sense_are_refused_and_others_tell() {
    let usual = BlameWeights::default();
    let told = [failing("web", 1000.0, 0.2), failing("cart", 500.0, 0.2), failing("desk", 500.0, 0.2)];
    let incident = incident(&told, "web>cart web>desk cart>hidden desk>hidden", Metric::Errors);
    let first = |weights: &BlameWeights| {
        let ranking = rank_suspects_by(&incident, weights, &Context::new(Timestamp::MIN));
        ranking.map(|ranking| ranking.suspects[0].node.clone())
    };
    assert_eq!(first(&usual).unwrap(), "hidden");
    assert_ne!(first(&BlameWeights { unobserved: 1e-6, ..usual }).unwrap(), "hidden");
    let wrong = [
        (BlameWeights { certain: 1.5, ..usual }, "certain is 1.5"),
        (BlameWeights { begins: f64::NAN, ..usual }, "begins is NaN"),
        (BlameWeights { silent: -1.0, ..usual }, "silent is -1"),
        (BlameWeights { unobserved: 0.0, ..usual }, "unobserved is 0"),
        (BlameWeights { fails_before: 1.5, ..usual }, "fails_before is 1.5"),
        (BlameWeights { fades: 0.0, ..usual }, "fades is 0"),
        (BlameWeights { changed: f64::INFINITY, ..usual }, "changed is inf"),
    ];
    for (weights, told) in wrong {
        let error = first(&weights).expect_err(told);
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(told), "{error}");
    }
}

/// The same with a different unit of time, with availability instead of errors, or told in another order.
fn the_same(incident: &Incident) -> [Incident; 3] {
    let (mut milliseconds, mut availability, mut turned) = (incident.clone(), incident.clone(), incident.clone());
    let each = |incident: &mut Incident, change: &dyn Fn(&mut MetricSeries)| {
        incident.nodes.iter_mut().flat_map(|node| &mut node.series).for_each(change);
    };
    let values = |series: &mut MetricSeries, change: &dyn Fn(f64) -> f64| {
        series.normal.iter_mut().chain(&mut series.during).flatten().for_each(|value| *value = change(*value));
    };
    each(&mut milliseconds, &|series| {
        if series.metric == Metric::Latency {
            values(series, &|seconds| seconds * 1024.0);
        }
    });
    each(&mut availability, &|series| {
        if series.metric == Metric::Errors {
            series.metric = Metric::Availability;
            values(series, &|errors| 1.0 - errors);
        }
    });
    if availability.symptom.metric == Metric::Errors {
        availability.symptom.metric = Metric::Availability;
    }
    turned.nodes.reverse();
    turned.calls.reverse();
    [milliseconds, availability, turned]
}

#[test]
fn units_and_order_do_not_matter() {
    for (cause, incident) in cases() {
        let first = names(&incident);
        for other in the_same(&incident) {
            assert_eq!(names(&other).first(), first.first(), "{cause}");
        }
        assert_eq!(names(&the_same(&incident)[2]), first, "{cause}");
    }
}

fn value() -> impl Strategy<Value = Option<f64>> {
    proptest::option::weighted(0.8, prop_oneof![Just(0.0), Just(1.0), 0.0..1.0])
}

fn drawn() -> impl Strategy<Value = Incident> {
    let metric = || prop::sample::select(vec![Metric::Latency, Metric::Availability, Metric::Errors, Metric::Requests]);
    let series = (metric(), vec(value(), 0..12), vec(value(), 4));
    let series = series.prop_map(|(metric, normal, during)| {
        let times = if metric == Metric::Requests { 1000.0 } else { 1.0 };
        let scaled =
            |values: Vec<Option<f64>>| values.into_iter().map(|value| value.map(|value| value * times)).collect();
        MetricSeries { metric, statistic: "p95".to_owned(), normal: scaled(normal), during: scaled(during) }
    });
    let nodes = vec(vec(series, 0..4), 1..8);
    (nodes, vec((0..8_usize, 0..8_usize), 0..20), metric()).prop_map(|(nodes, calls, metric)| {
        let id = |place: usize| format!("n{}", place % nodes.len());
        let calls = calls.into_iter().map(|(from, to)| (id(from), id(to))).collect();
        let symptom = Symptom { node: "n0".to_owned(), metric, statistic: "p95".to_owned() };
        let node =
            |(place, series): (usize, &Vec<MetricSeries>)| ObservedNode { id: id(place), series: series.clone() };
        Incident { nodes: nodes.iter().enumerate().map(node).collect(), calls, symptom, ..Incident::default() }
    })
}

proptest! {
    /// Whatever was measured: blame adds up, suspects are told once and by score, and order does not matter.
    #[test]
    fn rankings_hold_together(incident in drawn()) {
        let found = ranking(&incident).expect("it makes sense");
        let blamed: f64 = found.suspects.iter().map(|suspect| suspect.score).sum();
        prop_assert!(found.suspects.is_empty() || (0.99..1.01).contains(&blamed), "{} {:?}", blamed, found);
        prop_assert!(found.suspects.iter().all(|suspect| (0.0..=1.0).contains(&suspect.score)), "{:?}", found);
        prop_assert!(found.suspects.windows(2).all(|pair| pair[0].score >= pair[1].score));
        let mut nodes: Vec<&str> = found.suspects.iter().map(|suspect| suspect.node.as_str()).collect();
        nodes.sort_unstable();
        nodes.dedup();
        prop_assert_eq!(nodes.len(), found.suspects.len());
        let mut turned = incident.clone();
        turned.nodes.reverse();
        turned.calls.reverse();
        let again = ranking(&turned).expect("it makes sense");
        for suspect in &found.suspects {
            let other = again.suspects.iter().find(|other| other.node == suspect.node);
            prop_assert!(other.is_some_and(|other| (other.score - suspect.score).abs() < 1e-9), "{:?}", suspect);
        }
    }
}
