//! How records are named, and how they name each other.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::Digest;
use crate::observe::pack::{Packed, Packer};
use crate::schema::Kind;

/// One source instance: a folder that is scanned, a cluster that is watched. Chosen by the host or derived from the Git remote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct SourceId(pub String);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The name of a record within everything that the twin ever reads. Never made of a file's path: a renamed file renames nothing.
///
/// A missing namespace is *unset*, which is not the same as `default`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RecordKey {
    /// Who says it.
    pub source: SourceId,
    /// The cluster, account, host or project within the source, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The namespace within the cluster, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The kind of record.
    pub kind: Kind,
    /// The source's own name or native id.
    pub name: String,
}

impl RecordKey {
    /// A key without cluster and namespace.
    pub fn new(source: &SourceId, kind: Kind, name: impl Into<String>) -> Self {
        RecordKey { source: source.clone(), cluster: None, namespace: None, kind, name: name.into() }
    }

    /// The key's identity: equal for equal keys, over processes and versions of one store format.
    pub(crate) fn digest(&self) -> Digest {
        let mut packer = Packer::plain();
        self.pack(&mut packer);
        Digest::of(packer.bytes())
    }

    /// The same key within `cluster`.
    #[must_use]
    pub fn in_cluster(mut self, cluster: impl Into<String>) -> Self {
        self.cluster = Some(cluster.into());
        self
    }

    /// The same key within `namespace`, if there is one.
    #[must_use]
    pub fn in_namespace(mut self, namespace: Option<impl Into<String>>) -> Self {
        self.namespace = namespace.map(Into::into);
        self
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        for part in [&self.cluster, &self.namespace].into_iter().flatten() {
            write!(f, "/{part}")?;
        }
        write!(f, "/{}:{}", self.kind, self.name)
    }
}

/// The space of names that a [`Handle`] is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Space {
    /// A host name within a network.
    Host,
    /// `host:port` as seen from outside a network: a published port.
    PublishedPort,
    /// `service.name`.
    ServiceName,
    /// An image without tag and digest, with its registry.
    Image,
    /// A package as its package manager names it: a package URL without version, such as `pkg:cargo/serde`.
    Package,
    /// A path relative to the root of the source, without a leading or trailing slash; `within` is the source.
    Path,
    /// An id that its platform guarantees to be unique: an ARN, a uid, a resource id.
    NativeId,
    /// The name by which people call a component, used where a source only has that: a cost tag, a code span in a decision.
    ComponentName,
    /// `key=value` as an annotation or label of a catalogue.
    Annotation,
    /// A team's handle, without a leading `@`.
    Team,
    /// The platform's own name of a configuration object; `within` is its namespace's network.
    ConfigurationName,
    /// An input or output of a module of infrastructure code: `var.host`, `output.url`; `within` is the module.
    ModuleValue,
}

/// A name that a record answers to, or by which another record refers to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Handle {
    /// Which sort of name.
    pub space: Space,
    /// The name, lower case where the space does not tell cases apart (hosts, images).
    pub value: String,
    /// Within what the name is unique: a network, a source; empty where it is unique everywhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub within: String,
}

impl Handle {
    /// A name that is unique everywhere.
    pub fn global(space: Space, value: impl Into<String>) -> Self {
        Handle { space, value: value.into(), within: String::new() }
    }

    /// A name within a network or source.
    pub fn within(space: Space, value: impl Into<String>, within: impl Into<String>) -> Self {
        Handle { space, value: value.into(), within: within.into() }
    }

    /// A host name whose networks are those of whoever uses it.
    pub fn host(value: impl Into<String>) -> Self {
        Handle::global(Space::Host, value.into().to_lowercase())
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = serde_json::to_value(self.space).ok();
        write!(f, "{}:{}", space.as_ref().and_then(|name| name.as_str()).unwrap_or("name"), self.value)
    }
}
