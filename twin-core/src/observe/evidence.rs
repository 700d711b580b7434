//! Why a fact is believed: where it was read, how, and how sure that way of reading is.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

/// A place that a person or a program can open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Locator {
    /// `path:line`, first line is 1; line 0 means the whole file.
    Line {
        /// Relative to the root of the source, with `/`.
        path: String,
        /// The line.
        line: u32,
    },
    /// `path#document/json-pointer`, first document is 0.
    Pointer {
        /// Relative to the root of the source, with `/`.
        path: String,
        /// The document within the file.
        document: u32,
        /// RFC 6901, empty or starting with `/`.
        pointer: String,
    },
    /// A span by its id, 16 hexadecimal digits.
    Span {
        /// Relative to the root of the source, with `/`; empty if the span came from no file.
        path: String,
        /// The id.
        id: String,
    },
}

impl Locator {
    /// `path:line`.
    pub fn line(path: &str, line: usize) -> Self {
        Locator::Line { path: path.to_owned(), line: u32::try_from(line).unwrap_or(u32::MAX) }
    }

    /// `path#document/json-pointer`.
    pub fn pointer(path: &str, document: usize, pointer: impl Into<String>) -> Self {
        Locator::Pointer {
            path: path.to_owned(),
            document: u32::try_from(document).unwrap_or(u32::MAX),
            pointer: pointer.into(),
        }
    }

    /// The file, relative to the root of the source.
    pub fn path(&self) -> &str {
        match self {
            Locator::Line { path, .. } | Locator::Pointer { path, .. } | Locator::Span { path, .. } => path,
        }
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Locator::Line { path, line } => write!(f, "{path}:{line}"),
            Locator::Pointer { path, document, pointer } => write!(f, "{path}#{document}{pointer}"),
            Locator::Span { id, .. } => f.write_str(id),
        }
    }
}

/// One link of the chain from a derived value back to what was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Step {
    /// Where.
    pub locator: Locator,
    /// What stands there, to the letter, without its secret part: a substring of that line or of that node's text.
    pub raw: String,
}

/// How a fact was read. The name is for people, for scores and for habits; see [`technique`].
pub type Technique = Cow<'static, str>;

/// The techniques of the shipped decoders, each with the confidence that it starts from.
///
/// Confidences order the techniques by how directly each names its peer. They are stated priors, not measured probabilities.
pub mod technique {
    macro_rules! techniques {
        ($($constant:ident $name:literal $confidence:literal $doc:literal)*) => {
            $(#[doc = $doc] pub const $constant: &str = $name;)*

            /// The confidence that a technique starts from; one half for one that is not known here.
            pub fn confidence(technique: &str) -> f64 {
                match technique {
                    $($name => $confidence,)*
                    _ => 0.5,
                }
            }
        };
    }

    techniques! {
        DECLARED "declared" 1.0 "The record says it of itself."
        SELECTOR "selector" 0.98 "A selector whose labels match."
        INGRESS_RULE "ingress-rule" 0.98 "A rule that routes to a named service."
        EXPLICIT_REFERENCE "explicit-reference" 0.98 "A field that is made to name the other record."
        SPAN "span" 0.99 "A call that was seen."
        PEER_ATTRIBUTE "peer-attribute" 0.9 "A call that was seen from its caller only, which names its peer."
        ENV_ADDRESS "env-address" 0.95 "An environment variable whose value is a URL or host:port."
        CONNECTION_STRING "connection-string" 0.95 "A connection string that names its server."
        ENV_HOST "env-host" 0.85 "An environment variable that by its name holds a host."
        ARGUMENT "argument" 0.85 "An argument of the command line."
        CONFIG_MAP "config-map" 0.9 "A configuration object that the workload reads."
        CONFIG_FILE "config-file" 0.85 "A configuration file that the workload reads."
        WELL_KNOWN_SOFTWARE "well-known-software" 0.9 "The image is of software that everybody knows."
        LINK "link" 0.9 "A link in a text."
        NAME_IN_TEXT "name-in-text" 0.7 "A name marked as code in a text."
        PATH_PATTERN "path-pattern" 0.95 "A pattern of paths that matches."
        TAG "tag" 0.85 "A tag or label whose value names the other."
        START_ORDER "start-order" 0.3 "One is started before the other: a hint, not a dependency, unless nothing else is ever said."
    }
}

/// Why a fact is believed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// From what was read back to what was written; at least one step. The first is where the fact is used (a compose line),
    /// the last where its value stands (the `.env` line).
    pub chain: Vec<Step>,
    /// The field that was read: a variable's name, a JSON key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// How it was read.
    pub technique: Technique,
    /// Between 0 and 1.
    pub confidence: f64,
    /// The source's own time of observation, where it has one; else the reading's time holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

impl Evidence {
    /// One step, with the technique's own confidence.
    pub fn at(locator: Locator, raw: impl Into<String>, technique: &'static str) -> Self {
        Evidence {
            chain: vec![Step { locator, raw: raw.into() }],
            field: String::new(),
            technique: Cow::Borrowed(technique),
            confidence: technique::confidence(technique),
            observed_at: None,
        }
    }

    /// The same evidence read from a named field.
    #[must_use]
    pub fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }

    /// The same evidence with one more step towards what was written.
    #[must_use]
    pub fn then(mut self, locator: Locator, raw: impl Into<String>) -> Self {
        self.chain.push(Step { locator, raw: raw.into() });
        self
    }

    /// The same evidence, less sure.
    #[must_use]
    pub fn with_confidence(mut self, confidence: f64) -> Self {
        self.confidence = confidence.clamp(0.0, 1.0);
        self
    }

    /// The same evidence with the source's own time.
    #[must_use]
    pub fn observed(mut self, at: Option<Timestamp>) -> Self {
        self.observed_at = at;
        self
    }
}
