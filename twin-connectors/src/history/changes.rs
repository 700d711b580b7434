//! What a commit changed: two trees compared, and files that moved as they were found among what came and went.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;

use gix::ObjectId;
use gix::bstr::BStr;
use gix::diff::tree::recorder::Change as Recorded;
use gix::diff::tree::visit::{Action, Change as Visited};
use gix::diff::tree::{Error, Recorder, State, Visit};
use gix::objs::TreeRefIter;
use twin_connector_base::path::name;
use twin_connector_code::git::history::{Change, ChangeKind};
use twin_core::base::Context;

use super::Stop;
use super::open::Reader;

/// What a comparison came to.
pub(super) enum Found {
    /// The changes.
    Changes(Vec<Change>),
    /// An object is missing or damaged.
    Missing,
    /// More than may be read.
    TooMany,
}

/// Compares trees, with room that is used again.
#[derive(Default)]
pub(super) struct Differ {
    state: State,
}

impl Differ {
    /// What `after` changed of `before`, if that is at most `left` entries.
    pub fn changes(
        &mut self,
        reader: &Reader<'_>,
        before: Option<ObjectId>,
        after: ObjectId,
        left: usize,
    ) -> Result<Found, Stop> {
        let tree = |id: ObjectId| reader.repository.find_tree(id).ok().map(|mut tree| tree.take_data());
        let (Some(old), Some(new)) = (before.map_or(Some(Vec::new()), tree), tree(after)) else {
            return Ok(Found::Missing);
        };
        let hash = reader.repository.object_hash();
        let (old, new) = (TreeRefIter::from_bytes(&old, hash), TreeRefIter::from_bytes(&new, hash));
        let mut bounded = Bounded { recorder: Recorder::default(), left, seen: 0, context: reader.context };
        let outcome = gix::diff::tree(old, new, &mut self.state, &reader.repository.objects, &mut bounded);
        reader.context.check()?;
        match outcome {
            Ok(()) => Ok(Found::Changes(named(bounded.recorder.records))),
            Err(Error::Cancelled) => Ok(Found::TooMany),
            Err(Error::Failure(_)) => Ok(Found::Missing),
        }
    }
}

/// Stops where there is more than may be kept, or the host wants to.
struct Bounded<'a> {
    recorder: Recorder,
    left: usize,
    seen: usize,
    context: &'a Context,
}

/// After so many entries the host is asked whether to go on.
const BETWEEN_CHECKS: usize = 1_024;

impl Visit for Bounded<'_> {
    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.recorder.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.recorder.push_back_tracked_path_component(component);
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.recorder.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.recorder.pop_path_component();
    }

    fn visit(&mut self, change: Visited) -> Action {
        self.seen += 1;
        let stopped = self.seen.is_multiple_of(BETWEEN_CHECKS) && self.context.check().is_err();
        match stopped || self.seen > self.left {
            true => ControlFlow::Break(()),
            false => self.recorder.visit(change),
        }
    }
}

/// What came and went, by its content.
#[derive(Default)]
struct Moves {
    gone: BTreeMap<(ObjectId, String), VecDeque<String>>,
    came: Vec<(ObjectId, String)>,
    written: Vec<String>,
}

/// The changes of files in the order of their paths. Submodules and folders are none.
fn named(records: Vec<Recorded>) -> Vec<Change> {
    let mut moves = Moves::default();
    for record in records {
        moves.take(record);
    }
    moves.came.sort_by(|a, b| a.1.cmp(&b.1));
    let mut changes = moves.moved();
    let gone = moves.gone.into_values().flatten();
    changes.extend(gone.map(|path| Change { path, kind: ChangeKind::Deleted }));
    changes.extend(moves.written.into_iter().map(|path| Change { path, kind: ChangeKind::Written }));
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

impl Moves {
    fn take(&mut self, record: Recorded) {
        match record {
            Recorded::Addition { entry_mode, oid, path, .. } if entry_mode.is_blob_or_symlink() => {
                self.came.push((oid, path.to_string()));
            }
            Recorded::Deletion { entry_mode, oid, path, .. } if entry_mode.is_blob_or_symlink() => {
                let path = path.to_string();
                self.gone.entry((oid, name(&path).to_owned())).or_default().push_back(path);
            }
            Recorded::Modification { entry_mode, path, .. } if entry_mode.is_blob_or_symlink() => {
                self.written.push(path.to_string());
            }
            _ => {}
        }
    }

    /// Pairs what came with what went: by content and name first, then by content alone. What came without a pair is written.
    fn moved(&mut self) -> Vec<Change> {
        let (mut changes, mut rest) = (Vec::new(), Vec::new());
        for (id, path) in std::mem::take(&mut self.came) {
            let key = (id, name(&path).to_owned());
            match self.gone.get_mut(&key).and_then(VecDeque::pop_front) {
                Some(from) => changes.push(Change { path, kind: ChangeKind::Renamed { from } }),
                None => rest.push((id, path)),
            }
        }
        self.gone.retain(|_, paths| !paths.is_empty());
        for (id, path) in rest {
            let kind = self.pop(id).map_or(ChangeKind::Written, |from| ChangeKind::Renamed { from });
            changes.push(Change { path, kind });
        }
        changes
    }

    /// Any path that went with this content.
    fn pop(&mut self, id: ObjectId) -> Option<String> {
        let (key, paths) = self.gone.range_mut((id, String::new())..).next().filter(|(key, _)| key.0 == id)?;
        let (key, path) = (key.clone(), paths.pop_front());
        if paths.is_empty() {
            self.gone.remove(&key);
        }
        path
    }
}
