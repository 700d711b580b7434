//! Container images: a reference in its parts, and software that everybody knows by its image.

use twin_core::schema::Kind;

/// An image reference in its parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageName {
    /// Registry and repository, lower case, without tag and digest; `docker.io/library/` is written out.
    pub repository: String,
    /// Tag or digest, if any.
    pub tag: Option<String>,
}

/// Reads an image reference; `None` if it is none (empty, or with an unresolved variable).
pub fn parse(reference: &str) -> Option<ImageName> {
    let _ = reference;
    None
}

/// The kind of resource that a workload of this image is, where the image is of well-known software: a database, a cache, a broker. `name` is the workload's own name: software that
/// serves as store and as cache (Redis and its kin) is a cache only where the name says so.
pub fn realizes(image: &ImageName, name: &str) -> Option<Kind> {
    let _ = (image, name);
    None
}
