//! Makes systems up, plays them before and after changes, and writes them into a folder for `reality`.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, run};
use benches::simulated::{Requests, write};

fn main() -> ExitCode {
    run("simulated DIR FIRST COUNT REQUESTS [others]", |arguments| {
        let number =
            |text: &String| text.parse::<u64>().map_err(|error| misused(format!("{text} is no number")).because(error));
        let [folder, first, count, requests, rest @ ..] = arguments else {
            return Err(misused("simulated takes a folder and three numbers"));
        };
        let (first, count, requests) = (number(first)?, number(count)?, number(requests)?);
        // Other requests show what chance does to what is measured.
        let is_others = rest.first().is_some_and(|word| word == "others");
        for system in first..first.saturating_add(count) {
            let before = Requests { seed: system, count: requests };
            let after = if is_others { Requests { seed: system ^ (1 << 40), ..before } } else { before };
            write(system, before, after, Path::new(folder))?;
        }
        Ok(())
    })
}
