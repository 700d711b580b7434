//! What a history says of each folder: which commits changed something in it, and where it stood before.
//!
//! A folder that is gone was renamed to another if more than half of the files that left it went there under their own names. What happened
//! to it there counts for the folder that it is today.

use std::collections::{BTreeMap, BTreeSet};

use twin_core::base::Timestamp;

use super::history::{Change, ChangeKind, Commit, Walk, folders_above};

/// How many of the places are kept where a folder stood before.
const PREVIOUS: usize = 10;

/// A folder that commits of a walk changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// The places of the commits in the walk.
    pub commits: Vec<usize>,
    /// Where it stood before, the latest first.
    pub previous: Vec<String>,
}

/// The folders that hold a file today and that any commit changed, by their paths. O(changes · depth · log folders).
pub(super) fn touched(walk: &Walk) -> BTreeMap<String, Touched> {
    let moves = moves(walk);
    let mut touched: BTreeMap<String, Touched> = BTreeMap::new();
    for (place, commit) in walk.commits.iter().enumerate() {
        for folder in changed(commit, walk, &moves) {
            touched.entry(folder).or_default().commits.push(place);
        }
    }
    for (folder, previous) in previous(&moves) {
        if let Some(known) = touched.get_mut(&folder) {
            known.previous = previous;
        }
    }
    touched
}

/// The folders that a commit changed, by the paths that they have today.
fn changed(commit: &Commit, walk: &Walk, moves: &Moves) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for change in commit.changes.iter().flatten() {
        let before = match &change.kind {
            ChangeKind::Renamed { from } => Some(from.as_str()),
            _ => None,
        };
        for path in [Some(change.path.as_str()), before].into_iter().flatten() {
            let path = today(path, moves);
            let known = folders_above(&path).filter(|folder| walk.folders.contains(*folder));
            folders.extend(known.map(str::to_owned).collect::<Vec<_>>());
        }
    }
    folders
}

/// Where a folder went, and when.
type Moves = BTreeMap<String, (String, Option<Timestamp>)>;

/// How often a folder may be followed from place to place.
const HOPS: usize = 8;

/// A path by the folders' names of today.
fn today(path: &str, moves: &Moves) -> String {
    let mut path = path.to_owned();
    for _ in 0..HOPS {
        let moved = folders_above(&path).filter_map(|folder| Some((folder, &moves.get(folder)?.0))).last();
        let Some((folder, to)) = moved else { break };
        let rest = path.strip_prefix(folder).unwrap_or(&path).trim_start_matches('/');
        path = if to.is_empty() { rest.to_owned() } else { format!("{to}/{rest}") };
    }
    path
}

/// What is counted of the files that left folders.
#[derive(Default)]
struct Departures<'a> {
    left: BTreeMap<&'a str, u64>,
    moved: BTreeMap<(&'a str, &'a str), (u64, Option<Timestamp>)>,
}

fn moves(walk: &Walk) -> Moves {
    let mut departures = Departures::default();
    for commit in &walk.commits {
        for change in commit.changes.iter().flatten() {
            departures.note(change, commit.committed);
        }
    }
    let Departures { left, moved } = departures;
    let is_move = |from: &str, count: u64| {
        !walk.folders.contains(from) && count * 2 > left.get(from).copied().unwrap_or_default()
    };
    let moved = moved.into_iter().filter(|((from, _), (count, _))| is_move(from, *count));
    moved.map(|((from, to), (_, at))| (from.to_owned(), (to.to_owned(), at))).collect()
}

impl<'a> Departures<'a> {
    fn note(&mut self, change: &'a Change, at: Option<Timestamp>) {
        match &change.kind {
            ChangeKind::Written => {}
            ChangeKind::Deleted => self.leave(&change.path, None),
            ChangeKind::Renamed { from } => {
                self.leave(from, Some(&change.path));
                for pair in moved_folders(from, &change.path) {
                    let (count, latest) = self.moved.entry(pair).or_default();
                    *count += 1;
                    *latest = (*latest).max(at);
                }
            }
        }
    }

    /// A file leaves every folder above it that is not above the place where it goes.
    fn leave(&mut self, path: &'a str, to: Option<&str>) {
        let stays = |folder: &str| to.is_some_and(|to| folders_above(to).any(|above| above == folder));
        for folder in folders_above(path).filter(|folder| !stays(folder)) {
            *self.left.entry(folder).or_default() += 1;
        }
    }
}

/// The folders that would be one if a file moved because its folder did: `a/x/f` to `b/x/f` moves `a/x` to `b/x`, and `a` to `b`.
fn moved_folders<'a>(from: &'a str, to: &'a str) -> Vec<(&'a str, &'a str)> {
    let (mut pairs, mut pair) = (Vec::new(), (from, to));
    for _ in 0..HOPS {
        let (Some(above), Some(beneath)) = (split(pair.0), split(pair.1)) else { break };
        if above.1 != beneath.1 || above.0 == beneath.0 {
            break;
        }
        pair = (above.0, beneath.0);
        pairs.push(pair);
    }
    pairs
}

/// The folder and the name; the root has neither.
fn split(path: &str) -> Option<(&str, &str)> {
    (!path.is_empty()).then(|| path.rsplit_once('/').unwrap_or(("", path)))
}

/// Where folders of today stood before, the latest first.
fn previous(moves: &Moves) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<(Option<Timestamp>, &String)>> = BTreeMap::new();
    for (from, (_, at)) in moves {
        found.entry(followed(from, moves)).or_default().push((*at, from));
    }
    let sorted = found.into_iter().map(|(folder, mut before)| {
        before.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        (folder, before.into_iter().take(PREVIOUS).map(|(_, from)| from.clone()).collect())
    });
    sorted.collect()
}

/// Where a folder is in the end: by its own moves, or by those of a folder above it.
fn followed(from: &str, moves: &Moves) -> String {
    let path = today(&format!("{from}/"), moves);
    path.trim_end_matches('/').to_owned()
}
