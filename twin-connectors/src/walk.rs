//! Lists a tree of files, folder by folder, in the order of their names.

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::path::{folder as parent, join};
use twin_core::base::Result;
use twin_core::observe::{Batch, Outcome, Scope, SourceId};

use crate::files::{Entry, EntryKind, Files};
use crate::history;
use crate::options::ScanOptions;

/// What lies in a tree.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Each folder by its path, with its members or why it could not be listed.
    pub folders: BTreeMap<String, std::result::Result<Vec<String>, String>>,
    /// Everything that is no folder.
    pub leaves: BTreeMap<String, EntryKind>,
    /// How many folders of each name were not entered.
    pub skipped: BTreeMap<String, u64>,
    /// The folders that are checkouts of repositories whose history is to be read.
    pub checkouts: BTreeSet<String>,
}

impl Tree {
    /// The regular files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.of_kind(EntryKind::File)
    }

    /// The symbolic links.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.of_kind(EntryKind::Link)
    }

    /// What is neither a file nor a link.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.of_kind(EntryKind::Other)
    }

    fn of_kind(&self, wanted: EntryKind) -> impl Iterator<Item = &str> {
        self.leaves.iter().filter(move |(_, kind)| **kind == wanted).map(|(path, _)| path.as_str())
    }

    /// Why a path cannot be read although it may be there; `None` for a regular file, and for what is not there at all.
    pub fn obstacle(&self, path: &str) -> Option<String> {
        match self.leaves.get(path) {
            Some(EntryKind::Link) => Some("a symbolic link, not followed".to_owned()),
            Some(EntryKind::Other) => Some("not a regular file".to_owned()),
            Some(_) => None,
            None => {
                self.folders.get(parent(path))?.as_ref().err().map(|why| format!("its folder was not listed: {why}"))
            }
        }
    }

    /// Whether a path is there, or may be although it cannot be read.
    pub fn may_hold(&self, path: &str) -> bool {
        self.leaves.contains_key(path) || self.obstacle(path).is_some()
    }

    /// The listing of each folder as a batch. A folder that could not be listed takes nothing away.
    pub fn listings(&self, source: &SourceId) -> Vec<Batch> {
        self.folders.iter().map(|(path, members)| listing(Scope::new(source, path.as_str()), members)).collect()
    }
}

fn listing(scope: Scope, members: &std::result::Result<Vec<String>, String>) -> Batch {
    match members {
        Ok(members) => Batch::listing(scope, members.clone()),
        Err(why) => Batch { outcome: Outcome::Partial(why.clone()), ..Batch::listing(scope, Vec::new()) },
    }
}

/// Lists everything beneath the root.
///
/// # Errors
/// If the host cancels, or the deadline passes.
pub(crate) fn walk(files: &dyn Files, options: &ScanOptions) -> Result<Tree> {
    let mut tree = Tree::default();
    let has_history = history::teller(files, options).is_some();
    let mut waiting = vec![String::new()];
    while let Some(folder) = waiting.pop() {
        options.context.check()?;
        waiting.extend(enter(files, options, &mut tree, folder, has_history));
        options.context.progress.report("list", tree.folders.len() as u64, 0);
    }
    Ok(tree)
}

/// Lists one folder and returns the folders in it.
fn enter(files: &dyn Files, options: &ScanOptions, tree: &mut Tree, folder: String, has_history: bool) -> Vec<String> {
    let left = options.context.limits.files.saturating_sub(tree.leaves.len() + tree.folders.len());
    match files.list(&folder, left) {
        Err(error) => note(tree, folder, Err(error.kind().to_string())),
        Ok(entries) if entries.len() > left => {
            let why = format!("the scan's limit of {} files is reached", options.context.limits.files);
            note(tree, folder, Err(why))
        }
        Ok(entries) => {
            let (kept, repository) = without_skipped(tree, options, entries, has_history);
            let subfolders = take(tree, &folder, &kept);
            tree.checkouts.extend(repository.filter(|_| has_history).map(|_| folder.clone()));
            // A repository stays listed even if it is not read this time: what is known of it stays then.
            let members = repository.map(str::to_owned).into_iter().chain(kept.into_iter().map(|entry| entry.name));
            let members: BTreeSet<String> = members.map(|name| join(&folder, &name)).collect();
            note(tree, folder.clone(), Ok(members.into_iter().collect()));
            subfolders
        }
    }
}

fn note(tree: &mut Tree, folder: String, members: std::result::Result<Vec<String>, String>) -> Vec<String> {
    tree.folders.insert(folder, members);
    Vec::new()
}

/// What is in a folder beneath what is skipped, and the name of its repository if it is a checkout. A repository that is a file is one of the
/// others where no history is read.
fn without_skipped(
    tree: &mut Tree,
    options: &ScanOptions,
    mut entries: Vec<Entry>,
    has_history: bool,
) -> (Vec<Entry>, Option<&'static str>) {
    let mut repository = None;
    entries.sort();
    entries.retain(|entry| {
        let skipped = entry.kind == EntryKind::Folder && options.skip.contains(&entry.name);
        let is_named = entry.kind == EntryKind::File && has_history;
        if entry.name == REPOSITORY && (skipped || is_named) {
            repository = Some(REPOSITORY);
        }
        let is_read = repository.is_some() && entry.name == REPOSITORY && has_history;
        if skipped && !is_read {
            *tree.skipped.entry(entry.name.clone()).or_default() += 1;
        }
        !skipped && !is_read
    });
    (entries, repository)
}

/// What holds the repository of a checkout: a folder, or a file that names one.
const REPOSITORY: &str = ".git";

fn take(tree: &mut Tree, folder: &str, entries: &[Entry]) -> Vec<String> {
    let mut subfolders = Vec::new();
    for entry in entries {
        let path = join(folder, &entry.name);
        match entry.kind {
            EntryKind::Folder => subfolders.push(path),
            kind => {
                tree.leaves.insert(path, kind);
            }
        }
    }
    subfolders
}
