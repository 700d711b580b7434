//! Ranks the suspects of labelled incidents: a line of JSON for each, then how often the cause was first or among the first three, beside trivial rankings.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, print, run};
use benches::petshop;

fn main() -> ExitCode {
    run("petshop DIR", |arguments| match arguments {
        [folder] => print(petshop::run(Path::new(folder), print)?),
        _ => Err(misused("petshop takes a folder")),
    })
}
