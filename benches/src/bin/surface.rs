//! Writes the table of the hosts' surface, and the types that hosts of other languages have of the core's JSON. A test holds the files to it.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    for (path, text) in benches::surface::files() {
        if let Err(error) = fs::write(root.join(path), text) {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
        println!("{path}");
    }
    ExitCode::SUCCESS
}
