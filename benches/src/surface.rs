//! What hosts of other languages know of the core without asking it: files that are made from it.

use crate::types::{python, shapes, typescript};

/// Each file that is made from the core, relative to the root, with what must stand in it.
pub fn files() -> Vec<(&'static str, String)> {
    let shapes = shapes();
    let surface = serde_json::to_string_pretty(&twin_core::surface()).unwrap_or_default() + "\n";
    vec![
        ("conformance/surface.json", surface),
        ("bindings-node/lib/answers.d.ts", typescript(&shapes)),
        ("bindings-python/python/twin/answers.py", python(&shapes)),
    ]
}
