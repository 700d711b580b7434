//! What is kept of a repository, whoever read it: plain types, filled by the decoder from a payload, or by the one who opens a checkout.
//!
//! Neither names nor messages nor contents are kept, and of an e-mail address only its digest.

use std::collections::BTreeSet;

use twin_core::base::{Digest, Timestamp};
use twin_core::observe::Step;

/// How many commits are kept unless the host says otherwise, the newest ones.
pub const COMMITS: usize = 10_000;

/// How many tags are kept, the newest ones.
pub const TAGS: usize = 100;

/// How many changed paths one history may hold. Whoever reaches it stops, and says so.
pub const CHANGES: usize = 1_000_000;

/// A repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Where it is kept. The main one goes first.
    pub remotes: Vec<Remote>,
    /// What is checked out.
    pub head: Option<Head>,
    /// The tags, the newest first.
    pub tags: Vec<Tag>,
    /// How many older ones are left out.
    pub tags_left_out: usize,
    /// The commits, if they were looked at.
    pub walk: Option<Walk>,
}

/// A remote, without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// What the repository calls it: `origin`.
    pub name: String,
    /// `host/path`.
    pub place: String,
    /// Scheme, host and path.
    pub url: String,
    /// Where its address stands.
    pub step: Step,
}

/// What is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The branch, unless a commit is checked out by itself.
    pub branch: Option<String>,
    /// The commit, unless there is none yet.
    pub commit: Option<String>,
    /// Where that stands.
    pub step: Step,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name, without `refs/tags/`.
    pub name: String,
    /// What it points to, as far as it is known.
    pub target: Option<String>,
    /// When it was set, else when its commit was made.
    pub at: Option<Timestamp>,
    /// Where it stands.
    pub step: Step,
}

/// A walk over commits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The commits, the newest first.
    pub commits: Vec<Commit>,
    /// The folders that hold a file today; the root is empty and always among them.
    pub folders: BTreeSet<String>,
    /// Why there are older commits than these.
    pub cut: Option<Cut>,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id, where the payload tells it.
    pub id: Option<String>,
    /// Who wrote it, as an opaque handle.
    pub author: Option<String>,
    /// When it was written.
    pub authored: Option<Timestamp>,
    /// When it was made.
    pub committed: Option<Timestamp>,
    /// What it changed. `None` where that is not told: of a merge, whose changes are those of its parents, and of a commit without its parents.
    pub changes: Option<Vec<Change>>,
    /// Where it stands: the time of its committer.
    pub step: Step,
}

/// A file that a commit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Relative to the root of the repository.
    pub path: String,
    /// What became of it.
    pub kind: ChangeKind,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Added or modified: a portable stream does not tell which.
    Written,
    /// Deleted.
    Deleted,
    /// Moved.
    Renamed {
        /// Where it stood before.
        from: String,
    },
}

/// Why a walk did not reach the first commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The clone is shallow: it does not have them.
    Shallow,
    /// More than may be read.
    Limit(usize),
}

impl Cut {
    /// One phrase for people.
    pub fn why(self) -> String {
        match self {
            Cut::Shallow => "the clone is shallow: older commits are not in it, and counts are lower bounds".to_owned(),
            Cut::Limit(kept) => format!("only the newest {kept} commits are read: counts are lower bounds"),
        }
    }
}

/// Who somebody is, as an opaque handle: two people never have one address, and its digest tells nobody the address.
pub fn handle_of(mail: &str) -> Option<String> {
    let mail = mail.trim();
    (!mail.is_empty()).then(|| format!("mail:{}", Digest::of(mail.to_lowercase().as_bytes())))
}

/// A line `Name <mail> seconds offset`, as commits and tags have it. The name is left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature<'a> {
    /// The name, to look people up by; it leaves no reading.
    pub name: &'a str,
    /// The address, likewise.
    pub mail: &'a str,
    /// `seconds offset`, to the letter.
    pub time: &'a str,
    /// The moment, if it can be told.
    pub at: Option<Timestamp>,
}

impl<'a> Signature<'a> {
    /// Reads such a line; `None` if it has no address in angle brackets, or no seconds.
    pub fn read(line: &'a str) -> Option<Self> {
        let (name, rest) = line.split_once('<')?;
        let (mail, time) = rest.rsplit_once('>')?;
        let time = time.trim();
        let seconds: i64 = time.split_whitespace().next()?.parse().ok()?;
        let at = seconds.checked_mul(1_000_000).and_then(Timestamp::from_micros);
        Some(Signature { name: name.trim(), mail: mail.trim(), time, at })
    }
}

/// Puts the newest tags first and drops what is more than is kept. Returns how many were dropped.
pub fn newest_tags(tags: &mut Vec<Tag>) -> usize {
    tags.sort_by(|a, b| (b.at, &b.name).cmp(&(a.at, &a.name)));
    let dropped = tags.len().saturating_sub(TAGS);
    tags.truncate(TAGS);
    dropped
}

/// The folders above a file, the root first; no more than a sane tree has.
pub fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    let deeper = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    std::iter::once("").chain(deeper).take(FOLDER_DEPTH)
}

/// How deep folders are looked at.
const FOLDER_DEPTH: usize = 100;
