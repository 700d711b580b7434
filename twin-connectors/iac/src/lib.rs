//! Connectors for infrastructure as code.

pub mod terraform_state;
