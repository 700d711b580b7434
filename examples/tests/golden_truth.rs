//! The example estate against the hand-made truth beside it: what the program answers is what people wrote down before it ran.

use std::collections::{BTreeMap, BTreeSet};

use golden_support::{InMemory, Names, estate, same, scanned, truth};
use twin_core::analysis::{BlastRadius, Drift, blast_radius, cost, decisions, drift, owners};
use twin_core::answer::{EvidenceSource, Profile, Proof};
use twin_core::graph::{EdgeRef, Node, Snapshot};
use twin_core::identity::EntityId;
use twin_core::observe::{Perspective, RecordKey};
use twin_core::schema::kind;

mod golden_support;

const NEEDS: [&str; 6] = ["calls", "readsFrom", "cachesIn", "publishesTo", "subscribesTo", "connectsTo"];

/// The edges by which one end needs the other, from one side.
fn needs(snapshot: &Snapshot, side: Perspective) -> impl Iterator<Item = EdgeRef<'_>> {
    let wanted = move |edge: &EdgeRef<'_>| edge.edge.perspectives.contains(&side);
    snapshot.edges().filter(|edge| NEEDS.contains(&edge.edge.relation.as_str())).filter(wanted)
}

fn proofs(snapshot: &Snapshot, edge: &EdgeRef<'_>) -> Vec<Proof> {
    edge.edge.evidence.iter().filter_map(|id| snapshot.proof(*id)).collect()
}

/// Whether a chain passes through some places, in their order.
fn passes(proof: &Proof, places: &str) -> bool {
    let mut chain = proof.chain.iter().map(|step| step.locator.to_string());
    places.split(';').all(|place| chain.any(|found| found == place))
}

/// References to hosts that are nobody's here: from, host, places.
fn outside(snapshot: &Snapshot, side: Perspective) -> BTreeMap<(String, String), Vec<Proof>> {
    let names = Names::of(snapshot);
    let mut found: BTreeMap<(String, String), Vec<Proof>> = BTreeMap::new();
    for unresolved in &snapshot.pages().unresolved {
        let proofs: Vec<Proof> = unresolved.evidence.iter().filter_map(|id| snapshot.proof(*id)).collect();
        let Some(from) = unresolved.from.filter(|_| proofs.iter().any(|proof| proof.perspective == side)) else {
            continue;
        };
        let key = (names.label(Node(from)), format!("outside/{}", unresolved.names));
        found.entry(key).or_default().extend(proofs);
    }
    found
}

#[test]
fn each_declared_edge_is_found_where_its_address_stands_and_no_other() {
    let snapshot = estate();
    let names = Names::of(&snapshot);
    let mut found: BTreeMap<(String, String), Vec<Proof>> = outside(&snapshot, Perspective::Declared);
    for edge in needs(&snapshot, Perspective::Declared) {
        found.entry((names.label(edge.from), names.label(edge.to))).or_default().extend(proofs(&snapshot, &edge));
    }
    let rows = truth("edges.tsv");
    let mut flaws = Vec::new();
    for row in &rows {
        let [from, to, places, field, needs] = &row[..] else { panic!("{row:?}") };
        let is_required = needs != "folder-by-name";
        let proofs = found.get(&(from.clone(), to.clone()));
        let stands = proofs.is_some_and(|proofs| proofs.iter().any(|proof| passes(proof, places)));
        if !stands && is_required {
            let seen: Vec<String> = proofs.into_iter().flatten().map(ToString::to_string).collect();
            flaws.push(format!("- {from} -> {to} at {places} ({field}); found at {seen:?}"));
        }
    }
    let known: BTreeSet<(&String, &String)> = rows.iter().map(|row| (&row[0], &row[1])).collect();
    let extra = found.iter().filter(|((from, to), _)| !known.contains(&(from, to)) && !to.starts_with("outside/"));
    flaws.extend(extra.map(|((from, to), proofs)| {
        format!("+ {from} -> {to} at {:?}", proofs.iter().map(ToString::to_string).collect::<Vec<_>>())
    }));
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

#[test]
fn each_observed_edge_is_found_by_its_relation_and_no_other() {
    let snapshot = estate();
    let names = Names::of(&snapshot);
    let label = |edge: EdgeRef<'_>| {
        let how = match edge.edge.relation.as_str() {
            "readsFrom" | "cachesIn" => "stores",
            other => other,
        };
        format!("{} {how} {}", names.label(edge.from), names.label(edge.to))
    };
    let mut found: BTreeSet<String> = needs(&snapshot, Perspective::Observed).map(label).collect();
    let outside = outside(&snapshot, Perspective::Observed).into_keys();
    found.extend(outside.map(|(from, to)| format!("{from} calls {to}")));
    let expected = truth("observed-edges.tsv").into_iter().map(|row| {
        let how = match row[2].as_str() {
            "queries" | "uploads" => "stores",
            "publishes" => "publishesTo",
            "subscribes" => "subscribesTo",
            other => other,
        };
        format!("{} {how} {}", row[0], row[1])
    });
    same("observed edges", found, expected.collect());
}

