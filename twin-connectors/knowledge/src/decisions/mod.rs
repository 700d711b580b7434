//! Architecture decision records in Markdown: MADR 2 to 4, and those of Michael Nygard's form.
//!
//! One file is one decision. Its key is made of the number and the title, not of the path, so a moved file changes nothing.
//!
//! * Status, date and deciders stand in the front matter, in lines like `* Status: accepted`, or under a heading `Status`. A decision that is
//!   superseded says so by its status; by which one is told by the newer one, as `Supersedes`: a decoder says only what its file says of itself.
//! * A decision governs what its text links to within the repository, and the components whose names it marks as code. A name that
//!   nobody has means nothing and is dropped by the graph.
//! * **Our extension**: the front matter's key `forbids` lists what the decision rules out, each as `left relation right`, such as
//!   `storefront calls ledger`. It is compared with what is declared and observed.
//! * Deciders are kept as handles (`@org/team`, `platform-team`); names and addresses of people only as digests.
//! * A template and an index are no decisions: rejected as such, and the reading is complete.
//!
//! Evidence is the line.

mod outline;
mod record;

use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, Diagnostic, Locator, Outcome, code};
use twin_core::schema::{kind, relation};

use outline::Outline;

/// Reads architecture decision records.
#[derive(Clone, Copy, Debug, Default)]
pub struct DecisionRecords;

impl Decoder for DecisionRecords {
    fn capability(&self) -> Capability {
        Capability::of_files("adr", &[kind::DECISION], &[relation::GOVERNS, relation::SUCCESSOR_OF]).blind_to(&[
            "decisions that nobody wrote down",
            "what a decision forbids, unless it lists it under `forbids`",
            "what a decision is about, unless it links to it or marks its name as code",
        ])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        match () {
            () if !is_markdown(path) || is_no_decision_by_name(path) => Recognition::No,
            () if stands_among_decisions(path) => Recognition::ByName,
            () if looks_like_a_decision(head) => Recognition::ByContent,
            () => Recognition::No,
        }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        payloads.iter().map(|payload| decode_file(payload, origin)).collect()
    }
}

fn is_markdown(path: &str) -> bool {
    let lower = path.to_lowercase();
    lower.ends_with(".md") || lower.ends_with(".markdown")
}

/// The name of a file without folder and extension, lower case.
fn stem(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_lowercase()
}

fn is_no_decision_by_name(path: &str) -> bool {
    let stem = stem(path);
    stem == "index" || stem.ends_with("readme") || stem.ends_with("template") || stem.contains("adr-template")
}

/// The folders in which tools and people keep decisions.
fn stands_among_decisions(path: &str) -> bool {
    const FOLDERS: [&str; 6] =
        ["adr", "adrs", "decisions", "decision-records", "architecture-decisions", "architecture_decisions"];
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| FOLDERS.contains(&folder.to_lowercase().as_str()))
}

fn looks_like_a_decision(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head).to_lowercase();
    let starts = |marks: &[&str]| text.lines().any(|line| marks.iter().any(|mark| line.starts_with(mark)));
    let has_status = starts(&["## status", "status:", "* status:", "- status:"]);
    starts(&["# "]) && has_status && starts(&["## decision", "## considered options"]) && starts(&["## context"])
}

fn decode_file(payload: &Payload<'_>, origin: &Origin) -> Decoded {
    match read(payload, origin) {
        Ok(decoded) => decoded,
        Err(diagnostic) if diagnostic.code == code::UNSUPPORTED => {
            Decoded { outcome: Outcome::Complete, ..Decoded::rejected(payload.path, diagnostic) }
        }
        Err(diagnostic) => Decoded::rejected(payload.path, diagnostic),
    }
}

fn read(payload: &Payload<'_>, origin: &Origin) -> Result<Decoded, Diagnostic> {
    let path = payload.path;
    let at = |line, code, message: &str| Diagnostic::rejected(code, Locator::line(path, line), message);
    let bytes = payload.bytes.map_err(|reason| at(0, code::UNREADABLE, reason))?;
    check_limits(path, bytes, origin)?;
    let text = std::str::from_utf8(bytes)
        .map_err(|error| at(line_of(bytes, error.valid_up_to()), code::ENCODING, "not in UTF-8"))?;
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(at(0, code::SYNTAX, "the file is empty"));
    }
    if is_no_decision_by_name(path) {
        return Err(at(0, code::UNSUPPORTED, "a template or an index, not a decision"));
    }
    let outline = Outline::of(path, text, &origin.limits)?;
    let title = outline.title.as_ref().ok_or_else(|| at(1, code::SHAPE, "no decision: it has no title"))?;
    if is_placeholder(&title.text) {
        return Err(at(title.line, code::UNSUPPORTED, "a template, not a decision"));
    }
    Ok(Decoded::complete(path, vec![record::record(path, &outline, title, origin)]))
}

fn check_limits(path: &str, bytes: &[u8], origin: &Origin) -> Result<(), Diagnostic> {
    let refused = |line, message: String| Err(Diagnostic::rejected(code::LIMIT, Locator::line(path, line), message));
    let limits = &origin.limits;
    if bytes.len() as u64 > limits.payload_bytes {
        return refused(0, format!("longer than {} bytes", limits.payload_bytes));
    }
    let too_long = bytes.split(|byte| *byte == b'\n').position(|line| line.len() > limits.line_bytes);
    too_long.map_or(Ok(()), |index| refused(index + 1, format!("a line longer than {} bytes", limits.line_bytes)))
}

fn line_of(bytes: &[u8], offset: usize) -> usize {
    bytes.iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

fn is_placeholder(title: &str) -> bool {
    let lower = title.to_lowercase();
    let marks = ["{short title", "[short title", "{title", "[title", "<title", "short title of"];
    marks.iter().any(|mark| lower.contains(mark))
}
