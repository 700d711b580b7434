//! What a POM says: its coordinates, what it is packaged as, and what it needs.

use std::collections::BTreeMap;

use twin_connector_base::document::Node;
use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, Evidence, code};

use super::model::Model;
use crate::packages::{Dependency, Ecosystem, File, Manifest, Told, scope};

/// Where plugins come from that do not say it.
const PLUGINS: &str = "org.apache.maven.plugins";
/// What is packaged so runs.
const APPLICATIONS: [&str; 4] = ["war", "ear", "rar", "quarkus"];
/// Plugins that make what is built run.
const RUNNERS: [&str; 3] = ["spring-boot-maven-plugin", "quarkus-maven-plugin", "micronaut-maven-plugin"];

pub(super) fn decode(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    let model = Model::read(file, payloads)?;
    let artifact =
        model.own(&["artifactId"]).ok_or_else(|| file.refuse(code::SHAPE, 0, "a project without an artifactId"))?;
    let managed = managed(&model);
    let mut reading = Reading { file, model: &model, managed, diagnostics: Vec::new() };
    let manifest = reading.manifest(artifact);
    let diagnostics = reading.diagnostics;
    Ok(file.decoded(manifest.records(file), diagnostics))
}

struct Reading<'a, 'm> {
    file: &'a File<'a>,
    model: &'m Model<'a>,
    managed: BTreeMap<String, Managed>,
    diagnostics: Vec<Diagnostic>,
}

impl Reading<'_, '_> {
    fn manifest(&mut self, artifact: Told) -> Manifest {
        let group = self.model.inherited("groupId").map(|told| self.model.resolved(&told.text));
        let text = self.model.resolved(&artifact.text);
        let name = group.map_or_else(|| text.clone(), |group| format!("{group}:{text}"));
        let is_known = name.contains(':') && !name.contains("${");
        let told = Told { text: name, evidence: artifact.evidence };
        let mut manifest = Manifest::new(Ecosystem::Maven, Some(told), self.file.folder(), self.file);
        manifest.is_named = is_known;
        manifest.version = self.model.inherited("version").map(|told| self.put_in(told));
        manifest.description = self.model.own(&["description"]).or_else(|| self.model.own(&["name"]));
        manifest.license = self.model.own(&["licenses", "license", "name"]);
        manifest.is_component = self.model.own(&["packaging"]).is_none_or(|told| told.text != "pom");
        manifest.form = self.form();
        manifest.dependencies = self.dependencies();
        manifest
    }

    fn put_in(&self, told: Told) -> Told {
        Told { text: self.model.resolved(&told.text), ..told }
    }

    fn form(&self) -> Option<Told> {
        let packaging = self.model.own(&["packaging"]).filter(|told| APPLICATIONS.contains(&told.text.as_str()));
        let build = self.model.poms.first()?.root.get("build");
        let runner = || {
            let plugins = build?.get("plugins")?.entries().iter().filter_map(|(_, plugin)| plugin.get("artifactId"));
            self.file.told(plugins.into_iter().find(|node| node.as_str().is_some_and(|name| RUNNERS.contains(&name)))?)
        };
        let told = packaging.or_else(runner)?;
        Some(Told { text: "application".to_owned(), ..told })
    }

    fn dependencies(&mut self) -> Vec<Dependency> {
        let Some(pom) = self.model.poms.first() else { return Vec::new() };
        let mut found: Vec<Dependency> =
            pom.root.get("parent").and_then(|node| self.one(node, "", None)).into_iter().collect();
        found.iter_mut().for_each(|parent| parent.scope = Some(scope::BUILD));
        found.extend(self.listed(&pom.root, None));
        for (_, profile) in pom.root.get("profiles").map(Node::entries).unwrap_or_default() {
            let id = profile.get("id").and_then(Node::as_str).unwrap_or_default();
            found.extend(self.listed(profile, Some(format!("profile {id}"))));
        }
        found
    }

