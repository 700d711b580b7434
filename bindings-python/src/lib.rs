//! Twin for Python. Unwraps arguments, leaves the interpreter's lock, calls the core, wraps what comes back.
//!
//! Invariant: there is no logic here. Whatever a user reads as data is JSON that the core wrote, and Python only parses it.

mod answer;
mod columns;
mod errors;
mod frame;
mod moments;
mod plain;
mod resolve;
mod scenario;
mod snapshot;
mod source;
mod twin;
mod work;

use pyo3::prelude::*;

/// The compiled part of `twin`.
#[pymodule]
mod _twin {
    #[pymodule_export]
    use crate::answer::{Answer, Pages, solve, thaw, trade_off};
    #[pymodule_export]
    use crate::resolve::{Resolution, Table, resolve};
    #[pymodule_export]
    use crate::scenario::Scenario;
    #[pymodule_export]
    use crate::snapshot::Snapshot;
    #[pymodule_export]
    use crate::source::SourceContext;
    #[pymodule_export]
    use crate::twin::{Twin, in_memory, live_handles, open};
}
