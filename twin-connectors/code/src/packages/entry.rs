//! What an entry of a lock file becomes: a package, and what it depends on in the versions that were chosen.

use twin_core::observe::{Evidence, Perspective, Record};
use twin_core::schema::attribute;

use super::manifest::{Dependency, depend, own_key};
use super::name::{Ecosystem, package_key};
use super::{File, Told};

/// One entry of a lock file.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The name, in one spelling.
    pub name: String,
    /// Where it stands.
    pub evidence: Evidence,
    /// Whether it is a package of the project itself.
    pub is_own: bool,
    /// Whether others can depend on it by that name.
    pub is_named: bool,
    /// Its licence, where the lock file knows it.
    pub license: Option<Told>,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
}

impl Entry {
    /// An entry from outside without dependencies.
    pub fn new(name: String, evidence: Evidence) -> Self {
        Entry { name, evidence, is_own: false, is_named: true, license: None, dependencies: Vec::new() }
    }

    /// The record of an entry, which stands for it.
    pub fn record(&self, ecosystem: Ecosystem, file: &File<'_>) -> Record {
        let key = match self.is_own {
            true => own_key(file, ecosystem, &self.name),
            false => package_key(&file.origin.source, ecosystem, &self.name),
        };
        let is_test_data = key.cluster.is_some();
        let mut record = Record::new(key, self.name.as_str(), Perspective::Declared, self.evidence.clone());
        if self.is_named && !is_test_data {
            record.known_as(ecosystem.url(&self.name), self.evidence.clone());
        }
        if let Some(license) = &self.license {
            record.attribute(attribute::LICENSE, license.text.as_str(), license.evidence.clone());
        }
        depend(&mut record, ecosystem, &self.dependencies, file);
        record
    }

    /// The record of a package that the lock file does not list itself, but whose dependencies it locks. It stands for nothing.
    pub fn of_manifest(&self, ecosystem: Ecosystem, file: &File<'_>) -> Record {
        let mut record = Entry { is_own: true, ..self.clone() }.record(ecosystem, file);
        record.stands_for = 0;
        record
    }
}
