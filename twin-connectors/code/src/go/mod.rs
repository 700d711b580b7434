//! Go: `go.mod`, `go.sum` and `go.work`.
//!
//! A record is a `go.mod`. What it requires is a lower bound, as written; a module that only others need has the condition `indirect`. A module that is replaced by another is
//! a dependency on the other; one that is replaced by a folder stays itself, for that folder's module has its name. `exclude` and `retract` name versions that nobody gets.
//! `go.sum` holds the hashes of everything that was ever looked at, chosen or not, and `go.work` only names folders: neither is anything of its own.

mod lines;

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, Diagnostic, Proof, code};
use twin_core::schema::{kind, relation};

use crate::packages::{Dependency, Ecosystem, File, Manifest, Told, file_name, rejected, scope};
use lines::{Line, lines};

/// Reads Go's modules.
#[derive(Clone, Copy, Debug, Default)]
pub struct Go;

impl Decoder for Go {
    fn capability(&self) -> Capability {
        let relations = [relation::DEPENDS_ON, relation::REPRESENTS, relation::BUILT_FROM];
        let capability = Capability::of_files("go", &[kind::PACKAGE, kind::COMPONENT], &relations);
        Capability { proof: Proof::Documented, ..capability }.blind_to(&[
            "what a module is at which version: Go keeps that in tags",
            "which version is chosen where several modules require one",
            "which packages of a module are programs",
            "what the modules that it requires depend on",
        ])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        let known = ["go.mod", "go.sum", "go.work", "go.work.sum"].contains(&file_name(path));
        if known { Recognition::ByName } else { Recognition::No }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        payloads.iter().flat_map(|payload| decode_file(payload, origin)).collect()
    }
}

fn decode_file(payload: &Payload<'_>, origin: &Origin) -> Vec<Decoded> {
    match File::open(payload, origin).and_then(|file| decoded(&file)) {
        Ok(decoded) => vec![decoded],
        Err(diagnostic) => rejected(payload.path, diagnostic),
    }
}

fn decoded(file: &File<'_>) -> Result<Decoded, Diagnostic> {
    if file_name(file.path).ends_with(".sum") {
        return sums(file);
    }
    let (lines, diagnostics) = lines(file);
    let module = lines.iter().find(|line| line.verb == "module");
    let is_workspace = || lines.iter().any(|line| line.verb == "use" || line.verb == "go");
    match module.and_then(|line| line.words.first().map(|name| file.said(line.number, name))) {
        Some(name) => Ok(file.decoded(manifest(file, name, &lines).records(file), diagnostics)),
        None if file_name(file.path) == "go.work" && is_workspace() => Ok(file.decoded(Vec::new(), diagnostics)),
        None => Err(file.refuse(code::NOT_RECOGNISED, 0, "no module of Go")),
    }
}

/// Hashes: a line is a module, a version and a hash.
fn sums(file: &File<'_>) -> Result<Decoded, Diagnostic> {
    let is_sum =
        |line: &str| matches!(line.split_whitespace().collect::<Vec<_>>()[..], [_, _, hash] if hash.starts_with("h1:"));
    let short = file.numbered().filter(|(_, line)| !line.trim().is_empty());
    let odd: Vec<Diagnostic> = short
        .filter(|(_, line)| line.len() > file.origin.limits.line_bytes || !is_sum(line))
        .map(|(number, _)| file.refuse(code::SYNTAX, number, "no hash of a module"))
        .collect();
    Ok(file.decoded(Vec::new(), odd))
}

fn manifest(file: &File<'_>, name: Told, lines: &[Line<'_>]) -> Manifest {
    let mut manifest = Manifest::new(Ecosystem::Go, Some(name), file.folder(), file);
    let mut reading = Reading { file, replaced: BTreeMap::new(), tools: BTreeSet::new() };
    for line in lines {
        match (line.verb, &line.words[..]) {
            ("replace", [old, "=>", new @ ..]) => drop(reading.replaced.insert((old, None), (line.number, new))),
            ("replace", [old, version, "=>", new @ ..]) => {
                reading.replaced.insert((old, Some(version)), (line.number, new));
            }
            ("tool", [tool]) => reading.tools.extend(folders(tool)),
            _ => {}
        }
    }
    let required = lines.iter().filter(|line| line.verb == "require");
    manifest.dependencies = required.filter_map(|line| reading.dependency(line)).collect();
    manifest
}

/// By module and version: a line, and what it puts in their place.
type Replaced<'t> = BTreeMap<(&'t str, Option<&'t str>), (usize, &'t [&'t str])>;

/// What bears on the modules that are required.
struct Reading<'a, 't> {
    file: &'a File<'a>,
    /// What stands in the place of others.
    replaced: Replaced<'t>,
    /// The packages of programs that help to develop, and all folders above them.
    tools: BTreeSet<&'t str>,
}

/// A package and everything that it lies in.
fn folders(package: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(package), |package| package.rsplit_once('/').map(|(above, _)| above))
}

impl Reading<'_, '_> {
    fn dependency(&self, line: &Line<'_>) -> Option<Dependency> {
        let (module, version) = (*line.words.first()?, line.words.get(1).copied());
        let mut dependency = Dependency::new(module.to_owned(), self.file.evidence(line.number, module));
        dependency.range = version.map(str::to_owned);
        dependency.condition = (line.comment == "indirect").then(|| "indirect".to_owned());
        dependency.scope = self.tools.contains(module).then_some(scope::DEVELOPMENT);
        let replaced = self.replaced.get(&(module, version)).or_else(|| self.replaced.get(&(module, None)));
        match replaced {
            Some((number, [new, version @ ..])) => {
                Some(in_place(self.file, dependency, *number, (new, version.first().copied())))
            }
            _ => Some(dependency),
        }
    }
}

fn in_place(file: &File<'_>, dependency: Dependency, line: usize, (new, version): (&str, Option<&str>)) -> Dependency {
    let is_folder = version.is_none() || new.starts_with(['.', '/']);
    let name = if is_folder { dependency.name.clone() } else { new.to_owned() };
    let mut evidence = dependency.evidence;
    evidence.chain.extend(file.evidence(line, new).chain);
    Dependency { name, evidence, range: version.map(str::to_owned), ..dependency }
}

#[cfg(test)]
mod tests;
