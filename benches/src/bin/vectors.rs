//! Runs files of cases through the analyses: per family how many pass, then the total.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, print, run};
use benches::vectors;

fn main() -> ExitCode {
    run("vectors DIR [FAMILY]", |arguments| {
        let (root, only) = match arguments {
            [root] => (root, None),
            [root, family] => (root, Some(family.as_str())),
            _ => return Err(misused("vectors takes a folder and at most one family")),
        };
        let tallies = vectors::run(Path::new(root), only)?;
        tallies.iter().try_for_each(print)?;
        print(vectors::total(&tallies))
    })
}
