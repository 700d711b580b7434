//! From pieces to pages: numbers for evidence, edges that several pieces say, groups, and everything in its order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::edges::{add_attribute, merged};
use super::piece::{Assembly, Piece};
use super::{Build, Made};
use crate::graph::numbers::Numbers;
use crate::graph::pages::EvidenceRow;
use crate::graph::revise::Revision;
use crate::graph::{Count, Edge, Entity, Group, Pages};
use crate::identity::{EntityId, FactIndex, RecordIndex, Verdict};
use crate::observe::RecordKey;
use crate::schema::relation;

/// How far a row of evidence is looked for among those that the unit had before.
const NEAR: usize = 64;

impl Build<'_> {
    pub(super) fn finish(mut self, redirects: BTreeMap<EntityId, EntityId>) -> (Pages, Assembly) {
        let evidence_numbers = self.number_evidence();
        let edges = self.lifted_edges();
        let mut groups: Vec<Group> = self.each(|piece| &piece.groups).cloned().chain(routing_groups(&edges)).collect();
        groups.sort();
        groups.dedup();
        let mut unresolved = self.all(|piece| &piece.unresolved);
        unresolved.sort_by(|a, b| (a.from, &a.names, &a.why).cmp(&(b.from, &b.names, &b.why)));
        let mut links = self.all(|piece| &piece.links);
        links.sort_by(|a, b| (&a.from, &a.to, a.evidence).cmp(&(&b.from, &b.to, b.evidence)));
        let mut touches = self.all(|piece| &piece.touches);
        touches.sort_by(|a, b| (a.entry, &a.operation, a.touched).cmp(&(b.entry, &b.operation, b.touched)));
        let mut counts = self.all(|piece| &piece.counts);
        counts.sort_by(|a, b| {
            let what = |count: &Count| (count.callee, count.since, count.evidence);
            let who = (a.entry, &a.entry_operation, &a.caller, &a.operation);
            who.cmp(&(b.entry, &b.entry_operation, &b.caller, &b.operation)).then_with(|| what(a).cmp(&what(b)))
        });
        let revision = Revision {
            entities: self.entities(),
            evidence: self.all(|piece| &piece.evidence),
            charges: self.all(|piece| &piece.charges),
            verdicts: self.all(|piece| &piece.verdicts),
            diagnostics: self.each(|piece| &piece.diagnostics).cloned().collect(),
            nodes: self.nodes,
            evidence_numbers,
            edges,
            groups,
            unresolved,
            links,
            touches,
            counts,
            redirects,
        };
        let pages = Pages::after(self.before.pages, self.schema, revision);
        let made = self.pieces.iter().filter(|made| made.is_new).count();
        let pieces = self.pieces.into_iter().map(|made| (made.unit, made.piece)).collect();
        (pages, Assembly::new(pieces, made))
    }

    fn each<'b, T: 'b>(&'b self, rows: impl Fn(&'b Piece) -> &'b Vec<T>) -> impl Iterator<Item = &'b T> {
        self.pieces.iter().flat_map(move |made| rows(&made.piece))
    }

    fn all<'b, T: 'b>(&'b self, rows: impl Fn(&'b Piece) -> &'b Vec<Arc<T>>) -> Vec<Arc<T>> {
        self.each(rows).cloned().collect()
    }

    /// Gives evidence its numbers: those that it had, where it can keep them.
    fn number_evidence(&mut self) -> Numbers {
        let known: Vec<Option<u32>> = self.pieces.iter().flat_map(|made| self.known_evidence(made)).collect();
        let numbers = Numbers::after(&known, self.before.pages.evidence.len());
        let mut rest = &numbers.of[..];
        for made in &mut self.pieces {
            let (own, after) = rest.split_at(made.piece.evidence.len());
            rest = after;
            if made.piece.evidence_numbers != own {
                Arc::make_mut(&mut made.piece).move_evidence(own);
            }
        }
        numbers
    }

    /// The numbers that the evidence of a piece has had: for a piece that was made anew, those of the same rows of the unit before.
    fn known_evidence(&self, made: &Made) -> Vec<Option<u32>> {
        if !made.is_new {
            return made.piece.evidence_numbers.iter().copied().map(Some).collect();
        }
        let Some(place) = self.before.assembly.place(made.unit) else { return vec![None; made.piece.evidence.len()] };
        let before = &self.before.assembly.pieces[place].1;
        let mut next = 0;
        let mut known = |row: &Arc<EvidenceRow>| {
            let mut near = before.evidence[next..].iter().take(NEAR);
            let found = next + near.position(|known| is_alike(known, row))?;
            next = found + 1;
            Some(before.evidence_numbers[found])
        };
        made.piece.evidence.iter().map(&mut known).collect()
    }

    /// The entities, with the attributes that other pieces add.
    fn entities(&self) -> Vec<Arc<Entity>> {
        let mut entities = self.all(|piece| &piece.entities);
        for (node, attribute) in self.each(|piece| &piece.added) {
            if let Ok(place) = self.nodes.of.binary_search(node) {
                add_attribute(&mut Arc::make_mut(&mut entities[place]).attributes, attribute.clone());
            }
        }
        entities
    }

    /// All edges, with those that packages say of components.
    fn lifted_edges(&self) -> Vec<Arc<Edge>> {
        let edges = merged(self.all(|piece| &piece.edges));
        let lifted = self.package_dependencies(&edges);
        if lifted.is_empty() { edges } else { merged(edges.into_iter().chain(lifted).collect()) }
    }

    /// Adds why records are one thing, or came near.
    pub(super) fn add_verdicts(&mut self, verdicts: Vec<Verdict>) {
        if verdicts.is_empty() {
            return;
        }
        self.unit_anew(super::Pass::Verdicts, |build| {
            let context = build.directory.context();
            for verdict in verdicts.into_iter().take_while(|_| context.goes_on()) {
                let cited = build.cited(verdict);
                build.piece.verdicts.push(Arc::new(cited));
            }
        });
    }

    /// A verdict by its records' keys, with the facts behind its weights as evidence.
    fn cited(&mut self, mut verdict: Verdict) -> (RecordKey, RecordKey, Verdict) {
        // The numbers of facts mean nothing beyond this directory.
        let weights = verdict.score.weights.iter_mut();
        let facts: Vec<FactIndex> = weights.flat_map(|weight| std::mem::take(&mut weight.facts)).collect();
        verdict.evidence = facts.into_iter().flat_map(|fact| self.cite(fact)).collect();
        let key = |record: RecordIndex| self.directory.record(record).key.clone();
        (key(verdict.a), key(verdict.b), verdict)
    }
}

/// Whether two rows say the same, however sure they are.
fn is_alike(a: &EvidenceRow, b: &EvidenceRow) -> bool {
    (&a.chain, &a.field, &a.technique, &a.scope) == (&b.chain, &b.field, &b.technique, &b.scope)
}

/// What spreads requests needs one of those behind it; a component needs one of its instances.
fn routing_groups(edges: &[Arc<Edge>]) -> Vec<Group> {
    let mut groups: BTreeMap<(u32, &str), Vec<u32>> = BTreeMap::new();
    for edge in edges {
        if edge.relation == relation::ROUTES_TO {
            groups.entry((edge.from, "routes")).or_default().push(edge.to);
        } else if edge.relation == relation::INSTANCE_OF {
            groups.entry((edge.to, "instances")).or_default().push(edge.from);
        }
    }
    groups.into_iter().map(|((owner, _), members)| Group { owner, members, k: 1 }).collect()
}
