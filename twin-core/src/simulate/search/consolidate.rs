//! Consolidating: stores and brokers that are alike, so that one can do the work of several.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::EntityRef;
use crate::base::{Context, Error, ErrorKind, Result, listed};
use crate::graph::{EdgeRef, Node};
use crate::schema::{Kind, Value, attribute};
use crate::simulate::change::STORES;
use crate::simulate::search::asked::{Asked, relations};
use crate::simulate::search::candidate::{Candidate, Found, Step, is_finished};
use crate::simulate::search::edit::Edit;
use crate::simulate::search::{Aim, ConstraintViolation, NotTried, UndecidedConstraint};

/// More pairs than these are not told.
const MOST_PAIRS: usize = 1_000;

/// Each pair by itself, each set of stores that one can do the work of, and all of these together.
pub(super) fn candidates(asked: &Asked<'_>, context: &Context) -> Result<Found> {
    let Aim::Consolidate { most_users, .. } = &asked.draft.aim else {
        return Err(Error::new(ErrorKind::Invalid, "this search is for no consolidation"));
    };
    let stores = Stores::of(asked, *most_users);
    let method = "each pair of stores that are alike, each set with one that does the work of all, and all sets together; no bound";
    let mut found = Found::by(method, false, None, 0);
    let (mut pairs, mut sets, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for alike in stores.alike.values() {
        let (merges, all) = stores.merges(alike, MOST_PAIRS.saturating_sub(pairs.len()), context);
        pairs.extend(merges.into_iter().map(|merge| vec![merge]));
        if all.len() > 1 {
            sets.push(all.clone());
        }
        whole.extend(all);
    }
    found.method.looked_at = pairs.len() as u64;
    let is_more =
        sets.len() > 1 || (sets.len() == 1 && sets[0].len() < whole.len()) || (sets.is_empty() && whole.len() > 1);
    if is_more {
        sets.push(whole);
    }
    found.candidates = pairs.iter().chain(&sets).map(|merges| stores.candidate(merges)).collect();
    found.not_tried = stores.not_tried();
    if pairs.len() >= MOST_PAIRS || stores.alike.values().any(|alike| alike.len() > MOST_ALIKE) {
        found.not_tried.push(NotTried::new(
            "more pairs of stores that are alike",
            "too many at a time: name some",
            Vec::new(),
        ));
    }
    found.is_finished = is_finished(context)?;
    Ok(found)
}

/// More stores of one kind and technology than these are not compared with each other.
const MOST_ALIKE: usize = 2_000;

/// One store does the work of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Merge {
    kept: Node,
    left: Node,
}

struct Stores<'q, 'a> {
    asked: &'q Asked<'a>,
    most_users: usize,
    /// Who needs a store, and how.
    users: BTreeMap<Node, BTreeMap<Node, Vec<EdgeRef<'a>>>>,
    teams: BTreeMap<Node, BTreeSet<EntityRef>>,
    /// Stores of one kind and technology.
    alike: BTreeMap<(Kind, String), Vec<Node>>,
    unknown: Vec<Node>,
    frozen: Vec<Node>,
}

impl<'q, 'a> Stores<'q, 'a> {
    fn of(asked: &'q Asked<'a>, most_users: usize) -> Self {
        let mut users: BTreeMap<Node, BTreeMap<Node, Vec<EdgeRef<'a>>>> = BTreeMap::new();
        for ((from, to), edges) in asked.dependencies(|class| asked.is_need(class)) {
            if STORES.contains(asked.base.kind(to)) {
                users.entry(to).or_default().insert(from, edges);
            }
        }
        let mut stores = Stores {
            asked,
            most_users,
            users,
            teams: BTreeMap::new(),
            alike: BTreeMap::new(),
            unknown: Vec::new(),
            frozen: Vec::new(),
        };
        let is_meant = |node: &Node| asked.named.is_empty() || asked.named.binary_search(node).is_ok();
        let nodes: BTreeSet<Node> = STORES.iter().flat_map(|kind| asked.base.of_kind(kind)).filter(is_meant).collect();
        nodes.into_iter().for_each(|node| stores.sort(node));
        stores
    }

    fn sort(&mut self, node: Node) {
        if self.asked.is_frozen(node) {
            self.frozen.push(node);
            return;
        }
        self.teams.insert(node, self.asked.teams(node));
        match self.technology(node) {
            Some(technology) => {
                self.alike.entry((self.asked.base.kind(node).clone(), technology)).or_default().push(node)
            }
            None => self.unknown.push(node),
        }
    }

    /// How a store is talked to, by itself or by those who need it; else what its platform calls it.
    fn technology(&self, node: Node) -> Option<String> {
        let entity = self.asked.base.entity(node);
        let text = |value: &Value| if let Value::Text(text) = value { Some(text.to_lowercase()) } else { None };
        let edges = self.users.get(&node).into_iter().flat_map(|users| users.values().flatten());
        let said = edges.flat_map(|edge| &edge.edge.attributes).filter(|value| value.name == attribute::PROTOCOL);
        let (protocol, kind) = (attribute::PROTOCOL, attribute::PLATFORM_KIND);
        let protocols = entity.values(&protocol).chain(said).filter_map(|value| text(&value.value));
        let platform = || entity.values(&kind).filter_map(|value| text(&value.value)).min();
        protocols.min().or_else(platform)
    }

