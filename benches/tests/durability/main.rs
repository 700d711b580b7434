//! What a store acknowledged is there, whatever happens to power, processes, disks and files: the amounts that are proven at every commit. `docs/durability.md` has those
//! that are proven by hand.

mod access;
mod answers;
mod damage;
mod loss;

use std::path::Path;

use benches::durability::Violations;

/// The program that writes, reads along, and is killed.
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_durability"))
}

fn hold(violations: &Violations) {
    assert!(violations.count == 0, "{} violations:\n  {}", violations.count, violations.told.join("\n  "));
}
