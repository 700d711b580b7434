//! Connectors for delivery systems: what builds and releases, from what, with what.
//!
//! Only structure leaves. Of scripts nothing is read but the images that `docker build` makes; variables, secrets, and the values that steps are
//! given are not read at all, but for those of the actions that build images.

mod builds;
mod file;
pub mod github_actions;
pub mod gitlab_ci;
mod needs;
mod paths;
mod shell;
