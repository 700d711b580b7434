//! One error for misuse and for what the machine does to us. Bad input is not an error: it is a `Diagnostic`.

use std::fmt;

/// What the caller may do about an error. `#[non_exhaustive]`: match with a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A kind, relation, attribute, entity, record or scope that the twin does not know. The message names the nearest known.
    Unknown,
    /// A name that several things answer to. The message lists them.
    Ambiguous,
    /// An argument that makes no sense.
    Invalid,
    /// The store file is damaged.
    Corrupt,
    /// The store file was written by a newer version.
    Newer,
    /// The store file is held by another writer.
    Busy,
    /// A file that is no store of Twin.
    NotAStore,
    /// The operating system said no.
    Io,
    /// A limit was reached (bytes, depth, items, deadline).
    Limit,
    /// The host cancelled the work.
    Cancelled,
}

impl ErrorKind {
    /// The stable, machine-readable code of this kind, the same in every host.
    pub fn code(self) -> &'static str {
        match self {
            ErrorKind::Unknown => "unknown",
            ErrorKind::Ambiguous => "ambiguous",
            ErrorKind::Invalid => "invalid",
            ErrorKind::Corrupt => "corrupt",
            ErrorKind::Newer => "newer",
            ErrorKind::Busy => "busy",
            ErrorKind::NotAStore => "not_a_store",
            ErrorKind::Io => "io",
            ErrorKind::Limit => "limit",
            ErrorKind::Cancelled => "cancelled",
        }
    }

    /// Whether the same call may succeed later without any change by the caller.
    pub fn is_temporary(self) -> bool {
        matches!(self, ErrorKind::Busy | ErrorKind::Io)
    }
}

/// What went wrong, where, and what to do. One line for people, [`Error::kind`] for machines.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.line())]
pub struct Error {
    kind: ErrorKind,
    message: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything that can be misused or fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of `kind` with one line for people: what, where, what to do.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), source: None }
    }

    /// An unknown `what` named `name`, with the nearest of `known`.
    pub fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let near = nearest(name, known);
        let hint = if near.is_empty() { String::new() } else { format!(": nearest are {}", near.join(", ")) };
        Error::new(ErrorKind::Unknown, format!("unknown {what} \"{}\"{hint}", shortened(name)))
    }

    /// What a host wrote as JSON is not what it was to be. The place is told of broken JSON alone: the rest is written from values of the host, by each host in its own way.
    pub fn misread(wrong: impl Into<String>, error: &serde_json::Error) -> Self {
        let (told, place) = (error.to_string(), format!(" at line {} column {}", error.line(), error.column()));
        let cause = match error.is_data() {
            true => told.strip_suffix(&place).map_or(told.clone(), str::to_owned),
            false => told,
        };
        Error::new(ErrorKind::Invalid, wrong).because(cause)
    }

    /// The same error with its cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The machine-readable kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    fn line(&self) -> String {
        match &self.source {
            Some(source) => format!("{}: {source}", self.message),
            None => self.message.clone(),
        }
    }
}

/// How many letters of a name an error repeats, and up to which length names are compared: nobody mistypes a longer one.
const NAME_LETTERS: usize = 120;

/// A name that fits on a line.
pub fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME_LETTERS) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}… ({} bytes)", &name[..end], name.len()),
    }
}

/// The first of some names, and how many more there are: `a, b and 3 more`.
pub(crate) fn listed<N: AsRef<str>>(names: impl ExactSizeIterator<Item = N>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let first: Vec<N> = names.take(most).collect();
    let first = first.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

/// Up to three of `known` that are most like `name`, best first (Jaro-Winkler, then by name). O(known).
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if name.len() > 4 * NAME_LETTERS {
        return Vec::new();
    }
    let wanted = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= 0.75)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_up_to_a_number() {
        let list = |count: usize| listed((0..count).map(|at| format!("n{at}")), 2);
        assert_eq!([0, 1, 2, 5].map(list), ["", "n0", "n0, n1", "n0, n1 and 3 more"]);
    }

    #[test]
    fn an_unknown_name_is_told_with_the_nearest_known() {
        let error = Error::unknown("entity", "paymnts", ["orders", "payments", "payments-db"]);
        assert_eq!(error.to_string(), "unknown entity \"paymnts\": nearest are payments, payments-db");
        assert_eq!(error.kind().code(), "unknown");
        let long = Error::unknown("entity", &"x".repeat(1 << 20), ["x"]).to_string();
        assert!(long.len() < 200 && long.ends_with("… (1048576 bytes)\""), "{long}");
    }
}
