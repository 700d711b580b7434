//! The stream of `git fast-export`: commands in lines, with counted data between them.
//!
//! A commit without a committer is rejected. Lines that are no command are rejected together, up to the next one that is. What a merge changed is
//! not told: the stream compares it with its first parent, and so repeats what its other parents did.

use std::collections::{BTreeMap, BTreeSet};

use twin_core::base::{Digest, Limits, Timestamp};
use twin_core::observe::{Diagnostic, Locator, Step, code};

use super::history::{
    CHANGES, COMMITS, Change, ChangeKind, Commit, Cut, Head, History, Signature, Tag, Walk, folders_above, handle_of,
    newest_tags,
};
use super::lines::Lines;
use super::quoted;
use super::refs::short_branch;

/// What was read.
pub(super) struct Read {
    pub history: History,
    pub flaws: Vec<Diagnostic>,
    /// What tells this repository from any other: its first commit.
    pub root: Option<String>,
}

/// Whether a file begins like such a stream.
pub(super) fn begins(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let marked = second.starts_with("mark :") || second.starts_with("data ") || second.starts_with("original-oid ");
    let opens = |line: &str| line == "blob" || line.starts_with("reset refs/") || line.starts_with("commit refs/");
    (first == "blob" && marked)
        || (first.starts_with("commit refs/") && (marked || second.contains('<')))
        || (first.starts_with("reset refs/") && (second.is_empty() || second.starts_with("from ") || opens(second)))
        || (first.starts_with("feature ") && (opens(second) || second.starts_with("feature ")))
}

/// Reads a stream to its end, or to where it cannot be followed.
pub(super) fn read(path: &str, bytes: &[u8], limits: &Limits) -> Read {
    let mut reading = Reading::new(path, limits);
    let mut lines = Lines::new(bytes);
    while let Some(line) = lines.next() {
        if reading.spent() {
            reading.reject(lines.number(), code::LIMIT, "more than may be read of one stream; the rest is left out");
            break;
        }
        if !reading.line(line, &mut lines) {
            break;
        }
    }
    reading.finish()
}

/// What the commands are about.
#[derive(Default)]
enum Block {
    #[default]
    None,
    Other,
    Reset(String, usize),
    Commit(Draft),
    Tag(TagDraft),
}

/// A handle and a time, as far as they are told.
type Somebody = (Option<String>, Option<Timestamp>);

/// A commit whose lines are still coming.
#[derive(Default)]
struct Draft {
    name: String,
    line: usize,
    mark: Option<u64>,
    id: Option<String>,
    author: Option<Somebody>,
    committer: Option<(Somebody, Step)>,
    is_merge: bool,
    is_whole: bool,
    changes: Vec<Change>,
}

/// An annotated tag whose lines are still coming.
#[derive(Default)]
struct TagDraft {
    name: String,
    line: usize,
    target: String,
    at: Option<Timestamp>,
}

/// A ref: the commit that it points to, if it is in the stream, and the line that says so.
struct Pointer {
    commit: Option<usize>,
    line: usize,
}

struct Reading<'a> {
    path: &'a str,
    limits: &'a Limits,
    block: Block,
    commits: Vec<Commit>,
    marks: BTreeMap<u64, usize>,
    refs: BTreeMap<String, Pointer>,
    tags: Vec<TagDraft>,
    /// The files that are there after what was read so far.
    live: BTreeSet<String>,
    changes: usize,
    flaws: Vec<Diagnostic>,
    astray: bool,
}

impl<'a> Reading<'a> {
    fn new(path: &'a str, limits: &'a Limits) -> Self {
        Reading {
            path,
            limits,
            block: Block::None,
            commits: Vec::new(),
            marks: BTreeMap::new(),
            refs: BTreeMap::new(),
            tags: Vec::new(),
            live: BTreeSet::new(),
            changes: 0,
            flaws: Vec::new(),
            astray: false,
        }
    }

    fn spent(&self) -> bool {
        let nodes = self.commits.len() + self.refs.len() + self.tags.len() + self.flaws.len() + self.changes;
        nodes > self.limits.nodes || self.changes > CHANGES
    }

