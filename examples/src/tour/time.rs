//! Yesterday against today.

use twin_core::analysis::{Change, EntityRef};
use twin_core::graph::Snapshot;
use twin_core::schema::{Level, Value};

use super::telling::Telling;

const SHOWN: usize = 14;

/// Tells what changed since an earlier snapshot.
pub fn tell(telling: &mut Telling, now: &Snapshot, before: Option<&Snapshot>) {
    telling.section("Yesterday against today");
    let Some(before) = before else {
        telling.line("cannot say: this is the first reading, nothing is known of before");
        return;
    };
    let answer = now.diff(before);
    let shown: Vec<String> = answer.value.iter().filter_map(|change| line(now, change)).collect();
    telling.line(format!(
        "as of {}, then as of {}: {} changes",
        before.as_of().valid,
        now.as_of().valid,
        answer.value.len()
    ));
    telling.lines(shown.into_iter(), SHOWN);
}

/// A line about a change; none for the records that make up what is told anyway.
fn line(now: &Snapshot, change: &Change) -> Option<String> {
    let is_told = |entity: &EntityRef| {
        let row = now.schema().kind(entity.kind.as_str());
        row.is_ok_and(|row| !matches!(row.level, Level::Member | Level::Support))
    };
    match change {
        Change::EntityAdded { entity, .. } if is_told(entity) => Some(format!("  + {} {}", entity.kind, entity.name)),
        Change::EntityRemoved { entity } if is_told(entity) => Some(format!("  - {} {}", entity.kind, entity.name)),
        Change::AttributeChanged { entity, attribute, before, after, .. } if is_told(entity) => {
            Some(format!("  ~ {} {attribute}: {} → {}", entity.name, said(before), said(after)))
        }
        Change::RelationAdded { from, relation, to, .. } if is_told(from) && is_told(to) => {
            Some(format!("  + {} {relation} {}", from.name, to.name))
        }
        Change::RelationRemoved { from, relation, to } if is_told(from) && is_told(to) => {
            Some(format!("  - {} {relation} {}", from.name, to.name))
        }
        Change::SidesChanged { from, relation, to, .. } => {
            Some(format!("  ~ {} {relation} {}: known from other sides", from.name, to.name))
        }
        _ => None,
    }
}

fn said(values: &[Value]) -> String {
    let words: Vec<String> =
        values.iter().map(|value| value.as_text().map_or_else(|| format!("{value:?}"), str::to_owned)).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(" and ") }
}
