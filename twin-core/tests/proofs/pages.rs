//! Snapshots on shared pages: from columns, edited, and searched; against graphs that are built anew.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use twin_core::analysis::{self, Affected, BlastRadius, Hazard};
use twin_core::answer::Profile;
use twin_core::base::{ErrorKind, Timestamp};
use twin_core::graph::{Columns, EdgeChange, Node, Snapshot};
use twin_core::observe::Perspective;
use twin_core::schema::{AttributeName, Kind, Propagation, Relation, Schema, State};
use twin_core::testkit::{Drawing, SnapshotBuilder, drawing, files, kind_row, naive_spread, relation_row};
use twin_core::{At, Twin, changes_json};

use crate::support::{batches, cases, time};

const THING: Kind = Kind::of("Thing");
const OTHER: Kind = Kind::of("Other");
const NEEDS: Relation = Relation::of("needs");
const USES: Relation = Relation::of("uses");
const KNOWS: Relation = Relation::of("knows");
const RELATIONS: [Relation; 3] = [NEEDS, USES, KNOWS];

/// A table by which failure passes over the first relations only.
fn schema(passing: usize) -> Schema {
    let mut schema = Schema::empty().with_kind(kind_row(THING)).unwrap().with_kind(kind_row(OTHER)).unwrap();
    for (place, name) in RELATIONS.into_iter().enumerate() {
        let down = if place < passing { State::Down } else { State::None };
        let forward = Propagation::new(State::None, State::None, down);
        schema = schema.with_relation(relation_row(name, forward)).unwrap();
    }
    schema
}

type Edge = (u32, usize, u32);

fn columns(nodes: u32, edges: &[Edge]) -> Columns {
    let names: Vec<String> = (0..nodes).map(|node| format!("n{node}")).collect();
    Columns {
        kinds: vec![THING, OTHER],
        kind_of: (0..nodes).map(|node| (node % 2) as u16).collect(),
        names: names.iter().map(String::as_str).collect(),
        relations: RELATIONS.to_vec(),
        from: edges.iter().map(|edge| edge.0).collect(),
        to: edges.iter().map(|edge| edge.2).collect(),
        relation_of: edges.iter().map(|edge| edge.1 as u16).collect(),
        integers: BTreeMap::from([(AttributeName::of("cost"), (0..i64::from(nodes)).collect())]),
    }
}

fn snapshot(passing: usize, nodes: u32, edges: &[Edge]) -> Snapshot {
    Snapshot::from_columns(schema(passing), columns(nodes, edges), Timestamp::MIN).unwrap()
}

fn built(passing: usize, nodes: u32, edges: &[Edge]) -> Snapshot {
    let mut builder = SnapshotBuilder::new(schema(passing));
    let nodes: Vec<Node> =
        (0..nodes).map(|node| builder.entity(format!("n{node}"), [THING, OTHER][node as usize % 2].clone())).collect();
    for (from, relation, to) in edges {
        builder.edge(nodes[*from as usize], RELATIONS[*relation].clone(), nodes[*to as usize]);
    }
    builder.build()
}

/// The edges as each side tells them, in an order of their own.
fn told(snapshot: &Snapshot) -> [Vec<(u32, Relation, u32)>; 2] {
    let out = snapshot.nodes().flat_map(|node| snapshot.outgoing(node));
    let inward = snapshot.nodes().flat_map(|node| snapshot.incoming(node));
    let mut sides = [
        out.map(|edge| (edge.from.0, edge.edge.relation.clone(), edge.to.0)).collect::<Vec<_>>(),
        inward.map(|edge| (edge.from.0, edge.edge.relation.clone(), edge.to.0)).collect(),
    ];
    sides.iter_mut().for_each(|side| side.sort());
    sides
}

fn reached(snapshot: &Snapshot, seed: u32) -> BTreeSet<u32> {
    let mut search = Affected::new(snapshot, Hazard::Outage, true);
    let found: BTreeSet<u32> = search.by(&[(Node(seed), State::Down)]).iter().copied().collect();
    let down = snapshot.nodes().filter(|node| search.state(*node) == State::Down).map(|node| node.0);
    assert_eq!(down.collect::<BTreeSet<u32>>(), found, "what is reached is down, and nothing else");
    found
}

/// Everything that leads to a node over relations that pass, one step after the other.
fn obvious(nodes: u32, edges: &[Edge], passing: usize, seed: u32) -> BTreeSet<u32> {
    let mut into = vec![Vec::new(); nodes as usize];
    edges.iter().filter(|edge| edge.1 < passing).for_each(|edge| into[edge.2 as usize].push(edge.0));
    let (mut found, mut pending) = (BTreeSet::from([seed]), vec![seed]);
    while let Some(node) = pending.pop() {
        pending.extend(into[node as usize].iter().filter(|other| found.insert(**other)));
    }
    found
}

