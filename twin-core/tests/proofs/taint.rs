//! Where data can be, against asking again and again who has what.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use twin_core::analysis::{
    ClassSpread, DataEdge, DataFlow, DataHolder, DataPolicy, PolicySubject, PolicyViolation, Taint, taint,
};
use twin_core::base::{Context, ErrorKind, Timestamp};

use crate::support::cases;

fn context() -> Context {
    Context::new(Timestamp::MIN)
}

fn holder(id: &str, region: Option<&str>, holds: Option<&[&str]>) -> DataHolder {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    DataHolder { id: id.to_owned(), region: region.map(str::to_owned), holds: holds.map(words) }
}

fn edge(from: &str, to: &str, flow: DataFlow, strips: &[&str], encrypted: Option<bool>) -> DataEdge {
    let strips = strips.iter().map(|class| (*class).to_owned()).collect();
    DataEdge { from: from.to_owned(), to: to.to_owned(), flow, strips, encrypted }
}

fn allowed(id: &str, class: &str, regions: &[&str]) -> DataPolicy {
    let regions = regions.iter().map(|region| (*region).to_owned()).collect();
    DataPolicy { id: id.to_owned(), class: class.to_owned(), allowed_regions: Some(regions), require_encrypted: false }
}

fn encrypted(id: &str, class: &str) -> DataPolicy {
    DataPolicy { id: id.to_owned(), class: class.to_owned(), allowed_regions: None, require_encrypted: true }
}

fn of<'a>(taint: &'a Taint, class: &str) -> &'a ClassSpread {
    taint.classes.iter().find(|spread| spread.class == class).unwrap()
}

fn carriers(taint: &Taint, class: &str) -> Vec<String> {
    of(taint, class).carriers.iter().map(|carrier| carrier.id.clone()).collect()
}

/// Each as `policy at` or `policy from>to`.
fn shown(violations: &[PolicyViolation]) -> Vec<String> {
    let show = |violation: &PolicyViolation| match &violation.subject {
        PolicySubject::Node(id) => format!("{} {id}", violation.policy),
        PolicySubject::Edge(from, to) => format!("{} {from}>{to}", violation.policy),
    };
    violations.iter().map(show).collect()
}

/// The store holds names of people and card numbers; the web shop asks the service, which asks the store, and tells the log.
fn shop() -> (Vec<DataHolder>, Vec<DataEdge>) {
    let holders = vec![
        holder("web", Some("us"), Some(&[])),
        holder("service", Some("eu"), Some(&[])),
        holder("store", Some("eu"), Some(&["pii", "pci"])),
        holder("log", None, Some(&[])),
    ];
    let edges = vec![
        edge("web", "service", DataFlow::Both, &["pci"], Some(false)),
        edge("service", "store", DataFlow::Response, &[], Some(false)),
        edge("service", "log", DataFlow::Request, &["pii"], Some(true)),
        edge("service", "log", DataFlow::Request, &[], None),
        edge("log", "log", DataFlow::Both, &[], Some(true)),
    ];
    (holders, edges)
}

#[test]
fn data_moves_as_its_edges_do_and_stops_where_it_is_stripped() {
    let (holders, edges) = shop();
    let policies = [allowed("home", "pii", &["eu"]), encrypted("safe", "pci"), allowed("nowhere", "phi", &[])];
    let told = taint(&holders, &edges, &policies, &context()).unwrap();
    assert_eq!(carriers(&told, "pii"), ["web", "service", "store", "log"]);
    assert_eq!(carriers(&told, "pci"), ["service", "store", "log"]);
    assert_eq!(carriers(&told, "phi"), [""; 0]);
    assert_eq!(of(&told, "pii").path("web"), ["store", "service", "web"]);
    assert_eq!(of(&told, "pii").path("store"), ["store"]);
    assert_eq!(of(&told, "pci").path("web"), [""; 0]);
    assert_eq!(shown(&told.violations), ["home web", "safe service>store"]);
    assert_eq!(shown(&told.undecided), ["home log", "safe service>log"]);
    assert_eq!(told.unlabelled, [""; 0]);
}