    /// Takes one line. Returns whether the stream can be followed further.
    fn line(&mut self, line: &[u8], lines: &mut Lines<'_>) -> bool {
        let number = lines.number();
        if line.len() > self.limits.line_bytes {
            self.reject(number, code::LIMIT, "a line that is too long");
            return true;
        }
        let text = String::from_utf8_lossy(line);
        let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
        if word == "data" {
            let followed = lines.skip(rest);
            if !followed {
                self.reject(number, code::SYNTAX, "data that is longer than the stream; the rest is left out");
            }
            return followed;
        }
        let known = self.opens(word, rest, number) || self.tells(word, rest, number) || self.changes(word, rest);
        if !known && !self.astray {
            self.reject(number, code::SYNTAX, "no command of such a stream");
        }
        self.astray = !known;
        true
    }

    /// Commands that begin something.
    fn opens(&mut self, word: &str, rest: &str, line: usize) -> bool {
        let name = rest.to_owned();
        let block = match word {
            "commit" => Block::Commit(Draft { name, line, ..Draft::default() }),
            "tag" => Block::Tag(TagDraft { name, line, ..TagDraft::default() }),
            "reset" => Block::Reset(name, line),
            "blob" | "feature" | "option" | "progress" | "checkpoint" | "done" | "alias" => Block::Other,
            _ => return false,
        };
        self.close();
        self.block = block;
        true
    }

    /// Lines that say more of what was begun.
    fn tells(&mut self, word: &str, rest: &str, line: usize) -> bool {
        let signature = Signature::read(rest);
        let locator = Locator::line(self.path, line);
        match (&mut self.block, word) {
            (_, "") | (Block::Commit(_), "encoding" | "gpgsig" | "N") => {}
            (Block::Other, "mark" | "original-oid" | "to" | "from") | (Block::Tag(_), "mark" | "original-oid") => {}
            (_, word) if word.starts_with('#') => {}
            (Block::Reset(name, line), "from") => {
                let pointer = Pointer { commit: commit_of(rest, &self.marks), line: *line };
                self.refs.insert(name.clone(), pointer);
            }
            (Block::Tag(tag), "from") => tag.target = rest.to_owned(),
            (Block::Tag(tag), "tagger") => tag.at = signature.and_then(|signature| signature.at),
            (Block::Commit(draft), "mark") => draft.mark = rest.strip_prefix(':').and_then(|mark| mark.parse().ok()),
            (Block::Commit(draft), "original-oid") => {
                draft.id = Some(rest.to_owned()).filter(|id| super::refs::is_id(id))
            }
            (Block::Commit(draft), "author") => {
                draft.author = signature.map(|signature| (handle_of(signature.mail), signature.at));
            }
            (Block::Commit(draft), "committer") => {
                draft.committer = signature.map(|signature| {
                    let step = Step { locator, raw: signature.time.to_owned() };
                    ((handle_of(signature.mail), signature.at), step)
                });
            }
            (Block::Commit(_), "from") => {}
            (Block::Commit(draft), "merge") => draft.is_merge = true,
            _ => return false,
        }
        true
    }

    /// Lines that change a file. A submodule is no file.
    fn changes(&mut self, word: &str, rest: &str) -> bool {
        let Block::Commit(draft) = &mut self.block else { return false };
        let change = match word {
            "M" => match written(rest) {
                Some(("160000", _)) => return true,
                Some((_, path)) => Change { path, kind: ChangeKind::Written },
                None => return false,
            },
            "D" => Change { path: quoted::path(rest), kind: ChangeKind::Deleted },
            "R" | "C" => match quoted::two(rest) {
                Some((from, path)) if word == "R" => Change { path, kind: ChangeKind::Renamed { from } },
                Some((_, path)) => Change { path, kind: ChangeKind::Written },
                None => return false,
            },
            "deleteall" => {
                draft.is_whole = true;
                self.live.clear();
                return true;
            }
            _ => return false,
        };
        apply(&mut self.live, &change);
        self.changes += 1;
        draft.changes.push(change);
        true
    }

    /// Ends what was begun.
    fn close(&mut self) {
        match std::mem::take(&mut self.block) {
            Block::Commit(draft) => self.commit(draft),
            Block::Tag(tag) => self.tags.push(tag),
            Block::None | Block::Other | Block::Reset(..) => {}
        }
    }

    fn commit(&mut self, draft: Draft) {
        let Some((committer, step)) = draft.committer else {
            return self.reject(draft.line, code::SHAPE, "a commit without a committer that can be read");
        };
        let committed = committer.1;
        let (author, authored) = draft.author.unwrap_or(committer);
        let index = self.commits.len();
        if let Some(mark) = draft.mark {
            self.marks.insert(mark, index);
        }
        self.refs.insert(draft.name, Pointer { commit: Some(index), line: draft.line });
        let changes = (!draft.is_merge && !draft.is_whole).then_some(draft.changes);
        self.commits.push(Commit { id: draft.id, author, authored, committed, changes, step });
    }

