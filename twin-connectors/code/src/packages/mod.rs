//! What the decoders of package managers share: files with lines, package URLs, and the records that manifests and lock files become.
//!
//! A manifest of the project's own is one `Package`, and a `Component` that stands for nothing in the file. What it depends on is a relation from
//! package to package, by package URL; packages from outside are records that stand for nothing. An entry of a lock file is a `Package`. A record's key
//! is the package's name within its ecosystem, so that a manifest, the lock files that list it and whoever depends on it speak of one thing.
//!
//! * A package without a name is called after its folder, answers to no package URL, and nothing can depend on it.
//! * Beneath a folder of vendored code a manifest is a package, but no component of the project.
//! * Beneath a folder of test data it is a package that nobody can mean: it answers to no package URL, and is no component.
//! * Versions and ranges are kept as written. Of an address only what holds no credentials is kept.

mod entry;
mod file;
mod manifest;
mod name;
mod place;
mod range;
mod tree;

pub(crate) use entry::Entry;
pub(crate) use file::{File, Told, main, rejected};
pub(crate) use manifest::{Dependency, Goal, Manifest, unnamed};
pub(crate) use name::Ecosystem;
pub(crate) use place::{ancestors, file_name, folder_of, join, within};
pub(crate) use range::without_credentials;
pub(crate) use tree::{json, toml, yaml};

/// Scopes of dependencies that are not needed at run time.
pub(crate) mod scope {
    pub const DEVELOPMENT: &str = "development";
    pub const BUILD: &str = "build";
    pub const OPTIONAL: &str = "optional";
    pub const PEER: &str = "peer";
}
