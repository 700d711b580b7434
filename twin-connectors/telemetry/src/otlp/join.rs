//! Joins the spans of a group to requests: who called whom, on behalf of which entry.
//!
//! Only what was read is joined. A span whose parent was not read stays without one; nothing is guessed.

use std::rc::Rc;

use super::span::{Queue, Role, Service, Span};

/// The operation of a service at which a trace began: its only span without parent.
pub(super) type Entry = (Rc<Service>, Option<Rc<str>>);

/// The other end of a call, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Callee {
    Service(Rc<Service>),
    Queue(Queue),
    Host(String),
    /// `peer.service`, where no host is named.
    Named(String),
    Unknown,
}

/// One request from one service to another.
pub(super) struct Call<'a> {
    /// The span that says so: the caller's, else (`caller_parent`) the callee's.
    pub span: &'a Span,
    pub caller: &'a Span,
    pub callee: Callee,
    /// The callee's span, if it was read.
    pub served: Option<&'a Span>,
    /// The operation of the caller that was being served.
    pub caller_operation: Option<Rc<str>>,
    /// `span` belongs to this call and to no other record.
    pub stands: bool,
}

/// One trace, with the parents that were read.
pub(super) struct Trace<'a> {
    pub spans: &'a [Span],
    pub root: Option<&'a Span>,
    parents: Vec<Option<usize>>,
    serving: Vec<Option<usize>>,
}

/// Brings the spans in order and takes out those that were seen twice, which it returns.
pub(super) fn settle(spans: &mut Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let (mut kept, mut twice): (Vec<Span>, Vec<Span>) = (Vec::with_capacity(spans.len()), Vec::new());
    for span in spans.drain(..) {
        let is_again = kept.last().is_some_and(|last| identity(last) == identity(&span));
        if is_again { twice.push(span) } else { kept.push(span) }
    }
    *spans = kept;
    twice
}

fn identity(span: &Span) -> (u128, u64, Role, &Service) {
    (span.trace, span.id, span.role, &span.service)
}

/// The traces of settled spans.
pub(super) fn traces(spans: &[Span]) -> impl Iterator<Item = Trace<'_>> {
    spans.chunk_by(|a, b| a.trace == b.trace).map(Trace::of)
}

impl<'a> Trace<'a> {
    fn of(spans: &'a [Span]) -> Self {
        let parents: Vec<Option<usize>> = spans.iter().map(|span| parent(spans, span)).collect();
        let serving = serving(spans, &parents);
        let mut roots = spans.iter().filter(|span| span.parent.is_none());
        let root = roots.next().filter(|_| roots.next().is_none());
        Trace { spans, root, parents, serving }
    }

    /// Where the trace began.
    pub fn entry(&self) -> Option<Entry> {
        self.root.map(|root| (root.service.clone(), root.operation.clone()))
    }

    /// Spans whose parent was not read.
    pub fn orphans(&self) -> impl Iterator<Item = &'a Span> {
        self.spans
            .iter()
            .zip(&self.parents)
            .filter(|(span, read)| span.parent.is_some() && read.is_none())
            .map(|(span, _)| span)
    }

    /// The requests: one for each client and producer span, one more for each further service that served it.
    pub fn calls(&self) -> Vec<Call<'a>> {
        let mut is_told = vec![false; self.spans.len()];
        let mut calls = Vec::new();
        for (place, served) in self.spans.iter().enumerate().filter(|(_, span)| span.role.serves()) {
            calls.extend(self.joined(place, served, &mut is_told));
        }
        let asking = self
            .spans
            .iter()
            .enumerate()
            .filter(|(place, span)| span.role.asks() && !is_told.get(*place).unwrap_or(&true));
        calls.extend(asking.map(|(place, span)| self.one_sided(place, span)));
        let taking =
            self.spans.iter().enumerate().filter(|(_, span)| span.role == Role::Consumer && span.peer.queue.is_some());
        calls.extend(taking.map(|(place, span)| Call { stands: false, ..self.one_sided(place, span) }));
        calls
    }

    /// A request of which both ends were read.
    fn joined(&self, place: usize, served: &'a Span, is_told: &mut [bool]) -> Option<Call<'a>> {
        let above = self.parents.get(place).copied().flatten()?;
        let caller = self.spans.get(above)?;
        if (caller.peer.queue.is_some() && caller.role.asks()) || served.peer.queue.is_some() {
            return None;
        }
        if !caller.role.asks() && caller.service == served.service {
            return None;
        }
        let is_first = caller.role.asks() && !std::mem::replace(is_told.get_mut(above)?, true);
        Some(Call {
            span: if is_first { caller } else { served },
            caller,
            callee: Callee::Service(served.service.clone()),
            served: Some(served),
            caller_operation: self.served_operation(above),
            stands: is_first,
        })
    }

    /// A request that only its caller tells of.
    fn one_sided(&self, place: usize, span: &'a Span) -> Call<'a> {
        let peer = &span.peer;
        let callee = match (&peer.queue, &peer.host, &peer.service) {
            (Some(queue), _, _) => Callee::Queue(queue.clone()),
            (None, Some(host), _) => Callee::Host(host.clone()),
            (None, None, Some(service)) => Callee::Named(service.clone()),
            (None, None, None) => Callee::Unknown,
        };
        let caller_operation = self.served_operation(place);
        Call { span, caller: span, callee, served: None, caller_operation, stands: true }
    }

    fn served_operation(&self, place: usize) -> Option<Rc<str>> {
        let serving = self.serving.get(place).copied().flatten()?;
        self.spans.get(serving)?.operation.clone()
    }
}

/// The place of a span's parent. A server may share its client's id; a child belongs to the half in its own service.
fn parent(spans: &[Span], child: &Span) -> Option<usize> {
    if child.role == Role::Server {
        let other =
            with_id(spans, child.id).find(|(_, span)| span.role == Role::Client && span.service != child.service);
        if let Some((place, _)) = other {
            return Some(place);
        }
    }
    let id = child.parent.filter(|id| *id != child.id)?;
    let own = with_id(spans, id).find(|(_, span)| span.service == child.service);
    own.or_else(|| with_id(spans, id).next()).map(|(place, _)| place)
}

/// So many spans of one trace may share an id before the rest is not looked at: two do, by one old convention.
const SHARING: usize = 16;

fn with_id(spans: &[Span], id: u64) -> impl Iterator<Item = (usize, &Span)> {
    let first = spans.partition_point(|span| span.id < id);
    spans.iter().enumerate().skip(first).take(SHARING).take_while(move |(_, span)| span.id == id)
}

/// For each span, the span of the same service that was serving a request when it began: itself or one above it. O(n).
fn serving(spans: &[Span], parents: &[Option<usize>]) -> Vec<Option<usize>> {
    let mut found: Vec<Option<Option<usize>>> = vec![None; spans.len()];
    for start in 0..spans.len() {
        let (mut path, mut at) = (Vec::new(), Some(start));
        let mut serving = None;
        while let Some(place) = at {
            let (Some(span), Some(known)) = (spans.get(place), found.get_mut(place)) else { break };
            if let Some(known) = known {
                serving = *known;
                break;
            }
            // Marked before it is known, so that parents in a circle end.
            *known = Some(None);
            path.push(place);
            if span.role.serves() {
                serving = Some(place);
                break;
            }
            let above = parents.get(place).copied().flatten();
            at = above.filter(|above| spans.get(*above).is_some_and(|above| above.service == span.service));
        }
        for place in path {
            if let Some(slot) = found.get_mut(place) {
                *slot = Some(serving);
            }
        }
    }
    found.into_iter().map(Option::flatten).collect()
}
