//! Resolves the records of estates and writes the cluster of each.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, now, print, run};
use benches::resolve::resolve;
use twin_core::base::Context;

fn main() -> ExitCode {
    run("resolve RECORDS.jsonl OUT.jsonl", |arguments| {
        let [records, out] = arguments else { return Err(misused("resolve takes a file of records and one to write")) };
        let counts = resolve(Path::new(records), Path::new(out), &Context::new(now()))?;
        print(serde_json::json!(counts))
    })
}
