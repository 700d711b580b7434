//! Predicts what changes do to measured systems, and says how far off that is.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, now, print, run};
use benches::reality::{Judged, Predicted, cases, predict, summary};
use serde_json::json;
use twin_core::base::Context;

fn main() -> ExitCode {
    run("reality DIR", |arguments| match arguments {
        [folder] => {
            let all = predict(cases(Path::new(folder))?, &Context::new(now()));
            let (predicted, failed): (Vec<_>, Vec<_>) = all.into_iter().partition(|case| case.is_ok());
            for (case, error) in failed.into_iter().filter_map(Result::err) {
                print(json!({"case": case, "error": error.to_string()}))?;
            }
            let predicted: Vec<Predicted> = predicted.into_iter().filter_map(Result::ok).collect();
            predicted.iter().flat_map(Predicted::lines).try_for_each(print)?;
            // What was measured is looked at from here on only.
            let judged: Vec<Judged> = predicted.iter().filter_map(Predicted::judged).collect();
            judged.iter().map(Judged::line).try_for_each(print)?;
            if judged.is_empty() { Ok(()) } else { print(summary(&judged)?) }
        }
        _ => Err(misused("reality takes a folder")),
    })
}
