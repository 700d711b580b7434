//! Whether evidence stands where it says: opens the place that a locator names and looks for the text.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::Value;
use twin_core::observe::{Locator, Step};

/// The files that locators point into, opened as often as need be and parsed once.
#[derive(Default)]
pub struct Opened {
    files: BTreeMap<String, Option<Opening>>,
}

struct Opening {
    text: String,
    /// Whether the bytes are not text, but what a collector writes on the wire.
    wire: Option<Vec<u8>>,
    documents: Option<Value>,
    lower: String,
}

impl Opened {
    /// Why a step does not stand, if it does not.
    pub fn flaw(&mut self, step: &Step, read: impl Fn(&str) -> Option<Vec<u8>>) -> Option<String> {
        let path = step.locator.path();
        let opening = self.files.entry(path.to_owned()).or_insert_with(|| read(path).map(open));
        let Some(opening) = opening else { return Some(format!("{}: no such file", step.locator)) };
        let stands = opening.holds(step);
        (!stands).then(|| format!("{} ({path}): no {:?} there", step.locator, step.raw))
    }
}

fn open(bytes: Vec<u8>) -> Opening {
    let bytes = unpacked(bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let is_wire = std::str::from_utf8(&bytes).is_err() || bytes.contains(&0);
    let documents = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok();
    Opening { lower: text.to_lowercase(), text, wire: is_wire.then_some(bytes), documents }
}

fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).expect("a whole archive");
    plain
}

impl Opening {
    fn holds(&self, step: &Step) -> bool {
        match &step.locator {
            Locator::Line { line: 0, .. } => step.raw.is_empty(),
            Locator::Line { line, .. } => {
                self.text.lines().nth(*line as usize - 1).is_some_and(|line| line.contains(&step.raw))
            }
            Locator::Pointer { document, pointer, .. } => *document == 0 && self.node_holds(pointer, &step.raw),
            Locator::Span { id, .. } => self.span_holds(id, &step.raw),
        }
    }

    fn node_holds(&self, pointer: &str, raw: &str) -> bool {
        match self.documents.as_ref().and_then(|root| root.pointer(pointer)) {
            Some(Value::String(text)) => text.contains(raw),
            Some(node) => node.to_string().contains(raw),
            None => false,
        }
    }

    /// A span is named by its id: sixteen digits in JSON, eight bytes on the wire.
    fn span_holds(&self, id: &str, raw: &str) -> bool {
        match &self.wire {
            None => self.lower.contains(&id.to_lowercase()) && self.text.contains(raw),
            Some(bytes) => holds(bytes, &eight_bytes(id)) && holds(bytes, raw.as_bytes()),
        }
    }
}

fn eight_bytes(id: &str) -> Vec<u8> {
    u64::from_str_radix(id, 16).map(|id| id.to_be_bytes().to_vec()).expect("sixteen digits")
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || bytes.windows(wanted.len()).any(|window| window == wanted)
}
