//! Docker Compose: the files of one folder are one project, read together with its variables and with what they include and extend.
//!
//! Invariant: files are joined only as Compose itself joins their text (variables, `include`, `extends`, files laid over each other); who a
//! host name means is decided by the graph.

mod build;
mod environment;
mod extends;
mod files;
mod group;
mod include;
mod merge;
mod mounts;
mod network;
pub(crate) mod path;
mod project;
mod service;
mod starts;
mod tree;
mod unit;

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::Capability;
use twin_core::schema::{kind, relation};

/// Reads Compose files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compose;

impl Decoder for Compose {
    fn capability(&self) -> Capability {
        let kinds = [kind::WORKLOAD, kind::IMAGE, kind::TEAM, kind::SYSTEM, kind::REPOSITORY];
        let relations = [
            relation::CONNECTS_TO,
            relation::STARTS_AFTER,
            relation::CONFIGURED_BY,
            relation::RUNS_IMAGE,
            relation::BUILT_FROM,
            relation::OWNED_BY,
            relation::PART_OF,
        ];
        Capability::of_files("compose", &kinds, &relations).blind_to(&[
            "files that `extends` or `include` take from outside of the scanned folder",
            "which files and profiles a command line starts",
            "variables of the shell that starts the project",
            "peers that only the image's own configuration names",
        ])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        if is_compose_name(path::name(path)) {
            return Recognition::ByName;
        }
        let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
        if is_yaml && has_services(head) { Recognition::ByContent } else { Recognition::No }
    }

    fn group(&self, path: &str) -> Option<String> {
        Some(path::folder(path).to_owned())
    }

    fn follows(&self) -> bool {
        true
    }

    fn needed(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<String> {
        group::needed(payloads, origin)
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        group::decode(payloads, origin)
    }
}

/// `compose.yaml`, `docker-compose.yml`, with anything between name and ending.
fn is_compose_name(name: &str) -> bool {
    let name = name.to_lowercase();
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    let stem = stem.map(|stem| stem.strip_prefix("docker-").unwrap_or(stem));
    stem.and_then(|stem| stem.strip_prefix("compose"))
        .is_some_and(|infix| infix.is_empty() || infix.starts_with(['.', '-', '_']))
}

/// A top-level `services:` under which something has an image or is built. Text only: the head may end anywhere.
fn has_services(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let mut lines =
        text.trim_start_matches('\u{feff}').lines().skip_while(|line| line.trim_end() != "services:").skip(1);
    let services = lines.by_ref().take_while(|line| line.is_empty() || line.starts_with([' ', '#', '\t']));
    services.map(str::trim).any(|line| line.starts_with("image:") || line.starts_with("build:"))
}

#[cfg(test)]
mod tests;
