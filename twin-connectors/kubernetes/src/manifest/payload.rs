//! The shape that all Kubernetes objects share: version, kind, name, namespace, owners.

use twin_connector_base::document::{Content, Node};
use twin_core::observe::{Diagnostic, Evidence, Locator, Perspective, Record, RecordKey, code, technique};
use twin_core::schema::{Kind, attribute, kind};

use crate::manifest::file::File;
use crate::manifest::recognise::is_foreign;

/// One object, whatever its kind.
pub(super) struct Object<'a> {
    pub file: &'a File<'a>,
    pub node: &'a Node,
    pub api_version: &'a Node,
    pub kind: &'a str,
    kind_node: &'a Node,
    pub name: &'a str,
    name_node: &'a Node,
    pub namespace: Option<&'a Node>,
}

/// The objects of a document: one, or the items of a list. Whatever is none is told with its reason.
pub(super) fn objects<'a>(file: &'a File<'a>, root: &'a Node) -> Vec<Result<Object<'a>, Diagnostic>> {
    let is_list = root.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List"));
    match root.get("items").filter(|_| is_list) {
        Some(items) if matches!(items.content, Content::Sequence(_)) => {
            items.items().iter().map(|item| object(file, item)).collect()
        }
        Some(items) if items.is_null() => Vec::new(),
        _ => vec![object(file, root)],
    }
}

fn object<'a>(file: &'a File<'a>, node: &'a Node) -> Result<Object<'a>, Diagnostic> {
    let refuse = |code: &str, line: usize, message: &str| Diagnostic::rejected(code, file.locator(line), message);
    if let Some(line) = template_line(node) {
        return Err(template(file.locator(line)));
    }
    let (Some(api_version), Some(kind_node)) = (scalar(node, "apiVersion"), scalar(node, "kind")) else {
        return Err(refuse(
            code::NOT_RECOGNISED,
            node.line,
            "no Kubernetes object: `apiVersion` and `kind` are missing",
        ));
    };
    let kind = kind_node.as_str().unwrap_or_default();
    if is_foreign(api_version.as_str().unwrap_or_default(), kind) {
        return Err(refuse(code::NOT_RECOGNISED, node.line, "read by a tool, not by a cluster"));
    }
    let metadata = node.get("metadata").filter(|metadata| matches!(metadata.content, Content::Mapping(_)));
    let Some(metadata) = metadata else {
        return Err(refuse(code::SHAPE, node.line, "`metadata` is missing or not a mapping"));
    };
    let Some(name_node) = scalar(metadata, "name").or_else(|| scalar(metadata, "generateName")) else {
        return Err(refuse(code::SHAPE, metadata.line, "`metadata.name` is missing or not a text"));
    };
    let name = name_node.as_str().unwrap_or_default().trim_end_matches('-');
    Ok(Object { file, node, api_version, kind, kind_node, name, name_node, namespace: scalar(metadata, "namespace") })
}

/// The objects that a kustomization generates, by the field that says what they are. Its namespace is left out: it is that of everything
/// that it lists, whose files do not say it either.
pub(super) fn generated<'a>(file: &'a File<'a>, root: &'a Node) -> Vec<Object<'a>> {
    let (Some(api_version), Some(kind_node)) = (scalar(root, "apiVersion"), scalar(root, "kind")) else {
        return Vec::new();
    };
    if !api_version.as_str().is_some_and(|version| version.starts_with("kustomize.config.k8s.io/")) {
        return Vec::new();
    }
    let of_kind = |kind: &'static str, field: &str| {
        let items = root.get(field).map(Node::items).unwrap_or_default();
        items.iter().filter_map(move |node| {
            let name_node = scalar(node, "name")?;
            let (name, namespace) = (name_node.as_str()?, scalar(node, "namespace"));
            Some(Object { file, node, api_version, kind, kind_node, name, name_node, namespace })
        })
    };
    of_kind("ConfigMap", "configMapGenerator").chain(of_kind("Secret", "secretGenerator")).collect()
}

fn scalar<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|value| value.as_str().is_some_and(|text| !text.is_empty()))
}

/// The refusal of what a renderer is to read first.
pub(super) fn template(locator: Locator) -> Diagnostic {
    Diagnostic::rejected(code::UNSUPPORTED, locator, "a template, not a manifest; only rendered manifests are read")
}

