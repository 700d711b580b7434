//! Where the data of third parties lies, if it is at hand.

use std::path::{Path, PathBuf};

/// A folder of it: in `TWIN_SHARED`, or in `shared` beside the project. Says aloud what is not run without it.
pub fn folder(name: &str) -> Option<PathBuf> {
    let named = std::env::var_os("TWIN_SHARED").map(PathBuf::from);
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("shared"));
    let found = named.into_iter().chain(above).map(|folder| folder.join(name)).find(|folder| folder.is_dir());
    if found.is_none() {
        println!("SKIPPED: shared/{name} is not there");
    }
    found
}
