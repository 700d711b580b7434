//! The name of a source instance when the host gives none: the Git remote and the subfolder, else the absolute path.

use std::fs;
use std::path::{Path, PathBuf};

use twin_connector_code::git::config;
use twin_core::observe::Locator;

/// `host/path` of the Git remote that `root` is a checkout of, with the subfolder; else the absolute path of `root`.
/// Credentials in the remote's address never leave this function.
pub fn source_name(root: &Path) -> String {
    let absolute = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    from_git(&absolute).unwrap_or_else(|| absolute.display().to_string())
}

fn from_git(root: &Path) -> Option<String> {
    let checkout = root.ancestors().find(|folder| folder.join(".git").exists())?;
    let config = fs::read_to_string(git_folder(checkout)?.join("config")).ok()?;
    let remote = main_place(&config)?;
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

/// `host/path` of the main remote: the one that the repository's own record is called after.
fn main_place(config: &str) -> Option<String> {
    let (settings, _) = config::settings(config);
    let remotes = config::remotes(config, &settings, |_, line| Locator::line("config", line));
    remotes.into_iter().next().map(|remote| remote.place)
}
