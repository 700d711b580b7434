//! Files that are made from the core are as the core makes them now.

use std::fs;
use std::path::Path;

#[test]
fn what_is_made_from_the_core_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (path, expected) in benches::surface::files() {
        let found = fs::read_to_string(root.join(path)).unwrap_or_default();
        assert!(found == expected, "{path} is not up to date: cargo run -q -p benches --bin surface");
    }
}

#[test]
fn every_shape_has_a_type_in_each_language() {
    let shapes = benches::types::shapes();
    let (typescript, python) = (benches::types::typescript(&shapes), benches::types::python(&shapes));
    for name in ["Hit", "EntityRef", "Status", "Change", "Receipt", "Evidence", "Report", "PageDraft", "Kind"] {
        assert!(shapes.contains_key(name), "{name}");
        let declared = [format!("export interface {name} "), format!("export type {name} =")];
        assert!(declared.iter().any(|line| typescript.contains(line)), "{name} in TypeScript");
        let declared = [format!("class {name}("), format!("\n{name} =")];
        assert!(declared.iter().any(|line| python.contains(line)), "{name} in Python");
    }
    assert!(!typescript.contains("unknown[]") && !typescript.contains("$ref"), "everything has a type");
}
