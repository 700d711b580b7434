//! What a pipeline includes, and the pipelines that it starts: references only. Nothing is fetched, and credentials in addresses are cut.

use twin_connector_base::document::Node;
use twin_connector_base::repository;
use twin_core::observe::{Evidence, Handle, Space, Target, code, technique};
use twin_core::schema::{Value, attribute};

use crate::file::{Attributes, File, is_plain};
use crate::paths;

/// What an entry includes.
enum Included {
    /// A file of the same checkout, by its path from the base.
    Local(String),
    /// A file of another project on the same server.
    Project { project: String, file: String, reference: Option<String> },
    /// A file anywhere: host and path.
    Remote(String),
    /// A template that ships with GitLab.
    Template(String),
    /// A component: host and path, and its version.
    Component { address: String, version: Option<String> },
    /// One whose name is not known before the pipeline runs.
    Unknown,
}

/// The files of the same checkout that a pipeline includes.
pub(super) fn local_files(root: &Node, base: &str) -> Vec<String> {
    let Some(include) = root.get("include") else { return Vec::new() };
    let local = entries(include).into_iter().flat_map(included).filter_map(|(_, what)| match what {
        Included::Local(file) => paths::joined(base, &file),
        _ => None,
    });
    local.collect()
}

/// Reads everything that is included.
pub(super) fn read_all(file: &mut File<'_>, include: &Node, base: &str) {
    for (node, what) in entries(include).into_iter().flat_map(included) {
        say(file, node, what, base);
    }
}

/// Reads a trigger: a child pipeline of this checkout, or one of another project.
pub(super) fn trigger(file: &mut File<'_>, trigger: &Node, base: &str) {
    if let Some(include) = trigger.get("include") {
        read_all(file, include, base);
    }
    let project = trigger.get("project").unwrap_or(trigger);
    let Some(name) = project.as_str() else { return };
    match plain(name).and_then(project_path) {
        Some(path) => {
            let branch = trigger.get("branch").and_then(Node::as_str).and_then(plain);
            let evidence = file.stands(project.line, &[name], technique::EXPLICIT_REFERENCE);
            let handle = Handle::within(Space::NativeId, format!("gitlab-ci:project:{path}"), &file.origin.source.0);
            file.depends_on_foreign(handle, &path, version(branch), evidence);
        }
        None => unknown(file, project),
    }
}

fn entries(include: &Node) -> Vec<&Node> {
    let is_single = include.as_str().is_some() || !include.entries().is_empty();
    include.items().iter().chain(is_single.then_some(include)).collect()
}

/// What one entry includes: a project may give several files. The node is where that stands.
fn included(entry: &Node) -> Vec<(&Node, Included)> {
    if let Some(text) = entry.as_str() {
        let what = if text.contains("://") { remote_file(text) } else { local(text) };
        return vec![(entry, what)];
    }
    let text = |key: &str| entry.get(key).and_then(|node| Some((node, node.as_str()?)));
    if let Some((_, project)) = text("project") {
        let files = entry.get("file").map(|node| entries_of(node)).unwrap_or_default();
        let reference = entry.get("ref").and_then(Node::as_str);
        return files
            .into_iter()
            .map(|node| (node, of_project(project, node.as_str().unwrap_or_default(), reference)))
            .collect();
    }
    let one = |key: &str, read: fn(&str) -> Included| text(key).map(|(node, text)| (node, read(text)));
    let single = one("local", local)
        .or_else(|| one("remote", remote_file))
        .or_else(|| one("template", template))
        .or_else(|| one("component", component));
    single.into_iter().collect()
}

fn entries_of(node: &Node) -> Vec<&Node> {
    node.items().iter().chain(node.as_str().map(|_| node)).collect()
}

fn plain(text: &str) -> Option<&str> {
    Some(text).filter(|text| is_plain(text) && !text.contains(['*', '@', ' ', '?', '#']))
}

fn project_path(text: &str) -> Option<String> {
    let path = text.trim_matches('/');
    (path.contains('/') && !path.contains(':')).then(|| path.to_lowercase())
}

