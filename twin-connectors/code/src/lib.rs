//! Connectors for what lies in code repositories.

pub mod cargo;
pub mod codeowners;
pub mod config;
pub mod dockerfile;
pub mod git;
pub mod go;
pub mod gradle;
pub mod maven;
pub mod npm;
mod packages;
pub mod python;

#[cfg(test)]
mod packages_tests;
