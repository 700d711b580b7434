//! The engines: ours first, then the peers.

mod closure;
mod csr;
mod petgraph;
mod python;
mod size;
mod twin;

use crate::graph::data::Data;
use crate::graph::engine::Engine;
pub use python::Python;

/// How many engines run in this process.
pub const IN_PROCESS: usize = 4;

/// The engines that run in this process, with nothing loaded.
pub fn in_process() -> [Box<dyn Engine>; IN_PROCESS] {
    [
        Box::new(twin::Twin::default()),
        Box::new(size::Size),
        Box::new(petgraph::Petgraph::default()),
        Box::new(csr::Csr::default()),
    ]
}

/// The engines that run in Python, each in a process of its own. What cannot be started is told to `say` and left out.
pub fn in_python(data: &Data, say: &mut dyn FnMut(String)) -> Vec<Box<dyn Engine>> {
    let mut started: Vec<Box<dyn Engine>> = Vec::new();
    for name in ["rustworkx", "igraph", "ladybug"] {
        match Python::start(name, data) {
            Ok(python) => started.push(Box::new(python)),
            Err(why) => say(format!("{name} is left out: {why}")),
        }
    }
    started
}
