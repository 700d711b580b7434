//! Scans a folder and prints what was read and what was not: `cargo run -p twin-connectors --example scan -- PATH`.

use twin_connectors::{ScanOptions, scan};

fn main() -> twin_core::base::Result<()> {
    let root = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    print!("{}", scan(root, &ScanOptions::default())?.report);
    Ok(())
}
