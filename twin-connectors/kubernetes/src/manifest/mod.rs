//! Manifests: YAML or JSON files of Kubernetes objects, as people and renderers write them.

mod configuration;
mod container;
mod decode;
mod file;
mod payload;
mod recognise;
mod reference;
mod route;
mod variables;
mod workload;

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::Capability;
use twin_core::schema::{kind, relation};

/// Reads Kubernetes manifests. A file is one of its own if a document in it says `apiVersion` and `kind`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kubernetes;

impl Decoder for Kubernetes {
    fn capability(&self) -> Capability {
        let kinds = [
            kind::WORKLOAD,
            kind::LOAD_BALANCER,
            kind::CONFIGURATION,
            kind::IMAGE,
            kind::NAMESPACE,
            kind::RESOURCE,
            kind::TEAM,
            kind::SYSTEM,
        ];
        let relations = [
            relation::CONNECTS_TO,
            relation::ROUTES_TO,
            relation::CONFIGURED_BY,
            relation::RUNS_IMAGE,
            relation::IN_NAMESPACE,
            relation::OWNED_BY,
            relation::PART_OF,
        ];
        Capability::of_files("kubernetes", &kinds, &relations).blind_to(&[
            "what a Helm template or a kustomization renders: only rendered manifests are read",
            "the files that generators of a kustomization take: only their literals are read",
            "addresses that stand in Secrets as base64, or that a program computes",
            "what an operator makes of its custom resources",
            "which of the declared objects a cluster runs",
        ])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        recognise::recognise(path, head)
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        payloads.iter().map(|payload| decode::decode(payload, origin)).collect()
    }
}

#[cfg(test)]
mod tests;
