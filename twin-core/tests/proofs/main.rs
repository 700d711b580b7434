//! Proofs: what the core promises, held against slow references, made-up estates and the ten promises of synchronisation.

mod graphs;
mod store;
mod support;
