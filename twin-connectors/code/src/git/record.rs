//! From a history to records: the repository, what changed in its folders, and its people.

use std::collections::BTreeMap;
use std::time::Duration;

use twin_connector_base::repository;
use twin_core::base::{Digest, Timestamp};
use twin_core::observe::{
    Diagnostic, Evidence, Handle, Locator, Perspective, Record, RecordKey, SourceId, Space, Statement, Step, code,
    technique,
};
use twin_core::schema::{AttributeName, Value, attribute, kind};

use super::folders::{Touched, touched};
use super::history::{Commit, History, Walk};

/// How many folders are told of, those nearest to the root first.
pub const FOLDERS: usize = 2_000;

/// How many people are told of one folder, those with most commits first.
pub const AUTHORS: usize = 100;

/// Where a repository is checked out.
#[derive(Clone, Copy, Debug)]
pub struct Checkout<'a> {
    /// The source instance.
    pub source: &'a SourceId,
    /// The folder within the source; the root is empty.
    pub folder: &'a str,
    /// What tells the repository from others if it has no remote.
    pub id: &'a str,
    /// What people call it then.
    pub name: &'a str,
    /// Where all of it stands.
    pub whole: &'a Locator,
}

/// What a history tells, and what of it is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// The repository first; it stands for its commits and tags. The others stand for nothing.
    pub records: Vec<Record>,
    /// Warnings: where a bound cut something.
    pub warnings: Vec<Diagnostic>,
}

/// The records of a history. A pure function of it.
pub fn tell(history: &History, checkout: &Checkout<'_>) -> Told {
    let mut telling = Telling { checkout, told: Told::default(), people: BTreeMap::new(), has_more_people: false };
    let place = history.remotes.first().map(|remote| remote.place.as_str());
    let id = place.unwrap_or(checkout.id);
    telling.repository(history, id, place.unwrap_or(checkout.name));
    if let Some(walk) = &history.walk {
        telling.folders(walk, id);
    }
    telling.warn_of_bounds(history);
    telling.finish()
}

struct Telling<'a> {
    checkout: &'a Checkout<'a>,
    told: Told,
    /// Where people are first met.
    people: BTreeMap<String, Evidence>,
    /// Whether anything was changed by more people than are told of.
    has_more_people: bool,
}

impl Telling<'_> {
    fn repository(&mut self, history: &History, id: &str, name: &str) {
        let existence = existence(history, self.checkout);
        let key = RecordKey::new(self.checkout.source, kind::REPOSITORY, id);
        let mut record = Record::new(key, name, Perspective::Declared, existence.clone());
        let commits = history.walk.as_ref().map_or(0, |walk| walk.commits.len());
        record.stands_for = (commits + history.tags.len()).max(1) as u64;
        record.known_as(self.path(""), existence.clone());
        if let Some(remote) = history.remotes.first() {
            let evidence = declared(&remote.step);
            record.known_as(repository::handle(&remote.place), evidence.clone());
            record.attribute(attribute::REPOSITORY_URL, remote.url.as_str(), evidence);
        }
        tell_head(&mut record, history);
        if let Some(walk) = &history.walk {
            self.window(&mut record, walk, &existence);
        }
        date(&mut record, history.walk.as_ref());
        self.told.records.push(record);
    }

    /// The counts of a whole walk, and the time that it spans.
    fn window(&mut self, record: &mut Record, walk: &Walk, otherwise: &Evidence) {
        let all: Vec<usize> = (0..walk.commits.len()).collect();
        self.counts(record, walk, &all, otherwise);
        let times = || walk.commits.iter().filter_map(|commit| Some((commit.committed?, &commit.step)));
        if let (Some((first, at)), Some((last, until))) =
            (times().min_by_key(|(at, _)| *at), times().max_by_key(|(at, _)| *at))
        {
            record.attribute(attribute::WINDOW_START, Value::Timestamp(first), declared(at));
            let end = last.after(Duration::from_secs(1));
            record.attribute(attribute::WINDOW_END, Value::Timestamp(end), declared(until));
        }
    }

    /// How many commits, the last of them, and who made them.
    fn counts(&mut self, record: &mut Record, walk: &Walk, places: &[usize], otherwise: &Evidence) {
        let commits: Vec<&Commit> = places.iter().filter_map(|place| walk.commits.get(*place)).collect();
        let evidence = span(&commits).unwrap_or_else(|| otherwise.clone());
        record.attribute(attribute::COMMITS, i64::try_from(commits.len()).unwrap_or(i64::MAX), evidence.clone());
        if let Some((at, step)) = last(&commits) {
            record.attribute(attribute::LAST_CHANGE, Value::Timestamp(at), declared(step));
        }
        let authors = self.authors(&commits, &evidence);
        if !authors.is_empty() {
            record.attribute(attribute::AUTHORS, Value::Texts(authors), evidence);
        }
    }

    /// Those with most commits first; of several with as many, by their handles.
    fn authors(&mut self, commits: &[&Commit], evidence: &Evidence) -> Vec<String> {
        let mut counts: BTreeMap<&String, u64> = BTreeMap::new();
        for commit in commits {
            commit.author.iter().for_each(|author| *counts.entry(author).or_default() += 1);
        }
        let mut order: Vec<(&String, u64)> = counts.into_iter().collect();
        order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        self.has_more_people |= order.len() > AUTHORS;
        let shown: Vec<String> = order.into_iter().take(AUTHORS).map(|(author, _)| author.clone()).collect();
        for author in &shown {
            self.people.entry(author.clone()).or_insert_with(|| evidence.clone());
        }
        shown
    }

    fn folders(&mut self, walk: &Walk, repository: &str) {
        let mut touched: Vec<(String, Touched)> = touched(walk).into_iter().collect();
        touched.sort_by_key(|(folder, _)| depth(folder));
        if touched.len() > FOLDERS {
            let left = touched.len() - FOLDERS;
            self.warn(format!("{left} folders further down are not told of, more than {FOLDERS}"));
        }
        for (folder, touched) in touched.iter().take(FOLDERS) {
            self.activity(walk, repository, folder, touched);
        }
    }

    /// A folder is told by its digest: keys hold no path.
    fn activity(&mut self, walk: &Walk, repository: &str, folder: &str, touched: &Touched) {
        let commits: Vec<&Commit> = touched.commits.iter().filter_map(|place| walk.commits.get(*place)).collect();
        let Some(evidence) = span(&commits) else { return };
        let path = joined(self.checkout.folder, folder);
        let key = RecordKey::new(self.checkout.source, kind::ACTIVITY, Digest::of(path.as_bytes()).to_string());
        let mut record = Record::new(key.in_cluster(repository), path, Perspective::Declared, evidence.clone());
        record.stands_for = 0;
        record.known_as(self.path(folder), evidence.clone());
        self.counts(&mut record, walk, &touched.commits, &evidence);
        if !touched.previous.is_empty() {
            let before = touched.previous.iter().map(|path| joined(self.checkout.folder, path)).collect();
            record.attribute(attribute::PREVIOUS_PATHS, Value::Texts(before), evidence);
        }
        self.told.records.push(record);
    }

    fn path(&self, folder: &str) -> Handle {
        Handle::within(Space::Path, joined(self.checkout.folder, folder), self.checkout.source.0.clone())
    }

    fn warn_of_bounds(&mut self, history: &History) {
        if let Some(cut) = history.walk.as_ref().and_then(|walk| walk.cut) {
            self.warn(cut.why());
        }
        if history.tags_left_out > 0 {
            self.warn(format!("{} older tags are left out", history.tags_left_out));
        }
        if self.has_more_people {
            self.warn(format!("only those {AUTHORS} people are told of who made most commits"));
        }
    }

    fn warn(&mut self, why: String) {
        self.told.warnings.push(Diagnostic::warning(code::LIMIT, self.checkout.whole.clone(), why));
    }

    /// People stand for no record of the source.
    fn finish(mut self) -> Told {
        for (handle, evidence) in self.people {
            let key = RecordKey::new(self.checkout.source, kind::PERSON, handle.as_str());
            let mut record = Record::new(key, handle, Perspective::Declared, evidence);
            record.stands_for = 0;
            self.told.records.push(record);
        }
        self.told
    }
}