fn edges(nodes: u32, most: usize) -> impl Strategy<Value = Vec<Edge>> {
    vec((0..nodes, 0..3_usize, 0..nodes), 0..most)
}

/// A change of each sort: remove the edge at a place, or add one.
fn edits() -> impl Strategy<Value = Vec<(bool, usize, Edge)>> {
    vec((any::<bool>(), any::<usize>(), (0..40_u32, 0..3_usize, 0..40_u32)), 0..60)
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn columns_make_the_graph_that_rows_make(edges in edges(40, 120), passing in 1..4_usize) {
        let (late, made) = (snapshot(passing, 40, &edges), built(passing, 40, &edges));
        prop_assert_eq!(told(&late), told(&made));
        for node in late.nodes() {
            prop_assert_eq!((late.kind(node), &late.entity(node).name), (made.kind(node), &made.entity(node).name));
            prop_assert_eq!(late.find(&late.entity(node).name).unwrap(), node);
            prop_assert_eq!(reached(&late, node.0), obvious(40, &edges, passing, node.0));
        }
        prop_assert!(late.of_kind(&OTHER).eq(made.of_kind(&OTHER)));
    }

    #[test]
    fn an_edited_snapshot_is_the_graph_built_anew_and_its_base_stays(start in edges(40, 80), rounds in vec(edits(), 1..6)) {
        let base = snapshot(2, 40, &start);
        let before = told(&base);
        let (mut current, mut model) = (base.clone(), start);
        for round in rounds {
            let mut changes = Vec::new();
            let mut left = model.clone();
            for (remove, place, (from, relation, to)) in round {
                if remove && !left.is_empty() {
                    let (from, relation, to) = left.swap_remove(place % left.len());
                    let at = model.iter().position(|edge| *edge == (from, relation, to)).unwrap();
                    model.swap_remove(at);
                    changes.push(EdgeChange::Remove { from: Node(from), relation: RELATIONS[relation].clone(), to: Node(to) });
                } else if !remove {
                    model.push((from, relation, to));
                    changes.push(EdgeChange::add(Node(from), RELATIONS[relation].clone(), Node(to)));
                }
            }
            current = current.edited(&changes).unwrap();
            prop_assert_eq!(told(&current), told(&snapshot(2, 40, &model)));
            prop_assert_eq!(current.topology().edges(), model.len());
            for seed in 0..40 {
                prop_assert_eq!(reached(&current, seed), obvious(40, &model, 2, seed));
            }
        }
        prop_assert_eq!(told(&base), before);
    }

    #[test]
    fn who_is_affected_is_the_least_fixed_point(drawing in drawing()) {
        let Drawing { snapshot, seeds } = drawing;
        for hazard in [Hazard::Outage, Hazard::Removal] {
            for worst in [true, false] {
                let slow = naive_spread(&snapshot, &seeds, hazard, worst);
                let mut search = Affected::new(&snapshot, hazard, worst);
                // Twice: nothing of a search is left for the next.
                for _ in 0..2 {
                    let found: BTreeSet<u32> = search.by(&seeds).iter().copied().collect();
                    let states: Vec<State> = snapshot.nodes().map(|node| search.state(node)).collect();
                    prop_assert_eq!(&states, &slow);
                    let ill = (0..slow.len() as u32).filter(|node| slow[*node as usize] != State::None);
                    prop_assert_eq!(found, ill.collect::<BTreeSet<u32>>());
                }
            }
        }
    }
}

/// Graphs in which a search turns around, because it is cheaper to ask who is left.
#[test]
fn large_graphs_are_reached_whole_whatever_the_order_of_their_nodes() {
    let nodes = 5_000_u32;
    let hub: Vec<Edge> = (1..nodes).map(|node| (node, 0, 0)).collect();
    let later =
        |step: u32| (1..nodes).map(|node| (node, 0, (node - 1).saturating_sub(node % step))).collect::<Vec<Edge>>();
    let earlier: Vec<Edge> = (1..nodes).flat_map(|node| [(node - 1, 0, node), (node / 2, 1, node)]).collect();
    let circle: Vec<Edge> = (0..nodes).flat_map(|node| [(node, 0, (node + 1) % nodes), (node, 2, 0)]).collect();
    for (edges, seed) in [(hub.clone(), 0), (hub, 7), (later(1), 0), (later(3), 0), (earlier, nodes - 1), (circle, 5)] {
        for passing in 1..4 {
            let expected = obvious(nodes, &edges, passing, seed);
            assert_eq!(reached(&snapshot(passing, nodes, &edges), seed), expected, "{} {passing}", expected.len());
        }
    }
}