#[test]
fn each_component_has_the_owners_that_labels_and_the_last_rules_give() {
    let snapshot = estate();
    let names = Names::of(&snapshot);
    for row in truth("owners.tsv") {
        let [component, team, rule, how] = &row[..] else { panic!("{row:?}") };
        let answer = owners(&snapshot, names.node(component), &[], Profile::default());
        let teams: BTreeSet<&str> =
            answer.value.iter().map(|owner| owner.owner.name.rsplit('/').next().unwrap_or_default()).collect();
        let expected: BTreeSet<&str> = [team.as_str()].into_iter().filter(|team| *team != "-").collect();
        assert_eq!(teams, expected, "{component}: {answer:?}");
        let cited = answer.value.iter().flat_map(|owner| answer.evidence(&owner.evidence));
        let places: BTreeSet<String> =
            cited.flat_map(|proof| proof.chain).map(|step| step.locator.to_string()).collect();
        let must_show = how.contains("compose-build") && team != "-";
        assert!(!must_show || places.contains(rule), "{component}: {rule} is not among {places:?}");
    }
}

#[test]
fn a_blast_radius_reaches_whom_it_should_as_hard_as_it_should() {
    let snapshot = estate();
    let names = Names::of(&snapshot);
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in truth("blast-radius.tsv") {
        expected.entry(row[0].clone()).or_default().insert(format!("{} {} {}", row[1], row[2], row[3]));
    }
    for (what, expected) in expected {
        let failing = what.strip_suffix(":down").expect("only outages are told");
        let answer = blast_radius(&snapshot, &BlastRadius::of(names.node(failing)));
        let production = answer.value.iter().filter_map(|hit| {
            let node = node_of(&snapshot, hit.instance.as_ref().map_or(&hit.entity.id, |instance| &instance.id));
            let elsewhere = hit.instance.is_some() && snapshot.entity(node).placement.environment.is_none();
            let left_out = [kind::LOAD_BALANCER, kind::SYSTEM].contains(&hit.entity.kind);
            (!elsewhere && !left_out)
                .then(|| format!("{} {} {}", names.label(node), json(&hit.state), json(&hit.at_least)))
        });
        same(&what, production.collect(), expected);
    }
}

fn node_of(snapshot: &Snapshot, id: &EntityId) -> Node {
    snapshot.node_of(id).expect("an answer names what is there")
}