/// `{{ … }}` without quotes reads as a mapping whose key is a mapping; no manifest has one. In quotes it shows in a name.
fn template_line(node: &Node) -> Option<usize> {
    let is_template = |node: &Node| matches!(node.content, Content::Mapping(_));
    let in_name = |path: &[&str]| node.at(path).filter(|name| name.as_str().is_some_and(|text| text.contains("{{")));
    let named = [&["metadata", "name"][..], &["metadata", "namespace"], &["kind"], &["apiVersion"]];
    if let Some(name) = named.into_iter().find_map(in_name) {
        return Some(name.line);
    }
    if let Some((key, _)) = node.entries().iter().find(|(key, _)| is_template(key)) {
        return Some(key.line);
    }
    let children = node.entries().iter().map(|(_, value)| value).chain(node.items());
    children.filter_map(template_line).next()
}

impl<'a> Object<'a> {
    /// A key of this object's namespace.
    pub fn key(&self, kind: Kind, name: impl Into<String>) -> RecordKey {
        RecordKey::new(self.file.source, kind, name).in_namespace(self.namespace_name())
    }

    pub fn namespace_name(&self) -> Option<&'a str> {
        self.namespace.and_then(Node::as_str)
    }

    /// The group of its `apiVersion`, empty for the oldest kinds.
    pub fn group(&self) -> &'a str {
        self.api_version.as_str().and_then(|version| version.split_once('/')).map_or("", |(group, _)| group)
    }

    pub fn spec(&self) -> Option<&'a Node> {
        self.node.get("spec")
    }

    /// The evidence that it exists: its name.
    pub fn named(&self) -> Evidence {
        self.file.evidence(self.name_node, technique::DECLARED)
    }

    /// Where it says its namespace, or else its name.
    pub fn placed(&self) -> Evidence {
        self.namespace.map_or_else(|| self.named(), |namespace| self.file.evidence(namespace, technique::DECLARED))
    }

    /// A record of this object with what all objects say.
    pub fn record(&self, key: RecordKey, name: &str) -> Record {
        let mut record = Record::new(key, name, Perspective::Declared, self.named());
        let declared = |node: &Node| self.file.evidence(node, technique::DECLARED);
        record.attribute(attribute::PLATFORM_KIND, self.kind, declared(self.kind_node));
        record.attribute(
            attribute::API_VERSION,
            self.api_version.as_str().unwrap_or_default(),
            declared(self.api_version),
        );
        record
    }

    /// The network of its namespace.
    pub fn network(&self) -> String {
        self.network_of(self.namespace_name())
    }

    /// The network of another namespace, or of the one that is not set.
    pub fn network_of(&self, namespace: Option<&str>) -> String {
        format!("{}/{}", self.cluster_network(), namespace.unwrap_or_default())
    }

    pub fn cluster_network(&self) -> String {
        format!("k8s/{}/", self.file.source)
    }

    /// The key and name of the workload that this object is or belongs to.
    pub fn workload(&self) -> Workload<'a> {
        let owners = self.node.at(&["metadata", "ownerReferences"]).map(Node::items).unwrap_or_default();
        let controller = owners.iter().find(|owner| owner.get("controller").and_then(Node::as_bool) == Some(true));
        controller.or(owners.first()).and_then(|owner| self.owner(owner)).unwrap_or(Workload {
            kind: self.kind,
            name: self.name,
            owner: None,
        })
    }

    fn owner(&self, owner: &'a Node) -> Option<Workload<'a>> {
        let (kind, name_node) = (owner.get("kind")?.as_str()?, owner.get("name")?);
        let name = name_node.as_str()?;
        let is_workload = matches!(
            kind,
            "Deployment"
                | "StatefulSet"
                | "DaemonSet"
                | "ReplicaSet"
                | "ReplicationController"
                | "Job"
                | "CronJob"
                | "Rollout"
                | "DeploymentConfig"
        );
        let hash = self.node.at(&["metadata", "labels", "pod-template-hash"]).and_then(Node::as_str);
        let of_deployment =
            hash.and_then(|hash| name.strip_suffix(hash)?.strip_suffix('-')).filter(|_| kind == "ReplicaSet");
        is_workload.then_some(match of_deployment {
            Some(name) => Workload { kind: "Deployment", name, owner: Some(name_node) },
            None => Workload { kind, name, owner: Some(name_node) },
        })
    }
}

/// The workload that an object stands for: itself, or the one that made it.
pub(super) struct Workload<'a> {
    pub kind: &'a str,
    pub name: &'a str,
    /// Where its owner is named, if it has one.
    pub owner: Option<&'a Node>,
}

impl Workload<'_> {
    /// Several kinds may share a name in one namespace. The commonest goes by its name alone.
    pub fn key_name(&self) -> String {
        match self.kind {
            "Deployment" => self.name.to_owned(),
            kind => format!("{kind}/{}", self.name),
        }
    }

    pub fn key(&self, object: &Object<'_>) -> RecordKey {
        object.key(kind::WORKLOAD, self.key_name())
    }
}