#[test]
fn what_nobody_labelled_may_hold_anything() {
    let (mut holders, edges) = shop();
    holders[2].holds = None;
    let policies = [allowed("home", "pii", &["eu"]), encrypted("safe", "pci")];
    let told = taint(&holders, &edges, &policies, &context()).unwrap();
    assert_eq!(told.unlabelled, ["store"]);
    assert_eq!(carriers(&told, "pii"), [""; 0]);
    assert_eq!(of(&told, "pii").unknown, ["web", "service", "store", "log"]);
    assert_eq!(of(&told, "pci").unknown, ["service", "store", "log"], "stripped all the same");
    assert_eq!(shown(&told.violations), [""; 0]);
    assert_eq!(shown(&told.undecided), ["home web", "home log", "safe service>store", "safe service>log"]);
}

#[test]
fn the_worst_of_parallel_edges_counts_once() {
    let holders = [holder("a", Some("eu"), Some(&["pci"])), holder("b", Some("eu"), Some(&[]))];
    let request = |encrypted| edge("a", "b", DataFlow::Request, &[], encrypted);
    let edges = [request(None), request(Some(false)), request(Some(true)), request(Some(false))];
    let told = taint(&holders, &edges, &[encrypted("safe", "pci")], &context()).unwrap();
    assert_eq!((shown(&told.violations), shown(&told.undecided)), (vec!["safe a>b".to_owned()], vec![]));
    // Back from what is called, a request carries nothing.
    let back = edge("b", "a", DataFlow::Request, &[], Some(false));
    let told = taint(&holders, &[back], &[encrypted("safe", "pci")], &context()).unwrap();
    assert_eq!(shown(&told.violations), [""; 0]);
}

#[test]
fn misuse_is_named_and_nothing_has_nothing() {
    assert_eq!(taint(&[], &[], &[], &context()).unwrap(), Taint::default());
    let one = [holder("a", None, None)];
    let unknown = taint(&one, &[edge("a", "b", DataFlow::Both, &[], None)], &[], &context()).unwrap_err();
    assert!(unknown.kind() == ErrorKind::Unknown && unknown.to_string().contains("\"b\""), "{unknown}");
    let twice = [holder("a", None, None), holder("a", None, None)];
    assert_eq!(taint(&twice, &[], &[], &context()).unwrap_err().kind(), ErrorKind::Invalid);
    let stopped = context();
    stopped.cancel.cancel();
    let error = taint(&one, &[], &[encrypted("safe", "pci")], &stopped).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn an_answer_is_written_as_the_vectors_have_it() {
    let node = PolicySubject::Node("a".to_owned());
    let edge = PolicySubject::Edge("a".to_owned(), "b".to_owned());
    assert_eq!(serde_json::to_string(&node).unwrap(), r#"{"node":"a"}"#);
    assert_eq!(serde_json::to_string(&edge).unwrap(), r#"{"edge":["a","b"]}"#);
}

const CLASSES: [&str; 3] = ["pii", "pci", "phi"];
const REGIONS: [Option<&str>; 3] = [Some("eu"), Some("us"), None];
const FLOWS: [DataFlow; 3] = [DataFlow::Request, DataFlow::Response, DataFlow::Both];
const SECRECY: [Option<bool>; 3] = [Some(true), Some(false), None];

fn some_classes(bits: u8) -> Vec<String> {
    CLASSES.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, class)| (*class).to_owned()).collect()
}

/// Ways of a class from one to another, each by who sends.
fn ways<'a>(edges: &'a [DataEdge], class: &str) -> Vec<(&'a str, &'a str, &'a DataEdge)> {
    let mut ways = Vec::new();
    for edge in edges.iter().filter(|edge| !edge.strips.iter().any(|stripped| stripped == class)) {
        if edge.flow != DataFlow::Response {
            ways.push((edge.from.as_str(), edge.to.as_str(), edge));
        }
        if edge.flow != DataFlow::Request {
            ways.push((edge.to.as_str(), edge.from.as_str(), edge));
        }
    }
    ways
}

