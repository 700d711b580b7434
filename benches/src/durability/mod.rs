//! Proof of durability: disks that lose power or fail, processes that are killed, files that are damaged, and a twin in memory that knows what must be left.
//!
//! Nothing here knows what is in a store's file: it works on what a store asks of its disk, and on what a twin answers. All of it follows from a seed, but for
//! where a kill lands.

pub mod damage;
pub mod disk;
pub mod faults;
pub mod files;
pub mod held;
pub mod image;
pub mod kill;
pub mod model;
pub mod other;
pub mod power_loss;
pub mod threads;
pub mod workload;

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use serde::Serialize;

/// How many violations are told one by one.
const TOLD: usize = 20;

/// What went against the promise: how often, and the first few in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Violations {
    /// How many there are.
    pub count: u64,
    /// The first twenty.
    pub told: Vec<String>,
}

impl Violations {
    /// Adds one.
    pub fn add(&mut self, what: String) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(what);
        }
    }
}

/// Numbers that are the same each time (SplitMix64).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Numbers(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// The next number, less than `bound`; 0 if there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.draw() % (bound.max(1) as u64)).unwrap_or(0)
    }

    /// Whether something that happens once in `times` happens now.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

thread_local! {
    /// Whether this thread's panics are awaited, and so not printed.
    static AWAITED: Cell<bool> = const { Cell::new(false) };
}

/// Does some work; a panic that escapes from it becomes a violation, and none is printed, also of those that a store catches itself.
///
/// # Errors
/// What the work says, or what it panicked with.
pub fn without_panic<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |panic| {
            if !AWAITED.get() {
                loud(panic)
            }
        }));
    });
    let before = AWAITED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    AWAITED.set(before);
    done.unwrap_or_else(|panic| Err(format!("a panic escaped: {}", message(panic.as_ref()))))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_violation_with_its_words() {
        assert_eq!(without_panic(|| Ok(1)), Ok(1));
        assert_eq!(without_panic::<()>(|| panic!("{} too few", 2)), Err("a panic escaped: 2 too few".to_owned()));
    }

    #[test]
    fn numbers_are_the_same_each_time_and_below_their_bound() {
        let drawn =
            |seed| (0..50_u64).map(|bound| Numbers::new(seed + bound).below(bound as usize)).collect::<Vec<_>>();
        assert_eq!(drawn(3), drawn(3));
        assert_ne!(drawn(3), drawn(4));
        assert!(drawn(3).iter().enumerate().all(|(bound, number)| *number < bound.max(1)));
    }
}
