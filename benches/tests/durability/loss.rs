//! Power is lost, writers are killed. In four parts each, so that they run beside one another.

use benches::durability::kill::kills;
use benches::durability::power_loss::power_loss;

use crate::{hold, program};

fn power_is_lost(part: u64) {
    let losses = power_loss(5_000, 100 * part).unwrap();
    hold(&losses.violations);
    assert!(losses.images >= 5_000 && losses.distinct > 2_000, "{losses:?}");
    assert!(losses.copies > 1_000, "{losses:?}");
    assert!(losses.ahead > 0 && losses.unborn > 0 && losses.of_recoveries > 0 && losses.exhausted > 0, "{losses:?}");
}

#[test]
fn no_loss_of_power_loses_or_tears_anything() {
    power_is_lost(1);
}

#[test]
fn no_loss_of_power_loses_or_tears_anything_of_a_second_workload() {
    power_is_lost(2);
}

#[test]
fn no_loss_of_power_loses_or_tears_anything_of_a_third_workload() {
    power_is_lost(3);
}

#[test]
fn no_loss_of_power_loses_or_tears_anything_of_a_fourth_workload() {
    power_is_lost(4);
}

fn writers_are_killed(part: u64) {
    let kills = kills(program(), 52, 100 * part).unwrap();
    hold(&kills.violations);
    assert!(kills.runs >= 52 && kills.acknowledged > 0, "{kills:?}");
}

#[test]
fn no_killed_writer_loses_or_tears_anything() {
    writers_are_killed(1);
}

#[test]
fn no_killed_writer_loses_or_tears_anything_of_a_second_workload() {
    writers_are_killed(2);
}

#[test]
fn no_killed_writer_loses_or_tears_anything_of_a_third_workload() {
    writers_are_killed(3);
}

#[test]
fn no_killed_writer_loses_or_tears_anything_of_a_fourth_workload() {
    writers_are_killed(4);
}