#[test]
fn one_changed_edge_copies_a_page_in_each_direction_however_large_the_graph() {
    for nodes in [1_000_u32, 100_000] {
        let edges: Vec<Edge> = (1..nodes).flat_map(|node| [(node, 0, node / 2), (node, 1, node / 3)]).collect();
        let before = snapshot(3, nodes, &edges);
        let change = [
            EdgeChange::Remove { from: Node(nodes - 1), relation: NEEDS, to: Node((nodes - 1) / 2) },
            EdgeChange::add(Node(nodes - 1), NEEDS, Node(5)),
        ];
        let after = before.edited(&change).unwrap();
        let pages = after.pages_unlike(&before);
        assert!((2..=3).contains(&pages), "{pages} pages of a graph of {nodes} nodes");
    }
}

#[test]
fn a_search_touches_the_edges_of_what_it_reaches_and_no_others() {
    for nodes in [1_000_u32, 50_000] {
        let edges: Vec<Edge> = (10..nodes).map(|node| (node, 0, node - 10)).collect();
        let graph = snapshot(1, nodes, &edges);
        let mut search = Affected::new(&graph, Hazard::Outage, true);
        let found = search.by(&[(Node(nodes - 31), State::Down)]).len();
        assert_eq!((found, search.edges_touched()), (4, 3), "of {nodes} nodes");
    }
}

#[test]
fn groups_that_hang_on_each_other_cost_no_stack() {
    let nodes = 200_000;
    let mut builder = SnapshotBuilder::new(schema(1));
    let all: Vec<Node> = (0..nodes).map(|node| builder.entity(format!("n{node}"), THING)).collect();
    for pair in all.windows(2) {
        builder.group(pair[1], [pair[0]], 1);
    }
    let snapshot = builder.build();
    let mut search = Affected::new(&snapshot, Hazard::Outage, true);
    assert_eq!(search.by(&[(all[0], State::Down)]).len(), nodes);
    let spread = twin_core::analysis::spread(&snapshot, &[(all[0], State::Down)], Hazard::Outage, true);
    assert_eq!((spread.iter().count(), spread.state(all[nodes - 1])), (nodes, State::Down));
}

#[test]
fn columns_that_do_not_fit_are_refused_by_name() {
    let good = || columns(4, &[(0, 0, 1), (2, 1, 3)]);
    let cases: [(&str, ErrorKind, Columns); 8] = [
        ("Nothing", ErrorKind::Unknown, Columns { kinds: vec![Kind::of("Nothing"), OTHER], ..good() }),
        ("nothing", ErrorKind::Unknown, Columns { relations: vec![Relation::of("nothing"), USES], ..good() }),
        ("to has 1 rows", ErrorKind::Invalid, Columns { to: vec![1], ..good() }),
        ("names has 0 rows", ErrorKind::Invalid, Columns { names: Default::default(), ..good() }),
        ("from names 9", ErrorKind::Invalid, Columns { from: vec![9, 0], ..good() }),
        ("kind_of names 7", ErrorKind::Invalid, Columns { kind_of: vec![0, 7, 0, 0], ..good() }),
        ("relation_of names 3", ErrorKind::Invalid, Columns { relation_of: vec![0, 3], ..good() }),
        ("need a relation", ErrorKind::Invalid, Columns { relations: vec![], relation_of: vec![], ..good() }),
    ];
    for (words, kind, columns) in cases {
        let error = Snapshot::from_columns(schema(3), columns, Timestamp::MIN).unwrap_err();
        assert!(error.kind() == kind && error.to_string().contains(words), "{words}: {error}");
    }
    let whole = Snapshot::from_columns(schema(3), good(), Timestamp::MIN).unwrap();
    assert_eq!(whole.integers(&AttributeName::of("cost")), Some(&[0, 1, 2, 3][..]));
    let empty = Snapshot::from_columns(schema(3), Columns::default(), Timestamp::MIN).unwrap();
    assert_eq!((empty.len(), empty.edges().count()), (0, 0));
}

