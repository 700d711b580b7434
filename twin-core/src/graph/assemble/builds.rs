//! Builds: what is built from a Dockerfile stands on the images that the Dockerfile builds on, and has the ports, licence and version that it
//! states.
//!
//! A Dockerfile does not name what is built from it. Whoever builds says so: `builtFrom` a folder, with the Dockerfile as `build.file`. The
//! Dockerfile is a configuration that answers to its own path; what it says `dependsOn` and `builtFrom` is said of what is built. Evidence
//! begins where the build is stated and ends in the Dockerfile.

use std::collections::BTreeMap;

use super::piece::Pass;
use super::relations::Reach;
use super::{Build, evidence_rows};
use crate::answer::EvidenceId;
use crate::graph::AttributeValue;
use crate::identity::{FactIndex, RecordIndex};
use crate::observe::{Evidence, Handle, Space, Statement, Step, Target};
use crate::schema::{AttributeName, Value, attribute, kind, relation};

/// What a Dockerfile states of the image itself.
const OF_THE_IMAGE: [AttributeName; 4] =
    [attribute::PORT, attribute::LICENSE, attribute::VERSION, attribute::DESCRIPTION];

/// One statement that something is built by a Dockerfile.
struct Built<'b> {
    record: RecordIndex,
    /// What is built.
    node: u32,
    /// From the statement to the Dockerfile.
    before: Vec<Step>,
    dockerfile: RecordIndex,
    file: &'b str,
}

impl Build<'_> {
    /// Gives everything that is built by a Dockerfile what the Dockerfile says.
    pub(super) fn add_base_images(&mut self) {
        for &record in self.directory.related() {
            self.unit(Pass::Builds, self.directory.digest(record), |build| build.add_base_images_of(record));
        }
    }

    fn add_base_images_of(&mut self, record: RecordIndex) {
        let Some(node) = self.places(record).own else { return };
        for (fact, holding) in self.directory.facts_of(record) {
            let Some(file) = build_file(&holding.fact.statement) else { continue };
            for dockerfile in self.dockerfiles(&file) {
                let before = self.steps(fact);
                self.add_build(&Built { record, node, before, dockerfile, file: &file.value });
            }
        }
    }

    /// The steps through the Dockerfile of a build; none for a relation that names none.
    pub(super) fn steps_through_build_file(
        &self,
        target: &Target,
        attributes: &BTreeMap<AttributeName, Value>,
    ) -> Vec<Step> {
        let Some(file) = file_of(target, attributes) else { return Vec::new() };
        let dockerfile = self.dockerfiles(&file).into_iter().next();
        let exists = dockerfile.and_then(|dockerfile| self.directory.record(dockerfile).exists);
        let listings = exists.map(|fact| &self.directory.holding(fact).listings[..]).unwrap_or_default();
        let mut said = listings.iter().flat_map(|listing| &listing.evidence);
        said.find(|evidence| stands_in(evidence, &file.value)).map(|found| found.chain.clone()).unwrap_or_default()
    }

    fn dockerfiles(&self, file: &Handle) -> Vec<RecordIndex> {
        let found = self.directory.answering(file).iter().map(|found| found.record);
        found.filter(|record| self.directory.record(*record).key.kind == kind::CONFIGURATION).collect()
    }

    fn add_build(&mut self, built: &Built<'_>) {
        for (fact, holding) in self.directory.facts_of(built.dockerfile) {
            match &holding.fact.statement {
                Statement::Related { relation, target, attributes, .. }
                    if [relation::DEPENDS_ON, relation::BUILT_FROM].contains(relation) =>
                {
                    self.pass_on(built, fact, relation, target, attributes);
                }
                Statement::Attribute { name, value } if OF_THE_IMAGE.contains(name) => {
                    let evidence = self.cite_in_file(built, fact, &[]);
                    let (name, value) = (name.clone(), value.clone());
                    let said = AttributeValue { name, value, perspective: holding.fact.perspective, evidence };
                    if !said.evidence.is_empty() {
                        self.piece.added.push((built.node, said));
                    }
                }
                _ => {}
            }
        }
    }

    /// Says of what is built what the Dockerfile says. The Dockerfile itself is no entity.
    fn pass_on(
        &mut self,
        built: &Built<'_>,
        fact: FactIndex,
        relation: &crate::schema::Relation,
        target: &Target,
        attributes: &BTreeMap<AttributeName, Value>,
    ) {
        let Ok(row) = self.schema.relation(relation.as_str()) else { return };
        for (to, found) in self.meant(built.record, fact, target, &row.to, Reach::Above) {
            if let Some(to) = to.filter(|to| *to != built.node) {
                let after = if *relation == relation::BUILT_FROM { self.steps_to(found) } else { Vec::new() };
                let evidence = self.cite_in_file(built, fact, &after);
                if !evidence.is_empty() {
                    self.say(built.node, relation, None, to, fact, attributes, evidence);
                }
            }
        }
    }

    /// Evidence of a fact of the Dockerfile, as this one file states it: files that say the same are one configuration.
    fn cite_in_file(&mut self, built: &Built<'_>, fact: FactIndex, after: &[Step]) -> Vec<EvidenceId> {
        let holding = self.directory.holding(fact);
        let rows = holding.listings.iter().flat_map(|listing| {
            let rows = evidence_rows(holding, listing, &built.before, after).zip(&listing.evidence);
            rows.filter(|(_, said)| stands_in(said, built.file)).map(|(row, _)| row)
        });
        rows.collect::<Vec<_>>().into_iter().map(|row| self.keep(row)).collect()
    }
}

/// The Dockerfile by which a statement says that its record is built. None where it names the stage that is
/// built (`condition` is `target …`): a Dockerfile speaks of its last one.
fn build_file(statement: &Statement) -> Option<Handle> {
    match statement {
        Statement::Related { relation, target, attributes, .. } if *relation == relation::BUILT_FROM => {
            let stage = attributes.get(&attribute::CONDITION).and_then(Value::as_text);
            file_of(target, attributes).filter(|_| !stage.is_some_and(|stage| stage.starts_with("target")))
        }
        _ => None,
    }
}

fn file_of(target: &Target, attributes: &BTreeMap<AttributeName, Value>) -> Option<Handle> {
    let Target::Handle(handle) = target else { return None };
    let file = attributes.get(&attribute::BUILD_FILE)?.as_text()?;
    (handle.space == Space::Path).then(|| Handle::within(Space::Path, file, handle.within.clone()))
}

fn stands_in(evidence: &Evidence, file: &str) -> bool {
    evidence.chain.first().is_some_and(|step| step.locator.path() == file)
}
