//! Where the data of third parties lies, if it is at hand. Every test that reads such data finds it here.

use std::io::Write;
use std::path::{Path, PathBuf};

/// A folder of it: in `TWIN_SHARED`, or in `shared` beside the project or above it. Says aloud what is not run without it: standard error is
/// written to directly, because what a passing test prints is not shown.
pub fn folder(below: &str) -> Option<PathBuf> {
    let named = std::env::var_os("TWIN_SHARED").map(PathBuf::from);
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("shared"));
    let found = named.into_iter().chain(above).map(|folder| folder.join(below)).find(|folder| folder.is_dir());
    if found.is_none() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: shared/{below} is not there");
    }
    found
}
