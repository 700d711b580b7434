//! Speed beside other graph libraries: `benches::graph` says what is measured, and how.

use std::process::ExitCode;

use benches::command::{print, run};
use benches::graph::memory::{INSTRUMENTED_SYSTEM, PeakMemAlloc};

#[global_allocator]
static COUNTED: &PeakMemAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    run(benches::graph::USAGE, |arguments| {
        benches::graph::run(arguments, &mut |line| print(line), &mut |left_out| eprintln!("{left_out}"))
    })
}
