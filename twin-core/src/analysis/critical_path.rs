//! The critical path of a trace: which spans a request waits for, and how long each operation keeps it waiting by itself.
//!
//! The rule of CRISP: Zhang et al. (2022), "CRISP: critical path analysis of large-scale microservice architectures".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Error, ErrorKind, Result, shortened};

/// One span of a trace, with what the critical path needs of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TraceSpan {
    /// Its id, unique within the trace.
    pub id: String,
    /// The span that caused it, if any.
    #[serde(default)]
    pub parent: Option<String>,
    /// Whose it is.
    pub service: String,
    /// What was done.
    pub operation: String,
    /// When it began: microseconds since any moment that is the same for all spans.
    pub start_us: i64,
    /// How long it took: microseconds, not negative.
    pub duration_us: i64,
}

/// What a request waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct CriticalPath {
    /// The span in which the request begins and ends; `None` of a trace without spans.
    pub root: Option<String>,
    /// How long the root took: microseconds.
    pub duration_us: i64,
    /// The spans on the path, each before those that it waits for, and those from the last to the first.
    pub spans: Vec<String>,
    /// How long each operation on the path keeps the request waiting by itself, by service and operation.
    pub operations: Vec<OperationTime>,
    /// Each span below the root, in the order in which they were given.
    pub slacks: Vec<SpanSlack>,
    /// The spans that have nothing to do with the root, in the order in which they were given: their parents lead elsewhere, to nowhere, or round in a circle, or they lie wholly outside of a span
    /// above them.
    pub left_out: Vec<String>,
}

/// How long an operation keeps a request waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct OperationTime {
    /// Whose it is.
    pub service: String,
    /// What is done.
    pub operation: String,
    /// The time of its spans on the path, less that of the spans that they wait for: microseconds.
    pub exclusive_us: i64,
}

/// How much longer a span may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct SpanSlack {
    /// Which span.
    pub id: String,
    /// By so much it may end later before the request waits for it: microseconds, 0 on the path.
    pub slack_us: i64,
}

/// The critical path of one trace.
///
/// The root is the span without a parent; of several the longest, of those the earliest, of those the one with the smaller id; and if all name a parent, that choice among those whose parent is not in the trace. A
/// child is cut to the time of its parent; one that lies wholly outside is left out, with all below it. Of the children of a span on the path, from the last to end to the first and of those that
/// end at once the longest first, the first is on the path, and so is each that precedes the one taken last.
///
/// O(spans · log spans), however deep they are nested.
///
/// # Errors
/// `Invalid` for two spans of one id, for a duration that is negative, for a span that ends after time does, and for spans of which each has a parent among them; each names the span.
pub fn critical_path(spans: &[TraceSpan]) -> Result<CriticalPath> {
    if spans.is_empty() {
        return Ok(CriticalPath::default());
    }
    let tree = Tree::new(spans)?;
    let walk = tree.walk();
    let on_path = |slot: &&usize| walk.slacks[**slot] == Some(Slack { us: 0, is_on_path: true });
    let path: Vec<usize> = walk.order.iter().filter(on_path).copied().collect();
    let mut operations: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for at in &path {
        let time = operations.entry((&spans[*at].service, &spans[*at].operation)).or_default();
        *time = time.saturating_add(walk.exclusive[*at]);
    }
    let operation = |((service, operation), exclusive_us): ((&str, &str), i64)| OperationTime {
        service: service.to_owned(),
        operation: operation.to_owned(),
        exclusive_us,
    };
    let met = spans.iter().zip(&walk.slacks).filter_map(|(span, slack)| Some((span, (*slack)?)));
    let left_out = spans.iter().zip(&walk.slacks).filter(|(_, slack)| slack.is_none());
    Ok(CriticalPath {
        root: Some(spans[tree.root].id.clone()),
        duration_us: spans[tree.root].duration_us,
        spans: path.iter().map(|at| spans[*at].id.clone()).collect(),
        operations: operations.into_iter().map(operation).collect(),
        slacks: met.map(|(span, slack)| SpanSlack { id: span.id.clone(), slack_us: slack.us }).collect(),
        left_out: left_out.map(|(span, _)| span.id.clone()).collect(),
    })
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    start: i64,
    end: i64,
}

impl Stretch {
    fn length(self) -> i64 {
        self.end - self.start
    }

    /// The part of it within another; `None` if it lies wholly outside. What is within is so to the end: a moment at an edge is within.
    fn cut_to(self, parent: Stretch) -> Option<Stretch> {
        let cut = Stretch { start: self.start.max(parent.start), end: self.end.min(parent.end) };
        let is_met = self.start < parent.end && self.end > parent.start;
        (cut == self || is_met).then_some(cut)
    }

    /// Whether it comes before another among the children of a span that took so long, but for less than a hundredth of that.
    ///
    /// An overlap counts only as one if nobody else began or ended meanwhile: `ends` has all of them.
    fn precedes(self, last: Stretch, parent_length: i64, ends: &Ends) -> bool {
        if self.end < last.start {
            return true;
        }
        let overlap = i128::from(self.end) - i128::from(last.start);
        self.start < last.start
            && self.end < last.end
            && overlap * 100 < i128::from(parent_length)
            && ends.within(last.start, self.end) == 2
    }
}

