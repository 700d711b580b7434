//! Terraform and OpenTofu code: the files of one folder are one module, read together with the values of its variables.
//!
//! What a resource is and which of its attributes may be told is decided by the table of the state's decoder. Names are followed through locals and
//! defaults within the module; what passes between modules is told as names that the graph resolves. Of variables of functions and containers
//! only the endpoints leave this module; a variable that is marked as sensitive is never followed.
//!
//! * A record of the source is a top-level block. A resource, a data source and a call of a module are records of their own; the blocks that
//!   only say how they are meant (variables, locals, outputs, providers, settings, moves, imports, checks) are counted in one record of the
//!   module for each file.
//! * The key is the module's folder by its name and a digest, and the block's address: a moved file changes nothing.
//! * A resource is that of a state where that is certain: the state is a local file by the module's own word, and the block has one instance.
//!
//! Evidence is `path:line`. This module may use `twin_connector_base`, the table of states and how paths are joined, and nothing else of other decoders.

mod call;
mod environment;
mod file;
mod json;
mod module;
mod native;
mod resource;
mod source;
mod split;
mod syntax;
mod target;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, Diagnostic, Locator, Outcome, Perspective, Record, RecordKey, code, technique};
use twin_core::schema::{attribute, kind, relation};

use crate::compose::path::{folder, joined, name};
use crate::terraform_state::table;

use file::File;
use module::Module;
use syntax::Block;

/// Reads the code of Terraform and OpenTofu.
#[derive(Clone, Copy, Debug, Default)]
pub struct TerraformHcl;

impl Decoder for TerraformHcl {
    fn capability(&self) -> Capability {
        let relations = [
            relation::DEPENDS_ON,
            relation::CONNECTS_TO,
            relation::CONFIGURED_BY,
            relation::ROUTES_TO,
            relation::OWNED_BY,
            relation::PART_OF,
        ];
        let mut kinds: Vec<_> = table::kinds().collect();
        kinds.extend([kind::RESOURCE, kind::TEAM, kind::SYSTEM, kind::PACKAGE, kind::CONFIGURATION]);
        kinds.sort();
        kinds.dedup();
        Capability::of_files("terraform-hcl", &kinds, &relations).blind_to(&[
            "values that only a run computes, and how many instances `count` and `for_each` make",
            "what modules from elsewhere declare",
            "values of other files than `terraform.tfvars`, of the command line, the shell and workspaces",
            "results of functions and conditions",
            "literal attributes beyond names, hosts, places and conventional tags",
        ])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        let endings = [".tf", ".tf.json", ".tofu", ".tofu.json"];
        match endings.iter().any(|ending| name(path).strip_suffix(ending).is_some_and(|stem| !stem.is_empty())) {
            true => Recognition::ByName,
            false => Recognition::No,
        }
    }

    fn group(&self, path: &str) -> Option<String> {
        Some(folder(path).to_owned())
    }

    fn companions(&self, path: &str, _head: &[u8]) -> Vec<String> {
        let values = ["terraform.tfvars", "terraform.tfvars.json"];
        values.iter().filter_map(|file| joined(folder(path), file)).collect()
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let files: Vec<File<'_>> = payloads.iter().map(|payload| File::read(payload, origin)).collect();
        let folder = payloads.first().map_or("", |payload| folder(payload.path));
        let module = Module::new(folder, &files, origin);
        let mut seen = BTreeMap::new();
        let mut decoded: Vec<_> = (0..files.len()).filter_map(|place| decode_file(&module, place, &mut seen)).collect();
        if module.is_cut() {
            decoded.iter_mut().for_each(say_cut);
        }
        shared_outcome(decoded)
    }
}

/// Names that lead to names without end were not followed to it.
fn say_cut(decoded: &mut Decoded) {
    let message = "too many names lead to others: not all were followed";
    decoded.diagnostics.push(Diagnostic::warning(code::LIMIT, Locator::line(&decoded.path, 0), message));
    decoded.outcome = Outcome::Partial(message.to_owned());
}