#[test]
fn edits_that_cannot_be_made_change_nothing() {
    let base = snapshot(3, 4, &[(0, 0, 1), (0, 0, 1)]);
    let remove = |to| EdgeChange::Remove { from: Node(0), relation: NEEDS, to: Node(to) };
    let add = |to, relation| EdgeChange::add(Node(0), relation, Node(to));
    for (changes, kind) in [
        (vec![remove(2)], ErrorKind::Unknown),
        (vec![remove(1), remove(1), remove(1)], ErrorKind::Unknown),
        (vec![add(1, Relation::of("nothing"))], ErrorKind::Unknown),
        (vec![add(9, NEEDS)], ErrorKind::Invalid),
    ] {
        let error = base.edited(&changes).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert_eq!(base.edited(&[remove(1), remove(1)]).unwrap().edges().count(), 0);
    assert_eq!(base.edges().count(), 2);
}

/// Everything that a snapshot answers, to the letter.
fn answers(snapshot: &Snapshot) -> Vec<String> {
    let needs = Profile::Cadence;
    let mut answers = vec![
        analysis::cycles(snapshot, needs).to_json(),
        analysis::drift(snapshot, Perspective::Declared, Perspective::Observed, needs).to_json(),
        analysis::find_all(snapshot, None, "", needs).unwrap().to_json(),
    ];
    for node in snapshot.nodes() {
        answers.push(analysis::describe(snapshot, node, needs).to_json());
        answers.push(analysis::blast_radius(snapshot, &BlastRadius::of(node)).to_json());
        answers.push(analysis::neighbours(snapshot, node, None, needs).unwrap().to_json());
        answers.push(analysis::explain(snapshot, node, needs).to_json());
        answers.push(analysis::owners(snapshot, node, &[], needs).to_json());
        answers.push(analysis::cost(snapshot, node, needs).to_json());
    }
    answers
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_revision_on_shared_pages_answers_to_the_letter_like_one_laid_out_anew(rounds in vec(files(), 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.twin");
        let twin = Twin::open(&path).unwrap();
        let mut before = twin.snapshot(At::now(time("08:00")));
        for (hour, round) in rounds.into_iter().enumerate() {
            let now = time(&format!("{:02}:00", 9 + hour));
            let events = twin.apply(round, now).unwrap().events;
            let shared = twin.snapshot(At::now(now));
            // Whoever opens the store lays everything out anew.
            let anew = Twin::open_read_only(&path).unwrap().snapshot(At::now(now));
            let all = analysis::diff(&before, &anew, Profile::Cadence).value;
            prop_assert_eq!(changes_json(&events), changes_json(&all), "what changed, of all and of what is not shared");
            prop_assert_eq!(shared.len(), anew.len());
            prop_assert_eq!(answers(&shared), answers(&anew));
            let some: Vec<Node> = shared.nodes().step_by(3).collect();
            before = anew.clone();
            let others: Vec<Node> = anew.nodes().step_by(3).collect();
            prop_assert_eq!(answers(&shared.without("less", &some)), answers(&anew.without("less", &others)));
        }
    }
}

/// Services in a row, each in a file of its own, each with a number of replicas.
fn row_of_services(count: usize, replicas: impl Fn(usize) -> usize) -> String {
    let file = |place: usize| {
        let next = (place + 1) % count;
        format!("file f{place}\nWorkload:w{place:05}\ncalls Workload:w{next:05}\nset replicas {}\n", replicas(place))
    };
    (0..count).map(file).collect()
}

#[test]
fn a_change_of_a_twin_copies_pages_in_the_size_of_the_change() {
    let twin = Twin::in_memory();
    twin.apply(batches(&row_of_services(3_000, |_| 1)), time("09:00")).unwrap();
    let all = twin.snapshot(At::now(time("09:00"))).pages_unlike(&Twin::in_memory().snapshot(At::now(time("09:00"))));
    let changes: [(&str, String); 3] = [
        ("an attribute", "file f700\nWorkload:w00700\ncalls Workload:w00701\nset replicas 2\n".to_owned()),
        ("a relation", "file f1500\nWorkload:w01500\ncalls Workload:w00007\nset replicas 1\n".to_owned()),
        ("an entity more", "file g\nWorkload:w01234x\ncalls Workload:w00007\nset replicas 1\n".to_owned()),
    ];
    // What is new in the middle needs room there; it is made once.
    twin.apply(batches("file h\nWorkload:w00100x\nset replicas 1\n"), time("09:30")).unwrap();
    for (what, text) in changes {
        let before = twin.snapshot(At::now(time("10:00")));
        twin.apply(batches(&text), time("10:00")).unwrap();
        let after = twin.snapshot(At::now(time("10:00")));
        let copied = after.pages_unlike(&before);
        assert!(copied > 0 && copied * 8 < all, "{what} copies {copied} of {all} pages");
        assert!(before.len() <= after.len());
    }
}
