//! The files that are read together, as the projects that they make up.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use twin_connector_base::config::interpolation::Variables;
use twin_connector_base::document::{Content, Node};
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Outcome, code};

use super::files::{Files, Loaded};
use super::include::includes;
use super::project::Project;
use super::starts::{Start, starts};
use super::tree::Source;
use super::unit::{Merged, Unit};
use super::{Compose, path, service};

/// Top-level keys of a file that may have no services.
const OTHERS: [&str; 8] = ["name", "version", "networks", "volumes", "configs", "secrets", "include", "models"];

/// What was read of one project: the files whose services are its own, and all that it needed.
struct Read {
    members: BTreeSet<String>,
    needed: BTreeMap<String, bool>,
}

/// Services that were counted already: a file that two projects include says each of them once.
type Counted = BTreeSet<(String, usize)>;

pub(super) fn decode(payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
    let files = Files::new(payloads, origin);
    let own = own(&files);
    let projects = projects(&files, &own);
    let members: BTreeSet<&String> = projects.iter().flat_map(|project| &project.members).collect();
    for companion in files.all().filter(|file| !members.contains(&file.payload.path.to_owned())) {
        note_broken(&files, companion);
    }
    let mut decoded = files.decoded(&own);
    projects.iter().for_each(|project| spread(project, &mut decoded));
    decoded.into_values().collect()
}

/// What else must be read to understand these files.
pub(super) fn needed(payloads: &[Payload<'_>], origin: &Origin) -> Vec<String> {
    let files = Files::new(payloads, origin);
    let projects = projects(&files, &own(&files));
    let needed: BTreeMap<String, bool> = projects.into_iter().flat_map(|project| project.needed).collect();
    needed.into_keys().filter(|path| files.given(path).is_none()).collect()
}

/// The Compose files among those that were given. If none is recognised, somebody says that they are.
fn own(files: &Files<'_>) -> BTreeSet<String> {
    let recognised = |file: &&Loaded<'_>| {
        Compose.recognises(file.payload.path, file.payload.bytes.unwrap_or_default()) != Recognition::No
    };
    let any = files.all().any(|file| recognised(&file));
    let own = files.all().filter(|file| if any { recognised(file) } else { !is_environment(file.payload.path) });
    own.map(|file| file.payload.path.to_owned()).collect()
}

fn is_environment(path: &str) -> bool {
    let name = path::name(path);
    name.ends_with(".env") || name.starts_with(".env.")
}

/// Reads every project. Files that nobody includes are the first of theirs; of files that include each other the first one is.
fn projects(files: &Files<'_>, own: &BTreeSet<String>) -> Vec<Read> {
    let included: BTreeSet<String> = own.iter().flat_map(|path| included_by(files, path)).collect();
    let mut folders: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for path in own.difference(&included) {
        folders.entry(path::folder(path)).or_default().push(path.clone());
    }
    let mut counted = Counted::new();
    let mut projects: Vec<Read> =
        folders.into_iter().map(|(folder, own)| read(files, folder, &own, &mut counted)).collect();
    let mut members: BTreeSet<String> = projects.iter().flat_map(|project| project.members.clone()).collect();
    for path in own {
        if !members.contains(path) {
            let project = read(files, path::folder(path), std::slice::from_ref(path), &mut counted);
            members.extend(project.members.iter().cloned());
            projects.push(project);
        }
    }
    projects
}

fn included_by(files: &Files<'_>, path: &str) -> Vec<String> {
    let folder = path::folder(path);
    let source = Rc::new(Source { path: path.to_owned(), folder: Some(folder.to_owned()) });
    let includes = includes(files, &source, &variables(files, folder));
    let paths = includes.iter().flat_map(|include| &include.sources).map(|source| source.path.clone());
    paths.filter(|included| included != path).collect()
}

/// The variables of the `.env` in a project's folder.
fn variables(files: &Files<'_>, folder: &str) -> Variables {
    let mut variables = Variables::default();
    let path = path::joined(folder, ".env").unwrap_or_default();
    if let Some(text) = files.variables(&path) {
        variables.read(&path, text);
    }
    variables
}

fn read(files: &Files<'_>, folder: &str, own: &[String], counted: &mut Counted) -> Read {
    files.take_asked();
    let variables = variables(files, folder);
    let project = Project::new(folder, own, &variables, files);
    for start in starts(folder, own, &variables) {
        project.units(&start, folder, &variables, &mut |unit| keep(unit, &start, counted));
    }
    let (members, needed) = (project.members(), files.take_asked());
    match hidden(files, &project, own, &needed) {
        Some(hidden) => give_up(files, &members, &hidden),
        None => members.iter().for_each(|path| check(files, path)),
    }
    Read { members, needed }
}

