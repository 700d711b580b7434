//! Answers in short: how many rows, and a checksum by which engines are compared. `benches/peers/peer.py` computes the same.

use std::fmt;

use flate2::Crc;

use crate::graph::data::TeamCalls;

/// What is left of an answer: equal answers are equal, and others hardly ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    rows: u64,
    checksum: u32,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:08x}", self.rows, self.checksum)
    }
}

impl Answer {
    /// Reads what [`Answer`] prints.
    pub fn parse(text: &str) -> Option<Answer> {
        let (rows, checksum) = text.split_once(':')?;
        Some(Answer { rows: rows.parse().ok()?, checksum: u32::from_str_radix(checksum, 16).ok()? })
    }

    /// A plain count.
    pub fn count(rows: u64) -> Answer {
        Answer::numbers([rows])
    }

    /// Numbers, in their order.
    pub fn numbers(numbers: impl IntoIterator<Item = u64>) -> Answer {
        let mut crc = Crc::new();
        let mut rows = 0;
        for number in numbers {
            crc.update(&number.to_le_bytes());
            rows += 1;
        }
        Answer { rows, checksum: crc.sum() }
    }

    /// A number for each node, in the order of the nodes.
    pub fn each(numbers: &[u32]) -> Answer {
        Answer::numbers(numbers.iter().map(|number| u64::from(*number)))
    }

    /// A partition of the nodes by labels of any sort: each node gets the least node that shares its label. O(nodes).
    pub fn partition(labels: &[u32]) -> Answer {
        Answer::numbers(canonical(labels))
    }

    /// Cut points and bridges, in any order.
    pub fn cuts(points: Vec<u32>, bridges: impl IntoIterator<Item = (u32, u32)>) -> Answer {
        let points = Set::of(points);
        let mut bridges: Vec<u64> =
            bridges.into_iter().map(|(a, b)| u64::from(a.min(b)) << 32 | u64::from(a.max(b))).collect();
        bridges.sort_unstable();
        let rows = points.size + bridges.len() as u64;
        Answer { rows, ..Answer::numbers([points.size, points.sum].into_iter().chain(bridges)) }
    }

    /// One set of numbers, in any order.
    pub fn set(numbers: impl IntoIterator<Item = u32>) -> Answer {
        let set = Set::of(numbers);
        Answer { rows: set.size, ..Answer::numbers([set.size, set.sum]) }
    }

    /// Several answers that are sets, in their order.
    pub fn all(found: &[Vec<u32>]) -> Answer {
        let sets: Vec<Set> = found.iter().map(|set| Set::of(set.iter().copied())).collect();
        Answer::sets(&sets)
    }

    /// Rows of W5, in their order.
    pub fn teams(rows: &[TeamCalls]) -> Answer {
        let numbers = rows.iter().flat_map(|(calls, team, cost)| [*calls, u64::from(*team), *cost as u64]);
        Answer { rows: rows.len() as u64, ..Answer::numbers(numbers) }
    }

    /// Several sets, in their order.
    pub fn sets(sets: &[Set]) -> Answer {
        let rows = sets.iter().map(|set| set.size).sum();
        Answer { rows, ..Answer::numbers(sets.iter().flat_map(|set| [set.size, set.sum])) }
    }
}

/// A set of numbers in short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Set {
    size: u64,
    sum: u64,
}

impl Set {
    /// The numbers may come in any order.
    pub fn of(numbers: impl IntoIterator<Item = u32>) -> Set {
        let mut set = Set::default();
        for number in numbers {
            set.size += 1;
            set.sum = set.sum.wrapping_add(mixed(u64::from(number)));
        }
        set
    }
}

/// The last steps of SplitMix64 (Steele, Lea, Flood 2014), so that a sum tells sets apart.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn canonical(labels: &[u32]) -> Vec<u64> {
    let mut least = vec![u32::MAX; labels.iter().max().map_or(0, |label| *label as usize + 1)];
    for (node, label) in labels.iter().enumerate().rev() {
        least[*label as usize] = node as u32;
    }
    labels.iter().map(|label| u64::from(least[*label as usize])).collect()
}

#[test]
fn answers_that_differ_are_told_apart() {
    assert_eq!(Answer::set([1, 2, 3]), Answer::set([3, 1, 2]));
    assert_ne!(Answer::set([1, 4]), Answer::set([2, 3]));
    assert_ne!(Answer::numbers([1, 2]), Answer::numbers([2, 1]));
    assert_ne!(Answer::sets(&[Set::of([1]), Set::of([])]), Answer::sets(&[Set::of([]), Set::of([1])]));
    assert_eq!(canonical(&[2, 0, 2, 1]), [0, 1, 0, 3]);
    assert_eq!(Answer::numbers([1, 2]).to_string(), "2:00f6ddb9");
}
