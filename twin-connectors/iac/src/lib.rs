//! Connectors for infrastructure as code.

pub mod compose;
