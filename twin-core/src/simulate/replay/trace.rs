//! The spans of one trace that can be used, and whose each of them is.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::recording::SkippedSpans;
use super::span::{Span, SpanKind};

/// The spans of one trace.
pub(super) struct Trace<'s> {
    pub spans: Vec<&'s Span>,
    /// Of a call, the work that made it, which may be work within a process that nobody asked for. Of work that was served, the call that asked for it, or else the work.
    pub owners: Vec<Option<usize>>,
    /// Whether it is work whose asker is named and was not recorded.
    pub is_stray: Vec<bool>,
}

impl<'s> Trace<'s> {
    pub fn of(trace: &[&'s Span], skipped: &mut SkippedSpans) -> Trace<'s> {
        let mut places: HashMap<u64, usize> = HashMap::new();
        let mut spans: Vec<&Span> = Vec::new();
        for span in trace.iter().copied() {
            if span.end_ns < span.start_ns {
                skipped.backwards += 1;
            } else if let Entry::Vacant(free) = places.entry(span.id) {
                free.insert(spans.len());
                spans.push(span);
            } else {
                skipped.doubled += 1;
            }
        }
        let mut owners = vec![None; spans.len()];
        let mut kept = vec![true; spans.len()];
        let mut is_stray = vec![false; spans.len()];
        for at in 0..spans.len() {
            match owner(&spans, &places, at) {
                Ok(owner) => owners[at] = owner,
                Err(Lost::Missing) if spans[at].kind.serves() => is_stray[at] = true,
                Err(_) => (kept[at], skipped.orphans) = (false, skipped.orphans + 1),
            }
        }
        Trace { spans, owners, is_stray }.keep(&kept)
    }

    /// Leaves out what is not kept, with whatever belongs to it: that has no owner any more.
    fn keep(self, kept: &[bool]) -> Trace<'s> {
        let mut now = vec![None; self.spans.len()];
        let places: Vec<usize> = (0..self.spans.len()).filter(|at| kept[*at]).collect();
        places.iter().enumerate().for_each(|(place, at)| now[*at] = Some(place));
        let owner = |at: &usize| self.owners[*at].and_then(|owner| now[owner]);
        Trace {
            owners: places.iter().map(owner).collect(),
            is_stray: places.iter().map(|at| self.is_stray[*at]).collect(),
            spans: places.iter().map(|at| self.spans[*at]).collect(),
        }
    }

    /// By call, the work that served it: the last, where somebody between the two has tried again; and the first of those who take one message.
    pub fn served(&self) -> HashMap<usize, usize> {
        let mut served = HashMap::new();
        for at in (0..self.spans.len()).filter(|at| self.spans[*at].kind.serves()) {
            if let Some(call) = self.owners[at].filter(|owner| self.spans[*owner].kind.calls()) {
                let is_sent = self.spans[call].kind == SpanKind::Producer;
                let known = served.entry(call).or_insert(at);
                if !is_sent && self.spans[at].end_ns > self.spans[*known].end_ns {
                    *known = at;
                }
            }
        }
        served
    }

    /// What is work: what was served, and jobs, which a process begins by itself. Whoever serves nobody and asks for what was served is outside: a browser, or what makes load.
    pub fn works(&self, serving: &HashSet<&str>) -> Vec<usize> {
        let served = self.served();
        let mut jobs: BTreeMap<usize, bool> = BTreeMap::new();
        for at in (0..self.spans.len()).filter(|at| self.spans[*at].kind.calls()) {
            if let Some(job) = self.owners[at].filter(|owner| self.spans[*owner].kind == SpanKind::Internal) {
                *jobs.entry(job).or_insert(true) &= !served.contains_key(&at);
            }
        }
        let is_job = |at: usize| {
            jobs.get(&at).is_some_and(|is_alone| *is_alone || serving.contains(self.spans[at].service.as_str()))
        };
        (0..self.spans.len()).filter(|at| self.spans[*at].kind.serves() || is_job(*at)).collect()
    }
}

/// Why nobody knows whose a span is.
enum Lost {
    /// One of its ancestors was not recorded.
    Missing,
    /// It is its own ancestor.
    Circular,
}

/// The nearest ancestor that is no work within a process. A call within a call is part of that, and belongs to whoever made it; where nobody was asked for that, to the first work within the process.
fn owner(spans: &[&Span], places: &HashMap<u64, usize>, at: usize) -> Result<Option<usize>, Lost> {
    let (serves, calls) = (spans[at].kind.serves(), spans[at].kind.calls());
    let (mut next, mut first) = (spans[at].parent, None);
    for _ in 0..spans.len() {
        let Some(parent) = next else { return Ok(first.filter(|_| calls)) };
        let parent = *places.get(&parent).ok_or(Lost::Missing)?;
        let above = spans[parent];
        if above.kind.serves() || (serves && above.kind.calls()) {
            return Ok(Some(parent));
        }
        if above.kind == SpanKind::Internal && above.service == spans[at].service {
            first = Some(parent);
        }
        next = above.parent;
    }
    Err(Lost::Circular)
}
