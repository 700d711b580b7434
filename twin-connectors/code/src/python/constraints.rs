//! Constraints of pip: which versions a package may have if anything needs it. Each is an entry; that anything needs it is not said.

use twin_connector_base::Decoded;
use twin_core::observe::{Diagnostic, code};

use super::{requirement, requirements};
use crate::packages::{Ecosystem, Entry, File};

pub(super) fn decode(file: &File<'_>) -> Result<Decoded, Diagnostic> {
    let (mut records, mut diagnostics) = (Vec::new(), Vec::new());
    for (line, text) in requirements::statements(file).into_iter().filter(|(_, text)| !text.starts_with('-')) {
        match requirement::dependency(file, line, text.split(" --").next().unwrap_or(&text)) {
            Some(named) => records.push(Entry::new(named.name, named.evidence).record(Ecosystem::Python, file)),
            None => diagnostics.push(file.refuse(code::SYNTAX, line, "no constraint")),
        }
    }
    Ok(file.decoded(records, diagnostics))
}
