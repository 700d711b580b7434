//! What moves with whom: stores that nobody else uses follow, also where a balancer stands before them.

use std::collections::BTreeSet;

use twin_core::schema::relation;
use twin_core::simulate::{ChangeDraft, Scenario};
use twin_core::{At, Twin};

use crate::support::{apply, time};

/// Pay reaches a store through a balancer, or directly, in an estate with something else in it.
fn moved(estate: &str) -> BTreeSet<String> {
    let twin = Twin::in_memory();
    apply(&twin, &format!("file a\nRegion:north\nRegion:south\n{estate}"));
    let head = twin.snapshot(At::now(time("09:00")));
    let change = r#"[{"change": "move", "entity": "pay", "region": "south", "rtt_ms": 20, "stores_follow": true}]"#;
    let scenario = Scenario::of(&head, "what if", &ChangeDraft::list_from_json(change).unwrap()).unwrap();
    let after = scenario.snapshot();
    let south = after.find("south").unwrap();
    let there = after.incoming(south).filter(|edge| edge.edge.relation == relation::LOCATED_IN);
    there.map(|edge| after.entity(edge.from).name.clone()).collect()
}

const PAY: &str = "Workload:pay\n  set cloud.region north\n  connectsTo host:book.internal\n";
const BALANCER: &str = "LoadBalancer:front-of-book\n  known host:book.internal\n  routesTo native_id:book\n";
const STORE: &str = "DataStore:book\n  known native_id:book\n  set cloud.region north\n";

#[test]
fn a_store_behind_a_balancer_follows_whoever_alone_uses_it() {
    let direct = STORE.replace("known native_id:book", "known host:book.internal");
    assert!(moved(&format!("{PAY}{direct}")).contains("book"));
    assert!(moved(&format!("{PAY}{BALANCER}{STORE}")).contains("book"), "its balancer is no other user");
    let other = "Workload:reports\n  connectsTo host:book.internal\n";
    let told = moved(&format!("{PAY}{BALANCER}{STORE}{other}"));
    assert!(
        !told.contains("book") && told.iter().any(|name| name.starts_with("pay")),
        "somebody else uses it: {told:?}"
    );
}
