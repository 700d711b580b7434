//! Strategies: graphs with random rows of a table, groups and seeds; files; batches of every sort, also nonsensical ones.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::estate::Estate;
use super::graph::{component, edge, snapshot_of};
use super::table::relation_row;
use super::{estate, words};
use crate::graph::{Group, Node, Snapshot};
use crate::observe::{
    Batch, Diagnostic, Locator, Mode, Observation, Outcome, Record, Scope, SourceId, Statement, code,
};
use crate::schema::{Propagation, Relation, RelationRow, Schema, State, Variant, kind};

/// A graph over a table of its own, and where a failure begins in it.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The graph.
    pub snapshot: Snapshot,
    /// Where the failure begins.
    pub seeds: Vec<(Node, State)>,
}

const RELATIONS: [&str; 3] = ["first", "second", "third"];

/// Graphs of up to 12 nodes with relations whose columns are drawn too. Columns are monotone: what is worse at one end is no better at the other.
pub fn drawing() -> impl Strategy<Value = Drawing> {
    (1_u32..12).prop_flat_map(|size| {
        let rows = vec((column(), column(), column(), column()), RELATIONS.len());
        let edges = vec((0..size, 0..RELATIONS.len(), option::of(0..2_usize), 0..size), 0..30);
        let groups = vec((0..size, btree_set(0..size, 1..5), 1..4_usize), 0..4);
        let seeds =
            btree_map(0..size, prop_oneof![Just(State::Delayed), Just(State::Degraded), Just(State::Down)], 0..4);
        (Just(size), rows, edges, groups, seeds).prop_map(|(size, rows, edges, groups, seeds)| {
            let entities = (0..size).map(|node| component(kind::DATA_STORE, &format!("n{node}"))).collect();
            let edges = edges.into_iter().map(|(from, relation, variant, to)| {
                edge(from, Relation::of(RELATIONS[relation]), variant.map(|place| VARIANTS[place].to_owned()), to)
            });
            let groups = groups.into_iter().map(|(owner, members, k)| {
                let members: Vec<u32> = members.into_iter().filter(|member| *member != owner).collect();
                Group { owner, k: k.min(members.len()), members }
            });
            let snapshot = snapshot_of(table(rows), entities, edges.collect(), groups.collect());
            Drawing { snapshot, seeds: seeds.into_iter().map(|(node, state)| (Node(node), state)).collect() }
        })
    })
}

const VARIANTS: [&str; 2] = ["optional", "required"];

type Column = [State; 3];

fn column() -> impl Strategy<Value = Column> {
    let state = || prop_oneof![Just(State::None), Just(State::Delayed), Just(State::Degraded), Just(State::Down)];
    [state(), state(), state()].prop_map(|mut states| {
        states.sort();
        states
    })
}

fn table(rows: Vec<(Column, Column, Column, Column)>) -> Schema {
    let rows = rows.into_iter().zip(RELATIONS);
    let with = |schema: Schema, (columns, name): ((Column, Column, Column, Column), &'static str)| {
        let (a, b, c, d) = columns;
        let milder = |x: Column, y: Column| propagation([x[0].min(y[0]), x[1].min(y[1]), x[2].min(y[2])]);
        let worse = |x: Column, y: Column| propagation([x[0].max(y[0]), x[1].max(y[1]), x[2].max(y[2])]);
        let variants = vec![
            Variant { name: VARIANTS[0], forward: milder(a, b), reverse: milder(c, d) },
            Variant { name: VARIANTS[1], forward: worse(a, b), reverse: worse(c, d) },
        ];
        schema.clone().with_relation(row(name, variants)).unwrap_or(schema)
    };
    rows.fold(Schema::default(), with)
}

fn propagation(column: Column) -> Propagation {
    Propagation::new(column[0], column[1], column[2])
}

fn row(name: &'static str, variants: Vec<Variant>) -> RelationRow {
    RelationRow { variants, bounds: Some((0, 1)), ..relation_row(Relation::of(name), Propagation::NOTHING) }
}

/// Lines of the estate language about a few names that meet often.
const SAID: [&str; 26] = [
    "known host:a@net",
    "known host:b@net",
    "known host:c@other",
    "known service_name:a",
    "known service_name:b",
    "known native_id:one",
    "known native_id:two",
    "known team:crew",
    "known path:src/a@estate",
    "known configuration_name:conf@net",
    "joins net",
    "joins other",
    "label app=a",
    "label app=b",
    "set replicas 2",
    "set replicas 3",
    "set deployment.environment.name production",
    "set realizes DataStore",
    "connectsTo host:a",
    "connectsTo host:b",
    "connectsTo host:c",
    "calls/optional Workload:shop/a",
    "routesTo select:net?app=a",
    "runsImage image:registry/a",
    "ownedBy team:crew",
    "configuredBy configuration_name:conf@net",
];