/// When children begin and end, sorted.
struct Ends {
    moments: Vec<i64>,
}

impl Ends {
    fn new(children: &[(usize, Stretch)]) -> Self {
        let mut moments: Vec<i64> = children.iter().flat_map(|(_, child)| [child.start, child.end]).collect();
        moments.sort_unstable();
        Ends { moments }
    }

    /// How many children begin or end from one moment to another, both among it.
    fn within(&self, from: i64, to: i64) -> usize {
        let before = self.moments.partition_point(|moment| *moment < from);
        let until = self.moments.partition_point(|moment| *moment <= to);
        until.saturating_sub(before)
    }
}

/// Spans by their places, and which are below which.
struct Tree<'a> {
    spans: &'a [TraceSpan],
    children: Vec<Vec<usize>>,
    root: usize,
}

impl<'a> Tree<'a> {
    fn new(spans: &'a [TraceSpan]) -> Result<Self> {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, span) in spans.iter().enumerate() {
            check_time(span)?;
            if places.insert(&span.id, place).is_some() {
                return Err(misused(span, "is there twice: give each span its own id"));
            }
        }
        let parent = |span: &TraceSpan| places.get(span.parent.as_deref()?).copied();
        let mut children = vec![Vec::new(); spans.len()];
        for (place, span) in spans.iter().enumerate() {
            if let Some(parent) = parent(span) {
                children[parent].push(place);
            }
        }
        let first = |begins: &dyn Fn(&TraceSpan) -> bool| {
            let roots = (0..spans.len()).filter(|place| begins(&spans[*place]));
            roots.min_by_key(|place| {
                let span = &spans[*place];
                (std::cmp::Reverse(span.duration_us), span.start_us, &span.id)
            })
        };
        let root = first(&|span| span.parent.is_none()).or_else(|| first(&|span| parent(span).is_none()));
        match root {
            Some(root) => Ok(Tree { spans, children, root }),
            None => Err(misused(&spans[0], "and all others have parents in the trace: one must have none")),
        }
    }

    /// Every span below the root, each before its children, and those from the last to the first.
    fn walk(&self) -> Walk {
        let mut walk =
            Walk { order: Vec::new(), slacks: vec![None; self.spans.len()], exclusive: vec![0; self.spans.len()] };
        let own = time_of(&self.spans[self.root]);
        let mut pending = vec![(self.root, own, Slack { us: 0, is_on_path: true })];
        while let Some((place, time, slack)) = pending.pop() {
            walk.order.push(place);
            walk.slacks[place] = Some(slack);
            let (children, taken) = self.children_of(place, time, slack);
            walk.exclusive[place] = time.length().saturating_sub(taken).max(0);
            pending.extend(children.into_iter().rev());
        }
        walk
    }

    /// The children of a span in the order in which they are looked at, each with its time and slack, and how long those that the span waits for take together.
    fn children_of(&self, place: usize, time: Stretch, slack: Slack) -> (Vec<(usize, Stretch, Slack)>, i64) {
        let cut = |child: &usize| Some((*child, time_of(&self.spans[*child]).cut_to(time)?));
        let mut children: Vec<(usize, Stretch)> = self.children[place].iter().filter_map(cut).collect();
        children.sort_by(|(a, a_time), (b, b_time)| {
            let ends = b_time.end.cmp(&a_time.end).then(a_time.start.cmp(&b_time.start));
            ends.then_with(|| self.spans[*a].id.cmp(&self.spans[*b].id))
        });
        let ends = Ends::new(&children);
        let mut last: Option<Stretch> = None;
        let mut taken = 0_i64;
        let mut told = Vec::with_capacity(children.len());
        for (child, own) in children {
            let behind = last.filter(|last| !own.precedes(*last, time.length(), &ends));
            let slack = match behind {
                // The span waits for the one beside it: so long the child may go on.
                Some(last) => Slack { us: slack.us.saturating_add(last.end - own.end), is_on_path: false },
                None => {
                    last = Some(own);
                    taken = taken.saturating_add(own.length());
                    slack
                }
            };
            told.push((child, own, slack));
        }
        (told, taken)
    }
}

/// What a walk tells of each span by its place.
struct Walk {
    order: Vec<usize>,
    slacks: Vec<Option<Slack>>,
    exclusive: Vec<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slack {
    us: i64,
    is_on_path: bool,
}

fn time_of(span: &TraceSpan) -> Stretch {
    Stretch { start: span.start_us, end: span.start_us.saturating_add(span.duration_us) }
}

fn check_time(span: &TraceSpan) -> Result<()> {
    if span.duration_us < 0 {
        return Err(misused(span, "has a negative duration_us: give microseconds from its start to its end"));
    }
    match span.start_us.checked_add(span.duration_us) {
        Some(_) => Ok(()),
        None => Err(misused(span, "ends after the last moment that can be told: count from a later one")),
    }
}

fn misused(span: &TraceSpan, why: &str) -> Error {
    Error::new(ErrorKind::Invalid, format!("span \"{}\" {why}", shortened(&span.id)))
}
