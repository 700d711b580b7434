//! Whether a file holds OTLP, by its name and by how it begins, and in which encoding.

use std::io::Read;

use flate2::read::GzDecoder;
use twin_connector_base::Recognition;

use super::{is_gzip, protobuf, wire};

/// How far the beginning of a compressed file is unpacked to look at it.
const GLANCE: u64 = 64 << 10;

/// How a payload is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Json,
    Protobuf,
    /// Nothing but white space.
    Empty,
    Other,
}

/// Whether a file is one of ours. `head` may be compressed.
pub(super) fn recognise(path: &str, head: &[u8]) -> Recognition {
    let glance = if is_gzip(head) { glance(head) } else { head.to_vec() };
    let is_named = has_conventional_name(path);
    match looks_like(&glance) {
        Some(true) if is_named => Recognition::ByName,
        Some(true) => Recognition::ByContent,
        // Empty or damaged, under our name: read, so that it is told.
        None if is_named => Recognition::ByName,
        Some(false) | None => Recognition::No,
    }
}

fn glance(head: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A head is cut in the middle, so the end is an error as a rule; what came before it counts.
    let _cut = GzDecoder::new(head).take(GLANCE).read_to_end(&mut bytes);
    bytes
}

/// `traces.json`, `checkout-spans.jsonl.gz`, `batch.otlp`, `traces.pb` and their like.
fn has_conventional_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let words: Vec<&str> = name.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let is_data =
        words.last().is_some_and(|last| ["json", "jsonl", "ndjson", "pb", "bin", "binpb", "otlp"].contains(last));
    is_data && words.iter().any(|word| ["otlp", "trace", "traces", "span", "spans"].contains(word))
}

/// Whether bytes begin like OTLP; `None` if they begin like nothing.
fn looks_like(head: &[u8]) -> Option<bool> {
    let text = head.trim_ascii_start();
    if wire::begins_export(head) || protobuf::is_sequence(head) {
        return Some(true);
    }
    match text.first() {
        Some(b'{') => Some(["Spans\"", "_spans\"", "Logs\"", "_logs\"", "Metrics\"", "_metrics\""].iter().any(|end| {
            ["\"resource", "\"scope"].iter().any(|start| contains(text, format!("{start}{end}").as_bytes()))
        })),
        Some(b'[') => Some(false),
        _ => None,
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}

/// How the bytes of a file are encoded.
pub(super) fn encoding(path: &str, bytes: &[u8]) -> Encoding {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let lower = path.to_lowercase();
    let name = lower.strip_suffix(".gz").unwrap_or(&lower);
    let is_json = [".json", ".jsonl", ".ndjson"].iter().any(|ending| name.ends_with(ending));
    match text.first() {
        None => Encoding::Empty,
        Some(_) if is_json => Encoding::Json,
        Some(_) if wire::is_export(bytes) || protobuf::is_sequence(bytes) => Encoding::Protobuf,
        Some(b'{') => Encoding::Json,
        Some(_) if bytes.first() == Some(&0x0a) => Encoding::Protobuf,
        Some(_) => Encoding::Other,
    }
}
