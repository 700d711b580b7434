//! The name of a source instance when the host gives none: the Git remote and the subfolder, else the absolute path.

use std::fs;
use std::path::{Path, PathBuf};

use twin_connector_base::remote::place;

/// `host/path` of the Git remote that `root` is a checkout of, with the subfolder; else the absolute path of `root`.
/// Credentials in the remote's address never leave this function.
pub fn source_name(root: &Path) -> String {
    let absolute = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    from_git(&absolute).unwrap_or_else(|| absolute.display().to_string())
}

fn from_git(root: &Path) -> Option<String> {
    let checkout = root.ancestors().find(|folder| folder.join(".git").exists())?;
    let config = fs::read_to_string(git_folder(checkout)?.join("config")).ok()?;
    let remote = place(&remote_address(&config)?)?;
    let subfolder = root.strip_prefix(checkout).ok()?;
    let parts = subfolder.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    Some(std::iter::once(remote).chain(parts).collect::<Vec<_>>().join("/"))
}

/// The folder with the configuration. In a linked worktree `.git` is a file that names a folder, which names the common one.
fn git_folder(checkout: &Path) -> Option<PathBuf> {
    let entry = checkout.join(".git");
    if entry.is_dir() {
        return Some(entry);
    }
    let text = fs::read_to_string(&entry).ok()?;
    let own = checkout.join(text.strip_prefix("gitdir:")?.trim());
    match fs::read_to_string(own.join("commondir")) {
        Ok(common) => Some(own.join(common.trim())),
        Err(_) => Some(own),
    }
}

/// The address of `origin`, else of the first remote.
fn remote_address(config: &str) -> Option<String> {
    let mut section = String::new();
    let mut found: Vec<(String, String)> = Vec::new();
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line.to_owned();
        } else if let (Some(address), true) = (address_in(line), section.starts_with("[remote ")) {
            found.push((section.clone(), address));
        }
    }
    let origin = found.iter().find(|(section, _)| section == "[remote \"origin\"]").or(found.first());
    origin.map(|(_, address)| address.clone())
}

fn address_in(line: &str) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    (key.trim() == "url").then(|| value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_goes_before_other_remotes() {
        let config = "[core]\n\turl = no\n[remote \"fork\"]\n\turl = git@host:me/shop\n[remote \"origin\"]\n\turl = git@host:acme/shop\n";
        assert_eq!(remote_address(config).as_deref(), Some("git@host:acme/shop"));
        assert_eq!(remote_address("[remote \"fork\"]\nurl=git@host:me/shop").as_deref(), Some("git@host:me/shop"));
        assert_eq!(remote_address("[core]\nbare = false"), None);
    }
}
