//! What hosts of other languages know of the core without asking it: files that are made from it.

use crate::types::{javascript_changes, python, python_changes, shapes, typescript, typescript_changes};

/// Each file that is made from the core, relative to the root, with what must stand in it.
pub fn files() -> Vec<(&'static str, String)> {
    let shapes = shapes();
    let surface = serde_json::to_string_pretty(&twin_core::surface()).unwrap_or_default() + "\n";
    vec![
        ("conformance/surface.json", surface),
        ("bindings-node/lib/answers.d.ts", typescript(&shapes)),
        ("bindings-node/lib/change.d.ts", typescript_changes(&shapes)),
        ("bindings-node/lib/change.js", javascript_changes(&shapes)),
        ("bindings-python/python/twin/answers.py", python(&shapes)),
        ("bindings-python/python/twin/change.py", python_changes(&shapes)),
    ]
}
