//! Resolves one large table, writes the cluster of each record, and prints what it cost; and, if asked, what it costs to update it again and again.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use benches::command::{misused, now, print, run, unusable};
use benches::resolve::{table, updates};
use benches::usage::{cpu_seconds, peak_mb};
use twin_core::base::{Context, Result};
use twin_core::identity::resolve::{Options, Resolution, Resolver};

fn main() -> ExitCode {
    run("resolve-scale TABLE.csv OUT.csv [UPDATES]", |arguments| {
        let (input, out, asked) = match arguments {
            [input, out] => (Path::new(input), Path::new(out), 0),
            [input, out, asked] => (Path::new(input), Path::new(out), number(asked)?),
            _ => {
                return Err(misused(
                    "resolve-scale takes a table, a file to write, and how many updates to make, if any",
                ));
            }
        };
        let start = Instant::now();
        let context = Context::new(now());
        let mut resolver = Resolver::default();
        let count = table(input, |row| resolver.add(row))?;
        let mut resolution = resolver.resolve(&Options::default(), &context)?;
        write(&resolution, out)?;
        let seconds = start.elapsed().as_secs_f64();
        let mut cost = serde_json::json!({
            "records": count, "seconds": seconds, "cpu_seconds": cpu_seconds(), "peak_rss_mb": peak_mb(),
        });
        if asked > 0 {
            cost["updates"] = serde_json::json!(updates(input, &mut resolution, asked, &context)?);
            cost["peak_rss_mb_after_updates"] = serde_json::json!(peak_mb());
        }
        print(cost)
    })
}

fn number(text: &str) -> Result<usize> {
    text.parse().map_err(|_| misused(format!("{text} is no number of updates")))
}

/// Writes a line for each record: its id, and the least id of its cluster.
fn write(resolution: &Resolution, out: &Path) -> Result<()> {
    let file = std::fs::File::create(out).map_err(|error| unusable(out, error))?;
    let mut file = BufWriter::new(file);
    let mut write = |line: String| file.write_all(line.as_bytes()).map_err(|error| unusable(out, error));
    write("unique_id,cluster\n".to_owned())?;
    for thing in resolution.things() {
        thing.iter().try_for_each(|id| write(format!("{id},{}\n", thing[0])))?;
    }
    file.flush().map_err(|error| unusable(out, error))
}
