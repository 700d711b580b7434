//! Connectors for infrastructure as code.

pub mod compose;
pub mod terraform_hcl;
pub mod terraform_plan;
pub mod terraform_state;
