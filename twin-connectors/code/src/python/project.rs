//! `pyproject.toml`: the tables of PEP 621 and PEP 735, and those of Poetry, PDM and uv.

use twin_connector_base::Decoded;
use twin_connector_base::document::{Content, Node};
use twin_core::observe::{Diagnostic, code};

use super::requirement;
use crate::packages::{Dependency, Ecosystem, File, Manifest, Told, scope, toml, without_credentials};

pub(super) fn decode(file: &File<'_>) -> Result<Decoded, Diagnostic> {
    let root = toml(file)?;
    let known = ["project", "build-system", "tool", "dependency-groups"];
    if !known.iter().any(|key| root.get(key).is_some()) {
        return Err(file.refuse(code::NOT_RECOGNISED, 0, "nothing of a Python project"));
    }
    let mut reading = Reading { file, diagnostics: Vec::new() };
    let records = reading.manifest(&root).map(|manifest| manifest.records(file)).unwrap_or_default();
    Ok(file.decoded(records, reading.diagnostics))
}

/// The name that the project has.
pub(super) fn name(file: &File<'_>, root: &Node) -> Option<Told> {
    [root.get("project"), root.at(&["tool", "poetry"])]
        .into_iter()
        .flatten()
        .find_map(|node| file.told_at(node, "name"))
}

/// The dependencies, with what of them could not be read left out.
pub(super) fn manifest(file: &File<'_>, root: &Node) -> Option<Manifest> {
    Reading { file, diagnostics: Vec::new() }.manifest(root)
}

struct Reading<'a> {
    file: &'a File<'a>,
    diagnostics: Vec<Diagnostic>,
}

impl Reading<'_> {
    /// A file of settings has no project in it.
    fn manifest(&mut self, root: &Node) -> Option<Manifest> {
        let (file, name) = (self.file, name(self.file, root));
        let has_groups = root.get("dependency-groups").is_some();
        if name.is_none() && !has_groups && root.get("project").is_none() {
            return None;
        }
        let mut manifest = Manifest::new(Ecosystem::Python, name, file.folder(), file);
        let tables = [root.get("project"), root.at(&["tool", "poetry"])];
        let said = |key: &str| tables.into_iter().flatten().find_map(|table| file.told_at(table, key));
        let license = || file.told_at(root.at(&["project", "license"])?, "text");
        manifest.version = said("version");
        manifest.description = said("description");
        manifest.license = said("license").or_else(license);
        manifest.form = tables.into_iter().flatten().find_map(|table| application(file, table));
        manifest.dependencies = self.standard(root);
        manifest.dependencies.extend(self.of_tools(root));
        Some(manifest)
    }

    fn standard(&mut self, root: &Node) -> Vec<Dependency> {
        let mut found = self.listed(root.at(&["project", "dependencies"]), None);
        found.extend(self.grouped(root.at(&["project", "optional-dependencies"]), scope::OPTIONAL));
        found.extend(self.grouped(root.get("dependency-groups"), scope::DEVELOPMENT));
        found.extend(self.listed(root.at(&["build-system", "requires"]), Some(scope::BUILD)));
        found
    }

    fn of_tools(&mut self, root: &Node) -> Vec<Dependency> {
        let mut found = self.grouped(root.at(&["tool", "pdm", "dev-dependencies"]), scope::DEVELOPMENT);
        found.extend(self.listed(root.at(&["tool", "uv", "dev-dependencies"]), Some(scope::DEVELOPMENT)));
        let Some(poetry) = root.at(&["tool", "poetry"]) else { return found };
        found.extend(named(self.file, poetry.get("dependencies"), None));
        found.extend(named(self.file, poetry.get("dev-dependencies"), Some(scope::DEVELOPMENT)));
        for (_, group) in poetry.get("group").map(Node::entries).unwrap_or_default() {
            found.extend(named(self.file, group.get("dependencies"), Some(scope::DEVELOPMENT)));
        }
        found
    }

    fn grouped(&mut self, groups: Option<&Node>, scope: &'static str) -> Vec<Dependency> {
        let groups = groups.map(Node::entries).unwrap_or_default();
        groups.iter().flat_map(|(_, list)| self.listed(Some(list), Some(scope))).collect()
    }

    /// A list of requirements. What includes another group says nothing new.
    fn listed(&mut self, list: Option<&Node>, scope: Option<&'static str>) -> Vec<Dependency> {
        let items = list.map(Node::items).unwrap_or_default().iter().filter(|item| item.entries().is_empty());
        let mut found = Vec::new();
        for item in items {
            let text = item.as_str().unwrap_or_default();
            match requirement::dependency(self.file, item.line, text.strip_prefix("-e ").unwrap_or(text)) {
                Some(dependency) => found.push(Dependency { scope, ..dependency }),
                None if text.starts_with("-e ") => {}
                None => self.diagnostics.push(self.file.warn(code::SYNTAX, item.line, "no requirement")),
            }
        }
        found
    }
}

/// A table of names, as Poetry and Pipenv write it; each value is a range, a table, or a list of them.
pub(super) fn named(file: &File<'_>, table: Option<&Node>, scope: Option<&'static str>) -> Vec<Dependency> {
    let entries = table.map(Node::entries).unwrap_or_default();
    let entries = entries.iter().filter(|(name, _)| name.as_str() != Some("python"));
    let choices = entries.flat_map(|(name, value)| match value.content {
        Content::Sequence(ref items) => items.iter().map(|item| (name, item)).collect(),
        _ => vec![(name, value)],
    });
    choices.filter_map(|(name, value)| one(file, name, value, scope)).collect()
}

fn one(file: &File<'_>, name: &Node, value: &Node, scope: Option<&'static str>) -> Option<Dependency> {
    let text = |key: &str| value.get(key).and_then(Node::as_str);
    let written = name.as_str().filter(|name| !name.is_empty())?;
    let mut dependency = Dependency::new(Ecosystem::Python.normal(written), file.evidence(name.line, written));
    let is_optional = value.get("optional").and_then(Node::as_bool) == Some(true);
    let address =
        || text("url").map(str::to_owned).or_else(|| Some(format!("git+{}{}", text("git")?, revision(value))));
    dependency.scope = scope.or(is_optional.then_some(scope::OPTIONAL));
    let version = value.as_str().or_else(|| text("version")).map(str::to_owned);
    dependency.range = version.or_else(address).and_then(|range| without_credentials(&range));
    dependency.condition = text("markers").map(str::to_owned);
    Some(dependency)
}

fn revision(value: &Node) -> String {
    let named = ["tag", "branch", "rev", "ref"].into_iter().find_map(|key| value.get(key)?.as_str());
    named.map(|name| format!("#{name}")).unwrap_or_default()
}

/// A project that installs commands is an application.
fn application(file: &File<'_>, table: &Node) -> Option<Told> {
    let is_scripts = |key: &Node| key.as_str().is_some_and(|key| key == "scripts" || key == "gui-scripts");
    let (key, _) = table.entries().iter().find(|(key, value)| is_scripts(key) && !value.entries().is_empty())?;
    Some(Told { text: "application".to_owned(), evidence: file.evidence(key.line, "scripts") })
}
