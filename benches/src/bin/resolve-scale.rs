//! Resolves one large table, writes the cluster of each record, and prints what it cost.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use benches::command::{misused, now, print, run, unusable};
use benches::resolve::table;
use benches::usage::{cpu_seconds, peak_mb};
use twin_core::base::Context;
use twin_core::identity::resolve::{Options, Resolver};

fn main() -> ExitCode {
    run("resolve-scale TABLE.csv OUT.csv", |arguments| {
        let [input, out] = arguments else { return Err(misused("resolve-scale takes a table and a file to write")) };
        let (input, out) = (Path::new(input), Path::new(out));
        let start = Instant::now();
        let mut resolver = Resolver::default();
        let count = table(input, &mut resolver)?;
        let resolution = resolver.resolve(&Options::default(), &Context::new(now()))?;
        let file = std::fs::File::create(out).map_err(|error| unusable(out, error))?;
        let mut file = BufWriter::new(file);
        let mut write = |line: String| file.write_all(line.as_bytes()).map_err(|error| unusable(out, error));
        write("unique_id,cluster\n".to_owned())?;
        for thing in resolution.things() {
            thing.iter().try_for_each(|id| write(format!("{id},{}\n", thing[0])))?;
        }
        file.flush().map_err(|error| unusable(out, error))?;
        let seconds = start.elapsed().as_secs_f64();
        print(serde_json::json!({
            "records": count, "seconds": seconds, "cpu_seconds": cpu_seconds(), "peak_rss_mb": peak_mb(),
        }))
    })
}
