//! Retiring: what nobody needs any more, as far as anything was read.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::EntityRef;
use crate::base::{Context, Result};
use crate::graph::Node;
use crate::schema::{Kind, kind, relation};
use crate::simulate::search::NotTried;
use crate::simulate::search::asked::Asked;
use crate::simulate::search::candidate::{Candidate, Found, Step, is_finished};
use crate::simulate::search::edit::Edit;

/// What may be there for nobody.
const KINDS: [Kind; 6] = [kind::COMPONENT, kind::INSTANCE, kind::DATA_STORE, kind::CACHE, kind::BUCKET, kind::QUEUE];
/// More things than these are not removed together.
const MOST: usize = 1_000;

/// Each thing that nobody needs by itself, those of each team, as many as are allowed, and all.
pub(super) fn candidates(asked: &Asked<'_>, context: &Context) -> Result<Found> {
    let unneeded = Unneeded::of(asked);
    let method = "each thing that nobody needs by itself, those of each team, and all together: no bound";
    let mut found = Found::by(method, false, None, unneeded.nodes.len() as u64);
    found.candidates = unneeded.sets().into_iter().map(|(name, nodes)| unneeded.candidate(name, &nodes)).collect();
    found.not_tried = unneeded.not_tried();
    found.is_finished = is_finished(context)?;
    Ok(found)
}

struct Unneeded<'q, 'a> {
    asked: &'q Asked<'a>,
    nodes: Vec<Node>,
    frozen: Vec<Node>,
    /// Where requests begin: somebody outside needs it.
    entries: Vec<Node>,
    has_traces: bool,
    left_out: usize,
}

impl<'q, 'a> Unneeded<'q, 'a> {
    fn of(asked: &'q Asked<'a>) -> Self {
        let base = asked.base;
        let pairs = asked.dependencies(|class| asked.is_need(class));
        let needed: BTreeSet<Node> = pairs.into_keys().map(|(_, to)| to).chain(consumed(asked)).collect();
        let touches = &base.pages().touches;
        let begins = touches.iter().map(|touch| Node(touch.entry)).filter(|node| base.is_there(*node));
        let begins: BTreeSet<Node> = begins.flat_map(|node| [asked.unit(node), base.component(node)]).collect();
        let is_meant = |node: &Node| {
            asked.unit(*node) == *node && (asked.named.is_empty() || asked.named.binary_search(node).is_ok())
        };
        let nodes: BTreeSet<Node> = KINDS.iter().flat_map(|kind| base.of_kind(kind)).filter(is_meant).collect();
        let (mut unneeded, mut frozen, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for node in nodes.into_iter().filter(|node| !needed.contains(node)) {
            match (begins.contains(&node), asked.is_frozen(node)) {
                (true, _) => entries.push(node),
                (_, true) => frozen.push(node),
                _ => unneeded.push(node),
            }
        }
        let left_out = unneeded.len().saturating_sub(MOST);
        unneeded.truncate(MOST);
        let has_traces = !touches.is_empty();
        Unneeded { asked, nodes: unneeded, frozen, entries, has_traces, left_out }
    }

    /// What is removed together, by name.
    fn sets(&self) -> Vec<(String, Vec<Node>)> {
        let mut sets: Vec<(String, Vec<Node>)> =
            self.nodes.iter().map(|node| (format!("retire {}", self.asked.name(*node)), vec![*node])).collect();
        let mut by_team: BTreeMap<EntityRef, Vec<Node>> = BTreeMap::new();
        for node in &self.nodes {
            self.asked.teams(*node).into_iter().for_each(|team| by_team.entry(team).or_default().push(*node));
        }
        let several = by_team.into_iter().filter(|(_, nodes)| nodes.len() > 1 && nodes.len() < self.nodes.len());
        sets.extend(several.map(|(team, nodes)| (format!("retire what {team} owns and nobody needs"), nodes)));
        let most = self.asked.draft.constraints.most_changes.unwrap_or(self.nodes.len());
        if (2..self.nodes.len()).contains(&most) {
            sets.push((format!("retire {most} things that nobody needs"), self.nodes[..most].to_vec()));
        }
        if self.nodes.len() > 1 {
            sets.push(("retire all that nobody needs".to_owned(), self.nodes.clone()));
        }
        sets
    }

    fn candidate(&self, name: String, nodes: &[Node]) -> Candidate {
        let step =
            |node: &Node| Step { members: vec![*node], edits: vec![Edit::Remove { node: *node }], ..Step::default() };
        let steps: Vec<Step> = nodes.iter().map(step).collect();
        let mut candidate = Candidate::of_steps(self.asked, name, &steps);
        candidate.freed = nodes.len();
        candidate.assumptions = vec![match self.has_traces {
            true => "nobody outside needs it: no request that was traced begins there".to_owned(),
            false => "nobody outside needs it: no traces were read, so nothing says where requests begin".to_owned(),
        }];
        for node in nodes {
            candidate.evidence.extend(self.asked.base.entity(*node).evidence.iter().copied());
        }
        candidate
    }

    fn not_tried(&self) -> Vec<NotTried> {
        let told = |nodes: &[Node]| nodes.iter().map(|node| self.asked.told(*node)).collect::<Vec<EntityRef>>();
        let left_out = [
            ("things on the freeze list", "they may not be touched", &self.frozen),
            ("things where requests begin", "somebody outside needs them", &self.entries),
        ];
        let left_out = left_out.into_iter().filter(|(.., nodes)| !nodes.is_empty());
        let mut not_tried: Vec<NotTried> =
            left_out.map(|(what, why, nodes)| NotTried::new(what, why, told(nodes))).collect();
        let why = "search again once the first are gone";
        not_tried.push(NotTried::new("what nobody needs once these are gone", why, Vec::new()));
        not_tried.push(NotTried::new("right sizes", "that is a search of its own: right_size", Vec::new()));
        if self.left_out > 0 {
            let what = format!("{} more things that nobody needs", self.left_out);
            not_tried.push(NotTried::new(&what, "too many at a time: name some", Vec::new()));
        }
        not_tried
    }
}

/// What provides an interface that somebody else consumes.
fn consumed(asked: &Asked<'_>) -> BTreeSet<Node> {
    let ends = |wanted: crate::schema::Relation| asked.dependencies(move |class| class.relation == wanted).into_keys();
    let mut consumers: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
    ends(relation::CONSUMES_API).for_each(|(from, api)| {
        consumers.entry(api).or_default().insert(from);
    });
    let is_consumed = |(provider, api): &(Node, Node)| {
        consumers.get(api).is_some_and(|consumers| consumers.iter().any(|consumer| consumer != provider))
    };
    ends(relation::PROVIDES_API).filter(is_consumed).map(|(provider, _)| provider).collect()
}
