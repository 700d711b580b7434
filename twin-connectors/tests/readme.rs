//! The README's integration matrix is what the program prints.

use std::path::Path;

#[test]
fn the_readme_holds_the_matrix_that_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(path).expect("the README can be read");
    let (_, after) = readme.split_once("<!-- matrix:begin -->\n").expect("the mark where the matrix begins");
    let (table, _) = after.split_once("<!-- matrix:end -->").expect("the mark where the matrix ends");
    assert_eq!(table, twin_connectors::capability_matrix(), "run `cargo run -q -p twin-connectors --example matrix`");
}
