//! Connectors for what people wrote down.

pub mod decisions;
