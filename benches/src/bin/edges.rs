//! Writes the service edges that are found in a folder as lines, and prints how many.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, now, print, run, unusable};
use benches::edges::{edges, table};

fn main() -> ExitCode {
    run("edges ESTATE_DIR OUT.tsv", |arguments| {
        let [root, out] = arguments else { return Err(misused("edges takes a folder and a file to write")) };
        let (found, counts) = edges(Path::new(root), now())?;
        std::fs::write(out, table(&found)).map_err(|error| unusable(Path::new(out), error))?;
        print(serde_json::json!(counts))
    })
}
