//! Ranks the suspects of labelled incidents: a line of JSON for each, then how often the cause was first or among the first three, beside trivial rankings, and how often it
//! would be if the weights of blame had been chosen without the incidents of its cause.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, print, run};
use benches::incidents::leave_one_cause_out;
use benches::petshop;

fn main() -> ExitCode {
    run("petshop DIR", |arguments| match arguments {
        [folder] => {
            let (table, labelled) = petshop::run(Path::new(folder), print)?;
            print(table)?;
            let held_out = leave_one_cause_out(&labelled)?;
            print(held_out.hits.line("twin, weights chosen without the incidents of the cause"))
        }
        _ => Err(misused("petshop takes a folder")),
    })
}
