//! Predicts what changes do to measured systems, and says how far off that is.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, now, print, run};
use benches::reality::{Judged, Predicted, cases, predict, summary};
use twin_core::base::Context;

fn main() -> ExitCode {
    run("reality DIR", |arguments| match arguments {
        [folder] => {
            let predicted = predict(cases(Path::new(folder))?, &Context::new(now()))?;
            predicted.iter().flat_map(Predicted::lines).try_for_each(print)?;
            // What was measured is looked at from here on only.
            let judged: Vec<Judged> = predicted.iter().filter_map(Predicted::judged).collect();
            judged.iter().map(Judged::line).try_for_each(print)?;
            if judged.is_empty() { Ok(()) } else { print(summary(&judged)?) }
        }
        _ => Err(misused("reality takes a folder")),
    })
}
