//! Spans as they are given: what a tracer wrote down of one piece of work.

use serde::{Deserialize, Serialize};

/// What a span stands for, in OpenTelemetry's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    /// A request that is served.
    Server,
    /// A request to somebody else.
    Client,
    /// A message that is sent.
    Producer,
    /// A message that is taken.
    Consumer,
    /// Work within a process.
    Internal,
}

impl SpanKind {
    /// Whether somebody is served.
    pub(super) fn serves(self) -> bool {
        matches!(self, SpanKind::Server | SpanKind::Consumer)
    }

    /// Whether somebody else is asked.
    pub(in crate::simulate) fn calls(self) -> bool {
        matches!(self, SpanKind::Client | SpanKind::Producer)
    }
}

/// One span of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Span {
    /// Which request it is part of.
    pub trace: u128,
    /// Its own id.
    pub id: u64,
    /// The span that caused it, which may lie in another process.
    pub parent: Option<u64>,
    /// Who wrote it down: `service.name`.
    pub service: String,
    /// Which of several processes that are alike: `service.instance.id`, or what else tells them apart.
    #[serde(default)]
    pub instance: Option<String>,
    /// Where that says that it stands, in as many words as it has: its environment, its namespace.
    #[serde(default)]
    pub within: Vec<String>,
    /// What was done. Of a call, the operation that was asked for.
    pub operation: String,
    /// What it stands for.
    pub kind: SpanKind,
    /// When it began, in nanoseconds since 1970.
    pub start_ns: i64,
    /// When it ended, in nanoseconds since 1970.
    pub end_ns: i64,
    /// Whether its status is an error.
    pub failed: bool,
    /// Of a call: who was asked, as far as the caller knows.
    pub peer: Option<String>,
    /// Of a call: the host that was asked, in small letters and without its port.
    #[serde(default)]
    pub address: Option<String>,
    /// Of a call to a cache: whether it had what was asked for.
    pub cache_hit: Option<bool>,
    /// Of a call: how often it had been made before.
    pub resends: u32,
    /// The span of another trace that caused it, where it is linked to one alone: its trace and its id.
    #[serde(default)]
    pub link: Option<(u128, u64)>,
}
