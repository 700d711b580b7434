//! Gradle: `build.gradle` and `build.gradle.kts`, with the settings, the scripts of the folders above, and the catalogue of versions that they draw on; `gradle.lockfile`.
//!
//! A record is a build script, or an entry of a lock file. A script is a program: only its literal `dependencies` and `plugins` are read, by tokens. A project is called after its
//! folder, the root after its settings; a project that is named as a dependency is meant by its folder. A root that only holds projects is a package, but no component. Settings and
//! catalogues are nothing of their own. Packages are Maven's, so that it does not matter which tool builds them.

mod build;
mod catalogue;
mod lockfile;
mod script;
mod token;

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, Diagnostic, Proof, code};
use twin_core::schema::{kind, relation};

use crate::packages::{File, ancestors, file_name, folder_of, join, main, rejected};

const BUILDS: [&str; 2] = ["build.gradle", "build.gradle.kts"];
const SETTINGS: [&str; 2] = ["settings.gradle", "settings.gradle.kts"];
const CATALOGUE: &str = "libs.versions.toml";
const LOCKS: [&str; 2] = ["gradle.lockfile", "buildscript-gradle.lockfile"];

/// Reads Gradle's build scripts and lock files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gradle;

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Build,
    Settings,
    Catalogue,
    Lock,
}

impl Form {
    fn of(path: &str) -> Option<Self> {
        match file_name(path) {
            name if BUILDS.contains(&name) => Some(Form::Build),
            name if SETTINGS.contains(&name) => Some(Form::Settings),
            name if LOCKS.contains(&name) => Some(Form::Lock),
            CATALOGUE => Some(Form::Catalogue),
            _ => None,
        }
    }
}

impl Decoder for Gradle {
    fn capability(&self) -> Capability {
        let relations = [relation::DEPENDS_ON, relation::REPRESENTS, relation::BUILT_FROM];
        let capability = Capability::of_files("gradle", &[kind::PACKAGE, kind::COMPONENT], &relations);
        Capability { proof: Proof::Documented, ..capability }.blind_to(&[
            "what a build script computes, and what its plugins and convention scripts add",
            "what a build script says of other projects, but for their group and version",
            "projects that settings put into another folder or give another name",
        ])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        if Form::of(path).is_some() { Recognition::ByName } else { Recognition::No }
    }

    /// The settings, scripts and catalogues of the folders above, and of the folder itself.
    fn companions(&self, path: &str, _head: &[u8]) -> Vec<String> {
        let folder = folder_of(path);
        let settings = || std::iter::once(folder).chain(ancestors(folder)).flat_map(above);
        match Form::of(path) {
            Some(Form::Build) => {
                ancestors(folder).flat_map(|folder| named(folder, &BUILDS)).chain(settings()).collect()
            }
            Some(Form::Lock) => {
                let scripts =
                    std::iter::once(folder).chain(ancestors(folder)).flat_map(|folder| named(folder, &BUILDS));
                scripts.chain(settings()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let Some(payload) = meant(payloads) else { return Vec::new() };
        match File::open(payload, origin).and_then(|file| decoded(&file, payloads)) {
            Ok(decoded) => vec![decoded],
            Err(diagnostic) => rejected(payload.path, diagnostic),
        }
    }
}

fn named(folder: &str, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| join(folder, name)).collect()
}

fn above(folder: &str) -> Vec<String> {
    let mut paths = named(folder, &SETTINGS);
    paths.push(join(&join(folder, "gradle"), CATALOGUE));
    paths
}

/// The lock file, else the build script that lies deepest.
fn meant<'p, 'a>(payloads: &'p [Payload<'a>]) -> Option<&'p Payload<'a>> {
    let is = |path: &str, form: Form| Form::of(path) == Some(form);
    let builds = payloads.iter().filter(|payload| is(payload.path, Form::Build));
    let deepest = builds.map(|payload| folder_of(payload.path).len()).max();
    let script = || main(payloads, |path| is(path, Form::Build) && Some(folder_of(path).len()) == deepest);
    main(payloads, |path| is(path, Form::Lock)).or_else(script)
}

fn decoded(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    let is_lock = || lockfile::is_one(file.text);
    match Form::of(file.path) {
        Some(Form::Settings) => known(
            file,
            &["include", "rootProject.name", "pluginManagement", "dependencyResolutionManagement", "plugins"],
        ),
        Some(Form::Catalogue) => catalogue::decode(file),
        Some(Form::Lock) => lockfile::decode(file, payloads),
        None if is_lock() => lockfile::decode(file, payloads),
        _ => build::decode(file, payloads),
    }
}

/// A script of which nothing is kept, if it is one.
fn known(file: &File<'_>, heads: &[&str]) -> Result<Decoded, Diagnostic> {
    let statements = script::statements(file).ok_or_else(|| file.refuse(code::LIMIT, 0, "nested too deeply"))?;
    let is_known = statements.iter().any(|statement| statement.head().is_some_and(|head| heads.contains(&head)));
    match is_known {
        true => Ok(file.decoded(Vec::new(), Vec::new())),
        false => Err(file.refuse(code::NOT_RECOGNISED, 0, "nothing of Gradle")),
    }
}

/// A file that was read along.
fn beside<'a>(payloads: &[Payload<'a>], path: &str, origin: &'a Origin) -> Option<File<'a>> {
    let payload = payloads.iter().find(|payload| payload.path == path)?;
    File::open(payload, origin).ok()
}

#[cfg(test)]
mod tests;
