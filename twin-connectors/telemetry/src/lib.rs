//! Telemetry: OpenTelemetry traces as a twin reads them.
//!
//! Invariant: a span is never a fact. What leaves this crate are counts by window, the services that were seen, and the
//! edges between them, with a few span ids as evidence. No attribute's value leaves but names of peers.

pub mod otlp;
