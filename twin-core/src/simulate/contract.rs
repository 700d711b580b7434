//! Whom a new version breaks: those whom a change names, and those who were seen to call an operation that it drops.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::EvidenceId;
use crate::graph::{Node, Snapshot};
use crate::simulate::Traffic;
use crate::simulate::change::Change;
use crate::simulate::difference::users_of;
use crate::simulate::replay::plain;

/// Who cannot use a new version as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Broken {
    /// Those who are named, or were seen to call what is dropped.
    pub surely: BTreeSet<Node>,
    /// Those of whom nobody knows what they call.
    pub perhaps: BTreeSet<Node>,
    /// Where it was counted that they call what is dropped.
    pub evidence: BTreeMap<Node, BTreeSet<EvidenceId>>,
}

/// Whom an upgrade breaks, of those who use what is upgraded. O(counts + recorded calls, for each user).
pub(super) fn broken(stage: &Snapshot, change: &Change, recorded: Option<&Traffic>) -> Broken {
    let Change::Upgrade { entity, breaks, drops, .. } = change else { return Broken::default() };
    let mut broken = Broken { surely: breaks.iter().copied().collect(), ..Broken::default() };
    if drops.is_empty() {
        return broken;
    }
    let is_named = |user: &Node| breaks.iter().any(|named| stage.component(*named) == *user);
    for user in users_of(stage, *entity).into_iter().filter(|user| !is_named(user)) {
        let asked = asked(stage, (user, *entity), recorded);
        let like = |is_like: fn(&str, &str) -> bool| {
            asked.iter().filter(move |(asked, _)| drops.iter().any(|dropped| is_like(asked, dropped)))
        };
        let mut dropped = like(is_surely).peekable();
        if dropped.peek().is_some() {
            broken.surely.insert(user);
            broken.evidence.insert(user, dropped.flat_map(|(_, counted)| counted.iter().copied()).collect());
        } else if asked.is_empty() || like(is_perhaps).next().is_some() {
            broken.perhaps.insert(user);
            broken.evidence.insert(user, like(is_perhaps).flat_map(|(_, counted)| counted.iter().copied()).collect());
        }
    }
    broken
}

/// The operations for which one entity was seen to ask another, as was recorded and as the twin has counted, each with where it was counted.
fn asked(
    stage: &Snapshot,
    (user, entity): (Node, Node),
    recorded: Option<&Traffic>,
) -> BTreeMap<String, BTreeSet<EvidenceId>> {
    let own = stage.component(entity);
    let is_meant = |node: u32, meant: Node| stage.component(Node(node)) == meant;
    let recorded = recorded.into_iter().flat_map(|traffic| traffic.asked(stage, user, own));
    let mut asked: BTreeMap<String, BTreeSet<EvidenceId>> =
        recorded.map(|operation| (operation, BTreeSet::new())).collect();
    let counts = stage.pages().counts.iter().filter(|count| {
        let is_caller = count.caller.as_ref().is_some_and(|(caller, _)| is_meant(*caller, user));
        is_caller && count.callee.is_some_and(|callee| is_meant(callee, own))
    });
    for count in counts {
        asked.entry(count.operation.clone()).or_default().insert(count.evidence);
    }
    // A call of which nobody says for what it is says nothing.
    asked.remove("");
    asked
}

/// Whether an operation that was asked for is one that is dropped; without a verb, whatever the verb.
fn is_surely(asked: &str, dropped: &str) -> bool {
    asked == dropped || (!dropped.contains(' ') && plain(asked) == plain(dropped))
}

/// Whether it may be: where it is written down without its verb, or as a verb alone.
fn is_perhaps(asked: &str, dropped: &str) -> bool {
    let is_verb = |word: &str| !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_uppercase());
    let verb = dropped.split_whitespace().next().filter(|word| is_verb(word) && dropped.contains(' '));
    match is_verb(asked) {
        true => verb.is_none_or(|verb| verb == asked),
        false => !asked.contains(' ') && plain(asked) == plain(dropped),
    }
}
