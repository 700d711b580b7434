//! Walks from what is checked out to its ancestors, the newest commit first.

use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};

use gix::ObjectId;
use twin_connector_code::git::history::{CHANGES, Change, Commit, Cut, Signature, Walk, handle_of};
use twin_connector_code::git::mailmap::Mailmap;
use twin_core::observe::code;

use super::changes::{Differ, Found};
use super::open::Reader;
use super::{Damage, Stop};

/// A commit that was read and waits to be told. The newest is told first; of several of one second the one with the greatest id.
#[derive(PartialEq, Eq)]
struct Waiting {
    commit: Commit,
    id: ObjectId,
    tree: ObjectId,
    parents: Vec<ObjectId>,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.commit.committed, self.id).cmp(&(other.commit.committed, other.id))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Walks from `start`; a repository without a commit has an empty walk.
pub(super) fn walk(reader: &mut Reader<'_>, start: Option<ObjectId>) -> Result<Walk, Stop> {
    let mut walk = Walk { folders: BTreeSet::from([String::new()]), ..Walk::default() };
    let Some(start) = start else { return Ok(walk) };
    let mut walker = Walker::new(reader)?;
    walker.meet(start)?;
    if let Some(tree) = walker.trees.get(&start).copied() {
        walker.people = walker.reader.mailmap(tree);
        walk.folders = walker.folders(tree)?;
    }
    // The first commit was read before it was known who is who.
    walker.waiting.clear();
    walker.trees.clear();
    walker.meet(start)?;
    walker.go(&mut walk)?;
    Ok(walk)
}

struct Walker<'a, 'r> {
    reader: &'a mut Reader<'r>,
    differ: Differ,
    people: Mailmap,
    /// Commits whose parents a shallow clone does not have.
    shallow: HashSet<ObjectId>,
    waiting: BinaryHeap<Waiting>,
    /// The tree of every commit that was met; none of one that cannot be read.
    trees: HashMap<ObjectId, ObjectId>,
    lost: HashSet<ObjectId>,
    /// How many more changes may be read; none once there were too many.
    left: usize,
}

impl<'a, 'r> Walker<'a, 'r> {
    fn new(reader: &'a mut Reader<'r>) -> Result<Self, Stop> {
        let unreadable = |_| Stop::Flaw(code::UNREADABLE, "where the clone was cut cannot be told");
        let shallow = reader.repository.shallow_commits().map_err(unreadable)?;
        let shallow = shallow.map(|commits| commits.iter().copied().collect()).unwrap_or_default();
        Ok(Walker {
            reader,
            differ: Differ::default(),
            people: Mailmap::default(),
            shallow,
            waiting: BinaryHeap::new(),
            trees: HashMap::new(),
            lost: HashSet::new(),
            left: CHANGES,
        })
    }

    fn go(&mut self, walk: &mut Walk) -> Result<(), Stop> {
        while let Some(next) = self.waiting.pop() {
            if walk.commits.len() >= self.reader.commits {
                walk.cut = Some(Cut::Limit(walk.commits.len()));
                return Ok(());
            }
            let is_cut = self.shallow.contains(&next.id);
            if is_cut {
                walk.cut = Some(Cut::Shallow);
            } else {
                next.parents.iter().try_for_each(|parent| self.meet(*parent))?;
            }
            let changes = if is_cut { None } else { self.changes(&next)? };
            walk.commits.push(Commit { changes, ..next.commit });
            self.reader.context.progress.report("history", walk.commits.len() as u64, 0);
            if self.left == 0 {
                walk.cut = Some(Cut::Limit(walk.commits.len()));
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads a commit that was not met before.
    fn meet(&mut self, id: ObjectId) -> Result<(), Stop> {
        if self.trees.contains_key(&id) || self.lost.contains(&id) {
            return Ok(());
        }
        self.reader.context.check()?;
        match self.commit(id) {
            Some(found) => {
                self.trees.insert(id, found.tree);
                self.waiting.push(found);
            }
            None => {
                self.lost.insert(id);
                self.reader.damage(format!("/commits/{id}"), "a commit that is missing or damaged");
            }
        }
        Ok(())
    }

    fn commit(&self, id: ObjectId) -> Option<Waiting> {
        let object = self.reader.repository.find_object(id).ok()?;
        let found = object.try_to_commit_ref().ok()?;
        let (author, committer) = (found.author.to_string(), found.committer.to_string());
        let (author, committer) = (Signature::read(&author)?, Signature::read(&committer)?);
        let commit = Commit {
            id: Some(id.to_string()),
            author: handle_of(self.people.proper(author.name, author.mail)),
            authored: author.at,
            committed: committer.at,
            changes: None,
            step: self.reader.step(&format!("/commits/{id}"), committer.time),
        };
        Some(Waiting { commit, id, tree: found.tree(), parents: found.parents().collect() })
    }

    /// What a commit changed against its only parent, or against nothing. What a partial clone has not fetched is not known, and no damage.
    fn changes(&mut self, of: &Waiting) -> Result<Option<Vec<Change>>, Stop> {
        let before = match of.parents[..] {
            [] => None,
            [parent] => match self.trees.get(&parent) {
                Some(tree) => Some(*tree),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        match self.differ.changes(self.reader, before, of.tree, self.left)? {
            Found::Changes(changes) => {
                self.left = self.left.saturating_sub(changes.len());
                return Ok(Some(changes));
            }
            Found::TooMany => self.left = 0,
            Found::Missing if self.reader.is_partial_clone => {}
            Found::Missing => {
                self.reader.damage(format!("/commits/{}", of.id), "what a commit changed is missing or damaged");
            }
        }
        Ok(None)
    }

    /// The folders of a tree.
    fn folders(&mut self, tree: ObjectId) -> Result<BTreeSet<String>, Stop> {
        let (mut folders, mut waiting) = (BTreeSet::new(), vec![(tree, String::new(), 0)]);
        while let Some((id, path, depth)) = waiting.pop() {
            self.reader.context.check()?;
            folders.insert(path.clone());
            if folders.len() + waiting.len() > self.reader.context.limits.nodes.min(FOLDERS) {
                let why = "more folders than may be read";
                self.reader.damages.push(Damage { pointer: "/HEAD".to_owned(), code: code::LIMIT, why });
                return Ok(folders);
            }
            if depth < self.reader.context.limits.depth {
                let found = self.subfolders(id, &path);
                waiting.extend(found.into_iter().map(|(id, path)| (id, path, depth + 1)));
            }
        }
        Ok(folders)
    }

    fn subfolders(&mut self, id: ObjectId, path: &str) -> Vec<(ObjectId, String)> {
        let Ok(tree) = self.reader.repository.find_tree(id) else {
            if !self.reader.is_partial_clone {
                self.reader.damage("/HEAD".to_owned(), "a folder that is missing or damaged");
            }
            return Vec::new();
        };
        let entries = tree.iter().filter_map(Result::ok).filter(|entry| entry.mode().is_tree());
        let joined = |name: String| if path.is_empty() { name } else { format!("{path}/{name}") };
        entries.map(|entry| (entry.object_id(), joined(entry.filename().to_string()))).collect()
    }
}

/// How many folders are listed at most.
const FOLDERS: usize = 200_000;
