//! Bad input is data: what could not be read, where, and why.

use serde::{Deserialize, Serialize};

use crate::observe::Locator;

/// What a diagnostic did to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The record was left out, and is counted as rejected.
    Rejected,
    /// The record was kept; something about it was not.
    Warning,
}

/// Codes of diagnostics, for machines.
pub mod code {
    /// The text is not of its format.
    pub const SYNTAX: &str = "syntax";
    /// The format is right, a field is not.
    pub const SHAPE: &str = "shape";
    /// Over a limit.
    pub const LIMIT: &str = "limit";
    /// Not text, or not in UTF-8.
    pub const ENCODING: &str = "encoding";
    /// The operating system would not let it be read.
    pub const UNREADABLE: &str = "unreadable";
    /// Nothing here reads it.
    pub const NOT_RECOGNISED: &str = "not-recognised";
    /// A version or type that is known not to be read.
    pub const UNSUPPORTED: &str = "unsupported";
    /// The schema has no row for it, or the row forbids it.
    pub const SCHEMA: &str = "schema";
    /// It names something that is not there.
    pub const UNRESOLVED: &str = "unresolved";
    /// It names several things at once.
    pub const AMBIGUOUS: &str = "ambiguous";
}

/// One thing that could not be taken as it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Diagnostic {
    /// What became of the record.
    pub severity: Severity,
    /// One of [`code`].
    pub code: String,
    /// Where.
    pub locator: Locator,
    /// One line for people; never a value that may be secret.
    pub message: String,
    /// How many records of the source were left out: 0 for a warning.
    pub records: u64,
}

impl Diagnostic {
    /// A record that was left out.
    pub fn rejected(code: &str, locator: Locator, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Rejected, code: code.to_owned(), locator, message: message.into(), records: 1 }
    }

    /// Something about a record that was kept.
    pub fn warning(code: &str, locator: Locator, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, code: code.to_owned(), locator, message: message.into(), records: 0 }
    }
}
