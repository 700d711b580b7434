//! Work whose trace is its own and that is linked to the call that caused it, as whoever takes messages writes it down: it is put into the trace of that call, with all that it caused.

use std::borrow::Cow;
use std::collections::HashMap;

use super::span::Span;

/// The spans, with work in the trace of the call that it is linked to, where that was recorded. Borrowed, where nothing is linked. O(spans).
pub(super) fn joined(spans: &[Span]) -> Cow<'_, [Span]> {
    if spans.iter().all(|span| span.link.is_none()) {
        return Cow::Borrowed(spans);
    }
    let places: HashMap<(u128, u64), usize> =
        spans.iter().enumerate().map(|(place, span)| ((span.trace, span.id), place)).collect();
    let cause = |place: usize| {
        let span = &spans[place];
        let caused = span.link.and_then(|link| places.get(&link)).copied().filter(|_| span.kind.serves())?;
        (spans[caused].kind.calls() && spans[caused].trace != span.trace).then_some(caused)
    };
    let causes: Vec<Option<usize>> = (0..spans.len()).map(cause).collect();
    let above = |place: usize| {
        let span = &spans[place];
        let parent = || span.parent.and_then(|parent| places.get(&(span.trace, parent))).copied();
        causes[place].or_else(parent)
    };
    let firsts = firsts(spans.len(), above);
    let moved = |(place, first): (usize, Option<usize>)| {
        let mut span = spans[place].clone();
        if let Some(first) = first {
            span.trace = spans[first].trace;
            span.parent = causes[place].map_or(span.parent, |cause| Some(spans[cause].id));
        }
        span
    };
    firsts.into_iter().enumerate().map(moved).collect()
}

/// Of each, the first of its line, by whoever is right above; `None` where that leads round in circles. O(n).
fn firsts(count: usize, above: impl Fn(usize) -> Option<usize>) -> Vec<Option<usize>> {
    let mut firsts: Vec<Option<usize>> = vec![None; count];
    let mut is_met = vec![false; count];
    for place in 0..count {
        let (mut at, mut line) = (place, Vec::new());
        let first = loop {
            if is_met[at] {
                break firsts[at];
            }
            is_met[at] = true;
            line.push(at);
            match above(at) {
                Some(next) => at = next,
                None => break Some(at),
            }
        };
        line.into_iter().for_each(|member| firsts[member] = first);
    }
    firsts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_their_first_and_circles_nowhere() {
        let above = [None, Some(0), Some(1), Some(4), Some(3), Some(3), Some(6), Some(2)];
        let told = firsts(above.len(), |place| above[place]);
        assert_eq!(told, [Some(0), Some(0), Some(0), None, None, None, None, Some(0)]);
    }
}
