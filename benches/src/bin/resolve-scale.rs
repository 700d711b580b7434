//! Resolves one large table, writes the cluster of each record, and prints what it cost.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use benches::command::{misused, now, print, run, unusable};
use benches::resolve::table;
use twin_core::base::Context;
use twin_core::identity::resolve::{Options, Resolution};

fn main() -> ExitCode {
    run("resolve-scale TABLE.csv OUT.csv", |arguments| {
        let [input, out] = arguments else { return Err(misused("resolve-scale takes a table and a file to write")) };
        let (input, out) = (Path::new(input), Path::new(out));
        let start = Instant::now();
        let records = table(input)?;
        let count = records.len();
        let resolution = Resolution::of(records, &Options::default(), &Context::new(now()))?;
        let file = std::fs::File::create(out).map_err(|error| unusable(out, error))?;
        let mut file = BufWriter::new(file);
        let mut write = |line: String| file.write_all(line.as_bytes()).map_err(|error| unusable(out, error));
        write("unique_id,cluster\n".to_owned())?;
        for thing in resolution.things() {
            thing.iter().try_for_each(|id| write(format!("{id},{}\n", thing[0])))?;
        }
        file.flush().map_err(|error| unusable(out, error))?;
        let (cpu_seconds, peak_rss_mb) = spent();
        let seconds = start.elapsed().as_secs_f64();
        print(serde_json::json!({
            "records": count, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_rss_mb": peak_rss_mb,
        }))
    })
}

/// The processor's seconds that this process used and the memory that it held at most, as Linux counts them; nothing elsewhere.
fn spent() -> (Option<f64>, Option<f64>) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    // Hundredths of a second: user time and system time are the 14th and 15th fields, the 12th and 13th after the name.
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok());
    let cpu = ticks(11).zip(ticks(12)).map(|(user, system)| (user + system) / 100.0);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    (cpu, kilobytes.map(|kilobytes| kilobytes / 1024.0))
}
