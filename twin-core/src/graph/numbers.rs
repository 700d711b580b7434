//! Numbers that stay: what was known keeps its number, what is new gets one in between, so that the order of numbers is always the order of the rows.

/// One in so many numbers is left free where all are given anew.
const FREE: usize = 8;
/// How many numbers may be given anew to make room for one that is new.
const WINDOW: usize = 512;

/// The number of each row, in order; and how many numbers there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub of: Vec<u32>,
    pub bound: usize,
}

impl Numbers {
    /// Numbers for rows of which some had one below `bound`: most of those keep theirs. O(rows · log rows).
    pub fn after(known: &[Option<u32>], bound: usize) -> Self {
        let kept = increasing(known);
        match squeezed(&kept, bound) {
            Some(numbers) => numbers,
            None => Numbers::spread(known.len()),
        }
    }

    fn spread(rows: usize) -> Self {
        let number = |row: usize| (row + row / FREE) as u32;
        let of: Vec<u32> = (0..rows).map(number).collect();
        Numbers { bound: of.last().map_or(0, |last| *last as usize + 1), of }
    }

    /// The row of each number.
    pub fn rows(&self) -> Vec<Option<u32>> {
        let mut rows = vec![None; self.bound];
        for (row, number) in (0_u32..).zip(&self.of) {
            rows[*number as usize] = Some(row);
        }
        rows
    }
}

/// The most numbers that can stay in the order in which they stand; the others are let go. Patience sorting.
fn increasing(known: &[Option<u32>]) -> Vec<Option<u32>> {
    let mut ends: Vec<(u32, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; known.len()];
    for (row, number) in known.iter().enumerate() {
        let Some(number) = *number else { continue };
        let pile = ends.partition_point(|(end, _)| *end < number);
        before[row] = pile.checked_sub(1).map(|below| ends[below].1);
        match ends.get_mut(pile) {
            Some(end) => *end = (number, row),
            None => ends.push((number, row)),
        }
    }
    let mut kept = vec![None; known.len()];
    let mut at = ends.last().map(|(_, row)| *row);
    while let Some(row) = at {
        kept[row] = known[row];
        at = before[row];
    }
    kept
}

/// Gives what is new a number between its neighbours, moving these where there is no room. `None` if many would have to move.
fn squeezed(kept: &[Option<u32>], bound: usize) -> Option<Numbers> {
    let mut of = Vec::with_capacity(kept.len());
    let mut row = 0;
    while row < kept.len() {
        if let Some(number) = kept[row] {
            of.push(number);
            row += 1;
            continue;
        }
        let least = of.last().map_or(0, |last: &u32| *last as usize + 1);
        let (until, beyond) = window(kept, row, least)?;
        let room = beyond.map_or(until - row, |beyond| beyond - least);
        of.extend((0..until - row).map(|place| (least + place * room / (until - row)) as u32));
        row = until;
    }
    let last = of.last().map_or(0, |last| *last as usize + 1);
    Some(Numbers { of, bound: bound.max(last) })
}

/// The rows from `row` on that fit between `least` and the number of the row after them; no such number at the end.
fn window(kept: &[Option<u32>], row: usize, least: usize) -> Option<(usize, Option<usize>)> {
    let mut new = 0;
    for until in row..=kept.len() {
        match kept.get(until) {
            None => return Some((until, None)),
            Some(None) => new += 1,
            Some(Some(beyond)) if *beyond as usize - least >= until - row => {
                return Some((until, Some(*beyond as usize)));
            }
            Some(Some(_)) if until - row > new + WINDOW => return None,
            Some(Some(_)) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_known_stays_and_what_is_new_fits_between() {
        type Case<'a> = (&'a [Option<u32>], usize, &'a [u32]);
        let cases: [Case<'_>; 6] = [
            (&[], 0, &[]),
            (&[None, None], 0, &[0, 1]),
            (&[Some(0), Some(1), None], 2, &[0, 1, 2]),
            (&[Some(0), None, Some(2)], 3, &[0, 1, 2]),
            (&[Some(4), Some(1), Some(9)], 10, &[0, 1, 9]),
            (&[Some(0), None, Some(1), Some(5)], 6, &[0, 1, 3, 5]),
        ];
        for (known, bound, expected) in cases {
            assert_eq!(Numbers::after(known, bound).of, expected, "{known:?}");
        }
    }

    #[test]
    fn one_that_is_new_moves_few_once_there_is_room() {
        let mut numbers = Numbers::spread(10_000);
        for place in 0..200 {
            let mut known: Vec<Option<u32>> = numbers.of.iter().copied().map(Some).collect();
            let at = place * 7919 % known.len();
            known.insert(at, None);
            let after = Numbers::after(&known, numbers.bound);
            let moved =
                known.iter().zip(&after.of).filter(|(known, number)| known.is_some_and(|known| known != **number));
            let moved = moved.count();
            assert!(moved <= 8 * FREE, "{moved} at {place}");
            numbers = after;
        }
    }

    proptest! {
        #[test]
        fn numbers_are_in_the_order_of_rows(known in vec(proptest::option::weighted(0.8, 0..400_u32), 0..200)) {
            let mut seen = std::collections::BTreeSet::new();
            let known: Vec<Option<u32>> = known.into_iter().map(|number| number.filter(|number| seen.insert(*number))).collect();
            let numbers = Numbers::after(&known, 400);
            prop_assert!(numbers.of.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert_eq!(numbers.of.len(), known.len());
            prop_assert!(numbers.of.iter().all(|number| (*number as usize) < numbers.bound));
            let rows = numbers.rows();
            prop_assert!((0_u32..).zip(&numbers.of).all(|(row, number)| rows[*number as usize] == Some(row)));
        }
    }
}
