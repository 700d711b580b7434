//! `simulated`: systems that are made up and played, before and after changes, in the shape that `reality` reads.
//!
//! Measured systems are few and noisy. Of made-up ones there are as many as are asked for, and what a change does to the very same requests is known.

mod play;
mod steady;
mod system;
mod written;

pub use play::{Kind, Requests, Span, play};
pub use steady::steady;
pub use system::{Call, Operation, Service, Step, System};
pub use written::{changes, write};
