//! npm, pnpm and Yarn: `package.json`, `package-lock.json` (versions 1 to 3) and `npm-shrinkwrap.json`, `pnpm-lock.yaml` (5 to 9), `yarn.lock` of
//! Yarn 1 and of its successors.
//!
//! A record is a manifest, or an entry of a lock file. A manifest without a name that only names its workspaces is nothing of its own, nor is
//! `pnpm-workspace.yaml`. A link of a lock file is no entry: it points to one. Which versions were chosen for the project's own packages a lock file says, where it
//! lists them; pnpm's and Yarn 1's do not know their names, so the manifests are read along. Scripts are never read.

mod descriptor;
mod manifest;
mod package_lock;
mod pnpm;
mod yarn;

use twin_connector_base::document::Node;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, code};
use twin_core::schema::{kind, relation};

use crate::packages::{File, file_name, folder_of, join, json, main, rejected, within, yaml};

const MANIFEST: &str = "package.json";
const LOCKS: [&str; 4] = ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"];
const PNPM_WORKSPACE: &str = "pnpm-workspace.yaml";

/// Reads the manifests and lock files of npm, pnpm and Yarn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Npm;

impl Decoder for Npm {
    fn capability(&self) -> Capability {
        let relations = [relation::DEPENDS_ON, relation::REPRESENTS, relation::BUILT_FROM];
        Capability::of_files("npm", &[kind::PACKAGE, kind::COMPONENT], &relations).blind_to(&[
            "what scripts do",
            "which versions Yarn 1 chose for members of a workspace",
            "which versions pnpm chose for packages that its lock file names beyond the first 64 KiB",
            "the ranges of catalogues",
            "that two packages of one name in one repository are two",
        ])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        let name = file_name(path);
        let known = name == MANIFEST || name == PNPM_WORKSPACE || LOCKS.contains(&name);
        if known { Recognition::ByName } else { Recognition::No }
    }

    /// The manifests whose dependencies a lock file locks without saying whose they are.
    fn companions(&self, path: &str, head: &[u8]) -> Vec<String> {
        let folder = folder_of(path);
        match file_name(path) {
            "pnpm-lock.yaml" => pnpm::importers(head).iter().map(|below| manifest_in(folder, below)).collect(),
            "yarn.lock" | "package-lock.json" | "npm-shrinkwrap.json" => vec![join(folder, MANIFEST)],
            _ => Vec::new(),
        }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let meant = main(payloads, |path| file_name(path) != MANIFEST);
        meant.map_or_else(Vec::new, |payload| decode_file(payload, payloads, origin))
    }
}

/// The manifest of a folder that is named relative to another.
fn manifest_in(folder: &str, below: &str) -> String {
    join(&within(folder, below), MANIFEST)
}

fn decode_file(payload: &Payload<'_>, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
    match File::open(payload, origin).and_then(|file| decoded(&file, payloads)) {
        Ok(decoded) => vec![decoded],
        Err(diagnostic) => rejected(payload.path, diagnostic),
    }
}

fn decoded(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, twin_core::observe::Diagnostic> {
    if file_name(file.path) == PNPM_WORKSPACE {
        return yaml(file).map(|_| file.decoded(Vec::new(), Vec::new()));
    }
    if yarn::is_first(file.text) {
        return Ok(yarn::decode_first(file, payloads));
    }
    let root = if file.text.trim_start().starts_with('{') { json(file)? } else { yaml(file)? };
    let has = |key: &str| root.get(key).is_some();
    match () {
        () if has("__metadata") => Ok(yarn::decode_later(file, &root)),
        () if has("lockfileVersion") && is_json(file) => Ok(package_lock::decode(file, &root, payloads)),
        () if has("lockfileVersion") => Ok(pnpm::decode(file, &root, payloads)),
        () if manifest::is_one(&root) => Ok(manifest::decode(file, &root)),
        () => Err(file.refuse(code::NOT_RECOGNISED, 0, "nothing of npm, pnpm or Yarn")),
    }
}

fn is_json(file: &File<'_>) -> bool {
    file.text.trim_start().starts_with('{')
}

/// A manifest that was read along.
fn beside<'a>(payloads: &[Payload<'a>], path: &str, origin: &'a Origin) -> Option<(File<'a>, Node)> {
    let payload = payloads.iter().find(|payload| payload.path == path)?;
    let file = File::open(payload, origin).ok()?;
    let root = json(&file).ok()?;
    Some((file, root))
}

#[cfg(test)]
mod tests;
