//! Ranks the suspects of incidents that are made up: for each sort of fault how often the cause was first or among the first three, beside trivial rankings.

use std::process::ExitCode;

use benches::command::{misused, print, run};
use benches::incidents::{Fault, Hits, Table, calm, make, ranked};
use twin_core::analysis::Metric;
use twin_core::base::Result;

fn main() -> ExitCode {
    run("incidents [COUNT [FIRST]]", |arguments| {
        let number = |at: usize, default: u64| match arguments.get(at) {
            Some(text) => text.parse().map_err(|error| misused(format!("{text} is no number")).because(error)),
            None => Ok(default),
        };
        let (count, first): (u64, u64) = (number(0, 200)?, number(1, 0)?);
        let (mut all, mut told, mut begun) = (Table::default(), Hits::default(), Table::default());
        for fault in Fault::ALL {
            let mut table = Table::default();
            let numbered = (first..first.saturating_add(count)).filter_map(|seed| Some((seed, make(seed, fault)?)));
            for (seed, made) in numbered {
                let ours = ranked(&made.incident)?;
                table.count(&made.incident, &ours, &made.cause)?;
                all.count(&made.incident, &ours, &made.cause)?;
                told.count(&ranked(&made.told_changes(seed))?, &made.cause);
                let incident = made.from_its_beginning();
                begun.count(&incident, &ranked(&incident)?, &made.cause)?;
            }
            print(format!("{fault:?}\n{table}"))?;
        }
        print(format!("all\n{all}\n{}", told.line("twin, told what was changed")))?;
        print(format!("all, looked at from the alarm on\n{begun}"))?;
        let calm = (first..first.saturating_add(count)).map(|seed| {
            let symptom = if seed % 2 == 0 { Metric::Latency } else { Metric::Availability };
            Ok(ranked(&calm(seed, symptom))?.is_empty())
        });
        let abstained = calm.collect::<Result<Vec<bool>>>()?.into_iter().filter(|abstained| *abstained).count();
        print(format!("without a fault: abstained in {abstained} of {count}"))
    })
}
