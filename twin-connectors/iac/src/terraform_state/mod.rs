//! Terraform state: what infrastructure code has made, with the ids and hosts that its platforms gave it.
//!
//! A state holds every attribute of every resource in plain text, secrets among them, and again under `outputs`. So nothing is
//! read but what the table of this module lists for a resource's type, nothing that the state marks as sensitive, and of outputs nothing at all.
//! Of variables of functions and containers only the endpoints that they name leave this module.
//!
//! * A record is a resource instance. Its key is the state's lineage and the instance's full address: a moved file changes
//!   nothing, and a state of another lineage is another state.
//! * A data source is no resource of this state but a reference to what is managed elsewhere. It is kept as a `Resource` with the condition
//!   `data source`, and answers to no name: the state that manages the thing does.
//! * Versions 4 and 3 are read. An older or newer one is rejected with its version; a `.tfstate.backup` is a stale copy and is not
//!   recognised.
//!
//! Evidence is a JSON pointer into the state. This module may use `twin_connector_base` and nothing of other decoders.

pub(crate) mod limits;
mod payload;
mod record;
pub(crate) mod saying;
pub(crate) mod table;

pub(crate) use payload::without_keys;

use serde_json::Value;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, Diagnostic, Locator, Outcome, code};
use twin_core::schema::{kind, relation};

use payload::Listing;

/// Reads Terraform states of the versions 3 and 4.
#[derive(Clone, Copy, Debug, Default)]
pub struct TerraformState;

impl Decoder for TerraformState {
    fn capability(&self) -> Capability {
        let relations = [
            relation::DEPENDS_ON,
            relation::CONNECTS_TO,
            relation::CONFIGURED_BY,
            relation::OWNED_BY,
            relation::PART_OF,
        ];
        let mut kinds: Vec<_> = table::kinds().collect();
        kinds.extend([kind::RESOURCE, kind::TEAM, kind::SYSTEM]);
        kinds.sort();
        kinds.dedup();
        Capability::of_files("terraform-state", &kinds, &relations).blind_to(&[
            "resources that no state manages",
            "changes made since the state was last refreshed",
            "attributes beyond ids, names, hosts, places and conventional tags",
        ])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        if path.ends_with(".tfstate") {
            return Recognition::ByName;
        }
        match path.ends_with(".backup") || !looks_like_a_state(head) {
            true => Recognition::No,
            false => Recognition::ByContent,
        }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        payloads.iter().map(|payload| decode_file(payload, origin)).collect()
    }
}

/// A state writes its version, the program's version and its lineage before anything else.
fn looks_like_a_state(head: &[u8]) -> bool {
    let start = String::from_utf8_lossy(head.get(..1024).unwrap_or(head));
    let keys = ["\"version\"", "\"terraform_version\"", "\"lineage\""];
    start.trim_start_matches('\u{feff}').trim_start().starts_with('{') && keys.iter().all(|key| start.contains(key))
}

fn decode_file(payload: &Payload<'_>, origin: &Origin) -> Decoded {
    match read(payload, origin) {
        Ok(decoded) => decoded,
        Err(diagnostic) => Decoded::rejected(payload.path, diagnostic),
    }
}

fn read(payload: &Payload<'_>, origin: &Origin) -> Result<Decoded, Diagnostic> {
    let path = payload.path;
    let bytes = payload.bytes.map_err(|reason| whole(path, code::UNREADABLE, reason))?;
    limits::check(path, bytes, &origin.limits)?;
    let state: Value = serde_json::from_slice(without_mark(bytes)).map_err(|error| not_json(path, bytes, &error))?;
    let listing = list(path, &state)?;
    Ok(decoded(path, &state, listing, origin))
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn whole(path: &str, code: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::rejected(code, Locator::line(path, 0), message)
}

/// The library's own message is not passed on: it may quote what stands there.
fn not_json(path: &str, bytes: &[u8], error: &serde_json::Error) -> Diagnostic {
    if without_mark(bytes).trim_ascii().is_empty() {
        return whole(path, code::SYNTAX, "the file is empty");
    }
    let what = match error.is_eof() {
        true => "the file ends within a value",
        false => "no JSON",
    };
    let message = format!("{what} (column {})", error.column());
    Diagnostic::rejected(code::SYNTAX, Locator::line(path, error.line().max(1)), message)
}

fn list<'a>(path: &str, state: &'a Value) -> Result<Listing<'a>, Diagnostic> {
    let at_version = |code, message: String| Diagnostic::rejected(code, Locator::pointer(path, 0, "/version"), message);
    match state.get("version").and_then(Value::as_u64) {
        _ if !state.is_object() => Err(whole(path, code::SHAPE, "no Terraform state: not an object")),
        None => Err(whole(path, code::NOT_RECOGNISED, "no Terraform state: it has no version")),
        Some(4) => payload::version_4(path, state),
        Some(3) => payload::version_3(path, state),
        Some(version @ 0..=2) => {
            Err(at_version(code::UNSUPPORTED, format!("a state of version {version}, which is too old")))
        }
        Some(version) => {
            Err(at_version(code::UNSUPPORTED, format!("a state of version {version}, which is newer than 4")))
        }
    }
}

fn decoded(path: &str, state: &Value, listing: Listing<'_>, origin: &Origin) -> Decoded {
    let lineage = state.get("lineage").and_then(Value::as_str).filter(|lineage| !lineage.is_empty());
    let mut diagnostics = listing.diagnostics;
    if lineage.is_none() {
        let message = "the state has no lineage: it cannot be told from other states without one";
        diagnostics.push(Diagnostic::warning(code::SHAPE, Locator::line(path, 0), message));
    }
    let records = record::records(path, lineage, &listing.instances, origin, &mut diagnostics);
    let rejected: u64 = diagnostics.iter().map(|diagnostic| diagnostic.records).sum();
    let outcome = match rejected {
        0 => Outcome::Complete,
        count => Outcome::Partial(format!("{count} resource instances could not be read")),
    };
    Decoded { path: path.to_owned(), records, diagnostics, outcome }
}
