//! Where the repository of a checkout is, and whether it may be opened.
//!
//! `.git` is a folder, or a file that names one. A name is followed if what it names points back (a linked worktree by its `gitdir`, a submodule by its
//! `core.worktree`), or lies within the scanned folder. So a file that anybody may have put there never opens a repository that knows nothing of it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use twin_connector_code::git::config;
use twin_core::base::Limits;
use twin_core::observe::code;

use super::Stop;

/// The folders of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folders {
    /// What belongs to this checkout alone.
    pub own: PathBuf,
    /// What it shares with its other checkouts; the same folder for most.
    pub common: PathBuf,
}

/// Files that are read whole.
const WHOLE: [&str; 8] =
    ["HEAD", "commondir", "config", "config.worktree", "gitdir", "objects/info/alternates", "packed-refs", "shallow"];

/// How far repositories may borrow objects of each other.
const ALTERNATES: usize = 5;

const STRANGE: Stop = Stop::Flaw(code::UNSUPPORTED, "something in the repository is no regular file or folder");
const OUTSIDE: Stop =
    Stop::Flaw(code::UNSUPPORTED, "it leads out of the scanned folder, to a repository that does not know it");

/// Finds the repository of the checkout at `root/folder`, and makes sure that reading it can neither leave it nor hang.
pub(super) fn find(root: &Path, folder: &str, limits: &Limits) -> Result<Folders, Stop> {
    let checkout = root.join(folder);
    let entry = checkout.join(".git");
    let own = match entry.is_dir() {
        true => entry,
        false => named(root, &checkout, &entry, limits)?,
    };
    let common = common(&own, limits)?;
    let mut left = limits.files;
    for folder in [&own, &common] {
        check(folder, limits, &mut left)?;
    }
    borrowed(&common.join("objects"), limits, &mut left, ALTERNATES)?;
    Ok(Folders { own, common })
}

/// The text of a small file; none for one that is not there.
pub(super) fn text(path: &Path, limits: &Limits) -> Result<Option<String>, Stop> {
    let unreadable = |_| Stop::Flaw(code::UNREADABLE, "a file of the repository cannot be read");
    match fs::symlink_metadata(path) {
        Err(_) => return Ok(None),
        Ok(found) if !found.is_file() => return Err(STRANGE),
        Ok(found) if found.len() > limits.payload_bytes => {
            return Err(Stop::Flaw(code::LIMIT, "a file of the repository is larger than the limit"));
        }
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(limits.payload_bytes).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn named(root: &Path, checkout: &Path, entry: &Path, limits: &Limits) -> Result<PathBuf, Stop> {
    let text = text(entry, limits)?.unwrap_or_default();
    let name = text.strip_prefix("gitdir:").map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or(Stop::Flaw(code::SYNTAX, "it names no repository"))?;
    let gone = |_| Stop::Flaw(code::UNREADABLE, "the repository that it names is not there");
    let own = checkout.join(name).canonicalize().map_err(gone)?;
    let within = root.canonicalize().is_ok_and(|root| own.starts_with(root));
    match within || points_back(&own, checkout, entry, limits)? {
        true => Ok(own),
        false => Err(OUTSIDE),
    }
}

/// Whether a repository knows the checkout that names it.
fn points_back(own: &Path, checkout: &Path, entry: &Path, limits: &Limits) -> Result<bool, Stop> {
    let is = |path: PathBuf, wanted: &Path| {
        path.canonicalize().is_ok_and(|path| wanted.canonicalize().is_ok_and(|wanted| path == wanted))
    };
    let worktree = text(&own.join("gitdir"), limits)?;
    if worktree.is_some_and(|back| is(own.join(back.trim()), entry)) {
        return Ok(true);
    }
    let text = text(&own.join("config"), limits)?.unwrap_or_default();
    let (settings, _) = config::settings(&text);
    let worktrees = settings.iter().filter(|setting| setting.section == "core" && setting.name == "worktree");
    Ok(worktrees.map(|setting| own.join(&setting.value)).any(|back| is(back, checkout)))
}

/// The shared folder of a linked worktree: the one that holds the worktree's own folder, whatever else is said.
fn common(own: &Path, limits: &Limits) -> Result<PathBuf, Stop> {
    let Some(named) = text(&own.join("commondir"), limits)? else { return Ok(own.to_owned()) };
    let holds = own.canonicalize().ok().and_then(|own| {
        let worktrees = own.parent().filter(|folder| folder.ends_with("worktrees"))?;
        worktrees.parent().map(Path::to_owned)
    });
    match own.join(named.trim()).canonicalize() {
        Ok(common) if Some(&common) == holds.as_ref() => Ok(common),
        _ => Err(OUTSIDE),
    }
}

/// Everything that may be opened must be a regular file: a link may lead anywhere, and a pipe may never end.
fn check(folder: &Path, limits: &Limits, left: &mut usize) -> Result<(), Stop> {
    for name in WHOLE {
        let found = fs::symlink_metadata(folder.join(name));
        match found {
            Ok(found) if !found.is_file() => return Err(STRANGE),
            Ok(found) if found.len() > limits.payload_bytes => {
                return Err(Stop::Flaw(code::LIMIT, "a file of the repository is larger than the limit"));
            }
            _ => {}
        }
    }
    ["refs", "objects"].iter().try_for_each(|name| check_folder(&folder.join(name), left))
}

fn check_folder(folder: &Path, left: &mut usize) -> Result<(), Stop> {
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        match fs::symlink_metadata(&folder) {
            Err(_) => continue,
            Ok(found) if !found.is_dir() => return Err(STRANGE),
            Ok(_) => {}
        }
        let unreadable = |_| Stop::Flaw(code::UNREADABLE, "a folder of the repository cannot be listed");
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let kind = entry.file_type().map_err(unreadable)?;
            *left =
                left.checked_sub(1).ok_or(Stop::Flaw(code::LIMIT, "the repository has more files than the limit"))?;
            match (kind.is_dir(), kind.is_file()) {
                (true, _) => waiting.push(entry.path()),
                (_, true) => {}
                _ => return Err(STRANGE),
            }
        }
    }
    Ok(())
}

/// Other repositories from which this one borrows objects: they hold content by its id, and so are followed wherever they are.
fn borrowed(objects: &Path, limits: &Limits, left: &mut usize, hops: usize) -> Result<(), Stop> {
    let Some(text) = text(&objects.join("info/alternates"), limits)? else { return Ok(()) };
    if hops == 0 {
        return Err(Stop::Flaw(code::LIMIT, "the repository borrows objects over too many others"));
    }
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let other = objects.join(line);
        check_folder(&other, left)?;
        borrowed(&other, limits, left, hops - 1)?;
    }
    Ok(())
}