fn tell_head(record: &mut Record, history: &History) {
    if let Some(head) = &history.head {
        let mut tell = |name: AttributeName, value: &Option<String>| {
            if let Some(value) = value {
                record.attribute(name, value.as_str(), declared(&head.step));
            }
        };
        tell(attribute::BRANCH, &head.branch);
        tell(attribute::REVISION, &head.commit);
    }
    if let Some(newest) = history.tags.first() {
        let names = history.tags.iter().map(|tag| tag.name.clone()).collect();
        record.attribute(attribute::VERSION_TAGS, Value::Texts(names), declared(&newest.step));
    }
}

/// A repository is there since its first commit, if that is known. What a later reading replaces holds from its first reading on: it ends when that
/// later reading is applied, so two values would hold at once if it began before.
fn date(record: &mut Record, walk: Option<&Walk>) {
    let first = walk
        .filter(|walk| walk.cut.is_none())
        .and_then(|walk| walk.commits.iter().filter_map(|one| one.committed).min());
    let lasting = |statement: &Statement| !matches!(statement, Statement::Attribute { .. });
    for observation in record.observations.iter_mut().filter(|observation| lasting(&observation.statement)) {
        observation.valid_from = first;
    }
}

/// Why a repository is believed to be there: its remote, else what is checked out, else a commit, else the whole.
fn existence(history: &History, checkout: &Checkout<'_>) -> Evidence {
    let remote = history.remotes.first().map(|remote| &remote.step);
    let head = history.head.as_ref().map(|head| &head.step);
    let commit = history.walk.as_ref().and_then(|walk| walk.commits.first()).map(|commit| &commit.step);
    match remote.or(head).or(commit) {
        Some(step) => declared(step),
        None => Evidence::at(checkout.whole.clone(), "", technique::DECLARED),
    }
}

fn declared(step: &Step) -> Evidence {
    Evidence::at(step.locator.clone(), step.raw.as_str(), technique::DECLARED)
}

/// The last of some commits, then the first: what a count over them rests on.
fn span(commits: &[&Commit]) -> Option<Evidence> {
    let newest = commits.iter().max_by_key(|commit| (commit.committed, &commit.step))?;
    let oldest = commits.iter().min_by_key(|commit| (commit.committed, &commit.step))?;
    let evidence = declared(&newest.step);
    Some(if newest.step == oldest.step {
        evidence
    } else {
        evidence.then(oldest.step.locator.clone(), oldest.step.raw.as_str())
    })
}

fn last<'a>(commits: &[&'a Commit]) -> Option<(Timestamp, &'a Step)> {
    commits.iter().filter_map(|commit| Some((commit.committed?, &commit.step))).max()
}

fn depth(folder: &str) -> usize {
    if folder.is_empty() { 0 } else { 1 + folder.matches('/').count() }
}

fn joined(above: &str, folder: &str) -> String {
    match (above, folder) {
        ("", folder) => folder.to_owned(),
        (above, "") => above.to_owned(),
        (above, folder) => format!("{above}/{folder}"),
    }
}