const KINDS: [&str; 7] =
    ["Workload", "Workload", "TelemetryService", "LoadBalancer", "Team", "Configuration", "DataStore"];
const NAMES: [&str; 6] = ["a", "b", "c", "shop/a", "shop/b", "till/a"];
const SIDES: [&str; 3] = ["", " observed", " deployed"];

/// Files of one source, each a scope of its own, read to their end. Some records stand in several files.
pub fn files() -> impl Strategy<Value = Vec<Batch>> {
    btree_map(0..6_u8, contents(), 1..6).prop_map(|files| {
        let text = files.into_iter().map(|(file, lines)| format!("file f{file}\n{lines}"));
        estate(&text.collect::<String>()).map_or_else(|_| Vec::new(), |estate: Estate| estate.batches)
    })
}

fn contents() -> impl Strategy<Value = String> {
    let key = (0..KINDS.len(), 0..NAMES.len());
    let records = btree_map(key, (0..SIDES.len(), btree_set(0..SAID.len(), 0..6)), 0..5);
    records.prop_map(|records: BTreeMap<_, _>| {
        let mut text = String::new();
        for ((kind, name), (side, said)) in records {
            text.push_str(&format!("{}:{}{}\n", KINDS[kind], NAMES[name], SIDES[side]));
            text.extend(said.into_iter().flat_map(|place| [SAID[place], "\n"]));
        }
        text
    })
}

/// Batches of every sort: full and delta, whole and partial, dated and not; with unknown kinds, relations and attributes, confidences that are no
/// number, ends before beginnings, empty chains, and counts from nothing to the largest.
pub fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let defects = vec((0..8_usize, any::<proptest::sample::Index>()), 0..4);
    let one = (contents(), 0..4_u8, any::<bool>(), any::<bool>(), option::of(0..24_u8), defects);
    vec(one, 0..6).prop_map(|drawn| drawn.into_iter().filter_map(batch).collect())
}

type Drawn = (String, u8, bool, bool, Option<u8>, Vec<(usize, proptest::sample::Index)>);

fn batch((lines, file, delta, partial, hour, defects): Drawn) -> Option<Batch> {
    let mut batch = estate(&format!("file f{file}\n{lines}")).ok()?.batches.pop()?;
    batch.mode = if delta { Mode::Delta } else { Mode::Full };
    batch.outcome = if partial { Outcome::Partial("cut".to_owned()) } else { Outcome::Complete };
    batch.observed_at = hour.and_then(|hour| words::time(&format!("{hour:02}:00")).ok());
    if delta && let Some(last) = batch.records.pop() {
        batch.records.retain(|record| record.key != last.key);
        batch.gone.push(last.key);
    }
    for (defect, place) in defects {
        spoil(&mut batch, defect, place);
    }
    Some(batch)
}

fn spoil(batch: &mut Batch, defect: usize, place: proptest::sample::Index) {
    if batch.records.is_empty() {
        batch.diagnostics.push(Diagnostic::rejected(code::SYNTAX, Locator::line("f", 1), "made up"));
        return;
    }
    let at = place.index(batch.records.len());
    let record: &mut Record = &mut batch.records[at];
    match defect {
        0 => record.key.kind = "Nothing".into(),
        1 => record.stands_for = 0,
        2 => record.stands_for = u64::MAX - 1,
        3 => batch.scope = Scope::new(&SourceId("elsewhere".to_owned()), "f"),
        defect => record.observations.iter_mut().for_each(|observation| spoil_word(observation, defect)),
    }
}

fn spoil_word(observation: &mut Observation, defect: usize) {
    match defect {
        4 => observation.evidence.confidence = f64::NAN,
        5 => observation.evidence.chain.clear(),
        6 => (observation.valid_from, observation.valid_to) = (words::time("10:00").ok(), words::time("09:00").ok()),
        _ => match &mut observation.statement {
            Statement::Attribute { name, .. } => *name = "nothing".into(),
            Statement::Related { relation, .. } => *relation = "nothing".into(),
            _ => observation.valid_to = words::time("12:00").ok(),
        },
    }
}