#[test]
fn drift_tells_what_is_only_declared_and_what_is_only_seen() {
    let snapshot = estate();
    let answer = drift(&snapshot, Perspective::Declared, Perspective::Observed, Profile::default());
    let Drift { missing, undeclared, .. } = &answer.value;
    let names = Names::of(&snapshot);
    let mut found = BTreeSet::new();
    for (how, rows) in [("missing", missing), ("undeclared", undeclared)] {
        for row in rows {
            let (from, to) = (node_of(&snapshot, &row.from.id), node_of(&snapshot, &row.to.id));
            found.insert(format!("{how} {} {}", names.label(from), names.label(to)));
            println!("{how} {} {} {:?}", names.label(from), names.label(to), answer.evidence(&row.evidence));
        }
    }
    let rows = truth("drift.tsv");
    let judged = rows.iter().filter(|row| row[0] != "unjudged");
    same("drift", found, judged.map(|row| format!("{} {} {}", row[0], row[1], row[2])).collect());
    let cited = missing.iter().chain(undeclared).flat_map(|row| answer.evidence(&row.evidence));
    let places: BTreeSet<String> = cited.flat_map(|proof| proof.chain).map(|step| step.locator.to_string()).collect();
    for row in rows.iter().filter(|row| row[0] != "unjudged") {
        let place = row[3].rsplit(' ').next().unwrap_or_default();
        assert!(places.contains(place), "{place} is not among {places:?}");
    }
}

#[test]
fn each_charge_goes_to_whom_it_is_for_and_the_rest_stays_unallocated() {
    let snapshot = estate();
    let names = Names::of(&snapshot);
    let mut unallocated = Vec::new();
    let mut lines = 0;
    for row in truth("cost.tsv") {
        let (component, expected) = (row[0].as_str(), money(&row[1]));
        match component {
            "unallocated" => unallocated.push(expected),
            "sum:unallocated" => assert_eq!(unallocated.iter().sum::<i64>(), expected, "the truth adds up"),
            sum if sum.starts_with("sum:") => {}
            component => {
                let answer = cost(&snapshot, names.node(component), Profile::default());
                let own = &answer.value.rows[0];
                let sums: Vec<i64> = own.cost.iter().map(|sum| money(&json(&sum.amount))).collect();
                assert_eq!(sums, [expected], "{component}");
                assert!(own.cost.iter().all(|sum| sum.currency == "EUR"));
                lines += own.lines;
            }
        }
    }
    let answer = cost(&snapshot, Node(0), Profile::default());
    let others: i64 =
        answer.value.unallocated.iter().flat_map(|row| &row.cost).map(|sum| money(&json(&sum.amount))).sum();
    assert_eq!(others, unallocated.iter().sum::<i64>());
    let left: usize = answer.value.unallocated.iter().map(|row| row.lines).sum();
    assert_eq!((left, lines + left), (unallocated.len(), 66), "every line of the bill is somewhere, once");
    let reasons: Vec<&str> = answer.value.unallocated.iter().map(|row| row.why.as_str()).collect();
    for word in ["\"loyalty\"", "\"api\" names 2"] {
        assert!(reasons.iter().any(|why| why.contains(word)), "{word} is in none of {reasons:?}");
    }
}

/// A word or a number, as answers write it.
fn json(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).expect("a number");
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Hundredths.
fn money(text: &str) -> i64 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let hundredths = format!("{whole}{rest:0<2}");
    hundredths.parse().unwrap_or_else(|_| panic!("{text} is no amount"))
}

