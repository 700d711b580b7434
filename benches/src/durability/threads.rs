//! What a folder tells, to the letter: scanned, stored, read back and asked everything of now, of the past and of a world after changes, on as many threads as the process is given.

use std::path::Path;

use twin_connectors::{ScanOptions, scan};
use twin_core::analysis::{Direction, diff, reach_counts};
use twin_core::answer::Profile;
use twin_core::base::{Context, Result, Timestamp};
use twin_core::graph::{Node, Snapshot};
use twin_core::schema::{Schema, State, kind, relation};
use twin_core::simulate::{Change, Scenario, outcome};
use twin_core::testkit::SnapshotBuilder;
use twin_core::{At, Question, Twin};

use crate::command::{print, unusable};
use crate::durability::Numbers;

/// The questions that are asked of every entity, that about every two neighbours in the order of nodes, and those that are about none.
const OF_EACH: [&str; 8] =
    ["blast_radius", "describe", "conflicts", "neighbours", "owners", "cost", "decisions", "explain"];
const OF_TWO: &str = "why_not";
const OF_TIME: &str = "time_to_impact";
const OF_ALL: [&str; 6] = [
    r#"{"kind": "future", "until": "2100-01-01T00:00:00Z"}"#,
    r#"{"kind": "cycles"}"#,
    r#"{"kind": "smells", "fan_in": 1, "fan_out": 1}"#,
    r#"{"kind": "drift"}"#,
    r#"{"kind": "find_all", "words": ""}"#,
    r#"{"kind": "review", "most": 100}"#,
];

/// How many nodes the graph has in which counting goes to all threads.
const LARGE: u32 = 4_000;

/// Prints each answer about a folder on a line, as canonical JSON, with the world that it is about before it.
///
/// # Errors
/// As [`scan`], [`Twin::open`] and [`Twin::apply`].
pub fn answers(folder: &Path, now: Timestamp) -> Result<()> {
    let away = tempfile::tempdir().map_err(|error| unusable(folder, error))?;
    let path = away.path().join("told.twin");
    let options = ScanOptions { name: Some("estate".to_owned()), ..ScanOptions::default() };
    let mut batches = scan(folder, &options)?.batches;
    let (twin, all) = (Twin::open(&path)?, batches.clone());
    batches.truncate(all.len() / 2);
    twin.apply(batches, now)?;
    twin.apply(all, now.next())?;
    drop(twin);
    let twin = Twin::open_read_only(&path)?;
    let at = At::now(now.next());
    let (head, past) = (twin.as_of(at)?, twin.as_of(at.valid(now).known(now))?);
    let scenario = changed(&head);
    for (world, snapshot) in [("head", &head), ("as-of", &past), ("overlay", &scenario.snapshot())] {
        for question in questions(snapshot)? {
            print(format_args!("{world} {}", snapshot.ask(&question)?.to_json()))?;
        }
        print(format_args!("{world} {}", counted(snapshot)?))?;
    }
    print(format_args!("overlay {}", outcome(&scenario, Profile::Cadence).to_json()))?;
    print(format_args!("as-of {}", diff(&past, &head, Profile::Cadence).to_json()))?;
    print(format_args!("large {}", counted(&large())?))
}

/// A world in which one component fails, and another is gone.
fn changed(base: &Snapshot) -> Scenario {
    let mut components = base.of_kind(&kind::COMPONENT);
    let failed = components.next().map(|node| Change::fail(node, State::Down));
    let removed = components.next().map(Change::remove);
    failed.into_iter().chain(removed).fold(Scenario::new(base, "changed"), Scenario::with)
}

fn questions(snapshot: &Snapshot) -> Result<Vec<Question>> {
    let ids: Vec<String> = snapshot.nodes().map(|node| snapshot.entity(node).id.to_string()).collect();
    let of_each = ids.iter().flat_map(|id| OF_EACH.map(|kind| serde_json::json!({"kind": kind, "entity": id})));
    let of_time = |id| serde_json::json!({"kind": OF_TIME, "entity": id, "at": "2100-01-01T00:00:00Z"});
    let of_each = of_each.chain(ids.iter().map(of_time));
    let of_two = ids.windows(2).map(|ids| serde_json::json!({"kind": OF_TWO, "a": ids[0], "b": ids[1]}));
    let of_all = OF_ALL.into_iter().map(str::to_owned);
    of_all.chain(of_each.chain(of_two).map(|json| json.to_string())).map(|text| Question::from_json(&text)).collect()
}

/// How many entities each one reaches and is reached by.
fn counted(snapshot: &Snapshot) -> Result<String> {
    let (nodes, context) = (snapshot.nodes().collect::<Vec<Node>>(), Context::new(Timestamp::MIN));
    let counts = [Direction::Outgoing, Direction::Incoming]
        .map(|direction| reach_counts(snapshot, &nodes, direction, |_| true, &context).map(|found| found.counts));
    let [outgoing, incoming] = counts;
    Ok(format!("{:?} {:?}", outgoing?, incoming?))
}

/// A graph without cycles in which most reach many.
fn large() -> Snapshot {
    let (mut builder, mut numbers) = (SnapshotBuilder::new(Schema::default()), Numbers::new(6));
    let nodes: Vec<Node> = (0..LARGE).map(|number| builder.entity(format!("n{number}"), kind::COMPONENT)).collect();
    for (place, from) in nodes.iter().enumerate() {
        for _ in 0..4 {
            if let Some(to) = nodes.get(place + 1 + numbers.below(400)) {
                builder.edge(*from, relation::CALLS, *to);
            }
        }
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_question_that_hosts_can_ask_is_asked() {
        let kind =
            |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["kind"].as_str().map(str::to_owned);
        let of_all = OF_ALL.into_iter().filter_map(kind);
        let asked: BTreeSet<String> =
            OF_EACH.into_iter().chain([OF_TWO, OF_TIME]).map(str::to_owned).chain(of_all).collect();
        let members =
            twin_core::surface().into_iter().filter(|member| member.on == "Snapshot" && member.returns == "Answer");
        let others = ["ask", "call_templates", "critical_path", "diff", "next_questions", "search", "suspects"];
        let questions: BTreeSet<String> =
            members.map(|member| member.name).filter(|name| !others.contains(&&name[..])).collect();
        assert_eq!(asked, questions);
    }
}
