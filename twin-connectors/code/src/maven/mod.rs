//! Maven: `pom.xml`, read together with the parents that stand in the folders above it.
//!
//! A record is a POM. One that is packaged as `pom` builds nothing: it is a package, but no component. Coordinates, versions and properties are taken from the file, then from its
//! parents as far as they are in the repository; a managed version is evidence of its own. Plugins, extensions, imported lists of versions and the parent are needed to build.
//! What only a profile needs has the profile as its condition.

mod model;
mod pom;
mod xml;

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::Capability;
use twin_core::schema::{kind, relation};

use crate::packages::{File, ancestors, file_name, folder_of, join, main, rejected};

const POM: &str = "pom.xml";

/// Reads Maven's project files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Maven;

impl Decoder for Maven {
    fn capability(&self) -> Capability {
        let relations = [relation::DEPENDS_ON, relation::REPRESENTS, relation::BUILT_FROM];
        Capability::of_files("maven", &[kind::PACKAGE, kind::COMPONENT], &relations).blind_to(&[
            "what parents and imported lists of versions outside the repository say",
            "which versions Maven chooses for what dependencies depend on",
            "which profiles are active",
        ])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        let has_shape = || path.ends_with(".pom") && String::from_utf8_lossy(head).contains("<project");
        match file_name(path) {
            POM => Recognition::ByName,
            _ if has_shape() => Recognition::ByContent,
            _ => Recognition::No,
        }
    }

    /// The files above one that names a parent.
    fn companions(&self, path: &str, head: &[u8]) -> Vec<String> {
        let has_parent = file_name(path) == POM && String::from_utf8_lossy(head).contains("<parent");
        let above = ancestors(folder_of(path)).map(|folder| join(folder, POM));
        if has_parent { above.collect() } else { Vec::new() }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let deepest = payloads.iter().map(|payload| folder_of(payload.path).len()).max();
        let Some(payload) = main(payloads, |path| Some(folder_of(path).len()) == deepest) else { return Vec::new() };
        match File::open(payload, origin).and_then(|file| pom::decode(&file, payloads)) {
            Ok(decoded) => vec![decoded],
            Err(diagnostic) => rejected(payload.path, diagnostic),
        }
    }
}

#[cfg(test)]
mod tests;
