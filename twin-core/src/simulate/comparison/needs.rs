//! How callers need whom they call, where recorded requests and policies know what the twin does not: whom a failure reaches, and how available callers are, is worked out with that.

use std::collections::BTreeSet;

use crate::graph::{EdgeClass, Node, Snapshot, Variety};
use crate::schema::relation;
use crate::simulate::replay::{Criticality, Need, Policies, Recording, needs};
use crate::simulate::who::WhoIsWho;

/// So many calls are named.
const TOLD: usize = 20;

/// A call of which only recorded requests or policies say how it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Needed {
    from: Node,
    to: Node,
    variant: &'static str,
    is_declared: bool,
}

/// The calls of a twin of which it does not know how they are needed, and requests or policies do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CallNeeds(Vec<Needed>);

impl CallNeeds {
    /// O(recorded calls + calls of the twin).
    pub fn of(base: &Snapshot, who: &WhoIsWho, recording: &Recording, policies: &Policies) -> CallNeeds {
        let known = needs(recording, policies);
        let is_unsaid = |class: &EdgeClass| class.relation == relation::CALLS && class.variant.is_none();
        let is_unsaid: Vec<bool> = base.pages().classes().iter().map(is_unsaid).collect();
        if known.is_empty() || !is_unsaid.contains(&true) {
            return CallNeeds::default();
        }
        let mut all = Vec::new();
        for from in base.nodes() {
            let calls = base.topology().outgoing(from.0).iter().filter(|(_, class)| is_unsaid[*class as usize]);
            let called: BTreeSet<Node> = calls.map(|(to, _)| Node(to)).collect();
            let Some(caller) = called.first().and_then(|_| only(who, base, from)) else { continue };
            for to in called {
                let need = only(who, base, to).and_then(|callee| known.get(&(&caller[..], &callee[..])).copied());
                let criticality = need.and_then(Need::criticality);
                all.extend(criticality.map(|criticality| Needed {
                    from,
                    to,
                    variant: criticality.variant(),
                    is_declared: matches!(need, Some(Need::Declared(_))),
                }));
            }
        }
        CallNeeds(all)
    }

    /// A world with what is known of its calls. What it says itself goes before. O(calls of which more is known).
    pub fn told_of(&self, world: &Snapshot) -> Snapshot {
        let calls = relation::CALLS;
        let there = self.0.iter().filter(|needed| world.is_there(needed.from) && world.is_there(needed.to));
        let variety = |needed: &Needed| Variety {
            from: needed.from,
            relation: &calls,
            to: needed.to,
            variant: needed.variant,
            is_new: false,
        };
        world.with_variants(&there.map(variety).collect::<Vec<_>>())
    }

    /// For people: of the calls to whoever is concerned, how they are needed, and who says so. The world is one that was told of it.
    pub fn told(&self, world: &Snapshot, is_concerned: impl Fn(Node) -> bool) -> Vec<String> {
        let name = |node: Node| &world.entity(node).name;
        let classes = world.pages().classes();
        let is_so = |needed: &Needed| {
            let is_its = |class: &EdgeClass| class.relation == relation::CALLS && class.variant == Some(needed.variant);
            let mut calls = world.topology().outgoing(needed.from.0).iter();
            calls.any(|(to, class)| to == needed.to.0 && is_its(&classes[class as usize]))
        };
        let phrase = |needed: &Needed| {
            let why = match needed.is_declared {
                true => "policies say so",
                false if needed.variant == Criticality::Async.variant() => "requests that do not wait for it show it",
                false => "requests whose calls failed show it",
            };
            format!("criticality of {} → {}: {}, as {why}", name(needed.from), name(needed.to), needed.variant)
        };
        let mut concerned = self.0.iter().filter(|needed| is_concerned(needed.to) && is_so(needed));
        let mut told: Vec<String> = concerned.by_ref().take(TOLD).map(phrase).collect();
        let more = concerned.count();
        let rest = || format!("criticality of {more} more calls: as policies or requests say");
        told.extend((more > 0).then(rest));
        told
    }
}

/// The one service that requests show an entity as.
fn only(who: &WhoIsWho, base: &Snapshot, node: Node) -> Option<String> {
    who.service(base, node).ok()
}
