//! What every program here does with its arguments, its clock and its errors.

use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use twin_core::base::{Error, ErrorKind, Result, Timestamp};

/// Runs a program: its lines go to standard output, an error to standard error. Exit code 0 means that it ran to the end.
pub fn run(usage: &str, program: impl FnOnce(&[String]) -> Result<()>) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match program(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\nusage: {usage}");
            ExitCode::from(2)
        }
    }
}

/// Prints a line. Unlike `println!` it does not panic where nobody listens any more.
///
/// # Errors
/// `Io` then.
pub fn print(line: impl Display) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| unusable(Path::new("standard output"), error))
}

/// The error of a program that was called wrongly.
pub fn misused(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invalid, what)
}

/// The error of a file that cannot be read or written.
pub fn unusable(path: &Path, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Io, format!("{} cannot be used", path.display())).because(why)
}

/// The host's clock. The core never reads it.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).ok().and_then(Timestamp::from_micros).unwrap_or(Timestamp::MIN)
}