/// Keeps the records of a unit with the files that say them.
fn keep(unit: &Unit<'_, '_>, start: &Start, counted: &mut Counted) {
    let is_read = |merged: &&Merged| merged.places.iter().any(|place| start.reads(&place.source.path));
    for merged in unit.services.iter().filter(is_read) {
        for (place, mut record) in service::records(unit, merged) {
            if !start.reads(&place.source.path) {
                continue;
            }
            if record.stands_for > 0 && !counted.insert((place.source.path.clone(), place.line)) {
                record.stands_for = 0;
            }
            unit.files.keep(&place.source.path, record);
        }
    }
}

/// A file that could not be read, and without which the others mean something else: the values of their variables, or the name of
/// the project, which is part of the name of every service.
fn hidden(files: &Files<'_>, project: &Project<'_>, own: &[String], needed: &BTreeMap<String, bool>) -> Option<String> {
    let members = project.members();
    let mut all = members.iter().filter_map(|path| files.given(path));
    let uses_variables = all.any(|file| file.text.as_ref().is_ok_and(|text| text.contains('$')));
    let has_variables = |file: &&Loaded<'_>| needed.get(file.payload.path) == Some(&true);
    let settings = files.all().filter(has_variables).find(|file| file.text.is_err());
    let settings = settings.filter(|_| uses_variables || !project.is_named);
    let mut own = own.iter().filter_map(|path| files.given(path));
    let unnamed = own.find(|file| !project.is_named && !file.is_whole(&files.origin.limits));
    settings.or(unnamed).map(|file| file.payload.path.to_owned())
}

fn give_up(files: &Files<'_>, members: &BTreeSet<String>, hidden: &str) {
    files.forget(members);
    for file in files.all().filter(|file| members.contains(file.payload.path)) {
        let path = file.payload.path;
        if path == hidden || file.payload.bytes.is_err() {
            check(files, path);
        } else {
            let why = format!("{hidden} could not be read, and what this file says depends on it");
            files.reject(path, code::UNRESOLVED, 0, &why);
        }
    }
}

/// Notes what of a Compose file is none of it.
fn check(files: &Files<'_>, path: &str) {
    let Some(file) = files.get(path) else { return };
    let documents = file.documents(&files.origin.limits);
    match file.payload.bytes {
        Ok(bytes) if bytes.trim_ascii().is_empty() => files.reject(path, code::SHAPE, 1, "empty: no services"),
        Ok(_) if documents.is_empty() => files.warn(path, code::SHAPE, 1, "nothing but comments"),
        _ => {}
    }
    for document in documents {
        match &document.root {
            Ok(root) => check_root(files, path, root),
            Err(broken) => files.note(path, broken.clone()),
        }
    }
}

fn check_root(files: &Files<'_>, path: &str, root: &Node) {
    let Some(services) = root.get("services") else {
        let known = root.entries().iter().filter_map(|(key, _)| key.as_str());
        if !known.into_iter().any(|key| OTHERS.contains(&key) || key.starts_with("x-")) {
            files.reject(path, code::SHAPE, root.line, "no Compose file: it has no services");
        }
        return;
    };
    if !matches!(services.content, Content::Mapping(_) | Content::Null) {
        files.reject(path, code::SHAPE, services.line, "`services` is no mapping");
    }
    for (name, node) in services.entries() {
        let is_service = name.as_str().is_some() && matches!(node.content, Content::Mapping(_));
        let takes_away = node.tag.as_deref() == Some("reset");
        if takes_away {
            files.warn(path, code::UNSUPPORTED, name.line, "a service that is taken away is read as if it were there");
        } else if !is_service {
            files.reject(path, code::SHAPE, name.line, "a service that is no mapping");
        }
    }
}

/// What to say of a file that is only read along: why it could not be read.
fn note_broken(files: &Files<'_>, file: &Loaded<'_>) {
    if let Err(refused) = &file.text {
        return files.note(file.payload.path, refused.clone());
    }
    for broken in file.known_documents().iter().filter_map(|document| document.root.as_ref().err()) {
        files.note(file.payload.path, broken.clone());
    }
}

/// A file that is partial makes all of the projects partial that need it.
fn spread(project: &Read, decoded: &mut BTreeMap<String, Decoded>) {
    let files = project.members.iter().chain(project.needed.keys());
    let reason = files.filter_map(|path| decoded.get(path)).find_map(|file| match &file.outcome {
        Outcome::Partial(reason) => Some(format!("{}: {reason}", file.path)),
        Outcome::Complete => None,
    });
    let Some(reason) = reason else { return };
    for member in &project.members {
        if let Some(file) = decoded.get_mut(member).filter(|file| file.outcome == Outcome::Complete) {
            file.outcome = Outcome::Partial(reason.clone());
        }
    }
}
