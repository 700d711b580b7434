//! Writes estates made by rule, with the truth: `records.jsonl` and `labels.jsonl`, as `resolve` reads them.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, print, run};
use benches::estates::write;

fn main() -> ExitCode {
    run("estates parts|products FIRST_SEED COUNT FOLDER", |arguments| {
        let [sort, seed, count, folder] = arguments else {
            return Err(misused("estates takes a sort, a seed, how many, and a folder"));
        };
        let number = |text: &str| text.parse::<u32>().map_err(|_| misused(format!("{text} is no number")));
        let records = write(sort.parse()?, number(seed)?, number(count)?, Path::new(folder))?;
        print(serde_json::json!({"records": records}))
    })
}
