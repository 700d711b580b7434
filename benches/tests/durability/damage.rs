//! Bits flip in closed files; disks are full or broken.

use benches::durability::damage::damages;
use benches::durability::faults::faults;

use crate::hold;

fn bits_flip(part: u64) {
    let damages = damages(2_500, 100 * part).unwrap();
    hold(&damages.violations);
    assert_eq!((damages.flips, damages.runs, damages.cuts), (2_500, 250, 250));
    assert!(damages.refused > 500 && damages.right > 500 && damages.written > 500, "{damages:?}");
}

#[test]
fn no_flipped_bit_changes_an_answer() {
    bits_flip(1);
}

#[test]
fn no_flipped_bit_changes_an_answer_of_a_second_store() {
    bits_flip(2);
}

#[test]
fn no_flipped_bit_changes_an_answer_of_a_third_store() {
    bits_flip(3);
}

#[test]
fn no_flipped_bit_changes_an_answer_of_a_fourth_store() {
    bits_flip(4);
}

#[test]
fn a_disk_that_fails_is_told_and_leaves_memory_and_store_whole() {
    let faults = faults(4, 1).unwrap();
    hold(&faults.violations);
    assert!(faults.disks > 200 && faults.inside > 100, "{faults:?}");
    assert!(faults.unborn > 0 && faults.closing > 0 && faults.ahead > 0 && faults.upkeep > 10, "{faults:?}");
}