    fn reject(&mut self, line: usize, code: &str, why: &str) {
        self.flaws.push(Diagnostic::rejected(code, Locator::line(self.path, line), why));
    }

    fn finish(mut self) -> Read {
        self.close();
        let (head, (tags, tags_left_out)) = (self.head(), self.tags());
        let root = self.commits.first().map(root);
        let folders = self.live.iter().flat_map(|path| folders_above(path)).chain([""]);
        let mut walk = Walk { folders: folders.map(str::to_owned).collect(), ..Walk::default() };
        walk.commits = self.commits.into_iter().rev().collect();
        walk.commits.sort_by_key(|commit| std::cmp::Reverse(commit.committed));
        if walk.commits.len() > COMMITS {
            walk.commits.truncate(COMMITS);
            walk.cut = Some(Cut::Limit(COMMITS));
        }
        let history = History { remotes: Vec::new(), head, tags, tags_left_out, walk: Some(walk) };
        Read { history, flaws: self.flaws, root }
    }

    /// A stream does not say what is checked out: it is known if there is one branch only.
    fn head(&self) -> Option<Head> {
        let mut branches = self.refs.iter().filter(|(name, _)| name.starts_with("refs/heads/"));
        let ((name, pointer), None) = (branches.next()?, branches.next()) else { return None };
        let commit = pointer.commit.and_then(|index| self.commits.get(index)?.id.clone());
        let step = Step { locator: Locator::line(self.path, pointer.line), raw: name.clone() };
        Some(Head { branch: Some(short_branch(name)), commit, step })
    }

    /// The newest tags, and how many more there are.
    fn tags(&self) -> (Vec<Tag>, usize) {
        let commit = |index: Option<usize>| index.and_then(|index| self.commits.get(index));
        let step = |name: &str, line| Step { locator: Locator::line(self.path, line), raw: name.to_owned() };
        let annotated = self.tags.iter().map(|tag| {
            let commit = commit(commit_of(&tag.target, &self.marks));
            let at = tag.at.or(commit.and_then(|commit| commit.committed));
            let target = commit.and_then(|commit| commit.id.clone());
            Tag { name: tag.name.clone(), target, at, step: step(&tag.name, tag.line) }
        });
        let light = self.refs.iter().filter_map(|(name, pointer)| {
            let name = name.strip_prefix("refs/tags/")?.to_owned();
            let commit = commit(pointer.commit);
            let (at, target) =
                (commit.and_then(|commit| commit.committed), commit.and_then(|commit| commit.id.clone()));
            let step = step(&name, pointer.line);
            Some(Tag { name, target, at, step })
        });
        let by_name: BTreeMap<String, Tag> = light.chain(annotated).map(|tag| (tag.name.clone(), tag)).collect();
        let mut tags = by_name.into_values().collect();
        let left_out = newest_tags(&mut tags);
        (tags, left_out)
    }
}

/// What tells a repository from any other: its first commit.
fn root(first: &Commit) -> String {
    let Commit { id, author, authored, committed, changes, .. } = first;
    let told = format!("{author:?} {authored:?} {committed:?} {changes:?}");
    id.clone().unwrap_or_else(|| Digest::of(told.as_bytes()).to_string())
}

fn commit_of(name: &str, marks: &BTreeMap<u64, usize>) -> Option<usize> {
    name.strip_prefix(':').and_then(|mark| mark.parse().ok()).and_then(|mark: u64| marks.get(&mark).copied())
}

/// `mode dataref path`.
fn written(rest: &str) -> Option<(&str, String)> {
    let (mode, rest) = rest.split_once(' ')?;
    let (_, path) = rest.split_once(' ')?;
    Some((mode, quoted::path(path)))
}

fn apply(live: &mut BTreeSet<String>, change: &Change) {
    match &change.kind {
        ChangeKind::Written => {
            live.insert(change.path.clone());
        }
        ChangeKind::Deleted => {
            live.remove(&change.path);
        }
        ChangeKind::Renamed { from } => {
            live.remove(from);
            live.insert(change.path.clone());
        }
    }
}
