//! The integration matrix: what is read and what is not, from the decoders' own words.

use std::time::Duration;

use twin_core::observe::{Capability, Proof};

use crate::registry::registry;

const HEAD: &str =
    "| Source | Yields | Relations | Fresh / stale after | Cannot see | Tested on |\n|---|---|---|---|---|---|\n";

/// A table in Markdown with a row for each decoder. The README's table is this text, and a test holds the two together.
pub fn capability_matrix() -> String {
    registry().iter().fold(HEAD.to_owned(), |table, entry| table + &row(&entry.decoder.capability()))
}

fn row(capability: &Capability) -> String {
    format!(
        "| {} | {} | {} | {} / {} | {} | {} |\n",
        capability.sort,
        listed(capability.kinds.iter().map(|kind| kind.as_str()), ", "),
        listed(capability.relations.iter().map(|relation| relation.as_str()), ", "),
        spoken(capability.fresh_for),
        spoken(capability.stale_after),
        listed(capability.cannot_see.iter().map(String::as_str), "; "),
        tested_on(capability.proof),
    )
}

fn listed<'a>(words: impl Iterator<Item = &'a str>, between: &str) -> String {
    let words: Vec<String> = words.map(|word| word.replace('|', "\\|")).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(between) }
}

fn spoken(span: Duration) -> String {
    match span.as_secs() {
        seconds if seconds > 0 && seconds % 86_400 == 0 => format!("{} d", seconds / 86_400),
        seconds if seconds > 0 && seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
        seconds if seconds > 0 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

fn tested_on(proof: Proof) -> &'static str {
    match proof {
        Proof::Captured => "captured payloads",
        Proof::Documented => "documents, not captured payloads",
    }
}
