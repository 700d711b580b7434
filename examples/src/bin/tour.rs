//! Shows a live twin: of the example estate, or of the folder that is named. Prints the answers and writes a page with the map.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use examples::clock;
use examples::tour::{Tour, of_example, of_folder};
use twin_core::base::{Error, ErrorKind, Result};

/// Where the page goes, relative to where the tour is run.
const PAGE: &str = "out/tour.html";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<String>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tour: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let now = clock()?;
    let tour = match arguments {
        [] => of_example(now)?,
        [folder] => of_folder(Path::new(folder), now)?,
        _ => return Err(Error::new(ErrorKind::Invalid, "usage: tour [FOLDER]")),
    };
    write_page(&tour)?;
    print(&format!("{}\nThe map, and all of this as tables: {PAGE}\n", tour.text));
    Ok(())
}

fn write_page(tour: &Tour) -> Result<()> {
    let folder = Path::new(PAGE).parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| fs::write(PAGE, &tour.page));
    written.map_err(|cause| Error::new(ErrorKind::Io, format!("{PAGE} cannot be written")).because(cause))
}

/// A reader who has seen enough and closes the pipe is no error.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