    /// What the project or one of its profiles needs.
    fn listed(&mut self, root: &Node, condition: Option<String>) -> Vec<Dependency> {
        let all = |path: &[&str]| root.at(path).map(Node::entries).unwrap_or_default();
        let imported = all(&["dependencyManagement", "dependencies"]).iter().filter(|(_, node)| is_import(node));
        let build = [all(&["build", "plugins"]), all(&["build", "extensions"])];
        let needed = all(&["dependencies"]).iter().map(|(_, node)| (node, "", None));
        let needed = needed.chain(imported.map(|(_, node)| (node, "", Some(scope::BUILD))));
        let needed = needed.chain(build.into_iter().flatten().map(|(_, node)| (node, PLUGINS, Some(scope::BUILD))));
        let found = needed.filter_map(|(node, group, scope)| self.one(node, group, scope));
        found.map(|found| Dependency { condition: condition.clone(), ..found }).collect()
    }

    fn one(&mut self, node: &Node, group: &str, scope: Option<&'static str>) -> Option<Dependency> {
        let text = |key: &str| node.get(key).and_then(Node::as_str).map(|text| self.model.resolved(text));
        let artifact = node.get("artifactId").and_then(|artifact| self.file.told(artifact));
        let group = text("groupId").unwrap_or_else(|| group.to_owned());
        let name = artifact.as_ref().map(|told| format!("{group}:{}", self.model.resolved(&told.text)));
        let Some((name, artifact)) = name.zip(artifact).filter(|(name, _)| !name.contains("${") && !group.is_empty())
        else {
            let message = "the coordinates of a dependency are not in this file or its parents";
            self.diagnostics.push(self.file.warn(code::UNRESOLVED, node.line, message));
            return None;
        };
        let mut dependency = Dependency::new(name, artifact.evidence);
        let is_optional = text("optional").as_deref() == Some("true");
        let own = text("scope");
        dependency.range = text("version").filter(|version| !version.is_empty());
        dependency.scope = scope.or_else(|| scope_of(own.as_deref()));
        if let (None, Some(managed)) = (scope, self.managed.get(&dependency.name).cloned()) {
            dependency.evidence.chain.extend(managed.evidence.into_iter().flat_map(|evidence| evidence.chain));
            dependency.range = dependency.range.or(managed.version);
            dependency.scope = scope_of(own.as_deref().or(managed.scope.as_deref()));
        }
        dependency.scope = dependency.scope.or(is_optional.then_some(scope::OPTIONAL));
        Some(dependency)
    }
}

/// Version and scope that the project or a parent gives to whoever needs a package, with the place of the version.
#[derive(Clone, Debug)]
struct Managed {
    version: Option<String>,
    scope: Option<String>,
    evidence: Option<Evidence>,
}

/// What is managed, by the names of the packages; the nearest POM comes first.
fn managed(model: &Model<'_>) -> BTreeMap<String, Managed> {
    let mut all = BTreeMap::new();
    for pom in model.poms.iter().rev() {
        let text = |node: &Node, key: &str| Some(model.resolved(node.get(key)?.as_str()?));
        let listed = pom.root.at(&["dependencyManagement", "dependencies"]).map(Node::entries).unwrap_or_default();
        for (_, node) in listed.iter().filter(|(_, node)| !is_import(node)) {
            let Some((group, artifact)) = text(node, "groupId").zip(text(node, "artifactId")) else { continue };
            let evidence = node.get("version").and_then(|version| pom.file.told(version)).map(|told| told.evidence);
            let managed = Managed { version: text(node, "version"), scope: text(node, "scope"), evidence };
            all.insert(format!("{group}:{artifact}"), managed);
        }
    }
    all
}

fn is_import(node: &Node) -> bool {
    node.get("scope").and_then(Node::as_str) == Some("import")
}

/// What is provided by whatever runs it is expected of it.
fn scope_of(written: Option<&str>) -> Option<&'static str> {
    match written? {
        "test" => Some(scope::DEVELOPMENT),
        "provided" => Some(scope::PEER),
        _ => None,
    }
}
