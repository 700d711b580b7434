//! Systems that somebody would run: most requests are answered, and those at the end as fast as those at the beginning.

use super::play::{Kind, Requests, Span, play};
use super::system::System;

/// Requests that show whether a system can be run.
const REQUESTS: u64 = 600;
/// More failures nobody would live with.
const MOST_FAILURES: f64 = 0.2;
/// Where requests come to take so many times as long, they pile up.
const SLOWER: f64 = 1.5;
/// So many systems of random numbers follow one that cannot be run.
const APART: u64 = 1_000_003;

/// The system of a number, or the next one that can be run.
pub fn steady(number: u64) -> System {
    let mut next = number;
    loop {
        let system = System::random(next);
        let spans = play(&system, None, Requests { seed: next, count: REQUESTS });
        if system.endpoints().all(|endpoint| is_steady(&spans, endpoint)) {
            return system;
        }
        next = next.wrapping_add(APART);
    }
}

fn is_steady(spans: &[Span], endpoint: usize) -> bool {
    let is_own = |span: &&Span| span.kind == Kind::Server && span.operation == endpoint;
    let mut own: Vec<&Span> = spans.iter().filter(is_own).collect();
    own.sort_by_key(|span| span.start);
    let failed = own.iter().filter(|span| span.failed).count();
    let median = |of: &[&Span]| {
        let mut took: Vec<i64> = of.iter().map(|span| span.end - span.start).collect();
        took.sort_unstable();
        took.get(took.len() / 2).copied().unwrap_or_default() as f64
    };
    let (early, late) = own.split_at(own.len() / 2);
    failed as f64 <= MOST_FAILURES * own.len() as f64 && median(late) <= SLOWER * median(early)
}