/// What is not known of one file may change what is said in another.
fn shared_outcome(mut decoded: Vec<Decoded>) -> Vec<Decoded> {
    let flawed = decoded.iter().find(|file| file.outcome != Outcome::Complete && !is_empty(file));
    if let Some(reason) = flawed.map(|file| format!("{}: not all of it could be read", file.path)) {
        decoded.iter_mut().for_each(|file| file.outcome = Outcome::Partial(reason.clone()));
    }
    decoded
}

/// A file in which nothing is written hides nothing from the others.
fn is_empty(decoded: &Decoded) -> bool {
    decoded.diagnostics.iter().all(|flaw| flaw.message == file::EMPTY)
}

/// The reading of one file. Nothing is said of a file of values that could be read.
fn decode_file(module: &Module<'_>, place: usize, seen: &mut BTreeMap<RecordKey, usize>) -> Option<Decoded> {
    let file = module.files.get(place)?;
    if file::is_values(file.path) && file.diagnostics.is_empty() {
        return None;
    }
    let mut reading =
        Reading { module, place, decoded: Decoded::complete(file.path, Vec::new()), told: BTreeSet::new() };
    reading.decoded.diagnostics.clone_from(&file.diagnostics);
    for block in &file.blocks {
        reading.read(block, seen);
    }
    reading.count_others(&file.blocks);
    Some(reading.finished())
}

struct Reading<'m, 'a> {
    module: &'m Module<'a>,
    place: usize,
    decoded: Decoded,
    /// The keys of this file's records.
    told: BTreeSet<RecordKey>,
}

impl<'a> Reading<'_, 'a> {
    fn read(&mut self, block: &'a Block, seen: &mut BTreeMap<RecordKey, usize>) {
        let records = match block.kind.as_str() {
            "resource" | "data" => resource::records(self.module, self.place, block),
            "module" => call::records(self.module, self.place, block),
            "output" => return self.add_others(call::outputs(self.module, self.place, block)),
            _ => return,
        };
        let mut records = records.into_iter();
        let Some(first) = records.next() else { return };
        match self.stands_again(&first.key, seen) {
            true => self.reject(block, "another block has the same address"),
            false => {
                self.told.insert(first.key.clone());
                self.decoded.records.push(first);
                self.add_others(records);
            }
        }
    }

    /// Whether another block of that address was read, which this one does not come over.
    fn stands_again(&self, key: &RecordKey, seen: &mut BTreeMap<RecordKey, usize>) -> bool {
        let before = seen.insert(key.clone(), self.place);
        before.is_some_and(|before| before == self.place || !(self.comes_over(before) || self.comes_over(self.place)))
    }

    fn comes_over(&self, place: usize) -> bool {
        let paths = || self.module.files.iter().map(|file| file.path);
        self.module.files.get(place).is_some_and(|file| file::is_override(file.path, paths))
    }

    fn reject(&mut self, block: &Block, message: &'static str) {
        let at = Locator::line(&self.decoded.path, block.line);
        self.decoded.diagnostics.push(Diagnostic::rejected(code::SHAPE, at, message));
    }

    /// Records that stand for no block, each once.
    fn add_others(&mut self, records: impl IntoIterator<Item = Record>) {
        for record in records {
            if self.told.insert(record.key.clone()) {
                self.decoded.records.push(record);
            }
        }
    }

    /// The blocks that become nothing of their own are counted in one record of the module.
    fn count_others(&mut self, blocks: &[Block]) {
        let others = || blocks.iter().filter(|block| !matches!(block.kind.as_str(), "resource" | "data" | "module"));
        let Some(first) = others().next() else { return };
        let evidence = self.module.stands(self.place, first.line, &first.kind, technique::DECLARED);
        let key = self.module.key(kind::CONFIGURATION, "module");
        let mut record = Record::new(key, self.module.title(), Perspective::Declared, evidence.clone());
        record.attribute(attribute::PLATFORM_KIND, "terraform module", evidence);
        record.stands_for = others().count() as u64;
        self.decoded.records.push(record);
    }

    fn finished(mut self) -> Decoded {
        let rejected: u64 = self.decoded.diagnostics.iter().map(|flaw| flaw.records).sum();
        if rejected > 0 {
            self.decoded.outcome = Outcome::Partial(format!("{rejected} blocks could not be read"));
        }
        self.decoded
    }
}
