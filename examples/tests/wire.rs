//! The map as a picture and as text: every service of the example once, the arrows as the estate has them, no hostile name obeyed.

use examples::tour::example_today;
use twin_connectors::{ScanOptions, scan_files};
use twin_core::base::Timestamp;
use twin_core::graph::Snapshot;
use twin_core::observe::SourceId;
use twin_core::wire::{ComponentMap, component_map, map_svg, mermaid};
use twin_core::{At, Twin};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T10:00:00Z").expect("a time")
}

fn estate() -> Snapshot {
    let scan = scan_files(&example_today(), &SourceId("quillmere".to_owned()), &ScanOptions::default());
    snapshot(scan.expect("the estate can be read").batches)
}

fn snapshot(batches: Vec<twin_core::observe::Batch>) -> Snapshot {
    let twin = Twin::in_memory();
    twin.apply(batches, now()).expect("batches can be applied");
    twin.snapshot(At::now(now()))
}

fn edge<'a>(map: &'a ComponentMap, from: &str, to: &str) -> Option<&'a twin_core::wire::MapEdge> {
    let is = |place: usize, label: &str| map.nodes[place].label == label;
    map.edges.iter().find(|edge| is(edge.from, from) && is(edge.to, to))
}

#[test]
fn the_map_holds_each_service_once_with_its_arrows() {
    let map = component_map(&estate());
    let mut labels: Vec<&str> = map.nodes.iter().map(|node| node.label.as_str()).collect();
    let all = labels.len();
    labels.dedup();
    assert_eq!(labels.len(), all, "no two are labelled alike: {labels:?}");
    let both = edge(&map, "checkout", "payments").expect("a call that is declared and made");
    assert!(both.is_declared() && both.is_observed() && !both.evidence.is_empty());
    let undeclared = edge(&map, "search", "pricing").expect("a call that no file declares");
    assert!(undeclared.is_observed() && !undeclared.is_declared());
    let unused = edge(&map, "pricing", "inventory").expect("a call that nobody makes");
    assert!(unused.is_declared() && !unused.is_observed());
    assert_eq!(edge(&map, "giftcards", "orders"), None, "start order is no arrow");
}

#[test]
fn mermaid_draws_the_same_arrows() {
    let snapshot = estate();
    let (map, text) = (component_map(&snapshot), mermaid(&snapshot));
    assert!(text.starts_with("flowchart TB\n"));
    assert_eq!(text.lines().count(), 1 + map.nodes.len() + map.edges.len());
    let place = |label: &str| map.nodes.iter().position(|node| node.label == label).expect("a node");
    let (search, pricing, checkout, payments) =
        (place("search"), place("pricing"), place("checkout"), place("payments"));
    assert!(text.contains(&format!("n{search} -->|\"calls\"| n{pricing}\n")), "{text}");
    assert!(text.contains(&format!("n{checkout} ==>|\"calls\"| n{payments}\n")), "{text}");
}

#[test]
fn a_hostile_name_is_text_in_every_picture() {
    let compose = "services:\n  'x\"]; click n0 \"javascript:alert(1)\" <b>':\n    image: example/x\n    environment:\n      A_URL: http://a:80\n  a:\n    image: example/a\n";
    let batch = twin_connectors::decode_one("compose", "compose.yaml", compose.as_bytes()).expect("a decoder");
    let snapshot = snapshot(vec![batch]);
    let map = component_map(&snapshot);
    assert_eq!(map.nodes.len(), 2, "the hostile service is on the map");
    let (text, svg) = (mermaid(&snapshot), map_svg(&snapshot, &map));
    assert!(text.contains("n1[\"x#quot;]; click n0 #quot;javascript:alert(1)#quot; #lt;b#gt;\"]"), "{text}");
    assert!(svg.contains("x&quot;]; click n0") && !svg.contains("<b>"), "{svg}");
}

#[test]
fn nothing_at_all_can_be_drawn() {
    let empty = snapshot(Vec::new());
    assert_eq!(mermaid(&empty), "flowchart TB\n");
    assert!(map_svg(&empty, &component_map(&empty)).ends_with("</svg>\n"));
}