#[test]
fn decisions_govern_what_they_name_and_reality_violates_one() {
    let snapshot = estate();
    let names = Names::of(&snapshot);
    let rows = truth("decisions.tsv");
    let mut found = BTreeSet::new();
    for label in rows.iter().map(|row| row[3].as_str()).filter(|label| *label != "-").collect::<BTreeSet<&str>>() {
        let answer = decisions(&snapshot, names.node(label), Profile::default());
        for row in &answer.value {
            let node = node_of(&snapshot, &row.decision.id);
            let number = snapshot.entity(node).records[0].name[..4].to_owned();
            let cited = answer.evidence(&row.evidence);
            let places: BTreeSet<String> = cited.iter().map(|proof| proof.chain[0].locator.to_string()).collect();
            let told = rows.iter().find(|row| row[0] == number && row[3] == label).map(|row| row[4].clone());
            let place = told.filter(|place| places.contains(place)).unwrap_or_else(|| format!("{places:?}"));
            let violated = row.violations.iter().any(|violation| {
                [&violation.from, &violation.to].iter().any(|end| names.label(node_of(&snapshot, &end.id)) == label)
            });
            let status = match row.succeeded_by.first() {
                Some(next) => {
                    let next = node_of(&snapshot, &next.id);
                    format!("superseded by {}", &snapshot.entity(next).records[0].name[..4])
                }
                None => row.status.clone().unwrap_or_default(),
            };
            found.insert(format!("{number} {status} {label} {place} {violated}"));
        }
    }
    let governed = rows.iter().filter(|row| row[3] != "-");
    let expected =
        governed.map(|row| format!("{} {} {} {} {}", row[0], row[1], row[3], row[4], row[5].starts_with("violated")));
    same("decisions", found, expected.collect());
}

#[test]
fn records_of_one_thing_are_one_and_those_of_two_are_two() {
    let snapshot = estate();
    let names = Names::of(&snapshot);
    let (batches, _) = golden_support::scanned(&golden_support::InMemory::estate());
    let mut flaws = Vec::new();
    for row in truth("identity.tsv") {
        let [verdict, left, right, why] = &row[..] else { panic!("{row:?}") };
        let (left_node, right_node) = (node_called(&names, &snapshot, left), node_called(&names, &snapshot, right));
        let one = match (right.strip_prefix("services/"), right_node) {
            (Some(_), _) => is_built_from(&batches, left, right),
            (None, right) => left_node == right,
        };
        if (verdict == "one" && !one) || (verdict == "not" && one) {
            flaws.push(format!("{verdict} {left} {right}: {why}"));
        }
    }
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

fn node_called(names: &Names<'_>, snapshot: &Snapshot, label: &str) -> Option<Node> {
    if label.starts_with("services/") {
        return None;
    }
    let Some(service) = label.strip_prefix("telemetry ") else { return Some(names.node(label)) };
    let (namespace, name) = service.split_once('/').expect("namespace/name");
    let is_it = |node: &Node| {
        let records = snapshot.entity(*node).records.iter();
        let mut own = records.filter(|key| key.kind == kind::SERVICE_NAME);
        let is_whole = snapshot.component(*node) == *node;
        is_whole && own.any(|key| key.name == name && key.cluster.as_deref() == Some(namespace))
    };
    snapshot.nodes().find(is_it)
}

/// Whether the Compose service says that it is built from the folder.
fn is_built_from(batches: &[twin_core::observe::Batch], service: &str, folder: &str) -> bool {
    use twin_core::observe::{Space, Statement};
    let name = service.rsplit('/').next().unwrap_or_default();
    let records = batches.iter().flat_map(|batch| &batch.records);
    let own = records.filter(|record| record.key.cluster.is_some() && record.key.name == name);
    own.flat_map(|record| &record.observations).any(|said| match &said.statement {
        Statement::KnownAs(handle) => handle.space == Space::Path && handle.value == folder,
        _ => false,
    })
}

#[test]
fn every_record_is_found_by_its_key_as_answers_print_it() {
    let (snapshot, batches) = (estate(), scanned(&InMemory::estate()).0);
    let keys: BTreeSet<&RecordKey> =
        batches.iter().flat_map(|batch| &batch.records).map(|record| &record.key).collect();
    let (mut found, mut flaws) = (0, Vec::new());
    for key in keys {
        let nodes: Vec<Node> = snapshot.nodes_of_record(key).collect();
        match snapshot.find(&key.to_string()) {
            Ok(node) if nodes.contains(&node) => found += 1,
            Err(_) if nodes.is_empty() => {}
            other => flaws.push(format!("{key}: {other:?}, of {nodes:?}")),
        }
    }
    assert!(flaws.is_empty() && found > 100, "{found} found; {}", flaws.join("\n"));
}
