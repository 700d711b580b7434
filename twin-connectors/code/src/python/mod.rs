//! Python: `pyproject.toml` (PEP 621, PEP 735, Poetry, PDM, uv), `setup.cfg`, requirements and constraints, `Pipfile`, and the lock files of Poetry, uv, PDM, Pipenv and PEP 751.
//!
//! A record is a manifest, or an entry of a lock file or of constraints. A file of settings alone is nothing of its own. Requirements and
//! a `Pipfile` have no name: they speak for the package that is declared beside them, else for one that is called after its folder. The included
//! files of requirements are read along, unless their names say that they are requirements themselves. `setup.py` is a program: that it is not read is said.

mod constraints;
mod locks;
mod pipfile;
mod project;
mod requirement;
mod requirements;
mod setup_cfg;

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, Diagnostic, code};
use twin_core::schema::{kind, relation};

use crate::packages::{File, Told, file_name, folder_of, join, main, rejected, toml};

const PROJECT: &str = "pyproject.toml";
const SETUP: &str = "setup.cfg";
const PIPFILE: &str = "Pipfile";
const LOCKS: [&str; 4] = ["poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"];

/// Reads the manifests and lock files of Python.
#[derive(Clone, Copy, Debug, Default)]
pub struct Python;

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Project,
    Setup,
    Program,
    Requirements,
    Constraints,
    Pipfile,
    PipfileLock,
    Lock,
}

impl Form {
    fn of(path: &str) -> Option<Self> {
        let name = file_name(path);
        match name {
            PROJECT => Some(Form::Project),
            SETUP => Some(Form::Setup),
            "setup.py" => Some(Form::Program),
            PIPFILE => Some(Form::Pipfile),
            "Pipfile.lock" => Some(Form::PipfileLock),
            _ if LOCKS.contains(&name) || (name.starts_with("pylock.") && name.ends_with(".toml")) => Some(Form::Lock),
            _ if requirements::is_constraints(path) => Some(Form::Constraints),
            _ if requirements::is_requirements(path) => Some(Form::Requirements),
            _ => None,
        }
    }

    /// By what stands in it, where the name says nothing.
    fn by_content(text: &str) -> Self {
        let has = |mark: &str| text.lines().any(|line| line.trim_start().starts_with(mark));
        match () {
            () if text.trim_start().starts_with('{') => Form::PipfileLock,
            () if has("[[package]]") || has("[[packages]]") => Form::Lock,
            () if has("[packages]") || has("[dev-packages]") => Form::Pipfile,
            () if has("[metadata]") || has("[options]") => Form::Setup,
            () if has("[") => Form::Project,
            () => Form::Requirements,
        }
    }
}

impl Decoder for Python {
    fn capability(&self) -> Capability {
        let relations = [relation::DEPENDS_ON, relation::REPRESENTS, relation::BUILT_FROM];
        Capability::of_files("python", &[kind::PACKAGE, kind::COMPONENT], &relations).blind_to(&[
            "what setup.py declares",
            "versions and dependencies that a build computes",
            "which version was chosen where a lock file holds several",
            "the name of a requirement that is only an address",
            "that two packages of one name in one repository are two",
        ])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        if Form::of(path).is_some() { Recognition::ByName } else { Recognition::No }
    }

    /// The manifests that say whose a file is or what it locks, and the files that requirements include.
    fn companions(&self, path: &str, head: &[u8]) -> Vec<String> {
        let folder = requirements::code_folder(path);
        let beside = |names: &[&str]| names.iter().map(|name| join(folder, name)).collect();
        match Form::of(path) {
            Some(Form::Requirements) => {
                let mut files: Vec<String> = beside(&[PROJECT, SETUP]);
                files.extend(requirements::included(path, &String::from_utf8_lossy(head)));
                files
            }
            Some(Form::Setup) => beside(&[PROJECT]),
            Some(Form::Pipfile | Form::Lock) => beside(&[PROJECT, SETUP]),
            Some(Form::PipfileLock) => beside(&[PROJECT, SETUP, PIPFILE]),
            _ => Vec::new(),
        }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        match meant(payloads) {
            Some(payload) => match File::open(payload, origin).and_then(|file| decoded(&file, payloads)) {
                Ok(decoded) => vec![decoded],
                Err(diagnostic) => rejected(payload.path, diagnostic),
            },
            None => Vec::new(),
        }
    }
}

/// The file that a group was formed for: each sort is read along only with those before it in this list.
fn meant<'p, 'a>(payloads: &'p [Payload<'a>]) -> Option<&'p Payload<'a>> {
    let sorts: [&[Form]; 4] = [
        &[Form::Requirements, Form::Constraints, Form::PipfileLock, Form::Lock, Form::Program],
        &[Form::Pipfile],
        &[Form::Setup],
        &[Form::Project],
    ];
    let named = |forms: &[Form]| main(payloads, |path| Form::of(path).is_some_and(|form| forms.contains(&form)));
    sorts.into_iter().find_map(named)
}

fn decoded(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    match Form::of(file.path).unwrap_or_else(|| Form::by_content(file.text)) {
        Form::Project => project::decode(file),
        Form::Setup => setup_cfg::decode(file, payloads),
        Form::Program => {
            Err(file.refuse(code::UNSUPPORTED, 0, "a program, which is not run: what it declares is not read"))
        }
        Form::Requirements => requirements::decode(file, payloads),
        Form::Constraints => constraints::decode(file),
        Form::Pipfile => pipfile::decode(file, payloads),
        Form::PipfileLock => pipfile::decode_lock(file, payloads),
        Form::Lock => locks::decode(file, payloads),
    }
}

/// A file that was read along.
fn beside<'a>(payloads: &[Payload<'a>], path: &str, origin: &'a Origin) -> Option<File<'a>> {
    let payload = payloads.iter().find(|payload| payload.path == path)?;
    File::open(payload, origin).ok()
}

/// The name of the package that is declared in a folder.
fn declared(folder: &str, payloads: &[Payload<'_>], origin: &Origin) -> Option<Told> {
    let project = beside(payloads, &join(folder, PROJECT), origin);
    let project = project.and_then(|file| project::name(&file, &toml(&file).ok()?));
    project.or_else(|| setup_cfg::name(&beside(payloads, &join(folder, SETUP), origin)?))
}

/// The folder of a file's code.
fn folder<'a>(file: &File<'a>) -> &'a str {
    if Form::of(file.path) == Some(Form::Requirements) {
        requirements::code_folder(file.path)
    } else {
        folder_of(file.path)
    }
}

#[cfg(test)]
mod tests;
