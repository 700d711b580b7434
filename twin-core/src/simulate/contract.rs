//! Whom a new version breaks: those whom a change names, and those who were seen to call an operation that it drops.

use std::collections::BTreeSet;

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
}

/// Whom an upgrade breaks, of those who use what is upgraded. O(counts + recorded calls, for each user).
pub(super) fn broken(stage: &Snapshot, change: &Change, recorded: Option<&Traffic>) -> Broken {
    let Change::Upgrade { entity, breaks, drops, .. } = change else { return Broken::default() };
    let mut broken = Broken { surely: breaks.iter().copied().collect(), perhaps: BTreeSet::new() };
    if drops.is_empty() {
        return broken;
    }
    let is_named = |user: &Node| breaks.iter().any(|named| stage.component(*named) == *user);
    for user in users_of(stage, *entity).into_iter().filter(|user| !is_named(user)) {
        let asked = asked(stage, (user, *entity), recorded);
        if asked.iter().any(|asked| drops.iter().any(|dropped| is_surely(asked, dropped))) {
            broken.surely.insert(user);
        } else if asked.is_empty() || asked.iter().any(|asked| drops.iter().any(|dropped| is_perhaps(asked, dropped))) {
            broken.perhaps.insert(user);
        }
    }
    broken
}

/// The operations for which one entity was seen to ask another: as the twin has counted, and as was recorded.
fn asked(stage: &Snapshot, (user, entity): (Node, Node), recorded: Option<&Traffic>) -> BTreeSet<String> {
    let own = stage.component(entity);
    let is_meant = |node: u32, meant: Node| stage.component(Node(node)) == meant;
    let counts = stage.pages().counts.iter().filter(|count| {
        let is_caller = count.caller.as_ref().is_some_and(|(caller, _)| is_meant(*caller, user));
        is_caller && count.callee.is_some_and(|callee| is_meant(callee, own))
    });
    let mut asked: BTreeSet<String> = counts.map(|count| count.operation.clone()).collect();
    asked.extend(recorded.into_iter().flat_map(|traffic| traffic.asked(stage, user, own)));
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
