//! Connectors for what lies in code repositories.

pub mod codeowners;
pub mod config;
pub mod dockerfile;
pub mod git;
