//! Cargo: `Cargo.toml`, read together with the workspace that it inherits from, and `Cargo.lock` of all versions.
//!
//! A record is a manifest with a `[package]`, or a `[[package]]` of a lock file. A workspace without a package is nothing of its own. What a member
//! inherits (`version.workspace = true`, `serde.workspace = true`) is read in the nearest manifest above it that has a `[workspace]`; its evidence
//! leads from the member's line to the workspace's.

mod lock;
mod manifest;

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, code};
use twin_core::schema::{kind, relation};

use crate::packages::{File, ancestors, file_name, folder_of, join, main, rejected, toml};

const MANIFEST: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";

/// Reads Cargo's manifests and lock files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cargo;

impl Decoder for Cargo {
    fn capability(&self) -> Capability {
        let relations = [relation::DEPENDS_ON, relation::REPRESENTS, relation::BUILT_FROM];
        Capability::of_files("cargo", &[kind::PACKAGE, kind::COMPONENT], &relations).blind_to(&[
            "targets that Cargo finds by the names of files",
            "a workspace that is not in a folder above its member",
            "whether a feature or platform that a dependency is for is ever chosen",
            "that two packages of one name in one repository are two",
        ])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        let known = [MANIFEST, LOCK].contains(&file_name(path));
        if known { Recognition::ByName } else { Recognition::No }
    }

    /// The manifests above one that inherits.
    fn companions(&self, path: &str, head: &[u8]) -> Vec<String> {
        let inherits = file_name(path) == MANIFEST && String::from_utf8_lossy(head).contains("workspace");
        let above = ancestors(folder_of(path)).map(|folder| join(folder, MANIFEST));
        if inherits { above.collect() } else { Vec::new() }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let deepest = payloads.iter().map(|payload| folder_of(payload.path).len()).max();
        let meant = main(payloads, |path| Some(folder_of(path).len()) == deepest);
        meant.map_or_else(Vec::new, |payload| decode_file(payload, payloads, origin))
    }
}

fn decode_file(payload: &Payload<'_>, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
    let opened = File::open(payload, origin).and_then(|file| Ok((toml(&file)?, file)));
    let (root, file) = match opened {
        Ok((root, file)) => (root, file),
        Err(diagnostic) => return rejected(payload.path, diagnostic),
    };
    let is_lock =
        ["package", "root", "patch"].iter().any(|key| root.get(key).is_some_and(|node| lock::is_list(key, node)));
    match () {
        () if file_name(file.path) == LOCK || is_lock => vec![lock::decode(&file, &root)],
        () if ["package", "project", "workspace"].iter().any(|key| root.get(key).is_some()) => {
            vec![manifest::decode(&file, &root, payloads)]
        }
        () => rejected(file.path, file.refuse(code::NOT_RECOGNISED, 0, "neither a package nor a workspace of Cargo")),
    }
}

#[cfg(test)]
mod tests;
