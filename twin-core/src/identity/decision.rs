//! What people decided about identity. Decisions key on records, apply before anything is scored, and survive every reading.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::observe::RecordKey;

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HumanDecision {
    /// These two records are of one entity, whatever the evidence says.
    Pin {
        /// One record.
        a: RecordKey,
        /// The other.
        b: RecordKey,
    },
    /// These two records are of two entities, whatever the evidence says.
    Split {
        /// One record.
        a: RecordKey,
        /// The other.
        b: RecordKey,
    },
    /// Neither of the two holds any longer.
    Unpin {
        /// One record.
        a: RecordKey,
        /// The other.
        b: RecordKey,
    },
    /// The entity of this record is called so.
    Name {
        /// A record of the entity.
        record: RecordKey,
        /// The name.
        name: String,
    },
}

impl HumanDecision {
    /// The records that it is about.
    pub fn records(&self) -> impl Iterator<Item = &RecordKey> {
        let (one, other) = match self {
            HumanDecision::Pin { a, b } | HumanDecision::Split { a, b } | HumanDecision::Unpin { a, b } => (a, Some(b)),
            HumanDecision::Name { record, .. } => (record, None),
        };
        std::iter::once(one).chain(other)
    }
}

impl fmt::Display for HumanDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HumanDecision::Pin { a, b } => write!(f, "pin {a} to {b}"),
            HumanDecision::Split { a, b } => write!(f, "split {a} from {b}"),
            HumanDecision::Unpin { a, b } => write!(f, "unpin {a} and {b}"),
            HumanDecision::Name { record, name } => write!(f, "name {record} \"{name}\""),
        }
    }
}

/// Two records, the lesser first.
pub(super) type Pair<'a> = (&'a RecordKey, &'a RecordKey);

fn pair<'a>(a: &'a RecordKey, b: &'a RecordKey) -> Pair<'a> {
    (a.min(b), a.max(b))
}

/// The pins and splits that stand: the last word on each pair.
pub(super) fn standing(decisions: &[HumanDecision]) -> BTreeMap<Pair<'_>, &HumanDecision> {
    let mut standing = BTreeMap::new();
    for decision in decisions {
        match decision {
            HumanDecision::Pin { a, b } | HumanDecision::Split { a, b } => standing.insert(pair(a, b), decision),
            HumanDecision::Unpin { a, b } => standing.remove(&pair(a, b)),
            HumanDecision::Name { .. } => None,
        };
    }
    standing
}

/// The decisions that a new one contradicts, through any chain of pins: a pin of what was split, or a split of what was pinned. What was decided on its own
/// pair is replaced, and not in its way. O(decisions · log decisions) for each split.
pub fn contradicted(decisions: &[HumanDecision], new: &HumanDecision) -> Vec<HumanDecision> {
    let mut standing = standing(decisions);
    let (HumanDecision::Pin { a, b } | HumanDecision::Split { a, b }) = new else { return Vec::new() };
    standing.insert(pair(a, b), new);
    let broken = standing.iter().filter(|(_, decision)| matches!(decision, HumanDecision::Split { .. }));
    let in_the_way = broken.filter_map(|((a, b), split)| {
        let chain = chain_of_pins(&standing, a, b)?;
        Some(chain.into_iter().chain([*split]).filter(|decision| *decision != new).cloned())
    });
    in_the_way.flatten().take(MOST_NAMED).collect()
}

/// People are not helped by more.
const MOST_NAMED: usize = 20;

/// The shortest chain of pins from one record to another.
fn chain_of_pins<'d>(
    standing: &BTreeMap<Pair<'d>, &'d HumanDecision>,
    from: &'d RecordKey,
    to: &'d RecordKey,
) -> Option<Vec<&'d HumanDecision>> {
    let mut pins: BTreeMap<&RecordKey, Vec<(&'d RecordKey, &'d HumanDecision)>> = BTreeMap::new();
    for ((a, b), decision) in standing.iter().filter(|(_, decision)| matches!(decision, HumanDecision::Pin { .. })) {
        pins.entry(a).or_default().push((b, decision));
        pins.entry(b).or_default().push((a, decision));
    }
    let mut came: BTreeMap<&RecordKey, Option<(&'d RecordKey, &'d HumanDecision)>> = BTreeMap::from([(from, None)]);
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for (next, decision) in pins.get(at).into_iter().flatten() {
            if !came.contains_key(next) {
                came.insert(next, Some((at, decision)));
                queue.push_back(next);
            }
        }
    }
    let mut step = *came.get(to)?;
    let mut chain = Vec::new();
    while let Some((before, decision)) = step {
        chain.push(decision);
        step = came.get(before).copied().flatten();
    }
    Some(chain)
}