/// Who has it, until nothing changes.
fn naive<'a>(starts: BTreeSet<&'a str>, ways: &[(&'a str, &'a str, &DataEdge)]) -> BTreeSet<&'a str> {
    let next: BTreeSet<&str> =
        ways.iter().filter(|(from, ..)| starts.contains(from)).map(|(_, to, _)| *to).chain(starts.clone()).collect();
    if next == starts { starts } else { naive(next, ways) }
}

fn check(holders: &[DataHolder], edges: &[DataEdge]) {
    let policies: Vec<DataPolicy> =
        CLASSES.iter().flat_map(|class| [allowed("home", class, &["eu"]), encrypted("safe", class)]).collect();
    let told = taint(holders, edges, &policies, &context()).unwrap();
    let (mut homeless, mut unsafe_edges) = (BTreeSet::new(), BTreeSet::new());
    for class in CLASSES {
        let ways = ways(edges, class);
        let holds = |holder: &&DataHolder| holder.holds.iter().flatten().any(|held| held == class);
        let has = naive(holders.iter().filter(holds).map(|holder| holder.id.as_str()).collect(), &ways);
        let open = holders.iter().filter(|holder| holder.holds.is_none()).map(|holder| holder.id.as_str());
        let may = naive(open.collect(), &ways);
        let spread = of(&told, class);
        assert_eq!(spread.carriers.iter().map(|carrier| carrier.id.as_str()).collect::<BTreeSet<_>>(), has);
        assert_eq!(spread.unknown.iter().map(String::as_str).collect::<BTreeSet<_>>(), &may - &has);
        for carrier in &has {
            let path = spread.path(carrier);
            assert_eq!(path.last(), Some(carrier));
            assert!(holders.iter().any(|holder| holder.id == path[0] && holds(&holder)), "{path:?}");
            assert!(path.windows(2).all(|hop| ways.iter().any(|way| (way.0, way.1) == (hop[0], hop[1]))), "{path:?}");
        }
        let outside = holders.iter().filter(|holder| has.contains(holder.id.as_str()));
        homeless
            .extend(outside.filter(|holder| holder.region.as_deref() == Some("us")).map(|holder| (class, &holder.id)));
        let sent = ways.iter().filter(|(from, _, edge)| has.contains(from) && edge.encrypted == Some(false));
        unsafe_edges.extend(sent.map(|(.., edge)| (class, &edge.from, &edge.to)));
    }
    let broken = |is: fn(&PolicySubject) -> bool| told.violations.iter().filter(|one| is(&one.subject)).count();
    assert_eq!(broken(|subject| matches!(subject, PolicySubject::Node(_))), homeless.len());
    assert_eq!(broken(|subject| matches!(subject, PolicySubject::Edge(..))), unsafe_edges.len());
    let all: BTreeMap<String, usize> =
        shown(&told.violations).into_iter().chain(shown(&told.undecided)).fold(BTreeMap::new(), |mut all, one| {
            *all.entry(one).or_default() += 1;
            all
        });
    assert!(all.values().all(|count| *count <= CLASSES.len()), "nothing is both broken and undecided: {all:?}");
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn data_is_where_asking_again_and_again_finds_it(
        holders in vec((0..3_usize, prop::option::weighted(0.8, 0..8_u8)), 1..9),
        edges in vec((0..9_usize, 0..9_usize, 0..3_usize, 0..8_u8, 0..3_usize), 0..20),
    ) {
        let id = |at: usize| format!("h{}", at % holders.len());
        let made: Vec<DataHolder> = holders
            .iter()
            .enumerate()
            .map(|(at, (region, holds))| DataHolder {
                id: id(at),
                region: REGIONS[*region].map(str::to_owned),
                holds: holds.map(some_classes),
            })
            .collect();
        let edges: Vec<DataEdge> = edges
            .into_iter()
            .map(|(from, to, flow, strips, secrecy)| DataEdge {
                from: id(from),
                to: id(to),
                flow: FLOWS[flow],
                strips: some_classes(strips),
                encrypted: SECRECY[secrecy],
            })
            .collect();
        check(&made, &edges);
    }
}
