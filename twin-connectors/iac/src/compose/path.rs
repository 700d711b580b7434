//! Paths within the scanned folder, with `/`.

/// The last part.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// All but the last part.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `relative` as seen from `folder`, without `.` and `..`; `None` if it leads out of the scanned folder.
pub(crate) fn joined(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with(['/', '~', '\\']) || relative.contains("://") || relative.starts_with("git@") {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
