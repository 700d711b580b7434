//! What an action of the checkout runs.

use twin_connector_base::document::Node;

use super::step;
use crate::file::File;

/// A composite action has steps of its own; one that is an image names it.
pub(super) fn read(file: &mut File<'_>, runs: &Node, base: &str) {
    step::read_all(file, runs, base, None);
    let image = runs.get("image").filter(|image| image.as_str().is_some_and(|text| text.starts_with("docker://")));
    if let Some(image) = image {
        super::uses::read(file, image, base);
    }
}
