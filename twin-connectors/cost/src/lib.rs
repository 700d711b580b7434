//! Connectors for cost.

pub mod focus;