fn local(text: &str) -> Included {
    plain(text).map_or(Included::Unknown, |path| Included::Local(path.trim_start_matches('/').to_owned()))
}

fn of_project(project: &str, file: &str, reference: Option<&str>) -> Included {
    let project = plain(project).and_then(project_path);
    match (project, plain(file)) {
        (Some(project), Some(file)) => Included::Project {
            project,
            file: file.trim_start_matches('/').to_owned(),
            reference: reference.and_then(plain).map(str::to_owned),
        },
        _ => Included::Unknown,
    }
}

fn remote_file(text: &str) -> Included {
    match repository::place(text).filter(|place| is_plain(place) && !place.contains(['@', ' '])) {
        Some(place) => Included::Remote(place),
        None => Included::Unknown,
    }
}

fn template(text: &str) -> Included {
    plain(text).map_or(Included::Unknown, |name| Included::Template(name.to_owned()))
}

/// `host/group/project/name@version`; the host is often a variable.
fn component(text: &str) -> Included {
    let (address, version) = text.split_once('@').map_or((text, None), |(address, version)| (address, Some(version)));
    let address = ["$CI_SERVER_FQDN/", "${CI_SERVER_FQDN}/", "$CI_SERVER_HOST/", "${CI_SERVER_HOST}/"]
        .iter()
        .find_map(|server| address.strip_prefix(server))
        .unwrap_or(address);
    let version = version.and_then(plain).map(str::to_owned);
    match plain(address).filter(|address| address.contains('/') && !address.contains(':')) {
        Some(address) => Included::Component { address: address.to_owned(), version },
        None => Included::Unknown,
    }
}

fn say(file: &mut File<'_>, node: &Node, what: Included, base: &str) {
    let evidence = |file: &File<'_>, raw: &str| file.stands(node.line, &[raw], technique::EXPLICIT_REFERENCE);
    match what {
        Included::Local(path) => match paths::joined(base, &path) {
            Some(path) => {
                let evidence = evidence(file, node.as_str().unwrap_or_default());
                let target = Target::Handle(super::handle(file, &path));
                file.depends_on(target, Attributes::new(), evidence);
            }
            None => unknown(file, node),
        },
        Included::Project { project, file: path, reference } => {
            let evidence = evidence(file, &path);
            package(
                file,
                &format!("pkg:gitlab/{project}"),
                &format!("{project}/{path}"),
                Some(&path),
                reference,
                evidence,
            );
        }
        Included::Remote(place) => {
            let evidence = evidence(file, &place);
            package(file, &format!("pkg:generic/{place}"), &place, None, None, evidence);
        }
        Included::Template(name) => {
            let evidence = evidence(file, &name);
            let name = super::ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
            package(file, &format!("pkg:generic/gitlab-ci-template/{name}"), name, None, None, evidence);
        }
        Included::Component { address, version } => {
            let evidence = evidence(file, &address);
            package(file, &format!("pkg:gitlab/{}", address.to_lowercase()), &address, None, version, evidence);
        }
        Included::Unknown => unknown(file, node),
    }
}

/// What lies elsewhere is a package: a package URL, with the file as its subpath.
fn package(
    file: &mut File<'_>,
    url: &str,
    name: &str,
    subpath: Option<&str>,
    reference: Option<String>,
    evidence: Evidence,
) {
    let url = subpath.map_or(url.to_owned(), |path| format!("{url}#{path}"));
    file.depends_on_package(&url, name, version(reference.as_deref()), evidence);
}

fn version(reference: Option<&str>) -> Attributes {
    let version = reference.map(|reference| (attribute::VERSION, Value::from(reference)));
    version.into_iter().chain([(attribute::DEPENDENCY_SCOPE, Value::from("build"))]).collect()
}

fn unknown(file: &mut File<'_>, node: &Node) {
    file.warn(
        code::UNRESOLVED,
        node.line,
        "something is included or started whose name is not known before the pipeline runs",
    );
}
