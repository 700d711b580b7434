//! Paths as Compose files write them.

use twin_connector_base::path::below;
pub(crate) use twin_connector_base::path::{folder, name};

/// `relative` as seen from `folder`, without `.` and `..`; `None` if it leads out of the scanned folder.
pub(crate) fn joined(folder: &str, relative: &str) -> Option<String> {
    let is_elsewhere =
        relative.starts_with(['/', '~', '\\']) || relative.contains("://") || relative.starts_with("git@");
    if is_elsewhere { None } else { below(folder, relative) }
}
