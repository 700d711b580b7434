//! Resolves the records of estates: writes the cluster of each, or says how near they come to labels.

use std::path::Path;
use std::process::ExitCode;

use benches::command::{misused, now, print, run};
use benches::resolve::{resolve, scores};
use benches::score::Score;
use twin_core::base::{Context, Result};
use twin_core::identity::resolve::Threshold;

fn main() -> ExitCode {
    run("resolve RECORDS.jsonl OUT.jsonl, or resolve --score RECORDS.jsonl LABELS.jsonl [THRESHOLD]", |arguments| {
        match arguments {
            [score, records, labels, threshold @ ..] if score == "--score" && threshold.len() < 2 => {
                let threshold = threshold.first().map_or(Ok(Threshold::default()), |name| name.parse())?;
                judge(Path::new(records), Path::new(labels), threshold)
            }
            [records, out] => {
                print(serde_json::json!(resolve(Path::new(records), Path::new(out), &Context::new(now()))?))
            }
            _ => Err(misused("resolve takes a file of records, and one to write or one of labels")),
        }
    })
}

/// A line for each estate, and one with the means and with all estates taken together.
fn judge(records: &Path, labels: &Path, threshold: Threshold) -> Result<()> {
    let scores = scores(records, labels, threshold, &Context::new(now()))?;
    for (estate, score) in &scores {
        print(serde_json::json!({"estate": estate, "figures": score.figures()}))?;
    }
    let all: Vec<Score> = scores.into_values().collect();
    let pooled = all.iter().copied().fold(Score::default(), Score::with);
    print(serde_json::json!({"means": Score::means(&all), "pooled": pooled.figures()}))
}
