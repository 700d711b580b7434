//! Kubernetes: what manifests declare.
//!
//! Invariant: an object is read by itself. A selector, a reference to a ConfigMap, a host name stay what they are: the graph joins them.

mod manifest;

pub use manifest::Kubernetes;