    fn count(&self, store: Node) -> usize {
        self.users.get(&store).map_or(0, BTreeMap::len)
    }

    /// Whether one may do the work of another: the same owner or environment, and little that needs it.
    fn may_merge(&self, merge: Merge) -> bool {
        let environment = |node: Node| self.asked.base.entity(node).placement.environment.as_deref();
        let near = environment(merge.kept).is_some() && environment(merge.kept) == environment(merge.left);
        let owned = !self.teams[&merge.kept].is_disjoint(&self.teams[&merge.left]);
        let is_free = |store: Node| {
            self.users.get(&store).into_iter().flat_map(BTreeMap::keys).all(|user| !self.asked.is_frozen(*user))
        };
        (near || owned) && self.count(merge.left) <= self.most_users && is_free(merge.left)
    }

    /// The pairs among stores that are alike, each into the one that more things need; and those of the store that takes most.
    fn merges(&self, alike: &[Node], most: usize, context: &Context) -> (Vec<Merge>, Vec<Merge>) {
        let mut by_use: Vec<Node> = alike.to_vec();
        by_use.sort_by_key(|store| (std::cmp::Reverse(self.count(*store)), *store));
        by_use.truncate(MOST_ALIKE);
        let mut pairs = Vec::new();
        for (place, kept) in by_use.iter().enumerate() {
            if !context.goes_on() || pairs.len() >= most {
                break;
            }
            let merges = by_use[place + 1..].iter().map(|left| Merge { kept: *kept, left: *left });
            pairs.extend(merges.filter(|merge| self.may_merge(*merge)).take(most - pairs.len()));
        }
        let of = |kept: &Node| pairs.iter().filter(|merge| merge.kept == *kept).copied().collect::<Vec<Merge>>();
        let largest = by_use.iter().map(of).rev().max_by_key(Vec::len).unwrap_or_default();
        (pairs, largest)
    }

    fn candidate(&self, merges: &[Merge]) -> Candidate {
        let base = self.asked.base;
        let mut steps: BTreeMap<Node, Step> = BTreeMap::new();
        let mut evidence = Vec::new();
        for merge in merges {
            for (user, edges) in self.users.get(&merge.left).into_iter().flatten() {
                let step = steps.entry(*user).or_insert_with(|| Step { members: vec![*user], ..Step::default() });
                for relation in relations(edges) {
                    let has = base.outgoing(*user).any(|edge| edge.to == merge.kept && edge.edge.relation == relation);
                    let join = Edit::Join { from: *user, to: merge.kept, relation: relation.clone() };
                    if !has && !step.edits.contains(&join) {
                        step.edits.push(join);
                    }
                    step.edits.push(Edit::Cut { from: *user, to: merge.left, relation });
                }
                evidence.extend(edges.iter());
            }
        }
        let steps: Vec<Step> = steps.into_values().collect();
        let told = |merge: &Merge| format!("{} into {}", self.asked.name(merge.left), self.asked.name(merge.kept));
        let name = format!("merge {}", listed(merges.iter().map(told), 4));
        let mut candidate = Candidate::of_steps(self.asked, name, &steps);
        candidate.freed = merges.len();
        candidate.assumptions = vec![
            "data is brought over, and what is left is removed, in steps that are no part of the changes".to_owned(),
            "the one that is kept has room for what is needed of the other".to_owned(),
        ];
        merges.iter().for_each(|merge| self.check_region(merge.kept, &mut candidate));
        candidate.citing(evidence)
    }

    fn check_region(&self, kept: Node, candidate: &mut Candidate) {
        let regions = &self.asked.draft.constraints.regions;
        let name = self.asked.name(kept);
        match &self.asked.base.entity(kept).placement.region {
            _ if regions.is_empty() => {}
            Some(region) if regions.iter().any(|allowed| allowed.eq_ignore_ascii_case(region)) => {}
            Some(region) => candidate.violations.push(ConstraintViolation {
                constraint: "regions",
                what: format!("{name} is in {region}, which is none of the regions that are allowed"),
                entities: vec![self.asked.told(kept)],
            }),
            None => candidate.undecided.push(UndecidedConstraint {
                constraint: "regions",
                why: format!("nobody says in which region {name} is"),
            }),
        }
    }

    fn not_tried(&self) -> Vec<NotTried> {
        let told = |nodes: &[Node]| nodes.iter().map(|node| self.asked.told(*node)).collect::<Vec<EntityRef>>();
        let left_out = [
            ("stores on the freeze list", "they may not be touched", &self.frozen),
            ("stores of an unknown technology", "nobody says how they are talked to or what runs them", &self.unknown),
        ];
        let left_out = left_out.into_iter().filter(|(.., nodes)| !nodes.is_empty());
        let mut not_tried: Vec<NotTried> =
            left_out.map(|(what, why, nodes)| NotTried::new(what, why, told(nodes))).collect();
        let sizes = NotTried::new("right sizes", "that is a search of its own: right_size", Vec::new());
        let merged = NotTried::new(
            "removing what is left",
            "its data has to be elsewhere first: search what to retire then",
            Vec::new(),
        );
        not_tried.extend([sizes, merged]);
        not_tried
    }
}
