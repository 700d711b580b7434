//! `Cargo.toml`.

use std::collections::BTreeMap;

use twin_connector_base::document::Node;
use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, Evidence, code};

use super::MANIFEST;
use crate::packages::{Dependency, Ecosystem, File, Manifest, Told, ancestors, join, scope, toml, without_credentials};

const SECTIONS: [(&str, Option<&str>); 5] = [
    ("dependencies", None),
    ("dev-dependencies", Some(scope::DEVELOPMENT)),
    ("dev_dependencies", Some(scope::DEVELOPMENT)),
    ("build-dependencies", Some(scope::BUILD)),
    ("build_dependencies", Some(scope::BUILD)),
];

/// A manifest while it is read.
struct Reading<'a, 'p> {
    file: &'a File<'a>,
    workspace: Option<Workspace<'p>>,
    diagnostics: Vec<Diagnostic>,
}

/// The workspace that a manifest inherits from.
struct Workspace<'p> {
    file: File<'p>,
    root: Node,
    /// The places of its dependencies, by what they are called.
    dependencies: BTreeMap<String, usize>,
}

impl<'p> Workspace<'p> {
    fn new(file: File<'p>, root: Node) -> Self {
        let called =
            listed(&root).iter().enumerate().filter_map(|(place, (key, _))| Some((key.as_str()?.to_owned(), place)));
        let dependencies = called.collect();
        Workspace { file, root, dependencies }
    }
}

fn listed(root: &Node) -> &[(Node, Node)] {
    root.at(&["workspace", "dependencies"]).map(Node::entries).unwrap_or_default()
}

pub(super) fn decode<'p>(file: &File<'p>, root: &Node, payloads: &[Payload<'p>]) -> Decoded {
    let Some(package) = root.get("package").or_else(|| root.get("project")) else {
        return file.decoded(Vec::new(), Vec::new());
    };
    let Some(name) = file.told_at(package, "name") else {
        return file.decoded(Vec::new(), vec![file.refuse(code::SHAPE, package.line, "a package without a name")]);
    };
    let own = root.get("workspace").map(|_| Workspace::new(file.clone(), root.clone()));
    let workspace = own.or_else(|| workspace_above(file, payloads));
    let mut reading = Reading { file, workspace, diagnostics: Vec::new() };
    let manifest = reading.manifest(root, package, name);
    file.decoded(manifest.records(file), reading.diagnostics)
}

/// The nearest manifest above that has a workspace.
fn workspace_above<'p>(file: &File<'p>, payloads: &[Payload<'p>]) -> Option<Workspace<'p>> {
    let mut paths = ancestors(file.folder()).map(|folder| join(folder, MANIFEST));
    paths.find_map(|path| {
        let payload = payloads.iter().find(|payload| payload.path == path)?;
        let file = File::open(payload, file.origin).ok()?;
        let root = toml(&file).ok()?;
        root.get("workspace")?;
        Some(Workspace::new(file, root))
    })
}

impl Reading<'_, '_> {
    fn manifest(&mut self, root: &Node, package: &Node, name: Told) -> Manifest {
        let mut manifest = Manifest::new(Ecosystem::Cargo, Some(name), self.file.folder(), self.file);
        manifest.version = self.inherited(package, "version");
        manifest.description = self.inherited(package, "description");
        manifest.license = self.inherited(package, "license");
        manifest.form = form(root, self.file);
        manifest.dependencies = self.dependencies(root, None);
        for (platform, sections) in root.get("target").map(Node::entries).unwrap_or_default() {
            manifest.dependencies.extend(self.dependencies(sections, platform.as_str()));
        }
        manifest
    }

    /// A field of the package, or that of the workspace which it inherits.
    fn inherited(&mut self, package: &Node, key: &str) -> Option<Told> {
        let field = package.get(key)?;
        if field.get("workspace").and_then(Node::as_bool) != Some(true) {
            return self.file.told(field);
        }
        let evidence = self.file.evidence(field.line, "workspace").in_field(key);
        let above = self
            .workspace
            .as_ref()
            .and_then(|workspace| workspace.file.told_at(workspace.root.at(&["workspace", "package"])?, key));
        match above {
            Some(above) => Some(Told { text: above.text, evidence: then(evidence, &above.evidence) }),
            None => self.uninherited(field.line),
        }
    }

    fn uninherited<T>(&mut self, line: usize) -> Option<T> {
        let message = "the workspace that it inherits from was not found, or does not say it";
        self.diagnostics.push(self.file.warn(code::UNRESOLVED, line, message));
        None
    }

    fn dependencies(&mut self, sections: &Node, platform: Option<&str>) -> Vec<Dependency> {
        let mut found = Vec::new();
        for (section, scope) in SECTIONS {
            for (key, value) in sections.get(section).map(Node::entries).unwrap_or_default() {
                let dependency = self.dependency(key, value).map(|dependency| Dependency {
                    scope: scope.or(dependency.scope),
                    condition: platform.map(str::to_owned),
                    ..dependency
                });
                found.extend(dependency);
            }
        }
        found
    }

    fn dependency(&mut self, key: &Node, value: &Node) -> Option<Dependency> {
        let alias = key.as_str()?;
        let evidence = self.file.evidence(key.line, alias);
        let is_optional = value.get("optional").and_then(Node::as_bool) == Some(true);
        let mut dependency = match value.get("workspace").and_then(Node::as_bool) {
            Some(true) => self.dependency_of_workspace(alias, evidence, key.line),
            _ => plain(alias, value, evidence),
        };
        dependency.scope = is_optional.then_some(scope::OPTIONAL);
        Some(dependency)
    }

    fn dependency_of_workspace(&mut self, alias: &str, own: Evidence, line: usize) -> Dependency {
        let above = self.workspace.as_ref().and_then(|workspace| {
            let (key, value) = listed(&workspace.root).get(*workspace.dependencies.get(alias)?)?;
            let evidence = then(own.clone(), &workspace.file.evidence(key.line, alias));
            Some(plain(alias, value, evidence))
        });
        above.unwrap_or_else(|| {
            self.uninherited::<()>(line);
            Dependency::new(alias.to_owned(), own)
        })
    }
}

/// A dependency that says itself what it means.
fn plain(alias: &str, value: &Node, evidence: Evidence) -> Dependency {
    let text = |key: &str| value.get(key).and_then(Node::as_str);
    let mut dependency = Dependency::new(text("package").unwrap_or(alias).to_owned(), evidence);
    let version = value.as_str().or_else(|| text("version"));
    let revision = ["tag", "branch", "rev"].into_iter().find_map(text);
    let git = || Some(format!("git+{}{}", text("git")?, revision.map(|name| format!("#{name}")).unwrap_or_default()));
    dependency.range = version.and_then(without_credentials).or_else(|| without_credentials(&git()?));
    dependency
}

/// Evidence that leads on to where the value stands.
fn then(mut evidence: Evidence, on: &Evidence) -> Evidence {
    evidence.chain.extend(on.chain.iter().cloned());
    evidence
}

/// Whether it is an application or a library, where the manifest names its targets.
fn form(root: &Node, file: &File<'_>) -> Option<Told> {
    let named = |section: &str, form: &str| {
        let (key, _) = root.entries().iter().find(|(key, _)| key.as_str() == Some(section))?;
        Some(Told { text: form.to_owned(), evidence: file.evidence(key.line, section) })
    };
    named("bin", "application").or_else(|| named("lib", "library"))
}
