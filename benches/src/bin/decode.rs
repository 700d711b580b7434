//! Decodes every file of a folder by the decoder of one sort: a JSON line for each file, then how many add up.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, now, print, run, unusable};
use benches::decode::{decode_file, files, sort_of};

fn main() -> ExitCode {
    run("decode SOURCE DIR", |arguments| {
        let [source, root] = arguments else { return Err(misused("decode takes a sort of source and a folder")) };
        let (sort, root) = (sort_of(source)?, Path::new(root));
        let (mut passed, mut failed) = (0, 0);
        for file in files(root)? {
            let path = root.join(&file);
            let bytes = std::fs::read(&path).map_err(|error| unusable(&path, error))?;
            let report = decode_file(&sort, &file, &bytes, now())?;
            print(serde_json::json!(report))?;
            *(if report.holds() { &mut passed } else { &mut failed }) += 1;
        }
        print(format_args!("{passed} passed, {failed} failed"))
    })
}
