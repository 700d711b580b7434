//! The same answers on any number of threads, and of a snapshot however much is written after it.

use std::path::Path;
use std::process::Command;

use benches::durability::held::held;

use crate::{hold, program};

fn answers(threads: &str) -> String {
    let estate = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/estate");
    let mut command = Command::new(program());
    let output = command.arg("answers").arg(estate).env("RAYON_NUM_THREADS", threads).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn one_two_and_eight_threads_tell_the_same_to_the_letter() {
    let alone = answers("1");
    let about = |world: &str| alone.lines().filter(|line| line.split(' ').next() == Some(world)).count();
    let counted = ["head", "as-of", "overlay", "large"].map(about);
    assert!(counted[0] > 500 && counted[1] > 100 && counted[2] > 500 && counted[3] == 1, "{counted:?}");
    for threads in ["2", "8"] {
        let together = answers(threads);
        let differing = alone.lines().zip(together.lines()).find(|(a, b)| a != b);
        assert!(alone == together, "on {threads} threads: {differing:?}");
    }
}

#[test]
fn a_held_snapshot_answers_to_the_letter_what_it_answered() {
    let held = held(5_000, 100).unwrap();
    hold(&held.violations);
    assert!(held.writes >= 5_000 && held.moved, "{held:?}");
}
