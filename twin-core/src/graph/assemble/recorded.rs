//! A directory that keeps by which names it was asked.

use std::cell::RefCell;

use crate::base::Context;
use crate::identity::{
    Directory, FactIndex, Found, Name, RecordIndex, RecordView, is_job, name_of, name_of_handle, name_of_kind,
    names_in, names_in_host,
};
use crate::observe::{Handle, Holding, RecordKey, Space, Target};
use crate::schema::{AttributeName, Kind, Value};

/// The directory, and the names by which it was asked since they were last taken. Facts are not kept: whoever has a fact was given it with its record.
pub(super) struct Recorded<'a> {
    directory: &'a Directory<'a>,
    names: RefCell<Vec<Name>>,
}

impl<'a> Recorded<'a> {
    pub fn new(directory: &'a Directory<'a>) -> Self {
        Recorded { directory, names: RefCell::default() }
    }

    /// Keeps one more name that an answer goes by.
    pub fn note(&self, name: Name) {
        self.names.borrow_mut().push(name);
    }

    fn note_all(&self, names: impl IntoIterator<Item = Name>) {
        self.names.borrow_mut().extend(names);
    }

    fn note_found(&self, found: &[Found]) {
        self.note_all(found.iter().map(|found| name_of(self.directory.record(found.record).digest)));
    }

    /// Forgets what was asked.
    pub fn clear(&self) {
        self.names.borrow_mut().clear();
    }

    /// The names since they were last taken, each once.
    pub fn take(&self) -> Vec<Name> {
        let mut names = std::mem::take(&mut *self.names.borrow_mut());
        names.sort_unstable();
        names.dedup();
        names.shrink_to_fit();
        names
    }

    pub fn context(&self) -> &'a Context {
        self.directory.context()
    }

    /// How many records there are. Not kept: who walks over all of them keeps each that it reads.
    pub fn len(&self) -> usize {
        self.directory.records().len()
    }

    /// The records that state a relation. Not kept, as [`Recorded::len`].
    pub fn related(&self) -> &'a [RecordIndex] {
        self.directory.related()
    }

    /// A record's key's identity. Not kept: it never changes.
    pub fn digest(&self, record: RecordIndex) -> crate::base::Digest {
        self.directory.record(record).digest
    }

    pub fn holding(&self, fact: FactIndex) -> &'a Holding<'a> {
        self.directory.holding(fact)
    }

    pub fn record(&self, record: RecordIndex) -> &'a RecordView {
        let view = self.directory.record(record);
        self.note(name_of(view.digest));
        view
    }

    pub fn by_key(&self, key: &RecordKey) -> Option<RecordIndex> {
        let record = self.directory.by_key(key);
        self.note(name_of(record.map_or_else(|| key.digest(), |record| self.digest(record))));
        record
    }

    pub fn of_kind(&self, kind: Kind) -> impl DoubleEndedIterator<Item = RecordIndex> + use<'a> {
        self.note(name_of_kind(&kind));
        self.directory.of_kind(kind)
    }

    pub fn facts_of(&self, record: RecordIndex) -> impl Iterator<Item = (FactIndex, &'a Holding<'a>)> + use<'a> {
        self.note(name_of(self.digest(record)));
        self.directory.facts_of(record)
    }

    pub fn attribute<'n>(
        &self,
        record: RecordIndex,
        wanted: &'n AttributeName,
    ) -> impl Iterator<Item = (FactIndex, &'a Value)> + use<'a, 'n> {
        self.note(name_of(self.digest(record)));
        self.directory.attribute(record, wanted)
    }

    pub fn is_job(&self, record: RecordIndex) -> bool {
        self.note(name_of(self.digest(record)));
        is_job(self.directory, record)
    }

    pub fn answering(&self, handle: &Handle) -> &'a [Found] {
        self.note(name_of_handle(handle.space, &handle.value));
        let found = self.directory.answering(handle);
        self.note_found(found);
        found
    }

    pub fn resolve(&self, target: &Target, asking: RecordIndex) -> Vec<Found> {
        self.note(name_of(self.digest(asking)));
        self.note_all(names_in(target));
        let found = self.directory.resolve(target, asking);
        self.note_found(&found);
        found
    }

    pub fn resolve_host(&self, host: &str, networks: &[String]) -> Vec<Found> {
        self.note_all(names_in_host(host));
        let found = self.directory.resolve_host(host, networks);
        self.note_found(&found);
        found
    }

    pub fn resolve_published(&self, port: i64, networks: &[String]) -> Vec<Found> {
        self.note(name_of_handle(Space::PublishedPort, &format!("localhost:{port}")));
        let found = self.directory.resolve_published(port, networks);
        self.note_found(&found);
        found
    }
}
